use serde_json::{Value, json};

use crate::support::{App, Reply};

/// The pictures of the first thing in the list `list` of the reply.
async fn cover(app: &App, path: &str, request: Value, list: &str) -> String {
    let reply = app.post(path, &request).await.json();
    reply[list][0]["cover"].as_str().unwrap_or_else(|| panic!("no picture: {reply}")).to_owned()
}

#[tokio::test]
async fn pictures_are_absolute_urls_that_the_mock_serves() {
    let app = App::start().await;
    for cover in [
        cover(&app, "/weichuang/tank/query", json!({"tankCodes": ["TK0001"]}), "tankList").await,
        cover(&app, "/weichuang/battery/query", json!({"batteryCode": "BT0001"}), "batteryList").await,
    ] {
        assert!(cover.starts_with(&app.url("/")), "{cover}");
        let picture = Reply::of(app.request(reqwest::Method::GET, &cover[app.url("").len()..])).await;
        assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/svg+xml")), "{cover}");
        assert!(picture.body.starts_with("<svg"), "{}", picture.body);
    }
}
