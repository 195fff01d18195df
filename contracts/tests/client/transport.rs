use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use contracts::runtime::client::{CallError, Caller, Options};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener as AsyncListener, TcpStream},
};
use wiremock::ResponseTemplate;

use super::{flat_error, options, peer};

/// A peer that reads each request and then does `last`.
async fn tcp_peer<F: Future<Output = ()> + Send>(last: impl Fn(TcpStream) -> F + Send + 'static) -> String {
    let listener = AsyncListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = vec![0; 4096];
            if stream.read(&mut request).await.is_ok() {
                last(stream).await;
            }
        }
    });
    format!("http://{address}")
}

fn reason(error: &CallError) -> &str {
    match error {
        CallError::OutcomeUnknown { reason, source: Some(_) } => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_peer_that_does_not_listen_is_unreachable() {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    assert!(matches!(flat_error(&format!("http://{free}")).await, CallError::Unreachable { .. }));
}

#[tokio::test]
async fn a_peer_whose_name_nobody_knows_is_unreachable() {
    assert!(matches!(flat_error("http://weichuang.invalid").await, CallError::Unreachable { .. }));
}

#[tokio::test]
async fn a_peer_that_speaks_no_tls_is_unreachable() {
    let plain = tcp_peer(async |mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    assert!(matches!(flat_error(&plain.replace("http:", "https:")).await, CallError::Unreachable { .. }));
}

#[tokio::test]
async fn a_peer_that_takes_the_request_and_hangs_up_leaves_the_outcome_unknown() {
    let peer = tcp_peer(async |stream| drop(stream)).await;
    assert_eq!(reason(&flat_error(&peer).await), "the connection broke");
}

#[tokio::test]
async fn a_peer_that_resets_the_connection_leaves_the_outcome_unknown() {
    let peer = tcp_peer(async |stream| {
        let _ = stream.set_zero_linger();
    })
    .await;
    assert_eq!(reason(&flat_error(&peer).await), "the connection broke");
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_the_outcome_unknown() {
    let peer = tcp_peer(async |mut stream| {
        let head =
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"result\": 200, ";
        let _ = stream.write_all(head).await;
    })
    .await;
    assert_eq!(reason(&flat_error(&peer).await), "the connection broke");
}

#[tokio::test]
async fn an_answer_that_is_no_http_leaves_the_outcome_unknown() {
    let peer = tcp_peer(async |mut stream| {
        let _ = stream.write_all(b"220 smtp.example.org ready\r\n").await;
    })
    .await;
    assert_eq!(reason(&flat_error(&peer).await), "the connection broke");
}

#[tokio::test]
async fn a_late_answer_leaves_the_outcome_unknown() {
    let late = ResponseTemplate::new(200).set_body_string(r#"{"result": 200}"#).set_delay(Duration::from_secs(30));
    let begin = Instant::now();
    assert_eq!(reason(&flat_error(&peer(late).await.uri()).await), "no answer in time");
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn an_answer_that_begins_and_never_ends_leaves_the_outcome_unknown() {
    let peer = tcp_peer(async |mut stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{").await;
        tokio::time::sleep(Duration::from_secs(30)).await;
    })
    .await;
    assert_eq!(reason(&flat_error(&peer).await), "no answer in time");
}

#[test]
fn a_base_that_is_no_plain_http_address_is_refused_before_any_call() {
    for base in
        ["ftp://example.org", "http://user:secret@example.org", "http://example.org?a=1", "http://example.org#a"]
    {
        let options = Options::new(base.parse().expect("a URL"));
        assert!(matches!(Caller::new(&options), Err(CallError::Setup(_))), "{base}");
    }
    assert!(Caller::new(&options("http://example.org/weichuang/")).is_ok());
}
