//! The first steps of an organization: what has really happened.

use crate::db::each;
use crate::{OrganizationId, PersonId, Store, StoreError};

/// Which first steps are done, and whether this person put the list away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each step is a fact of its own"
)]
pub struct FirstStepsRow {
    pub has_key: bool,
    pub has_origin: bool,
    pub has_attribute: bool,
    pub made_sandbox_token: bool,
    pub saw_embed: bool,
    pub hidden: bool,
}

impl Store {
    pub async fn first_steps(
        &self,
        organization: OrganizationId,
        person: PersonId,
    ) -> Result<FirstStepsRow, StoreError> {
        const SQL: &str = "SELECT EXISTS (SELECT 1 FROM api_key WHERE organization_id = $1) AS has_key, \
            EXISTS (SELECT 1 FROM origin WHERE organization_id = $1) AS has_origin, \
            EXISTS (SELECT 1 FROM attribute WHERE organization_id = $1) AS has_attribute, \
            first_sandbox_at IS NOT NULL AS made_sandbox_token, first_embed_at IS NOT NULL AS saw_embed, \
            EXISTS (SELECT 1 FROM person WHERE organization_id = $1 AND id = $2 AND first_steps_hidden_at IS NOT NULL) AS hidden \
            FROM organization WHERE id = $1";
        Ok(
            each!(read self, pool => sqlx::query_as(SQL).bind(organization).bind(person).fetch_one(pool).await)?,
        )
    }

    /// Notes that a sandbox token was made, the first time.
    pub async fn note_sandbox_token(
        &self,
        organization: OrganizationId,
        now: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE organization SET first_sandbox_at = $2 WHERE id = $1 AND first_sandbox_at IS NULL";
        each!(write self, pool => sqlx::query(SQL).bind(organization).bind(now).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Puts the list away for this person, or brings it back.
    pub async fn hide_first_steps(
        &self,
        organization: OrganizationId,
        person: PersonId,
        at: Option<i64>,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE person SET first_steps_hidden_at = $3 WHERE organization_id = $1 AND id = $2";
        each!(write self, pool => sqlx::query(SQL).bind(organization).bind(person).bind(at).execute(pool).await.map(drop))?;
        Ok(())
    }
}
