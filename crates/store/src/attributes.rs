//! Declared token attributes.

use crate::db::{Change, each};
use crate::{AttributeId, OrganizationId, Store, StoreError};
use perch_domain::attribute::{Declaration, Kind};

/// An attribute to be declared, or its new state.
#[derive(Clone, Debug)]
pub struct NewAttribute {
    pub id: AttributeId,
    pub declaration: Declaration,
    pub description: String,
    pub example: String,
}

#[derive(sqlx::FromRow)]
pub(crate) struct Raw {
    id: AttributeId,
    pub(crate) organization_id: OrganizationId,
    name: String,
    kind: String,
    is_list: bool,
    required: bool,
    description: String,
    example: String,
    version: i64,
    changed_at: i64,
    changed_by: String,
}

/// A declared attribute. Times are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeRow {
    pub id: AttributeId,
    pub declaration: Declaration,
    pub description: String,
    pub example: String,
    pub version: i64,
    pub changed_at: i64,
    pub changed_by: String,
}

impl TryFrom<Raw> for AttributeRow {
    type Error = StoreError;

    fn try_from(raw: Raw) -> Result<Self, StoreError> {
        let kind = Kind::parse(&raw.kind)
            .ok_or_else(|| StoreError::inconsistent("attribute", "kind", raw.id))?;
        Ok(Self {
            id: raw.id,
            declaration: Declaration {
                name: raw.name,
                kind,
                list: raw.is_list,
                required: raw.required,
            },
            description: raw.description,
            example: raw.example,
            version: raw.version,
            changed_at: raw.changed_at,
            changed_by: raw.changed_by,
        })
    }
}

const LISTED: &str = "SELECT id, organization_id, name, kind, is_list, required, description, example, version, changed_at, changed_by FROM attribute WHERE organization_id = $1 ORDER BY id";

impl Store {
    /// The declared attributes of an organization in the order they were declared.
    pub async fn attributes(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<AttributeRow>, StoreError> {
        let raw: Vec<Raw> = each!(read self, pool => sqlx::query_as(LISTED).bind(organization).fetch_all(pool).await)?;
        raw.into_iter().map(TryInto::try_into).collect()
    }
}

impl Change {
    /// The same inside a change, so that what is compared is what will be overwritten.
    pub async fn attributes(
        &mut self,
        organization: OrganizationId,
    ) -> Result<Vec<AttributeRow>, StoreError> {
        let raw: Vec<Raw> = each!(in self, connection => sqlx::query_as(LISTED).bind(organization).fetch_all(connection).await)?;
        raw.into_iter().map(TryInto::try_into).collect()
    }

    /// Declares an attribute; `false` where the name is taken.
    pub async fn add_attribute(
        &mut self,
        organization: OrganizationId,
        attribute: &NewAttribute,
        by: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO attribute (id, organization_id, name, kind, is_list, required, description, example, changed_at, changed_by) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (organization_id, name) DO NOTHING";
        let declared = &attribute.declaration;
        let added = each!(in self, connection => sqlx::query(SQL)
            .bind(attribute.id).bind(organization).bind(&declared.name).bind(declared.kind.as_str()).bind(declared.list).bind(declared.required)
            .bind(&attribute.description).bind(&attribute.example).bind(now).bind(by)
            .execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(added == 1)
    }

    /// Changes the attribute that still has this version; `false` where it has another or is gone.
    pub async fn update_attribute(
        &mut self,
        organization: OrganizationId,
        attribute: &NewAttribute,
        version: i64,
        by: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE attribute SET name = $4, kind = $5, is_list = $6, required = $7, description = $8, example = $9, changed_at = $10, changed_by = $11, \
            version = version + 1 WHERE organization_id = $1 AND id = $2 AND version = $3";
        let declared = &attribute.declaration;
        let updated = each!(in self, connection => sqlx::query(SQL)
            .bind(organization).bind(attribute.id).bind(version).bind(&declared.name).bind(declared.kind.as_str()).bind(declared.list).bind(declared.required)
            .bind(&attribute.description).bind(&attribute.example).bind(now).bind(by)
            .execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(updated == 1)
    }

    /// Gives a row that will get another name a stand-in, so that rows can trade theirs.
    pub async fn park_attribute(
        &mut self,
        organization: OrganizationId,
        id: AttributeId,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE attribute SET name = $3 WHERE organization_id = $1 AND id = $2";
        each!(in self, connection => sqlx::query(SQL).bind(organization).bind(id).bind(id.to_string()).execute(connection).await.map(drop))?;
        Ok(())
    }

    /// Removes the attribute that still has this version.
    pub async fn remove_attribute(
        &mut self,
        organization: OrganizationId,
        id: AttributeId,
        version: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str =
            "DELETE FROM attribute WHERE organization_id = $1 AND id = $2 AND version = $3";
        let removed = each!(in self, connection => sqlx::query(SQL).bind(organization).bind(id).bind(version).execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(removed == 1)
    }

    /// Lets undeclared attributes be dropped until then (Unix seconds), or refused again. Tells what held before.
    pub async fn drop_undeclared(
        &mut self,
        organization: OrganizationId,
        until: Option<i64>,
    ) -> Result<Option<i64>, StoreError> {
        const BEFORE: &str = "SELECT drop_undeclared_until FROM organization WHERE id = $1";
        const SQL: &str = "UPDATE organization SET drop_undeclared_until = $2 WHERE id = $1";
        let before: Option<Option<i64>> = each!(in self, connection => sqlx::query_scalar(BEFORE).bind(organization).fetch_optional(connection).await)?;
        each!(in self, connection => sqlx::query(SQL).bind(organization).bind(until).execute(connection).await.map(drop))?;
        Ok(before.flatten())
    }
}
