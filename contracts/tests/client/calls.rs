use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use contracts::runtime::client::{CallError, Caller, Hidden, Options};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_json, header, method, path},
};

use super::{PHONE, options, peer_with, user, weichuang};

#[tokio::test]
async fn a_call_is_a_post_of_json_to_the_operations_path_under_the_base() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/weichuang/user/query"))
        .and(header("content-type", "application/json"))
        .and(header("authorization", "Bearer s3cret"))
        .and(body_json(json!({"phoneNo": PHONE})))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"result": 200})))
        .expect(2)
        .mount(&server)
        .await;
    for base in ["/weichuang", "/weichuang/"] {
        let token = Some(Hidden("s3cret".to_owned()));
        let client = weichuang(&Options { token, ..options(&format!("{}{base}", server.uri())) });
        client.query_user(&user()).await.expect("an answer");
    }
}

#[tokio::test]
async fn without_a_token_no_authorization_is_sent() {
    let peer = peer_with(200, &json!({"result": 200})).await;
    weichuang(&options(&peer.uri())).query_user(&user()).await.expect("an answer");
    let requests = peer.received_requests().await.expect("requests");
    assert!(requests.iter().all(|request| !request.headers.contains_key("authorization")));
}

#[test]
fn a_token_that_is_no_header_value_is_refused_before_any_call() {
    let options = Options { token: Some(Hidden("two\nlines".to_owned())), ..options("http://example.org") };
    assert!(matches!(Caller::new(&options), Err(CallError::Setup(_))));
}

#[tokio::test]
async fn two_calls_of_two_clones_take_one_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let connections = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(async move {
                let mut request = vec![0; 4096];
                while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"result\": 200}").await;
                }
            });
        }
    });
    let client = weichuang(&options(&format!("http://{address}")));
    client.query_user(&user()).await.expect("an answer");
    client.clone().query_user(&user()).await.expect("an answer");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}
