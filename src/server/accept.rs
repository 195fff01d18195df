use std::{convert::Infallible, io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use poem::{
    Addr, Endpoint, Request, Response,
    http::{self, uri::Scheme},
    web::{LocalAddr, RemoteAddr},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;

use super::{
    rarely::Rarely,
    seats::{Connections, Peer, Seat, Seats},
    stall::Stalling,
    surplus::Surplus,
};

/// What a listener does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Takes connections and answers.
    Open,
    /// Takes none, and answers what was asked.
    Draining,
    /// Drops everything.
    Cut,
}

/// How long to wait when the operating system has nothing left to accept with.
const SHORT_OF: Duration = Duration::from_millis(100);

/// Where there is no room, so many newcomers are taken in a [`MOMENT`]: whoever opens connections without end shall not
/// keep a core busy with sending others away.
const NEWCOMERS: u32 = 2;
const MOMENT: Duration = Duration::from_millis(1);

/// What a connection keeps of a head that is not complete; more than the longest that is answered with a reason.
const HEAD: usize = 128 << 10;

/// Answers a listener's connections with `routes`: HTTP/1.1 alone.
pub(super) struct Front<E> {
    pub(super) routes: E,
    pub(super) address: SocketAddr,
    pub(super) connections: Connections,
    pub(super) seats: Seats,
    pub(super) tls: Option<TlsAcceptor>,
    pub(super) surplus: Surplus,
    pub(super) full: Rarely,
}

impl<E: Endpoint<Output = Response> + 'static> Front<E> {
    /// Accepts until the state is another one.
    pub(super) async fn accept(self: Arc<Self>, listener: TcpListener, mut state: watch::Receiver<State>) {
        let (short, mut crowded) = (Rarely::default(), 0_u32);
        loop {
            let accepted = tokio::select! {
                _ = state.wait_for(|state| *state != State::Open) => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => {
                    crowded = if self.clone().seat(stream, peer, &state) { 0 } else { crowded + 1 };
                    if crowded == NEWCOMERS {
                        crowded = 0;
                        sleep(MOMENT).await;
                    }
                }
                Err(error) if concerns_one(&error) => {}
                Err(error) => {
                    if let Some(times) = short.due() {
                        tracing::error!(%error, times, "no connection can be accepted");
                    }
                    self.seats.make_room();
                    sleep(SHORT_OF).await;
                }
            }
        }
    }

    /// Whether there was room.
    fn seat(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, state: &watch::Receiver<State>) -> bool {
        let taken = self.seats.take(peer.ip());
        let room = taken.as_ref().is_some_and(|(_, left)| !left);
        if !room && let Some(times) = self.full.due() {
            let address = self.address;
            tracing::warn!(%address, times, "more connections than may be held: those that wait longest are closed");
        }
        let Some((occupied, _)) = taken else { return room };
        let (mut cut, state) = (state.clone(), state.clone());
        tokio::spawn(async move {
            tokio::select! {
                () = self.answer(stream, peer, occupied.seat.clone(), state) => {}
                () = occupied.seat.sent_away() => {}
                // An error: the server was dropped.
                _ = cut.wait_for(|state| *state == State::Cut) => {}
            }
        });
        room
    }

    async fn answer(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        seat: Arc<Seat>,
        state: watch::Receiver<State>,
    ) {
        let _ = stream.set_nodelay(true);
        match &self.tls {
            None => self.speak(stream, peer, Scheme::HTTP, seat, state).await,
            Some(tls) => {
                if let Ok(Ok(stream)) = timeout(self.connections.patience, tls.accept(stream)).await {
                    self.speak(stream, peer, Scheme::HTTPS, seat, state).await;
                }
            }
        }
    }

    async fn speak(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin,
        peer: SocketAddr,
        scheme: Scheme,
        seat: Arc<Seat>,
        mut state: watch::Receiver<State>,
    ) {
        let local = LocalAddr(Addr::SocketAddr(self.address));
        let remote = RemoteAddr(Addr::SocketAddr(peer));
        let io = TokioIo::new(Stalling::new(stream, seat.clone(), &self.connections));
        let service = service_fn(move |request: http::Request<Incoming>| {
            let (scheme, seat) = (scheme.clone(), seat.clone());
            let mut request = Request::from((request, local.clone(), remote.clone(), scheme));
            async move {
                seat.asking();
                self.surplus.watch(&mut request, &seat);
                request.set_data(Peer(seat.clone()));
                let response = self.routes.get_response(request).await;
                seat.answered();
                Ok::<http::Response<_>, Infallible>(response.into())
            }
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(self.connections.idle).max_buf_size(HEAD);
        let mut connection = pin!(http.serve_connection(io, service));
        tokio::select! {
            _ = &mut connection => return,
            _ = state.wait_for(|state| *state != State::Open) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// Whether the connection that could not be accepted is the reason.
fn concerns_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
