use std::{fs, path::Path};

use semver::{Version, VersionReq};
use serde::Deserialize;

/// Advisories as of the day that its first line names; `refresh` writes it anew.
const KNOWN: &str = include_str!("known.jsonl");

/// Those that stay, and why they may.
const STAY: [(&str, &str); 2] = [
    ("RUSTSEC-2026-0194", "poem 3.1 brings quick-xml 0.36, and no route of ours takes XML"),
    ("RUSTSEC-2026-0195", "as above"),
];

#[derive(Deserialize)]
struct Advisory {
    id: String,
    #[serde(rename = "crate")]
    name: String,
    /// The versions that it is not about.
    unaffected: Vec<VersionReq>,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: Version,
}

/// The ids of the advisories about these packages.
fn about(packages: &[Package]) -> Vec<String> {
    let advisories = KNOWN.lines().skip(1).map(|line| serde_json::from_str::<Advisory>(line).expect("an advisory"));
    let concerns = |advisory: &Advisory, package: &Package| {
        package.name == advisory.name && !advisory.unaffected.iter().any(|versions| versions.matches(&package.version))
    };
    let found = advisories.filter(|advisory| packages.iter().any(|package| concerns(advisory, package)));
    found.map(|advisory| advisory.id).collect()
}

#[test]
fn no_advisory_is_about_what_is_built_in_but_those_that_have_a_reason_to_stay() {
    let lock = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).expect("the lock file");
    let lock: Lock = toml::from_str(&lock).expect("a lock file");
    assert!(lock.package.len() > 100, "{} packages", lock.package.len());
    assert_eq!(about(&lock.package), STAY.map(|(id, _)| id));
}

#[test]
fn an_advisory_is_about_the_versions_before_it_was_mended() {
    let package =
        |name: &str, version: &str| Package { name: name.to_owned(), version: version.parse().expect("a version") };
    // Unmaintained in every version; a vulnerability that 0.41 has mended.
    assert_eq!(about(&[package("atty", "0.2.14")]), ["RUSTSEC-2021-0145", "RUSTSEC-2024-0375"]);
    assert_eq!(about(&[package("quick-xml", "0.40.1")]), ["RUSTSEC-2026-0194", "RUSTSEC-2026-0195"]);
    assert_eq!(about(&[package("quick-xml", "0.41.0")]), [""; 0]);
}
