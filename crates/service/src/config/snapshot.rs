//! The configuration as it was at one generation: an immutable value. The next one shares with it whatever did not change.
//!
//! Read by everything that decides about a request. The one invariant: what is decided from one snapshot is decided from
//! one state of the database.

use crate::config::revocations::Revocations;
use imbl::{OrdMap, OrdSet};
use perch_domain::attribute::Declaration;
use perch_domain::claims::TOKEN_TYPE;
use perch_domain::origin::Origin;
use perch_domain::origin_list::{Environment, Listed, OriginList};
use perch_jwe::TokenKey;
use perch_store::{
    KeyId, OrganizationId, OrganizationRow, OriginRow, PersonId, SecretRow, SecretState, Snapshot,
    Store, StoreError,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

/// Everything a token request needs, at one generation. A clone shares everything.
#[derive(Clone, Debug)]
pub(crate) struct ConfigSnapshot {
    pub generation: i64,
    organizations: OrdMap<OrganizationId, Arc<Organization>>,
    secrets: OrdMap<SecretName, Arc<Secret>>,
    /// The secrets of every key, and so of every organization.
    by_key: OrdSet<(OrganizationId, KeyId, SecretName)>,
    /// Active people, and up to which Unix millisecond their sandbox tokens are refused.
    active_people: OrdMap<(OrganizationId, PersonId), i64>,
}

/// The letters of a secret's id in place, so that a lookup follows no pointer. A shorter id is filled up with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct SecretName([u8; 11]);

impl SecretName {
    const LEAST: Self = Self([0; 11]);
    const GREATEST: Self = Self([u8::MAX; 11]);

    /// None where the id is too long to be one.
    fn of(id: &str) -> Option<Self> {
        let mut name = Self::LEAST;
        name.0.get_mut(..id.len())?.copy_from_slice(id.as_bytes());
        Some(name)
    }
}

#[derive(Debug)]
pub(crate) struct Organization {
    pub row: OrganizationRow,
    pub declarations: Arc<Vec<Declaration>>,
    pub origins: Arc<OriginList>,
    pub revocations: Arc<Revocations>,
}

/// A secret of a key.
#[derive(Debug)]
pub(crate) struct Secret {
    pub row: SecretRow,
    /// Tokens issued, as far as this process knows.
    minted: AtomicI64,
}

impl Secret {
    /// Counts one more token and tells how many there are now.
    pub fn count_mint(&self) -> i64 {
        self.minted.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl ConfigSnapshot {
    /// What is known before anything was read.
    pub fn empty() -> Self {
        Self {
            generation: -1,
            organizations: OrdMap::new(),
            secrets: OrdMap::new(),
            by_key: OrdSet::new(),
            active_people: OrdMap::new(),
        }
    }

    /// Reads what changed since this state.
    pub async fn next(&self, store: &Store) -> Result<Self, StoreError> {
        let read = store
            .snapshot_as(self.generation, |state| self.secret_from(state))
            .await?;
        Ok(self.apply(read))
    }

    /// This state with what was read in the place of what it was before.
    fn apply(&self, read: Snapshot<Arc<Secret>>) -> Self {
        let mut next = if read.whole {
            Self::empty()
        } else {
            self.clone()
        };
        next.generation = read.generation;
        let mut declarations = grouped(read.attributes_of, read.attributes, |row| {
            Some(row.declaration)
        });
        let mut origins = grouped(read.origins_of, read.origins, listed);
        for row in read.organizations {
            let known = self.organizations.get(&row.id);
            let organization = Organization {
                declarations: declarations
                    .remove(&row.id)
                    .map(Arc::new)
                    .or_else(|| known.map(|known| known.declarations.clone()))
                    .unwrap_or_default(),
                origins: origins
                    .remove(&row.id)
                    .map(|listed| Arc::new(OriginList::new(listed)))
                    .or_else(|| known.map(|known| known.origins.clone()))
                    .unwrap_or_default(),
                revocations: known
                    .map(|known| known.revocations.clone())
                    .unwrap_or_default(),
                row,
            };
            next.organizations
                .insert(organization.row.id, Arc::new(organization));
        }
        for secret in read.secrets {
            let row = &secret.row;
            // A row that cannot be read admits nobody.
            let Some(name) = SecretName::of(&row.id) else {
                continue;
            };
            next.by_key.insert((row.organization_id, row.key_id, name));
            next.secrets.insert(name, secret);
        }
        for (organization, person, cut_off) in read.active_people {
            next.active_people.insert((organization, person), cut_off);
        }
        for person in read.inactive_people {
            next.active_people.remove(&person);
        }
        // In place, not copied: there may be hundreds of thousands.
        let mut revoked = read.revocations;
        revoked.sort_unstable_by_key(|row| row.organization);
        for rows in revoked.chunk_by(|one, other| one.organization == other.organization) {
            let organization = rows.first().map(|row| row.organization);
            if let Some(known) = organization.and_then(|id| next.organizations.get(&id)) {
                known.revocations.add(rows);
            }
        }
        next
    }

    /// A secret as it was read. One that did not change stays what it is, and what is counted goes on in any case.
    fn secret_from(&self, state: SecretState) -> Arc<Secret> {
        let known = SecretName::of(&state.row.id).and_then(|name| self.secrets.get(&name));
        let Some(known) = known else {
            return Arc::new(Secret {
                row: state.row,
                minted: state.minted.into(),
            });
        };
        // Other nodes mint with the same key.
        let minted = known
            .minted
            .fetch_max(state.minted, Ordering::Relaxed)
            .max(state.minted);
        if known.row == state.row {
            return known.clone();
        }
        Arc::new(Secret {
            row: state.row,
            minted: minted.into(),
        })
    }

    /// Takes over how many tokens were issued, other nodes' tokens included.
    pub fn count_up_to(&self, minted: Vec<(String, i64)>) {
        for (id, minted) in minted {
            if let Some(secret) = SecretName::of(&id).and_then(|name| self.secrets.get(&name)) {
                secret.minted.fetch_max(minted, Ordering::Relaxed);
            }
        }
    }

    pub fn secret(&self, id: &str) -> Option<Arc<Secret>> {
        let secret = self.secrets.get(&SecretName::of(id)?)?;
        (secret.row.id == id).then(|| secret.clone())
    }

    /// The secret whose tokens begin with exactly this encoded header.
    pub fn secret_by_header(&self, header: &str) -> Option<Arc<Secret>> {
        self.secret(&TokenKey::kid_of(header, TOKEN_TYPE)?)
    }

    pub fn organization(&self, id: OrganizationId) -> Option<Arc<Organization>> {
        self.organizations.get(&id).cloned()
    }

    pub fn organizations(&self) -> impl Iterator<Item = &Arc<Organization>> {
        self.organizations.values()
    }

    /// The encoded headers of an organization's tokens.
    pub fn headers(&self, organization: OrganizationId) -> impl Iterator<Item = String> {
        self.secrets_of(organization)
            .map(|secret| TokenKey::header_of(&secret.row.id, TOKEN_TYPE))
    }

    /// The secrets of an organization.
    pub fn secrets_of(&self, organization: OrganizationId) -> impl Iterator<Item = &Arc<Secret>> {
        self.between(organization, KeyId(Uuid::nil()), KeyId(Uuid::max()))
    }

    /// The secrets of a key.
    pub fn secrets_of_key(
        &self,
        organization: OrganizationId,
        key: KeyId,
    ) -> impl Iterator<Item = &Arc<Secret>> {
        self.between(organization, key, key)
    }

    fn between(
        &self,
        organization: OrganizationId,
        first: KeyId,
        last: KeyId,
    ) -> impl Iterator<Item = &Arc<Secret>> {
        let range =
            (organization, first, SecretName::LEAST)..=(organization, last, SecretName::GREATEST);
        self.by_key
            .range(range)
            .filter_map(|(_, _, name)| self.secrets.get(name))
    }

    /// Up to which Unix millisecond the sandbox tokens of a person are refused; absent where the person is not active, and all are.
    pub fn sandbox_cut_off(&self, organization: OrganizationId, person: PersonId) -> Option<i64> {
        self.active_people.get(&(organization, person)).copied()
    }

    /// A secret of a key, by the key's id. Whether it can still be used is for the caller to ask.
    pub fn secret_of_key(&self, organization: OrganizationId, key: KeyId) -> Option<Arc<Secret>> {
        self.secrets_of_key(organization, key).next().cloned()
    }
}

/// Rows by organization, each organization with an entry even where it has none.
fn grouped<Row, T>(
    organizations: Vec<OrganizationId>,
    rows: Vec<(OrganizationId, Row)>,
    read: impl Fn(Row) -> Option<T>,
) -> HashMap<OrganizationId, Vec<T>> {
    let mut groups: HashMap<_, _> = organizations
        .into_iter()
        .map(|organization| (organization, Vec::new()))
        .collect();
    for (organization, row) in rows {
        if let Some(group) = groups.get_mut(&organization) {
            group.extend(read(row));
        }
    }
    groups
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

#[cfg(test)]
mod tests;
