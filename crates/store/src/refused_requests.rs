//! Refused requests, found by the id their caller was told. Written in batches, bounded, without tokens or values.

use crate::db::each;
use crate::{OrganizationId, Store, StoreError};
use uuid::Uuid;

/// A request that was refused.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RefusedRequestRow {
    pub request_id: Uuid,
    /// Absent where nothing proved to belong to one.
    pub organization_id: Option<OrganizationId>,
    pub route: String,
    pub code: String,
    /// The check that a viewer's request failed; empty for other requests.
    #[sqlx(rename = "rung")]
    pub check: String,
    /// Faults of the input: field and code, one a line.
    pub faults: String,
    /// As the browser sent it, where that could be read.
    pub origin: String,
    pub secret_id: Option<String>,
    pub token_id: Option<Uuid>,
    /// Unix milliseconds.
    pub at: i64,
}

/// Requests kept for an organization, and as many that belong to none; the oldest go first.
pub const MAX_REFUSED_REQUESTS: i64 = 1_000;

impl Store {
    /// Adds a batch and drops what is over the bound.
    pub async fn add_refused_requests(&self, rows: &[RefusedRequestRow]) -> Result<(), StoreError> {
        const ADD: &str = "INSERT INTO refused_request (request_id, organization_id, route, code, rung, faults, origin, secret_id, token_id, at) \
            SELECT unhex(value->>0), unhex(value->>1), value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, unhex(value->>8), CAST(value->>9 AS BIGINT) \
            FROM json_each($1) WHERE TRUE ON CONFLICT DO NOTHING";
        // Ids of requests are UUID v7: their order is that of time.
        const BOUND: &str = "DELETE FROM refused_request WHERE organization_id = $1 AND request_id < \
            (SELECT request_id FROM refused_request WHERE organization_id = $1 ORDER BY request_id DESC LIMIT 1 OFFSET $2)";
        const BOUND_OF_NOBODY: &str = "DELETE FROM refused_request WHERE organization_id IS NULL AND request_id < \
            (SELECT request_id FROM refused_request WHERE organization_id IS NULL ORDER BY request_id DESC LIMIT 1 OFFSET $1)";
        let simple = |id: Uuid| id.as_simple().to_string();
        let row = |row: &RefusedRequestRow| {
            (
                simple(row.request_id),
                row.organization_id.map(|id| simple(id.0)),
                row.route.clone(),
                row.code.clone(),
                row.check.clone(),
                row.faults.clone(),
                row.origin.clone(),
                row.secret_id.clone(),
                row.token_id.map(simple),
                row.at,
            )
        };
        // Tuples of texts and numbers always become JSON.
        let document =
            serde_json::to_string(&rows.iter().map(row).collect::<Vec<_>>()).unwrap_or_default();
        let mut organizations: Vec<_> = rows.iter().filter_map(|row| row.organization_id).collect();
        organizations.sort_unstable();
        organizations.dedup();
        let nobodys = rows.iter().any(|row| row.organization_id.is_none());
        each!(write self, connection => {
            sqlx::query(ADD).bind(document).execute(&mut *connection).await?;
            for organization in organizations {
                sqlx::query(BOUND).bind(organization).bind(MAX_REFUSED_REQUESTS - 1).execute(&mut *connection).await?;
            }
            if nobodys {
                sqlx::query(BOUND_OF_NOBODY).bind(MAX_REFUSED_REQUESTS - 1).execute(connection).await?;
            }
            Ok(())
        })
    }

    /// How many are kept.
    pub async fn count_refused_requests(
        &self,
        organization: Option<OrganizationId>,
    ) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM refused_request WHERE organization_id = $1 OR ($1 IS NULL AND organization_id IS NULL)";
        Ok(
            each!(read self, pool => sqlx::query_scalar(SQL).bind(organization).fetch_one(pool).await)?,
        )
    }

    /// A refused request of this organization, or of none: whoever was told its id may know of it.
    pub async fn refused_request(
        &self,
        organization: OrganizationId,
        request_id: Uuid,
    ) -> Result<Option<RefusedRequestRow>, StoreError> {
        const SQL: &str = "SELECT request_id, organization_id, route, code, rung, faults, origin, secret_id, token_id, at FROM refused_request \
            WHERE request_id = $2 AND (organization_id = $1 OR organization_id IS NULL)";
        Ok(
            each!(read self, pool => sqlx::query_as(SQL).bind(organization).bind(request_id).fetch_optional(pool).await)?,
        )
    }
}
