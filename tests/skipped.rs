//! Runs after the integration tests, without a harness that captures output: the summary of what they skipped.

use std::{fs, path::Path};

fn main() {
    let records = Path::new(env!("CARGO_TARGET_TMPDIR")).join("skipped");
    let Ok(entries) = fs::read_dir(&records) else { return };
    let mut lines: Vec<_> = entries
        .flatten()
        .map(|entry| {
            let what = fs::read_to_string(entry.path()).unwrap_or_default();
            format!("  {}: needs {what}", entry.file_name().to_string_lossy().replace('.', "::"))
        })
        .collect();
    let _ = fs::remove_dir_all(records);
    if lines.is_empty() {
        return;
    }
    lines.sort();
    let (count, noun) = (lines.len(), if lines.len() == 1 { "test" } else { "tests" });
    println!("\nSKIPPED: {count} {noun} could not run here (POLARIS_REQUIRE_ALL=1 makes that a failure)");
    println!("{}\n", lines.join("\n"));
}
