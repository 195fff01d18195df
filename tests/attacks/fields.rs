use polaris::verify::{Side, contract::Operation};
use serde_json::Value;

use super::{
    hostile::{Attack, attacks, names},
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

/// A request with something hostile in it.
struct Case {
    attack: &'static str,
    body: String,
    /// The attack itself is reason enough to refuse it.
    refused: bool,
}

impl Case {
    fn too_large(&self) -> bool {
        self.body.len() > 1 << 20
    }

    /// Whether the contract has something against it.
    fn invalid(&self, side: Side, operation: &Operation) -> bool {
        let violated = |value: Value| !side.document().violations(operation.info.request, &value).is_empty();
        self.refused || self.too_large() || serde_json::from_str(&self.body).map_or(true, violated)
    }
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
    /// The code of the reply to `case`.
    async fn send(&mut self, (side, operation): (Side, &Operation), case: &Case) -> (u16, String) {
        let Case { attack, body, .. } = case;
        let about = format!("{}: {attack}: {}", operation.info.id, body.chars().take(300).collect::<String>());
        let (reply, took) = self.server.call(side, operation, body, &about).await;
        let code = code(side, operation, &reply, &about);
        self.tally.add(attack, code, took);
        assert_eq!(code == 413, case.too_large(), "{about}: {reply:?}");
        (code, about)
    }

    /// Reads store nothing, whatever they answer.
    async fn read(&mut self, of: (Side, &Operation), cases: &[Case]) {
        for case in cases {
            let (code, about) = self.send(of, case).await;
            assert!([400, 413].contains(&code) || !case.invalid(of.0, of.1), "{about}: {code}");
        }
    }

    /// What the contract is against comes first and stores nothing. Of the rest, who is refused for what is there finds it
    /// as it was.
    async fn write(&mut self, of: (Side, &Operation), cases: Vec<Case>) {
        let (invalid, open): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| case.invalid(of.0, of.1));
        for case in &invalid {
            let (code, about) = self.send(of, case).await;
            assert!([400, 413].contains(&code), "{about}: {code}");
        }
        self.unchanged(of.1.info.id).await;
        for case in &open {
            match self.send(of, case).await {
                (200, _) => self.state = self.server.state().await,
                (_, about) => self.unchanged(&about).await,
            }
        }
    }

    async fn unchanged(&self, about: &str) {
        assert!(self.server.state().await == self.state, "{about}: something was stored");
    }
}

/// Every attack in every field of an operation, and fields that it does not have.
fn cases(operation: &Operation, attacks: &[Attack], names: &[String]) -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, field) in operation.fields.iter().enumerate() {
        let placed = Placed::of(operation, field);
        for attack in attacks {
            let some = if attack.heavy { 1 } else { attack.values.len() };
            for value in attack.values.iter().cycle().skip(number).take(some) {
                cases.push(Case { attack: attack.name, body: placed.with(value), refused: attack.heavy });
            }
        }
        cases.extend(placed.twice().map(|body| Case { attack: "keys that stand twice", body, refused: true }));
    }
    let good = operation.examples[0].1.to_string();
    let comma = if good == "{}" { "" } else { "," };
    cases.extend(names.iter().map(|name| {
        let body = format!("{{{name}:1{comma}{}", &good[1..]);
        Case { attack: "hostile names of fields", body, refused: false }
    }));
    cases
}

async fn attack(server: Server, name: &str) {
    let (attacks, names) = (attacks(), names());
    let state = server.state().await;
    let mut attacked = Attacked { server, tally: Tally::default(), state };
    for &side in attacked.server.sides() {
        for operation in &side.contract().operations {
            let cases = cases(operation, &attacks, &names);
            if operation.writes {
                attacked.write((side, operation), cases).await;
            } else {
                attacked.read((side, operation), &cases).await;
                attacked.unchanged(operation.info.id).await;
            }
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
