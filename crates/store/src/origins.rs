//! Authorized origins.

use crate::db::{Change, each};
use crate::{OrganizationId, OriginId, Store, StoreError};

/// An origin to be listed.
#[derive(Clone, Debug)]
pub struct NewOrigin {
    pub id: OriginId,
    pub canonical: String,
    pub label: String,
    pub environment: String,
}

/// A listed origin. Times are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OriginRow {
    pub id: OriginId,
    pub canonical: String,
    pub label: String,
    pub environment: String,
    pub version: i64,
    pub changed_at: i64,
    pub changed_by: String,
}

impl Store {
    /// The origins of an organization in the order they were added.
    pub async fn origins(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<OriginRow>, StoreError> {
        const SQL: &str = "SELECT id, canonical, label, environment, version, changed_at, changed_by FROM origin WHERE organization_id = $1 ORDER BY id";
        Ok(each!(read self, pool => sqlx::query_as(SQL).bind(organization).fetch_all(pool).await)?)
    }
}

impl Change {
    /// The same inside a change, so that what is compared is what will be overwritten.
    pub async fn origins(
        &mut self,
        organization: OrganizationId,
    ) -> Result<Vec<OriginRow>, StoreError> {
        const SQL: &str = "SELECT id, canonical, label, environment, version, changed_at, changed_by FROM origin WHERE organization_id = $1 ORDER BY id";
        Ok(
            each!(in self, connection => sqlx::query_as(SQL).bind(organization).fetch_all(connection).await)?,
        )
    }

    /// Lists an origin; `false` where it already is.
    pub async fn add_origin(
        &mut self,
        organization: OrganizationId,
        origin: &NewOrigin,
        by: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO origin (id, organization_id, canonical, label, environment, changed_at, changed_by) \
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (organization_id, canonical) DO NOTHING";
        let added = each!(in self, connection => sqlx::query(SQL)
            .bind(origin.id).bind(organization).bind(&origin.canonical).bind(&origin.label).bind(&origin.environment).bind(now).bind(by)
            .execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(added == 1)
    }

    /// Changes the origin that still has this version; `false` where it has another or is gone.
    pub async fn update_origin(
        &mut self,
        organization: OrganizationId,
        origin: &NewOrigin,
        version: i64,
        by: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE origin SET canonical = $4, label = $5, environment = $6, changed_at = $7, changed_by = $8, version = version + 1 \
            WHERE organization_id = $1 AND id = $2 AND version = $3";
        let updated = each!(in self, connection => sqlx::query(SQL)
            .bind(organization).bind(origin.id).bind(version).bind(&origin.canonical).bind(&origin.label).bind(&origin.environment).bind(now).bind(by)
            .execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(updated == 1)
    }

    /// Gives a row that will get another origin a stand-in, so that rows can trade theirs.
    pub async fn park_origin(
        &mut self,
        organization: OrganizationId,
        id: OriginId,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE origin SET canonical = $3 WHERE organization_id = $1 AND id = $2";
        each!(in self, connection => sqlx::query(SQL).bind(organization).bind(id).bind(id.to_string()).execute(connection).await.map(drop))?;
        Ok(())
    }

    /// Removes the origin that still has this version.
    pub async fn remove_origin(
        &mut self,
        organization: OrganizationId,
        id: OriginId,
        version: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str =
            "DELETE FROM origin WHERE organization_id = $1 AND id = $2 AND version = $3";
        let removed = each!(in self, connection => sqlx::query(SQL).bind(organization).bind(id).bind(version).execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(removed == 1)
    }
}
