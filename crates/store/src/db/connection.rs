//! A connection taken out of a pool. Every wait for it has a deadline, and it returns to the pool only whole: a connection that
//! went silent, or whose transaction did not end as it should, is closed and replaced.

use super::health::{Health, Purpose, is_about_a_value};
use crate::StoreError;
use sqlx::pool::PoolConnection;
use sqlx::{Database, Pool};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

/// How long a statement, a commit, or a free connection is waited for. Whoever waits is answered within two seconds.
pub(crate) const DEADLINE: Duration = Duration::from_millis(1_800);
/// The same for reading a whole configuration, which nobody's request waits for.
pub(crate) const LONG_DEADLINE: Duration = Duration::from_secs(10);
/// The same for a look at the generation, which a request may wait for twice.
pub(crate) const LOOK_DEADLINE: Duration = Duration::from_millis(600);
/// How long a connection may take to show that it is whole when it is given back.
const RETURN: Duration = Duration::from_secs(1);

/// What the connections of one database share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub health: Health,
    suspect: Mutex<Option<Instant>>,
    /// How many statements were sent, commits included.
    #[cfg(feature = "testing")]
    pub statements: std::sync::atomic::AtomicU64,
}

impl Shared {
    /// A connection went silent or broke: others that were opened before may be as dead without knowing.
    pub fn suspect_all(&self) {
        *self.suspect.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection of this age was opened before the last fault.
    pub fn is_suspect(&self, age: Duration) -> bool {
        self.suspect
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_some_and(|fault| age > fault.elapsed())
    }
}

/// What is known of the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing is open on it.
    Whole,
    /// A transaction is open.
    InTransaction,
    /// It must not be used again.
    Broken,
}

/// A connection out of a pool.
pub(crate) struct Held<DB: Database> {
    connection: PoolConnection<DB>,
    shared: Arc<Shared>,
    purpose: Purpose,
    state: State,
}

impl<DB: Database> Held<DB> {
    /// Takes a connection; the pool's own time limit is [`DEADLINE`].
    pub async fn take(
        pool: &Pool<DB>,
        shared: &Arc<Shared>,
        purpose: Purpose,
    ) -> Result<Self, StoreError> {
        match pool.acquire().await {
            Ok(connection) => Ok(Self {
                connection,
                shared: shared.clone(),
                purpose,
                state: State::Whole,
            }),
            Err(error) => {
                let fault = StoreError::from(error);
                if !matches!(fault, StoreError::Closed) {
                    shared.health.failed(purpose, &fault);
                }
                Err(fault)
            }
        }
    }

    /// The connection, for one statement.
    pub fn connection(&mut self) -> &mut DB::Connection {
        #[cfg(feature = "testing")]
        self.shared
            .statements
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        &mut self.connection
    }

    /// What a statement came to. One that ran into the deadline may have happened where it wrote.
    pub fn settle<T>(
        &mut self,
        done: Result<Result<T, sqlx::Error>, tokio::time::error::Elapsed>,
    ) -> Result<T, StoreError> {
        match done {
            Ok(Ok(value)) => {
                self.shared.health.worked(self.purpose);
                Ok(value)
            }
            Ok(Err(error)) => Err(self.failed(error)),
            Err(_) => Err(self.went_silent()),
        }
    }

    fn failed(&mut self, error: sqlx::Error) -> StoreError {
        // After an error a transaction is over, whatever its connection believes: SQLite has rolled back by itself where the
        // disk is full, and PostgreSQL would answer a COMMIT with a rollback.
        if self.state == State::InTransaction {
            self.state = State::Broken;
        }
        if !is_about_a_value(&error) {
            self.shared.health.failed(self.purpose, &error);
            if error.as_database_error().is_none() {
                self.state = State::Broken;
                self.shared.suspect_all();
            }
        }
        error.into()
    }

    fn went_silent(&mut self) -> StoreError {
        self.state = State::Broken;
        self.shared.suspect_all();
        let fault = if self.purpose == Purpose::Writing {
            StoreError::Unconfirmed
        } else {
            StoreError::TooLate
        };
        self.shared.health.failed(self.purpose, &fault);
        fault
    }

    /// Notes that a transaction is about to begin. From here on the connection is closed unless the transaction ends as it
    /// should: a caller that goes away leaves nothing open behind.
    pub fn in_transaction(&mut self) {
        self.state = State::InTransaction;
    }

    /// Whether every statement of the transaction succeeded, so that it may be committed.
    pub fn may_commit(&self) -> bool {
        self.state == State::InTransaction
    }

    /// What a commit came to. Where no answer came, nobody knows whether it happened.
    pub fn committed(
        &mut self,
        done: Result<Result<(), sqlx::Error>, tokio::time::error::Elapsed>,
    ) -> Result<(), StoreError> {
        let unanswered = matches!(&done, Ok(Err(error)) if error.as_database_error().is_none());
        match self.settle(done) {
            Ok(()) => {
                self.state = State::Whole;
                Ok(())
            }
            Err(_) if unanswered => Err(StoreError::Unconfirmed),
            Err(fault) => Err(fault),
        }
    }
}

impl<DB: Database> Drop for Held<DB> {
    fn drop(&mut self) {
        // Taken out of its place, the connection is closed where this is dropped without being run.
        let back = self.connection.return_to_pool();
        if self.state == State::Whole
            && let Ok(runtime) = Handle::try_current()
        {
            // The pool asks the connection whether it is whole; where a statement was given up, it may never answer.
            runtime.spawn(async move {
                let _ = timeout(RETURN, back).await;
            });
        }
    }
}
