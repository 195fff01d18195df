/// What Weichuang may answer, or not.
mod answers;
/// Several instances, crashes and leases.
mod instances;
/// listDeliveries and retryDelivery.
mod operations;
/// Which row waits for which.
mod order;
/// A Weichuang that answers nobody.
mod outage;
/// What happens at the same moment.
mod races;
/// All current bindings, in batches.
mod sync;

use std::time::Duration;

use contracts::internal::{Delivery, InternalApi, ListDeliveriesRequest};
use polaris::backend::{
    Backend,
    members::{self, NewMember},
    outbox::{self, Message},
};

use super::{
    Bench, on_both_engines,
    partner::{Partner, TOO_LONG, backend, no, settle, with, yes},
};

const BIND: &str = "/battery/binding/update";
const USER: &str = "/user/query";

/// A new member whose phone ends with `number`.
async fn member(bench: &Bench, number: i64) -> i64 {
    let mut session = bench.backend.db().transaction().await.expect("a transaction");
    let new = NewMember { phone: (13_900_000_000 + number).to_string(), ..NewMember::default() };
    let member = members::create(&mut session, &bench.backend, new).await.expect("a member");
    session.commit().await.expect("committed");
    member.id
}

async fn enqueue(backend: &Backend, message: Message) -> i64 {
    let mut session = backend.db().transaction().await.expect("a transaction");
    let id = outbox::enqueue(&mut session, backend, message).await.expect("enqueued");
    session.commit().await.expect("committed");
    id
}

fn bound(battery_code: &str, member_id: i64) -> Message {
    Message::Binding { battery_code: battery_code.to_owned(), member_id, bound: true }
}

async fn delivery(backend: &Backend, id: i64) -> Delivery {
    let page = backend.list_deliveries(ListDeliveriesRequest::default()).await.expect("deliveries");
    page.result.into_iter().find(|delivery| delivery.id == id).expect("the delivery")
}

async fn state(backend: &Backend, id: i64) -> String {
    delivery(backend, id).await.state
}

async fn a_moment() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}
