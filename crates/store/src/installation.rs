//! The installation: its random id, which is the issuer of every token, and the one-time setup link.

use crate::db::{Change, each};
use crate::{Store, StoreError};
use uuid::Uuid;

/// The installation and, while one is open, its setup link.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Installation {
    pub id: Uuid,
    /// SHA-256 of the link's secret.
    pub setup_hash: Option<Vec<u8>>,
    /// Unix milliseconds.
    pub setup_expires_at: Option<i64>,
    /// Who sent a forwarding header while no proxy was trusted.
    pub untrusted_proxy: Option<String>,
    /// Unix milliseconds.
    pub untrusted_proxy_at: Option<i64>,
}

impl Store {
    /// The installation; on first use it is made with this id.
    pub async fn installation(&self, new_id: Uuid, now: i64) -> Result<Installation, StoreError> {
        const MAKE: &str = "INSERT INTO installation (one, id, created_at) VALUES (1, $1, $2) ON CONFLICT (one) DO NOTHING";
        const READ: &str = "SELECT id, setup_hash, setup_expires_at, untrusted_proxy, untrusted_proxy_at FROM installation WHERE one = 1";
        let found = each!(read self, pool => sqlx::query_as(READ).fetch_optional(pool).await)?;
        if let Some(found) = found {
            return Ok(found);
        }
        each!(write self, pool => sqlx::query(MAKE).bind(new_id).bind(now).execute(pool).await.map(drop))?;
        // Read from the writer: another node may have been first.
        Ok(each!(write self, pool => sqlx::query_as(READ).fetch_one(pool).await)?)
    }

    /// Notes who sent a forwarding header that does not count; without anybody, that none does any more.
    pub async fn note_untrusted_proxy(&self, seen: Option<(&str, i64)>) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE installation SET untrusted_proxy = $1, untrusted_proxy_at = $2 WHERE one = 1";
        let (proxy, at) = seen.unzip();
        each!(write self, pool => sqlx::query(SQL).bind(proxy).bind(at).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Opens a setup link; an earlier one ends. `false` where an admin exists, in the statement itself: a link must not be
    /// opened beside the first admin's setup.
    pub async fn open_setup(&self, hash: &[u8], expires_at: i64) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE installation SET setup_hash = $1, setup_expires_at = $2 WHERE one = 1 \
            AND NOT EXISTS (SELECT 1 FROM person WHERE role = 'admin' AND deactivated_at IS NULL)";
        let opened = each!(write self, pool => sqlx::query(SQL).bind(hash).bind(expires_at).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(opened == 1)
    }
}

impl Change {
    /// Uses the setup link up. `false` where it is another one, has expired, or was used.
    pub async fn consume_setup(&mut self, hash: &[u8], now: i64) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE installation SET setup_hash = NULL, setup_expires_at = NULL \
            WHERE one = 1 AND setup_hash = $1 AND setup_expires_at > $2 \
            AND NOT EXISTS (SELECT 1 FROM person WHERE role = 'admin' AND deactivated_at IS NULL)";
        let used = each!(in self, connection => sqlx::query(SQL).bind(hash).bind(now).execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(used == 1)
    }

    /// Ends any setup link: the first admin exists.
    pub async fn close_setup(&mut self) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE installation SET setup_hash = NULL, setup_expires_at = NULL WHERE one = 1";
        each!(in self, connection => sqlx::query(SQL).execute(connection).await.map(drop))?;
        Ok(())
    }
}
