use std::{
    error::Error,
    io::{self, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    time::Duration,
};

use contracts::runtime::client::{CallError, Caller, Hidden, Options};
use serde_json::json;
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter};
use wiremock::ResponseTemplate;

use super::{PHONE, flat_error, internal, kop_error, migration, migration_reply, options, peer, peer_with};

/// The log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("the log")).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that an error can be made to say.
fn everything(error: &CallError) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    text
}

#[tokio::test]
async fn no_error_and_no_log_line_shows_a_phone_number() {
    let log = Log::default();
    // For all threads: a subscriber of this one alone would miss what other tests met first.
    let lines = tracing_subscriber::fmt().with_ansi(false).with_max_level(LevelFilter::TRACE).with_writer(log.clone());
    tracing::subscriber::set_global_default(lines.finish()).expect("the one subscriber");

    let sentence = format!("手机号 {PHONE} 已被 {PHONE} 占用");
    let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    let page = ResponseTemplate::new(502).set_body_string(&sentence);
    let violation = json!({"pointer": "/phoneNo", "rule": "pattern", "message": "格式不正确"});
    let mut damaged = migration_reply();
    damaged["data"]["state"] = json!(PHONE.parse::<u64>().expect("a number"));
    let errors = [
        flat_error(&format!("http://{free}")).await,
        flat_error(&peer(late).await.uri()).await,
        flat_error(&peer(page).await.uri()).await,
        flat_error(&peer_with(200, &json!({"result": 409, "msg": sentence})).await.uri()).await,
        flat_error(&peer_with(400, &json!({"result": 400, "msg": sentence, "violations": [violation]})).await.uri())
            .await,
        flat_error(&peer_with(200, &json!([PHONE])).await.uri()).await,
        kop_error(&peer_with(500, &json!({"code": 500, "msg": sentence})).await.uri()).await,
        kop_error(&peer_with(200, &damaged).await.uri()).await,
    ];
    for error in &errors {
        assert!(!everything(error).contains(PHONE), "{}", everything(error));
    }

    damaged["data"]["state"] = json!(PHONE);
    let peer = peer_with(200, &damaged).await;
    let answer = internal(&options(&peer.uri())).get_migration(&migration()).await.expect("an answer");
    assert_eq!(answer.data.state, PHONE);
    let log = log.text();
    assert!(log.contains("a reply violates the contract operation=\"getMigration\" count=1"), "{log}");
    assert!(log.contains("/data/state: pattern"), "{log}");
    assert!(!log.contains(PHONE), "{log}");
}

#[tokio::test]
async fn the_token_is_never_shown() {
    let peer = peer_with(401, &json!({"result": 401, "msg": "未授权的调用"})).await;
    let options = Options { token: Some(Hidden("s3cret".to_owned())), ..options(&peer.uri()) };
    let caller = Caller::new(&options).expect("a caller");
    let client = super::weichuang(&options);
    let error = client.query_user(&super::user()).await.expect_err("refused");
    let shown = format!("{options:?} {caller:?} {client:?} {}", everything(&error));
    assert!(!shown.contains("s3cret"), "{shown}");

    let broken = Options { token: Some(Hidden("s3cret\n".to_owned())), ..options };
    let error = Caller::new(&broken).expect_err("no header value");
    assert!(!everything(&error).contains("s3cret"), "{}", everything(&error));
}

#[test]
fn the_address_of_the_peer_is_not_shown_with_its_credentials() {
    let options = Options::new("http://user:s3cret@example.org".parse().expect("a URL"));
    let error = Caller::new(&options).expect_err("credentials");
    assert!(!everything(&error).contains("s3cret"), "{}", everything(&error));
}
