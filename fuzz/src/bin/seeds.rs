//! Writes what the fuzzers start from to `fuzz/corpus`: the contract's examples, a signed query, lists and times.

use std::{error::Error, fs, path::Path};

use contracts::runtime::signature::{Method, Secret, Signer};
use polaris_fuzz::targets;
use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let write = |target: &str, name: &str, seed: &[u8]| {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), seed)
    };
    for (number, target) in targets().iter().enumerate() {
        let document: Value = serde_json::from_str(target.document.json)?;
        let content = &document["paths"][target.info.path]["post"]["requestBody"]["content"]["application/json"];
        for (name, example) in content["examples"].as_object().into_iter().flatten() {
            let body = [&[u8::try_from(number)?][..], example["value"].to_string().as_bytes()].concat();
            write("requests", &format!("{}-{name}", target.info.id), &body)?;
        }
    }
    for method in Method::ALL {
        let signer = Signer { app_key: "app".into(), secret: Secret("s".into()), method };
        let body = br#"{"pageNo":1,"pageSize":20,"userName":null}"#;
        let query = signer.parameters("hm.order.p.query", 1_700_000_000_000, "0123456789abcdef", body)?.to_query();
        write("signature", method.name(), &[query.as_bytes(), b"\n", body].concat())?;
    }
    for (name, list) in [("codes", "TK0001, TK_2,,BT-3"), ("ids", "1,2,9007199254740991"), ("empty", " , ")] {
        write("lists", name, list.as_bytes())?;
    }
    for (name, time) in [("day", "2024-02-29"), ("minute", "2024-02-29 23:59"), ("second", "2023-12-31 23:59:59")] {
        write("datetimes", name, time.as_bytes())?;
    }
    Ok(())
}
