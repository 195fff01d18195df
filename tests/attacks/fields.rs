use polaris::verify::{Side, contract::Operation};
use serde_json::Value;

use super::{
    hostile::{attacks, names},
    placed::Placed,
    server::Server,
    tally::Tally,
};
use crate::{
    gateway::on_both_engines,
    support::{Reply, SIDES},
};

/// What no caller may read: how we are built.
const INTERNALS: &[&str] = &[
    "sqlx",
    "sqlite",
    "postgres",
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "near \\\"",
    "serde",
    "panicked",
    ".rs",
    "::",
    "/src/",
    "/tmp",
    "/home",
    "Error(",
    "Some(",
];

/// What becomes of a case.
enum Outcome {
    Invalid,
    TooLarge,
    /// The contract has nothing against it.
    Open,
}

/// What the contract says of a body; `refused` where the attack itself is reason enough.
fn expected(side: Side, operation: &Operation, body: &str, refused: bool) -> Outcome {
    if body.len() > 1 << 20 {
        return Outcome::TooLarge;
    }
    let violated = |value: Value| !side.document().violations(operation.info.request, &value).is_empty();
    if refused || serde_json::from_str(body).map_or(true, violated) { Outcome::Invalid } else { Outcome::Open }
}

/// The code of a reply, which is well formed, as its side has it.
fn code(side: Side, operation: &Operation, reply: &Reply, about: &str) -> u16 {
    let body = reply.json();
    let code = body[side.envelope().code_field()].as_u64().and_then(|code| u16::try_from(code).ok());
    let code = code.unwrap_or_else(|| panic!("{about}: {reply:?}"));
    assert!(code < 500 && reply.status < 500, "{about}: {reply:?}");
    if code == 200 {
        assert_eq!(side.document().violations(operation.info.success, &body), [], "{about}: {body}");
    } else {
        let form = SIDES.iter().find(|form| std::ptr::eq(form.document, side.document())).expect("a side");
        if !operation.info.failures_with_data.contains(&code) {
            form.assert_failure(code, &body, about);
        }
        let shown = INTERNALS.iter().find(|word| reply.body.contains(**word));
        assert_eq!(shown, None, "{about} tells how we are built: {}", reply.body);
    }
    assert!(!reply.headers.contains_key("x-injected"), "{about}: {reply:?}");
    code
}

/// One server under attack.
struct Attacked {
    server: Server,
    tally: Tally,
    /// What it had stored when somebody looked last.
    state: String,
}

impl Attacked {
    async fn case(&mut self, (side, operation): (Side, &Operation), attack: &'static str, body: &str, refused: bool) {
        let about = format!("{}: {attack}: {}", operation.info.id, body.chars().take(300).collect::<String>());
        let (reply, took) = self.server.call(side, operation, body, &about).await;
        let code = code(side, operation, &reply, &about);
        self.tally.add(attack, code, took);
        match expected(side, operation, body, refused) {
            Outcome::Invalid => assert_eq!(code, 400, "{about}: {reply:?}"),
            Outcome::TooLarge => assert_eq!(code, 413, "{about}: {reply:?}"),
            // Who is refused for what is there finds it as it was.
            Outcome::Open if operation.writes && code != 200 => self.unchanged(&about).await,
            Outcome::Open if operation.writes => self.state = self.server.state().await,
            Outcome::Open => {}
        }
    }

    async fn unchanged(&self, about: &str) {
        assert!(self.server.state().await == self.state, "{about}: something was stored");
    }
}

/// Every attack in every field of every operation.
async fn attack(server: Server, name: &str) {
    let (attacks, names) = (attacks(), names());
    let state = server.state().await;
    let mut attacked = Attacked { server, tally: Tally::default(), state };
    for &side in attacked.server.sides() {
        for operation in &side.contract().operations {
            for (number, field) in operation.fields.iter().enumerate() {
                let placed = Placed::of(operation, field);
                for attack in &attacks {
                    let some = if attack.heavy { 1 } else { attack.values.len() };
                    for value in attack.values.iter().cycle().skip(number).take(some) {
                        attacked.case((side, operation), attack.name, &placed.with(value), attack.heavy).await;
                    }
                }
                if let Some(twice) = placed.twice() {
                    attacked.case((side, operation), "keys that stand twice", &twice, true).await;
                }
            }
            let good = operation.examples[0].1.to_string();
            for name in &names {
                let comma = if good == "{}" { "" } else { "," };
                let body = format!("{{{name}:1{comma}{}", &good[1..]);
                attacked.case((side, operation), "hostile names of fields", &body, false).await;
            }
            attacked.unchanged(operation.info.id).await;
        }
    }
    assert!(attacked.tally.cases() > 10_000, "{} cases", attacked.tally.cases());
    attacked.tally.print(name);
}

#[tokio::test]
async fn hostile_values_in_any_field_of_the_mock_get_a_quick_refusal_and_change_nothing() {
    attack(Server::mock().await, "polaris mock").await;
}

#[tokio::test]
async fn hostile_values_in_any_field_of_production_get_a_quick_refusal_and_change_nothing() {
    on_both_engines(|front| async {
        attack(Server::production(front).await, "polaris serve").await;
    })
    .await;
}
