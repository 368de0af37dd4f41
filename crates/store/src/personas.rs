//! Personas: made-up viewers to try embeds out as.

use crate::db::{Change, each};
use crate::{OrganizationId, PersonId, PersonaId, Store, StoreError};

/// A persona without what it holds. Times are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct PersonaRow {
    pub id: PersonaId,
    pub owner_id: PersonId,
    pub owner_name: String,
    pub name: String,
    pub shared: bool,
    pub changed_at: i64,
    pub changed_by: String,
}

/// A persona to be saved.
#[derive(Clone, Debug)]
pub struct NewPersona {
    pub id: PersonaId,
    pub owner: PersonId,
    pub name: String,
    pub shared: bool,
    /// JSON, as the service writes it.
    pub content: String,
}

impl Store {
    /// The personas a person may use: their own and those that are shared, by name.
    pub async fn personas(
        &self,
        organization: OrganizationId,
        person: PersonId,
    ) -> Result<Vec<PersonaRow>, StoreError> {
        const SQL: &str = "SELECT persona.id, owner_id, person.name AS owner_name, persona.name, shared, changed_at, changed_by \
            FROM persona JOIN person ON person.id = persona.owner_id \
            WHERE persona.organization_id = $1 AND (shared OR owner_id = $2) ORDER BY persona.name, persona.id";
        Ok(
            each!(read self, pool => sqlx::query_as(SQL).bind(organization).bind(person).fetch_all(pool).await)?,
        )
    }

    /// What a persona holds, where this person may use it.
    pub async fn persona_content(
        &self,
        organization: OrganizationId,
        person: PersonId,
        id: PersonaId,
    ) -> Result<Option<String>, StoreError> {
        const SQL: &str = "SELECT content FROM persona WHERE organization_id = $1 AND id = $3 AND (shared OR owner_id = $2)";
        Ok(
            each!(read self, pool => sqlx::query_scalar(SQL).bind(organization).bind(person).bind(id).fetch_optional(pool).await)?,
        )
    }
}

impl Change {
    /// Whether the persona's owner has another of that name.
    pub async fn persona_name_taken(
        &mut self,
        organization: OrganizationId,
        persona: &NewPersona,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM persona WHERE organization_id = $1 AND owner_id = $2 AND name = $3 AND id <> $4";
        let taken: i64 = each!(in self, connection => sqlx::query_scalar(SQL)
            .bind(organization).bind(persona.owner).bind(&persona.name).bind(persona.id).fetch_one(connection).await)?;
        Ok(taken > 0)
    }

    pub async fn add_persona(
        &mut self,
        organization: OrganizationId,
        persona: &NewPersona,
        by: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO persona (id, organization_id, owner_id, name, shared, content, changed_at, changed_by) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        each!(in self, connection => sqlx::query(SQL)
            .bind(persona.id).bind(organization).bind(persona.owner).bind(&persona.name).bind(persona.shared).bind(&persona.content).bind(now).bind(by)
            .execute(connection).await.map(drop))?;
        Ok(())
    }

    /// Changes a persona; `false` where it is gone. Its owner stays.
    pub async fn update_persona(
        &mut self,
        organization: OrganizationId,
        persona: &NewPersona,
        by: &str,
        now: i64,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "UPDATE persona SET name = $3, shared = $4, content = $5, changed_at = $6, changed_by = $7 WHERE organization_id = $1 AND id = $2";
        let updated = each!(in self, connection => sqlx::query(SQL)
            .bind(organization).bind(persona.id).bind(&persona.name).bind(persona.shared).bind(&persona.content).bind(now).bind(by)
            .execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(updated == 1)
    }

    /// Removes a persona; `false` where it is gone.
    pub async fn remove_persona(
        &mut self,
        organization: OrganizationId,
        id: PersonaId,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM persona WHERE organization_id = $1 AND id = $2";
        let removed = each!(in self, connection => sqlx::query(SQL).bind(organization).bind(id).execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(removed == 1)
    }
}
