//! How connections are opened: what each database is told at the start, and what a pool asks of a connection before it hands
//! the connection out.

use super::connection::{DEADLINE, Shared};
use crate::StoreError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgPool};
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// A connection that was used this recently is not asked whether it is still there.
const FRESH: Duration = Duration::from_secs(1);
/// How long a connection may take to answer when it is asked.
const PING: Duration = Duration::from_millis(500);

/// What a connection of `PostgreSQL` is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Use {
    /// Migrations, which take the time they need.
    Upgrading,
    /// Requests.
    Serving,
    /// Following the generation and reading the configuration.
    Following,
}

impl Use {
    /// Milliseconds after which the server gives up a statement that its client no longer waits for; 0 for never.
    const fn statement_timeout(self) -> &'static str {
        match self {
            Self::Upgrading => "0",
            Self::Serving => "2500",
            Self::Following => "12000",
        }
    }
}

/// Connections of a `SQLite` file.
pub(super) fn sqlite(path: &Path, create: bool) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(create)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // Rows that one thread reads ahead of the other: a whole configuration has 100,000 of them.
        .row_buffer_size(1_024)
        // Another process may be writing; whoever waits here is answered within the deadline.
        .busy_timeout(Duration::from_millis(1_500))
}

pub(super) fn sqlite_pool(connections: u32) -> SqlitePoolOptions {
    // A local file does not go away between two statements, so nothing is asked of it before each.
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(DEADLINE)
}

/// Connections of a `PostgreSQL` at this address.
pub(super) fn postgres(address: &str, purpose: Use) -> Result<PgConnectOptions, StoreError> {
    let options = PgConnectOptions::from_str(address).map_err(|_| StoreError::Address)?;
    Ok(options.options([
        // An answer may only follow what reached the disk, whatever the role's own default is.
        ("synchronous_commit", "on"),
        ("statement_timeout", purpose.statement_timeout()),
        // A client that vanished in the middle of a transaction must not hold its locks.
        (
            "idle_in_transaction_session_timeout",
            if matches!(purpose, Use::Upgrading) {
                "0"
            } else {
                "2000"
            },
        ),
        ("tcp_user_timeout", "5000"),
        ("tcp_keepalives_idle", "5"),
        ("tcp_keepalives_interval", "2"),
        ("tcp_keepalives_count", "2"),
    ]))
}

pub(super) async fn postgres_pool(
    options: PgConnectOptions,
    connections: u32,
    patience: Duration,
    shared: &Arc<Shared>,
) -> Result<PgPool, StoreError> {
    let shared = shared.clone();
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(patience)
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let shared = shared.clone();
            Box::pin(async move {
                if shared.is_suspect(meta.age) {
                    return Ok(false);
                }
                if meta.idle_for < FRESH {
                    return Ok(true);
                }
                let answered = matches!(timeout(PING, connection.ping()).await, Ok(Ok(())));
                if !answered {
                    shared.suspect_all();
                }
                Ok(answered)
            })
        });
    Ok(pool.connect_with(options).await?)
}
