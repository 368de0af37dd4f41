//! Following the generation: `PostgreSQL` tells when the number changes, on a connection that is also asked now and then;
//! a `SQLite` file is asked ten times a second.

use super::options::{Use, postgres};
use super::{Db, GENERATION, Store};
use crate::fault::StoreFault;
use sqlx::postgres::{PgListener, PgPoolOptions};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// How often a file is asked.
const FILE: Duration = Duration::from_millis(100);
/// How often `PostgreSQL` is asked although it tells by itself: a connection can go silent without a sign.
const SERVER: Duration = Duration::from_millis(400);
/// How long an answer or a new connection is waited for. Two of them are shorter than what a decision may rest on memory.
const PATIENCE: Duration = Duration::from_millis(450);
/// The channel that the database's own trigger tells a new generation on.
const CHANNEL: &str = "perch_generation";

/// Follows the generation of one database.
pub struct Following {
    store: Store,
    listener: Option<PgListener>,
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
        Following { store: self.clone(), listener: None }
    }
}

impl Following {
    /// Waits until it is time to ask for the generation.
    pub async fn wait(&mut self) -> Heard {
        let Some(listener) = &mut self.listener else {
            sleep(if matches!(self.store.db, Db::Lite { .. }) { FILE } else { SERVER.min(FILE) }).await;
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

    /// Asks for the generation. On `PostgreSQL` through the connection that listens, so that its silence is noticed; a new one
    /// is opened where there is none.
    pub async fn ask(&mut self) -> Result<i64, StoreFault> {
        let Db::Pg { address, .. } = &self.store.db else { return self.store.generation().await };
        let listener = if let Some(listener) = &mut self.listener {
            listener
        } else {
            let connected = timeout(PATIENCE, listen(address)).await.unwrap_or(Err(StoreFault::TooLate));
            self.listener.insert(connected?)
        };
        let asked = timeout(PATIENCE, sqlx::query_scalar(GENERATION).fetch_one(&mut *listener)).await;
        let told = match asked {
            Ok(Ok(generation)) => return Ok(generation),
            Ok(Err(error)) => error.into(),
            Err(_) => StoreFault::TooLate,
        };
        self.listener = None;
        self.store.shared.suspect_all();
        Err(told)
    }
}

async fn listen(address: &str) -> Result<PgListener, StoreFault> {
    // A listener takes its connection from a pool; this pool is its own and has no other.
    let pool = PgPoolOptions::new().max_connections(1).connect_with(postgres(address, Use::Following)?).await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.ignore_pool_close_event(true);
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
