use std::sync::{Arc, Mutex};

use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

use crate::support::{Binary, Folder, Serving, post, without_proxies};

/// The variables that every second developer here has set.
const VARIABLES: [&str; 4] = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/// A proxy that keeps the first line of what it is sent, and answers 502.
async fn proxy() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let kept = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (mut stream, mut line) = (BufReader::new(stream), String::new());
            let _ = stream.read_line(&mut line).await;
            kept.lock().expect("what it heard").push(line.trim_end().to_owned());
            let _ =
                stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await;
        }
    });
    (url, heard)
}

#[tokio::test]
async fn nothing_that_stays_on_this_machine_goes_through_a_proxy() {
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    for variable in VARIABLES {
        let (proxy, heard) = proxy().await;
        let proxied = |arguments: &[&str]| {
            let mut command = without_proxies(Binary::command(arguments));
            command.env(variable, &proxy);
            command
        };
        let mut mock = Binary::spawn(proxied(&["mock", "--port", "0"]));
        let text = mock.lines_until("curl ").await.join("\n");
        let url = text.split("listens on ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an address");
        let migrated = post(&http, format!("{url}/internal/migration/start"), json!({"phoneNo": "13333111222"})).await;
        let migrated = migrated.expect("an answer");
        assert_eq!(migrated["data"]["state"], json!("completed"), "{variable}: {migrated}");

        let target = format!("{}/weichuang", url.replace("127.0.0.1", "localhost"));
        let arguments = ["verify", "--side", "weichuang", "--target", &target, "--operation", "queryUser"];
        let verified = Binary::spawn(proxied(&[&arguments[..], &["--max-cases", "20"]].concat())).end().await;
        assert_eq!(verified.code, Some(0), "{variable}: {verified:?}");
        assert_eq!(*heard.lock().expect("what it heard"), [""; 0], "{variable}");
    }
}

#[tokio::test]
async fn production_calls_a_weichuang_elsewhere_through_the_proxy_and_one_here_without_it() {
    let folder = Folder::new("proxied");
    for variable in VARIABLES {
        let (proxy, heard) = proxy().await;
        for (weichuang, sent) in [
            ("http://weichuang.example/v1", vec!["POST http://weichuang.example/v1/user/query HTTP/1.1"]),
            ("http://127.0.0.1:9/v1", vec![]),
        ] {
            let mut command = without_proxies(Serving::command(&folder.database(), weichuang));
            command.env(variable, &proxy);
            let serving = Serving::of(command).await;
            let refused = serving.internal("/migration/start", json!({"phoneNo": "13333111222"})).await;
            assert_eq!(refused["code"], json!(502), "{refused}");
            serving.binary.signal("TERM").await;
            assert_eq!(serving.binary.end().await.code, Some(0));
            let mut heard = heard.lock().expect("what it heard");
            heard.dedup();
            assert_eq!(*heard, sent, "{variable} {weichuang}");
            heard.clear();
        }
    }
}
