use std::{fmt, path::PathBuf, pin::pin, time::Duration};

use contracts::{
    runtime::client::{Caller, Hidden, Options},
    weichuang::WeichuangClient,
};
use tokio::sync::watch;

use super::{Outcome, signals};
use crate::{
    backend::{
        Backend, Clock, Pictures, Settings as Around,
        db::Db,
        instance::{Instance, Lease},
        members, migrations, outbox,
    },
    gateway::{self, Access, Gateway},
    server::{
        self, Metrics, Tls,
        router::{self, Serve},
    },
    settings::{Server, Settings},
};

/// How often overdue rentals are looked for.
const SWEEP: Duration = Duration::from_secs(60);

/// What a connection has beyond the time of a call.
const MOMENT: Duration = Duration::from_secs(5);

/// The production server: our side of the interface on SQLite or PostgreSQL
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Where /kop/* listens
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,
    /// Where /internal/* listens; never a public address
    #[arg(long, value_name = "ADDR")]
    internal_listen: Option<String>,
    /// The base of Weichuang's operations
    #[arg(long, value_name = "URL")]
    weichuang_url: Option<String>,
    /// Bring the schema up to date first
    #[arg(long)]
    migrate: bool,
    /// Show the settings that would be used, secrets hidden, and end
    #[arg(long)]
    print_config: bool,
}

/// The settings that every command with a database needs.
#[derive(Debug, clap::Args)]
pub(super) struct SettingsArgs {
    /// A TOML file with settings
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
}

impl SettingsArgs {
    /// The settings, with further flags.
    pub(super) fn read(&self, flags: &[(&str, Option<String>)]) -> Result<Settings, crate::settings::SettingsError> {
        let mut all = vec![("database.url", self.database_url.clone())];
        all.extend_from_slice(flags);
        Settings::read(self.config.as_deref(), &all)
    }
}

#[tokio::main]
pub(super) async fn run(args: Args) -> Outcome {
    let settings = args.settings.read(&[
        ("server.listen", args.listen),
        ("server.internal_listen", args.internal_listen),
        ("weichuang.url", args.weichuang_url),
    ])?;
    if args.print_config {
        super::say(&settings.to_toml()?)?;
        return Ok(());
    }
    let mut stop = pin!(signals::stop()?);
    let db = open(&settings).await?;
    if args.migrate {
        migrations::run(&db).await?;
    }
    current(&db).await?;
    let limits = settings.server.limits();
    let serve = Serve { access: access(&db, &settings)?, limits, metrics: Metrics::new() };
    let tls = tls(&settings)?;
    let public = server::bind(&settings.server.listen.ip().to_string(), settings.server.listen.port()).await?;
    let internal = &settings.server.internal_listen;
    let internal = server::bind(&internal.ip().to_string(), internal.port()).await?;
    let mut lease = tokio::select! {
        lease = Lease::claim(&db, settings.server.instance.map(i64::from)) => lease?,
        () = &mut stop => return Ok(()),
    };
    let backend = backend(db, &settings, lease.instance())?;
    // A request is said and answered within the time that it may take, with a moment for the answer.
    let patience = limits.patience + MOMENT;
    let public = public.serve_strangers(router::public(&backend, &serve), patience, tls.as_ref())?;
    let internal = internal.serve_strangers(router::internal(&backend, &serve), patience, None)?;
    let (end, ended) = watch::channel(());
    let until_end = |mut ended: watch::Receiver<()>| async move { drop(ended.changed().await) };
    let outbox = tokio::spawn(outbox::run(backend.clone(), until_end(ended.clone())));
    let sweep = tokio::spawn(members::sweep_every(backend.clone(), SWEEP, until_end(ended)));
    super::greet(&Started { public: &public.url(), internal: &internal.url() });
    let stopped = tokio::select! {
        () = stop => Ok(()),
        () = lease.lost() => Err("this process was taken for dead, and another one may have its instance number"),
    };
    public.stop().await?;
    internal.stop().await?;
    let _ = end.send(());
    outbox.await?;
    sweep.await?;
    lease.release().await?;
    backend.db().close().await;
    Ok(stopped?)
}

/// The certificate of the public address.
fn tls(settings: &Settings) -> Result<Option<Tls>, Box<dyn std::error::Error>> {
    let Server { tls_certificate: Some(certificate), tls_key: Some(key), .. } = &settings.server else {
        return Ok(None);
    };
    let read = Tls::read(certificate, key);
    Ok(Some(read.map_err(|error| format!("server.tls_certificate or server.tls_key cannot be used: {error}"))?))
}

/// Who may call. Production is never open by accident: it says so in its settings, or has a key for its apps' secrets.
fn access(db: &Db, settings: &Settings) -> Result<Access, Box<dyn std::error::Error>> {
    if !settings.access.required {
        tracing::warn!("access.required is off: anybody who reaches the public address may call, and see everything");
        return Ok(Access::Open);
    }
    let key = settings.access.sealing_key().map_err(|error| {
        format!("{error}; or set access.required = false, and anybody who reaches the public address may call")
    })?;
    let options = gateway::Options { rate: Some(settings.access.rate()), ..gateway::Options::default() };
    Ok(Access::Signed(Gateway::new(db.clone(), key, options)))
}

/// Opens the database that the settings name.
pub(super) async fn open(settings: &Settings) -> Result<Db, Box<dyn std::error::Error>> {
    let opened = Db::open(&settings.database.url, settings.database.connections).await;
    opened.map_err(|error| format!("the database cannot be opened: {error}").into())
}

/// Refuses a database whose schema is not this binary's.
pub(super) async fn current(db: &Db) -> Outcome {
    match migrations::state(db).await? {
        migrations::State::Current => Ok(()),
        migrations::State::Behind(steps) => Err(format!(
            "the schema is behind (steps missing: {steps}); run `polaris migrate`, or start with --migrate"
        )
        .into()),
        migrations::State::Ahead(steps) => {
            Err(format!("the schema is ahead of this binary (steps unknown to it: {steps})").into())
        }
    }
}

/// A backend on `db` that calls the Weichuang of the settings, as this `instance`.
pub(super) fn backend(db: Db, settings: &Settings, instance: Instance) -> Result<Backend, Box<dyn std::error::Error>> {
    let weichuang = &settings.weichuang;
    let mut options = Options::new(weichuang.url.clone());
    options.token = weichuang.token.clone().map(Hidden);
    options.connect_timeout = weichuang.connect_timeout();
    options.timeout = weichuang.timeout();
    let client = WeichuangClient::new(Caller::new(&options)?);
    let around = Around {
        unbind_state: weichuang.unbind_state,
        retry: weichuang.retry(),
        instance,
        pictures: Pictures::default(),
    };
    Ok(Backend::new(db, Clock::real(), client, around))
}

/// What is printed when both addresses listen.
struct Started<'a> {
    public: &'a str,
    internal: &'a str,
}

impl fmt::Display for Started<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "Polaris serves {}/kop/* and {}/docs (Ctrl-C stops it)", self.public, self.public)?;
        writeln!(out, "internal: {}/internal/*", self.internal)
    }
}
