use polaris::{
    gateway::Access,
    server::{
        self,
        router::{self, Serve},
    },
};
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::{
    backend::Bench,
    support::{App, Proxy, Reply},
};

/// The addresses of pictures that both sides of the mock write for a caller who sends `headers`.
async fn pictures(app: &App, headers: &[(&str, &str)]) -> Vec<String> {
    let mut found = Vec::new();
    for (path, body, list, field) in [
        ("/weichuang/battery/query", json!({"batteryCode": "BT0001"}), "/batteryList", "cover"),
        ("/kop/hm.battery.p.operationList", json!({"merchantIds": ["1001"]}), "/data/result", "imgUrl"),
    ] {
        let call = app.request(Method::POST, path).header("content-type", "application/json").body(body.to_string());
        let reply = Reply::of(headers.iter().fold(call, |call, (name, value)| call.header(*name, *value))).await.json();
        let rows = reply.pointer(list).and_then(Value::as_array).unwrap_or_else(|| panic!("{reply}"));
        assert!(!rows.is_empty(), "{reply}");
        found.extend(rows.iter().map(|row| row[field].as_str().expect("an address").to_owned()));
    }
    found
}

#[tokio::test]
async fn pictures_have_the_address_by_which_the_proxy_was_asked_and_no_hostile_header_changes_it() {
    let app = App::start().await;
    let own = app.url("");
    for (headers, origin) in [
        (vec![], own.as_str()),
        (vec![("x-forwarded-prefix", "/polaris")], &format!("{own}/polaris")),
        (
            vec![
                ("x-forwarded-host", "api.example.com"),
                ("x-forwarded-proto", "https"),
                ("x-forwarded-prefix", "/polaris/"),
            ],
            "https://api.example.com/polaris",
        ),
        (vec![("forwarded", "for=192.0.2.1;proto=https;host=api.example.com")], "https://api.example.com"),
        (
            vec![
                ("x-forwarded-host", "\"><script>"),
                ("x-forwarded-proto", "javascript"),
                ("x-forwarded-prefix", "/../x"),
            ],
            &own,
        ),
        (vec![("x-forwarded-prefix", "//evil.example"), ("x-forwarded-host", "a@evil.example")], &own),
    ] {
        for address in pictures(&app, &headers).await {
            assert!(address.starts_with(&format!("{origin}/_mock/images/battery/")), "{headers:?}: {address}");
        }
    }
}

#[tokio::test]
async fn behind_a_proxy_that_tells_the_addresses_of_pictures_lead_to_them() {
    let app = App::start().await;
    let proxy = Proxy::start(&app.url(""), true).await;
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let call = http.post(format!("{}/weichuang/battery/query", proxy.url())).header("content-type", "application/json");
    let reply = Reply::of(call.body(r#"{"batteryCode":"BT0001"}"#)).await.json();
    let cover = reply["batteryList"][0]["cover"].as_str().expect("a cover").to_owned();
    assert!(cover.starts_with(&proxy.url()), "{cover}");
    let picture = Reply::of(http.get(cover)).await;
    assert_eq!((picture.status, picture.header("content-type")), (200, Some("image/svg+xml")));
}

/// Holds what `/docs` of the server at `base` leads to against the prefix: nothing may lead out of it.
async fn docs_stay_below(base: &str, documents: &[(&str, &str)]) {
    // Follows redirects, as a browser does.
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let page = http.get(format!("{base}/docs")).send().await.expect("an answer");
    assert_eq!((page.status().as_u16(), page.url().as_str()), (200, format!("{base}/docs/").as_str()));
    let docs = page.url().clone();
    let page = page.text().await.expect("a page");
    let initializer = Reply::of(http.get(docs.join("swagger-initializer.js").expect("an address"))).await.body;
    for text in [&page, &initializer] {
        for absolute in ["\"/", "'/", "\"http", "'http"] {
            assert!(!text.contains(absolute), "{absolute}: {text}");
        }
    }
    for (document, operations) in documents {
        let address = docs.join(&format!("../openapi/{document}.json")).expect("an address");
        assert!(initializer.contains(&format!("\"../openapi/{document}.json\"")), "{initializer}");
        let json = Reply::of(http.get(address.clone())).await.json();
        for server in json["servers"].as_array().expect("servers") {
            let url = address.join(server["url"].as_str().expect("an address")).expect("an address");
            assert_eq!(url, Url::parse(&format!("{base}{operations}")).expect("an address"), "{document}");
        }
    }
}

#[tokio::test]
async fn documents_and_their_servers_stay_below_the_prefix_even_if_the_proxy_says_nothing() {
    let app = App::start().await;
    let mock = [("weichuang", "/weichuang"), ("polaris", "/kop"), ("internal", "/internal"), ("mock", "/_mock")];
    docs_stay_below(&app.url(""), &mock).await;
    docs_stay_below(&Proxy::start(&app.url(""), false).await.url(), &mock).await;

    let bench = Bench::in_memory().await;
    let serve = Serve::with(Access::Open);
    let start = async || server::bind("127.0.0.1", 0).await.expect("a free port");
    let public = start().await.serve(router::public(&bench.backend, &serve)).expect("a server");
    docs_stay_below(&Proxy::start(&public.url(), false).await.url(), &[("polaris", "/kop")]).await;
    let internal = start().await.serve(router::internal(&bench.backend, &serve)).expect("a server");
    docs_stay_below(&Proxy::start(&internal.url(), false).await.url(), &[("internal", "/internal")]).await;
}
