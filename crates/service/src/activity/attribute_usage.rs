//! Which keys send which attribute. A mint only counts in memory; once a second what was counted is added to the database,
//! so that a change of an attribute can say first whom it will break. A crash loses a second of this count, never a token.

use crate::error::Error;
use crate::perch::Perch;
use perch_domain::attribute::{Value, type_name};
use perch_domain::mint_request::Dropped;
use perch_store::{AttributeUsageRow, KeyId, OrganizationId, SecretRow, StoreError};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// Most undeclared names that are kept for an organization: they are whatever a caller sends.
const MAX_DROPPED: usize = 100;
/// Milliseconds after which an undeclared name that nobody sends any more is forgotten.
const DROPPED_KEPT: i64 = 30 * 86_400 * 1_000;

/// What one secret's requests carried since it was last written down.
#[derive(Debug, Default)]
pub(crate) struct AttributeCounts(Mutex<Counts>);

/// By name: tokens that carry the attribute, and tokens it was dropped from.
type Counts = HashMap<String, [Count; 2]>;

#[derive(Clone, Debug, Default)]
struct Count {
    tokens: i64,
    /// What a dropped value looked like.
    kind: String,
    /// Unix milliseconds.
    last_at: i64,
}

impl AttributeCounts {
    /// Counts one token.
    pub fn count(&self, sent: &[(String, Value)], dropped: &[Dropped], now: i64) {
        if sent.is_empty() && dropped.is_empty() {
            return;
        }
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, _) in sent {
            at(&mut counts, name, |[sent, _]| {
                (sent.tokens, sent.last_at) = (sent.tokens + 1, now)
            });
        }
        // Names that nobody could declare or store are not worth keeping.
        for dropped in dropped
            .iter()
            .filter(|dropped| !dropped.name.chars().any(char::is_control))
        {
            at(&mut counts, &dropped.name, |[_, count]| {
                (count.tokens, count.last_at) = (count.tokens + 1, now);
                count.kind = dropped
                    .kind
                    .map(|(kind, list)| type_name(kind, list))
                    .unwrap_or_default();
            });
        }
    }

    fn locked<T>(&self, f: impl FnOnce(&mut Counts) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Changes the counts of a name; for one that is there already it allocates nothing.
fn at(counts: &mut Counts, name: &str, change: impl FnOnce(&mut [Count; 2])) {
    if let Some(known) = counts.get_mut(name) {
        change(known);
    } else {
        let mut new = <[Count; 2]>::default();
        change(&mut new);
        counts.insert(name.to_owned(), new);
    }
}

type Rows = HashMap<(OrganizationId, KeyId, String, bool), AttributeUsageRow>;

/// Adds to a row; a key that is being rolled has several secrets.
fn add(rows: &mut Rows, row: AttributeUsageRow) {
    let known = rows.entry((row.organization, row.key_id, row.name.clone(), row.dropped));
    known
        .and_modify(|known| {
            known.tokens += row.tokens;
            known.last_at = known.last_at.max(row.last_at);
        })
        .or_insert(row);
}

/// Adds everything a secret counted.
fn add_counts(rows: &mut Rows, secret: &SecretRow, counts: &Counts) {
    for (name, both) in counts {
        for (dropped, count) in [false, true]
            .into_iter()
            .zip(both)
            .filter(|(_, count)| count.tokens > 0)
        {
            let row = AttributeUsageRow {
                organization: secret.organization_id,
                key_id: secret.key_id,
                name: name.clone(),
                dropped,
                kind: count.kind.clone(),
                tokens: count.tokens,
                last_at: count.last_at,
            };
            add(rows, row);
        }
    }
}

impl Perch {
    /// Adds what was counted to the database. Called by the upkeep and before stopping, never on the way of a request.
    pub(crate) async fn flush_attribute_usage(&self) {
        let _one_at_a_time = self.writing_uses.lock().await;
        let secrets: Vec<_> = self.memory.load().secrets().cloned().collect();
        let mut rows = Rows::new();
        let mut taken = Vec::new();
        for secret in secrets {
            let counts = secret.uses.locked(std::mem::take);
            add_counts(&mut rows, &secret.row, &counts);
            taken.push((secret, counts));
        }
        if rows.is_empty() || self.write_rows(rows.into_values().collect()).await.is_ok() {
            return;
        }
        // The log has the reason; the next second tries again with these.
        for (secret, counts) in taken {
            secret.uses.locked(|current| {
                for (name, counts) in counts {
                    at(current, &name, |known| {
                        for (known, count) in known.iter_mut().zip(counts) {
                            let tokens = known.tokens + count.tokens;
                            *known = if known.last_at < count.last_at {
                                count
                            } else {
                                std::mem::take(known)
                            };
                            known.tokens = tokens;
                        }
                    });
                }
            });
        }
    }

    async fn write_rows(&self, mut rows: Vec<AttributeUsageRow>) -> Result<(), Error> {
        let organizations: HashSet<_> = rows
            .iter()
            .filter(|row| row.dropped)
            .map(|row| row.organization)
            .collect();
        for organization in organizations {
            let stored = self.store.attribute_usage(organization).await?;
            let declared = self.memory.load().organization(organization);
            let is_declared = |name: &str| {
                declared.as_ref().is_some_and(|known| {
                    known
                        .declarations
                        .iter()
                        .any(|declared| declared.name == name)
                })
            };
            let mut known: HashSet<String> = stored
                .into_iter()
                .filter(|row| row.dropped && !is_declared(&row.name))
                .map(|row| row.name)
                .collect();
            rows.retain(|row| {
                let bounded = row.dropped && row.organization == organization;
                if bounded && known.len() < MAX_DROPPED {
                    known.insert(row.name.clone());
                }
                !bounded || known.contains(&row.name)
            });
        }
        Ok(self.store.add_attribute_usage(rows).await?)
    }

    /// What the keys of an organization send, this node's last second included, the latest first.
    pub(crate) async fn uses(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<AttributeUsageRow>, Error> {
        // What is being written is in neither place.
        let _not_while_writing = self.writing_uses.lock().await;
        let mut rows = Rows::new();
        for stored in self.store.attribute_usage(organization).await? {
            add(&mut rows, stored);
        }
        for secret in self
            .memory
            .load()
            .secrets()
            .filter(|secret| secret.row.organization_id == organization)
        {
            secret
                .uses
                .locked(|counts| add_counts(&mut rows, &secret.row, counts));
        }
        let mut rows: Vec<_> = rows.into_values().collect();
        rows.sort_by(|one, other| other.last_at.cmp(&one.last_at).then_with(|| one.cmp(other)));
        Ok(rows)
    }

    /// Forgets undeclared names that nobody sends any more.
    pub(crate) async fn forget_dropped(&self, now: i64) -> Result<(), StoreError> {
        self.store.forget_dropped(now - DROPPED_KEPT).await
    }
}
