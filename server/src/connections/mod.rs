//! Taking connections: how many at once, and how long each may keep the server waiting. hyper speaks HTTP on them; what it does
//! not count is counted here, without a timer or a lock for a request that arrives in one piece.

mod line;
mod served;
mod table;
mod wire;

use axum::extract::Request;
use axum::response::Response;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;
use table::Table;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::time::Instant;

/// The answer to one request.
pub type Answer = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

/// What connections may take of the server.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// All at once. Over it the one that has been waiting for nothing makes room; where there is none, the new one is closed.
    pub connections: usize,
    /// Heads of requests that began to be awaited and are not complete. Over it the oldest is dropped.
    pub heads: usize,
    /// How long the head of a request may take.
    pub head_time: Duration,
    /// A connection on which nothing moves for so long is closed, at the latest after twice that. Longer than what proxies keep
    /// their own for, so that a proxy never sends a request to a connection that is just being closed.
    pub idle_time: Duration,
}

/// Open files that are not for connections: databases, files, listeners.
const RESERVE: u64 = 512;
const MOST: usize = 25_000;
const MAX_HEADS: usize = 1_000;

impl Bounds {
    /// The console's and the API's, within what the system lets this process open.
    pub fn of_process() -> Self {
        let files = rlimit::Resource::NOFILE.get_soft().unwrap_or(1_024);
        Self::within(files)
    }

    fn within(files: u64) -> Self {
        let connections = usize::try_from(files.saturating_sub(RESERVE))
            .unwrap_or(MOST)
            .clamp(64, MOST);
        Self {
            connections,
            heads: MAX_HEADS.min(connections / 2),
            head_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(75),
        }
    }

    /// The preview's, which few look at.
    pub fn of_preview() -> Self {
        Self {
            connections: 256,
            heads: 128,
            ..Self::within(0)
        }
    }
}

/// Where connections come from.
pub trait Door {
    type Io: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// The next one, and who opened it.
    fn next(&self) -> impl Future<Output = io::Result<(Self::Io, IpAddr)>> + Send;
}

impl Door for TcpListener {
    type Io = tokio::net::TcpStream;

    async fn next(&self) -> io::Result<(Self::Io, IpAddr)> {
        let (connection, from) = self.accept().await?;
        // Small answers must not wait for more to send.
        let _ = connection.set_nodelay(true);
        Ok((connection, from.ip()))
    }
}

/// How long taking connections pauses when the system gives none, and how often that is said at most.
const PAUSE: Duration = Duration::from_millis(100);
const SAID_EVERY: Duration = Duration::from_mins(1);

/// Answers every connection by what `handler` gives for its address, until `stop`; then finishes the requests under way.
pub async fn serve<D: Door, H>(
    door: D,
    bounds: Bounds,
    handler: impl Fn(IpAddr) -> H,
    stop: impl Future<Output = ()>,
) where
    H: Fn(Request) -> Answer + Send + 'static,
{
    let table = Arc::new(Table::new(bounds));
    let mut stop = pin!(stop);
    let mut said: Option<Instant> = None;
    loop {
        let next = tokio::select! {
            next = door.next() => next,
            () = &mut stop => break,
        };
        match next {
            Ok((io, from)) => {
                if let Some(seat) = Table::take(&table) {
                    tokio::spawn(line::serve(io, handler(from), seat, bounds));
                }
            }
            // The caller went away before it was let in.
            Err(error) if is_the_callers(&error) => {}
            Err(error) => {
                if said.is_none_or(|at| at.elapsed() >= SAID_EVERY) {
                    tracing::error!(%error, "no connection can be taken; the server goes on trying");
                    said = Some(Instant::now());
                }
                // Where files have run out, one of ours comes free.
                table.make_room();
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = &mut stop => break,
                }
            }
        }
    }
    drop(door);
    table.finish().await;
}

fn is_the_callers(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests;
