use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use serde_json::Value;

use super::{
    Case, Data, Fresh,
    matching::{Mismatch, matches},
    pattern::Use,
    scope::{Scope, root},
    step::Step,
};
use crate::verify::{Call, Exchange, Expectation, Side, contract::Operation};

/// How long to wait before a reply that comes true only after a while is asked for again.
const PAUSE: Duration = Duration::from_millis(50);

/// Makes the calls of cases.
pub trait Calls: Send + Sync {
    /// Whether there is somebody to call on `side`.
    fn reaches(&self, side: Side) -> bool;

    /// Whether the time is over: nothing more is waited for.
    fn is_over(&self) -> bool {
        false
    }

    /// Makes a call. Says also whether everything held that must hold of every exchange.
    fn call<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, (Arc<Exchange>, bool)>;
}

/// A call that a case asks for.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The case.
    pub case: &'a Case,
    /// The line of its file.
    pub line: u64,
    /// Whom it goes to.
    pub side: Side,
    /// The call.
    pub call: Call,
    /// What the checks of every exchange are told.
    pub expected: Expectation,
    /// Whether the request is one of the contract, so that a typed client can make the call.
    pub typed: bool,
}

/// How a case went.
#[derive(Debug)]
pub enum Verdict {
    /// Everything held.
    Passed,
    /// Something did not.
    Failed(Failed),
    /// The target's data does not meet the preconditions, or there is nobody to call: why.
    NotExercised(String),
}

/// Why a case does not go on.
enum Stop {
    Failed(Failed),
    /// The time is over.
    Over,
}

/// Why a case is not exercised any more.
const OVER: &str = "the time was over before the case was";

/// What did not hold.
#[derive(Debug)]
pub struct Failed {
    /// The operation that was called.
    pub operation: Option<&'static Operation>,
    /// The line of the call in the case's file.
    pub line: u64,
    /// A JSON Pointer into the reply.
    pub pointer: Option<String>,
    /// Why, in a sentence; none when only the checks of every exchange found something, which they report.
    pub reason: Option<String>,
    /// The calls of the case so far.
    pub exchanges: Vec<Arc<Exchange>>,
}

/// Runs a case.
pub async fn run(case: &Case, data: &Data, fresh: Fresh, calls: &dyn Calls) -> Verdict {
    if let Some(side) = case.calls_sides().into_iter().find(|side| !calls.reaches(*side)) {
        return Verdict::NotExercised(format!("it calls the side {side} too (--{side} URL)"));
    }
    let mut running = Running { case, data, calls, scope: Scope::default(), exchanges: Vec::new() };
    for (name, kind) in &case.make {
        running.scope.set(name, fresh.make(kind, &format!("{} {} {name}", case.file, case.name)));
    }
    if let Err(reason) = running.meet(&case.given).await {
        return Verdict::NotExercised(reason);
    }
    if let Err(reason) = running.bind_the_rest() {
        return Verdict::NotExercised(reason);
    }
    // What is given up half-way may still have changed something.
    running.exchanges.clear();
    let verdict = running.steps(case.calls.iter().chain(&case.afterwards)).await;
    let undone = running.undo().await;
    match verdict.and(undone) {
        Ok(()) => Verdict::Passed,
        Err(Stop::Failed(failed)) => Verdict::Failed(failed),
        Err(Stop::Over) => Verdict::NotExercised(OVER.to_owned()),
    }
}

struct Running<'a> {
    case: &'a Case,
    data: &'a Data,
    calls: &'a dyn Calls,
    scope: Scope,
    exchanges: Vec<Arc<Exchange>>,
}

impl Running<'_> {
    async fn steps(&mut self, steps: impl Iterator<Item = &Step>) -> Result<(), Stop> {
        for step in steps {
            if self.calls.is_over() {
                return Err(Stop::Over);
            }
            self.step(step).await?;
        }
        Ok(())
    }

    /// Every call that undoes something, whatever became of the others and of the time. A call that lacks a name is left out: what it
    /// would undo did not come about.
    async fn undo(&mut self) -> Result<(), Stop> {
        let mut outcome = Ok(());
        for step in &self.case.undo {
            if step.call(&self.scope).is_ok() {
                let undone = self.step(step).await;
                outcome = outcome.and(undone);
            }
        }
        outcome
    }

    async fn step(&mut self, step: &Step) -> Result<(), Stop> {
        let begun = tokio::time::Instant::now();
        loop {
            let mut scope = self.scope.clone();
            let (held, outcome) = match self.ask(step, &scope, step.expectation()).await {
                Ok((exchange, held)) => (held, compare(step, &exchange, &mut scope)),
                Err(reason) => (true, Err(Mismatch { pointer: String::new(), reason })),
            };
            match outcome {
                Ok(()) if held => {
                    self.scope = scope;
                    return Ok(());
                }
                Err(_) if held && begun.elapsed() < step.eventually => {
                    if self.calls.is_over() {
                        return Err(Stop::Over);
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                outcome => {
                    let mismatch = outcome.err();
                    return Err(Stop::Failed(Failed {
                        operation: step.operation,
                        line: step.line,
                        pointer: mismatch.as_ref().map(|mismatch| mismatch.pointer.clone()).filter(|at| !at.is_empty()),
                        reason: mismatch.map(|mismatch| mismatch.reason),
                        exchanges: self.exchanges.clone(),
                    }));
                }
            }
        }
    }

    async fn ask(
        &mut self,
        step: &Step,
        scope: &Scope,
        expected: Expectation,
    ) -> Result<(Arc<Exchange>, bool), String> {
        let asked = Asked {
            case: self.case,
            line: step.line,
            side: step.side,
            call: step.call(scope)?,
            expected,
            typed: step.is_typed(),
        };
        let (exchange, held) = self.calls.call(asked).await;
        self.exchanges.push(exchange.clone());
        Ok((exchange, held))
    }

    /// Makes the calls that are preconditions. The data that a call is the first to name is the first that meets it and
    /// all the calls after it.
    fn meet<'b>(&'b mut self, given: &'b [Step]) -> BoxFuture<'b, Result<(), String>> {
        async move {
            let Some((step, after)) = given.split_first() else { return Ok(()) };
            let names = self.unbound(step);
            let before = self.scope.clone();
            let mut unmet = Ok(());
            for choice in self.choices(&names)? {
                self.scope = before.clone();
                for (name, value) in names.iter().zip(choice) {
                    self.scope.set(name, value);
                }
                let met = match self.is_met(step).await {
                    Ok(()) => self.meet(after).await,
                    unmet => unmet,
                };
                if met.is_ok() {
                    return Ok(());
                }
                unmet = met;
            }
            unmet
        }
        .boxed()
    }

    /// Makes a call that is a precondition. Whatever it is answered: the contract alone is demanded of it.
    async fn is_met(&mut self, step: &Step) -> Result<(), String> {
        if self.calls.is_over() {
            return Err(OVER.to_owned());
        }
        let mut scope = self.scope.clone();
        let (exchange, held) = self.ask(step, &scope, Expectation::Documented).await?;
        let compared = compare(step, &exchange, &mut scope);
        self.scope = scope;
        let why = match compared {
            Ok(()) if held => return Ok(()),
            Ok(()) => "a reply violates the contract".to_owned(),
            Err(Mismatch { pointer, reason }) => format!("{pointer}: {reason}"),
        };
        Err(format!("the precondition at {}:{} is not met by any data ({why})", self.case.file, step.line))
    }

    /// The names of data that the step refers to and nothing stands for yet.
    fn unbound(&self, step: &Step) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut kept: Vec<String> = Vec::new();
        step.names(&mut |what, name, _| match what {
            Use::Keeps => kept.push(name.to_owned()),
            Use::Refers => {
                let name = root(name);
                if !self.scope.has(name) && !kept.iter().chain(&names).any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        });
        names
    }

    /// Every way to choose data for `names`.
    fn choices(&self, names: &[String]) -> Result<Vec<Vec<Value>>, String> {
        let mut choices = vec![Vec::new()];
        for name in names {
            let candidates = self.data.candidates(name);
            if candidates.is_empty() {
                return Err(format!("the data do not provide {name}"));
            }
            let with = |choice: &Vec<Value>| {
                let choice = choice.clone();
                candidates.iter().map(move |candidate| [choice.as_slice(), std::slice::from_ref(candidate)].concat())
            };
            choices = choices.iter().flat_map(with).collect();
        }
        Ok(choices)
    }

    /// Data that no precondition names is the first there is.
    fn bind_the_rest(&mut self) -> Result<(), String> {
        for step in self.case.calls.iter().chain(&self.case.afterwards).chain(&self.case.undo) {
            for name in self.unbound(step) {
                // What a later call keeps is no data.
                let Some(first) = self.data.candidates(&name).first() else {
                    if self.keeps(&name) {
                        continue;
                    }
                    return Err(format!("the data do not provide {name}"));
                };
                self.scope.set(&name, first.clone());
            }
        }
        Ok(())
    }

    fn keeps(&self, name: &str) -> bool {
        let mut keeps = false;
        for step in self.case.steps() {
            step.names(&mut |what, other, _| keeps |= what == Use::Keeps && other == name);
        }
        keeps
    }
}

/// Whether the reply is the one that the step is about.
fn compare(step: &Step, exchange: &Exchange, scope: &mut Scope) -> Result<(), Mismatch> {
    let at = |pointer: &str, reason: String| Mismatch { pointer: pointer.to_owned(), reason };
    let reply = exchange.outcome.as_ref().map_err(|fault| at("", fault.to_string()))?;
    let envelope = step.side.envelope();
    let code = reply.code(envelope).unwrap_or(reply.status);
    if code != step.code {
        let pointer = format!("/{}", envelope.code_field());
        return Err(at(&pointer, format!("{} is due, and it is {code}", step.code)));
    }
    for (key, pattern) in &step.headers {
        let value = reply.header(&key.name).map(Value::from);
        matches(pattern, value.as_ref(), "", scope)
            .map_err(|mismatch| Mismatch { reason: format!("{}: {}", key.name, mismatch.reason), ..mismatch })?;
    }
    if let Some(msg) = &step.msg {
        matches(msg, reply.json().and_then(|body| body.get("msg")), "/msg", scope)?;
    }
    if let Some(expect) = &step.expect {
        let pointer = if envelope.code_field() == "code" { "/data" } else { "" };
        matches(expect, reply.data(envelope), pointer, scope)?;
    }
    Ok(())
}
