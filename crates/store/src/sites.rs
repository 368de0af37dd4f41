//! The sites that components were shown on: connected, or refused. Both are counted in memory and written here now and then.

use crate::db::each;
use crate::{OrganizationId, Store, StoreError};

/// A site that connected. Times are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ConnectedSiteRow {
    pub origin: String,
    pub first_at: i64,
    /// When a token of a backend first connected from there.
    pub live_at: Option<i64>,
    pub last_at: i64,
}

/// A site that was refused to a viewer on a day.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RefusedSiteRow {
    pub origin: String,
    pub viewer: Vec<u8>,
    /// Days since 1970.
    pub day: i64,
    pub refusals: i64,
    /// Unix milliseconds.
    pub last_at: i64,
}

/// What becomes of the connected sites of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectedSitesPlan {
    /// Added, or seen again.
    pub noted: Vec<ConnectedSiteRow>,
    /// Forgotten to make room.
    pub dropped: Vec<String>,
}

const CONNECTED: &str = "SELECT origin, first_at, live_at, last_at FROM connected_site WHERE organization_id = $1 ORDER BY last_at DESC, origin";

impl Store {
    pub async fn connected_sites(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<ConnectedSiteRow>, StoreError> {
        Ok(
            each!(read self, pool => sqlx::query_as(CONNECTED).bind(organization).fetch_all(pool).await)?,
        )
    }

    /// Notes sites that connected by a plan that is made from what is stored; the first one of an organization ticks its first
    /// steps. `at` in Unix milliseconds. On `PostgreSQL` two nodes that do so take turns.
    pub async fn note_connected(
        &self,
        organization: OrganizationId,
        at: i64,
        plan: impl FnOnce(Vec<ConnectedSiteRow>) -> ConnectedSitesPlan + Send,
    ) -> Result<(), StoreError> {
        const NOTE: &str = "INSERT INTO connected_site (organization_id, origin, first_at, live_at, last_at) VALUES ($1, $2, $3, $4, $5) \
            ON CONFLICT (organization_id, origin) DO UPDATE SET live_at = COALESCE(connected_site.live_at, excluded.live_at), last_at = excluded.last_at";
        const DROP: &str = "DELETE FROM connected_site WHERE organization_id = $1 AND origin = $2";
        const FIRST: &str =
            "UPDATE organization SET first_embed_at = $2 WHERE id = $1 AND first_embed_at IS NULL";
        let mut act = self.act().await?;
        each!(in act, connection => sqlx::query(LOCK).bind(organization).execute(connection).await.map(drop))?;
        let stored = each!(in act, connection => sqlx::query_as(CONNECTED).bind(organization).fetch_all(connection).await)?;
        let ConnectedSitesPlan { noted, dropped } = plan(stored);
        for origin in dropped {
            each!(in act, connection => sqlx::query(DROP).bind(organization).bind(origin).execute(connection).await.map(drop))?;
        }
        for site in noted {
            each!(in act, connection => sqlx::query(NOTE)
                .bind(organization).bind(site.origin).bind(site.first_at).bind(site.live_at).bind(site.last_at).execute(connection).await.map(drop))?;
        }
        each!(in act, connection => sqlx::query(FIRST).bind(organization).bind(at).execute(connection).await.map(drop))?;
        act.keep().await
    }

    /// The sites that were refused, the latest first.
    pub async fn refused_sites(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<RefusedSiteRow>, StoreError> {
        Ok(
            each!(read self, pool => sqlx::query_as(REFUSED).bind(organization).fetch_all(pool).await)?,
        )
    }

    /// Forgets refusals of days before this one.
    pub async fn forget_refused_sites(&self, before_day: i64) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM refused_site WHERE day < $1";
        each!(write self, pool => sqlx::query(SQL).bind(before_day).execute(pool).await.map(drop))?;
        Ok(())
    }
}

/// An update that changes nothing is a lock in both databases.
const LOCK: &str = "UPDATE organization SET name = name WHERE id = $1";
const REFUSED: &str = "SELECT origin, viewer, day, refusals, last_at FROM refused_site WHERE organization_id = $1 ORDER BY last_at DESC, origin, viewer";

/// What becomes of the refused sites of an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedSitesPlan {
    /// Counted, or added to what was counted.
    pub counted: Vec<RefusedSiteRow>,
    /// Forgotten to make room.
    pub dropped: Vec<RefusedSiteRow>,
}

impl Store {
    /// Counts refused sites by a plan that is made from what is stored. On `PostgreSQL` two nodes that do so take turns.
    pub async fn count_refused_sites(
        &self,
        organization: OrganizationId,
        plan: impl FnOnce(Vec<RefusedSiteRow>) -> RefusedSitesPlan + Send,
    ) -> Result<(), StoreError> {
        const COUNT: &str = "INSERT INTO refused_site (organization_id, origin, viewer, day, refusals, last_at) VALUES ($1, $2, $3, $4, $5, $6) \
            ON CONFLICT (organization_id, origin, viewer, day) DO UPDATE SET refusals = refused_site.refusals + excluded.refusals, last_at = excluded.last_at";
        const DROP: &str = "DELETE FROM refused_site WHERE organization_id = $1 AND origin = $2 AND viewer = $3 AND day = $4";
        let mut act = self.act().await?;
        each!(in act, connection => sqlx::query(LOCK).bind(organization).execute(connection).await.map(drop))?;
        let stored = each!(in act, connection => sqlx::query_as(REFUSED).bind(organization).fetch_all(connection).await)?;
        let RefusedSitesPlan { counted, dropped } = plan(stored);
        for row in dropped {
            each!(in act, connection => sqlx::query(DROP).bind(organization).bind(row.origin).bind(row.viewer).bind(row.day).execute(connection).await.map(drop))?;
        }
        for row in counted {
            each!(in act, connection => sqlx::query(COUNT)
                .bind(organization).bind(row.origin).bind(row.viewer).bind(row.day).bind(row.refusals).bind(row.last_at)
                .execute(connection).await.map(drop))?;
        }
        act.keep().await
    }
}
