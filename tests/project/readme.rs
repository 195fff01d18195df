use tokio::process::Command;

use crate::support::{App, need, program};

/// The commands of a README's consoles, each with the answer that it shows. The server's own start is shown too, and
/// tested in `cli`.
fn shown(readme: &str) -> Vec<(String, String)> {
    let consoles = readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands = consoles.flat_map(|console| console.split("$ ").skip(1));
    let parts = commands.map(|command| command.split_once('\n').unwrap_or((command, "")));
    parts
        .filter(|(command, _)| !command.starts_with("cargo"))
        .map(|(command, answer)| (command.into(), answer.into()))
        .collect()
}

/// The running clock of the world makes a second's difference now and then.
fn without_seconds(text: &str) -> String {
    text.split("2021-09-03 10:00:").enumerate().fold(String::new(), |text, (index, part)| match index {
        0 => part.to_owned(),
        _ => text + "2021-09-03 10:00:SS" + part.get(2..).unwrap_or_default(),
    })
}

async fn check(readme: &str) {
    if need("bash and curl", program(&["bash"]).and(program(&["curl"]))).is_none() {
        return;
    }
    let app = App::start().await;
    let shown = shown(readme);
    assert!(shown.len() >= 10, "{} commands", shown.len());
    // One session, as a reader has: a function that is defined once is there for the commands that follow.
    let separator = "-- next --";
    let script: String = shown.iter().map(|(command, _)| format!("{command}\necho '{separator}'\n")).collect();
    let script = script.replace("127.0.0.1:4010", &app.authority());
    let output = Command::new("bash").args(["-c", &script]).output().await.expect("a shell");
    let output = String::from_utf8(output.stdout).expect("text").replace('\r', "");
    let answers: Vec<_> = output.split(separator).map(|answer| without_seconds(answer.trim())).collect();
    for ((command, expected), answer) in shown.iter().zip(&answers) {
        assert_eq!(answer, &without_seconds(expected.trim()), "{command}");
    }
    assert_eq!(answers.len(), shown.len() + 1);
}

#[tokio::test]
async fn the_readme_shows_what_the_mock_answers() {
    check(include_str!("../../README.md")).await;
}

#[tokio::test]
async fn the_chinese_readme_shows_what_the_mock_answers() {
    check(include_str!("../../README.zh-CN.md")).await;
}
