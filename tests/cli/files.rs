//! Files as editors and accidents leave them: with a byte order mark, or far too large.

use std::{fs, path::PathBuf};

use crate::support::{Binary, Folder};

const MARK: &str = "\u{feff}";

fn marked(folder: &Folder, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, MARK.to_owned() + text).expect("a file");
    path.display().to_string()
}

#[tokio::test]
async fn documents_worlds_and_data_may_begin_with_a_byte_order_mark() {
    let folder = Folder::new("marked");
    let source = |path: &str| fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file");
    let yaml = source("openapi/weichuang.yaml");
    let json = serde_saphyr::from_str::<serde_json::Value>(&yaml).expect("YAML").to_string();
    let (yaml, json) = (marked(&folder, "a.yaml", &yaml), marked(&folder, "a.json", &json));
    let allowed = marked(&folder, "allowed.md", &source("docs/DECISIONS.md"));
    let ended = Binary::start(&["diff", &yaml, &json, "--allowed", &allowed]).end().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.stdout.contains("no change"), "{ended:?}");

    let data = marked(&folder, "data.yaml", "{}");
    let verify =
        ["verify", "--side", "weichuang", "--target", "http://127.0.0.1:1", "--list", "--operation", "queryUser"];
    let ended = Binary::start(&[&verify[..], &["--data", &data]].concat()).end().await;
    assert_eq!(ended.code, Some(0), "{ended:?}");

    let world = marked(&folder, "world.yaml", &source("mocks/worlds/default.yaml"));
    let mut mock = Binary::start(&["mock", "--port", "0", "--world", &world]);
    mock.lines_until("listens on").await;

    let body = marked(&folder, "body.json", "{}");
    let mut sign = Binary::command(&["sign", "--app-key", "demo", "--api", "x", "--body", &body]);
    sign.env("POLARIS_APP_SECRET", "secret");
    let ended = Binary::spawn(sign).end().await;
    let said = format!("polaris: {body}: it begins with a byte order mark, which no server takes: save it without\n");
    assert_eq!((ended.code, ended.stderr), (Some(1), said));
}

#[tokio::test]
async fn a_file_of_any_size_is_refused_and_not_kept() {
    let folder = Folder::new("large");
    let large = folder.path().join("large.yaml");
    // Zeros that take no room on the disk.
    fs::File::create(&large).and_then(|file| file.set_len(2 << 30)).expect("a large file");
    let large = large.display().to_string();
    let verify = ["verify", "--side", "weichuang", "--target", "http://127.0.0.1:1", "--list", "--data", &large];
    for (arguments, code, limit) in [
        (&["diff", &large, &large][..], 2, "64 MiB"),
        (&["diff", "openapi", "openapi", "--allowed", &large], 2, "64 MiB"),
        (&["mock", "--world", &large], 1, "64 MiB"),
        (&["serve", "--config", &large], 1, "64 MiB"),
        (&verify, 2, "64 MiB"),
        (&["sign", "--app-key", "demo", "--app-secret", "x", "--api", "x", "--body", &large], 1, "1 MiB"),
    ] {
        let (ended, peak) = Binary::start(arguments).end_with_peak().await;
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert!(ended.stderr.contains(&format!("{large}: it is larger than {limit}")), "{ended:?}");
        assert!(peak < 400 << 20, "{arguments:?}: {peak} bytes");
    }
}
