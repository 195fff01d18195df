use std::{sync::Arc, time::Duration};

use contracts::runtime::signature::Method;
use polaris::{
    backend::Clock,
    gateway::{self, Access, Gateway, Replay, SealingKey, apps},
    server::{
        self, Connections, Running,
        router::{self, Serve},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::{sleep, timeout},
};

use crate::{
    backend::Bench,
    gateway::{Front, everything, now, signed},
};

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

async fn serving(connections: Connections) -> Running {
    let bench = Bench::in_memory().await;
    let bound = server::bind("127.0.0.1", 0).await.expect("a port");
    let routes = router::public(&bench.backend, &Serve::with(Access::Open));
    bound.serve_strangers(routes, connections, None).expect("a server")
}

async fn connect(running: &Running) -> TcpStream {
    TcpStream::connect(running.address()).await.expect("a connection")
}

/// How many bytes come until the other side closes.
async fn until_closed(stream: &mut TcpStream) -> usize {
    let (mut piece, mut all) = (vec![0; 16 << 10], 0);
    loop {
        match timeout(PATIENCE, stream.read(&mut piece)).await.expect("an end") {
            Ok(0) | Err(_) => return all,
            Ok(read) => all += read,
        }
    }
}

/// The beginning of the next answer.
async fn answer(stream: &mut TcpStream) -> String {
    let mut piece = [0; 4096];
    let read = timeout(PATIENCE, stream.read(&mut piece)).await.expect("an answer in time").expect("no reset");
    String::from_utf8_lossy(&piece[..read]).into_owned()
}

#[tokio::test]
async fn http2_is_ended_at_its_first_words() {
    let running = serving(Connections::default()).await;
    let mut stream = connect(&running).await;
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("written");
    // Its settings, and a stream that is never ended; nobody may be there to hear them.
    let _ = stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 1, 4, 0, 0, 0, 1, 0x82]).await;
    assert_eq!(until_closed(&mut stream).await, 0);
}

#[tokio::test]
async fn answers_that_nobody_takes_are_given_up_and_a_slow_reader_has_all_of_his() {
    let running = serving(Connections { unread: Duration::from_millis(500), ..Connections::default() }).await;
    let script = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n";
    let slow = async |read: bool| {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(16 << 10).expect("a size");
        let mut stream = socket.connect(running.address()).await.expect("a connection");
        let requests = if read { 1 } else { 20 };
        stream.write_all(&script.repeat(requests)).await.expect("written");
        let (mut piece, mut all) = (vec![0; 256 << 10], 0);
        while read && all < 1_000_000 {
            // All of it takes several times as long as nothing may be taken.
            sleep(Duration::from_millis(50)).await;
            all += timeout(PATIENCE, stream.read(&mut piece)).await.expect("bytes").expect("no reset");
        }
        (stream, all)
    };
    let ((mut hoarder, _), (_stays, all)) = tokio::join!(slow(false), slow(true));
    assert!(all >= 1_000_000);
    // Meanwhile the other one was given up: what the operating systems had between them is all that there is.
    sleep(Duration::from_secs(1)).await;
    let came = until_closed(&mut hoarder).await;
    assert!(came < 4_000_000, "{came} bytes of twenty scripts");
}

#[tokio::test]
async fn where_there_is_no_room_whoever_waits_longest_leaves() {
    let running = serving(Connections { total: 8, per_address: 8, ..Connections::default() }).await;
    let mut polite = connect(&running).await;
    polite.write_all(HEALTH).await.expect("written");
    assert!(answer(&mut polite).await.starts_with("HTTP/1.1 200 "));
    let mut silent = Vec::new();
    for number in 0..20_usize {
        silent.push(connect(&running).await);
        // There is room for seven beside the polite one.
        if let Some(longest) = number.checked_sub(7) {
            assert_eq!(until_closed(&mut silent[longest]).await, 0);
        }
        // Who asks now and then has not waited long.
        polite.write_all(HEALTH).await.expect("written");
        assert!(answer(&mut polite).await.starts_with("HTTP/1.1 200 "));
    }
    // A request that is never whole makes room like silence.
    for stream in &mut silent[13..] {
        stream.write_all(b"POST /kop/x HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1").await.expect("written");
    }
    let mut other = connect(&running).await;
    other.write_all(HEALTH).await.expect("written");
    assert!(answer(&mut other).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_caller_who_has_signed_keeps_his_connection_whatever_strangers_do_even_if_one_replays_his_call() {
    let bench = Bench::in_memory().await;
    let key = SealingKey::random();
    let app = apps::create(&bench.backend, &key, &everything()).await.expect("an app");
    let (replay, clock) = (Arc::new(Replay::starting(now())), Clock::of(now));
    let options = gateway::Options { replay, clock, debug_signatures: false, rate: None };
    let access = Access::Signed(Gateway::new(bench.backend.db().clone(), key, options));
    let bound = server::bind("127.0.0.1", 0).await.expect("a port");
    let connections = Connections { total: 4, per_address: 4, ..Connections::default() };
    let routes = router::public(&bench.backend, &Serve::with(access));
    let running = bound.serve_strangers(routes, connections, None).expect("a server");

    let (api, body) = ("hm.order.p.query", r#"{"pageNo":1,"pageSize":20}"#);
    let call = || {
        let query = signed(&app, Method::HmacSha256, api, now(), body).to_query();
        let length = body.len();
        format!(
            "POST /kop/{api}?{query} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let (mut known, mut replaying) = (connect(&running).await, connect(&running).await);
    let captured = call();
    known.write_all(captured.as_bytes()).await.expect("written");
    assert!(answer(&mut known).await.starts_with("HTTP/1.1 200 "));
    replaying.write_all(captured.as_bytes()).await.expect("written");
    assert!(answer(&mut replaying).await.starts_with("HTTP/1.1 401 "));
    // All of these come later, so that `known` has waited longest.
    for _ in 0..20 {
        let mut stranger = connect(&running).await;
        stranger.write_all(HEALTH).await.expect("written");
        assert!(answer(&mut stranger).await.starts_with("HTTP/1.1 200 "));
        tokio::spawn(async move { until_closed(&mut stranger).await });
    }
    until_closed(&mut replaying).await;
    known.write_all(call().as_bytes()).await.expect("written");
    assert!(answer(&mut known).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_body_that_was_asked_for_and_does_not_come_is_not_waited_for() {
    let running = serving(Connections { patience: Duration::from_millis(500), ..Connections::default() }).await;
    let mut stream = connect(&running).await;
    let head = "POST /kop/x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 20000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("written");
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 100 "));
    until_closed(&mut stream).await;
}

#[tokio::test]
async fn what_is_read_for_nothing_has_an_end() {
    let running = serving(Connections::default()).await;
    let mut stream = connect(&running).await;
    stream.write_all(b"POST /unknown HTTP/1.1\r\nHost: x\r\nContent-Length: 999999999\r\n\r\n").await.expect("written");
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 404 "));
    let (piece, mut sent) = (vec![b' '; 1 << 20], 0);
    while sent < 200 && timeout(PATIENCE, stream.write_all(&piece)).await.is_ok_and(|written| written.is_ok()) {
        sent += 1;
    }
    assert!(sent < 64, "{sent} MiB were read");
}

#[tokio::test]
async fn what_the_head_gives_away_is_refused_before_the_body_comes() {
    let front = Front::of(Bench::in_memory().await, false).await;
    let (app, disabled) = (front.app(everything()).await, front.app(everything()).await);
    apps::disable(&front.bench.backend, &disabled.app_key).await.expect("disabled");
    let api = "hm.order.p.query";
    let query = |app, time| signed(app, Method::HmacSha256, api, time, "{}").to_query();
    let good = query(&app, now());
    for (query, said) in [
        ("pageNo=1".to_owned(), "appKey"),
        (good.replace(&app.app_key, "unknown"), "appKey 不存在"),
        (query(&disabled, now()), "已停用"),
        (query(&app, now() - 301_000), "301 秒"),
    ] {
        for path in [format!("/kop/{api}"), "/gateway".to_owned()] {
            let separator = if query.contains("api=") { "" } else { "api=hm.order.p.query&" };
            let mut stream = TcpStream::connect(front.url().trim_start_matches("http://")).await.expect("a connection");
            let head = format!(
                "POST {path}?{separator}{query} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20000\r\n\r\n"
            );
            stream.write_all(head.as_bytes()).await.expect("written");
            let answer = answer(&mut stream).await;
            assert!(answer.contains(said), "{path}?{query}: {answer}");
        }
    }
}
