use std::time::{Duration, Instant};

use polaris::server::router;

use crate::support::{App, Binary, free_port};

async fn ended(arguments: &[&str]) -> crate::support::Ended {
    Binary::start(&[&["verify"], arguments].concat()).end().await
}

#[tokio::test]
async fn it_ends_with_0_if_nothing_failed_and_1_if_something_did() {
    let app = App::start().await;
    let url = app.url("/weichuang");
    let passed =
        ended(&["--side", "weichuang", "--target", &url, "--operation", "queryUser", "--max-cases", "100"]).await;
    assert_eq!((passed.code, passed.stderr.as_str()), (Some(0), ""), "{}", passed.stdout);
    assert!(passed.stdout.contains("Nothing failed in ") && !passed.stdout.contains('\x1b'), "{}", passed.stdout);

    // A strict server refuses unknown fields, which the contract says are accepted.
    let strict = App::start_with(router::Settings { strict: true, ..router::Settings::default() }).await;
    let url = strict.url("/weichuang");
    let failed = ended(&["--side", "weichuang", "--target", &url, "--operation", "queryUser"]).await;
    assert_eq!((failed.code, failed.stderr.as_str()), (Some(1), ""), "{}", failed.stdout);
    assert!(failed.stdout.contains("Does not conform: ") && failed.stdout.contains("curl -sS '"), "{}", failed.stdout);
}

#[tokio::test]
async fn a_target_that_is_not_there_or_not_this_side_gets_one_line_and_exit_code_2() {
    let app =
        App::start_with(router::Settings { token: Some("secret-token".into()), ..router::Settings::default() }).await;
    let nobody = format!("http://127.0.0.1:{}/weichuang", free_port());
    let cases = [
        (nobody, vec![], "cannot be reached: no connection"),
        (app.url("/weichuangs"), vec![], "the target is the side's base, prefix included"),
        (app.url("/weichuang"), vec![], "401, it wants a token (--token)"),
        (app.url("/weichuang"), vec!["--token", "another-token"], "401, the token is not accepted"),
        ("ftp://127.0.0.1/weichuang".into(), vec![], "the target should be an http address"),
        (app.url("/weichuang"), vec!["--operation", "queryUsers"], "the side weichuang has no operation queryUsers"),
        (app.url("/weichuang"), vec!["--read-only", "--operation", "refundDeposit"], "there is nothing to call"),
    ];
    for (url, more, complaint) in cases {
        let ended = ended(&[&["--side", "weichuang", "--target", &url][..], &more].concat()).await;
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.starts_with("polaris: ") && ended.stderr.contains(complaint), "{ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
        assert!(!ended.stderr.contains("another-token"), "{ended:?}");
    }
}

#[tokio::test]
async fn it_ends_in_time() {
    let app = App::start().await;
    let url = app.url("/weichuang");
    let begun = Instant::now();
    let ended = ended(&["--side", "weichuang", "--target", &url, "--time", "2s"]).await;
    let took = begun.elapsed();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!((Duration::from_secs(1)..Duration::from_secs(15)).contains(&took), "{took:?}");
}

#[tokio::test]
async fn an_interrupted_run_reports_what_it_saw() {
    let app = App::start().await;
    let (url, before) = (app.url("/weichuang"), app.state().await);
    let binary = Binary::start(&["verify", "--side", "weichuang", "--target", &url, "--time", "60s"]);
    // It has begun when the world has changed.
    let changed = async {
        while app.state().await == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(50), changed).await.expect("a call that changes something");
    binary.signal("INT").await;
    let ended = binary.end().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("the run was ended before it was through"), "{}", ended.stdout);
}

#[tokio::test]
async fn list_shows_what_would_be_done_and_calls_nobody() {
    let nobody = format!("http://127.0.0.1:{}/kop", free_port());
    let ended =
        ended(&["--side", "polaris", "--target", &nobody, "--list", "--operation", "queryOrders", "tankUpdate"]).await;
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{ended:?}");
    for line in [
        "pages: queryOrders turns the pages",
        "repeats: queryOrders example by-order-ids",
        "generated: queryOrders /pageNo maximum: 100001",
        "generated: queryOrders the depth of a page is limited: /pageNo 501 of /pageSize 200",
        "generated: tankUpdate more than 1 MiB",
        "generated: tankUpdate valid random requests",
    ] {
        assert!(ended.stdout.lines().any(|each| each == line), "{line}: {}", ended.stdout);
    }
    assert!(!ended.stdout.contains("listMembers"), "{}", ended.stdout);
}

#[tokio::test]
async fn the_token_is_never_shown() {
    let app = App::start_with(router::Settings {
        token: Some("secret-token".into()),
        strict: true,
        ..router::Settings::default()
    })
    .await;
    let url = app.url("/weichuang");
    for format in ["text", "json", "junit", "html"] {
        let arguments = [
            "--side",
            "weichuang",
            "--target",
            &url,
            "--token",
            "secret-token",
            "--operation",
            "queryUser",
            "--format",
            format,
        ];
        let ended = ended(&arguments).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(!ended.stdout.contains("secret-token"), "{format}");
        assert!(ended.stdout.contains("Authorization: Bearer $TOKEN"), "{format}: {}", ended.stdout);
    }
}
