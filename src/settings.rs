//! The settings of the production server: defaults, then a TOML file, then the environment, then flags. A key that is
//! unknown or a value that does not fit is named and refused.

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    path::{Path, PathBuf},
    time::Duration,
};

use figment::{Figment, providers::Serialized};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    backend::{ids::Ids, outbox::Retry, partner},
    gateway::{Rate, SealError, SealingKey},
    server::{Connections, Limits, PageOrigin},
};

/// Settings in the environment.
mod environment;
/// Settings in a file.
mod file;
/// Secrets, and what is shown instead.
mod hidden;

#[cfg(test)]
pub(crate) use self::environment::OTHERS as OTHER_VARIABLES;
pub use self::environment::VariableError;

/// What a connection has beyond the time of a call.
const MOMENT: Duration = Duration::from_secs(5);

/// All settings. In the environment, section and key are joined by two underscores: `POLARIS_DATABASE__URL`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where to listen.
    pub server: Server,
    /// Where the data is.
    pub database: Database,
    /// The partner.
    pub weichuang: Weichuang,
    /// Who may call.
    pub access: Access,
}

/// Who may call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Whether calls of `/kop/*` and `/gateway` must be signed by an app. Without it anybody who reaches the address may
    /// call, and see everything.
    pub required: bool,
    /// The key under which the apps' secrets stand in the database, 64 hex digits. Whoever has it and the database can sign.
    pub sealing_key: Option<String>,
    /// So many calls a second an app may make.
    pub rate: NonZeroU32,
    /// So many calls at once, after a pause.
    pub burst: NonZeroU32,
}

impl Default for Access {
    fn default() -> Self {
        let calls = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self { required: true, sealing_key: None, rate: calls(200), burst: calls(400) }
    }
}

impl Server {
    /// How much an address takes on.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let patience = Duration::from_millis(self.call_timeout);
        Limits { concurrency: self.concurrency, patience, ..Limits::default() }
    }

    /// How many connections an address holds. A request is said and answered within the time that it may take, with a moment
    /// for the answer.
    #[must_use]
    pub fn connections(&self) -> Connections {
        Connections {
            total: self.connections,
            per_address: self.connections_per_address,
            patience: self.limits().patience + MOMENT,
            ..Connections::default()
        }
    }

    /// How long after `/readyz` has said that it stops it still takes connections.
    #[must_use]
    pub fn shutdown_pause(&self) -> Duration {
        Duration::from_millis(self.shutdown_pause)
    }

    /// How long what runs may take when it stops.
    #[must_use]
    pub fn shutdown_timeout(&self) -> Duration {
        Duration::from_millis(self.shutdown_timeout)
    }
}

impl Access {
    /// How often an app may call.
    #[must_use]
    pub fn rate(&self) -> Rate {
        Rate { per_second: self.rate, burst: self.burst }
    }

    /// The sealing key.
    ///
    /// # Errors
    /// [`SealError::Key`] where there is none, or it is not one.
    pub fn sealing_key(&self) -> Result<SealingKey, SealError> {
        self.sealing_key.as_deref().ok_or(SealError::Key)?.parse()
    }
}

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// `/kop/*` and the documents.
    pub listen: SocketAddr,
    /// `/internal/*`: never on a public address.
    pub internal_listen: SocketAddr,
    /// The certificate of the public address and the chain above it, a file in PEM: TLS is on if it is set.
    pub tls_certificate: Option<PathBuf>,
    /// Its private key, a file in PEM.
    pub tls_key: Option<PathBuf>,
    /// The origins, `https://host` or `https://host:port`, whose pages may call the public address from a browser; none
    /// may by default. The pages of its own `/docs` always can.
    pub cors_origins: Vec<PageOrigin>,
    /// So many calls are answered at a time on each address; the next one hears 503 at once.
    pub concurrency: usize,
    /// How long a call may take, its body included, in milliseconds.
    pub call_timeout: u64,
    /// So many connections are held on each address, or as many as the limit of open files leaves room for. For one more,
    /// the one is closed that has let us wait longest for a request, or for the reading of an answer.
    pub connections: usize,
    /// So many of them from one address of a caller (of IPv6: from one /64). A reverse proxy is one address.
    pub connections_per_address: usize,
    /// When it stops, connections are taken for so long after `/readyz` has begun to say so, in milliseconds: as long as a
    /// balancer needs to see it.
    pub shutdown_pause: u64,
    /// When it stops, what runs is finished within this time, in milliseconds; longer than `weichuang.timeout`.
    pub shutdown_timeout: u64,
    /// The number of this process, from 0 to 15, different for each that shares a database; a free one if it is unset.
    pub instance: Option<u8>,
}

/// Where the data is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`.
    pub url: String,
    /// At most this many connections.
    pub connections: u32,
}

/// The partner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weichuang {
    /// The base of its operations.
    #[serde(deserialize_with = "hidden::read_url")]
    pub url: Url,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<String>,
    /// How long a connection may take, in milliseconds.
    pub connect_timeout: u64,
    /// How long a call may take, in milliseconds.
    pub timeout: u64,
    /// So many calls to it at a time.
    pub concurrency: usize,
    /// How long a call of ours waits for it to be told what has changed, in milliseconds; then it is told later.
    pub patience: u64,
    /// For how long it is left alone when it does not answer, in milliseconds.
    pub pause: u64,
    /// The `state` with which 1.2.1 unbinds (provisional).
    pub unbind_state: i32,
    /// After so many failed attempts a delivery is parked.
    pub retry_attempts: i64,
    /// How long to wait after the first failed attempt, in milliseconds; twice as long after each further one.
    pub retry_first: u64,
    /// Never wait longer than this, in milliseconds.
    pub retry_longest: u64,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([0, 0, 0, 0], 8080)),
            internal_listen: SocketAddr::from(([127, 0, 0, 1], 8081)),
            tls_certificate: None,
            tls_key: None,
            cors_origins: Vec::new(),
            concurrency: Limits::default().concurrency,
            call_timeout: 30_000,
            connections: 1_024,
            connections_per_address: 512,
            shutdown_pause: 1_000,
            shutdown_timeout: 30_000,
            instance: None,
        }
    }
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite://polaris.db".to_owned(), connections: 16 }
    }
}

impl Default for Weichuang {
    fn default() -> Self {
        let url = Url::parse("http://127.0.0.1:4010/weichuang").expect("a literal URL is one");
        Self {
            url,
            token: None,
            connect_timeout: 3_000,
            timeout: 10_000,
            concurrency: 32,
            patience: 2_000,
            pause: 5_000,
            unbind_state: 0,
            retry_attempts: 30,
            retry_first: 1_000,
            retry_longest: 600_000,
        }
    }
}

impl Weichuang {
    /// How deliveries are repeated.
    #[must_use]
    pub fn retry(&self) -> Retry {
        let milliseconds = Duration::from_millis;
        Retry {
            attempts: self.retry_attempts,
            first: milliseconds(self.retry_first),
            longest: milliseconds(self.retry_longest),
            // An attempt asks the partner once or twice.
            lease: (self.timeout() * 3).max(Retry::default().lease),
            ..Retry::default()
        }
    }

    /// How much it may cost.
    #[must_use]
    pub fn limits(&self) -> partner::Limits {
        let milliseconds = Duration::from_millis;
        partner::Limits {
            concurrency: self.concurrency,
            patience: milliseconds(self.patience),
            pause: milliseconds(self.pause),
        }
    }

    /// How long a connection may take.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.connect_timeout)
    }

    /// How long a call may take.
    #[must_use]
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout)
    }
}

/// Why the settings are refused: one line that names the setting and where it comes from.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the settings file {0}: {1}")]
    File(String, std::io::Error),
    /// The file is not TOML.
    #[error("settings: {name}:{line}: {reason}")]
    Toml {
        /// The file.
        name: String,
        /// Where in it.
        line: usize,
        /// What is wrong there, without what stands there.
        reason: String,
    },
    /// A variable of the environment is no setting.
    #[error("settings: {0}")]
    Variable(#[from] VariableError),
    /// A key or value does not fit.
    #[error("settings: {0}")]
    Refused(Box<figment::Error>),
}

impl Settings {
    /// Reads the settings: defaults, `file`, the environment, and `flags` (in the same form as a file, e.g.
    /// `("database.url", "…")`).
    ///
    /// # Errors
    /// See [`SettingsError`].
    pub fn read(file: Option<&Path>, flags: &[(&str, Option<String>)]) -> Result<Self, SettingsError> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            figment = figment.merge(file::File::read(file)?);
        }
        let defaults = serde_json::to_value(Self::default()).unwrap_or_default();
        figment = figment.merge(environment::Environment::read(&defaults)?);
        for (key, value) in flags {
            if let Some(value) = value {
                figment = figment.merge(Serialized::default(key, value));
            }
        }
        // Text is read as a number only where a number is wanted, a number never as text.
        let settings: Self = figment.extract_lossy().map_err(|mut error| {
            error.kind = hidden::kind(error.kind);
            SettingsError::Refused(Box::new(error))
        })?;
        settings.checked()
    }

    fn checked(self) -> Result<Self, SettingsError> {
        let refused = |what: &str| Err(SettingsError::Refused(Box::new(figment::Error::from(what.to_owned()))));
        let url = &self.database.url;
        if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme)) {
            return refused("database.url should begin with sqlite: or postgres:");
        }
        if self.database.connections == 0 {
            return refused("database.connections should be at least 1");
        }
        if self.weichuang.retry_attempts < 1 {
            return refused("weichuang.retry_attempts should be at least 1");
        }
        if self.weichuang.concurrency == 0 {
            return refused("weichuang.concurrency should be at least 1");
        }
        if self.server.instance.is_some_and(|number| i64::from(number) >= Ids::INSTANCES) {
            return refused("server.instance should be from 0 to 15");
        }
        if self.server.concurrency == 0 || self.server.call_timeout == 0 {
            return refused("server.concurrency and server.call_timeout should be at least 1");
        }
        if self.server.connections == 0 || self.server.connections_per_address == 0 {
            return refused("server.connections and server.connections_per_address should be at least 1");
        }
        if self.server.tls_certificate.is_some() != self.server.tls_key.is_some() {
            return refused("server.tls_certificate and server.tls_key should be set together");
        }
        if self.access.sealing_key.is_some() && self.access.sealing_key().is_err() {
            return refused(&SealError::Key.to_string());
        }
        Ok(self)
    }

    /// The settings as a TOML file would say them, secrets hidden.
    ///
    /// # Errors
    /// When they cannot be written as TOML.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        let mut shown = self.clone();
        shown.access.sealing_key = shown.access.sealing_key.map(|_| hidden::HIDDEN.to_owned());
        shown.weichuang.token = shown.weichuang.token.map(|_| hidden::HIDDEN.to_owned());
        shown.database.url = hidden::database_url(&shown.database.url);
        hidden::partner_url(&mut shown.weichuang.url);
        toml::to_string_pretty(&shown)
    }
}

#[cfg(test)]
#[expect(clippy::result_large_err, reason = "figment's jail asks for its own error")]
mod tests {
    use super::*;

    #[test]
    fn flags_go_over_the_environment_over_the_file_over_the_defaults() {
        figment::Jail::expect_with(|jail| {
            jail.create_file(
                "polaris.toml",
                "[database]\nurl = 'sqlite://file.db'\nconnections = 3\n[server]\ninstance = 1",
            )?;
            jail.set_env("POLARIS_DATABASE__URL", "sqlite://environment.db");
            jail.set_env("POLARIS_SERVER__INSTANCE", "2");
            let flags = [("database.url", Some("sqlite://flag.db".to_owned())), ("server.listen", None)];
            let settings = Settings::read(Some(Path::new("polaris.toml")), &flags).expect("settings");
            assert_eq!(settings.database, Database { url: "sqlite://flag.db".to_owned(), connections: 3 });
            assert_eq!(settings.server.instance, Some(2));
            assert_eq!(settings.server.listen, Server::default().listen);
            Ok(())
        });
    }

    #[test]
    fn an_unknown_or_unfit_setting_is_named() {
        figment::Jail::expect_with(|jail| {
            for (text, named) in [
                ("[database]\nulr = 'x'", "ulr"),
                ("[databse]\nurl = 'x'", "databse"),
                ("[server]\nlisten = 'nowhere'", "server.listen"),
                ("[database]\nurl = 'mysql://x'", "database.url"),
                ("[server]\ninstance = 16", "server.instance"),
                ("[server]\nconnections = 0", "server.connections"),
                ("[server]\nconnections_per_address = 0", "server.connections_per_address"),
                ("[access]\nsealing_key = '12'", "access.sealing_key"),
                ("[server]\ncors_origins = ['*']", "\"*\" is no origin"),
                ("[server]\ncors_origins = ['null']", "\"null\" is no origin"),
                ("[server]\ncors_origins = ['front.example']", "is no origin"),
                ("[server]\ncors_origins = ['https://front.example/']", "browsers send https://front.example"),
                ("[server]\ncors_origins = ['https://front.example:443']", "browsers send https://front.example"),
                ("[server]\ncors_origins = ['https://front.example/app']", "server.cors_origins"),
                ("[server]\ncors_origins = 'https://front.example'", "server.cors_origins"),
            ] {
                jail.create_file("polaris.toml", text)?;
                let error = Settings::read(Some(Path::new("polaris.toml")), &[]).expect_err("a refusal").to_string();
                assert!(error.contains(named) && !error.contains('\n'), "{text}: {error}");
            }
            Ok(())
        });
    }

    #[test]
    fn a_text_may_look_like_a_number_and_a_number_be_written_as_text() {
        figment::Jail::expect_with(|jail| {
            jail.set_env("POLARIS_WEICHUANG__TOKEN", "0123456");
            jail.set_env("POLARIS_ACCESS__SEALING_KEY", "0".repeat(64));
            jail.set_env("POLARIS_ACCESS__REQUIRED", "false");
            jail.set_env("POLARIS_ACCESS__RATE", "12");
            let settings = Settings::read(None, &[]).expect("settings");
            assert_eq!(settings.weichuang.token.as_deref(), Some("0123456"));
            assert_eq!(settings.access.sealing_key, Some("0".repeat(64)));
            assert_eq!((settings.access.required, settings.access.rate.get()), (false, 12));
            jail.set_env("POLARIS_WEICHUANG__TOKEN", "true");
            assert_eq!(Settings::read(None, &[]).expect("settings").weichuang.token.as_deref(), Some("true"));
            Ok(())
        });
    }

    #[test]
    fn a_refusal_says_where_and_never_repeats_a_value() {
        figment::Jail::expect_with(|jail| {
            for (text, named) in [
                ("[weichuang]\ntoken = 5712345", "found a number, expected a string"),
                ("[weichuang]\ntoken = 5712345.5", "\"weichuang.token\" in polaris.toml"),
                ("[weichuang]\ntoken = ['5712345']", "found a list"),
                ("[weichuang]\nurl = '//u:5712345@w'", "no URL for key \"weichuang.url\""),
                ("[access]\nsealing_key = 5712345", "access.sealing_key"),
                ("[access]\nsealing_key = '5712345'", "access.sealing_key"),
                ("[access]\nrate = 'x5712345'", "\"access.rate\""),
                ("[weichuang]\n\ntoken = 5712345 1", "polaris.toml:3: "),
                ("[weichuang]\ntoken = 5712345\ntoken = 1", "polaris.toml:3: "),
            ] {
                jail.create_file("polaris.toml", text)?;
                let error = Settings::read(Some(Path::new("polaris.toml")), &[]).expect_err("a refusal").to_string();
                assert!(error.contains(named) && !error.contains("5712345"), "{text}: {error}");
                assert!(!error.contains('\n'), "{text}: {error}");
            }
            jail.create_file("polaris.toml", "")?;
            jail.set_env("POLARIS_SERVER__CONCURRENCY", "5712345x");
            let error = Settings::read(None, &[]).expect_err("a refusal").to_string();
            assert!(error.contains("POLARIS_SERVER__CONCURRENCY") && !error.contains("5712345"), "{error}");
            jail.set_env("POLARIS_DATABASE_URL", "postgres://u:5712345@h");
            let error = Settings::read(None, &[]).expect_err("a refusal").to_string();
            assert!(error.contains("nearest is POLARIS_DATABASE__URL") && !error.contains("5712345"), "{error}");
            Ok(())
        });
    }

    #[test]
    fn a_file_may_begin_with_a_byte_order_mark() {
        figment::Jail::expect_with(|jail| {
            jail.create_file("polaris.toml", "\u{feff}[database]\r\nconnections = 3\r\n")?;
            let settings = Settings::read(Some(Path::new("polaris.toml")), &[]).expect("settings");
            assert_eq!(settings.database.connections, 3);
            Ok(())
        });
    }

    #[test]
    fn secrets_are_hidden_when_settings_are_shown() {
        let mut settings = Settings::default();
        settings.database.url = "postgres://polaris:s3cret@db/polaris".to_owned();
        settings.weichuang.token = Some("t0ken".to_owned());
        settings.access.sealing_key = Some("5ea1".to_owned());
        let shown = settings.to_toml().expect("TOML");
        assert!(shown.contains("polaris:hidden@db") && shown.contains("(hidden)"), "{shown}");
        assert!(!shown.contains("s3cret") && !shown.contains("t0ken") && !shown.contains("5ea1"));
    }
}
