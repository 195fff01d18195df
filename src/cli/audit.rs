use std::fmt;

use mocks::world::Moment;

use super::{Outcome, serve, serve::SettingsArgs};
use crate::{
    backend::{
        audit::{self, Filter, Shown},
        db::Db,
        time,
    },
    plain::OneLine,
};

/// Show who has changed what, newest first; phones and names are masked
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only this operation, by its operationId, such as tankUpdate
    #[arg(long, value_name = "ID")]
    operation: Option<String>,
    /// Only what this app has changed, by its key
    #[arg(long, value_name = "KEY")]
    app: Option<String>,
    /// Only what this operator has changed
    #[arg(long, value_name = "ID")]
    operator: Option<String>,
    /// Only what became of this, such as "tank TK0001"
    #[arg(long)]
    entity: Option<String>,
    /// Only this exchange, by the traceId of a reply or of the log
    #[arg(long, value_name = "ID")]
    trace: Option<String>,
    /// From this time on, Asia/Shanghai
    #[arg(long, value_name = "TIME")]
    since: Option<Moment>,
    /// Up to this time, Asia/Shanghai
    #[arg(long, value_name = "TIME")]
    until: Option<Moment>,
    /// At most so many entries
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..=100_000))]
    limit: i64,
    #[command(flatten)]
    settings: SettingsArgs,
}

#[tokio::main]
pub(super) async fn run(args: Args) -> Outcome {
    let moment = |moment: Option<Moment>| moment.and_then(|moment| time::parse(&moment.to_string()));
    let filter = Filter {
        operation: args.operation.as_deref(),
        app: args.app.as_deref(),
        operator: args.operator.as_deref(),
        entity: args.entity.as_deref(),
        trace: args.trace.as_deref(),
        since: moment(args.since),
        until: moment(args.until),
    };
    let opened = Db::open_to_read(&args.settings.read(&[])?.database.url).await;
    let db = opened.map_err(|error| format!("the database cannot be opened: {error}"))?;
    serve::current(&db).await?;
    let entries = audit::read(&mut db.session().await?, &filter, args.limit).await?;
    db.close().await;
    super::say(&Entries(&entries))?;
    Ok(())
}

/// A line for each entry.
struct Entries<'a>(&'a [Shown]);

impl fmt::Display for Entries<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Shown { at, operation, app, operator, trace, entity, before, after } in self.0 {
            write!(out, "{}  {operation}  {}", time::datetime(*at), OneLine(entity))?;
            for (name, value) in [("app", app), ("operator", operator), ("trace", trace)] {
                if let Some(value) = value {
                    write!(out, "  {name}: {}", OneLine(value))?;
                }
            }
            let fields = |fields: &Option<String>| fields.clone().unwrap_or_else(|| "-".to_owned());
            writeln!(out, "  {} -> {}", OneLine(fields(before)), OneLine(fields(after)))?;
        }
        Ok(())
    }
}
