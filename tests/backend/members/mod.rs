/// §2.2.21.
mod assets;
/// Registering members, and what happens to them later.
mod changes;
/// §2.2.19.
mod list;
/// §2.2.14.
mod merchant_list;
/// §2.2.20.
mod operate;
/// Indexes that the lists and the statistics find.
mod plans;
/// Requests that want the same thing at once.
mod races;
/// §2.2.18.
mod statistics;
/// Overdue, and no longer.
mod sweep;

use contracts::internal::{InternalApi, RecordRentalRequest};
use polaris::backend::{
    assets::bindings,
    db::{Sql, sql},
    members::{self, Member, NewMember, State},
};

use super::{Bench, on_both_engines};

const STATES: [State; 7] =
    [State::New, State::Using, State::Frozen, State::Blocked, State::Overdue, State::Refunded, State::Cancelled];

/// A new member of merchant 1001, called 王小明, with the phone 1333311 and four more digits.
async fn member(bench: &Bench, number: u16) -> Member {
    let new = NewMember { name: Some("王小明".into()), merchant_id: Some(1001), ..NewMember::default() };
    registered(bench, NewMember { phone: phone(number), ..new }).await
}

fn phone(number: u16) -> String {
    format!("1333311{number:04}")
}

async fn registered(bench: &Bench, new: NewMember) -> Member {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    let member = members::create(&mut session, &bench.backend, new).await.expect("a member");
    session.commit().await.expect("committed");
    member
}

/// A member that is in `state`.
async fn member_in(bench: &Bench, number: u16, state: State) -> Member {
    let member = member(bench, number).await;
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    members::set_state(&mut session, &member, state).await.expect("a state");
    session.commit().await.expect("committed");
    again(bench, &member).await
}

/// The member as it is now.
async fn again(bench: &Bench, member: &Member) -> Member {
    let mut session = bench.backend.db().session().await.expect("a session");
    members::by_id(&mut session, member.id).await.expect("an answer").expect("the member")
}

async fn run(bench: &Bench, statement: Sql) {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    session.execute(statement).await.expect("done");
    session.commit().await.expect("committed");
}

async fn bind(bench: &Bench, member: &Member, battery: &str) {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    bindings::insert(&mut session, &bench.backend, member, battery).await.expect("a binding");
    session.commit().await.expect("committed");
}

/// The member rents a vehicle from `from` to the end of the month, or until it is returned.
async fn rent(bench: &Bench, member: &Member, vehicle: &str, from: &str, returned: Option<&str>) {
    let rental = RecordRentalRequest {
        external_no: format!("{vehicle}-{}", from.replace([' ', ':'], "-")),
        phone_no: member.phone.clone(),
        vehicle_id: vehicle.into(),
        start_time: from.into(),
        due_time: "2021-09-30 00:00:00".into(),
        return_time: returned.map(str::to_owned),
        deposit: None,
    };
    bench.backend.record_rental(rental).await.expect("a rental");
}

/// `member_count` and `member_total` say what a count of all members says.
async fn assert_counted(bench: &Bench) {
    let mut session = bench.backend.db().session().await.expect("a session");
    for (kept, counted) in [
        (
            "SELECT merchant_id AS key, state, total FROM member_count WHERE total <> 0 ORDER BY merchant_id, state",
            "SELECT COALESCE(merchant_id, 0) AS key, state, COUNT(*) AS total FROM member GROUP BY 1, 2 ORDER BY 1, 2",
        ),
        (
            "SELECT CAST(0 AS BIGINT) AS key, state, CAST(SUM(total) AS BIGINT) AS total FROM member_total GROUP BY state \
             HAVING SUM(total) <> 0 ORDER BY state",
            "SELECT CAST(0 AS BIGINT) AS key, state, COUNT(*) AS total FROM member GROUP BY state ORDER BY state",
        ),
    ] {
        let mut read = Vec::new();
        for query in [kept, counted] {
            let rows = session.all(sql(query)).await.expect("counts");
            let row = |row: &polaris::backend::db::Row| {
                ["key", "state", "total"].map(|column| row.get::<i64>(column).expect("a number"))
            };
            read.push(rows.iter().map(row).collect::<Vec<_>>());
        }
        assert_eq!(read[0], read[1], "{kept}");
    }
}
