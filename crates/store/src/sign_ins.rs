//! What slows guessing down: failed sign-ins by account and network together, and the devices an account is known on.

use crate::db::{Change, each};
use crate::{OrganizationId, PersonId, Store, StoreError};

/// Failed attempts for one subject. Times are Unix milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Failures {
    pub failures: i64,
    pub last_at: i64,
}

/// Devices of one person.
pub const MAX_DEVICES: i64 = 20;

/// Somebody a device is known for.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct DeviceOwner {
    pub person: PersonId,
    pub email: String,
}

impl Store {
    pub async fn sign_in_failures(&self, subject_hash: &[u8]) -> Result<Failures, StoreError> {
        const SQL: &str = "SELECT failures, last_at FROM sign_in_failure WHERE subject_hash = $1";
        let found: Option<Failures> = each!(read self, pool => sqlx::query_as(SQL).bind(subject_hash).fetch_optional(pool).await)?;
        Ok(found.unwrap_or_default())
    }

    /// Counts an attempt before it is looked at, unless the subject still has to wait; tells whether it may go on. One
    /// statement, so that attempts sent together are counted one by one. Five are free, then the wait doubles from a
    /// second to a quarter of an hour.
    pub async fn begin_sign_in(&self, subject_hash: &[u8], now: i64) -> Result<bool, StoreError> {
        const SQL: &str = "INSERT INTO sign_in_failure (subject_hash, failures, last_at) VALUES ($1, 1, $2) \
            ON CONFLICT (subject_hash) DO UPDATE SET failures = sign_in_failure.failures + 1, last_at = excluded.last_at \
            WHERE sign_in_failure.failures < 5 OR excluded.last_at >= sign_in_failure.last_at + \
            CASE WHEN sign_in_failure.failures >= 15 THEN 900000 ELSE 1000 * (1 << CAST(sign_in_failure.failures - 5 AS INTEGER)) END";
        let counted = each!(write self, pool => sqlx::query(SQL).bind(subject_hash).bind(now).execute(pool).await.map(|done| done.rows_affected()))?;
        Ok(counted == 1)
    }

    /// Forgets the failures of one subject, or, with a time, all older than it.
    pub async fn clear_sign_in_failures(
        &self,
        subject_hash: &[u8],
        older_than: i64,
    ) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM sign_in_failure WHERE subject_hash = $1 OR last_at < $2";
        each!(write self, pool => sqlx::query(SQL).bind(subject_hash).bind(older_than).execute(pool).await.map(drop))?;
        Ok(())
    }

    /// Whether a one-time link is still good. Looking uses nothing up.
    pub async fn is_sign_in_link(&self, hash: &[u8], now: i64) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM sign_in_link WHERE hash = $1 AND expires_at > $2";
        let count: i64 = each!(read self, pool => sqlx::query_scalar(SQL).bind(hash).bind(now).fetch_one(pool).await)?;
        Ok(count > 0)
    }

    /// Whose device this is, if it was used after that moment (Unix milliseconds). It asks by the device alone: the work is
    /// the same whatever email was typed.
    pub async fn device_owners(
        &self,
        device_hash: &[u8],
        used_after: i64,
    ) -> Result<Vec<DeviceOwner>, StoreError> {
        const SQL: &str = "SELECT person.id AS person, person.email AS email FROM known_device \
            JOIN person ON person.id = known_device.person_id WHERE known_device.device_hash = $1 AND known_device.used_at > $2";
        Ok(
            each!(read self, pool => sqlx::query_as(SQL).bind(device_hash).bind(used_after).fetch_all(pool).await)?,
        )
    }

    /// Forgets the devices that nobody signed in on after that moment (Unix milliseconds).
    pub async fn forget_devices(&self, used_until: i64) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM known_device WHERE used_at <= $1";
        each!(write self, pool => sqlx::query(SQL).bind(used_until).execute(pool).await.map(drop))?;
        Ok(())
    }
}

impl Change {
    /// Ends every sign-in of a person.
    pub async fn delete_sessions_of(
        &mut self,
        organization: OrganizationId,
        person: PersonId,
    ) -> Result<u64, StoreError> {
        const SQL: &str = "DELETE FROM session WHERE organization_id = $1 AND person_id = $2";
        Ok(
            each!(in self, connection => sqlx::query(SQL).bind(organization).bind(person).execute(connection).await.map(|done| done.rows_affected()))?,
        )
    }

    /// Makes a one-time link for a person; their earlier ones end.
    pub async fn add_sign_in_link(
        &mut self,
        hash: &[u8],
        organization: OrganizationId,
        person: PersonId,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        const END: &str = "DELETE FROM sign_in_link WHERE organization_id = $1 AND person_id = $2";
        const ADD: &str = "INSERT INTO sign_in_link (hash, organization_id, person_id, expires_at) VALUES ($1, $2, $3, $4)";
        each!(in self, connection => sqlx::query(END).bind(organization).bind(person).execute(connection).await.map(drop))?;
        each!(in self, connection => sqlx::query(ADD).bind(hash).bind(organization).bind(person).bind(expires_at).execute(connection).await.map(drop))?;
        Ok(())
    }

    /// Uses a link up and tells whose it was.
    pub async fn consume_sign_in_link(
        &mut self,
        hash: &[u8],
        now: i64,
    ) -> Result<Option<(OrganizationId, PersonId)>, StoreError> {
        const SQL: &str = "DELETE FROM sign_in_link WHERE hash = $1 AND expires_at > $2 RETURNING organization_id, person_id";
        Ok(
            each!(in self, connection => sqlx::query_as(SQL).bind(hash).bind(now).fetch_optional(connection).await)?,
        )
    }

    /// Remembers a device for a person as used now (Unix milliseconds), and forgets those of the person that are beyond
    /// [`MAX_DEVICES`], the longest unused first.
    pub async fn add_known_device(
        &mut self,
        device_hash: &[u8],
        organization: OrganizationId,
        person: PersonId,
        now: i64,
    ) -> Result<(), StoreError> {
        const ADD: &str = "INSERT INTO known_device (device_hash, organization_id, person_id, created_at, used_at) VALUES ($1, $2, $3, $4, $4) \
            ON CONFLICT (device_hash, person_id) DO UPDATE SET used_at = excluded.used_at";
        const FORGET: &str = "DELETE FROM known_device WHERE person_id = $1 AND device_hash <> $2 AND device_hash NOT IN \
            (SELECT device_hash FROM known_device WHERE person_id = $1 AND device_hash <> $2 ORDER BY used_at DESC, created_at DESC LIMIT $3)";
        each!(in self, connection => sqlx::query(ADD).bind(device_hash).bind(organization).bind(person).bind(now).execute(connection).await.map(drop))?;
        each!(in self, connection => sqlx::query(FORGET).bind(person).bind(device_hash).bind(MAX_DEVICES - 1).execute(connection).await.map(drop))?;
        Ok(())
    }

    /// Forgets every device of a person.
    pub async fn delete_known_devices_of(
        &mut self,
        organization: OrganizationId,
        person: PersonId,
    ) -> Result<(), StoreError> {
        const SQL: &str = "DELETE FROM known_device WHERE organization_id = $1 AND person_id = $2";
        each!(in self, connection => sqlx::query(SQL).bind(organization).bind(person).execute(connection).await.map(drop))?;
        Ok(())
    }
}
