//! What a target, a file or a partner says is shown on a terminal, and commands it nothing.

use std::fs;

use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::support::{Binary, Ended, Folder};

/// A title for the window, colours by one character, text that runs backwards, an end of the line.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{0}\u{9b}31m\u{7f}\u{202e}\u{2066}\r\u{2028}\u{ffff}forged";

async fn run(arguments: &[&str]) -> Ended {
    let output = Binary::command(arguments).output().await.expect("the binary");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Whether everything that was said can be shown as it is.
fn assert_plain(ended: &Ended, seen: &str) {
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert!(all.contains(seen), "{seen}: {all}");
    let odd = |char: char| {
        char.is_control() && !['\n', '\t'].contains(&char)
            || ['\u{202e}', '\u{2066}', '\u{2028}', '\u{fffe}', '\u{ffff}'].contains(&char)
    };
    assert_eq!(all.find(odd), None, "{:?}", all.find(odd).map(|place| &all[place..]));
    // A page may have lines of its own.
    assert!(all.starts_with("<!") || !all.lines().any(|line| line.starts_with("forged")), "{all}");
}

#[tokio::test]
async fn a_report_shows_what_the_target_says_without_obeying_it() {
    let target = MockServer::start().await;
    let body = json!({ "result": HOSTILE, HOSTILE: 1 }).to_string() + HOSTILE + "\nforged";
    Mock::given(any()).respond_with(ResponseTemplate::new(200).set_body_raw(body, "text/x")).mount(&target).await;
    for format in ["text", "json", "junit", "html"] {
        let arguments = ["verify", "--side", "weichuang", "--target", &target.uri(), "--format", format];
        let few = ["--operation", "queryUser", "--max-cases", "30"];
        let ended = run(&[&arguments[..], &few].concat()).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert_plain(&ended, "owned");
        if format == "json" {
            let report: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
            assert!(report.to_string().contains("\u{9b}31m"), "a program is told what was said");
        }
        if format == "junit" {
            let mut reader = quick_xml::Reader::from_str(&ended.stdout);
            while reader.read_event().expect("well-formed XML") != quick_xml::events::Event::Eof {}
        }
    }
}

#[tokio::test]
async fn a_document_or_file_of_somebody_else_commands_no_terminal() {
    let folder = Folder::new("terminal");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let document = |description: &str| {
        let content = json!({ "application/json": { "schema": { "type": "object", "properties": { HOSTILE: { "type": description } } } } });
        let operation = json!({ "operationId": HOSTILE, "requestBody": { "content": content }, "responses": {} });
        json!({ "openapi": "3.1.0", "info": { "title": "x", "version": "1" }, "paths": { "/x": { "post": operation } } })
            .to_string()
    };
    let (old, new) = (file("old.json", &document("string")), file("new.json", &document("integer")));
    for format in ["text", "json"] {
        let ended = run(&["diff", &old, &new, "--format", format]).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert_plain(&ended, "owned");
    }
    let ended = run(&["diff", &old, &file("bad.yaml", &format!("a: [{HOSTILE}"))]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert_plain(&ended, "bad.yaml");

    let database = folder.database();
    assert_eq!(run(&["migrate", "--database-url", &database]).await.code, Some(0));
    let rows = file("members.csv", &format!("phoneNo,\"owned {HOSTILE}\"\n13300000001,2\n"));
    let ended = run(&["import", "members", &rows, "--database-url", &database]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert_plain(&ended, "owned");

    let name = format!("owned {}", HOSTILE.replace('\0', ""));
    let mut create =
        Binary::command(&["app", "create", "--all-merchants", "--name", &name, "--database-url", &database]);
    create.env("POLARIS_ACCESS__SEALING_KEY", "0".repeat(64));
    assert_eq!(Binary::spawn(create).end().await.code, Some(0));
    assert_plain(&run(&["app", "list", "--database-url", &database]).await, "owned");
    let world = file("world.yaml", r#"{"owned \u001b\u009b\u202e": 1}"#);
    assert_plain(&run(&["mock", "--world", &world]).await, "world.yaml");
}
