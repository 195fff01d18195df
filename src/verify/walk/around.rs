use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures_util::future::join_all;
use serde_json::{Map, Value};

use super::{
    invariant::{Book, Invariant, Look, ROOTS, field_value},
    step::Step,
    term::Scope,
    things::Maker,
};
use crate::verify::{Call, Envelope, Exchange, Expectation, Purpose, Session, contract::Operation, generate};

/// So many clients run in a race.
const RACERS: u64 = 4;
/// Of a list, so many rows are looked at, and so many if more must be read for each.
const ROWS: usize = 50;
const WATCHED_ROWS: usize = 2;
/// Values of racers have numbers of their own.
const RACER: u64 = 1 << 32;

/// Which invariants are looked at.
#[derive(Debug, Clone, Copy)]
pub(super) enum Which {
    All,
    /// Those that hold while others call, too.
    InCrowd,
    /// That of this name, in a replay that nobody records.
    Only(&'static str),
}

/// An invariant that does not hold.
#[derive(Debug, Clone)]
pub(super) struct Broken {
    pub invariant: &'static Invariant,
    pub operation: &'static Operation,
    /// What is claimed, and what is there instead.
    pub why: String,
    /// The step and what was read around it.
    pub exchanges: Vec<Arc<Exchange>>,
}

/// What came of a step.
pub(super) struct Outcome {
    /// What the operation gave, if it succeeded.
    pub got: Option<Value>,
    pub broken: Vec<Broken>,
    /// The race that was run.
    pub race: Option<&'static str>,
    /// The step's calls.
    pub exchanges: Vec<Arc<Exchange>>,
}

/// Makes the steps of a walk, with what the invariants read before and after each.
pub(super) struct Around<'a> {
    pub session: &'a Session,
    pub book: &'static Book,
    pub which: Which,
    pub purpose: Purpose,
    pub maker: Maker,
    pub memory: BTreeMap<(&'static str, String), Value>,
}

/// What was read at one moment: the same call is made once.
#[derive(Default)]
struct Moment(Vec<(Vec<u8>, &'static str, Arc<Exchange>)>);

/// An invariant on its way through a step.
struct Plan {
    invariant: &'static Invariant,
    before: Map<String, Value>,
    looks: Vec<Arc<Exchange>>,
}

impl<'a> Around<'a> {
    pub fn new(session: &'a Session, book: &'static Book, which: Which, purpose: Purpose, maker: Maker) -> Self {
        Self { session, book, which, purpose, maker, memory: BTreeMap::new() }
    }

    /// Makes the step. `race` says whether a race may be run instead of one call.
    pub async fn step(&mut self, step: &Step, race: bool) -> Outcome {
        let mut scope = Scope::default();
        scope.set("sent", step.body.clone());
        let mut plans = self.before(step, &scope).await;
        let racing = plans.iter().position(|plan| {
            plan.invariant.race.is_some() && (race || step.race == Some(plan.invariant.rule.as_str()))
        });
        if let Some(index) = racing {
            return self.race(step, scope, plans.swap_remove(index)).await;
        }
        plans.retain(|plan| plan.invariant.race.is_none());
        let expected = generate::verdict(self.session.side, step.operation, &step.body);
        let exchange = self.call(Call::new(step.operation, &step.body), &expected).await;
        let mut outcome = Outcome { got: None, broken: Vec::new(), race: None, exchanges: vec![exchange.clone()] };
        let Some((code, got)) = self.said(&exchange) else { return outcome };
        outcome.got = Some(got.clone()).filter(|_| code == 200);
        scope.set("code", code.into());
        scope.set("got", got);
        self.after(step, &scope, plans, &mut outcome).await;
        outcome
    }

    /// What the invariants that may apply read before the step.
    async fn before(&self, step: &Step, scope: &Scope) -> Vec<Plan> {
        let mut moment = Moment::default();
        let mut plans = Vec::new();
        for invariant in self.book.of(step.operation.id()) {
            let wanted = match self.which {
                Which::All => true,
                Which::InCrowd => invariant.holds_in_a_crowd(),
                Which::Only(rule) => invariant.rule == rule,
            };
            let may = || invariant.watch.values().all(|look| self.session.may_call(look.id(step.operation)));
            if !wanted || !may() || !invariant.applies(scope, &["sent"]) {
                continue;
            }
            let mut plan = Plan { invariant, before: Map::new(), looks: Vec::new() };
            let looks = invariant.watch.iter().filter(|_| invariant.looks_back());
            for (name, look) in looks {
                if let Some((value, exchange)) = self.look(look, step.operation, scope, &["sent"], &mut moment).await {
                    plan.before.insert(name.clone(), value);
                    plan.looks.push(exchange);
                }
            }
            if invariant.applies(&scope.with("before", plan.before.clone().into()), &["sent", "before"]) {
                plans.push(plan);
            }
        }
        plans
    }

    /// Several clients at once.
    async fn race(&mut self, step: &Step, mut scope: Scope, plan: Plan) -> Outcome {
        let invariant = plan.invariant;
        let bodies: Vec<_> = (0..RACERS).map(|racer| self.racer(step, invariant, racer)).collect();
        let this = &*self;
        let calls = bodies.iter().map(|body| async move {
            let expected = generate::verdict(this.session.side, step.operation, body);
            this.call(Call::new(step.operation, body), &expected).await
        });
        let exchanges = join_all(calls).await;
        let race = Some(invariant.rule.as_str());
        let mut outcome = Outcome { got: None, broken: Vec::new(), race, exchanges: exchanges.clone() };
        let mut winners = Vec::new();
        for (exchange, body) in exchanges.iter().zip(bodies) {
            match self.said(exchange) {
                Some((200, got)) => winners.push((body, got)),
                Some(_) => {}
                // Nobody knows who has won.
                None => return outcome,
            }
        }
        scope.set("wins", winners.len().into());
        if let Some((body, got)) = winners.into_iter().next() {
            scope.set("winner", body);
            scope.set("got", got.clone());
            outcome.got = Some(got);
        }
        self.after(step, &scope, vec![plan], &mut outcome).await;
        outcome
    }

    fn racer(&self, step: &Step, invariant: &Invariant, racer: u64) -> Value {
        let mut body = step.body.clone();
        for (index, name) in (0..).zip(invariant.race.iter().flatten()) {
            let field = step.operation.field(&format!("/{name}"));
            let kind = self.book.kind(step.operation.id(), name);
            let value = kind.and_then(|kind| self.maker.make(self.book, kind, RACER + 16 * racer + index));
            if let Some((field, value)) = field.zip(value) {
                body[name] = field_value(field, &value);
            }
        }
        body
    }

    async fn after(&mut self, step: &Step, scope: &Scope, plans: Vec<Plan>, outcome: &mut Outcome) {
        const KNOWN: &[&str] = &["sent", "before", "got", "code", "wins", "winner"];
        let before = |plan: &Plan| scope.with("before", plan.before.clone().into());
        let plans: Vec<_> = plans.into_iter().filter(|plan| plan.invariant.applies(&before(plan), KNOWN)).collect();
        let mut moment = Moment::default();
        let mut looked = Vec::new();
        for plan in plans {
            for row in rows(plan.invariant, scope) {
                let scope = row.map_or_else(|| before(&plan), |row| before(&plan).with("row", row));
                if let Some(seen) = self.looks(plan.invariant, step.operation, &scope, &mut moment).await {
                    looked.push((
                        plan.invariant,
                        scope.with("after", seen.0.into()),
                        [&plan.looks[..], &seen.1].concat(),
                    ));
                }
            }
        }
        let mut again = None;
        if looked.iter().any(|(invariant, ..)| invariant.again) {
            let exchange = self.call(Call::new(step.operation, &step.body), &Expectation::Documented).await;
            again = self.said(&exchange).map(|said| (exchange, said));
        }
        let mut moment = Moment::default();
        for (invariant, mut scope, looks) in looked {
            let mut exchanges = split(looks, invariant.watch.len(), &outcome.exchanges);
            if invariant.again {
                let Some((exchange, (code, got))) = &again else { continue };
                scope.set("again", got.clone());
                scope.set("again_code", (*code).into());
                exchanges.push(exchange.clone());
                let Some(seen) = self.looks(invariant, step.operation, &scope, &mut moment).await else { continue };
                scope.set("later", seen.0.into());
                exchanges.extend(seen.1);
            }
            if let Some(why) = self.judge(invariant, step.operation, scope) {
                outcome.broken.push(Broken { invariant, operation: step.operation, why, exchanges });
            }
        }
    }

    /// What is claimed and does not hold.
    fn judge(
        &mut self,
        invariant: &'static Invariant,
        operation: &'static Operation,
        mut scope: Scope,
    ) -> Option<String> {
        let others: Vec<_> = ROOTS.iter().copied().filter(|root| *root != "was").collect();
        if !invariant.applies(&scope, &others) {
            return None;
        }
        let mut known = true;
        if let Some(remember) = &invariant.remember {
            let key = (invariant.rule.as_str(), remember.by.value(&scope).to_string());
            let was = self.memory.get(&key).cloned();
            known = was.is_some();
            scope.set("was", was.unwrap_or_default());
            self.memory.insert(key, remember.keep.value(&scope));
        }
        if !known || !invariant.applies(&scope, ROOTS) {
            return None;
        }
        let broken = invariant.holds.iter().find_map(|claim| {
            let why = claim.check(&scope, &invariant.moves).err()?;
            Some(format!("“{}” does not hold: {why}", claim.text()))
        });
        if self.recorded() {
            let cell = invariant.cell(operation);
            self.session.recorder.coverage(|coverage| coverage.count(cell, broken.is_none()));
        }
        broken
    }

    /// Everything that the invariant watches and that can be asked now. None if the target gave no answer.
    async fn looks(
        &self,
        invariant: &'static Invariant,
        on: &'static Operation,
        scope: &Scope,
        moment: &mut Moment,
    ) -> Option<(Map<String, Value>, Vec<Arc<Exchange>>)> {
        let (mut values, mut exchanges) = (Map::new(), Vec::new());
        for (name, look) in &invariant.watch {
            let (value, exchange) = self.look(look, on, scope, ROOTS, moment).await?;
            values.insert(name.clone(), value);
            exchanges.push(exchange);
        }
        Some((values, exchanges))
    }

    async fn look(
        &self,
        look: &'static Look,
        on: &'static Operation,
        scope: &Scope,
        known: &[&str],
        moment: &mut Moment,
    ) -> Option<(Value, Arc<Exchange>)> {
        let call = look.call(on, self.session.side, scope, known)?;
        let seen = moment.0.iter().find(|(body, id, _)| *body == call.body && *id == look.id(on));
        let exchange = match seen {
            Some((_, _, exchange)) => exchange.clone(),
            None => {
                let (body, call_id) = (call.body.clone(), call.operation?.id());
                let expected = generate::verdict(self.session.side, call.operation?, &call.json()?);
                let exchange = self.call(call, &expected).await;
                moment.0.push((body, call_id, exchange.clone()));
                exchange
            }
        };
        let (_, got) = self.said(&exchange)?;
        Some((got, exchange))
    }

    async fn call(&self, call: Call, expected: &Expectation) -> Arc<Exchange> {
        match self.recorded() {
            true => self.session.exchange(call, expected, &self.purpose).await.0,
            false => self.session.call(call).await,
        }
    }

    fn recorded(&self) -> bool {
        !matches!(self.which, Which::Only(_))
    }

    /// The code and what the operation gave; what every flat reply has is left out.
    fn said(&self, exchange: &Exchange) -> Option<(u16, Value)> {
        let envelope = self.session.side.envelope();
        let reply = exchange.reply()?;
        let code = reply.code(envelope).unwrap_or(reply.status);
        if code != 200 {
            return Some((code, Value::Null));
        }
        let mut data = reply.data(envelope).cloned().unwrap_or_default();
        if let (Envelope::Flat, Some(fields)) = (envelope, data.as_object_mut()) {
            fields.retain(|name, _| !["result", "msg"].contains(&name.as_str()));
        }
        Some((code, data))
    }
}

/// The rows that the invariant is about, or none if it is about the exchange.
fn rows(invariant: &Invariant, scope: &Scope) -> Vec<Option<Value>> {
    let Some(path) = &invariant.each else { return vec![None] };
    let most = if invariant.watch.is_empty() { ROWS } else { WATCHED_ROWS };
    let list = scope.value(path);
    list.as_array().into_iter().flatten().take(most).cloned().map(Some).collect()
}

/// The exchanges in the order in which they were made: looks before, the step, looks after.
fn split(looks: Vec<Arc<Exchange>>, after: usize, step: &[Arc<Exchange>]) -> Vec<Arc<Exchange>> {
    let (before, after) = looks.split_at(looks.len() - after.min(looks.len()));
    let mut seen = BTreeSet::new();
    let all = before.iter().chain(step).chain(after);
    all.filter(|exchange| seen.insert(Arc::as_ptr(exchange))).cloned().collect()
}
