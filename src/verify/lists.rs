//! Pages: whoever turns them sees every row once.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use serde_json::{Value, json};

use super::{
    Call, Cell, Coverage, Exchange, Expectation, Finding, Origin, Part, Purpose, Session,
    contract::{Operation, Page},
};

const PART: &str = "pages";
/// The cell, and the check.
const PAGES: &str = "pages";
/// At most this many pages of one list are turned.
const TURNS: usize = 40;

/// The part that turns the pages of every list.
#[derive(Debug)]
pub struct Lists;

impl Part for Lists {
    fn name(&self) -> &'static str {
        PART
    }

    fn list(&self, session: &Session) -> Vec<String> {
        let name = |operation: &Operation| format!("{PART}: {} turns the pages", operation.id());
        lists(session).map(|(operation, _)| name(operation)).collect()
    }

    fn expect(&self, session: &Session, coverage: &mut Coverage) {
        lists(session).for_each(|(operation, _)| coverage.expect(cell(operation)));
    }

    fn run<'a>(&'a self, session: &'a Arc<Session>) -> BoxFuture<'a, ()> {
        async move {
            for (operation, page) in lists(session) {
                for (name, filter) in filters(operation) {
                    if session.budget.take() {
                        turn(session, operation, page, &name, &filter).await;
                    }
                }
            }
        }
        .boxed()
    }
}

fn lists(session: &Session) -> impl Iterator<Item = (&'static Operation, &'static Page)> {
    session.operations.iter().filter_map(|operation| Some((*operation, operation.page.as_ref()?)))
}

fn cell(operation: &Operation) -> Cell {
    Cell::Form { operation: operation.id(), name: PAGES }
}

/// What is listed: everything as far as the contract's examples allow, and each example as it is.
fn filters(operation: &Operation) -> Vec<(String, Value)> {
    let all = everything(operation).map(|body| ("without filters".to_owned(), body));
    let mut found: Vec<_> = all.into_iter().collect();
    found.extend(operation.examples.iter().map(|(name, body)| (format!("example {name}"), body.clone())));
    found
}

/// A request for all that a list has, as far as the contract's examples allow.
pub(super) fn everything(operation: &Operation) -> Option<Value> {
    let (_, example) = operation.examples.first()?;
    let required = operation.fields.iter().filter(|field| field.required && field.is_outermost());
    Some(required.filter_map(|field| Some((field.name.clone(), example.get(&field.name)?.clone()))).collect())
}

/// A page that was read.
struct Turned {
    exchange: Arc<Exchange>,
    rows: Vec<Value>,
    total: Option<u64>,
    more: bool,
}

async fn turn(session: &Session, operation: &'static Operation, page: &Page, name: &str, filter: &Value) {
    let purpose = Purpose::new(Origin::new(PART, format!("{} {name}", operation.id())));
    // The list at one go, then in small pages, then at one go again: what changed meanwhile proves nothing.
    let Some(whole) = read(session, operation, filter, 1, 200, &purpose).await else { return };
    let size = (whole.rows.len() / 4).clamp(1, 7);
    let mut turned = Vec::new();
    for number in 1..=TURNS {
        let Some(next) = read(session, operation, filter, number, size, &purpose).await else { return };
        let last = !next.more || next.rows.is_empty();
        turned.push(next);
        if last {
            break;
        }
    }
    let Some(again) = read(session, operation, filter, 1, 200, &purpose).await else { return };
    if again.rows != whole.rows || again.total != whole.total {
        session.recorder.note(format!("{}: the list changed while its pages were turned", operation.id()));
        return;
    }
    let found = faults(page, &whole, &turned, size);
    session.recorder.coverage(|coverage| {
        if !whole.rows.is_empty() || !found.is_empty() {
            coverage.count(cell(operation), found.is_empty());
        } else {
            coverage.skip(cell(operation), "the list is empty");
        }
    });
    for (message, exchanges) in found {
        session.recorder.report(Finding {
            check: PAGES,
            operation: Some(operation),
            pointer: None,
            message,
            exchanges,
            origin: purpose.origin.clone(),
        });
    }
}

async fn read(
    session: &Session,
    operation: &'static Operation,
    filter: &Value,
    number: usize,
    size: usize,
    purpose: &Purpose,
) -> Option<Turned> {
    let mut body = filter.clone();
    body["pageNo"] = json!(number);
    body["pageSize"] = json!(size);
    let (exchange, _) = session.exchange(Call::new(operation, &body), &Expectation::accepted(), purpose).await;
    let envelope = session.side.envelope();
    let data = exchange.reply().filter(|reply| reply.is_success(envelope))?.data(envelope)?;
    let (rows, total) = (data["result"].as_array()?.clone(), data["total"].as_u64());
    let more = data["hasMore"].as_bool()?;
    Some(Turned { rows, total, more, exchange })
}

/// What is wrong with the pages, in sentences, with the exchanges that show it.
fn faults(page: &Page, whole: &Turned, turned: &[Turned], size: usize) -> Vec<(String, Vec<Arc<Exchange>>)> {
    let mut found = Vec::new();
    let key = |row: &Value| page.key.as_ref().map_or_else(|| row.to_string(), |key| row[key].to_string());
    let mut seen = BTreeSet::new();
    for (index, one) in turned.iter().enumerate() {
        let exchange = || vec![one.exchange.clone()];
        if one.rows.len() > size {
            found.push((format!("a page has {} rows, and pageSize is {size}", one.rows.len()), exchange()));
        }
        for (field, asked) in [("pageNo", index + 1), ("pageSize", size)] {
            let said = one.exchange.reply().and_then(|reply| reply.json()?["data"][field].as_u64());
            if said != Some(asked as u64) {
                let said = said.map_or_else(|| "no number".to_owned(), |said| said.to_string());
                found.push((format!("{field} is {said} in the reply, and {asked} was asked for"), exchange()));
            }
        }
        if one.more && one.rows.len() < size {
            found.push((format!("hasMore is true after {} rows of {size}", one.rows.len()), exchange()));
        }
        if let Some(row) = one.rows.iter().find(|row| !seen.insert(key(row))) {
            let before = turned[..=index].iter().find(|each| each.rows.iter().any(|other| key(other) == key(row)));
            let shows = before.into_iter().map(|each| each.exchange.clone()).chain(exchange()).collect();
            found.push(("a row stands on two pages, or twice on one".to_owned(), shows));
        }
        if one.total != whole.total {
            found.push((
                "total differs from page to page".to_owned(),
                vec![whole.exchange.clone(), one.exchange.clone()],
            ));
        }
    }
    let rows: Vec<_> = turned.iter().flat_map(|one| &one.rows).collect();
    let ended = turned.last().is_some_and(|last| !last.more);
    let all = || whole.exchange.clone();
    let last = || turned.last().map(|last| last.exchange.clone());
    if !whole.more && ended {
        if let Some(total) = whole.total.filter(|total| *total != whole.rows.len() as u64) {
            found.push((format!("total is {total}, and there are {} rows", whole.rows.len()), vec![all()]));
        }
        if whole.rows.iter().any(|row| !seen.contains(&key(row))) {
            found.push((
                "a row of the whole list stands on no page".to_owned(),
                [all()].into_iter().chain(last()).collect(),
            ));
        }
    }
    if whole.more && whole.total.is_some_and(|total| total <= whole.rows.len() as u64) {
        found.push(("hasMore is true, and total says that this is all".to_owned(), vec![all()]));
    }
    if !whole.more && !ended && turned.len() < TURNS {
        found.push(("hasMore contradicts itself".to_owned(), vec![all()]));
    }
    let differs = rows.iter().zip(&whole.rows).position(|(one, other)| key(one) != key(other));
    if let Some(index) = differs {
        let shows = turned.get(index / size).map(|one| one.exchange.clone());
        found.push((
            "the pages have another order than the list".to_owned(),
            [all()].into_iter().chain(shows).collect(),
        ));
    }
    if let Some((field, _)) = page.unsorted(&whole.rows) {
        found.push((format!("the rows are not sorted by {field}, newest first"), vec![all()]));
    }
    found
}
