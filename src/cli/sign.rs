use std::{
    fmt,
    fs::File,
    io::{Read, stdin},
};

use contracts::runtime::{
    server::BODY_LIMIT,
    signature::{Method, Secret, Signer},
};
use url::Url;

use super::Outcome;
use crate::{backend::Clock, gateway};

/// Sign a call: print its URL, and the curl line that sends it
///
/// What is printed can be sent once, within five minutes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The operation's name, such as hm.order.p.query
    #[arg(long, value_name = "NAME")]
    api: String,
    /// Which app calls
    #[arg(long, value_name = "KEY", env = "POLARIS_APP_KEY")]
    app_key: String,
    /// Its secret
    #[arg(long, value_name = "SECRET", env = "POLARIS_APP_SECRET", hide_env_values = true)]
    app_secret: String,
    /// The file of the body; - reads standard input, which curl then reads again
    #[arg(long, value_name = "FILE")]
    body: String,
    /// How it is signed: hmac-sha256 or kop-sha1
    #[arg(long, value_name = "METHOD", default_value_t = Method::HmacSha256)]
    method: Method,
    /// Where the gateway is
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8080/gateway")]
    gateway: Url,
}

pub(super) fn run(args: Args) -> Outcome {
    let mut body = Vec::new();
    let most = BODY_LIMIT as u64 + 1;
    let read = match args.body.as_str() {
        "-" => stdin().take(most).read_to_end(&mut body),
        file => File::open(file).and_then(|file| file.take(most).read_to_end(&mut body)),
    };
    read.map_err(|error| format!("{}: {error}", args.body))?;
    if body.len() > BODY_LIMIT {
        return Err(format!("{}: it is larger than 1 MiB, which no server takes", args.body).into());
    }
    if body.starts_with("\u{feff}".as_bytes()) {
        return Err(
            format!("{}: it begins with a byte order mark, which no server takes: save it without", args.body).into()
        );
    }
    let signer = Signer { app_key: args.app_key, secret: Secret(args.app_secret), method: args.method };
    let parameters = signer.parameters(&args.api, Clock::real().now(), &gateway::nonce(), &body)?;
    let mut url = args.gateway;
    url.set_query(Some(&parameters.to_query()));
    super::say(&Signed { url, file: &args.body })?;
    Ok(())
}

/// The two lines that are printed.
struct Signed<'a> {
    url: Url,
    file: &'a str,
}

impl fmt::Display for Signed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, file } = self;
        let (url_quoted, file) = (quoted(url.as_str()), quoted(&format!("@{file}")));
        writeln!(out, "{url}\ncurl -s {url_quoted} -H 'Content-Type: application/json' --data-binary {file}")
    }
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
