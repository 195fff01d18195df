use std::{
    io::ErrorKind,
    path::Path,
    process::{Command, Stdio},
};

use super::source::Unavailable;

/// The program `git`, run in a folder of the repository.
pub(super) struct Git<'a> {
    pub(super) folder: &'a Path,
}

impl Git<'_> {
    /// The commit that `revision` names.
    pub(super) fn commit(&self, revision: &str) -> Result<String, Unavailable> {
        self.run(&["rev-parse", "--git-dir"])?
            .map_err(|said| Unavailable(format!("`{revision}`: git says: {said}")))?;
        let commit = format!("{revision}^{{commit}}");
        self.run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?.map_err(|_| {
            let shallow =
                self.run(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|said| said == Ok("true".into()));
            let hint = if shallow { "; this clone is shallow, `git fetch --unshallow` brings the rest" } else { "" };
            Unavailable(format!("`{revision}` is no file, no folder and no revision that git knows{hint}"))
        })
    }

    /// The id of what stands at `path` in a commit, and whether it is a folder.
    pub(super) fn entry(&self, revision: &str, commit: &str, path: &str) -> Result<(String, bool), Unavailable> {
        let missing = |_| Unavailable(format!("`{revision}` has no `{path}`"));
        let id = self.run(&["rev-parse", "--verify", "--quiet", &format!("{commit}:{path}")])?.map_err(missing)?;
        let kind = self.run(&["cat-file", "-t", &id])?.map_err(missing)?;
        Ok((id, kind == "tree"))
    }

    /// The names in a folder. (`--full-tree`: else git shows only what stands below the folder that it runs in.)
    pub(super) fn names(&self, tree: &str) -> Result<Vec<String>, Unavailable> {
        let names = self.run(&["ls-tree", "--full-tree", "-z", "--name-only", tree])?.map_err(Unavailable)?;
        Ok(names.split_terminator('\0').map(str::to_owned).collect())
    }

    /// The text of a file.
    pub(super) fn text(&self, blob: &str) -> Result<String, Unavailable> {
        self.run(&["cat-file", "blob", blob])?.map_err(Unavailable)
    }

    /// What git prints, or what it complains about.
    fn run(&self, arguments: &[&str]) -> Result<Result<String, String>, Unavailable> {
        let command = Command::new("git").arg("-C").arg(self.folder).args(arguments).stdin(Stdio::null()).output();
        let output = command.map_err(|error| {
            Unavailable(match error.kind() {
                ErrorKind::NotFound => "revisions need the program `git`, which is not installed".to_owned(),
                _ => format!("`git` does not run: {error}"),
            })
        })?;
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).map_err(|_| Unavailable("git: no UTF-8".to_owned()));
        Ok(match output.status.success() {
            true => Ok(text(output.stdout)?.trim_end_matches('\n').to_owned()),
            false => Err(text(output.stderr)?.lines().next().unwrap_or("nothing").to_owned()),
        })
    }
}
