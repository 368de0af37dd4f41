//! Which keys send which attribute. Counted in memory, added here in one statement now and then.

use crate::db::each;
use crate::{KeyId, OrganizationId, Store, StoreError};

/// How often a key sent an attribute. Times are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct AttributeUsageRow {
    #[sqlx(rename = "organization_id")]
    pub organization: OrganizationId,
    pub key_id: KeyId,
    pub name: String,
    /// The attribute was not declared and left out of the tokens.
    pub dropped: bool,
    /// What a dropped value looked like.
    pub kind: String,
    pub tokens: i64,
    pub last_at: i64,
}

impl Store {
    /// Adds to what is counted. Rows are sorted, so that two nodes that add the same ones never wait for each other.
    pub async fn add_attribute_usage(
        &self,
        mut rows: Vec<AttributeUsageRow>,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO attribute_use (organization_id, key_id, name, dropped, kind, tokens, last_at) \
            SELECT unhex(value->>0), unhex(value->>1), value->>2, CAST(value->>3 AS BIGINT) = 1, value->>4, CAST(value->>5 AS BIGINT), CAST(value->>6 AS BIGINT) \
            FROM json_each($1) WHERE TRUE \
            ON CONFLICT (organization_id, key_id, name, dropped) DO UPDATE SET tokens = attribute_use.tokens + excluded.tokens, kind = excluded.kind, \
            last_at = CASE WHEN excluded.last_at > attribute_use.last_at THEN excluded.last_at ELSE attribute_use.last_at END";
        rows.sort();
        let row = |row: &AttributeUsageRow| {
            (
                row.organization.0.as_simple().to_string(),
                row.key_id.0.as_simple().to_string(),
                row.name.clone(),
                i32::from(row.dropped),
                row.kind.clone(),
                row.tokens,
                row.last_at,
            )
        };
        // Tuples of texts and numbers always become JSON.
        let document =
            serde_json::to_string(&rows.iter().map(row).collect::<Vec<_>>()).unwrap_or_default();
        each!(write self, pool => sqlx::query(SQL).bind(document).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Forgets attributes that were dropped and not sent since `before` (Unix milliseconds).
    pub async fn forget_dropped(&self, before: i64) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM attribute_use WHERE dropped AND last_at < $1";
        each!(write self, pool => sqlx::query(SQL).bind(before).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// What the keys of an organization send, the latest first.
    pub async fn attribute_usage(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<AttributeUsageRow>, StoreError> {
        const SQL: &str = "SELECT organization_id, key_id, name, dropped, kind, tokens, last_at FROM attribute_use WHERE organization_id = $1 ORDER BY last_at DESC, name";
        Ok(each!(read self, pool => sqlx::query_as(SQL).bind(organization).fetch_all(pool).await)?)
    }
}
