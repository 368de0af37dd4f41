//! Write-behind: what requests note in memory, and one writer that takes the notes to the database every second.
//!
//! Only `activity` and `runtime` use it. The one invariant: a note is pending, being written, or stored, never two of them.

use std::sync::{Mutex, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, MutexGuard};

/// Notes of one kind that are not written yet. A crash loses at most the last second of them.
#[derive(Debug, Default)]
pub(crate) struct WriteBehind<T> {
    pending: Mutex<T>,
    writing: AsyncMutex<()>,
}

/// What one writer took. While a batch is alive no other writer of the same kind runs.
pub(crate) struct Batch<'a, B> {
    pub taken: B,
    _one_writer: MutexGuard<'a, ()>,
}

impl<T> WriteBehind<T> {
    /// Reads or changes the pending notes. Never waits for the database.
    pub fn with<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes notes out to write them, once no other writer runs.
    pub async fn take<B>(&self, take: impl FnOnce(&mut T) -> B) -> Batch<'_, B> {
        let one_writer = self.writing.lock().await;
        Batch {
            taken: self.with(take),
            _one_writer: one_writer,
        }
    }

    /// Holds writers back: until the guard is dropped every note is either stored or pending.
    pub async fn hold(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().await
    }
}
