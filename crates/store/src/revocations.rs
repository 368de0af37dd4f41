//! Tokens refused before their time: one, all of a viewer, all of a key, all of an organization.

use crate::db::{Change, each};
use crate::{KeyId, OrganizationId, Store, StoreError, SubjectHash};
use uuid::Uuid;

/// One token, or the tokens of a viewer up to a moment. Times are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RevocationRow {
    #[sqlx(rename = "organization_id")]
    pub organization: OrganizationId,
    /// Of a viewer, only tokens of this key, and of every key where it is absent. Of a token, the key that revoked it; absent where
    /// a person did.
    pub key_id: Option<KeyId>,
    pub token_id: Option<Uuid>,
    /// Whose tokens end. Rows that were written before there were hashes have the name instead.
    pub subject_hash: Option<SubjectHash>,
    pub subject: Option<String>,
    /// A viewer's tokens issued up to then are refused.
    pub cut_off: i64,
    /// Every token it concerns has expired by then.
    pub expires_at: i64,
}

impl Store {
    /// What was revoked by changes after this generation.
    pub(crate) async fn revocations_since(
        &self,
        generation: i64,
    ) -> Result<Vec<RevocationRow>, StoreError> {
        const SQL: &str = "SELECT organization_id, key_id, token_id, subject_hash, subject, cut_off, expires_at FROM revocation WHERE generation > $1";
        Ok(each!(follow self, pool => sqlx::query_as(SQL).bind(generation).fetch_all(pool).await)?)
    }

    /// Up to when a viewer's tokens of this key are refused, by what is written down; none where nothing is.
    pub async fn viewer_cut_off(
        &self,
        organization: OrganizationId,
        key: KeyId,
        subject: SubjectHash,
    ) -> Result<Option<i64>, StoreError> {
        const SQL: &str = "SELECT MAX(cut_off) FROM revocation WHERE organization_id = $1 AND subject_hash = $3 AND (key_id = $2 OR key_id IS NULL)";
        each!(read self, connection => sqlx::query_scalar(SQL).bind(organization).bind(key).bind(subject).fetch_one(connection).await)
    }

    /// Whether it is written down that this token was revoked.
    pub async fn is_token_revoked(
        &self,
        organization: OrganizationId,
        token_id: Uuid,
    ) -> Result<bool, StoreError> {
        const SQL: &str =
            "SELECT COUNT(*) FROM revocation WHERE organization_id = $1 AND token_id = $2";
        let count: i64 = each!(read self, connection => sqlx::query_scalar(SQL).bind(organization).bind(token_id).fetch_one(connection).await)?;
        Ok(count > 0)
    }

    /// Forgets revocations whose tokens have all expired, a part at a time.
    pub async fn forget_revocations(&self, now: i64) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM revocation WHERE id IN (SELECT id FROM revocation WHERE expires_at < $1 LIMIT 5000)";
        loop {
            let part = each!(write self, connection => sqlx::query(SQL).bind(now).execute(connection).await.map(|done| done.rows_affected()))?;
            if part == 0 {
                return Ok(());
            }
        }
    }

    /// The newest token of an organization, if it is not older than `ids_from`: a node whose clock is ahead issues tokens that
    /// a cut-off by this node's clock would miss.
    pub async fn newest_token(
        &self,
        organization: OrganizationId,
        ids_from: Uuid,
    ) -> Result<Option<Uuid>, StoreError> {
        const SQL: &str = "SELECT token_id FROM mint WHERE token_id >= $2 AND organization_id = $1 ORDER BY token_id DESC LIMIT 1";
        Ok(
            each!(read self, pool => sqlx::query_scalar(SQL).bind(organization).bind(ids_from).fetch_optional(pool).await)?,
        )
    }
}

impl Change {
    /// Revokes one token, or a viewer's tokens.
    pub async fn add_revocation(
        &mut self,
        id: Uuid,
        row: &RevocationRow,
        now: i64,
    ) -> Result<(), StoreError> {
        // The change has raised the generation already, and no other change runs beside it.
        const SQL: &str = "INSERT INTO revocation (id, organization_id, key_id, token_id, subject_hash, subject, cut_off, created_at, expires_at, generation) \
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, value FROM generation WHERE one = 1";
        // The later one says all that the earlier one said.
        const EARLIER: &str = "DELETE FROM revocation WHERE organization_id = $1 AND (subject_hash = $2 OR token_id = $3) AND (key_id = $4 OR (key_id IS NULL AND $4 IS NULL))";
        each!(in self, connection => sqlx::query(EARLIER)
            .bind(row.organization).bind(row.subject_hash).bind(row.token_id).bind(row.key_id).execute(connection).await.map(drop))?;
        each!(in self, connection => sqlx::query(SQL)
            .bind(id).bind(row.organization).bind(row.key_id).bind(row.token_id).bind(row.subject_hash).bind(&row.subject)
            .bind(row.cut_off).bind(now).bind(row.expires_at).execute(connection).await.map(drop))?;
        Ok(())
    }

    /// Refuses every token of a key issued up to then; `false` where the key is not there.
    pub async fn cut_off_key(
        &mut self,
        organization: OrganizationId,
        key: KeyId,
        cut_off: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE api_key SET cut_off = CASE WHEN cut_off < $3 THEN $3 ELSE cut_off END WHERE organization_id = $1 AND id = $2";
        let set = each!(in self, connection => sqlx::query(SQL).bind(organization).bind(key).bind(cut_off).execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(set == 1)
    }

    /// Refuses every token of an organization issued up to then.
    pub async fn cut_off_organization(
        &mut self,
        organization: OrganizationId,
        cut_off: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE organization SET cut_off = CASE WHEN cut_off < $2 THEN $2 ELSE cut_off END WHERE id = $1";
        each!(in self, connection => sqlx::query(SQL).bind(organization).bind(cut_off).execute(connection).await.map(drop))?;
        Ok(())
    }
}
