use std::{path::PathBuf, process::Stdio, time::Duration};

use polaris::backend::db::{Db, sql};
use serde_json::{Value, json};
use tokio::{
    process::Command,
    task::JoinHandle,
    time::{sleep, timeout},
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{Binary, Folder, Serving, need, post, program};

const PATIENCE: Duration = Duration::from_secs(30);

/// A Weichuang that takes so long for an answer, which is of no use.
async fn slow_weichuang(delay: Duration) -> MockServer {
    let weichuang = MockServer::start().await;
    let answer = ResponseTemplate::new(500).set_delay(delay);
    Mock::given(any()).respond_with(answer).mount(&weichuang).await;
    weichuang
}

/// `serve` in front of `weichuang`, that says for so long that it stops.
fn command(folder: &Folder, weichuang: &MockServer, pause: &str) -> Command {
    let mut command = Serving::command(&folder.database(), &weichuang.uri());
    command.env("POLARIS_SERVER__SHUTDOWN_PAUSE", pause).env("POLARIS_WEICHUANG__TIMEOUT", "60000");
    command
}

/// A call that asks Weichuang, once it is under way.
async fn calling(serving: &Serving, weichuang: &MockServer) -> JoinHandle<Option<Value>> {
    let url = format!("http://{}/internal/migration/start", serving.internal);
    let http = serving.http.clone();
    let call = tokio::spawn(async move { post(&http, url, json!({"phoneNo": "13333111222"})).await });
    let asked = async {
        while weichuang.received_requests().await.is_none_or(|requests| requests.is_empty()) {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, asked).await.expect("Weichuang is asked");
    call
}

/// Waits until `/readyz` of this address says that the server stops.
async fn draining(serving: &Serving, address: &str) {
    let url = format!("http://{address}/readyz");
    let says = async {
        loop {
            let reply = serving.http.get(&url).send().await.expect("it still listens");
            let status = reply.status().as_u16();
            if reply.text().await.expect("text").contains("draining") {
                assert_eq!(status, 503);
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, says).await.expect("it says so");
}

/// How many instance numbers are leased.
async fn leases(folder: &Folder) -> usize {
    let db = Db::open(&folder.database(), 1).await.expect("the database");
    let mut session = db.session().await.expect("a session");
    session.all(sql("SELECT number FROM instance")).await.expect("rows").len()
}

#[tokio::test]
async fn it_says_that_it_stops_finishes_what_runs_and_gives_its_number_back() {
    let (folder, weichuang) = (Folder::new("drain"), slow_weichuang(Duration::from_secs(4)).await);
    let serving = Serving::of(command(&folder, &weichuang, "1500")).await;
    let call = calling(&serving, &weichuang).await;
    serving.binary.signal("TERM").await;
    draining(&serving, &serving.public).await;
    draining(&serving, &serving.internal).await;
    let health = serving.http.get(format!("http://{}/healthz", serving.public)).send().await.expect("an answer");
    assert_eq!(health.status().as_u16(), 200, "it takes connections for a moment");
    let reply = call.await.expect("no panic").expect("an answer, though it takes longer than that moment");
    assert_eq!(reply["code"], 502, "{reply}");
    let ended = serving.binary.end().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(leases(&folder).await, 0);
}

#[tokio::test]
async fn a_second_signal_ends_it_at_once() {
    let (folder, weichuang) = (Folder::new("twice"), slow_weichuang(Duration::from_secs(50)).await);
    let serving = Serving::of(command(&folder, &weichuang, "1000")).await;
    let call = calling(&serving, &weichuang).await;
    serving.binary.signal("TERM").await;
    draining(&serving, &serving.public).await;
    serving.binary.signal("INT").await;
    let ended = timeout(PATIENCE, serving.binary.end()).await.expect("long before Weichuang answers");
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.stderr.contains("second signal"), "{ended:?}");
    assert_eq!(call.await.expect("no panic"), None, "it is cut off");
    assert_eq!(leases(&folder).await, 0);
}

#[tokio::test]
async fn what_does_not_end_in_time_is_cut_off() {
    let (folder, weichuang) = (Folder::new("cut"), slow_weichuang(Duration::from_secs(50)).await);
    let mut command = command(&folder, &weichuang, "0");
    command.env("POLARIS_SERVER__SHUTDOWN_TIMEOUT", "500");
    let serving = Serving::of(command).await;
    let call = calling(&serving, &weichuang).await;
    serving.binary.signal("TERM").await;
    let ended = timeout(PATIENCE, serving.binary.end()).await.expect("long before Weichuang answers");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stderr.contains("shutdown_timeout is over"), "{ended:?}");
    assert_eq!(call.await.expect("no panic"), None);
    assert_eq!(leases(&folder).await, 0);
}

/// What gives a command process numbers of its own: root may, others where they may make users of their own.
async fn unshare() -> Option<(PathBuf, Vec<&'static str>)> {
    let unshare = program(&["unshare"])?;
    for more in [&[][..], &["--user", "--map-root-user"]] {
        let arguments = [&["--pid", "--fork", "--kill-child"], more].concat();
        let tried = Command::new(&unshare).args(&arguments).arg("true").stderr(Stdio::null()).status().await;
        if tried.is_ok_and(|status| status.success()) {
            return Some((unshare, arguments));
        }
    }
    None
}

#[tokio::test]
async fn as_process_1_it_stops_all_the_same() {
    let Some((unshare, unshared)) = need("unshare, and the right to use it", unshare().await) else { return };
    let (folder, weichuang) = (Folder::new("init"), slow_weichuang(Duration::from_secs(3)).await);
    let serve = command(&folder, &weichuang, "0");
    let mut command = Command::new(unshare);
    command.args(&unshared).arg(serve.as_std().get_program()).args(serve.as_std().get_args());
    command.envs(serve.as_std().get_envs().filter_map(|(name, value)| Some((name, value?)))).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let serving = Serving::of(command).await;
    let call = calling(&serving, &weichuang).await;
    let outside = serving.binary.id();
    let children = std::fs::read_to_string(format!("/proc/{outside}/task/{outside}/children")).expect("its child");
    let sent = Command::new("kill").args(["-TERM", children.trim()]).status().await.expect("kill");
    assert!(sent.success());
    assert_eq!(call.await.expect("no panic").expect("an answer")["code"], 502);
    assert_eq!(serving.binary.end().await.code, Some(0));
    assert_eq!(leases(&folder).await, 0);
}

#[tokio::test]
async fn on_a_taken_port_it_names_the_flag_that_chooses_another() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address");
    let (port, any, folder) = (address.port(), "127.0.0.1:0", Folder::new("taken"));
    for (flag, other) in [("--listen", "--internal-listen"), ("--internal-listen", "--listen")] {
        let arguments = ["serve", "--migrate", "--database-url", &folder.database(), other, any, flag];
        let mut command = Binary::command(&arguments);
        command.arg(address.to_string()).env("POLARIS_ACCESS__REQUIRED", "false");
        let ended = Binary::spawn(command).end().await;
        let said = format!("polaris: port {port} on 127.0.0.1 is already in use; choose another with {flag}\n");
        assert_eq!(ended.code, Some(1));
        assert!(ended.stderr.ends_with(&said), "{ended:?}");
    }
    let mock = Binary::start(&["mock", "--port", &port.to_string()]).end().await;
    assert!(mock.stderr.ends_with("choose another with --port\n"), "{mock:?}");
}
