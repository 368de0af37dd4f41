//! API keys and their secrets.

use crate::db::{Change, each};
use crate::{KeyId, OrganizationId, PersonId, Store, StoreError};
use perch_domain::access::Scopes;

/// A key to be added, with its first secret.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub id: KeyId,
    pub organization: OrganizationId,
    pub owner: PersonId,
    pub name: String,
    pub scopes: Scopes,
    pub sandbox_shared: bool,
    pub secret: NewSecret,
}

/// A secret: its public id, the hash of the key's text, the wrapped content key.
#[derive(Clone, Debug)]
pub struct NewSecret {
    pub id: String,
    pub hash: [u8; 32],
    pub wrapped_key: Vec<u8>,
    /// Unix milliseconds.
    pub expires_at: Option<i64>,
}

/// A key as a list shows it, with the state of its newest secret. Times are Unix milliseconds.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct KeyRow {
    pub id: KeyId,
    pub owner_id: PersonId,
    pub owner_name: String,
    pub name: String,
    pub scopes: String,
    pub sandbox_shared: bool,
    pub created_at: i64,
    pub revoked_at: Option<i64>,
    pub exposed_at: Option<i64>,
    pub secret_id: String,
    pub expires_at: Option<i64>,
    pub minted: i64,
    pub last_used_at: Option<i64>,
}

/// A secret with what its key says about it, for the snapshot in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretRow {
    pub id: String,
    pub organization_id: OrganizationId,
    pub key_id: KeyId,
    pub owner_id: PersonId,
    pub hash: [u8; 32],
    pub wrapped_key: Box<[u8]>,
    pub expires_at: Option<i64>,
    pub secret_revoked_at: Option<i64>,
    pub key_revoked_at: Option<i64>,
    pub exposed_at: Option<i64>,
    pub scopes: Scopes,
    pub sandbox_shared: bool,
    pub longest_lifetime: i64,
    /// Unix milliseconds: tokens issued up to then are refused.
    pub cut_off: i64,
}

impl Store {
    /// The keys of an organization, newest first; of one owner where one is named.
    pub async fn keys(
        &self,
        organization: OrganizationId,
        owner: Option<PersonId>,
    ) -> Result<Vec<KeyRow>, StoreError> {
        const SQL: &str = "SELECT k.id, k.owner_id, p.name AS owner_name, k.name, k.scopes, k.sandbox_shared, k.created_at, k.revoked_at, k.exposed_at, \
            s.id AS secret_id, s.expires_at, s.minted, s.last_used_at \
            FROM api_key k JOIN api_secret s ON s.key_id = k.id JOIN person p ON p.id = k.owner_id \
            WHERE k.organization_id = $1 AND ($2 IS NULL OR k.owner_id = $2) ORDER BY k.created_at DESC, k.id DESC";
        Ok(
            each!(read self, pool => sqlx::query_as(SQL).bind(organization).bind(owner).fetch_all(pool).await)?,
        )
    }

    /// A key of an organization.
    pub async fn key(
        &self,
        organization: OrganizationId,
        id: KeyId,
    ) -> Result<Option<KeyRow>, StoreError> {
        const SQL: &str = "SELECT k.id, k.owner_id, p.name AS owner_name, k.name, k.scopes, k.sandbox_shared, k.created_at, k.revoked_at, k.exposed_at, \
            s.id AS secret_id, s.expires_at, s.minted, s.last_used_at \
            FROM api_key k JOIN api_secret s ON s.key_id = k.id JOIN person p ON p.id = k.owner_id \
            WHERE k.organization_id = $1 AND k.id = $2 LIMIT 1";
        Ok(
            each!(read self, pool => sqlx::query_as(SQL).bind(organization).bind(id).fetch_optional(pool).await)?,
        )
    }

    /// Some secret's id and wrapped content key: what a master key has to open.
    pub async fn a_wrapped_key(&self) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        const SQL: &str = "SELECT id, wrapped_key FROM api_secret ORDER BY created_at DESC LIMIT 1";
        Ok(each!(read self, pool => sqlx::query_as(SQL).fetch_optional(pool).await)?)
    }
}

impl Change {
    /// Adds a key with its first secret; `false` where its id is taken, in whichever organization.
    pub async fn add_key(&mut self, key: &NewKey, now: i64) -> Result<bool, StoreError> {
        const KEY: &str = "INSERT INTO api_key (id, organization_id, owner_id, name, scopes, sandbox_shared, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING";
        const SECRET: &str = "INSERT INTO api_secret (id, organization_id, key_id, hash, wrapped_key, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let added = each!(in self, connection => sqlx::query(KEY)
            .bind(key.id).bind(key.organization).bind(key.owner).bind(&key.name).bind(key.scopes.to_text()).bind(key.sandbox_shared).bind(now)
            .execute(connection).await.map(|done| done.rows_affected()))?;
        if added == 0 {
            return Ok(false);
        }
        let secret = &key.secret;
        each!(in self, connection => sqlx::query(SECRET)
            .bind(&secret.id).bind(key.organization).bind(key.id).bind(secret.hash.as_slice()).bind(&secret.wrapped_key).bind(now).bind(secret.expires_at)
            .execute(connection).await.map(drop))?;
        Ok(true)
    }

    /// Revokes a key; `false` where it is not there or already was.
    pub async fn revoke_key(
        &mut self,
        organization: OrganizationId,
        key: KeyId,
        now: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE api_key SET revoked_at = $3 WHERE organization_id = $1 AND id = $2 AND revoked_at IS NULL";
        let revoked = each!(in self, connection => sqlx::query(SQL).bind(organization).bind(key).bind(now).execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(revoked == 1)
    }

    /// Opens a key for the sandbox or closes it; `false` where it is not there.
    pub async fn share_key(
        &mut self,
        organization: OrganizationId,
        key: KeyId,
        shared: bool,
    ) -> Result<bool, StoreError> {
        const SQL: &str =
            "UPDATE api_key SET sandbox_shared = $3 WHERE organization_id = $1 AND id = $2";
        let set = each!(in self, connection => sqlx::query(SQL).bind(organization).bind(key).bind(shared).execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(set == 1)
    }

    /// Notes exposure inside a change, for the audit entry beside it; `false` where it was known.
    pub async fn mark_exposed(
        &mut self,
        organization: OrganizationId,
        key: KeyId,
        now: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE api_key SET exposed_at = $3 WHERE organization_id = $1 AND id = $2 AND exposed_at IS NULL";
        let marked = each!(in self, connection => sqlx::query(SQL).bind(organization).bind(key).bind(now).execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(marked == 1)
    }
}
