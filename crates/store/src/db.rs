//! Opening the database, and the two ways to use it: reads, and changes that cannot be committed without an audit entry.

mod change;
mod connection;
mod following;
mod health;
mod options;

pub use change::Change;
pub use following::{Following, Heard};

pub(crate) use change::Tx;
pub(crate) use connection::{DEADLINE, Held, LONG_DEADLINE, LOOK_DEADLINE};
pub(crate) use health::Purpose;

use crate::error::StoreError;
use connection::Shared;
use options::{Use, postgres, postgres_pool, sqlite, sqlite_pool};
use sqlx::migrate::{Migrate, Migrator};
use sqlx::{Connection, PgConnection, PgPool, SqlitePool};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Where the database is.
#[derive(Clone, Debug)]
pub enum Location {
    /// A `SQLite` file; it is created where `create` says so.
    File { path: PathBuf, create: bool },
    /// A `postgres://` address.
    Postgres(String),
}

/// The pools. `SQLite` has one writer, so that writes queue here instead of failing on its lock. The generation and the
/// configuration are read through connections of their own: what else is read must not delay them.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    Lite {
        read: SqlitePool,
        write: SqlitePool,
        follow: SqlitePool,
    },
    Pg {
        pool: PgPool,
        follow: PgPool,
        address: String,
    },
}

/// The database, opened and migrated. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) db: Db,
    pub(crate) shared: Arc<Shared>,
}

/// Runs one expression on whichever database is open, on a connection and within a deadline:
/// `each!(read store, connection => …)`, `each!(write store, connection => …)`, `each!(follow store, connection => …)` for the
/// configuration, `each!(in change, connection => …)` inside a change.
macro_rules! each {
    (read $store:expr, $connection:ident => $body:expr) => {
        match &$store.db {
            $crate::db::Db::Lite { read: pool, .. } => each!(@on pool, $store, Reading, DEADLINE, $connection => $body),
            $crate::db::Db::Pg { pool, .. } => each!(@on pool, $store, Reading, DEADLINE, $connection => $body),
        }
    };
    (write $store:expr, $connection:ident => $body:expr) => {
        match &$store.db {
            $crate::db::Db::Lite { write: pool, .. } => each!(@on pool, $store, Writing, DEADLINE, $connection => $body),
            $crate::db::Db::Pg { pool, .. } => each!(@on pool, $store, Writing, DEADLINE, $connection => $body),
        }
    };
    (follow $store:expr, $connection:ident => $body:expr) => {
        match &$store.db {
            $crate::db::Db::Lite { follow: pool, .. } => each!(@on pool, $store, Reading, LONG_DEADLINE, $connection => $body),
            $crate::db::Db::Pg { follow: pool, .. } => each!(@on pool, $store, Reading, LONG_DEADLINE, $connection => $body),
        }
    };
    (look $store:expr, $connection:ident => $body:expr) => {
        match &$store.db {
            $crate::db::Db::Lite { follow: pool, .. } => each!(@on pool, $store, Reading, LOOK_DEADLINE, $connection => $body),
            $crate::db::Db::Pg { follow: pool, .. } => each!(@on pool, $store, Reading, LOOK_DEADLINE, $connection => $body),
        }
    };
    (in $change:expr, $connection:ident => $body:expr) => {
        match &mut $change.transaction {
            $crate::db::Tx::Lite(held) => each!(@with held, DEADLINE, $connection => $body),
            $crate::db::Tx::Pg(held) => each!(@with held, DEADLINE, $connection => $body),
        }
    };
    // Boxed: what a statement needs while it runs must not weigh on the future of everybody who may come to run one.
    (@on $pool:ident, $store:expr, $purpose:ident, $deadline:ident, $connection:ident => $body:expr) => {
        Box::pin(async {
            let mut held = $crate::db::Held::take($pool, &$store.shared, $crate::db::Purpose::$purpose).await?;
            let done = {
                let $connection = held.connection();
                tokio::time::timeout($crate::db::$deadline, async { $body }).await
            };
            held.settle(done)
        })
        .await
    };
    (@with $held:ident, $deadline:ident, $connection:ident => $body:expr) => {{
        let done = {
            let $connection = $held.connection();
            Box::pin(tokio::time::timeout($crate::db::$deadline, async { $body })).await
        };
        $held.settle(done)
    }};
}
pub(crate) use each;

impl Store {
    /// Opens the database and brings it up to date.
    ///
    /// # Errors
    /// [`StoreError::Newer`] where a newer version wrote it.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        Self::open_as(location, true).await
    }

    /// Opens a database that a server of this version has brought up to date, and changes nothing about it.
    ///
    /// # Errors
    /// [`StoreError::Older`] where it was not, [`StoreError::Newer`] where a newer version wrote it.
    pub async fn open_current(location: &Location) -> Result<Self, StoreError> {
        Self::open_as(location, false).await
    }

    async fn open_as(location: &Location, upgrade: bool) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::default());
        let db = match location {
            Location::File { path, create } => {
                let options = sqlite(path, *create);
                let write = sqlite_pool(1).connect_with(options.clone()).await?;
                migrate(&SQLITE, &mut *write.acquire().await?, upgrade).await?;
                let read_only = options.read_only(true);
                let read = sqlite_pool(4).connect_with(read_only.clone()).await?;
                let follow = sqlite_pool(2)
                    .acquire_timeout(FOLLOW)
                    .connect_with(read_only)
                    .await?;
                Db::Lite {
                    read,
                    write,
                    follow,
                }
            }
            Location::Postgres(address) => {
                let connecting = postgres(address, Use::Upgrading)?;
                let connected =
                    tokio::time::timeout(LONG_DEADLINE, PgConnection::connect_with(&connecting))
                        .await;
                let mut upgrading = connected.map_err(|_| StoreError::TooLate)??;
                migrate(&POSTGRES, &mut upgrading, upgrade).await?;
                // Its work is done, whether or not the other end says goodbye.
                let _ = upgrading.close().await;
                let pool =
                    postgres_pool(postgres(address, Use::Serving)?, 16, DEADLINE, &shared).await?;
                let follow =
                    postgres_pool(postgres(address, Use::Following)?, 3, FOLLOW, &shared).await?;
                Db::Pg {
                    pool,
                    follow,
                    address: address.clone(),
                }
            }
        };
        Ok(Self { db, shared })
    }

    /// Whether writing worked the last time it was tried, for readiness.
    pub fn writes_work(&self) -> bool {
        !self.shared.health.writes_fail()
    }

    /// Commits a write that changes nothing, to learn whether writing works.
    pub async fn try_writing(&self) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE installation SET created_at = created_at WHERE one = 1";
        each!(write self, connection => sqlx::query(SQL).execute(connection).await.map(drop))
    }

    /// Lets the database grow by no page any more until the writer is opened anew: a full disk, for tests.
    #[cfg(feature = "testing")]
    pub async fn let_no_page_be_added(&self) -> Result<(), StoreError> {
        match &self.db {
            Db::Lite { .. } => {
                each!(write self, connection => sqlx::query("PRAGMA max_page_count = 1").execute(connection).await.map(drop))
            }
            Db::Pg { .. } => Ok(()),
        }
    }

    /// How many statements this store has sent since it was opened: `BEGIN` and `COMMIT` count, a text of several statements counts
    /// once.
    #[cfg(feature = "testing")]
    pub fn statements_sent(&self) -> u64 {
        self.shared
            .statements
            .load(std::sync::atomic::Ordering::Relaxed)
    }

    /// The number that every change of configuration raises.
    pub async fn generation(&self) -> Result<i64, StoreError> {
        let asked = async {
            each!(look self, connection => sqlx::query_scalar(GENERATION).fetch_one(connection).await)
        };
        // Everybody's request may wait for this number.
        tokio::time::timeout(LOOK, asked)
            .await
            .unwrap_or(Err(StoreError::TooLate))
    }

    /// Which database this is, for people.
    pub fn kind(&self) -> &'static str {
        match self.db {
            Db::Lite { .. } => "SQLite",
            Db::Pg { .. } => "PostgreSQL",
        }
    }

    /// Whether the connections were closed.
    pub fn is_closed(&self) -> bool {
        match &self.db {
            Db::Lite { write, .. } => write.is_closed(),
            Db::Pg { pool, .. } => pool.is_closed(),
        }
    }

    /// Closes the connections; what was committed is on disk either way. A connection that does not end in time is left.
    pub async fn close(&self) {
        let closed = async {
            match &self.db {
                Db::Lite {
                    read,
                    write,
                    follow,
                } => {
                    follow.close().await;
                    read.close().await;
                    write.close().await;
                }
                Db::Pg { pool, follow, .. } => {
                    follow.close().await;
                    pool.close().await;
                }
            }
        };
        let _ = tokio::time::timeout(LONG_DEADLINE, closed).await;
    }
}

const GENERATION: &str = "SELECT value FROM generation WHERE one = 1";
/// How long a connection for following may be waited for.
const FOLLOW: Duration = Duration::from_millis(800);
/// How long a look at the generation may take in all: a decision rests on memory for 0.9 s at most.
const LOOK: Duration = Duration::from_millis(850);

/// Applies what is missing, or refuses a database that lacks something.
async fn migrate<C: Migrate>(
    migrator: &'static Migrator,
    connection: &mut C,
    upgrade: bool,
) -> Result<(), StoreError> {
    if upgrade {
        return Ok(migrator.run_direct(None, connection, false).await?);
    }
    // A database without the list of what was applied was never brought up to date.
    let applied = connection
        .list_applied_migrations(&migrator.table_name)
        .await
        .map_err(|_| StoreError::Older)?;
    let newest = migrator
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or_default();
    match applied.iter().map(|migration| migration.version).max() {
        Some(version) if version > newest => Err(StoreError::Newer(version)),
        Some(version) if version == newest => Ok(()),
        _ => Err(StoreError::Older),
    }
}
