//! The generator: reads `openapi/*.yaml` through a strict model and writes the modules of the `contracts` crate.
//!
//! What the model does not know is an error with file and JSON Pointer, never dropped in silence.

mod cursor;
mod emit;
mod model;
mod node;
mod read;

use std::{fs, io, path::Path};

use cursor::Source;
pub use cursor::{Error, Vocabulary};

/// The documents, by the name of their file and module.
pub const SIDES: [&str; 3] = ["internal", "polaris", "weichuang"];

/// A generated file: its path from the project's root, and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Output {
    /// e.g. `contracts/src/weichuang/types.rs`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

/// Why nothing was generated.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A document says what the generator does not know, or contradicts itself.
    #[error(transparent)]
    Document(#[from] Error),
    /// A file could not be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// Files are not what the documents say.
    #[error("stale: {}; run `cargo codegen`", .0.join(", "))]
    Stale(Vec<String>),
}

/// Generates everything for the document `yaml` of the side `side` (a module name such as `weichuang`).
///
/// # Errors
/// When the document says what the strict model does not know.
pub fn generate(side: &str, yaml: &str) -> Result<Vec<Output>, Error> {
    let source = Source::new(format!("openapi/{side}.yaml"));
    let node = read::parse(&source, yaml)?;
    let document = read::document(&source, &node)?;
    Ok(emit::all(side, &document, &node))
}

/// What the reader asked of the document `yaml`: the keywords and words that it understands, and which of them the
/// document says.
///
/// # Errors
/// See [`generate`].
pub fn vocabulary(side: &str, yaml: &str) -> Result<Vocabulary, Error> {
    let source = Source::new(format!("openapi/{side}.yaml"));
    read::document(&source, &read::parse(&source, yaml)?)?;
    Ok(source.into_vocabulary())
}

/// Writes what is generated from the documents under `root`; with `check`, only compares. Nothing is written when one
/// of the documents is refused.
///
/// # Errors
/// See [`Failure`].
pub fn run(root: &Path, check: bool) -> Result<(), Failure> {
    let mut outputs = Vec::new();
    for side in SIDES {
        let path = format!("openapi/{side}.yaml");
        let yaml = fs::read_to_string(root.join(&path)).map_err(|source| Failure::File { path, source })?;
        outputs.extend(generate(side, &yaml)?);
    }
    outputs.retain(|output| fs::read_to_string(root.join(&output.path)).ok().as_ref() != Some(&output.text));
    if check {
        let paths: Vec<_> = outputs.into_iter().map(|output| output.path).collect();
        return if paths.is_empty() { Ok(()) } else { Err(Failure::Stale(paths)) };
    }
    for Output { path, text } in outputs {
        write(&root.join(&path), &text).map_err(|source| Failure::File { path, source })?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}
