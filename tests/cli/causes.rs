use std::{fs, path::Path, time::Duration};

use poem::{EndpointExt, Route, endpoint::make_sync, http::StatusCode};
use polaris::{
    backend::{
        db::{Db, sql},
        migrations,
    },
    server::{self, Connections, Running, Tls},
};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{Binary, Folder, free_port, without_proxies};

/// A database with one member who has a battery, and whom Weichuang knows.
async fn bound(folder: &Folder) -> Db {
    let db = Db::open(&folder.database(), 2).await.expect("a database");
    migrations::run(&db).await.expect("the schema");
    let mut session = db.transaction().await.expect("a transaction");
    let script = "INSERT INTO member (id, phone, state, registered_at, weichuang_user_id) \
                  VALUES (1, '13900000001', 1, 0, 'U1'); INSERT INTO battery (code) VALUES ('BT0001'); \
                  INSERT INTO battery_binding (id, member_id, battery_code, bound_at) VALUES (1, 1, 'BT0001', 1);";
    session.script(script).await.expect("a binding");
    session.commit().await.expect("committed");
    db
}

/// Why the one delivery was not made; it is taken away.
async fn told(db: &Db) -> String {
    let mut session = db.transaction().await.expect("a transaction");
    let row = session.first(sql("SELECT last_error FROM delivery")).await.expect("an answer").expect("a delivery");
    session.script("DELETE FROM delivery_key; DELETE FROM delivery;").await.expect("taken away");
    session.commit().await.expect("committed");
    row.get("last_error").expect("a reason")
}

/// Answers 200 to everybody, under a certificate for `name` that was valid until the year `until`, in `NAME.pem`.
fn with_certificate(folder: &Path, name: &str, until: i32) -> impl Future<Output = Running> {
    let (certificate, key) = (folder.join(format!("{name}-{until}.pem")), folder.join(format!("{name}-{until}.key")));
    let mut parameters = CertificateParams::new([name.to_owned()]).expect("parameters");
    parameters.not_before = date_time_ymd(2020, 1, 1);
    parameters.not_after = date_time_ymd(until, 1, 1);
    let pair = KeyPair::generate().expect("a key");
    fs::write(&certificate, parameters.self_signed(&pair).expect("a certificate").pem()).expect("a file");
    fs::write(&key, pair.serialize_pem()).expect("a file");
    let tls = Tls::read(&certificate, &key).expect("a certificate");
    async move {
        let routes = Route::new().at("/*", make_sync(|_| StatusCode::OK)).map_to_response();
        let bound = server::bind("127.0.0.1", 0).await.expect("a port");
        bound.serve_strangers(routes, Connections::default(), Some(&tls)).expect("a server")
    }
}

async fn answering(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

#[tokio::test]
async fn why_weichuang_was_not_told_stands_in_the_log_and_in_the_delivery() {
    let folder = Folder::new("causes");
    let db = bound(&folder).await;
    let file = |name: &str| folder.path().join(name).display().to_string();
    let nobody = format!("127.0.0.1:{}", free_port());
    let untrusted = with_certificate(folder.path(), "127.0.0.1", 2090).await;
    let anothers = with_certificate(folder.path(), "weichuang.example", 2090).await;
    let expired = with_certificate(folder.path(), "127.0.0.1", 2021).await;
    let bodies: [ResponseTemplate; 6] = [
        ResponseTemplate::new(200).set_body_bytes(b"\xef\xbb\xbf{\"result\": 200}"),
        ResponseTemplate::new(200).set_body_bytes(b"\x1f\x8b\x08").insert_header("Content-Encoding", "gzip"),
        ResponseTemplate::new(200).set_body_bytes(b"{\"result\": 200, \"msg\": \"\xb3\xc9\xb9\xa6\"}"),
        ResponseTemplate::new(200).set_body_bytes(b"{\"result\": 200,\n oops}"),
        ResponseTemplate::new(200).set_body_bytes(b"{\"result\": 200, \"results\": {}}"),
        ResponseTemplate::new(200).set_delay(Duration::from_secs(20)),
    ];
    let mut answers = Vec::new();
    for body in bodies {
        answers.push(answering(body).await);
    }
    let (open, secure) = ("http://weichuang.example".to_owned(), "https://weichuang.example".to_owned());
    let dead = format!("http://{nobody}");
    let cases = [
        (format!("http://{nobody}"), vec![], "could not be reached: connection refused", "微创无法连接（连接被拒绝）"),
        ("http://weichuang.invalid".into(), vec![], "unknown host name", "微创无法连接（域名无法解析）"),
        (
            answers[0].uri().replace("http:", "https:"),
            vec![],
            "no TLS is spoken there",
            "微创无法连接（对方不使用 TLS）",
        ),
        (untrusted.url(), vec![], "the certificate is not trusted", "微创无法连接（证书不受信任）"),
        (
            anothers.url(),
            vec![("SSL_CERT_FILE", file("weichuang.example-2090.pem"))],
            "the certificate is for another name",
            "微创无法连接（证书与域名不符）",
        ),
        (
            expired.url(),
            vec![("SSL_CERT_FILE", file("127.0.0.1-2021.pem"))],
            "the certificate is not valid now",
            "微创无法连接（证书已过期或尚未生效）",
        ),
        (
            open,
            vec![("http_proxy", dead.clone())],
            "could not be reached through the proxy of the environment: connection refused",
            "微创无法连接（代理：连接被拒绝）",
        ),
        (
            secure,
            vec![("https_proxy", dead)],
            "could not be reached through the proxy of the environment: connection refused",
            "微创无法连接（代理：连接被拒绝）",
        ),
        (answers[0].uri(), vec![], "(body): bom: ", "微创的答复不合契约（HTTP 200）：以 UTF-8 的 BOM 开头"),
        (
            answers[1].uri(),
            vec![],
            "(body): contentEncoding: ",
            "微创的答复不合契约（HTTP 200）：未要求压缩，Content-Encoding 却是 gzip",
        ),
        (
            answers[2].uri(),
            vec![],
            "(body): utf8: ",
            "微创的答复不合契约（HTTP 200）：不是 UTF-8 文本（第 25 个字节起）",
        ),
        (
            answers[3].uri(),
            vec![],
            "(body): json: ",
            "微创的答复不合契约（HTTP 200）：不是有效的 JSON（第 2 行第 2 列）",
        ),
        (answers[4].uri(), vec![], "/results: type: ", "微创的答复不合契约（HTTP 200）：/results 类型应为 array"),
        (
            answers[5].uri(),
            vec![("POLARIS_WEICHUANG__TIMEOUT", "300".to_owned())],
            "the outcome is unknown: no answer in time",
            "结果未知（没有及时答复）",
        ),
    ];
    for (url, environment, logged, kept) in cases {
        let arguments = ["sync-bindings", "--database-url", &folder.database(), "--weichuang-url", &url];
        let mut command = without_proxies(Binary::command(&arguments));
        command.envs(environment);
        let ended = Binary::spawn(command).end().await;
        assert_eq!(ended.code, Some(0), "{url}: {ended:?}");
        assert!(ended.stdout.contains("not answered yet, left to `polaris serve`"), "{url}: {ended:?}");
        let line = ended.stderr.lines().find(|line| line.contains("a call has no answer"));
        let line = line.unwrap_or_else(|| panic!("{url}: {ended:?}"));
        assert!(line.contains("operation=\"syncAssetBindings\"") && line.contains(logged), "{url}: {line}");
        assert!(!ended.stderr.contains("13900000001"), "{ended:?}");
        assert_eq!(told(&db).await, kept, "{url}");
    }
}
