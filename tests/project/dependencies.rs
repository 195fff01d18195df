use std::{fs, path::Path};

use serde_json::Value;

use super::cargo;

/// Every Rust source below a folder.
fn sources(folder: &Path, text: &mut String) {
    let entries = fs::read_dir(folder).expect("a folder");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        match path.file_name().and_then(|name| name.to_str()) {
            Some(name) if path.is_dir() && !["target", "codegen", "fuzz"].contains(&name) => sources(&path, text),
            Some(name) if name.ends_with(".rs") => text.push_str(&fs::read_to_string(&path).expect("a source")),
            _ => {}
        }
    }
}

/// Whether a source speaks of a crate: its name as a whole word, before `::`, `;`, `!` or `as`.
fn mentions(sources: &str, name: &str) -> bool {
    sources.match_indices(name).any(|(place, _)| {
        let before = sources[..place].chars().next_back();
        let behind = &sources[place + name.len()..];
        !before.is_some_and(|char| char.is_alphanumeric() || char == '_')
            && ["::", ";", "!", " as "].iter().any(|next| behind.starts_with(next))
    })
}

#[test]
fn every_dependency_is_used() {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--offline", "--no-deps"])).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert!(packages.len() >= 4, "{} packages", packages.len());
    let mut unused = Vec::new();
    for package in packages {
        let manifest = Path::new(package["manifest_path"].as_str().expect("a path"));
        let folder = manifest.parent().expect("a folder");
        let mut text = String::new();
        if folder == Path::new(env!("CARGO_MANIFEST_DIR")) {
            ["src", "tests", "benches"].iter().for_each(|part| sources(&folder.join(part), &mut text));
        } else {
            sources(folder, &mut text);
        }
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let name = dependency["rename"].as_str().or(dependency["name"].as_str()).expect("a name");
            if !mentions(&text, &name.replace('-', "_")) {
                unused.push(format!("{} does not use {name}", package["name"]));
            }
        }
    }
    assert_eq!(unused, [""; 0]);
}
