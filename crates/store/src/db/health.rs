//! Whether the database does what it is asked: what readiness tells, and one line in the log when that changes instead of one
//! for every request.

use sqlx::error::ErrorKind;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the last writes and reads came to. Shared by every clone of the store.
#[derive(Debug, Default)]
pub(crate) struct Health {
    writes_fail: AtomicBool,
    reads_fail: AtomicBool,
}

/// What a statement was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Reading,
    Writing,
}

impl Health {
    fn failing(&self, purpose: Purpose) -> &AtomicBool {
        match purpose {
            Purpose::Reading => &self.reads_fail,
            Purpose::Writing => &self.writes_fail,
        }
    }

    /// A statement or a commit did what it was asked.
    pub fn worked(&self, purpose: Purpose) {
        let failing = self.failing(purpose);
        // Read first: every statement comes by here, and the answer is nearly always the same.
        if failing.load(Ordering::Relaxed) && failing.swap(false, Ordering::Relaxed) {
            tracing::info!(?purpose, "the database answers again");
        }
    }

    /// A statement or a commit failed, for a reason that is the database's.
    pub fn failed(&self, purpose: Purpose, error: &dyn std::fmt::Display) {
        if self.failing(purpose).swap(true, Ordering::Relaxed) {
            tracing::debug!(?purpose, %error, "the database still fails");
        } else {
            tracing::error!(?purpose, %error, "the database could not be used");
        }
    }

    /// Whether the last write or commit failed or came too late.
    pub fn writes_fail(&self) -> bool {
        self.writes_fail.load(Ordering::Relaxed)
    }
}

/// Whether an error says that a value was refused, and nothing about the database itself.
pub(super) fn is_about_a_value(error: &sqlx::Error) -> bool {
    let kind = error
        .as_database_error()
        .map(sqlx::error::DatabaseError::kind);
    kind.is_some_and(|kind| !matches!(kind, ErrorKind::Other))
        || matches!(error, sqlx::Error::RowNotFound)
}
