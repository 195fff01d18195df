use std::{
    collections::BTreeSet,
    fs::{self, File},
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::support::{Binary, Folder, SIDES, Serving, fresh_database};

/// The words of the built-in world that begin with `before` and end with `after`, and are as `fits` says.
fn words(before: &str, after: &[char], fits: impl Fn(&str) -> bool) -> BTreeSet<&'static str> {
    let world = include_str!("../../mocks/worlds/default.yaml");
    let starts = world.split(before).skip(1).filter_map(|rest| rest.split(after).next());
    starts.filter(|word| fits(word)).collect()
}

/// What is logged goes to a file, all of it.
fn log_all(command: &mut tokio::process::Command, file: PathBuf) {
    command.env("POLARIS_LOG", "trace").stderr(File::create(file).expect("a file"));
}

/// What a server cannot understand: the values are in errors, if anywhere.
async fn send_nonsense(http: &reqwest::Client, base: &str, phones: &BTreeSet<&str>) {
    let post = async |path: &str, body: String| {
        let call = http.post(format!("{base}{path}")).header("content-type", "application/json");
        call.body(body).send().await.expect("an answer")
    };
    for side in &SIDES {
        for operation in side.operations {
            for phone in phones.iter().take(3) {
                let wrong =
                    json!({"phoneNo": [phone], "phone": phone, "pageNo": phone, "userName": phone, "id": phone});
                post(&side.path(operation), wrong.to_string()).await;
                post(&side.path(operation), format!("{{\"phoneNo\": \"{phone}")).await;
            }
        }
    }
    for phone in phones {
        let body = json!({"phoneNo": phone}).to_string();
        for path in ["/weichuang/user/query", "/internal/migration/start", "/kop/hm.deposit.p.refundConfirm"] {
            post(path, body.clone()).await;
        }
        post(&format!("/gateway?api=hm.member.p.list&x={phone}"), body.clone()).await;
        post(&format!("/kop/{phone}"), body).await;
    }
}

/// Runs the whole of `verify` against servers and commands that log all they can, on `database`.
async fn no_phone_or_name_of_the_world_is_logged(database: &str, folder: &Path) {
    let mut command = Binary::command(&["mock", "--port", "0"]);
    log_all(&mut command, folder.join("mock"));
    let mut mock = Binary::spawn(command);
    let text = mock.lines_until("curl ").await.join("\n");
    let mock_url = text.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).expect("an address");
    let mock_url = format!("http://{}", mock_url.trim_end_matches('/'));
    let weichuang = format!("{mock_url}/weichuang");

    let mut command = Serving::command(database, &weichuang);
    log_all(&mut command, folder.join("serve"));
    let serving = Serving::of(command).await;
    let mut command = Binary::command(&["seed", "--database-url", database]);
    log_all(&mut command, folder.join("seed"));
    assert_eq!(Binary::spawn(command).end().await.code, Some(0));

    let mocked = format!("{mock_url}/kop");
    let internal = format!("http://{}/internal", serving.internal);
    let polaris = format!("http://{}/kop", serving.public);
    for (side, target, polaris) in
        [("weichuang", &weichuang, &mocked), ("polaris", &mocked, &mocked), ("internal", &internal, &polaris)]
    {
        let beside = ["--weichuang", &weichuang, "--polaris", polaris, "--time", "8s"];
        let mut command = Binary::command(&[&["verify", "--side", side, "--target", target][..], &beside].concat());
        log_all(&mut command, folder.join(format!("verify-{side}")));
        let ended = Binary::spawn(command).end().await;
        assert!(ended.stdout.contains(" exchanges in "), "{side}: {ended:?}");
    }
    for operation in SIDES[1].operations {
        for (_, body) in SIDES[1].examples(operation) {
            serving.kop(operation.path.trim_start_matches('/'), body).await;
        }
    }
    let phones = words("'", &['\''], |word| {
        word.len() == 11 && word.starts_with('1') && word.bytes().all(|byte| byte.is_ascii_digit())
    });
    let names = words("userName: ", &[',', '}', '\n'], |name| name.chars().count() > 1);
    assert!(phones.len() > 50 && names.len() > 50, "{phones:?} {names:?}");
    send_nonsense(&serving.http, &mock_url, &phones).await;

    for binary in [mock, serving.binary] {
        binary.signal("TERM").await;
        assert_eq!(binary.end().await.code, Some(0));
    }
    let mut all = String::new();
    for log in ["mock", "serve", "seed", "verify-weichuang", "verify-internal", "verify-polaris"] {
        let log = fs::read_to_string(folder.join(log)).expect("a log");
        assert!(log.contains("TRACE") || log.contains("DEBUG"), "nothing is logged: {log}");
        all += &log;
    }
    assert!(all.len() > 1_000_000, "{} bytes", all.len());
    for library in ["sqlx::query", "hyper_util::client"] {
        assert!(all.contains(library), "{library} has logged nothing");
    }
    let shown: Vec<_> = phones.union(&names).filter(|word| all.contains(**word)).collect();
    assert!(shown.is_empty(), "{shown:?}");
}

#[tokio::test]
async fn no_phone_or_name_of_the_world_stands_in_a_log_however_much_is_logged_on_sqlite() {
    let folder = Folder::new("trace-sqlite");
    no_phone_or_name_of_the_world_is_logged(&folder.database(), folder.path()).await;
}

#[tokio::test]
async fn no_phone_or_name_of_the_world_stands_in_a_log_however_much_is_logged_on_postgresql() {
    if let Some(database) = fresh_database().await {
        let folder = Folder::new("trace-postgresql");
        no_phone_or_name_of_the_world_is_logged(&database, folder.path()).await;
    }
}
