use std::{fmt, net::SocketAddr, path::PathBuf, sync::Arc};

use mocks::{Mock, Origin, Size, World, WorldError};

use super::{Outcome, signals};
use crate::{
    gateway::{self, Credentials},
    server::{self, Connections, Descriptors, PolarisSide, router},
};

/// Both sides of the interface on one port: Weichuang as a stateful mock, Polaris's own side, and the documents
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// The port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// The world to start from, a YAML file, instead of the built-in one
    #[arg(long, value_name = "FILE", conflicts_with = "seed")]
    world: Option<PathBuf>,
    /// Start from a world built from this number: the same number, the same world
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// How large that world is
    #[arg(long, value_enum, requires = "seed")]
    size: Option<WorldSize>,
    /// Refuse fields that the contract does not have, instead of reporting them in X-Contract-Warnings
    #[arg(long)]
    strict: bool,
    /// Let Weichuang demand this token, as `Authorization: Bearer`
    #[arg(long, value_parser = token)]
    token: Option<String>,
    /// Let Polaris demand signed calls, of an app that may do everything and is printed at the start; /internal and /_mock
    /// demand a control token, which is printed too
    #[arg(long)]
    auth: bool,
    /// Let /internal and /_mock demand this token, as `Authorization: Bearer`
    #[arg(long, value_name = "TOKEN", value_parser = token)]
    control_token: Option<String>,
    /// Show in a refused call what the server has signed, the secret left out
    #[arg(long, requires = "auth")]
    debug_signatures: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum WorldSize {
    Small,
    Large,
}

/// A token can stand in a header and, quoted, in a shell.
fn token(text: &str) -> Result<String, &'static str> {
    let fits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\'');
    fits.then(|| text.to_owned()).ok_or("a token is made of visible ASCII characters without '")
}

#[tokio::main]
pub(super) async fn run(args: Args) -> Outcome {
    let world = args.world()?;
    let stop = signals::stop()?;
    let bound = super::bound(&args.host, args.port, "--port").await?;
    let mock = Arc::new(Mock::new(world, Origin::new(&bound.url())));
    let app = args.auth.then(Credentials::random);
    let control_token = args.control_token.clone().or_else(|| args.auth.then(gateway::nonce));
    let settings = router::Settings {
        strict: args.strict,
        token: args.token.clone(),
        control_token: control_token.clone(),
        app: app.clone(),
        debug_signatures: args.debug_signatures,
    };
    let polaris = PolarisSide::start(&mock, &bound.url(), &settings).await?;
    let connections = Descriptors { listeners: 1, database: 0 }.bound(Connections::default())?;
    let running = bound.serve_strangers(router::mock(&mock, &polaris, settings), connections, None)?;
    super::greet(&Welcome {
        url: &running.url(),
        address: running.address(),
        token: args.token.as_deref(),
        app: app.as_ref(),
        control_token: control_token.as_deref(),
    });
    stop.await;
    running.stop().await;
    Ok(())
}

impl Args {
    fn world(&self) -> Result<World, WorldError> {
        match (&self.world, self.seed) {
            (Some(file), _) => World::load(file),
            (None, Some(seed)) => World::build(seed, self.size.map_or(Size::Small, Size::from)),
            (None, None) => World::default_world(),
        }
    }
}

impl From<WorldSize> for Size {
    fn from(size: WorldSize) -> Self {
        match size {
            WorldSize::Small => Self::Small,
            WorldSize::Large => Self::Large,
        }
    }
}

/// What is printed when the server listens: where everything is, and a call to paste.
struct Welcome<'a> {
    url: &'a str,
    address: SocketAddr,
    token: Option<&'a str>,
    app: Option<&'a Credentials>,
    control_token: Option<&'a str>,
}

impl Welcome<'_> {
    /// What everybody on the network may call, and the flag that closes it.
    fn open(&self) -> Vec<&'static str> {
        if server::is_loopback(self.address) {
            return Vec::new();
        }
        let parts = [
            (self.token.is_none(), "/weichuang/* (--token closes it)"),
            (self.app.is_none(), "/kop/* (--auth)"),
            (self.control_token.is_none(), "/internal/* and /_mock (--auth, --control-token)"),
        ];
        parts.into_iter().filter_map(|(open, part)| open.then_some(part)).collect()
    }
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.url;
        let places = [
            ("Docs", "/docs", "Swagger UI, all documents, try it out"),
            ("Weichuang", "/weichuang/*", "9 operations, a stateful mock"),
            ("Polaris", "/kop/*", "25 operations, the production code in memory"),
            ("Internal", "/internal/*", "10 operations, for our own systems"),
            ("Control", "/_mock/state", "look into the world, change it, reset it"),
            ("OpenAPI", "/openapi/weichuang.yaml", "also polaris, internal, mock; also .json"),
        ];
        writeln!(out, "Polaris mock listens on {url} (Ctrl-C stops it)\n")?;
        for (name, path, what) in places {
            writeln!(out, "  {name:<10} {:<width$} {what}", format!("{url}{path}"), width = url.len() + 24)?;
        }
        if let Some(Credentials { app_key, secret }) = self.app {
            writeln!(out, "\nPolaris demands signed calls (see docs/SIGNING.md, and polaris sign):\n")?;
            writeln!(out, "appKey: {app_key}\nappSecret: {}", secret.0)?;
        }
        if let Some(token) = self.control_token {
            writeln!(out, "\n/internal and /_mock demand a token, as Authorization: Bearer:\n\ncontrolToken: {token}")?;
        }
        let open = self.open();
        if !open.is_empty() {
            writeln!(out, "\nWhoever reaches {} may call: {}", self.address, open.join(", "))?;
        }
        let authorization = self.token.map(|token| format!(" -H 'Authorization: Bearer {token}'")).unwrap_or_default();
        write!(out, "\nTry it:\n\n  curl -s {url}/weichuang/battery/query{authorization}")?;
        writeln!(out, r#" -H 'Content-Type: application/json' -d '{{"batteryCode":"BT0001"}}'"#)
    }
}
