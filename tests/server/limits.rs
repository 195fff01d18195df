use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use polaris::{
    gateway::Access,
    server::{
        self, Connections, Limits, Running, Tls,
        router::{self, Serve},
    },
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{
    backend::Bench,
    support::{Folder, Reply, SIDES},
};

const ORDERS: &str = "/kop/hm.order.p.query";
const BODY: &str = r#"{"pageNo":1,"pageSize":20}"#;

async fn serving(bench: &Bench, limits: Limits, tls: Option<&Tls>) -> (Running, Running) {
    let serve = Serve { limits, ..Serve::with(Access::Open) };
    let public = server::bind("127.0.0.1", 0).await.expect("a port");
    let internal = server::bind("127.0.0.1", 0).await.expect("a port");
    let patience = limits.patience + Duration::from_millis(300);
    let connections = Connections { patience, ..Connections::default() };
    let public = public.serve_strangers(router::public(&bench.backend, &serve), connections, tls);
    let internal = internal.serve(router::internal(&bench.backend, &serve));
    (public.expect("a server"), internal.expect("a server"))
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

async fn post(url: String) -> Reply {
    Reply::of(client().post(url).header("content-type", "application/json").body(BODY)).await
}

/// A call that says less of its body than it has announced, and then no more.
async fn stalled(running: &Running, announced: usize) -> TcpStream {
    let mut stream = TcpStream::connect(running.address()).await.expect("a connection");
    let head = format!(
        "POST {ORDERS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {announced}\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.expect("written");
    stream
}

/// The first reply with this status, soon.
async fn soon(status: u16, call: impl AsyncFn() -> Reply) -> Reply {
    for _ in 0..200 {
        let reply = call().await;
        if reply.status == status {
            return reply;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no {status}");
}

#[tokio::test]
async fn more_calls_than_it_takes_on_hear_503_at_once_and_pages_answer_on() {
    let bench = Bench::in_memory().await;
    let limits = Limits { concurrency: 1, ..Limits::default() };
    let (public, _internal) = serving(&bench, limits, None).await;
    // A call that writes has to wait for this transaction, and keeps its place meanwhile.
    let writing = bench.backend.db().transaction().await.expect("a transaction");
    let write = r#"{"orderId":1,"remark":"r","operatorId":"OP1","operatorName":"o"}"#;
    let write = client().post(public.url() + "/kop/hm.order.p.handleAbnormal").body(write);
    let waiting = tokio::spawn(Reply::of(write.header("content-type", "application/json")));
    let reply = soon(503, async || post(public.url() + ORDERS).await).await;
    assert_eq!(reply.header("retry-after"), Some("1"), "{reply:?}");
    SIDES[1].assert_failure(503, &reply.json(), "overload");
    let health = client().get(public.url() + "/healthz").send().await.expect("an answer");
    assert_eq!(health.status().as_u16(), 200);
    drop(writing);
    assert_eq!(waiting.await.expect("an answer").status, 404);
    assert_eq!(post(public.url() + ORDERS).await.status, 200, "the place is free again");
}

#[tokio::test]
async fn bodies_that_do_not_come_keep_nobody_from_being_answered() {
    let bench = Bench::in_memory().await;
    let limits = Limits { concurrency: 2, ..Limits::default() };
    let (public, internal) = serving(&bench, limits, None).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        slow.extend([stalled(&public, 20_000).await, stalled(&public, 100).await, stalled(&internal, 20_000).await]);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    for _ in 0..5 {
        assert_eq!(post(public.url() + ORDERS).await.status, 200);
        assert_eq!(post(internal.url() + "/internal/delivery/list").await.status, 200);
    }
}

#[tokio::test]
async fn where_bodies_fill_their_room_the_slowest_hears_503_and_a_quick_one_is_heard() {
    let bench = Bench::in_memory().await;
    let limits = Limits { unsigned: 100_000, ..Limits::default() };
    let (public, _internal) = serving(&bench, limits, None).await;
    let mut slow = stalled(&public, 200_000).await;
    slow.write_all(&[b' '; 90_000]).await.expect("written");
    // The room is taken when it is looked for.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let padded = format!("{BODY}{}", " ".repeat(50_000));
    let call = client().post(public.url() + ORDERS).header("content-type", "application/json").body(padded);
    assert_eq!(Reply::of(call).await.status, 200);
    let mut answer = vec![0; 4096];
    let read = slow.read(&mut answer).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer[..read]).to_lowercase();
    assert!(answer.starts_with("http/1.1 503 ") && answer.contains("\r\nretry-after: 1\r\n"), "{answer}");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let bench = Bench::in_memory().await;
    let limits = Limits { patience: Duration::from_millis(400), ..Limits::default() };
    let (public, _internal) = serving(&bench, limits, None).await;
    for announced in [100, 100_000] {
        let started = Instant::now();
        let mut stream = stalled(&public, announced).await;
        let mut answer = vec![0; 4096];
        let read = stream.read(&mut answer).await.expect("an answer");
        let answer = String::from_utf8_lossy(&answer[..read]);
        assert!(answer.starts_with("HTTP/1.1 503 "), "{announced}: {answer}");
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    }
}

/// Whether the other side has closed the connection.
async fn closed(stream: &mut TcpStream, within: Duration) -> bool {
    let mut piece = [0; 1024];
    loop {
        match timeout(within, stream.read(&mut piece)).await {
            Err(_) => return false,
            Ok(Ok(0) | Err(_)) => return true,
            Ok(Ok(_)) => {}
        }
    }
}

#[tokio::test]
async fn a_head_that_drips_is_cut_off_and_so_is_silence() {
    let bench = Bench::in_memory().await;
    let limits = Limits { patience: Duration::from_millis(400), ..Limits::default() };
    let (public, _internal) = serving(&bench, limits, None).await;
    let mut dripping = TcpStream::connect(public.address()).await.expect("a connection");
    let head = "POST /kop/hm.order.p.query HTTP/1.1\r\nHost: x\r\nX-Slow: ";
    for byte in head.bytes().chain([b'x'; 200]) {
        let written = dripping.write_all(&[byte]).await;
        if written.is_err() || closed(&mut dripping, Duration::from_millis(15)).await {
            break;
        }
    }
    assert!(closed(&mut dripping, Duration::from_millis(100)).await);
    let mut silent = TcpStream::connect(public.address()).await.expect("a connection");
    assert!(closed(&mut silent, Duration::from_secs(10)).await);
    assert_eq!(post(public.url() + ORDERS).await.status, 200);
}

#[tokio::test]
async fn a_connection_that_asks_now_and_then_stays() {
    let bench = Bench::in_memory().await;
    let limits = Limits { patience: Duration::from_millis(300), ..Limits::default() };
    let (public, _internal) = serving(&bench, limits, None).await;
    let mut stream = TcpStream::connect(public.address()).await.expect("a connection");
    for _ in 0..3 {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("written");
        let mut answer = vec![0; 4096];
        let read = stream.read(&mut answer).await.expect("an answer");
        assert!(answer[..read].starts_with(b"HTTP/1.1 200 "));
        tokio::time::sleep(Duration::from_millis(900)).await;
    }
}

#[tokio::test]
async fn long_urls_and_heads_are_refused_in_the_contracts_form() {
    let bench = Bench::in_memory().await;
    let (public, _internal) = serving(&bench, Limits::default(), None).await;
    let reply = post(format!("{}{ORDERS}?x={}", public.url(), "x".repeat(9_000))).await;
    assert_eq!(reply.status, 414);
    SIDES[1].assert_failure(414, &reply.json(), "URL");
    let reply = post(format!("{}/gateway?api=hm.order.p.query&x={}", public.url(), "x".repeat(9_000))).await;
    assert_eq!((reply.status, &reply.json()["code"]), (200, &414.into()));
    let call = client().post(public.url() + ORDERS).header("x-long", "x".repeat(17_000)).body(BODY);
    let reply = Reply::of(call).await;
    assert_eq!(reply.status, 431);
    SIDES[1].assert_failure(431, &reply.json(), "head");
}

#[tokio::test]
async fn browsers_are_told_what_they_may_do() {
    let bench = Bench::in_memory().await;
    let (public, internal) = serving(&bench, Limits::default(), None).await;
    for base in [public.url(), internal.url()] {
        let page = client().get(base + "/docs/").send().await.expect("an answer");
        let header = |name: &str| page.headers()[name].to_str().expect("text").to_owned();
        assert_eq!((page.status().as_u16(), header("x-frame-options").as_str()), (200, "DENY"));
        assert!(header("content-security-policy").starts_with("default-src 'self';"));
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "no-referrer");
    }
    let reply = post(public.url() + ORDERS).await;
    assert_eq!((reply.header("cache-control"), reply.header("content-security-policy")), (Some("no-store"), None));
}

#[tokio::test]
async fn what_was_answered_is_counted_beside_the_internal_side_alone() {
    let bench = Bench::in_memory().await;
    let (public, internal) = serving(&bench, Limits::default(), None).await;
    for _ in 0..3 {
        post(public.url() + ORDERS).await;
    }
    post(public.url() + "/kop/13333111222").await;
    let page = client().get(internal.url() + "/metrics").send().await.expect("an answer");
    assert!(page.headers()["content-type"].to_str().expect("text").starts_with("text/plain"));
    let page = page.text().await.expect("text");
    let calls = "polaris_calls_total{operation=\"/kop/hm.order.p.query\",status=\"200\"} 3";
    assert!(page.contains(calls) && !page.contains("13333111222"), "{page}");
    assert!(page.contains("polaris_call_seconds_count{operation=\"/kop/hm.order.p.query\"} 3"), "{page}");
    let elsewhere = client().get(public.url() + "/metrics").send().await.expect("an answer");
    assert_eq!(elsewhere.status().as_u16(), 404);
}

/// A certificate of 127.0.0.1 that signs itself, and its key.
fn certify(certificate: &Path, key: &Path) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    fs::write(certificate, made.cert.pem()).expect("a file");
    fs::write(key, made.signing_key.serialize_pem()).expect("a file");
}

/// What a client who speaks `protocols` and the server agree on.
async fn agreed(public: &Running, certificate: &Path, protocols: &[&str]) -> Option<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).expect("a certificate")).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = config.expect("a config").with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(public.address()).await.expect("a connection");
    let name = ServerName::try_from("127.0.0.1").expect("a name");
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.ok()?;
    let protocol = stream.get_ref().1.alpn_protocol().expect("a protocol").to_vec();
    String::from_utf8(protocol).ok()
}

#[tokio::test]
async fn with_a_certificate_it_speaks_tls() {
    let folder = Folder::new("tls");
    let file = |name: &str| folder.path().join(name);
    certify(&file("one.pem"), &file("one.key"));
    certify(&file("two.pem"), &file("two.key"));
    let tls = Tls::read(&file("one.pem"), &file("one.key")).expect("a certificate");
    let bench = Bench::in_memory().await;
    let (public, _internal) = serving(&bench, Limits::default(), Some(&tls)).await;
    assert!(public.url().starts_with("https://"), "{}", public.url());
    let root = fs::read(file("one.pem")).expect("a file");
    let root = reqwest::Certificate::from_pem(&root).expect("a certificate");
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([root]).build().expect("a client");
    let call = http.post(public.url() + ORDERS).header("content-type", "application/json").body(BODY);
    assert_eq!(Reply::of(call).await.status, 200);
    let plain = format!("http://{}{ORDERS}", public.address());
    assert!(client().post(plain).body(BODY).send().await.is_err(), "no TLS, no answer");
    assert!(client().post(public.url() + ORDERS).body(BODY).send().await.is_err(), "nobody vouches for it");
    assert_eq!(agreed(&public, &file("one.pem"), &["h2", "http/1.1"]).await.as_deref(), Some("http/1.1"));
    assert_eq!(agreed(&public, &file("one.pem"), &["h2"]).await, None, "HTTP/2 is not spoken");
    for (certificate, key) in
        [("one.pem", "two.key"), ("one.key", "one.key"), ("one.pem", "one.pem"), ("no.pem", "one.key")]
    {
        assert!(Tls::read(&file(certificate), &file(key)).is_err(), "{certificate} {key}");
    }
}
