use std::fs;

use serde_json::Value;
use tokio::process::Command;

use crate::support::{Binary, Ended, Folder, Serving, fresh_database, need, program};

const KEY: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const NOBODY: &str = "http://127.0.0.1:9/weichuang";

async fn run(arguments: &[&str]) -> Ended {
    let mut command = Binary::command(arguments);
    command.env("POLARIS_ACCESS__SEALING_KEY", KEY);
    Binary::spawn(command).end().await
}

/// The key and the secret of two printed lines.
fn credentials(lines: &str) -> [String; 2] {
    ["appKey: ", "appSecret: "].map(|name| {
        let value = lines.lines().find_map(|line| line.strip_prefix(name));
        value.unwrap_or_else(|| panic!("{name}: {lines}")).to_owned()
    })
}

/// The reply to the line that `polaris sign` prints for a body.
async fn signed(gateway: &str, [key, secret]: &[String; 2], method: &str, body: &str) -> Value {
    let arguments = ["sign", "--api", "hm.order.p.query", "--app-key", key, "--body", body, "--method", method];
    let mut command = Binary::command(&[&arguments[..], &["--gateway", gateway]].concat());
    command.env("POLARIS_APP_SECRET", secret);
    let printed = Binary::spawn(command).end().await;
    assert_eq!((printed.code, printed.stderr.as_str()), (Some(0), ""), "{printed:?}");
    let lines: Vec<_> = printed.stdout.lines().collect();
    assert!(lines.len() == 2 && lines[1].contains(lines[0]) && !printed.stdout.contains(secret.as_str()), "{lines:?}");
    let output = Command::new("sh").args(["-c", lines[1]]).output().await.expect("a shell");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

async fn an_app_is_made_signs_is_rotated_and_disabled(database: &str) {
    if need("curl", program(&["curl"])).is_none() {
        return;
    }
    let folder = Folder::new("app-body");
    let body = folder.path().join("it's a body.json");
    fs::write(&body, "{\"pageNo\": 1, \"pageSize\": 20, \"userName\": \"张\"}\n").expect("a file");
    let body = body.to_str().expect("a path");
    let mut command = Serving::command(database, NOBODY);
    command.env_remove("POLARIS_ACCESS__REQUIRED").env("POLARIS_ACCESS__SEALING_KEY", KEY);
    let serving = Serving::of(command).await;
    let gateway = format!("http://{}/gateway", serving.public);
    let at = ["--database-url", database];

    let unsigned = serving.kop("hm.order.p.query", serde_json::json!({"pageNo": 1, "pageSize": 20})).await;
    assert_eq!(unsigned["code"], 401, "{unsigned}");
    let create = ["app", "create", "--name", "partner", "--operations", "hm.order.*", "--all-merchants"];
    let made = run(&[&create[..], &at].concat()).await;
    assert_eq!(made.code, Some(0), "{made:?}");
    let first = credentials(&made.stdout);
    for method in ["kop-sha1", "hmac-sha256"] {
        assert_eq!(signed(&gateway, &first, method, body).await["code"], 200, "{method}");
    }
    let rotated = run(&[&["app", "rotate", &first[0], "--grace", "1"][..], &at].concat()).await;
    let second = credentials(&rotated.stdout);
    assert!(second[0] == first[0] && second[1] != first[1], "{rotated:?}");
    for secret in [&first, &second] {
        assert_eq!(signed(&gateway, secret, "hmac-sha256", body).await["code"], 200);
    }
    let listed = run(&[&["app", "list"][..], &at].concat()).await;
    let line = format!("{}  partner  enabled  operations: hm.order.*  merchants: all  secrets: 2\n", first[0]);
    assert_eq!(listed.stdout, line);
    let disabled = run(&[&["app", "disable", &first[0]][..], &at].concat()).await;
    assert_eq!(disabled.code, Some(0), "{disabled:?}");
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    assert_eq!(signed(&gateway, &second, "hmac-sha256", body).await["msg"], "签名校验失败：应用已停用");
    serving.binary.signal("TERM").await;
    let ended = serving.binary.end().await;
    assert!(ended.code == Some(0) && !ended.stderr.contains(&first[1]), "{ended:?}");
}

#[tokio::test]
async fn an_app_is_made_signs_is_rotated_and_disabled_on_sqlite() {
    let folder = Folder::new("app");
    an_app_is_made_signs_is_rotated_and_disabled(&folder.database()).await;
}

#[tokio::test]
async fn an_app_is_made_signs_is_rotated_and_disabled_on_postgresql() {
    if let Some(database) = fresh_database().await {
        an_app_is_made_signs_is_rotated_and_disabled(&database).await;
    }
}

#[tokio::test]
async fn serve_is_not_open_by_accident() {
    let folder = Folder::new("closed");
    let mut command = Serving::command(&folder.database(), NOBODY);
    command.env_remove("POLARIS_ACCESS__REQUIRED");
    let ended = Binary::spawn(command).end().await;
    assert_eq!(
        (ended.code, ended.stderr.as_str()),
        (
            Some(1),
            "polaris: access.sealing_key should be 64 hex digits; `openssl rand -hex 32` makes one; or set \
             access.required = false, and anybody who reaches the public address may call\n"
        )
    );
}

#[tokio::test]
async fn an_app_that_would_be_a_mistake_is_refused() {
    let folder = Folder::new("mistake");
    let at = ["--database-url", &folder.database()];
    assert_eq!(run(&[&["migrate"][..], &at].concat()).await.code, Some(0));
    for (flags, code, complaint) in [
        (&[][..], 2, "--merchants"),
        (&["--all-merchants", "--merchants", "BCD001"], 2, "cannot be used with"),
        (&["--all-merchants", "--operations", "hm.ordre.*"], 2, "no operation is called \"hm.ordre.*\""),
        (&["--merchants", "BCD001"], 1, "there is no merchant BCD001"),
    ] {
        let ended = run(&[&["app", "create", "--name", "x"][..], flags, &at].concat()).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(code), ""), "{ended:?}");
        assert!(ended.stderr.contains(complaint), "{ended:?}");
    }
    let without_key =
        Binary::start(&[&["app", "create", "--name", "x", "--all-merchants"][..], &at].concat()).end().await;
    assert!(without_key.code == Some(1) && without_key.stderr.contains("access.sealing_key"), "{without_key:?}");
}

#[tokio::test]
async fn the_mock_demands_signatures_when_asked_and_its_app_outlives_a_reset() {
    if need("curl", program(&["curl"])).is_none() {
        return;
    }
    let folder = Folder::new("mock-body");
    let body = folder.path().join("body.json");
    fs::write(&body, r#"{"pageNo":1,"pageSize":20}"#).expect("a file");
    let body = body.to_str().expect("a path");
    let mut binary = Binary::start(&["mock", "--port", "0", "--auth", "--debug-signatures"]);
    let text = binary.lines_until("curl ").await.join("\n");
    let app = credentials(&text);
    let address = text.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).expect("an address").to_owned();
    let control = text.lines().find_map(|line| line.strip_prefix("controlToken: ")).expect("a token").to_owned();
    let gateway = format!("http://{address}/gateway");
    let http = reqwest::Client::new();
    for round in 0..2 {
        assert_eq!(signed(&gateway, &app, "kop-sha1", body).await["code"], 200, "{round}");
        let wrong = [app[0].clone(), "wrong".to_owned()];
        let refused = signed(&gateway, &wrong, "kop-sha1", body).await;
        assert!(refused["code"] == 401 && refused["signedText"].is_string(), "{refused}");
        let unsigned = http.post(format!("http://{address}/kop/hm.order.p.query")).body("{}").send().await;
        assert_eq!(unsigned.expect("an answer").status().as_u16(), 401);
        let reset = http.post(format!("http://{address}/_mock/reset")).bearer_auth(&control);
        assert_eq!(reset.send().await.expect("an answer").status().as_u16(), 204);
    }
}
