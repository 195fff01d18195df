use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::support::App;

const HEAD: &str = "POST /weichuang/battery/query HTTP/1.1\r\nHost: mock\r\nContent-Type: application/json\r\n";
const PATIENCE: Duration = Duration::from_secs(10);

async fn connect(app: &App) -> TcpStream {
    TcpStream::connect(app.authority()).await.expect("a connection")
}

/// What comes until the other side closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut text)).await.expect("an end in time").expect("no reset");
    String::from_utf8(text).expect("text")
}

/// One answer on a connection that stays open: its head, and the body that its length announces.
async fn answer(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let complete = |text: &str| {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let length = head.to_lowercase().split("content-length: ").nth(1)?.lines().next()?.parse::<usize>().ok()?;
        (body.len() >= length).then_some(())
    };
    let mut piece = [0; 4096];
    while complete(&text).is_none() {
        let read = timeout(PATIENCE, stream.read(&mut piece)).await.expect("bytes in time").expect("no reset");
        assert_ne!(read, 0, "closed after {text:?}");
        text.push_str(str::from_utf8(&piece[..read]).expect("text"));
    }
    text
}

#[tokio::test]
async fn one_connection_carries_good_and_bad_requests() {
    let app = App::start().await;
    let mut stream = connect(&app).await;
    for (head, body, status) in [
        (HEAD, r#"{"batteryCode":"BT0001"}"#, 200),
        (HEAD, "{", 400),
        ("POST /weichuang/unknown HTTP/1.1\r\nHost: mock\r\n", "12345", 404),
        ("GET /kop/hm.order.p.query HTTP/1.1\r\nHost: mock\r\n", "12345", 405),
        ("POST /weichuang/battery/query HTTP/1.1\r\nHost: mock\r\n", "{}", 415),
        (HEAD, r#"{"batteryCode":"BT0001"}"#, 200),
    ] {
        stream.write_all(format!("{head}Content-Length: {}\r\n\r\n", body.len()).as_bytes()).await.expect("written");
        // The body comes a moment later than the head, as many clients send it.
        tokio::time::sleep(Duration::from_millis(20)).await;
        stream.write_all(body.as_bytes()).await.expect("written");
        let answer = answer(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}

#[tokio::test]
async fn a_client_that_sends_everything_before_it_reads_gets_its_413() {
    let app = App::start().await;
    let mut stream = connect(&app).await;
    let length = 8 << 20;
    stream.write_all(format!("{HEAD}Content-Length: {length}\r\n\r\n").as_bytes()).await.expect("written");
    for _ in 0..128 {
        stream.write_all(&vec![b' '; length / 128]).await.expect("the server reads on");
    }
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 413 "));
}

#[tokio::test]
async fn a_large_body_to_an_unknown_path_does_not_reset_the_connection() {
    let app = App::start().await;
    let mut stream = connect(&app).await;
    let length = 4 << 20;
    let head = format!("POST /kop/unknown HTTP/1.1\r\nHost: mock\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("written");
    stream.write_all(&vec![b' '; length]).await.expect("the server reads on");
    assert!(answer(&mut stream).await.starts_with("HTTP/1.1 404 "));
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let app = App::start().await;
    let before = app.state().await;
    let mut stream = connect(&app).await;
    let bind = r#"{"batteryCode":"BT0001","userId":"U10001","userPhone":"13333111222","state":1}"#;
    let head = HEAD.replace("/battery/query", "/battery/binding/update");
    let request = format!("{head}Content-Length: {}\r\n\r\n{bind}", bind.len() + 1);
    stream.write_all(request.as_bytes()).await.expect("written");
    stream.shutdown().await.expect("shut down");
    let answer = rest(&mut stream).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert_eq!(app.state().await, before);
}

#[tokio::test]
async fn the_server_stops_at_once_though_connections_are_open() {
    let app = App::start().await;
    let (mut idle, mut silent, mut waiting) = (connect(&app).await, connect(&app).await, connect(&app).await);
    idle.write_all(format!("{HEAD}Content-Length: 2\r\n\r\n{{}}").as_bytes()).await.expect("written");
    answer(&mut idle).await;
    waiting.write_all(format!("{HEAD}Content-Length: 100\r\n\r\n{{").as_bytes()).await.expect("written");
    tokio::time::sleep(Duration::from_millis(50)).await;
    let started = Instant::now();
    app.stop().await;
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
    for stream in [&mut idle, &mut silent] {
        assert_eq!(rest(stream).await, "");
    }
}
