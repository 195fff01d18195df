use std::{
    fmt::{self, Display},
    path::PathBuf,
    process::ExitCode,
};

use crate::diff::{Mentions, Report, Rule, Side, Sources, compare, compare_all};

/// Compare two versions of a contract and say whom each change breaks: callers, the provider, or nobody
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code: 0 breaks nobody, 1 breaks somebody, 2 could not compare.", after_long_help = HELP)]
pub(super) struct Args {
    /// The older version: a file, a folder, or a git revision
    #[arg(required_unless_present = "rules")]
    old: Option<String>,
    /// The newer version
    #[arg(required_unless_present = "rules")]
    new: Option<String>,
    /// How the changes are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Do not fail for breaks that this file of decisions mentions (Markdown, see --help)
    #[arg(long, value_name = "FILE")]
    allowed: Option<PathBuf>,
    /// Print every rule and whom it breaks, and compare nothing
    #[arg(long, conflicts_with_all = ["old", "new", "allowed"])]
    rules: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

const HELP: &str = "\
What can be compared (OpenAPI 3.1, YAML or JSON):
  polaris diff old.yaml new.yaml             two files, or two folders of documents
  polaris diff HEAD~1 HEAD                   the documents in the folder openapi of two git revisions
  polaris diff HEAD openapi                  a revision against the working tree; also HEAD openapi/polaris.yaml
  polaris diff v1:api/a.yaml HEAD:api/b.json a file or a folder of a revision, spelt as git spells it
A name that is there as a file or folder is that; anything else is a revision.

Whom a change breaks: who follows the older version while the other side follows the newer one.
  A request that allows less breaks callers, one that allows more breaks the provider; a reply the other way round.
  A keyword that is not understood is reported as such and may break anybody. --rules lists every rule.

Breaks that are meant (--allowed docs/DECISIONS.md):
  Under the heading “Contract changes that break somebody” or “已知的不兼容变更”, in a row of a table and between
  backticks, stands the id of the change: document, operation, place, rule, values. The report prints the row to add.
  * in place of the operation stands for every operation of the document.

Exit code: 0 breaks nobody (or every break is mentioned), 1 breaks somebody, 2 could not compare.";

pub(super) fn run(args: &Args) -> ExitCode {
    if args.rules {
        return ended(super::say(&Rules).map(|()| ExitCode::SUCCESS).map_err(|error| error.to_string()));
    }
    let code = report(args).and_then(|report| {
        let said = match args.format {
            Format::Text => super::say(&report),
            Format::Json => super::say(&format_args!("{:#}\n", report.to_json())),
        };
        said.map_err(|error| error.to_string())?;
        Ok(if report.is_broken() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    });
    ended(code)
}

fn ended(code: Result<ExitCode, String>) -> ExitCode {
    code.unwrap_or_else(|problem| {
        super::complain(&problem);
        ExitCode::from(2)
    })
}

fn report(args: &Args) -> Result<Report, String> {
    let (old, new) = (args.old.as_deref().unwrap_or_default(), args.new.as_deref().unwrap_or_default());
    let sources = Sources::read(old, new).map_err(|error| error.to_string())?;
    let decisions = args.allowed.as_ref().map(|file| {
        let name = file.display().to_string();
        let text = mocks::read_text(file).map_err(|error| format!("{name}: {error}"))?;
        let mentions = Mentions::read(&text).map_err(|error| format!("{name} {error}"))?;
        Ok::<_, String>((name, mentions))
    });
    let decisions = decisions.transpose()?;
    let changes = match (&sources.old[..], &sources.new[..]) {
        ([old], [new]) if !sources.folders => compare(old, new),
        (old, new) => compare_all(old, new),
    };
    let decisions = decisions.as_ref().map(|(name, mentions)| (name.as_str(), mentions));
    Ok(Report::new(old, new, changes, decisions))
}

/// The table of all rules.
struct Rules;

impl Display for Rules {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{:<30}{:<22}{:<22}what has changed", "rule", "in a request breaks", "in a reply breaks")?;
        for rule in Rule::ALL {
            let (request, reply) = (rule.breaks(Side::Request), rule.breaks(Side::Reply));
            writeln!(out, "{:<30}{request:<22}{reply:<22}{}", rule.id(), rule.meaning())?;
        }
        Ok(())
    }
}
