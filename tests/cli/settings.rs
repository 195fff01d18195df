//! The settings as a user sets them, by the commands that read them.

use std::fs;

use crate::support::{Binary, Ended, Folder};

async fn config(variables: &[(&str, &str)], arguments: &[&str]) -> Ended {
    let mut command = Binary::command(&[&["serve", "--print-config"], arguments].concat());
    command.envs(variables.iter().copied());
    Binary::spawn(command).end().await
}

#[tokio::test]
async fn a_variable_that_is_no_setting_is_refused_by_every_command_that_reads_settings() {
    for arguments in [&["serve"][..], &["migrate"], &["app", "list"], &["audit"], &["seed"], &["sync-bindings"]] {
        let mut command = Binary::command(arguments);
        command.env("POLARIS_DATABASE_URL", "postgres://u:s3cret@127.0.0.1/p");
        let ended = Binary::spawn(command).end().await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert_eq!(
            ended.stderr,
            "polaris: settings: there is no setting POLARIS_DATABASE_URL; the nearest is POLARIS_DATABASE__URL \
             (section and key are joined by two underscores)\n"
        );
    }
}

#[tokio::test]
async fn no_secret_is_printed_whether_it_fits_or_not() {
    let url = "postgres://u@127.0.0.1/p?sslmode=disable&password=7s3cret7&sslpassword=7s3cret7";
    let shown = config(&[("POLARIS_DATABASE__URL", url), ("POLARIS_WEICHUANG__TOKEN", "123456")], &[]).await;
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(shown.stdout.contains("p?sslmode=disable&password=hidden&sslpassword=hidden"), "{shown:?}");
    assert!(!shown.stdout.contains("s3cret") && !shown.stdout.contains("123456"), "{shown:?}");

    let folder = Folder::new("settings");
    let file = folder.path().join("polaris.toml");
    fs::write(&file, "[weichuang]\ntoken = 123456\n").expect("a file");
    let refused = config(&[], &["--config", &file.display().to_string()]).await;
    assert_eq!(refused.code, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("found a number, expected a string for key \"weichuang.token\""), "{refused:?}");
    assert!(!refused.stderr.contains("123456"), "{refused:?}");
}
