//! The audit log: append-only, one entry for each administrative act, in that act's own transaction.

use crate::db::{Change, each};
use crate::{OrganizationId, Store, StoreError};
use uuid::Uuid;

/// What is written about an act. `before` and `after` are JSON and never hold a secret.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    pub id: Uuid,
    pub organization: OrganizationId,
    /// Name of the person, or what else acted ("command line").
    pub actor: String,
    pub actor_id: Option<Uuid>,
    /// Noun and verb, such as `origin.save`.
    pub action: &'static str,
    pub target: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub address: String,
    pub request_id: String,
    /// What the caller called its request, if it did.
    pub caller_request_id: String,
    /// Unix milliseconds.
    pub at: i64,
}

/// An entry as it is read back.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditRow {
    pub actor: String,
    pub action: String,
    pub target: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub request_id: String,
    pub at: i64,
}

pub(crate) async fn append(change: &mut Change, entry: &AuditEntry) -> Result<(), StoreError> {
    const SQL: &str = "INSERT INTO audit (id, organization_id, actor, actor_id, action, target, before, after, address, request_id, caller_request_id, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    each!(in change, connection => sqlx::query(SQL)
        .bind(entry.id)
        .bind(entry.organization)
        .bind(&entry.actor)
        .bind(entry.actor_id)
        .bind(entry.action)
        .bind(&entry.target)
        .bind(&entry.before)
        .bind(&entry.after)
        .bind(&entry.address)
        .bind(&entry.request_id)
        .bind(&entry.caller_request_id)
        .bind(entry.at)
        .execute(connection)
        .await
        .map(drop))?;
    Ok(())
}

impl Store {
    /// The newest entries of an organization, newest first.
    pub async fn audit(
        &self,
        organization: OrganizationId,
        limit: i64,
    ) -> Result<Vec<AuditRow>, StoreError> {
        const SQL: &str = "SELECT actor, action, target, before, after, request_id, at FROM audit WHERE organization_id = $1 ORDER BY at DESC, id DESC LIMIT $2";
        Ok(
            each!(read self, pool => sqlx::query_as(SQL).bind(organization).bind(limit).fetch_all(pool).await)?,
        )
    }
}
