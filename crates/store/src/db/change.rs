//! A change in progress: a transaction that is kept whole or not at all.

use super::connection::{DEADLINE, Held};
use super::{Db, Purpose, Store, each};
use crate::audit::{self, AuditEntry};
use crate::error::StoreError;
use sqlx::{Postgres, Sqlite};
use tokio::time::timeout;

pub(crate) enum Tx {
    Lite(Held<Sqlite>),
    Pg(Held<Postgres>),
}

/// A change in progress. Dropped, it never happened; the only way to keep it takes the audit entry that describes it.
#[must_use = "a change that is dropped never happened"]
pub struct Change {
    pub(crate) transaction: Tx,
}

impl Store {
    /// Begins a change of configuration. Raising the generation comes first: it makes every node read again, and on
    /// `PostgreSQL` its row lock lets one such change run at a time, as `SQLite`'s write lock does. The number is at least
    /// the database's Unix milliseconds, so that a number that was lost with a restored backup is not given a second time.
    pub async fn change(&self) -> Result<Change, StoreError> {
        const RAISE_LITE: &str = "UPDATE generation SET value = MAX(value + 1, CAST(unixepoch('subsec') * 1000 AS INTEGER)) WHERE one = 1";
        const RAISE_PG: &str = "UPDATE generation SET value = GREATEST(value + 1, CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)) WHERE one = 1";
        let mut change = self.act().await?;
        let raise = if matches!(self.db, Db::Lite { .. }) {
            RAISE_LITE
        } else {
            RAISE_PG
        };
        each!(in change, connection => sqlx::query(raise).execute(connection).await.map(drop))?;
        Ok(change)
    }

    /// Begins an act that nothing in memory depends on. On `SQLite` it takes the write lock at once: a lock taken later
    /// fails under a second writer.
    pub async fn act(&self) -> Result<Change, StoreError> {
        let transaction = match &self.db {
            Db::Lite { write, .. } => Tx::Lite(
                begun(
                    Held::take(write, &self.shared, Purpose::Writing).await?,
                    "BEGIN IMMEDIATE",
                )
                .await?,
            ),
            Db::Pg { pool, .. } => Tx::Pg(
                begun(
                    Held::take(pool, &self.shared, Purpose::Writing).await?,
                    "BEGIN",
                )
                .await?,
            ),
        };
        Ok(Change { transaction })
    }
}

/// A connection on which a transaction was begun.
async fn begun<DB: sqlx::Database>(
    mut held: Held<DB>,
    statement: &'static str,
) -> Result<Held<DB>, StoreError>
where
    for<'c> &'c mut DB::Connection: sqlx::Executor<'c, Database = DB>,
{
    held.in_transaction();
    let done = timeout(DEADLINE, plain(held.connection(), statement)).await;
    held.settle(done)?;
    Ok(held)
}

async fn committed<DB: sqlx::Database>(mut held: Held<DB>) -> Result<(), StoreError>
where
    for<'c> &'c mut DB::Connection: sqlx::Executor<'c, Database = DB>,
{
    if !held.may_commit() {
        // A statement of it failed, and its caller went on regardless.
        return Err(StoreError::Undone);
    }
    let done = timeout(DEADLINE, plain(held.connection(), "COMMIT")).await;
    held.committed(done)
}

/// A statement without parameters, sent as it is.
async fn plain<'c, DB: sqlx::Database>(
    connection: &'c mut DB::Connection,
    statement: &'static str,
) -> Result<(), sqlx::Error>
where
    &'c mut DB::Connection: sqlx::Executor<'c, Database = DB>,
{
    use sqlx::Executor;
    connection.execute(statement).await.map(drop)
}

impl Change {
    /// Keeps the change together with the entry that describes it.
    pub async fn commit(mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        audit::append(&mut self, entry).await?;
        self.keep().await
    }

    /// Keeps what is no act of anybody, such as counts. Only for this crate: an act has an entry.
    pub(crate) async fn keep(self) -> Result<(), StoreError> {
        match self.transaction {
            Tx::Lite(held) => committed(held).await,
            Tx::Pg(held) => committed(held).await,
        }
    }
}
