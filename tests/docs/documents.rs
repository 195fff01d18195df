use serde_json::Value;

use crate::support::App;

/// The contracts, as they stand in the repository.
const CONTRACTS: [(&str, &str); 3] = [
    ("weichuang", include_str!("../../openapi/weichuang.yaml")),
    ("polaris", include_str!("../../openapi/polaris.yaml")),
    ("internal", include_str!("../../openapi/internal.yaml")),
];

fn parsed(yaml: &str) -> Value {
    serde_saphyr::from_str(yaml).expect("a document in YAML")
}

#[tokio::test]
async fn the_contracts_are_served_as_they_stand_in_the_repository() {
    let app = App::start().await;
    for (name, source) in CONTRACTS {
        let yaml = app.get(&format!("/openapi/{name}.yaml")).await;
        assert_eq!(yaml.header("content-type"), Some("application/yaml; charset=utf-8"), "{name}");
        assert_eq!(yaml.body, source, "{name}");
        let json = app.get(&format!("/openapi/{name}.json")).await.json();
        assert_eq!(json, parsed(source), "{name}");
    }
}

#[tokio::test]
async fn the_mocks_document_is_the_same_in_yaml_and_json() {
    let app = App::start().await;
    let json = app.get("/openapi/mock.json").await.json();
    assert_eq!(json, parsed(&app.get("/openapi/mock.yaml").await.body));
    assert!(json["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", json["openapi"]);
}

#[tokio::test]
async fn what_the_mocks_document_says_can_be_read_is_there() {
    let app = App::start().await;
    let document = app.get("/openapi/mock.json").await.json();
    let base = document["servers"][0]["url"].as_str().unwrap_or_default();
    let base = base.strip_prefix("..").expect("an address as seen from the document");
    let paths = document["paths"].as_object().expect("paths");
    let plain: Vec<_> = paths.iter().filter(|(path, item)| !path.contains('{') && item.get("get").is_some()).collect();
    assert!(plain.len() >= 2, "{paths:?}");
    for (path, _) in plain {
        assert_eq!(app.get(&format!("{base}{path}")).await.status, 200, "{path}");
    }
}
