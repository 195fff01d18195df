//! `cargo codegen`: generates the contracts crate; `cargo codegen --check`: says whether it is up to date.

use std::{path::Path, process::ExitCode};

use clap::Parser;

/// Generates contracts/src/{internal,polaris,weichuang} from openapi/*.yaml.
#[derive(Parser)]
struct Arguments {
    /// Change nothing; fail when a generated file is stale.
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    match codegen::run(root, arguments.check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}
