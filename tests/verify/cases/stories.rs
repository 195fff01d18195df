use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use futures_util::{FutureExt, future::BoxFuture};
use insta::assert_snapshot;
use polaris::verify::{
    Exchange, Side, Target,
    cases::{Asked, Book, Calls, Fresh, Verdict, run},
    checks::{self, Seen},
};

use super::{
    clients::Clients,
    servers::{Engine, Servers},
    story::Story,
};

/// Makes the calls of cases, as raw HTTP, or by the clients where they can make them.
struct Teller {
    targets: Vec<(Side, Target)>,
    clients: Clients,
    typed: bool,
    story: Mutex<Story>,
    faults: Mutex<Vec<String>>,
}

impl Teller {
    fn new(servers: &Servers, typed: bool) -> Self {
        let target = |side| (side, Target::new(&servers.base(side), None, Duration::from_secs(10)).expect("a target"));
        Self {
            targets: Side::ALL.map(target).into(),
            clients: Clients::of(servers),
            typed,
            story: Mutex::default(),
            faults: Mutex::default(),
        }
    }
}

impl Calls for Teller {
    fn reaches(&self, _: Side) -> bool {
        true
    }

    fn call<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, (Arc<Exchange>, bool)> {
        async move {
            let (_, target) = self.targets.iter().find(|(side, _)| *side == asked.side).expect("a target");
            if self.typed && asked.typed {
                let begun = Instant::now();
                let outcome = self.clients.call(asked.side, &asked.call).await;
                let exchange = Exchange {
                    call: asked.call,
                    base: target.base().into(),
                    token: false,
                    signed: None,
                    outcome,
                    latency: begun.elapsed(),
                };
                return (Arc::new(exchange), true);
            }
            let exchange = Arc::new(target.call(asked.call).await);
            let seen = Seen { side: asked.side, exchange: &exchange, expected: &asked.expected, max_latency: None };
            let found = checks::all(&seen);
            self.story.lock().expect("the story").tell(asked.line, asked.side, &exchange);
            let about = |(check, failure): &(&str, checks::Failure)| {
                format!("{}:{} {check}: {} {:?}", asked.case.file, asked.line, failure.message, failure.pointer)
            };
            self.faults.lock().expect("the faults").extend(found.iter().map(about));
            (exchange, found.is_empty())
        }
        .boxed()
    }
}

impl Teller {
    /// Runs the cases of a file, and tells them.
    async fn tell(&self, file: &str, engine: Engine) -> String {
        let book = Book::built_in().expect("the cases");
        *self.story.lock().expect("the story") = Story::default();
        for case in book.cases.iter().filter(|case| case.file == file) {
            self.story.lock().expect("the story").begin(&case.name);
            match run(case, &book.world, Fresh { seed: 0, run: 0 }, self).await {
                Verdict::Passed => {}
                // The servers have no token.
                Verdict::NotExercised(_) if case.rule.id == "flat.token" => {}
                other => {
                    let faults = self.faults.lock().expect("the faults");
                    panic!("{engine:?}: {}: {other:#?} {faults:#?}", case.origin())
                }
            }
        }
        self.story.lock().expect("the story").text()
    }
}

/// Every case in the files of `folders` passes on every engine: as raw HTTP, with one snapshot a file, the same on all
/// engines, and through the clients, which call every operation of `sides`.
async fn every_case(folders: &[&str], engines: &[Engine], sides: &[Side]) {
    let files = || Book::files().filter(|file| folders.iter().any(|folder| file.starts_with(folder)));
    for engine in engines {
        for file in files() {
            let Some(servers) = Servers::start(*engine).await else { continue };
            let story = Teller::new(&servers, false).tell(file, *engine).await;
            assert_snapshot!(file.replace('/', "_").trim_end_matches(".yaml"), story);
        }
        let Some(servers) = Servers::start(*engine).await else { continue };
        let teller = Teller::new(&servers, true);
        for file in files() {
            teller.tell(file, *engine).await;
        }
        let all = sides.iter().flat_map(|side| side.operations()).map(|operation| operation.id);
        assert!(teller.clients.called().is_superset(&all.collect()), "{:?}", teller.clients.called());
    }
}

#[tokio::test]
async fn every_case_of_weichuang_passes_on_its_mock() {
    every_case(&["weichuang/"], &[Engine::Mock], &[Side::Weichuang]).await;
}

#[tokio::test]
async fn every_case_of_ours_passes_alike_on_the_mock_on_sqlite_and_on_postgresql() {
    let engines = [Engine::Mock, Engine::Sqlite, Engine::Postgres];
    every_case(&["polaris/", "internal/", "flows/"], &engines, &[Side::Polaris, Side::Internal]).await;
}
