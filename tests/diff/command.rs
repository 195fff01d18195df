use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::{BASE, changed};
use crate::support::Binary;

/// A git repository of the test's own, whose folder `openapi` holds `base.yaml` in two versions: the tag `first` and
/// `HEAD`, which lowers a maximum.
struct Repository(PathBuf);

const LOWERED: &str = "base * request /size maximum-lowered 200 → 100";
const REPLIED: &str = "base * reply 200 /size maximum-lowered 200 → 100";

#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl Repository {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("polaris-diff-{name}-{}", std::process::id()));
        fs::create_dir_all(folder.join("openapi")).expect("a folder");
        let repository = Self(folder);
        repository.write("openapi/base.yaml", BASE);
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        repository.commit("First");
        repository.git(&["tag", "first"]);
        repository.write("openapi/base.yaml", &lowered());
        repository.commit("Second");
        repository
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        let who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.com"];
        self.git(&[&who[..], &["commit", "--quiet", "--no-gpg-sign", "-m", message]].concat());
    }

    fn git(&self, arguments: &[&str]) {
        let status = alone(&mut Command::new("git"), &self.0).args(arguments).status().expect("git");
        assert!(status.success(), "git {arguments:?}");
    }

    fn diff(&self, arguments: &[&str]) -> Ended {
        diff_in(&self.0, arguments)
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn lowered() -> String {
    changed("maximum: 200", "maximum: 100")
}

/// Nothing of the machine's git reaches in: no settings, no repository around the folder.
fn alone<'c>(command: &'c mut Command, folder: &Path) -> &'c mut Command {
    command.current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE");
    command.env("GIT_CEILING_DIRECTORIES", std::env::temp_dir())
}

fn diff_in(folder: &Path, arguments: &[&str]) -> Ended {
    let command = &mut Command::new(env!("CARGO_BIN_EXE_polaris"));
    let output = alone(command, folder).arg("diff").args(arguments).output().expect("the binary");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

#[test]
fn revisions_files_and_folders_can_be_compared_with_one_another() {
    let repository = Repository::new("spellings");
    repository.write("old.yaml", BASE);
    let json: Value = serde_saphyr::from_str(&lowered()).expect("YAML");
    repository.write("base.json", &json.to_string());
    let absolute = repository.path("openapi").display().to_string();
    for arguments in [
        ["first", "HEAD"],
        ["HEAD~1", "openapi"],
        ["first", &absolute],
        ["first", "openapi/base.yaml"],
        ["first:openapi", "HEAD:openapi/"],
        ["first:openapi/base.yaml", "HEAD"],
        ["old.yaml", "base.json"],
        ["old.yaml", "HEAD:openapi/base.yaml"],
    ] {
        let ended = repository.diff(&arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(1), ""), "{arguments:?}: {ended:?}");
        let title = format!("{} → {}: 2 changes, 2 break somebody\n", arguments[0], arguments[1]);
        assert!(ended.stdout.starts_with(&title), "{arguments:?}: {}", ended.stdout);
        assert!(
            ended.stdout.contains("breaks callers   request /size    maximum-lowered 200 → 100"),
            "{}",
            ended.stdout
        );
    }
    let from_below = diff_in(&repository.path("openapi"), &["first", "HEAD"]);
    assert_eq!(from_below.code, Some(1), "{from_below:?}");
}

#[test]
fn what_breaks_nobody_ends_with_0() {
    let repository = Repository::new("nobody");
    let same = repository.diff(&["HEAD", "openapi"]);
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), "HEAD → openapi: no change\n"), "{same:?}");
    repository.write("openapi/base.yaml", &lowered().replace("description: 没有", "description: 不存在"));
    let words = repository.diff(&["HEAD", "openapi"]);
    assert_eq!(words.code, Some(0), "{words:?}");
    assert!(words.stdout.starts_with("HEAD → openapi: 1 change, none breaks anybody\n"), "{words:?}");
}

#[test]
fn documents_of_a_folder_belong_together_by_name() {
    let repository = Repository::new("folders");
    fs::rename(repository.path("openapi/base.yaml"), repository.path("openapi/other.yaml")).expect("renamed");
    repository.write("openapi/README.md", "no document");
    let ended = repository.diff(&["HEAD", "openapi"]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    for line in ["base\n  breaks callers  document-removed\n", "other\n  breaks provider  document-added\n"] {
        assert!(ended.stdout.contains(line), "{line:?}: {}", ended.stdout);
    }
}

#[test]
fn a_break_that_the_decisions_mention_does_not_fail() {
    let repository = Repository::new("mentions");
    let decisions = |rows: &[&str]| {
        let rows: String = rows.iter().map(|id| format!("| `{id}` | agreed |\n")).collect();
        repository.write("DECISIONS.md", &format!("# Decisions\n\n## Contract changes that break somebody\n\n{rows}"));
        repository.diff(&["first", "HEAD", "--allowed", "DECISIONS.md"])
    };
    let half = decisions(&[LOWERED]);
    assert_eq!(half.code, Some(1), "{half:?}");
    let proposed: Vec<_> = half.stdout.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(proposed, [format!("| `{}` | why |", REPLIED.replace('*', "echoThing"))], "{half:?}");
    let both = decisions(&[LOWERED, REPLIED]);
    assert_eq!(both.code, Some(0), "{both:?}");
    assert_eq!(both.stdout.matches("(mentioned)").count(), 2, "{both:?}");
}

#[test]
fn machines_get_json() {
    let repository = Repository::new("json");
    let ended = repository.diff(&["first", "HEAD", "--format", "json"]);
    let report: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    assert_eq!((ended.code, &report["breaks"]), (Some(1), &Value::from(2)));
    assert_eq!(report["changes"][0]["id"], LOWERED.replace('*', "echoThing"));
}

#[test]
fn what_cannot_be_compared_ends_with_2_and_one_line() {
    let repository = Repository::new("bad-input");
    repository.write("broken.yaml", "openapi: 3.1.0\n  x: [");
    repository.write("list.yaml", "- 1");
    repository.write("swagger.yaml", "swagger: '2.0'");
    repository.write("DECISIONS.md", "# Decisions\n");
    fs::write(repository.path("latin.yaml"), b"title: \xe9").expect("a file");
    fs::create_dir(repository.path("empty")).expect("a folder");
    let base = "openapi/base.yaml";
    for (arguments, complaint) in [
        (&["missing.yaml", base][..], "`missing.yaml` is no file, no folder and no revision that git knows"),
        (&["nightly", "HEAD"], "`nightly` is no file, no folder and no revision that git knows"),
        (&["HEAD:openapi/none.yaml", base], "`HEAD` has no `openapi/none.yaml`"),
        (&["HEAD", "empty"], "`HEAD` has no `./empty`"),
        (&["empty", "openapi"], "`empty` holds no document"),
        (&["broken.yaml", base], "broken.yaml: "),
        (&["latin.yaml", base], "latin.yaml: it is not UTF-8"),
        (&["list.yaml", base], "list.yaml: is no OpenAPI document"),
        (&[base, "swagger.yaml"], "swagger.yaml: is no OpenAPI document"),
        (&["openapi", base], "`openapi` is a folder and `openapi/base.yaml` is a file"),
        (&["first", "HEAD", "--allowed", "none.md"], "none.md: "),
        (&["first", "HEAD", "--allowed", "DECISIONS.md"], "DECISIONS.md has no heading"),
        (&["--", "--output=x", "HEAD"], "`--output=x` is no file, no folder and no revision that git knows"),
        (&["HEAD"], "the following required arguments were not provided: <NEW>"),
        (&["first", "HEAD", "--format", "xml"], "invalid value 'xml' for '--format <FORMAT>'"),
    ] {
        let ended = repository.diff(arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.starts_with("polaris: ") && ended.stderr.contains(complaint), "{arguments:?}: {ended:?}");
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    }
}

#[test]
fn a_shallow_clone_says_that_it_is_one() {
    let repository = Repository::new("deep");
    let (clone, url) = (repository.path("clone"), format!("file://{}", repository.0.display()));
    repository.git(&["clone", "--quiet", "--depth", "1", &url, "clone"]);
    let ended = diff_in(&clone, &["HEAD~1", "openapi"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.contains("this clone is shallow"), "{ended:?}");
}

#[test]
fn without_a_repository_or_without_git_it_says_what_is_missing() {
    let repository = Repository::new("missing");
    fs::remove_dir_all(repository.path(".git")).expect("removed");
    let ended = repository.diff(&["HEAD", "openapi"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.stderr.starts_with("polaris: `HEAD`: git says: fatal: not a git repository"), "{ended:?}");
    let mut command = Command::new(env!("CARGO_BIN_EXE_polaris"));
    let output = command.args(["diff", "HEAD", "openapi"]).current_dir(&repository.0).env("PATH", "").output();
    let output = output.expect("the binary");
    let complaint = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(complaint, "polaris: revisions need the program `git`, which is not installed\n");
}

#[tokio::test]
async fn its_help_says_how_things_are_spelt_and_its_rules_whom_they_break() {
    let help = Binary::start(&["diff", "--help"]).end().await;
    assert_eq!((help.code, help.stderr.as_str()), (Some(0), ""));
    for said in ["HEAD~1 HEAD", "--allowed", "已知的不兼容变更", "--format", "Exit code: 0"] {
        assert!(help.stdout.contains(said), "{said}: {}", help.stdout);
    }
    let rules = Binary::start(&["diff", "--rules"]).end().await;
    assert_eq!((rules.code, rules.stderr.as_str()), (Some(0), ""));
    let row = rules.stdout.lines().find(|line| line.starts_with("maximum-lowered ")).expect("the rule");
    assert_eq!(row.split_whitespace().take(3).collect::<Vec<_>>(), ["maximum-lowered", "callers", "provider"]);
}
