//! Opening the database, and the two ways to use it: reads, and changes that cannot be committed without an audit entry.

use crate::audit::{self, AuditEntry};
use crate::fault::StoreFault;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/postgres");

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A `SQLite` file; it is created where `create` says so.
    File { path: PathBuf, create: bool },
    /// A `postgres://` address.
    Postgres(String),
}

/// The pools. `SQLite` has one writer, so that writes queue here instead of failing on its lock.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    Lite { read: SqlitePool, write: SqlitePool },
    Pg(PgPool),
}

/// The database, opened and migrated. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) db: Db,
}

/// Runs one expression on whichever database is open: `each!(read store, pool => …)` or `each!(write store, pool => …)`.
macro_rules! each {
    (read $store:expr, $pool:ident => $body:expr) => {
        match &$store.db {
            $crate::db::Db::Lite { read: $pool, .. } => $body,
            $crate::db::Db::Pg($pool) => $body,
        }
    };
    (write $store:expr, $pool:ident => $body:expr) => {
        match &$store.db {
            $crate::db::Db::Lite { write: $pool, .. } => $body,
            $crate::db::Db::Pg($pool) => $body,
        }
    };
    (in $change:expr, $connection:ident => $body:expr) => {
        match &mut $change.transaction {
            $crate::db::Tx::Lite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::db::Tx::Pg(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use each;

pub(crate) enum Tx {
    Lite(Transaction<'static, Sqlite>),
    Pg(Transaction<'static, Postgres>),
}

/// A change in progress. Dropped, it never happened; the only way to keep it takes the audit entry that describes it.
#[must_use = "a change that is dropped never happened"]
pub struct Change {
    pub(crate) transaction: Tx,
}

impl Store {
    /// Opens the database and brings it up to date.
    pub async fn open(location: &Location) -> Result<Self, StoreFault> {
        let db = match location {
            Location::File { path, create } => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(*create)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(5));
                let write = sqlite_pool(1).connect_with(options.clone()).await?;
                SQLITE.run(&write).await?;
                let read = sqlite_pool(4).connect_with(options.read_only(true)).await?;
                Db::Lite { read, write }
            }
            Location::Postgres(address) => {
                let options = PgConnectOptions::from_str(address).map_err(|_| StoreFault::Address)?;
                // An answer may only follow what reached the disk, whatever the role's own default is.
                let options = options.options([("synchronous_commit", "on")]);
                let pool = PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(5)).connect_with(options).await?;
                POSTGRES.run(&pool).await?;
                Db::Pg(pool)
            }
        };
        Ok(Self { db })
    }

    /// Whether the database answers, for readiness.
    pub async fn ping(&self) -> Result<(), StoreFault> {
        self.generation().await.map(drop)
    }

    /// The number that every change of configuration raises.
    pub async fn generation(&self) -> Result<i64, StoreFault> {
        const SQL: &str = "SELECT value FROM generation WHERE one = 1";
        Ok(each!(read self, pool => sqlx::query_scalar(SQL).fetch_one(pool).await)?)
    }

    /// Begins a change of configuration. Raising the generation comes first: it makes every node read again, and on
    /// `PostgreSQL` its row lock lets one such change run at a time, as `SQLite`'s write lock does.
    pub async fn change(&self) -> Result<Change, StoreFault> {
        const RAISE: &str = "UPDATE generation SET value = value + 1 WHERE one = 1";
        let mut change = self.act().await?;
        each!(in change, connection => sqlx::query(RAISE).execute(connection).await.map(drop))?;
        Ok(change)
    }

    /// Begins an act that nothing in memory depends on. On `SQLite` it takes the write lock at once: a lock taken later
    /// fails under a second writer.
    pub async fn act(&self) -> Result<Change, StoreFault> {
        let transaction = match &self.db {
            Db::Lite { write, .. } => Tx::Lite(write.begin_with("BEGIN IMMEDIATE").await?),
            Db::Pg(pool) => Tx::Pg(pool.begin().await?),
        };
        Ok(Change { transaction })
    }

    /// Which database this is, for people.
    pub fn kind(&self) -> &'static str {
        match self.db {
            Db::Lite { .. } => "SQLite",
            Db::Pg(_) => "PostgreSQL",
        }
    }

    /// Whether the connections were closed.
    pub fn is_closed(&self) -> bool {
        match &self.db {
            Db::Lite { write, .. } => write.is_closed(),
            Db::Pg(pool) => pool.is_closed(),
        }
    }

    /// Closes the connections; what was committed is on disk either way.
    pub async fn close(&self) {
        match &self.db {
            Db::Lite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Db::Pg(pool) => pool.close().await,
        }
    }
}

fn sqlite_pool(connections: u32) -> SqlitePoolOptions {
    // A local file does not go away between two statements, so nothing is asked of it before each.
    SqlitePoolOptions::new()
        .max_connections(connections)
        .min_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(5))
}

impl Change {
    /// Keeps the change together with the entry that describes it.
    pub async fn commit(mut self, entry: &AuditEntry) -> Result<(), StoreFault> {
        audit::append(&mut self, entry).await?;
        self.keep().await
    }

    /// Keeps what is no act of anybody, such as counts. Only for this crate: an act has an entry.
    pub(crate) async fn keep(self) -> Result<(), StoreFault> {
        match self.transaction {
            Tx::Lite(transaction) => transaction.commit().await?,
            Tx::Pg(transaction) => transaction.commit().await?,
        }
        Ok(())
    }
}
