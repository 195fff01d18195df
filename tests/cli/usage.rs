use crate::support::Binary;

#[tokio::test]
async fn a_bad_argument_gets_one_line_and_exit_code_2() {
    for (arguments, complaint) in [
        (&["mock", "--prot", "1"][..], "unexpected argument '--prot' found"),
        (&["mock", "--port", "70000"], "invalid value '70000' for '--port <PORT>': 70000 is not in 0..=65535"),
        (&["mock", "--size", "large"], "the following required arguments were not provided: --seed <N>"),
        (&["mock", "--seed", "1", "--world", "x"], "the argument '--seed <N>' cannot be used with '--world <FILE>'"),
        (&["mock", "--token", "a b"], "a token is made of visible ASCII characters"),
        (&["mock", "--log", "polaris=loud"], "for '--log <FILTER>'"),
        (&["mokc"], "unrecognized subcommand 'mokc'"),
    ] {
        let ended = Binary::start(arguments).end().await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.starts_with("polaris: ") && ended.stderr.contains(complaint), "{ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    }
}

#[tokio::test]
async fn help_and_version_stand_on_stdout() {
    let help = Binary::start(&["mock", "--help"]).end().await;
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    for flag in ["--host", "--port", "--world", "--seed", "--size", "--strict", "--token", "--control-token", "--log"] {
        assert!(help.stdout.contains(flag), "{flag}: {}", help.stdout);
    }
    let version = Binary::start(&["--version"]).end().await;
    assert_eq!((version.code, version.stdout), (Some(0), format!("polaris {}\n", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn without_a_command_it_shows_its_help() {
    let ended = Binary::start(&[]).end().await;
    assert_eq!(ended.code, Some(2));
    assert!((ended.stdout + &ended.stderr).contains("Usage: polaris"));
}
