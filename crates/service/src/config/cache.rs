//! The configuration kept in memory, so that a request asks no database before it is answered.
//!
//! It is replaced as a whole when the generation rises, and looked at once more before anything is refused from it, so
//! that a change by another process counts at once.

use super::snapshot::ConfigSnapshot;
use crate::error::Error;
use crate::ports::System;
use arc_swap::{ArcSwap, Guard};
use perch_domain::{Code, Refusal};
use perch_store::{Store, StoreError};
use std::future::Future;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, PoisonError};
use tokio::sync::{Mutex, watch};

/// Milliseconds that a decision may rest on memory while the database does not answer: a revocation is promised within a second.
const MAX_STALENESS: i64 = 900;

/// What the last looks at the generation came to.
#[derive(Debug)]
struct Refreshes {
    /// Held while a refusal makes sure that memory is current.
    one_at_a_time: Mutex<()>,
    /// When memory was last known to be what the database holds, Unix milliseconds.
    succeeded_at: AtomicI64,
    /// What the last look failed with; none where it succeeded.
    failed: std::sync::Mutex<Option<Refusal>>,
    /// How many looks have failed.
    failures: AtomicU64,
}

impl Refreshes {
    /// Memory was read from the database at this time (Unix milliseconds).
    pub fn begun_at(now: i64) -> Self {
        Self {
            one_at_a_time: Mutex::new(()),
            succeeded_at: now.into(),
            failed: std::sync::Mutex::default(),
            failures: 0.into(),
        }
    }

    fn last_failure(&self) -> MutexGuard<'_, Option<Refusal>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn succeeded(&self, asked_at: i64) {
        self.succeeded_at.store(asked_at, Ordering::Relaxed);
        *self.last_failure() = None;
    }

    fn failed(&self, refusal: &Refusal) {
        *self.last_failure() = Some(refusal.clone());
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// What a caller is told who waited for a look that failed.
    fn failed_since(&self, counted: u64) -> Option<Refusal> {
        let since = self.failures.load(Ordering::Relaxed) != counted;
        self.last_failure().clone().filter(|_| since)
    }
}

/// The configuration in memory. One instance serves every part of the service.
pub struct ConfigCache {
    store: Store,
    system: System,
    snapshot: ArcSwap<ConfigSnapshot>,
    /// Held while the snapshot is read again.
    reloading: Mutex<()>,
    refreshes: Refreshes,
    /// The generation of the snapshot, for tasks that wait for a new one.
    changed: watch::Sender<i64>,
}

impl ConfigCache {
    /// Reads the configuration.
    pub(crate) async fn start(store: Store, system: System) -> Result<Self, StoreError> {
        let now = system.now();
        let snapshot = ConfigSnapshot::empty().next(&store).await?;
        Ok(Self {
            store,
            system,
            reloading: Mutex::new(()),
            refreshes: Refreshes::begun_at(now),
            changed: watch::Sender::new(snapshot.generation),
            snapshot: ArcSwap::from_pointee(snapshot),
        })
    }

    /// The snapshot of this moment. Keep the guard for one decision, not across an `await`.
    pub(crate) fn snapshot(&self) -> Guard<Arc<ConfigSnapshot>> {
        self.snapshot.load()
    }

    /// The snapshot of this moment, to keep across an `await`.
    pub(crate) fn current(&self) -> Arc<ConfigSnapshot> {
        self.snapshot.load_full()
    }

    /// Yields a new generation whenever the snapshot was replaced.
    pub fn changes(&self) -> watch::Receiver<i64> {
        self.changed.subscribe()
    }

    /// Whether tokens can be minted and verified: the last read and the last write of the database succeeded in time.
    ///
    /// # Errors
    /// `UNAVAILABLE`.
    pub async fn ready(&self) -> Result<(), Error> {
        let now = self.system.now();
        if self.store.is_closed() || !self.store.writes_work() {
            return Err(Code::Unavailable.into());
        }
        if self.is_stale() {
            self.refresh_once_since(now).await
        } else {
            Ok(())
        }
    }

    /// Reads the configuration again if it changed; tells whether it did.
    pub async fn refresh(&self) -> Result<bool, Error> {
        self.refresh_from(self.store.generation()).await
    }

    /// The same, with the generation from elsewhere.
    pub(crate) async fn refresh_from(
        &self,
        ask: impl Future<Output = Result<i64, StoreError>>,
    ) -> Result<bool, Error> {
        let asked_at = self.system.now();
        let looked: Result<bool, StoreError> = async {
            let generation = ask.await?;
            if generation == self.snapshot.load().generation {
                return Ok(false);
            }
            let _one_at_a_time = self.reloading.lock().await;
            // A lower number is a change too: a backup was restored.
            if self.snapshot.load().generation != generation {
                self.reload().await?;
            }
            Ok(true)
        }
        .await;
        match looked {
            Ok(changed) => {
                // Only now is memory what the database held then.
                self.refreshes.succeeded(asked_at);
                Ok(changed)
            }
            Err(error) => {
                let refusal = Refusal::from(Error::from(error));
                self.refreshes.failed(&refusal);
                Err(refusal.into())
            }
        }
    }

    /// Whether the database has not been heard of for so long that somebody may have revoked what memory would let in. In either
    /// direction: a clock that is stepped back tells nothing about the time since.
    pub fn is_stale(&self) -> bool {
        self.is_stale_at(self.system.now())
    }

    fn is_stale_at(&self, now: i64) -> bool {
        now.saturating_sub(self.refreshes.succeeded_at.load(Ordering::Relaxed))
            .abs()
            > MAX_STALENESS
    }

    /// [`Self::refresh`] after a change that is committed: should it fail now, the next look is a moment away, and the change
    /// itself is done.
    pub(crate) async fn refresh_after_commit(&self) {
        let _ = self.refresh().await;
    }

    /// A look for a request that came at `arrived` (Unix milliseconds): none where another one began after that. One look at a
    /// time, and whoever waits for one that fails has its outcome: neither a flood of bad requests nor a database that is
    /// gone becomes a queue.
    pub(crate) async fn refresh_once_since(&self, arrived: i64) -> Result<(), Error> {
        let failures = self.refreshes.failures.load(Ordering::Relaxed);
        let look = async {
            let _one_at_a_time = self.refreshes.one_at_a_time.lock().await;
            if self.refreshes.succeeded_at.load(Ordering::Relaxed) > arrived
                && !self.is_stale_at(arrived)
            {
                return Ok(());
            }
            match self.refreshes.failed_since(failures) {
                Some(refusal) => Err(refusal.into()),
                None => self.refresh().await.map(drop),
            }
        };
        // Boxed, so that what is the exception does not weigh on every request's future.
        Box::pin(look).await
    }

    /// Reads how many tokens every secret has issued, those of other nodes included.
    pub(crate) async fn recount(&self) -> Result<(), StoreError> {
        // Read under the lock, so that no secret is replaced in between.
        let _one_at_a_time = self.reloading.lock().await;
        let minted = self.store.minted().await?;
        self.snapshot.load().count_up_to(minted);
        Ok(())
    }

    /// Replaces what changed. The caller holds `reloading`.
    async fn reload(&self) -> Result<(), StoreError> {
        let before = self.snapshot.load_full();
        let next = before.next(&self.store).await?;
        let generation = next.generation;
        if generation < before.generation {
            tracing::warn!(
                before = before.generation,
                now = generation,
                "the database went back to an earlier state; everything is read again"
            );
        }
        self.snapshot.store(Arc::new(next));
        // Whoever is connected is judged again.
        self.changed.send_replace(generation);
        Ok(())
    }

    /// Decides from memory; a refusal counts only once memory is known to be current.
    pub(crate) async fn read_fresh<T, E: From<Error>>(
        &self,
        decide: impl Fn(&ConfigSnapshot) -> Result<T, E>,
    ) -> Result<T, E> {
        self.read_fresh_unless(|_| false, decide).await
    }

    /// The same, but a refusal that is `settled` does not depend on memory. Where the database has not been heard of for a while
    /// nothing is decided without it, not even in favour.
    pub(crate) async fn read_fresh_unless<T, E: From<Error>>(
        &self,
        settled: impl Fn(&E) -> bool,
        decide: impl Fn(&ConfigSnapshot) -> Result<T, E>,
    ) -> Result<T, E> {
        let arrived = self.system.now();
        if self.is_stale_at(arrived) {
            self.refresh_once_since(arrived).await?;
        }
        let (generation, decided) = {
            let memory = self.snapshot.load();
            (memory.generation, decide(&memory))
        };
        if decided.as_ref().err().is_none_or(settled) {
            return decided;
        }
        self.refresh_once_since(arrived).await?;
        // Somebody else may have replaced it in between, so what counts is what was decided from.
        let memory = self.snapshot.load();
        if memory.generation == generation {
            decided
        } else {
            decide(&memory)
        }
    }
}
