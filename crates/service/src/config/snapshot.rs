//! The configuration as it was at one generation: a value that is replaced as a whole and never changed.
//!
//! Read by everything that decides about a request. The one invariant: what is decided from one snapshot is decided from
//! one state of the database.

use crate::config::revocations::Revocations;
use crate::error::Error;
use perch_domain::access::Scopes;
use perch_domain::attribute::Declaration;
use perch_domain::claims::TOKEN_TYPE;
use perch_domain::origin::Origin;
use perch_domain::origin_list::{Environment, Listed, OriginList};
use perch_jwe::{MasterKeys, TokenKey};
use perch_store::{
    OrganizationId, OrganizationRow, OriginRow, PersonId, SecretRow, SecretState, Snapshot,
};
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

/// Everything a token request needs, at one generation.
#[derive(Debug)]
pub(crate) struct ConfigSnapshot {
    pub generation: i64,
    organizations: HashMap<OrganizationId, Arc<Organization>>,
    secrets: HashMap<String, Arc<Secret>>,
    /// By the encoded header of their tokens.
    headers: HashMap<String, Arc<Secret>>,
    /// Active people, and up to which Unix millisecond their sandbox tokens are refused.
    active_people: HashMap<(OrganizationId, PersonId), i64>,
}

#[derive(Debug)]
pub(crate) struct Organization {
    pub row: OrganizationRow,
    pub declarations: Vec<Declaration>,
    pub origins: OriginList,
    pub revocations: Arc<Revocations>,
}

/// A secret of a key, its cipher prepared on first use.
#[derive(Debug)]
pub(crate) struct Secret {
    pub row: SecretRow,
    pub scopes: Scopes,
    token_key: OnceLock<Arc<TokenKey>>,
    /// Tokens issued, as far as this process knows.
    minted: AtomicI64,
}

impl Secret {
    fn new(state: SecretState) -> Self {
        Self {
            scopes: Scopes::from_text(&state.row.scopes),
            minted: state.minted.into(),
            token_key: OnceLock::new(),
            row: state.row,
        }
    }

    /// The cipher of this secret's tokens.
    pub fn token_key(&self, master_keys: &MasterKeys) -> Result<Arc<TokenKey>, Error> {
        if let Some(key) = self.token_key.get() {
            return Ok(key.clone());
        }
        let content = master_keys.unwrap(&self.row.id, &self.row.wrapped_key)?;
        let key = TokenKey::new(&self.row.id, TOKEN_TYPE, content)?;
        Ok(self.token_key.get_or_init(|| Arc::new(key)).clone())
    }

    /// Counts one more token and tells how many there are now.
    pub fn count_mint(&self) -> i64 {
        self.minted.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl ConfigSnapshot {
    /// Indexes a snapshot. Secrets that did not change keep their prepared cipher.
    pub fn new(snapshot: Snapshot, before: Option<&Self>) -> Self {
        let mut declarations: HashMap<OrganizationId, Vec<Declaration>> = HashMap::new();
        for (organization, row) in snapshot.attributes {
            declarations
                .entry(organization)
                .or_default()
                .push(row.declaration);
        }
        let mut origins: HashMap<OrganizationId, Vec<Listed>> = HashMap::new();
        for (organization, row) in snapshot.origins {
            origins.entry(organization).or_default().extend(listed(row));
        }
        // Not put into groups: there may be hundreds of thousands, and a second copy of them would be the largest thing in memory.
        let revoked = snapshot.revocations;
        let organizations = snapshot.organizations.into_iter().map(|row| {
            let declarations = declarations.remove(&row.id).unwrap_or_default();
            let origins = OriginList::new(origins.remove(&row.id).unwrap_or_default());
            let revocations = before
                .and_then(|before| before.organization(row.id))
                .map(|known| known.revocations.clone())
                .unwrap_or_default();
            revocations.add(revoked.iter().filter(|known| known.organization == row.id));
            (
                row.id,
                Arc::new(Organization {
                    row,
                    declarations,
                    origins,
                    revocations,
                }),
            )
        });
        let organizations = organizations.collect();
        let mut secrets = HashMap::with_capacity(snapshot.secrets.len());
        let mut headers = HashMap::with_capacity(snapshot.secrets.len());
        for state in snapshot.secrets {
            let known = before.and_then(|before| before.secrets.get(&state.row.id));
            let kept = known.filter(|secret| secret.row == state.row).cloned();
            let minted = state.minted;
            let secret = kept.unwrap_or_else(|| Arc::new(Secret::new(state)));
            // Other nodes mint with the same key.
            secret.minted.fetch_max(minted, Ordering::Relaxed);
            headers.insert(
                TokenKey::header_of(&secret.row.id, TOKEN_TYPE),
                secret.clone(),
            );
            secrets.insert(secret.row.id.clone(), secret);
        }
        let active_people = snapshot
            .active_people
            .into_iter()
            .map(|(organization, person, cut_off)| ((organization, person), cut_off))
            .collect();
        Self {
            generation: snapshot.generation,
            organizations,
            secrets,
            headers,
            active_people,
        }
    }

    pub fn secret(&self, id: &str) -> Option<Arc<Secret>> {
        self.secrets.get(id).cloned()
    }

    pub fn secret_by_header(&self, header: &str) -> Option<Arc<Secret>> {
        self.headers.get(header).cloned()
    }

    pub fn organization(&self, id: OrganizationId) -> Option<Arc<Organization>> {
        self.organizations.get(&id).cloned()
    }

    pub fn organizations(&self) -> impl Iterator<Item = &Arc<Organization>> {
        self.organizations.values()
    }

    /// The encoded headers of an organization's tokens.
    pub fn headers(&self, organization: OrganizationId) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(_, secret)| secret.row.organization_id == organization)
            .map(|(header, _)| header.as_str())
    }

    /// Every secret, in no order.
    pub fn secrets(&self) -> impl Iterator<Item = &Arc<Secret>> {
        self.secrets.values()
    }

    /// Up to which Unix millisecond the sandbox tokens of a person are refused; absent where the person is not active, and all are.
    pub fn sandbox_cut_off(&self, organization: OrganizationId, person: PersonId) -> Option<i64> {
        self.active_people.get(&(organization, person)).copied()
    }

    /// A secret of a key, by the key's id. Whether it can still be used is for the caller to ask.
    pub fn secret_of_key(&self, key: perch_store::KeyId) -> Option<Arc<Secret>> {
        self.secrets
            .values()
            .find(|secret| secret.row.key_id == key)
            .cloned()
    }
}

/// A row that cannot be read admits nobody; the settings page says that it is broken.
fn listed(row: OriginRow) -> Option<Listed> {
    let origin = Origin::from_canonical(&row.canonical)?;
    Some(Listed {
        origin,
        label: row.label,
        environment: Environment::parse(&row.environment)?,
    })
}
