use insta::assert_snapshot;

use crate::support::App;

#[tokio::test]
async fn docs_lead_to_swagger_ui_which_loads_its_files_from_here() {
    let app = App::start().await;
    let redirect = app.get("/docs").await;
    assert_eq!((redirect.status, redirect.header("location")), (303, Some("docs/")));
    let page = app.get("/docs/").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html")));
    for part in page.body.split(['"', '\'']).filter(|part| part.starts_with("./")) {
        assert_eq!(app.get(&format!("/docs/{}", &part[2..])).await.status, 200, "{part}");
    }
    assert_eq!(app.get("/docs/nothing.js").await.status, 404);
    assert!(!page.body.contains("https://") && !page.body.contains("http://"), "{}", page.body);
}

#[tokio::test]
async fn swagger_ui_offers_all_documents_and_tries_them_out() {
    let script = App::start().await.get("/docs/swagger-initializer.js").await;
    assert_eq!(script.header("content-type"), Some("text/javascript"));
    assert_snapshot!(script.body, @r##"
    window.onload = function() {
      //<editor-fold desc="Changeable Configuration Block">

      // the following lines will be replaced by docker/configurator, when it runs in a docker-container
      window.ui = SwaggerUIBundle({
          "dom_id": "#swagger-ui",
      "urls": [
        {
          "name": "weichuang",
          "url": "../openapi/weichuang.json"
        },
        {
          "name": "polaris",
          "url": "../openapi/polaris.json"
        },
        {
          "name": "internal",
          "url": "../openapi/internal.json"
        },
        {
          "name": "mock",
          "url": "../openapi/mock.json"
        }
      ],
      "deepLinking": true,
      "displayOperationId": true,
      "defaultModelsExpandDepth": 0,
      "displayRequestDuration": true,
      "filter": true,
      "showExtensions": true,
      "tryItOutEnabled": true,
      "validatorUrl": "none",
      "persistAuthorization": true,
      "layout": "StandaloneLayout",
        presets: [
          SwaggerUIBundle.presets.apis,
          SwaggerUIStandalonePreset
        ],
        plugins: [
          SwaggerUIBundle.plugins.DownloadUrl
        ],
        
      });

      //</editor-fold>
    };
    "##);
}
