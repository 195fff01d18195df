use std::{
    env, fs,
    io::{Write, stderr},
    path::{Path, PathBuf},
    thread,
};

/// `found`, or else a skip of the running test that everybody sees: a line now, a summary at the end of the test run
/// (`tests/skipped.rs`). With `POLARIS_REQUIRE_ALL=1` it is a failure instead.
pub fn need<T>(what: &str, found: Option<T>) -> Option<T> {
    let test = thread::current().name().unwrap_or("(unnamed)").to_owned();
    let record = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped").join(test.replace("::", "."));
    if found.is_some() {
        let _ = fs::remove_file(record);
        return found;
    }
    assert!(env::var("POLARIS_REQUIRE_ALL").as_deref() != Ok("1"), "{test} needs {what}, and POLARIS_REQUIRE_ALL is 1");
    fs::create_dir_all(record.parent().expect("a folder")).expect("a folder for the summary");
    fs::write(record, what).expect("a line for the summary");
    // Not eprintln!, which the test harness captures.
    let _ = writeln!(stderr(), "SKIPPED {test}: needs {what}");
    None
}

/// The first of `names` that stands in `PATH`.
pub fn program(names: &[&str]) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let folders: Vec<_> = env::split_paths(&path).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}
