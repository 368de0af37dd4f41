//! Sessions. A sign-in is a session that names a person; the row's id is the hash of the cookie's value.

use crate::db::each;
use crate::{OrganizationId, PersonId, Store, StoreError};

/// A session as it is kept. Times are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ConsoleSession {
    pub id_hash: Vec<u8>,
    pub organization_id: Option<OrganizationId>,
    pub person_id: Option<PersonId>,
    pub data: String,
    pub created_at: i64,
    pub expires_at: i64,
}

impl Store {
    /// Adds a session; `false` where the id is taken. It never overwrites: a guessed id must not adopt a session.
    pub async fn add_session(&self, row: &ConsoleSession) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO session (id_hash, organization_id, person_id, data, created_at, expires_at) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id_hash) DO NOTHING";
        let added = each!(write self, pool => sqlx::query(SQL)
            .bind(&row.id_hash).bind(row.organization_id).bind(row.person_id).bind(&row.data).bind(row.created_at).bind(row.expires_at)
            .execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(added == 1)
    }

    /// Writes a session that exists; one that was ended meanwhile stays ended.
    pub async fn update_session(&self, row: &ConsoleSession) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE session SET organization_id = $2, person_id = $3, data = $4, expires_at = $5 WHERE id_hash = $1";
        each!(write self, pool => sqlx::query(SQL)
            .bind(&row.id_hash).bind(row.organization_id).bind(row.person_id).bind(&row.data).bind(row.expires_at)
            .execute(pool).await.map(drop))?;
        Ok(())
    }

    pub async fn session(
        &self,
        id_hash: &[u8],
        now: i64,
    ) -> Result<Option<ConsoleSession>, StoreError> {
        const SQL: &str = "SELECT id_hash, organization_id, person_id, data, created_at, expires_at FROM session WHERE id_hash = $1 AND expires_at > $2";
        Ok(
            each!(read self, pool => sqlx::query_as(SQL).bind(id_hash).bind(now).fetch_optional(pool).await)?,
        )
    }

    pub async fn delete_session(&self, id_hash: &[u8]) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM session WHERE id_hash = $1";
        each!(write self, pool => sqlx::query(SQL).bind(id_hash).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Removes what has expired.
    pub async fn delete_expired_sessions(&self, now: i64) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM session WHERE expires_at <= $1";
        each!(write self, pool => sqlx::query(SQL).bind(now).execute(pool).await.map(drop))?;
        Ok(())
    }
}
