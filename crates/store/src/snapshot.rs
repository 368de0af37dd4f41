//! What a request needs to know without asking the database: read as a whole at a start, and afterwards only what changed.
//! The service keeps it in memory.
//!
//! The one invariant: what is read is at least as new as its generation, and nothing that changed at or after the generation
//! asked from is missing.

use crate::attributes::Raw as AttributeRaw;
use crate::db::each;
use crate::people::ORGANIZATIONS;
use crate::{
    AttributeRow, KeyId, OrganizationId, OrganizationRow, OriginRow, PersonId, RevocationRow,
    SecretRow, Store, StoreError,
};
use futures_util::TryStreamExt;
use perch_domain::access::Scopes;

/// The configuration at or after a generation, or what changed of it. `S` is what a secret was made into.
#[derive(Clone, Debug)]
pub struct Snapshot<S = SecretState> {
    pub generation: i64,
    /// Everything is here: what is absent no longer exists. Otherwise it did not change.
    pub whole: bool,
    pub organizations: Vec<OrganizationRow>,
    pub secrets: Vec<S>,
    /// The organizations whose attributes are here, all of them.
    pub attributes_of: Vec<OrganizationId>,
    pub attributes: Vec<(OrganizationId, AttributeRow)>,
    /// The organizations whose origins are here, all of them.
    pub origins_of: Vec<OrganizationId>,
    pub origins: Vec<(OrganizationId, OriginRow)>,
    /// Who may sign in, and up to which Unix millisecond their sandbox tokens are refused: a sandbox token ends with its maker's access.
    pub active_people: Vec<(OrganizationId, PersonId, i64)>,
    /// People who were deactivated. Empty where everything is here.
    pub inactive_people: Vec<(OrganizationId, PersonId)>,
    /// What was revoked since the generation that was asked from.
    pub revocations: Vec<RevocationRow>,
}

/// A secret, and how many tokens it had issued when it was read.
#[derive(Clone, Debug)]
pub struct SecretState {
    pub row: SecretRow,
    pub minted: i64,
}

#[derive(sqlx::FromRow)]
struct RawOrigin {
    organization_id: OrganizationId,
    #[sqlx(flatten)]
    row: OriginRow,
}

/// A secret by position: id, organization, key, owner, hash, wrapped key, and the numbers and the scopes as one text. The
/// databases' drivers spend most of a start on columns, and an installation may have 100,000 secrets.
type Raw = (
    String,
    OrganizationId,
    KeyId,
    PersonId,
    Vec<u8>,
    Vec<u8>,
    String,
);

impl From<Raw> for SecretState {
    fn from((id, organization_id, key_id, owner_id, hash, wrapped_key, facts): Raw) -> Self {
        let mut facts = facts.splitn(9, ',');
        let mut number = || facts.next().and_then(|text| text.parse().ok());
        let (expires_at, secret_revoked_at, key_revoked_at, exposed_at) =
            (number(), number(), number(), number());
        let (shared, longest_lifetime, cut_off, minted) = (number(), number(), number(), number());
        // A row that cannot be read admits nobody: its key lives for no time, and no key has the hash of zeros.
        Self {
            row: SecretRow {
                id,
                organization_id,
                key_id,
                owner_id,
                hash: hash.try_into().unwrap_or_default(),
                wrapped_key: wrapped_key.into_boxed_slice(),
                expires_at,
                secret_revoked_at,
                key_revoked_at,
                exposed_at,
                scopes: Scopes::from_text(facts.next().unwrap_or_default()),
                sandbox_shared: shared == Some(1),
                longest_lifetime: longest_lifetime.unwrap_or(0),
                cut_off: cut_off.unwrap_or(i64::MAX),
            },
            minted: minted.unwrap_or(i64::MAX),
        }
    }
}

macro_rules! secrets {
    ($condition:literal) => {
        concat!(
            "SELECT s.id, s.organization_id, s.key_id, k.owner_id, s.hash, s.wrapped_key, \
             COALESCE(CAST(s.expires_at AS TEXT), '') || ',' || COALESCE(CAST(s.revoked_at AS TEXT), '') || ',' || \
             COALESCE(CAST(k.revoked_at AS TEXT), '') || ',' || COALESCE(CAST(k.exposed_at AS TEXT), '') || ',' || \
             CASE WHEN k.sandbox_shared THEN '1,' ELSE '0,' END || CAST(k.longest_lifetime AS TEXT) || ',' || \
             CAST(k.cut_off AS TEXT) || ',' || CAST(s.minted AS TEXT) || ',' || k.scopes \
             FROM api_secret s JOIN api_key k ON k.id = s.key_id",
            $condition
        )
    };
}

macro_rules! attributes {
    ($condition:literal) => {
        concat!(
            "SELECT id, organization_id, name, kind, is_list, required, description, example, version, changed_at, changed_by FROM attribute",
            $condition,
            " ORDER BY id"
        )
    };
}

macro_rules! origins {
    ($condition:literal) => {
        concat!(
            "SELECT organization_id, id, canonical, label, environment, version, changed_at, changed_by FROM origin",
            $condition,
            " ORDER BY id"
        )
    };
}

impl Store {
    /// Reads the configuration as [`Store::snapshot_as`] does, secrets as they are stored.
    pub async fn snapshot(&self, since: i64) -> Result<Snapshot, StoreError> {
        self.snapshot_as(since, |state| state).await
    }

    /// Reads what changed at or after the generation `since`, and what was revoked after it. Everything is read where the database
    /// does not know that generation: at a start (-1), after many changes, and where a backup was restored.
    ///
    /// The generation is read first, so what follows is at least that new; a change that lands in between raises the generation
    /// and is read again. A secret is given to `make` as it arrives, so that 100,000 of them are in memory once.
    pub async fn snapshot_as<S: Send>(
        &self,
        since: i64,
        make: impl Fn(SecretState) -> S + Send + Sync,
    ) -> Result<Snapshot<S>, StoreError> {
        let generation = self.generation().await?;
        // A number below what is known was restored from a backup.
        let back = generation < since;
        let whole = back || !self.can_follow_from(since).await?;
        let mut read = if whole {
            self.everything(generation, make).await?
        } else {
            self.changes(generation, since, make).await?
        };
        read.revocations = self
            .revocations_since(if back { -1 } else { since })
            .await?;
        Ok(read)
    }

    /// Whether what changed since this generation can be told from the rows that are left.
    async fn can_follow_from(&self, since: i64) -> Result<bool, StoreError> {
        const SQL: &str = "SELECT COUNT(*) FROM generation, past_generation past WHERE past.value = $1 AND removed < $1";
        let known: i64 =
            each!(follow self, pool => sqlx::query_scalar(SQL).bind(since).fetch_one(pool).await)?;
        Ok(known > 0)
    }

    async fn everything<S: Send>(
        &self,
        generation: i64,
        make: impl Fn(SecretState) -> S + Send + Sync,
    ) -> Result<Snapshot<S>, StoreError> {
        const PEOPLE: &str =
            "SELECT organization_id, id, sandbox_cut_off FROM person WHERE deactivated_at IS NULL";
        let organizations: Vec<OrganizationRow> =
            each!(follow self, pool => sqlx::query_as(ORGANIZATIONS).fetch_all(pool).await)?;
        let make = &make;
        let secrets = each!(follow self, pool => sqlx::query_as::<_, Raw>(secrets!("")).fetch(pool)
            .map_ok(|raw| make(raw.into())).try_collect().await)?;
        let attributes: Vec<AttributeRaw> =
            each!(follow self, pool => sqlx::query_as(attributes!("")).fetch_all(pool).await)?;
        let origins: Vec<RawOrigin> =
            each!(follow self, pool => sqlx::query_as(origins!("")).fetch_all(pool).await)?;
        let active_people =
            each!(follow self, pool => sqlx::query_as(PEOPLE).fetch_all(pool).await)?;
        let ids: Vec<_> = organizations.iter().map(|row| row.id).collect();
        Ok(Snapshot {
            generation,
            whole: true,
            organizations,
            secrets,
            attributes_of: ids.clone(),
            attributes: placed_attributes(attributes)?,
            origins_of: ids,
            origins: placed_origins(origins),
            active_people,
            inactive_people: Vec::new(),
            revocations: Vec::new(),
        })
    }

    async fn changes<S: Send>(
        &self,
        generation: i64,
        since: i64,
        make: impl Fn(SecretState) -> S + Send + Sync,
    ) -> Result<Snapshot<S>, StoreError> {
        const ORGANIZATIONS: &str = "SELECT id, name, longest_lifetime, cut_off, drop_undeclared_until, origins_generation, attributes_generation \
            FROM organization WHERE generation >= $1 ORDER BY created_at, id";
        const PEOPLE: &str = "SELECT organization_id, id, sandbox_cut_off, deactivated_at IS NULL FROM person WHERE generation >= $1";
        type RawOrganization = (OrganizationId, String, i64, i64, Option<i64>, i64, i64);
        type RawPerson = (OrganizationId, PersonId, i64, bool);
        let organizations: Vec<RawOrganization> = each!(follow self, pool => sqlx::query_as(ORGANIZATIONS).bind(since).fetch_all(pool).await)?;
        let make = &make;
        let secrets = each!(follow self, pool => sqlx::query_as::<_, Raw>(secrets!(" WHERE k.generation >= $1")).bind(since).fetch(pool)
            .map_ok(|raw| make(raw.into())).try_collect().await)?;
        let people: Vec<RawPerson> =
            each!(follow self, pool => sqlx::query_as(PEOPLE).bind(since).fetch_all(pool).await)?;
        let (people_in, people_out): (Vec<_>, Vec<_>) =
            people.into_iter().partition(|(.., active)| *active);
        let mut read = Snapshot {
            generation,
            whole: false,
            organizations: Vec::new(),
            secrets,
            attributes_of: Vec::new(),
            attributes: Vec::new(),
            origins_of: Vec::new(),
            origins: Vec::new(),
            active_people: people_in
                .into_iter()
                .map(|(organization, person, cut_off, _)| (organization, person, cut_off))
                .collect(),
            inactive_people: people_out
                .into_iter()
                .map(|(organization, person, ..)| (organization, person))
                .collect(),
            revocations: Vec::new(),
        };
        for (id, name, longest_lifetime, cut_off, drop_undeclared_until, origins, attributes) in
            organizations
        {
            read.organizations.push(OrganizationRow {
                id,
                name,
                longest_lifetime,
                cut_off,
                drop_undeclared_until,
            });
            if attributes >= since {
                let rows = each!(follow self, pool => sqlx::query_as(attributes!(" WHERE organization_id = $1")).bind(id).fetch_all(pool).await)?;
                read.attributes.extend(placed_attributes(rows)?);
                read.attributes_of.push(id);
            }
            if origins >= since {
                let rows = each!(follow self, pool => sqlx::query_as(origins!(" WHERE organization_id = $1")).bind(id).fetch_all(pool).await)?;
                read.origins.extend(placed_origins(rows));
                read.origins_of.push(id);
            }
        }
        Ok(read)
    }

    /// How many tokens each secret has issued.
    pub async fn minted(&self) -> Result<Vec<(String, i64)>, StoreError> {
        const SQL: &str = "SELECT id, minted FROM api_secret";
        Ok(each!(follow self, pool => sqlx::query_as(SQL).fetch_all(pool).await)?)
    }
}

fn placed_attributes(
    rows: Vec<AttributeRaw>,
) -> Result<Vec<(OrganizationId, AttributeRow)>, StoreError> {
    rows.into_iter()
        .map(|raw| Ok((raw.organization_id, raw.try_into()?)))
        .collect()
}

fn placed_origins(rows: Vec<RawOrigin>) -> Vec<(OrganizationId, OriginRow)> {
    rows.into_iter()
        .map(|raw| (raw.organization_id, raw.row))
        .collect()
}
