//! How a person's access ends, returns and changes. Everything here runs inside a change, so that what is read holds until the
//! change is kept.

use crate::audit::{self, AuditEntry};
use crate::db::{Change, each};
use crate::people::Raw;
use crate::{KeyRow, OrganizationId, PersonId, PersonRow, StoreError};
use perch_domain::ConsoleRole;

impl Change {
    /// Keeps one more entry beside the one that the change is committed with.
    pub async fn note(&mut self, entry: &AuditEntry) -> Result<(), StoreError> {
        audit::append(self, entry).await
    }

    /// Who signs in with this email, if this organization is theirs.
    pub async fn person_by_email(
        &mut self,
        organization: OrganizationId,
        email: &str,
    ) -> Result<Option<PersonRow>, StoreError> {
        const SQL: &str = "SELECT id, organization_id, email, name, role, password_hash, deactivated_at, sign_ins_ended FROM person WHERE organization_id = $1 AND email = $2";
        let raw: Option<Raw> = each!(in self, connection => sqlx::query_as(SQL).bind(organization).bind(email).fetch_optional(connection).await)?;
        raw.map(TryInto::try_into).transpose()
    }

    /// The console role of a person; absent where they are not active.
    pub async fn role_of(
        &mut self,
        organization: OrganizationId,
        person: PersonId,
    ) -> Result<Option<ConsoleRole>, StoreError> {
        const SQL: &str = "SELECT role FROM person WHERE organization_id = $1 AND id = $2 AND deactivated_at IS NULL";
        let role: Option<String> = each!(in self, connection => sqlx::query_scalar(SQL).bind(organization).bind(person).fetch_optional(connection).await)?;
        let read = |role: String| {
            ConsoleRole::parse(&role)
                .ok_or_else(|| StoreError::inconsistent("person", "role", person))
        };
        role.map(read).transpose()
    }

    /// How many active admins the organization has besides this person.
    pub async fn other_active_admins(
        &mut self,
        organization: OrganizationId,
        person: PersonId,
    ) -> Result<i64, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM person WHERE organization_id = $1 AND id <> $2 AND role = 'admin' AND deactivated_at IS NULL";
        Ok(
            each!(in self, connection => sqlx::query_scalar(SQL).bind(organization).bind(person).fetch_one(connection).await)?,
        )
    }

    /// Keeps a person out. Their sandbox tokens up to `sandbox_cut_off` (Unix milliseconds) end for good. A person who is
    /// deactivated already keeps the earlier time.
    pub async fn deactivate_person(
        &mut self,
        organization: OrganizationId,
        person: PersonId,
        now: i64,
        sandbox_cut_off: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE person SET deactivated_at = COALESCE(deactivated_at, $3), \
            sandbox_cut_off = CASE WHEN sandbox_cut_off < $4 THEN $4 ELSE sandbox_cut_off END WHERE organization_id = $1 AND id = $2";
        each!(in self, connection => sqlx::query(SQL).bind(organization).bind(person).bind(now).bind(sandbox_cut_off).execute(connection).await.map(drop))?;
        Ok(())
    }

    /// Lets a person in again. Their sandbox tokens up to `sandbox_cut_off` (Unix milliseconds) stay ended.
    pub async fn reactivate_person(
        &mut self,
        organization: OrganizationId,
        person: PersonId,
        sandbox_cut_off: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE person SET deactivated_at = NULL, \
            sandbox_cut_off = CASE WHEN sandbox_cut_off < $3 THEN $3 ELSE sandbox_cut_off END WHERE organization_id = $1 AND id = $2";
        each!(in self, connection => sqlx::query(SQL).bind(organization).bind(person).bind(sandbox_cut_off).execute(connection).await.map(drop))?;
        Ok(())
    }

    pub async fn set_role(
        &mut self,
        organization: OrganizationId,
        person: PersonId,
        role: ConsoleRole,
    ) -> Result<(), StoreError> {
        const SQL: &str = "UPDATE person SET role = $3 WHERE organization_id = $1 AND id = $2";
        each!(in self, connection => sqlx::query(SQL).bind(organization).bind(person).bind(role.as_str()).execute(connection).await.map(drop))?;
        Ok(())
    }

    pub async fn set_password(
        &mut self,
        organization: OrganizationId,
        person: PersonId,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        const SQL: &str =
            "UPDATE person SET password_hash = $3 WHERE organization_id = $1 AND id = $2";
        each!(in self, connection => sqlx::query(SQL).bind(organization).bind(person).bind(password_hash).execute(connection).await.map(drop))?;
        Ok(())
    }

    /// Ends a person's sign-ins, one-time sign-in links and known devices. Returns the number that sign-ins count under from now
    /// on. The person's row is written first: a sign-in that is under way has then either added its device, which goes too, or it
    /// finds the new number and is refused.
    pub async fn end_sign_ins(
        &mut self,
        organization: OrganizationId,
        person: PersonId,
    ) -> Result<i64, StoreError> {
        const RAISE: &str = "UPDATE person SET sign_ins_ended = sign_ins_ended + 1 WHERE organization_id = $1 AND id = $2 RETURNING sign_ins_ended";
        const ENDED: [&str; 3] = [
            "DELETE FROM session WHERE organization_id = $1 AND person_id = $2",
            "DELETE FROM sign_in_link WHERE organization_id = $1 AND person_id = $2",
            "DELETE FROM known_device WHERE organization_id = $1 AND person_id = $2",
        ];
        let number = each!(in self, connection => sqlx::query_scalar(RAISE).bind(organization).bind(person).fetch_one(connection).await)?;
        for sql in ENDED {
            each!(in self, connection => sqlx::query(sql).bind(organization).bind(person).execute(connection).await.map(drop))?;
        }
        Ok(number)
    }

    /// Whether the person is active and their sign-ins were not ended since this number. Until the change is kept or dropped, nobody
    /// can end them.
    pub async fn may_sign_in(
        &mut self,
        organization: OrganizationId,
        person: PersonId,
        sign_ins_ended: i64,
    ) -> Result<bool, StoreError> {
        // Written and not only read: on PostgreSQL a row that was read can be changed by others at once.
        const SQL: &str = "UPDATE person SET sign_ins_ended = sign_ins_ended \
            WHERE organization_id = $1 AND id = $2 AND sign_ins_ended = $3 AND deactivated_at IS NULL";
        let may = each!(in self, connection => sqlx::query(SQL).bind(organization).bind(person).bind(sign_ins_ended).execute(connection).await.map(|done| done.rows_affected()))?;
        Ok(may == 1)
    }

    /// The keys of a person that are neither revoked nor expired, newest first.
    pub async fn usable_keys_of(
        &mut self,
        organization: OrganizationId,
        owner: PersonId,
        now: i64,
    ) -> Result<Vec<KeyRow>, StoreError> {
        const SQL: &str = "SELECT k.id, k.owner_id, p.name AS owner_name, k.name, k.scopes, k.sandbox_shared, k.created_at, k.revoked_at, k.exposed_at, \
            s.id AS secret_id, s.expires_at, s.minted, s.last_used_at \
            FROM api_key k JOIN api_secret s ON s.key_id = k.id JOIN person p ON p.id = k.owner_id \
            WHERE k.organization_id = $1 AND k.owner_id = $2 AND k.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > $3) \
            ORDER BY k.created_at DESC, k.id DESC";
        Ok(
            each!(in self, connection => sqlx::query_as(SQL).bind(organization).bind(owner).bind(now).fetch_all(connection).await)?,
        )
    }
}
