//! Following the generation: `PostgreSQL` tells when the number changes, on a connection that is also asked now and then;
//! a `SQLite` file is asked ten times a second.

use super::options::{Use, postgres};
use super::{Db, GENERATION, Store};
use crate::error::StoreError;
use sqlx::postgres::{PgListener, PgPoolOptions};
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

/// How often a file is asked.
const FILE: Duration = Duration::from_millis(100);
/// How often `PostgreSQL` is asked although it tells by itself: a connection can go silent without a sign.
const SERVER: Duration = Duration::from_millis(400);
/// How long an answer of the connection that listens is waited for, before the generation is asked for elsewhere.
const PATIENCE: Duration = Duration::from_millis(400);
/// How long a new connection that listens is waited for; meanwhile the generation is asked for elsewhere.
const OPENING: Duration = Duration::from_secs(5);
/// The channel that the database's own trigger tells a new generation on.
const CHANNEL: &str = "perch_generation";

/// Follows the generation of one database.
pub struct Following {
    store: Store,
    listener: Option<PgListener>,
    opening: Option<JoinHandle<Option<PgListener>>>,
}

/// What woke a follower up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Time passed.
    Tick,
    /// The database told that the number has changed.
    Notice,
}

impl Store {
    /// Begins to follow the generation.
    pub fn follow(&self) -> Following {
        Following {
            store: self.clone(),
            listener: None,
            opening: None,
        }
    }
}

impl Following {
    /// Waits until it is time to ask for the generation.
    pub async fn wait(&mut self) -> Heard {
        let Some(listener) = &mut self.listener else {
            self.open().await;
            return Heard::Tick;
        };
        match timeout(SERVER, listener.try_recv()).await {
            Ok(Ok(Some(_))) => {
                // Several changes in a row are one reason to ask.
                while listener.next_buffered().is_some() {}
                Heard::Notice
            }
            Ok(Ok(None) | Err(_)) => {
                self.listener = None;
                Heard::Tick
            }
            Err(_) => Heard::Tick,
        }
    }

    /// Whether the database tells of changes by itself now.
    pub fn is_listening(&self) -> bool {
        self.listener.is_some()
    }

    /// Lets a moment pass, in which `PostgreSQL` may get a connection that listens.
    async fn open(&mut self) {
        let Db::Pg { address, .. } = &self.store.db else {
            return sleep(FILE).await;
        };
        let opening = self.opening.get_or_insert_with(|| {
            let address = address.clone();
            tokio::spawn(async move { timeout(OPENING, listen(&address)).await.ok()?.ok() })
        });
        tokio::select! {
            opened = &mut *opening => {
                self.listener = opened.ok().flatten();
                self.opening = None;
                if self.listener.is_none() {
                    sleep(FILE).await;
                }
            }
            () = sleep(FILE) => {}
        }
    }

    /// Asks for the generation: through the connection that listens, so that its silence is noticed, and elsewhere where there is
    /// none or it is silent.
    pub async fn ask(&mut self) -> Result<i64, StoreError> {
        if let Some(listener) = &mut self.listener {
            if let Ok(Ok(generation)) = timeout(
                PATIENCE,
                sqlx::query_scalar(GENERATION).fetch_one(&mut *listener),
            )
            .await
            {
                return Ok(generation);
            }
            self.listener = None;
            self.store.shared.suspect_all();
        }
        self.store.generation().await
    }
}

async fn listen(address: &str) -> Result<PgListener, StoreError> {
    // A listener takes its connection from a pool; this pool is its own and has no other.
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect_with(postgres(address, Use::Following)?)
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.ignore_pool_close_event(true);
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
