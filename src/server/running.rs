use std::{error::Error, fs, io, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use futures_util::stream;
use poem::{
    Endpoint, Response, Server,
    listener::{Acceptor, AcceptorExt, RustlsCertificate, RustlsConfig, TcpAcceptor},
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use super::stall::Impatient;

/// How long requests that are being answered may take when the server stops; idle connections close at once.
const GRACE: Duration = Duration::from_millis(500);

/// An idle connection is closed after this long.
const IDLE: Duration = Duration::from_secs(90);

/// A certificate and its key, in PEM.
#[derive(Clone)]
pub struct Tls {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

impl Tls {
    /// From two files.
    ///
    /// # Errors
    /// When one cannot be read, or they do not belong together.
    pub fn read(certificate: &Path, key: &Path) -> io::Result<Self> {
        let tls = Self { certificate: fs::read(certificate)?, key: fs::read(key)? };
        tls.check().map_err(io::Error::other)?;
        Ok(tls)
    }

    /// poem only says in the log that it cannot use them.
    fn check(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let chain = CertificateDer::pem_slice_iter(&self.certificate).collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(&self.key)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        config.with_no_client_auth().with_single_cert(chain, key)?;
        Ok(())
    }

    fn config(&self) -> RustlsConfig {
        let certificate = RustlsCertificate::new().cert(self.certificate.clone()).key(self.key.clone());
        RustlsConfig::new().fallback(certificate)
    }
}

/// A server that listens. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    scheme: &'static str,
    stop: oneshot::Sender<()>,
    server: JoinHandle<io::Result<()>>,
}

/// Why a server did not start: one line for the terminal.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens there.
    #[error("port {port} on {host} is already in use; choose another with --port")]
    PortInUse {
        /// As asked for.
        host: String,
        /// As asked for.
        port: u16,
    },
    /// The operating system refuses.
    #[error("cannot listen on {host} port {port}: {reason}")]
    CannotListen {
        /// As asked for.
        host: String,
        /// As asked for.
        port: u16,
        /// In the operating system's words.
        #[source]
        reason: io::Error,
    },
}

/// A socket that is bound and not yet answered.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
}

/// Binds `port` on `host`; 0 takes any free port.
///
/// # Errors
/// When the port is taken or may not be used.
pub async fn bind(host: &str, port: u16) -> Result<Bound, StartError> {
    let refused = |reason: io::Error| match reason.kind() {
        io::ErrorKind::AddrInUse => StartError::PortInUse { host: host.to_owned(), port },
        _ => StartError::CannotListen { host: host.to_owned(), port, reason },
    };
    let listener = TcpListener::bind((host.trim_matches(['[', ']']), port)).await.map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;
    Ok(Bound { listener, address })
}

impl Bound {
    /// The address, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL by which a caller on this machine gets there.
    #[must_use]
    pub fn url(&self) -> String {
        url("http", self.address)
    }

    /// Answers with `routes` from now on.
    ///
    /// # Errors
    /// When the socket cannot be used.
    pub fn serve(self, routes: impl Endpoint<Output = Response> + 'static) -> io::Result<Running> {
        let acceptor = TcpAcceptor::from_tokio(self.listener)?;
        Ok(run(acceptor, self.address, "http", routes))
    }

    /// Answers with `routes` from now on, over TLS if there is a certificate; a connection whose request has not been said
    /// and answered within `patience` is closed.
    ///
    /// # Errors
    /// When the socket or the certificate cannot be used.
    pub fn serve_strangers(
        self,
        routes: impl Endpoint<Output = Response> + 'static,
        patience: Duration,
        tls: Option<&Tls>,
    ) -> io::Result<Running> {
        let acceptor = Impatient { inner: TcpAcceptor::from_tokio(self.listener)?, patience };
        match tls {
            None => Ok(run(acceptor, self.address, "http", routes)),
            Some(tls) => {
                let config = Box::pin(stream::once(std::future::ready(tls.config())));
                Ok(run(acceptor.rustls(config), self.address, "https", routes))
            }
        }
    }
}

fn run(
    acceptor: impl Acceptor + 'static,
    address: SocketAddr,
    scheme: &'static str,
    routes: impl Endpoint<Output = Response> + 'static,
) -> Running {
    let server = Server::new_with_acceptor(acceptor).idle_timeout(IDLE);
    let (stop, stopped) = oneshot::channel();
    // An `Err` means that `Running` is gone, and nobody else could stop the server.
    let stopped = async { drop(stopped.await) };
    let server = tokio::spawn(server.run_with_graceful_shutdown(routes, stopped, Some(GRACE)));
    Running { address, scheme, stop, server }
}

impl Running {
    /// The address, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL by which a caller on this machine gets there.
    #[must_use]
    pub fn url(&self) -> String {
        url(self.scheme, self.address)
    }

    /// Stops: no new connection, idle ones close, what is being answered has a moment left.
    ///
    /// # Errors
    /// When the server had failed before.
    pub async fn stop(self) -> io::Result<()> {
        let _ = self.stop.send(());
        self.server.await.map_err(io::Error::other)?
    }
}

/// Whether only this machine reaches `address`.
#[must_use]
pub fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

fn url(scheme: &str, mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        match &mut address {
            SocketAddr::V4(v4) => v4.set_ip(std::net::Ipv4Addr::LOCALHOST),
            SocketAddr::V6(v6) => v6.set_ip(std::net::Ipv6Addr::LOCALHOST),
        }
    }
    format!("{scheme}://{address}")
}
