use fantoccini::{Client, Locator, elements::Element};

use polaris::{
    gateway::Access,
    server::{self, router},
};

use super::chromium::{PATIENCE, in_chromium};
use crate::{
    backend::Bench,
    support::{App, Proxy},
};

async fn find(client: &Client, css: &str) -> Element {
    let found = client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
    match found {
        Ok(element) => element,
        Err(error) => panic!("{css}: {error}\n{}", client.source().await.unwrap_or_default()),
    }
}

pub async fn click(client: &Client, css: &str) {
    let started = std::time::Instant::now();
    loop {
        let element = find(client, css).await;
        let scroll = "arguments[0].scrollIntoView({block: 'center'})";
        let clicked = match client.execute(scroll, vec![json(&element)]).await {
            Ok(_) => element.click().await,
            Err(error) => Err(error),
        };
        match clicked {
            Ok(()) => return,
            // The page may redraw the element between the steps.
            Err(error) if error.is_stale_element_reference() && started.elapsed() < PATIENCE => {}
            Err(error) => panic!("{css}: {error}"),
        }
    }
}

fn json(element: &Element) -> serde_json::Value {
    serde_json::to_value(element).expect("a reference to the element")
}

/// Waits until the text of `css` holds `text`.
pub async fn shows(client: &Client, css: &str, text: &str) {
    let started = std::time::Instant::now();
    loop {
        // The page may redraw the element between the two steps.
        let seen = find(client, css).await.text().await.unwrap_or_default();
        if seen.contains(text) {
            return;
        }
        assert!(started.elapsed() < PATIENCE, "{css} shows {seen:?}, not {text:?}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

const DOCUMENTS: &str = ".download-url-wrapper select";

#[tokio::test(flavor = "multi_thread")]
async fn swagger_ui_shows_every_document_and_an_operation_can_be_tried_out() {
    let app = App::start().await;
    in_chromium(async |client: &Client| {
        client.goto(&app.url("/docs")).await.expect("the page");
        shows(client, ".info .title", "微创").await;
        let mut names = Vec::new();
        for option in client.find_all(Locator::Css(&format!("{DOCUMENTS} option"))).await.expect("a drop-down") {
            names.push(option.text().await.expect("a name"));
        }
        assert_eq!(names, ["weichuang", "polaris", "internal", "mock"]);

        for (name, path) in [
            ("polaris", "/hm.order.p.query"),
            ("internal", "/migration/start"),
            ("mock", "/state"),
            ("weichuang", "/battery/query"),
        ] {
            find(client, DOCUMENTS).await.select_by_label(name).await.expect("an option");
            find(client, &format!(".opblock-summary-path[data-path$='{path}']")).await;
            let failures = client.find_all(Locator::Css(".errors-wrapper")).await.expect("a list");
            assert!(failures.is_empty(), "{name}: {}", client.source().await.unwrap_or_default());
        }

        click(client, ".opblock-summary-path[data-path='/battery/query']").await;
        click(client, ".opblock.is-open .execute").await;
        shows(client, ".live-responses-table tbody .response-col_status", "200").await;
        shows(client, ".live-responses-table tbody .response-col_description", "\"batteryCode\": \"BT0001\"").await;
    })
    .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_the_policy_of_serve_the_page_works_too() {
    let bench = Bench::in_memory().await;
    let serve = router::Serve::with(Access::Open);
    let public = server::bind("127.0.0.1", 0).await.expect("a port").serve(router::public(&bench.backend, &serve));
    let public = public.expect("a server");
    in_chromium(async |client: &Client| {
        client.goto(&format!("{}/docs/", public.url())).await.expect("the page");
        shows(client, ".info .title", "提供给微创").await;
        click(client, ".opblock-summary-path[data-path$='/hm.member.p.statistics']").await;
        click(client, ".opblock.is-open .execute").await;
        shows(client, ".live-responses-table tbody .response-col_status", "200").await;
        shows(client, ".live-responses-table tbody .response-col_description", "\"totalMember\"").await;
    })
    .await;
}

/// Tries out the operation with this path, on the page of the document that is shown, and waits for its answer.
async fn try_out(client: &Client, path: &str, status: &str, answer: &str) {
    click(client, &format!(".opblock-summary-path[data-path='{path}']")).await;
    click(client, ".opblock.is-open .execute").await;
    shows(client, ".live-responses-table tbody .response-col_status", status).await;
    shows(client, ".live-responses-table tbody .response-col_description", answer).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_prefix_every_document_loads_and_operations_can_be_tried_out_whether_the_proxy_tells_or_not() {
    let app = App::start().await;
    let proxies = [Proxy::start(&app.url(""), false).await, Proxy::start(&app.url(""), true).await];
    in_chromium(async |client: &Client| {
        for proxy in &proxies {
            client.goto(&format!("{}/docs", proxy.url())).await.expect("the page");
            for (name, path) in [("polaris", "/hm.order.p.query"), ("internal", "/migration/start"), ("mock", "/state")]
            {
                find(client, DOCUMENTS).await.select_by_label(name).await.expect("an option");
                find(client, &format!(".opblock-summary-path[data-path$='{path}']")).await;
            }
            try_out(client, "/clock", "200", "\"now\"").await;
            find(client, DOCUMENTS).await.select_by_label("weichuang").await.expect("an option");
            try_out(client, "/battery/query", "200", "\"batteryCode\": \"BT0001\"").await;
            shows(client, ".request-url pre", &format!("{}/weichuang/battery/query", proxy.url())).await;
        }
    })
    .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn swagger_ui_sends_the_control_token_that_it_is_given() {
    let settings = router::Settings { control_token: Some("t0ken".to_owned()), ..router::Settings::default() };
    let app = App::start_with(settings).await;
    in_chromium(async |client: &Client| {
        client.goto(&app.url("/docs/")).await.expect("the page");
        find(client, DOCUMENTS).await.select_by_label("mock").await.expect("an option");
        try_out(client, "/clock", "401", "令牌缺失或不正确").await;
        click(client, ".auth-wrapper .authorize").await;
        find(client, ".auth-container input").await.send_keys("t0ken").await.expect("typed");
        click(client, ".auth-btn-wrapper .authorize").await;
        click(client, ".auth-btn-wrapper .btn-done").await;
        click(client, ".opblock.is-open .execute").await;
        shows(client, ".live-responses-table tbody .response-col_status", "200").await;
        shows(client, ".live-responses-table tbody .response-col_description", "\"now\"").await;
        // It is the same for both.
        find(client, DOCUMENTS).await.select_by_label("internal").await.expect("an option");
        try_out(client, "/delivery/list", "200", "\"code\": 200").await;
    })
    .await;
    app.stop().await;
}
