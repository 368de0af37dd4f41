//! The mint record: every token that is answered, on disk before it is answered.
//!
//! One transaction per token is bound by the disk, so tokens that arrive together are committed together: a single task
//! takes whatever has queued up while the previous commit was on its way, writes it with one statement, and only then
//! lets the callers answer.

use crate::db::{DEADLINE, Db, Held, Purpose, each};
use crate::{OrganizationId, PersonId, Store, StoreError};
use std::collections::HashMap;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;
use uuid::Uuid;

/// A row for each token, from a JSON list of lists.
macro_rules! insert {
    ($rows:literal) => {
        concat!(
            "INSERT INTO mint (token_id, organization_id, secret_id, subject, sandbox_by, issued_at, expires_at) \
             SELECT unhex(value->>0), unhex(value->>1), value->>2, value->>3, unhex(value->>4), CAST(value->>5 AS BIGINT), CAST(value->>6 AS BIGINT) \
             FROM json_each(", $rows, ") WHERE TRUE ON CONFLICT DO NOTHING"
        )
    };
}

/// Use counted once for each secret and batch.
macro_rules! count {
    ($used:literal) => {
        concat!(
            "UPDATE api_secret SET minted = minted + used.tokens, last_used_at = used.at \
             FROM (SELECT value->>0 AS id, CAST(value->>1 AS BIGINT) AS tokens, CAST(value->>2 AS BIGINT) AS at FROM json_each(",
            $used,
            ")) AS used \
             WHERE api_secret.id = used.id"
        )
    };
}

/// Most tokens committed together; more wait for the next commit.
const MAX_BATCH: usize = 512;

const INSERT: &str = insert!("$1");
const COUNT: &str = count!("$1");
const LOCK: &str = "SELECT id FROM api_secret WHERE id IN (SELECT value->>0 FROM json_each($1)) ORDER BY id FOR UPDATE";
/// Both and the transaction around them, as one text; its parameters are numbered through.
const LITE: &str = concat!(
    "BEGIN IMMEDIATE; ",
    insert!("$1"),
    "; ",
    count!("$2"),
    "; COMMIT"
);

/// What is kept of a token: who, key, id, expiry; never the token. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MintRow {
    pub token_id: Uuid,
    pub organization: OrganizationId,
    pub secret_id: String,
    pub subject: String,
    /// The person who made it, where it came from the sandbox.
    pub sandbox_by: Option<PersonId>,
    pub issued_at: i64,
    pub expires_at: i64,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Written,
    Failed,
    /// The commit was not answered in time; the row may be on disk.
    Unconfirmed,
}

type Waiting = (MintRow, oneshot::Sender<Outcome>);

/// Most tokens that wait to be recorded; whoever comes then is told to try again.
const MAX_WAITING: usize = 16 * MAX_BATCH;

/// Hands tokens to the one task that writes them. Cheap to clone; the task ends with the last clone.
#[derive(Clone, Debug)]
pub struct MintRecorder(mpsc::Sender<Waiting>);

impl MintRecorder {
    /// Starts the writing task.
    pub fn start(store: &Store) -> Self {
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        tokio::spawn(write(store.clone(), receiver));
        Self(sender)
    }

    /// Returns once the row is on disk.
    ///
    /// # Errors
    /// [`StoreError::Unconfirmed`] where the row may be on disk although nobody confirmed that.
    pub async fn record(&self, row: MintRow) -> Result<(), StoreError> {
        let (done, written) = oneshot::channel();
        self.0.try_send((row, done)).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::Overloaded,
            TrySendError::Closed(_) => StoreError::RecorderStopped,
        })?;
        match written.await {
            Ok(Outcome::Written) => Ok(()),
            Ok(Outcome::Unconfirmed) => Err(StoreError::Unconfirmed),
            Ok(Outcome::Failed) => Err(StoreError::Undone),
            Err(_) => Err(StoreError::RecorderStopped),
        }
    }
}

async fn write(store: Store, mut receiver: mpsc::Receiver<Waiting>) {
    let mut batch: Vec<Waiting> = Vec::new();
    while receiver.recv_many(&mut batch, MAX_BATCH).await > 0 {
        gather(&mut receiver, &mut batch).await;
        let (rows, used) = documents(&batch);
        let outcome = match timeout(DEADLINE, commit(&store, &rows, &used)).await {
            Ok(Ok(())) => Outcome::Written,
            Ok(Err(StoreError::Unconfirmed)) => Outcome::Unconfirmed,
            Ok(Err(_)) => Outcome::Failed,
            Err(_) => {
                store.shared.suspect_all();
                store
                    .shared
                    .health
                    .failed(Purpose::Writing, &StoreError::Unconfirmed);
                Outcome::Unconfirmed
            }
        };
        for (_, done) in batch.drain(..) {
            // A caller that went away needs no answer.
            let _ = done.send(outcome);
        }
        if outcome != Outcome::Written {
            // Whoever came meanwhile has waited as long as the attempt; the next attempt is for those who come after it.
            while let Ok((_, done)) = receiver.try_recv() {
                let _ = done.send(Outcome::Failed);
            }
        }
    }
}

/// Lets requests that are already being worked on join: a commit costs the same for one as for all of them. Alone, a
/// caller waits for one turn of the scheduler.
async fn gather(receiver: &mut mpsc::Receiver<Waiting>, batch: &mut Vec<Waiting>) {
    loop {
        let before = batch.len();
        tokio::task::yield_now().await;
        while batch.len() < MAX_BATCH
            && let Ok(waiting) = receiver.try_recv()
        {
            batch.push(waiting);
        }
        if batch.len() == before || batch.len() >= MAX_BATCH {
            return;
        }
    }
}

async fn commit(store: &Store, rows: &str, used: &str) -> Result<(), StoreError> {
    match &store.db {
        // SQLite runs on a thread of its own; sent as one text, the four statements cost one way there and back.
        Db::Lite { write, .. } => {
            let mut held = Held::take(write, &store.shared, Purpose::Writing).await?;
            held.in_transaction();
            let done = timeout(
                DEADLINE,
                sqlx::query(LITE)
                    .bind(rows)
                    .bind(used)
                    .execute(held.connection()),
            )
            .await;
            held.committed(done.map(|done| done.map(drop)))
        }
        Db::Pg { .. } => {
            let mut act = store.act().await?;
            each!(in act, connection => sqlx::query(INSERT).bind(rows).execute(connection).await.map(drop))?;
            // Two nodes that count the same keys in another order would wait for each other for ever.
            each!(in act, connection => sqlx::query(LOCK).bind(used).execute(connection).await.map(drop))?;
            each!(in act, connection => sqlx::query(COUNT).bind(used).execute(connection).await.map(drop))?;
            act.keep().await
        }
    }
}

/// The two JSON documents that the two statements unfold: a row for each token, and a row for each secret used.
fn documents(batch: &[Waiting]) -> (String, String) {
    let mut used: HashMap<&str, (u64, i64)> = HashMap::new();
    let rows: Vec<_> = batch
        .iter()
        .map(|(row, _)| {
            let (tokens, at) = used.entry(&row.secret_id).or_default();
            *tokens += 1;
            *at = (*at).max(row.issued_at.saturating_mul(1_000));
            (
                row.token_id.as_simple(),
                row.organization.0.as_simple(),
                &row.secret_id,
                &row.subject,
                row.sandbox_by.map(|person| person.0.simple()),
                row.issued_at,
                row.expires_at,
            )
        })
        .collect();
    let used: Vec<_> = used
        .into_iter()
        .map(|(id, (tokens, at))| (id, tokens, at))
        .collect();
    // Tuples of texts and numbers always become JSON.
    (
        serde_json::to_string(&rows).unwrap_or_default(),
        serde_json::to_string(&used).unwrap_or_default(),
    )
}

#[derive(sqlx::FromRow)]
struct Raw {
    token_id: Uuid,
    organization_id: OrganizationId,
    secret_id: String,
    subject: String,
    sandbox_by: Option<PersonId>,
    issued_at: i64,
    expires_at: i64,
}

impl Store {
    /// What is recorded of a token of this organization.
    pub async fn mint(
        &self,
        organization: OrganizationId,
        token_id: Uuid,
    ) -> Result<Option<MintRow>, StoreError> {
        const SQL: &str = "SELECT token_id, organization_id, secret_id, subject, sandbox_by, issued_at, expires_at FROM mint WHERE token_id = $2 AND organization_id = $1";
        let raw: Option<Raw> = each!(read self, pool => sqlx::query_as(SQL).bind(organization).bind(token_id).fetch_optional(pool).await)?;
        Ok(raw.map(|raw| MintRow {
            token_id: raw.token_id,
            organization: raw.organization_id,
            secret_id: raw.secret_id,
            subject: raw.subject,
            sandbox_by: raw.sandbox_by,
            issued_at: raw.issued_at,
            expires_at: raw.expires_at,
        }))
    }

    /// The Unix millisecond that the newest token on record was issued in; ids begin with it (UUID v7, RFC 9562, section 5.7).
    pub async fn newest_mint_at(&self) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT token_id FROM mint ORDER BY token_id DESC LIMIT 1";
        let newest: Option<Uuid> = each!(read self, connection => sqlx::query_scalar(SQL).fetch_optional(connection).await)?;
        Ok(newest.and_then(|id| i64::try_from(id.as_u128() >> 80).ok()))
    }

    /// Forgets tokens with ids before this one and expired before `expired_before` (Unix seconds). Ids are UUID v7, so
    /// the bound on the id finds the old end of the table by its index.
    pub async fn forget_mints(
        &self,
        ids_before: Uuid,
        expired_before: i64,
    ) -> Result<u64, StoreError> {
        // A part at a time, so that no statement holds up what is being minted.
        const SQL: &str = "DELETE FROM mint WHERE token_id IN \
            (SELECT token_id FROM mint WHERE token_id < $1 AND expires_at < $2 ORDER BY token_id LIMIT 2000)";
        let mut forgotten = 0;
        loop {
            let part = each!(write self, connection => sqlx::query(SQL).bind(ids_before).bind(expired_before).execute(connection).await.map(|done| done.rows_affected()))?;
            forgotten += part;
            if part == 0 {
                return Ok(forgotten);
            }
        }
    }
}
