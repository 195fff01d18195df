use std::{fmt, path::PathBuf, pin::pin, time::Duration};

use contracts::{
    runtime::client::{Caller, Hidden, Options},
    weichuang::WeichuangClient,
};
use tokio::{
    runtime::Runtime,
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

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
        self, Connections, Descriptors, Running, Tls, TooFew,
        router::{self, Serve},
    },
    settings::{Server, Settings},
};

/// How often overdue rentals are looked for.
const SWEEP: Duration = Duration::from_secs(60);

/// How long the database has for the end.
const GIVE_BACK: Duration = Duration::from_secs(3);

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

pub(super) fn run(args: Args) -> Outcome {
    let runtime = Runtime::new()?;
    let outcome = runtime.block_on(serve(args));
    // Nobody waits for the name of a host to be looked up.
    runtime.shutdown_background();
    outcome
}

async fn serve(args: Args) -> Outcome {
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
    let connections = connections(&settings)?;
    let db = open(&settings).await?;
    let _serving = db.serve_alone().await?;
    if args.migrate {
        migrations::run(&db).await?;
    }
    current(&db).await?;
    let cors_origins = settings.server.cors_origins.clone().into();
    let limits = settings.server.limits();
    let serve = Serve { limits, cors_origins, ..Serve::with(access(&db, &settings)?) };
    let tls = tls(&settings)?;
    let Server { listen, internal_listen, .. } = &settings.server;
    let public = super::bound(&listen.ip().to_string(), listen.port(), "--listen").await?;
    let internal = super::bound(&internal_listen.ip().to_string(), internal_listen.port(), "--internal-listen").await?;
    let mut lease = tokio::select! {
        lease = Lease::claim(&db, settings.server.instance.map(i64::from)) => lease?,
        () = &mut stop => return Ok(()),
    };
    let backend = backend(db, &settings, lease.instance())?;
    let public = public.serve_strangers(router::public(&backend, &serve), connections, tls.as_ref())?;
    let internal = internal.serve_strangers(router::internal(&backend, &serve), connections, None)?;
    warn_of_exposure(&settings.server);
    let workers = Workers::start(&backend);
    super::greet(&Started { public: &public.url(), internal: &internal.url() });
    let ended = tokio::select! {
        () = stop => {
            let again = signals::stop()?;
            tokio::select! {
                () = finish(&settings.server, &serve, public, internal, workers) => Ok(()),
                () = again => Err("stopped at once by a second signal: what was under way is cut off"),
            }
        }
        () = lease.lost() => {
            tokio::join!(public.stop(), internal.stop(), workers.end(GIVE_BACK));
            Err("this process was taken for dead, and another one may have its instance number")
        }
    };
    give_back(lease, &backend).await;
    Ok(ended?)
}

/// Finishes what runs: `/readyz` says that nothing new should come, a moment later nothing new is taken, and what is under
/// way has its time.
async fn finish(server: &Server, serve: &Serve, public: Running, internal: Running, workers: Workers) {
    serve.draining.begin();
    sleep(server.shutdown_pause()).await;
    let time = server.shutdown_timeout();
    let (public, internal, ()) = tokio::join!(public.drain(time), internal.drain(time), workers.end(time));
    let connections = public + internal;
    if connections > 0 {
        tracing::warn!(connections, "server.shutdown_timeout is over: what was still answered is cut off");
    }
}

/// Gives back what others can take over, for as long as the database answers.
async fn give_back(lease: Lease, backend: &Backend) {
    let given_back = async {
        if let Err(error) = lease.release().await {
            tracing::warn!(%error, "the lease of the instance number could not be given back: it ends by itself");
        }
        backend.db().close().await;
    };
    if timeout(GIVE_BACK, given_back).await.is_err() {
        tracing::warn!("the database does not answer: the lease of the instance number ends by itself");
    }
}

/// What runs beside the listeners.
struct Workers {
    end: watch::Sender<()>,
    running: JoinSet<()>,
}

impl Workers {
    fn start(backend: &Backend) -> Self {
        let (end, ended) = watch::channel(());
        let until_end = |mut ended: watch::Receiver<()>| async move { drop(ended.changed().await) };
        let mut running = JoinSet::new();
        running.spawn(outbox::run(backend.clone(), until_end(ended.clone())));
        running.spawn(members::sweep_every(backend.clone(), SWEEP, until_end(ended)));
        Self { end, running }
    }

    /// Ends them within this time; a delivery that is under way then is given back with the lease.
    async fn end(mut self, within: Duration) {
        let _ = self.end.send(());
        let ended = async { while self.running.join_next().await.is_some() {} };
        if timeout(within, ended).await.is_err() {
            tracing::warn!("deliveries are cut off: they are made again");
        }
    }
}

/// How many connections each listener may hold.
fn connections(settings: &Settings) -> Result<Connections, TooFew> {
    // SQLite has three files a connection.
    let database = usize::try_from(settings.database.connections).unwrap_or(usize::MAX).saturating_mul(3);
    Descriptors { listeners: 2, database }.bound(settings.server.connections())
}

/// Says what others than the operator can see or reach.
fn warn_of_exposure(server: &Server) {
    let Server { listen, internal_listen, tls_certificate, .. } = server;
    if !server::is_loopback(*listen) && tls_certificate.is_none() {
        tracing::warn!(
            "server.listen is {listen} without TLS: whoever is on the way reads and changes calls; set \
             server.tls_certificate and server.tls_key, or let nobody but a proxy with TLS reach it"
        );
    }
    if !server::is_loopback(*internal_listen) {
        tracing::warn!(
            "server.internal_listen is {internal_listen}: whoever reaches it may call /internal and see /metrics, unsigned"
        );
    }
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
        partner: weichuang.limits(),
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
