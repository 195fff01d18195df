use std::{io, net::SocketAddr, time::Duration};

use poem::{Endpoint, Response, Server, listener::TcpAcceptor};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// How long requests that are being answered may take when the server stops; idle connections close at once.
const GRACE: Duration = Duration::from_millis(500);

/// A server that listens. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
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
        url(self.address)
    }

    /// Answers with `routes` from now on.
    ///
    /// # Errors
    /// When the socket cannot be used.
    pub fn serve(self, routes: impl Endpoint<Output = Response> + 'static) -> io::Result<Running> {
        let server = Server::new_with_acceptor(TcpAcceptor::from_tokio(self.listener)?);
        let (stop, stopped) = oneshot::channel();
        // An `Err` means that `Running` is gone, and nobody else could stop the server.
        let stopped = async { drop(stopped.await) };
        let server = tokio::spawn(server.run_with_graceful_shutdown(routes, stopped, Some(GRACE)));
        Ok(Running { address: self.address, stop, server })
    }
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
        url(self.address)
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

fn url(mut address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        match &mut address {
            SocketAddr::V4(v4) => v4.set_ip(std::net::Ipv4Addr::LOCALHOST),
            SocketAddr::V6(v6) => v6.set_ip(std::net::Ipv6Addr::LOCALHOST),
        }
    }
    format!("http://{address}")
}
