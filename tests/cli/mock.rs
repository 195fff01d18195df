use std::{net::TcpListener, process::Stdio, time::Duration};

use insta::assert_snapshot;
use reqwest::Method;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Command,
};

use crate::support::{Binary, free_port, need, program};

const FREE: &[&str] = &["mock", "--port", "0"];

/// What it prints at the start, and the address in it.
async fn started(binary: &mut Binary) -> (String, String) {
    let text = binary.lines_until("curl ").await.join("\n");
    let address = text.split("http://").nth(1).and_then(|rest| rest.split(' ').next()).expect("an address");
    (text.clone(), address.to_owned())
}

#[tokio::test]
async fn it_prints_where_everything_is_with_the_real_port() {
    let mut binary = Binary::start(FREE);
    let (text, address) = started(&mut binary).await;
    assert!(!address.ends_with(":0"), "{address}");
    assert_snapshot!(text.replace(&address, "127.0.0.1:PORT"), @r#"
    Polaris mock listens on http://127.0.0.1:PORT (Ctrl-C stops it)

      Docs       http://127.0.0.1:PORT/docs                    Swagger UI, all documents, try it out
      Weichuang  http://127.0.0.1:PORT/weichuang/*             9 operations, a stateful mock
      Polaris    http://127.0.0.1:PORT/kop/*                   25 operations, the production code in memory
      Internal   http://127.0.0.1:PORT/internal/*              10 operations, for our own systems
      Control    http://127.0.0.1:PORT/_mock/state             look into the world, change it, reset it
      OpenAPI    http://127.0.0.1:PORT/openapi/weichuang.yaml  also polaris, internal, mock; also .json

    Try it:

      curl -s http://127.0.0.1:PORT/weichuang/battery/query -H 'Content-Type: application/json' -d '{"batteryCode":"BT0001"}'
    "#);
}

#[tokio::test]
async fn the_printed_line_can_be_pasted() {
    if need("curl", program(&["curl"])).is_none() {
        return;
    }
    for arguments in [FREE, &[FREE, &["--token", "a-$ecret\"!"]].concat()] {
        let mut binary = Binary::start(arguments);
        let (text, _) = started(&mut binary).await;
        let line = text.lines().last().expect("a line");
        let output = Command::new("sh").args(["-c", line]).output().await.expect("a shell");
        let reply = String::from_utf8(output.stdout).expect("text");
        assert!(reply.starts_with(r#"{"result":200,"batteryList":[{"batteryCode":"BT0001""#), "{line}: {reply}");
    }
}

#[tokio::test]
async fn every_address_gets_an_address_to_paste() {
    for (host, expected) in [("0.0.0.0", "127.0.0.1:"), ("localhost", "127.0.0.1:")] {
        let mut binary = Binary::start(&[FREE, &["--host", host]].concat());
        let (_, address) = started(&mut binary).await;
        assert!(address.starts_with(expected), "{host}: {address}");
    }
}

/// What follows `name: ` on a line of its own.
fn printed<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn with_auth_nothing_but_pages_and_pictures_is_open_and_the_printed_token_opens_the_rest() {
    let mut binary = Binary::start(&[FREE, &["--auth", "--token", "secret"]].concat());
    let (text, address) = started(&mut binary).await;
    let token = printed(&text, "controlToken").expect("a token").to_owned();
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let status = async |method: &Method, path: &str, token: Option<&str>| {
        let call = http.request(method.clone(), format!("http://{address}{path}"));
        let call = call.header("content-type", "application/json").body("{}");
        let call = token.into_iter().fold(call, |call, token| call.bearer_auth(token));
        call.send().await.expect("an answer").status().as_u16()
    };
    for (method, path, open) in [
        (Method::GET, "/_mock/state", 200),
        (Method::GET, "/_mock/state/polaris/members", 200),
        (Method::GET, "/_mock/clock", 200),
        (Method::PUT, "/_mock/clock", 200),
        (Method::PATCH, "/_mock/state/weichuang/users/U10001", 200),
        (Method::GET, "/_mock/unknown", 404),
        (Method::POST, "/_mock/reset", 204),
        (Method::POST, "/internal/delivery/list", 200),
        (Method::POST, "/internal/migration/get", 400),
    ] {
        for (given, expected) in [(None, 401), (Some("wrong"), 401), (Some("secret"), 401), (Some(&*token), open)] {
            assert_eq!(status(&method, path, given).await, expected, "{method} {path} {given:?}");
        }
    }
    for (method, path) in [(Method::POST, "/weichuang/user/query"), (Method::POST, "/kop/hm.member.p.statistics")] {
        assert_eq!(status(&method, path, None).await, 401, "{path}");
    }
    for path in ["/", "/docs/", "/openapi/internal.json", "/healthz", "/_mock/images/battery/BT0001.svg"] {
        assert_eq!(status(&Method::GET, path, None).await, 200, "{path}");
    }
}

#[tokio::test]
async fn the_control_token_can_be_chosen_and_closes_what_it_names_alone() {
    let mut binary = Binary::start(&[FREE, &["--control-token", "chosen"]].concat());
    let (text, address) = started(&mut binary).await;
    assert_eq!((printed(&text, "controlToken"), printed(&text, "appKey")), (Some("chosen"), None));
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let call = |path: &str| http.post(format!("http://{address}{path}")).header("content-type", "application/json");
    for (path, token, status) in [
        ("/_mock/reset", "", 401),
        ("/_mock/reset", "chosen", 204),
        ("/internal/delivery/list", "", 401),
        ("/internal/delivery/list", "chosen", 200),
        ("/kop/hm.member.p.statistics", "", 200),
        ("/weichuang/tank/query", "", 400),
    ] {
        let reply = call(path).bearer_auth(token).body("{}").send().await.expect("an answer");
        assert_eq!(reply.status().as_u16(), status, "{path} {token}");
    }
}

#[tokio::test]
async fn on_an_address_that_others_reach_it_says_what_is_open() {
    const EVERYWHERE: &[&str] = &["--host", "0.0.0.0"];
    for (arguments, open) in [
        (
            [EVERYWHERE, &[]].concat(),
            Some("/weichuang/* (--token closes it), /kop/* (--auth), /internal/* and /_mock (--auth, --control-token)"),
        ),
        ([EVERYWHERE, &["--auth"]].concat(), Some("/weichuang/* (--token closes it)")),
        (
            [EVERYWHERE, &["--token", "t"]].concat(),
            Some("/kop/* (--auth), /internal/* and /_mock (--auth, --control-token)"),
        ),
        ([EVERYWHERE, &["--auth", "--token", "t"]].concat(), None),
        (vec![], None),
    ] {
        let mut binary = Binary::start(&[FREE, &arguments].concat());
        let (text, _) = started(&mut binary).await;
        let said =
            text.lines().find_map(|line| line.strip_prefix("Whoever reaches 0.0.0.0:")?.split_once(" may call: "));
        assert_eq!(said.map(|(_, open)| open), open, "{arguments:?}: {text}");
        assert_eq!(text.contains("Whoever"), open.is_some(), "{text}");
    }
}

#[tokio::test]
async fn ctrl_c_and_sigterm_stop_it_at_once_and_cleanly() {
    for signal in ["INT", "TERM"] {
        let mut binary = Binary::start(FREE);
        let (_, address) = started(&mut binary).await;
        // A connection that was used and stays open.
        let mut stream = TcpStream::connect(&address).await.expect("a connection");
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: mock\r\n\r\n").await.expect("written");
        assert_ne!(stream.read(&mut [0; 512]).await.expect("an answer"), 0);
        binary.signal(signal).await;
        let ended = tokio::time::timeout(Duration::from_secs(8), binary.end()).await.expect("at once");
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{signal}");
    }
}

#[tokio::test]
async fn a_port_in_use_gets_one_line() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let ended = Binary::start(&["mock", "--port", &port]).end().await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    assert_snapshot!(ended.stderr.replace(&port, "PORT"), @"polaris: port PORT on 127.0.0.1 is already in use; choose another with --port");
}

#[tokio::test]
async fn an_address_that_is_not_ours_gets_one_line() {
    for host in ["192.0.2.1", "no-such-host.invalid", ""] {
        let ended = Binary::start(&[FREE, &["--host", host]].concat()).end().await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(
            ended.stderr.starts_with("polaris: cannot listen on ") && ended.stderr.lines().count() == 1,
            "{ended:?}"
        );
    }
}

#[tokio::test]
async fn a_world_that_is_missing_or_broken_gets_one_line_with_the_place() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let broken = format!("{folder}/broken-world.yaml");
    std::fs::write(&broken, "weichuang:\n  tanks:\n    - tankCode: [1]\n").expect("a file");
    let missing = format!("{folder}/no-such-world.yaml");
    let missing = Binary::start(&["mock", "--world", &missing]).end().await;
    assert_eq!(missing.code, Some(1));
    assert_snapshot!(missing.stderr.replace(folder, "FOLDER"), @"polaris: FOLDER/no-such-world.yaml: No such file or directory (os error 2)");
    let broken = Binary::start(&["mock", "--world", &broken]).end().await;
    assert_eq!(broken.code, Some(1));
    assert_snapshot!(broken.stderr.replace(folder, "FOLDER"), @"polaris: FOLDER/broken-world.yaml:3:17: expected string scalar");
}

#[tokio::test]
async fn the_same_seed_builds_the_same_world() {
    let state = async |seed: &str| {
        let mut binary = Binary::start(&[FREE, &["--seed", seed, "--size", "small"]].concat());
        let (_, address) = started(&mut binary).await;
        let reply = reqwest::get(format!("http://{address}/_mock/state/weichuang/users")).await.expect("an answer");
        reply.text().await.expect("a body")
    };
    let first = state("7").await;
    assert_eq!(first, state("7").await);
    assert_ne!(first, state("8").await);
}

#[tokio::test]
async fn it_runs_on_when_nobody_reads_what_it_prints() {
    let port = free_port();
    let mut command = Binary::command(&["mock", "--port", &port.to_string()]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the binary starts");
    drop(child.stdout.take());
    let url = format!("http://127.0.0.1:{port}/healthz");
    for _ in 0..200 {
        if reqwest::get(&url).await.is_ok() {
            child.kill().await.expect("it still runs");
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no answer: {:?}", child.wait_with_output().await);
}

#[tokio::test]
async fn the_log_of_an_exchange_has_its_operation_and_no_personal_data() {
    let mut binary = Binary::start(&[FREE, &["--log", "polaris=debug"]].concat());
    let (_, address) = started(&mut binary).await;
    let http = reqwest::Client::new();
    for path in ["weichuang/user/query?phone=13333111222", "kop/13333111222", "_mock/state/weichuang/users/13333111222"]
    {
        let call = http.post(format!("http://{address}/{path}")).header("content-type", "application/json");
        call.body(r#"{"phoneNo":"13333111222"}"#).send().await.expect("an answer");
    }
    binary.signal("TERM").await;
    let log = binary.end().await.stderr;
    assert!(log.contains("operation=\"/weichuang/user/query\" status=200"), "{log}");
    assert!(log.contains("operation=\"/kop\" status=404"), "{log}");
    assert!(!log.contains("13333111222"), "{log}");
}
