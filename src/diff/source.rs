use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{
    contract::{Contract, Unreadable, has_ending},
    git::Git,
};

/// The folder that two bare revisions are compared in.
const DOCUMENTS: &str = "openapi";

/// The endings of documents.
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// Documents that cannot be had, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unavailable(pub(super) String);

impl From<Unreadable> for Unavailable {
    fn from(error: Unreadable) -> Self {
        Self(error.to_string())
    }
}

/// The two versions.
#[derive(Debug)]
pub struct Sources {
    /// The older documents.
    pub old: Vec<Contract>,
    /// The newer documents.
    pub new: Vec<Contract>,
    /// Whether these are folders, whose documents belong together by name; else it is one document and another.
    pub folders: bool,
}

/// What an argument means.
enum Argument<'a> {
    Path(&'a Path),
    Revision { revision: &'a str, path: Option<&'a str> },
}

/// What it leads to: documents, and whether they are those of a folder.
type Documents = (Vec<Contract>, bool);

impl Sources {
    /// Reads what two arguments name: a file or a folder; `REV:PATH`, a file or a folder of a git revision; or `REV`,
    /// which takes its path from the other argument, and is the folder `openapi` if that is a bare revision too.
    ///
    /// # Errors
    ///
    /// If there is no such thing, it cannot be read, or one is a file and the other a folder.
    pub fn read(old: &str, new: &str) -> Result<Self, Unavailable> {
        let ((old, new), names) = ((argument(old), argument(new)), (old, new));
        let (was, old_folder) = read(&old, &new)?;
        let (is, new_folder) = read(&new, &old)?;
        if old_folder != new_folder {
            let (folder, file) = if old_folder { names } else { (names.1, names.0) };
            return Err(Unavailable(format!("`{folder}` is a folder and `{file}` is a file; give two of a kind")));
        }
        Ok(Self { old: was, new: is, folders: old_folder })
    }
}

fn argument(text: &str) -> Argument<'_> {
    match (Path::new(text), text.split_once(':')) {
        (path, _) if path.exists() => Argument::Path(path),
        (_, Some((revision, path))) => Argument::Revision { revision, path: Some(path) },
        _ => Argument::Revision { revision: text, path: None },
    }
}

fn read(argument: &Argument<'_>, other: &Argument<'_>) -> Result<Documents, Unavailable> {
    let here = Git { folder: Path::new(".") };
    match (argument, other) {
        (Argument::Path(path), _) => from_files(path),
        (Argument::Revision { revision, path: Some(path) }, _) => from_revision(&here, revision, path),
        (Argument::Revision { revision, path: None }, Argument::Path(path)) => {
            let whole = path.canonicalize().map_err(|error| unreadable(path, &error))?;
            let folder = whole.parent().unwrap_or(&whole);
            let name = whole.file_name().unwrap_or_default().to_string_lossy();
            from_revision(&Git { folder }, revision, &format!("./{name}"))
        }
        (Argument::Revision { revision, path: None }, Argument::Revision { path, .. }) => {
            from_revision(&here, revision, path.unwrap_or(DOCUMENTS))
        }
    }
}

fn from_files(path: &Path) -> Result<Documents, Unavailable> {
    let document = |file: &Path| {
        let text = mocks::read_text(file).map_err(|error| unreadable(file, &error))?;
        Ok::<_, Unavailable>(Contract::parse(&file.display().to_string(), &text)?)
    };
    if !path.is_dir() {
        return Ok((vec![document(path)?], false));
    }
    let entries = fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let entries = entries.map_err(|error| unreadable(path, &error))?;
    let mut files: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    files.retain(|file| file.is_file() && has_ending(&file.to_string_lossy(), &ENDINGS));
    files.sort();
    folder(&path.display().to_string(), files.iter().map(|file| document(file)).collect::<Result<_, _>>()?)
}

fn from_revision(git: &Git<'_>, revision: &str, path: &str) -> Result<Documents, Unavailable> {
    let commit = git.commit(revision)?;
    let (id, is_folder) = git.entry(revision, &commit, path)?;
    let name = format!("{revision}:{}", path.trim_start_matches("./").trim_end_matches('/'));
    if !is_folder {
        return Ok((vec![Contract::parse(&name, &git.text(&id)?)?], false));
    }
    let names = git.names(&id)?.into_iter().filter(|name| has_ending(name, &ENDINGS));
    let document = |file: String| {
        let text = git.text(&format!("{id}:{file}"))?;
        Ok::<_, Unavailable>(Contract::parse(&format!("{name}/{file}"), &text)?)
    };
    folder(&name, names.map(document).collect::<Result<_, _>>()?)
}

fn folder(name: &str, documents: Vec<Contract>) -> Result<Documents, Unavailable> {
    if documents.is_empty() {
        return Err(Unavailable(format!("`{name}` holds no document (*.yaml, *.yml, *.json)")));
    }
    Ok((documents, true))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Unavailable {
    Unavailable(format!("{}: {error}", path.display()))
}
