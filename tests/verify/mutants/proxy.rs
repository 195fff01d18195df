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
        let polaris = PolarisSide::start(&mock, &bound.url(), &router::Settings::default()).await.expect("our side");
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
    /// What the shadow calls what the healthy one calls so.
    ids: Mutex<HashMap<String, String>>,
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
            ids: Mutex::default(),
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
        inner.ids.lock().unwrap_or_else(PoisonError::into_inner).clear();
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
            let answer = self.healthy.answer(asked).await;
            if matches!(mutant.damage, Damage::Lose) {
                self.shadow_too(asked, &answer).await;
            }
            return answer;
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
            Damage::Lose => self.lose(asked, &mutant).await,
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

    /// Lets the shadow do what the healthy server did, and learns by which ids it calls the same things.
    async fn shadow_too(&self, asked: &Asked, answer: &Answer) {
        let other = self.shadow.answer(&self.for_shadow(asked)).await;
        if let Some((one, other)) = answer.json().zip(other.json()) {
            pair(&one, &other, &mut self.ids.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// The call, with the ids by which the shadow knows things.
    fn for_shadow(&self, asked: &Asked) -> Asked {
        let ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(json) = &asked.json else { return asked.clone() };
        let mut renamed = json.clone();
        rename(&mut renamed, &ids);
        // What has no such ids goes on byte for byte.
        if renamed == *json { asked.clone() } else { asked.with(renamed) }
    }

    /// The shadow takes the update and gives the answer; the healthy server, which answers everything else, never hears of
    /// it.
    async fn lose(&self, asked: &Asked, mutant: &Mutant) -> Answer {
        let asked_shadow = self.for_shadow(asked);
        if self.changed.load(Ordering::Relaxed) {
            return self.shadow.answer(&asked_shadow).await;
        }
        let before = self.shadow.state().await;
        let answer = self.shadow.answer(&asked_shadow).await;
        if !mutant.success(&answer) {
            // A refusal is nothing to lose.
            return self.healthy.answer(asked).await;
        }
        if before != self.shadow.state().await {
            self.changed.store(true, Ordering::Relaxed);
        }
        answer
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

/// Notes the ids that stand at the same places of two replies.
fn pair(one: &Value, other: &Value, ids: &mut HashMap<String, String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.iter().for_each(|(name, value)| pair(value, other.get(name).unwrap_or(&Value::Null), ids));
        }
        (Value::Array(one), Value::Array(other)) => {
            one.iter().zip(other).for_each(|(one, other)| pair(one, other, ids))
        }
        _ => {
            if let Some((one, other)) = id(one).zip(id(other)).filter(|(one, other)| one != other) {
                ids.entry(one).or_insert(other);
            }
        }
    }
}

/// What we mint has 15 digits and more.
fn id(value: &Value) -> Option<String> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    (text.len() >= 15 && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

/// Puts other ids in the place of those that `ids` knows, in comma lists too.
fn rename(value: &mut Value, ids: &HashMap<String, String>) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|value| rename(value, ids)),
        Value::Array(items) => items.iter_mut().for_each(|value| rename(value, ids)),
        Value::String(text) => {
            let parts = text.split(',').map(|part| ids.get(part).map_or(part, String::as_str));
            *text = parts.collect::<Vec<_>>().join(",");
        }
        Value::Number(number) => {
            if let Some(other) = ids.get(&number.to_string()).and_then(|other| other.parse::<u64>().ok()) {
                *value = other.into();
            }
        }
        _ => {}
    }
}

/// Whether a call is one of an operation that writes.
fn writes(asked: &Asked) -> bool {
    Side::ALL.iter().any(|side| {
        let path = asked.uri.strip_prefix(prefix(*side));
        path.is_some_and(|path| side.contract().operations.iter().any(|each| each.writes && each.info.path == path))
    })
}
