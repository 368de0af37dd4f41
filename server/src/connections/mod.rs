//! Taking connections: how many at once, and how long each may keep the server waiting. hyper speaks HTTP on them; what it does
//! not count is counted here, without a timer or a lock for a request that arrives in one piece.

mod bounds;
mod line;
mod one;
mod served;
mod table;
mod wire;

use axum::extract::Request;
pub use bounds::{Answer, Bounds};
use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use table::Table;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::time::Instant;

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
                    tokio::spawn(one::serve(io, handler(from), seat, bounds));
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
