use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use poem::{Endpoint, Response};
use socket2::SockRef;
use tokio::{
    net::TcpListener,
    sync::watch,
    time::{timeout, timeout_at},
};

use super::{
    accept::{Front, State},
    rarely::Rarely,
    seats::{Connections, Seats},
    surplus::Surplus,
    tls::Tls,
};

/// How long requests that are being answered may take when the server stops at once.
const GRACE: Duration = Duration::from_millis(500);

/// How long a request that is being said has to be whole when the server stops.
const MOMENT: Duration = Duration::from_secs(2);

/// What the operating system keeps of an answer that is not taken, for each connection. Little enough that it can be seen
/// whether a slow caller takes anything at all.
const UNSENT: usize = 64 << 10;

/// A server that listens. Dropping it stops it too, without waiting.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    scheme: &'static str,
    seats: Seats,
    /// Whoever accepts, and every connection, has a receiver.
    state: watch::Sender<State>,
}

/// Why a server did not start: one line for the terminal.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens there.
    #[error("port {port} on {host} is already in use")]
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
        self.serve_strangers(routes, Connections::default(), None)
    }

    /// Answers with `routes` from now on, over TLS if there is a certificate, on no more `connections` than these.
    ///
    /// # Errors
    /// When the socket cannot be used.
    pub fn serve_strangers(
        self,
        routes: impl Endpoint<Output = Response> + 'static,
        connections: Connections,
        tls: Option<&Tls>,
    ) -> io::Result<Running> {
        let Self { listener, address } = self;
        // Connections inherit it.
        SockRef::from(&listener).set_send_buffer_size(UNSENT)?;
        let seats = Seats::new(&connections);
        let scheme = if tls.is_some() { "https" } else { "http" };
        let (tls, surplus, full) = (tls.map(Tls::acceptor), Surplus::default(), Rarely::default());
        let front = Front { routes, address, connections, seats: seats.clone(), tls, surplus, full };
        let (state, watched) = watch::channel(State::Open);
        tokio::spawn(Arc::new(front).accept(listener, watched));
        Ok(Running { address, scheme, seats, state })
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
        url(self.scheme, self.address)
    }

    /// Stops at once: no new connection, idle ones close, what is being answered has a moment left.
    pub async fn stop(self) {
        self.drain(GRACE).await;
    }

    /// Stops: no new connection, idle ones close, what is being answered is finished within this time. A request that is not
    /// whole after a moment will not be answered. Returns how many connections were cut.
    pub async fn drain(self, within: Duration) -> usize {
        let deadline = (Instant::now() + within).into();
        self.state.send_replace(State::Draining);
        if timeout(MOMENT.min(within), self.state.closed()).await.is_ok() {
            return 0;
        }
        self.seats.asking_leave();
        if timeout_at(deadline, self.state.closed()).await.is_ok() {
            return 0;
        }
        let cut = self.state.receiver_count();
        self.state.send_replace(State::Cut);
        self.state.closed().await;
        cut
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
