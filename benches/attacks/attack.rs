use std::{io, net::SocketAddr, time::Duration};

use polaris::gateway::Credentials;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::sleep,
};

use crate::{
    http2,
    load::{Call, bytes},
    server::Server,
    signed::{API, signed},
};

/// An attack by somebody without a secret: so many attackers at once, from so many addresses, each of whom begins again when
/// he is cut off.
pub struct Attack {
    pub name: &'static str,
    attackers: usize,
    addresses: usize,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    /// HTTP/2 streams whose body does not come.
    Streams(u32),
    /// Pipelined requests of a large page, of whose answers nothing is read.
    NeverReads,
    /// A connection, and not a byte.
    Silence,
    /// A head that drips.
    Drip,
    /// A body that is announced and does not come; the head is one of an app that is known, or not.
    SlowBody { known: bool },
    /// Bodies of 1 MiB, one after the other, of an app that is known, with a sign that is none.
    LargeBodies,
    /// A captured call.
    Replay,
    /// Connections that are opened and closed.
    Churn,
}

/// All of them.
pub const ATTACKS: [Attack; 10] = [
    attack("HTTP/2, 100 000 streams without a body, 1 connection", 1, 1, What::Streams(100_000)),
    attack("HTTP/2, the same on 20 connections", 20, 20, What::Streams(100_000)),
    attack("readers that never read: 500 connections, 20 addresses", 500, 20, What::NeverReads),
    attack("silence: 2 000 connections, 40 addresses", 2_000, 40, What::Silence),
    attack("heads that drip: 500 connections, 20 addresses", 500, 20, What::Drip),
    attack("slow bodies, unsigned: 256 connections, 1 address", 256, 1, What::SlowBody { known: false }),
    attack("slow bodies, a known app: 1 000 connections, 40 addresses", 1_000, 40, What::SlowBody { known: true }),
    attack("bodies of 1 MiB, a known app, a wrong sign: 8 connections", 8, 8, What::LargeBodies),
    attack("one captured call again and again: 8 connections", 8, 8, What::Replay),
    attack("connections opened and closed: 8 at once", 8, 8, What::Churn),
];

const fn attack(name: &'static str, attackers: usize, addresses: usize, what: What) -> Attack {
    Attack { name, attackers, addresses, what }
}

/// Who was cut off waits so long before he begins again.
const PAUSE: Duration = Duration::from_millis(50);
const LARGE: &str = "/docs/swagger-ui-bundle.js";

impl Attack {
    /// Begins; it ends when what is returned is dropped.
    pub fn begin(&self, server: &Server, app: &Credentials) -> JoinSet<()> {
        let captured = signed(app);
        let mut attackers = JoinSet::new();
        for number in 0..self.attackers {
            let (what, captured, target) = (self.what, captured.clone(), server.address().to_owned());
            let from = u8::try_from(number % self.addresses + 1).unwrap_or(u8::MAX);
            attackers.spawn(async move {
                loop {
                    // Whether he is refused, cut off or done: he begins again.
                    let _ = once(what, &target, from, &captured).await;
                    sleep(PAUSE).await;
                }
            });
        }
        attackers
    }
}

async fn once(what: What, target: &str, from: u8, captured: &Call) -> io::Result<()> {
    let mut stream = connect(target, from).await?;
    let head = |target: &str, length: usize| {
        format!(
            "POST {target} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        )
    };
    match what {
        What::Streams(number) => streams(stream, number).await,
        What::NeverReads => {
            let request = format!("GET {LARGE} HTTP/1.1\r\nHost: bench\r\n\r\n").repeat(20);
            stream.write_all(request.as_bytes()).await?;
            cut_off(&stream).await
        }
        What::Silence => ended(&mut stream).await,
        What::Drip => {
            stream.write_all(format!("POST /kop/{API} HTTP/1.1\r\nX-Slow: ").as_bytes()).await?;
            loop {
                stream.write_all(b"x").await?;
                sleep(Duration::from_millis(500)).await;
            }
        }
        What::SlowBody { known } => {
            let unsigned = format!("/kop/{API}");
            let target = if known { &captured.target } else { &unsigned };
            stream.write_all(head(target, 20_000).as_bytes()).await?;
            stream.write_all(b"{").await?;
            ended(&mut stream).await
        }
        What::LargeBodies => {
            let body = vec![b' '; 1 << 20];
            loop {
                stream.write_all(head(&captured.target, body.len()).as_bytes()).await?;
                stream.write_all(&body).await?;
                answer(&mut stream).await?;
            }
        }
        What::Replay => {
            let request = bytes(target, captured);
            loop {
                stream.write_all(&request).await?;
                answer(&mut stream).await?;
            }
        }
        What::Churn => {
            for _ in 0..100 {
                drop(connect(target, from).await?);
            }
            Ok(())
        }
    }
}

/// From an address of this machine that no signed caller has.
async fn connect(target: &str, from: u8) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from(([127, 0, 1, from], 0)))?;
    socket.connect(target.parse().map_err(io::Error::other)?).await
}

/// Opens streams, and then holds the connection.
async fn streams(stream: TcpStream, number: u32) -> io::Result<()> {
    let (mut reader, mut writer) = stream.into_split();
    let write = async {
        writer.write_all(&http2::begin()).await?;
        for first in (0..number).step_by(1_000) {
            let mut opened = Vec::new();
            (first..first + 1_000).for_each(|at| http2::open(&mut opened, at, "/kop/x"));
            writer.write_all(&opened).await?;
        }
        std::future::pending::<io::Result<()>>().await
    };
    let read = async {
        let mut piece = vec![0; 1 << 16];
        while reader.read(&mut piece).await? > 0 {}
        Ok(())
    };
    tokio::select! {
        written = write => written,
        closed = read => closed,
    }
}

/// Reads what comes, until the other side closes.
async fn ended(stream: &mut TcpStream) -> io::Result<()> {
    let mut piece = vec![0; 1 << 12];
    while stream.read(&mut piece).await? > 0 {}
    Ok(())
}

/// Waits until the connection is reset, without reading.
async fn cut_off(stream: &TcpStream) -> io::Result<()> {
    loop {
        if let Some(error) = stream.take_error()? {
            return Err(error);
        }
        sleep(Duration::from_millis(500)).await;
    }
}

/// A piece of an answer.
async fn answer(stream: &mut TcpStream) -> io::Result<()> {
    let mut piece = vec![0; 1 << 16];
    if stream.read(&mut piece).await? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(())
}
