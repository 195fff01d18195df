use fantoccini::Client;

use super::{
    chromium::in_chromium,
    swagger::{click, shows},
};
use crate::support::{App, Proxy};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_page_shows_the_address_by_which_it_is_seen_and_leads_to_the_documents() {
    let app = App::start().await;
    let proxy = Proxy::start(&app.url(""), true).await;
    in_chromium(async |client: &Client| {
        for base in [app.url(""), proxy.url()] {
            client.goto(&format!("{base}/")).await.expect("the page");
            shows(client, "pre", &format!("curl -s {base}/weichuang/battery/query ")).await;
            click(client, "a[href='docs/']").await;
            shows(client, ".info .title", "微创").await;
            assert_eq!(client.current_url().await.expect("an address").as_str(), format!("{base}/docs/"));
        }
    })
    .await;
    app.stop().await;
}
