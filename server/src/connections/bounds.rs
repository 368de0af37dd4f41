//! What one listener may take of the server, and the type of its answers.

use axum::response::Response;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

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
const MAX_CONNECTIONS: usize = 25_000;
const MAX_HEADS: usize = 1_000;

impl Bounds {
    /// The console's and the API's, within what the system lets this process open.
    pub fn of_process() -> Self {
        let files = rlimit::Resource::NOFILE.get_soft().unwrap_or(1_024);
        Self::within(files)
    }

    pub(super) fn within(files: u64) -> Self {
        let connections = usize::try_from(files.saturating_sub(RESERVE))
            .unwrap_or(MAX_CONNECTIONS)
            .clamp(64, MAX_CONNECTIONS);
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
