//! What can go wrong with the database. Never shown to a caller; the service answers `UNAVAILABLE` or `INTERNAL`.

use sqlx::migrate::MigrateError;

/// A failure of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database could not be used: {0}")]
    Database(sqlx::Error),
    #[error("the database was closed")]
    Closed,
    #[error("the database could not be brought up to date: {0}")]
    Migration(MigrateError),
    #[error(
        "the database was written by a newer Perch (migration {0}); start that version, or restore a backup"
    )]
    Newer(i64),
    #[error(
        "the database was not brought up to date by this version yet; start `perch serve` once"
    )]
    Older,
    #[error("the address of the database must begin with postgres:// or postgresql://")]
    Address,
    /// Stored data that no version of Perch writes.
    #[error("{table}.{column} of row {row} cannot be read")]
    Inconsistent {
        table: &'static str,
        column: &'static str,
        row: String,
    },
    /// Nothing was changed.
    #[error("the database did not answer in time")]
    TooLate,
    /// A write or a commit whose answer never came: it may have happened.
    #[error("the database did not confirm in time what it was told to write")]
    Unconfirmed,
    /// A statement of a change failed, so the change cannot be kept.
    #[error("a part of the change failed, so nothing of it was kept")]
    Undone,
    /// More tokens wait for their record than can be answered in time.
    #[error("too many tokens wait to be recorded")]
    Overloaded,
    #[error("the writer of the mint record has stopped")]
    RecorderStopped,
}

impl StoreError {
    pub(crate) fn inconsistent(
        table: &'static str,
        column: &'static str,
        row: impl ToString,
    ) -> Self {
        Self::Inconsistent {
            table,
            column,
            row: row.to_string(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolClosed => Self::Closed,
            other => Self::Database(other),
        }
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _) => {
                Self::Newer(version)
            }
            other => Self::Migration(other),
        }
    }
}
