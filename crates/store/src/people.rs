//! Organizations and the people in them.

use crate::db::{Change, each};
use crate::{OrganizationId, PersonId, Store, StoreError};
use perch_domain::ConsoleRole;

/// An organization.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct OrganizationRow {
    pub id: OrganizationId,
    pub name: String,
    /// Seconds: no token of the organization lives longer.
    pub longest_lifetime: i64,
    /// Unix milliseconds: tokens issued up to then are refused.
    pub cut_off: i64,
    /// Unix seconds: until then undeclared attributes are dropped instead of refused.
    pub drop_undeclared_until: Option<i64>,
}

/// A person to be added.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub id: PersonId,
    pub organization: OrganizationId,
    pub email: String,
    pub name: String,
    pub role: ConsoleRole,
    /// PHC string of argon2id.
    pub password_hash: String,
}

#[derive(sqlx::FromRow)]
pub(crate) struct Raw {
    id: PersonId,
    organization_id: OrganizationId,
    email: String,
    name: String,
    role: String,
    password_hash: String,
    deactivated_at: Option<i64>,
    sign_ins_ended: i64,
}

/// A person.
#[derive(Clone, Debug)]
pub struct PersonRow {
    pub id: PersonId,
    pub organization: OrganizationId,
    pub email: String,
    pub name: String,
    pub role: ConsoleRole,
    pub password_hash: String,
    pub active: bool,
    /// How often all sign-ins of this person were ended: a sign-in that began under another number is over.
    pub sign_ins_ended: i64,
}

impl TryFrom<Raw> for PersonRow {
    type Error = StoreError;

    fn try_from(raw: Raw) -> Result<Self, StoreError> {
        let role = ConsoleRole::parse(&raw.role)
            .ok_or_else(|| StoreError::inconsistent("person", "role", raw.id))?;
        Ok(Self {
            id: raw.id,
            organization: raw.organization_id,
            email: raw.email,
            name: raw.name,
            role,
            password_hash: raw.password_hash,
            active: raw.deactivated_at.is_none(),
            sign_ins_ended: raw.sign_ins_ended,
        })
    }
}

pub(crate) const ORGANIZATIONS: &str = "SELECT id, name, longest_lifetime, cut_off, drop_undeclared_until FROM organization ORDER BY created_at, id";

impl Store {
    /// Every organization of the installation, oldest first.
    pub async fn organizations(&self) -> Result<Vec<OrganizationRow>, StoreError> {
        Ok(each!(read self, pool => sqlx::query_as(ORGANIZATIONS).fetch_all(pool).await)?)
    }

    /// Whether an active Admin exists anywhere: while none does, the setup link is the way in.
    pub async fn has_admin(&self) -> Result<bool, StoreError> {
        const SQL: &str =
            "SELECT COUNT(*) FROM person WHERE role = 'admin' AND deactivated_at IS NULL";
        let count: i64 = each!(read self, pool => sqlx::query_scalar(SQL).fetch_one(pool).await)?;
        Ok(count > 0)
    }

    /// Who signs in with this email; it is unique over all organizations.
    pub async fn person_by_email(&self, email: &str) -> Result<Option<PersonRow>, StoreError> {
        const SQL: &str = "SELECT id, organization_id, email, name, role, password_hash, deactivated_at, sign_ins_ended FROM person WHERE email = $1";
        let raw: Option<Raw> =
            each!(read self, pool => sqlx::query_as(SQL).bind(email).fetch_optional(pool).await)?;
        raw.map(TryInto::try_into).transpose()
    }

    /// A person of an organization.
    pub async fn person(
        &self,
        organization: OrganizationId,
        id: PersonId,
    ) -> Result<Option<PersonRow>, StoreError> {
        const SQL: &str = "SELECT id, organization_id, email, name, role, password_hash, deactivated_at, sign_ins_ended FROM person WHERE organization_id = $1 AND id = $2";
        let raw: Option<Raw> = each!(read self, pool => sqlx::query_as(SQL).bind(organization).bind(id).fetch_optional(pool).await)?;
        raw.map(TryInto::try_into).transpose()
    }

    /// The people of an organization, oldest first.
    pub async fn people(&self, organization: OrganizationId) -> Result<Vec<PersonRow>, StoreError> {
        const SQL: &str = "SELECT id, organization_id, email, name, role, password_hash, deactivated_at, sign_ins_ended FROM person WHERE organization_id = $1 ORDER BY created_at, id";
        let raw: Vec<Raw> =
            each!(read self, pool => sqlx::query_as(SQL).bind(organization).fetch_all(pool).await)?;
        raw.into_iter().map(TryInto::try_into).collect()
    }
}

impl Change {
    pub async fn add_organization(
        &mut self,
        id: OrganizationId,
        name: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "INSERT INTO organization (id, name, created_at) VALUES ($1, $2, $3)";
        each!(in self, connection => sqlx::query(SQL).bind(id).bind(name).bind(now).execute(connection).await.map(drop))?;
        Ok(())
    }

    /// Adds a person. `false` where the email is taken.
    pub async fn add_person(&mut self, person: &NewPerson, now: i64) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO person (id, organization_id, email, name, role, password_hash, created_at) \
            VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (email) DO NOTHING";
        let added = each!(in self, connection => sqlx::query(SQL)
            .bind(person.id)
            .bind(person.organization)
            .bind(&person.email)
            .bind(&person.name)
            .bind(person.role.as_str())
            .bind(&person.password_hash)
            .bind(now)
            .execute(connection)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(added == 1)
    }
}
