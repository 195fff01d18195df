use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use mocks::{Mock, Origin, World};
use poem::{
    Endpoint, Request, Response,
    endpoint::make,
    http::{HeaderMap, StatusCode, header},
};
use polaris::{
    server::{self, PolarisSide, Running, router},
    verify::Side,
};
use reqwest::{Client, Method, Url};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{
    call::{Answer, Asked},
    mutant::{Damage, Mutant, prefix},
};

/// How late a slow server answers: later than a run allows.
pub const LATE: Duration = Duration::from_millis(1200);

/// The three sides, healthy, each with its built-in world.
struct Healthy {
    running: Running,
    http: Client,
}

impl Healthy {
    async fn start() -> Self {
        let bound = server::bind("127.0.0.1", 0).await.expect("a free port");
        let world = World::default_world().expect("the built-in world");
        let mock = Arc::new(Mock::new(world, Origin::new(&bound.url())));
        let polaris = PolarisSide::start(&mock, &bound.url(), None).await.expect("our side");
        let running = bound.serve(router::mock(&mock, &polaris, router::Settings::default())).expect("a server");
        Self { running, http: Client::builder().no_proxy().build().expect("a client") }
    }

    async fn answer(&self, asked: &Asked) -> Answer {
        let url = format!("{}{}", self.running.url(), asked.uri);
        let request = self.http.request(asked.method.clone(), url).headers(asked.headers.clone());
        let reply = request.body(asked.body.clone()).send().await.expect("the healthy server answers");
        let (status, mut headers) = (reply.status().as_u16(), reply.headers().clone());
        for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::CONNECTION] {
            headers.remove(name);
        }
        Answer { status, headers, body: reply.bytes().await.expect("a body").to_vec() }
    }

    async fn reset(&self) {
        let reset = self.http.post(format!("{}/_mock/reset", self.running.url())).send().await.expect("an answer");
        assert!(reset.status().is_success(), "{reset:?}");
    }

    /// All that it knows.
    async fn state(&self) -> Value {
        let state = self.http.get(format!("{}/_mock/state", self.running.url())).send().await.expect("an answer");
        serde_json::from_slice(&state.bytes().await.expect("a body")).expect("JSON")
    }
}

/// A server in front of a healthy one that behaves as a mutant does.
pub struct Proxy {
    inner: Arc<Inner>,
    running: Running,
}

struct Inner {
    healthy: Healthy,
    /// Sees the updates that the healthy one is spared.
    shadow: Healthy,
    mutant: Mutex<Option<Arc<Mutant>>>,
    changed: AtomicBool,
    /// How many writes came by.
    writes: AtomicU64,
    /// What a stale read answered, and after how many writes.
    cache: Mutex<HashMap<Vec<u8>, (u64, Answer, Answer)>>,
}

impl Proxy {
    pub async fn start() -> Self {
        let inner = Arc::new(Inner {
            healthy: Healthy::start().await,
            shadow: Healthy::start().await,
            mutant: Mutex::new(None),
            changed: AtomicBool::new(false),
            writes: AtomicU64::new(0),
            cache: Mutex::default(),
        });
        let bound = server::bind("127.0.0.1", 0).await.expect("a free port");
        let running = bound.serve(routes(inner.clone())).expect("a server");
        Self { inner, running }
    }

    /// The base URL of a side.
    pub fn base(&self, side: Side) -> Url {
        format!("{}{}", self.running.url(), prefix(side)).parse().expect("a URL")
    }

    /// Behaves as `mutant` from now on, or as a healthy server; everything is as it was at the start.
    pub async fn be(&self, mutant: Option<&Mutant>) {
        let inner = &self.inner;
        *inner.mutant.lock().unwrap_or_else(PoisonError::into_inner) = mutant.cloned().map(Arc::new);
        inner.changed.store(false, Ordering::Relaxed);
        inner.cache.lock().unwrap_or_else(PoisonError::into_inner).clear();
        if inner.writes.swap(0, Ordering::Relaxed) > 0 {
            inner.healthy.reset().await;
            inner.shadow.reset().await;
        }
    }

    /// Whether the mutant has done anything that the healthy server would not have done.
    pub fn changed(&self) -> bool {
        self.inner.changed.load(Ordering::Relaxed)
    }
}

fn routes(inner: Arc<Inner>) -> impl Endpoint<Output = Response> {
    make(move |mut request: Request| {
        let inner = inner.clone();
        async move {
            let body = request.take_body().into_vec().await.expect("a body");
            let mut headers = HeaderMap::new();
            for name in [header::CONTENT_TYPE, header::AUTHORIZATION, header::ACCEPT, header::ORIGIN] {
                if let Some(value) = request.headers().get(&name) {
                    headers.insert(name, value.clone());
                }
            }
            let asked = Asked {
                method: request.method().clone(),
                uri: request.uri().to_string(),
                headers,
                json: serde_json::from_slice(&body).ok(),
                body,
            };
            let answer = inner.answer(&asked).await;
            let mut response =
                Response::builder().status(StatusCode::from_u16(answer.status).expect("a status")).body(answer.body);
            *response.headers_mut() = answer.headers;
            response
        }
    })
}

impl Inner {
    async fn answer(&self, asked: &Asked) -> Answer {
        let mutant = self.mutant.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let writes = writes(asked);
        if writes {
            self.writes.fetch_add(1, Ordering::Relaxed);
        }
        let Some(mutant) = mutant else { return self.healthy.answer(asked).await };
        if !mutant.is_meant(asked) {
            if writes && matches!(mutant.damage, Damage::Lose) {
                self.shadow.answer(asked).await;
            }
            return self.healthy.answer(asked).await;
        }
        match mutant.damage {
            Damage::Reply(change) => {
                let healthy = self.healthy.answer(asked).await;
                if asked.method != Method::POST {
                    return healthy;
                }
                let mut damaged = healthy.clone();
                change(&mutant, asked, &mut damaged);
                self.instead(healthy, damaged)
            }
            Damage::Request(change) => match change(&mutant, asked) {
                Some(other) if mutant.operation.writes => {
                    // Asking the healthy server too would change it twice.
                    self.changed.store(true, Ordering::Relaxed);
                    self.healthy.answer(&other).await
                }
                Some(other) => {
                    let due = self.healthy.answer(asked).await;
                    let got = self.healthy.answer(&other).await;
                    self.instead(due, got)
                }
                None => self.healthy.answer(asked).await,
            },
            Damage::Refuse(refuses) if refuses(&mutant, asked) => {
                self.changed.store(true, Ordering::Relaxed);
                self.healthy.answer(&asked.with(json!([]))).await
            }
            Damage::Refuse(_) => self.healthy.answer(asked).await,
            // Once it has come to something, nobody needs to look again.
            Damage::Lose if self.changed.load(Ordering::Relaxed) => self.shadow.answer(asked).await,
            Damage::Lose => {
                let before = self.shadow.state().await;
                let answer = self.shadow.answer(asked).await;
                if mutant.success(&answer) && before != self.shadow.state().await {
                    self.changed.store(true, Ordering::Relaxed);
                }
                answer
            }
            Damage::Twice => {
                let answer = self.healthy.answer(asked).await;
                if mutant.success(&answer) {
                    let before = self.healthy.state().await;
                    let second = self.healthy.answer(&again(asked)).await;
                    if mutant.success(&second) && before != self.healthy.state().await {
                        self.changed.store(true, Ordering::Relaxed);
                    }
                }
                answer
            }
            Damage::Stale => self.stale(asked).await,
            Damage::Slow => {
                sleep(LATE).await;
                self.changed.store(true, Ordering::Relaxed);
                self.healthy.answer(asked).await
            }
        }
    }

    /// `damaged`, if somebody could tell it from what the healthy server answered.
    fn instead(&self, healthy: Answer, damaged: Answer) -> Answer {
        if !damaged.differs(&healthy) {
            return healthy;
        }
        self.changed.store(true, Ordering::Relaxed);
        damaged
    }

    /// What was true before the last write, where the same was asked before it.
    async fn stale(&self, asked: &Asked) -> Answer {
        let now = self.writes.load(Ordering::Relaxed);
        let fresh = self.healthy.answer(asked).await;
        let stale = {
            let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = cache.entry(asked.body.clone()).or_insert_with(|| (now, fresh.clone(), fresh.clone()));
            if entry.0 < now {
                // Served now: what was fresh at the last call before the write.
                *entry = (now, entry.2.clone(), fresh.clone());
            } else {
                entry.2 = fresh.clone();
            }
            entry.1.clone()
        };
        self.instead(fresh, stale)
    }
}

/// The same update under another number, as a server takes it that forgets the number.
fn again(asked: &Asked) -> Asked {
    let mut request = asked.json.clone().unwrap_or_default();
    for key in ["externalNo", "giftNo", "refundNo", "batchNo"] {
        if let Some(number) = request.get_mut(key).and_then(|value| value.as_str().map(str::to_owned)) {
            request[key] = format!("{}-2", number.get(..60).unwrap_or(&number)).into();
        }
    }
    asked.with(request)
}

/// Whether a call is one of an operation that writes.
fn writes(asked: &Asked) -> bool {
    Side::ALL.iter().any(|side| {
        let path = asked.uri.strip_prefix(prefix(*side));
        path.is_some_and(|path| side.contract().operations.iter().any(|each| each.writes && each.info.path == path))
    })
}
