use std::time::Duration;

use serde_json::json;
use tokio::{
    net::TcpStream,
    process::Command,
    time::{sleep, timeout},
};

use crate::support::{Binary, Folder, Serving, need, program};

const WEICHUANG: &str = "http://127.0.0.1:9/weichuang";

/// `command`, with no more open files than this.
fn limited(files: &str, command: &Command) -> Command {
    let mut limited = Command::new("sh");
    let script = format!("ulimit -n {files} && exec \"$0\" \"$@\"");
    limited.args(["-c", &script]).arg(command.as_std().get_program()).args(command.as_std().get_args());
    limited.envs(command.as_std().get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped());
    limited.stderr(std::process::Stdio::piped()).kill_on_drop(true);
    limited
}

#[tokio::test]
async fn with_few_open_files_it_holds_few_connections_and_answers_on_whatever_comes() {
    let folder = Folder::new("files");
    let serving = Serving::of(limited("200", &Serving::command(&folder.database(), WEICHUANG))).await;
    let mut silent = Vec::new();
    for address in [&serving.public, &serving.internal] {
        for _ in 0..300 {
            silent.push(TcpStream::connect(address).await.expect("a connection"));
        }
    }
    for _ in 0..5 {
        for (address, path) in [(&serving.public, "/readyz"), (&serving.internal, "/readyz")] {
            let reply = serving.http.get(format!("http://{address}{path}")).send().await.expect("an answer");
            assert_eq!(reply.status().as_u16(), 200);
        }
        assert_eq!(serving.kop("hm.order.p.query", json!({"pageNo": 1, "pageSize": 20})).await["code"], 200);
    }
    serving.binary.signal("TERM").await;
    let ended = serving.binary.end().await;
    assert!(ended.stderr.contains("has room for fewer connections than wanted limit=200 connections=28"), "{ended:?}");
    // The silent ones leave as others come: that is said, but not of each.
    let said = ended.stderr.matches("those that wait longest are closed").count();
    assert!((1..20).contains(&said), "{ended:?}");
    let refused = limited("100", &Serving::command(&folder.database(), WEICHUANG));
    let refused = Binary::spawn(refused).end().await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.stderr.contains("the limit of open files is 100"), "{refused:?}");
}

/// The processor time that a process has used, in ticks.
fn used(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("its figures");
    let fields: Vec<_> = stat.rsplit(") ").next().expect("fields").split(' ').collect();
    fields[11..13].iter().map(|ticks| ticks.parse::<u64>().expect("a number")).sum()
}

#[tokio::test]
async fn without_open_files_left_it_complains_rests_and_heals() {
    let Some(prlimit) = need("prlimit", program(&["prlimit"])) else { return };
    let folder = Folder::new("nofiles");
    let serving = Serving::of(Serving::command(&folder.database(), WEICHUANG)).await;
    let process = serving.binary.id();
    let allow = async |files: &str| {
        let mut set = Command::new(&prlimit);
        set.args([format!("--pid={process}"), format!("--nofile={files}:")]);
        assert!(set.status().await.expect("prlimit").success());
    };
    let before = used(process);
    let open = std::fs::read_dir(format!("/proc/{process}/fd")).expect("its files").count();
    // As after another part of the process has taken the rest: there is room for five.
    allow(&(open + 5).to_string()).await;
    let mut silent = Vec::new();
    for _ in 0..40 {
        silent.push(TcpStream::connect(&serving.public).await.expect("it is in the queue"));
    }
    sleep(Duration::from_secs(3)).await;
    let ticks = used(process) - before;
    assert!(ticks < 150, "half of the time on one core: {ticks} ticks");
    allow("4096").await;
    let health = serving.http.get(format!("http://{}/healthz", serving.public)).send();
    let health = timeout(Duration::from_secs(20), health).await.expect("in time").expect("an answer");
    assert_eq!(health.status().as_u16(), 200);
    serving.binary.signal("TERM").await;
    let ended = serving.binary.end().await;
    let said = ended.stderr.matches("no connection can be accepted").count();
    assert!((1..5).contains(&said), "{said} times: {ended:?}");
}
