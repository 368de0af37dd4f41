//! Everything a request needs to know without asking the database: read in one go, kept in memory by the service.

use crate::attributes::Raw as AttributeRaw;
use crate::db::each;
use crate::people::ORGANIZATIONS;
use crate::{
    AttributeRow, OrganizationId, OrganizationRow, OriginRow, PersonId, RevocationRow, SecretRow,
    Store, StoreError,
};

/// The configuration at or after a generation.
#[derive(Clone, Debug)]
pub struct Snapshot {
    pub generation: i64,
    pub organizations: Vec<OrganizationRow>,
    pub secrets: Vec<SecretState>,
    pub attributes: Vec<(OrganizationId, AttributeRow)>,
    pub origins: Vec<(OrganizationId, OriginRow)>,
    /// Who may sign in, and up to which Unix millisecond their sandbox tokens are refused: a sandbox token ends with its maker's access.
    pub active_people: Vec<(OrganizationId, PersonId, i64)>,
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

#[derive(sqlx::FromRow)]
struct Raw {
    #[sqlx(flatten)]
    row: SecretRow,
    minted: i64,
}

impl Store {
    /// Reads the configuration, and what was revoked after the generation `since`. The generation is read first, so what follows is at least that new; a change that lands
    /// in between raises the generation and is read again.
    /// Where the generation is lower than `since`, it tells everything that was revoked.
    pub async fn snapshot(&self, since: i64) -> Result<Snapshot, StoreError> {
        const SECRETS: &str = "SELECT s.id, s.organization_id, s.key_id, k.owner_id, s.hash, s.wrapped_key, s.expires_at, s.revoked_at AS secret_revoked_at, \
            k.revoked_at AS key_revoked_at, k.exposed_at, k.scopes, k.sandbox_shared, k.longest_lifetime, k.cut_off, s.minted \
            FROM api_secret s JOIN api_key k ON k.id = s.key_id";
        const ATTRIBUTES: &str = "SELECT id, organization_id, name, kind, is_list, required, description, example, version, changed_at, changed_by FROM attribute ORDER BY id";
        const ORIGINS: &str = "SELECT organization_id, id, canonical, label, environment, version, changed_at, changed_by FROM origin ORDER BY id";
        const PEOPLE: &str =
            "SELECT organization_id, id, sandbox_cut_off FROM person WHERE deactivated_at IS NULL";
        let generation = self.generation().await?;
        let organizations =
            each!(follow self, pool => sqlx::query_as(ORGANIZATIONS).fetch_all(pool).await)?;
        let secrets: Vec<Raw> =
            each!(follow self, pool => sqlx::query_as(SECRETS).fetch_all(pool).await)?;
        let attributes: Vec<AttributeRaw> =
            each!(follow self, pool => sqlx::query_as(ATTRIBUTES).fetch_all(pool).await)?;
        let origins: Vec<RawOrigin> =
            each!(follow self, pool => sqlx::query_as(ORIGINS).fetch_all(pool).await)?;
        let active_people =
            each!(follow self, pool => sqlx::query_as(PEOPLE).fetch_all(pool).await)?;
        // A number below what is known was restored from a backup: what was revoked is read from the beginning.
        let revocations = self
            .revocations_since(if generation < since { -1 } else { since })
            .await?;
        Ok(Snapshot {
            generation,
            revocations,
            active_people,
            organizations,
            secrets: secrets
                .into_iter()
                .map(|raw| SecretState {
                    row: raw.row,
                    minted: raw.minted,
                })
                .collect(),
            origins: origins
                .into_iter()
                .map(|raw| (raw.organization_id, raw.row))
                .collect(),
            attributes: attributes
                .into_iter()
                .map(|raw| Ok((raw.organization_id, raw.try_into()?)))
                .collect::<Result<_, StoreError>>()?,
        })
    }
}
