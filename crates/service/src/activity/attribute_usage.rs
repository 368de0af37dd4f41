//! Which keys send which attribute. A mint only counts in memory; every second the counts are added to the database, so
//! that a change of an attribute can name the keys that it will break. A crash loses a second of counts, never a token.

use crate::activity::write_behind::WriteBehind;
use crate::config::ConfigCache;
use crate::error::Error;
use perch_domain::Refusal;
use perch_domain::attribute::{Value, type_name};
use perch_domain::mint_request::Dropped;
use perch_store::{AttributeUsageRow, KeyId, OrganizationId, Store, StoreError};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Undeclared names that are kept for an organization: callers choose them freely.
const MAX_DROPPED: usize = 100;
/// Milliseconds after which an undeclared name that is not sent any more is forgotten.
const DROPPED_KEPT: i64 = 30 * 86_400 * 1_000;

/// Counts which keys send which attributes.
pub struct AttributeUsage {
    store: Store,
    config: Arc<ConfigCache>,
    pending: WriteBehind<CountsByKey>,
}

type CountsByKey = HashMap<(OrganizationId, KeyId), Counts>;

/// By name: tokens that carry the attribute, and tokens it was dropped from.
type Counts = HashMap<String, [Count; 2]>;

#[derive(Clone, Debug, Default)]
struct Count {
    tokens: i64,
    /// The type that a dropped value would be declared with.
    kind: String,
    /// Unix milliseconds.
    last_at: i64,
}

fn count(counts: &mut Counts, sent: &[(String, Value)], dropped: &[Dropped], now: i64) {
    for (name, _) in sent {
        at(counts, name, |[sent, _]| {
            (sent.tokens, sent.last_at) = (sent.tokens + 1, now);
        });
    }
    // A name with control characters can be neither declared nor stored.
    for dropped in dropped
        .iter()
        .filter(|dropped| !dropped.name.chars().any(char::is_control))
    {
        at(counts, &dropped.name, |[_, count]| {
            (count.tokens, count.last_at) = (count.tokens + 1, now);
            count.kind = dropped
                .kind
                .map(|(kind, list)| type_name(kind, list))
                .unwrap_or_default();
        });
    }
}

/// Adds counts that could not be written to those that came meanwhile.
fn restore(current: &mut CountsByKey, taken: CountsByKey) {
    for (key, counts) in taken {
        let current = current.entry(key).or_default();
        for (name, counts) in counts {
            at(current, &name, |known| {
                for (known, count) in known.iter_mut().zip(counts) {
                    let tokens = known.tokens + count.tokens;
                    if known.last_at < count.last_at {
                        *known = count;
                    }
                    known.tokens = tokens;
                }
            });
        }
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

/// Adds to a row.
fn add(rows: &mut Rows, row: AttributeUsageRow) {
    let known = rows.entry((row.organization, row.key_id, row.name.clone(), row.dropped));
    known
        .and_modify(|known| {
            known.tokens += row.tokens;
            known.last_at = known.last_at.max(row.last_at);
        })
        .or_insert(row);
}

/// Adds everything that was counted for a key.
fn add_counts(rows: &mut Rows, organization: OrganizationId, key_id: KeyId, counts: &Counts) {
    for (name, both) in counts {
        for (dropped, count) in [false, true]
            .into_iter()
            .zip(both)
            .filter(|(_, count)| count.tokens > 0)
        {
            let row = AttributeUsageRow {
                organization,
                key_id,
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

impl AttributeUsage {
    pub(crate) fn new(store: Store, config: Arc<ConfigCache>) -> Self {
        Self {
            store,
            config,
            pending: WriteBehind::default(),
        }
    }

    /// Counts one token of a key. `now` in Unix milliseconds.
    pub(crate) fn count(
        &self,
        organization: OrganizationId,
        key: KeyId,
        sent: &[(String, Value)],
        dropped: &[Dropped],
        now: i64,
    ) {
        if sent.is_empty() && dropped.is_empty() {
            return;
        }
        self.pending.with(|pending| {
            count(
                pending.entry((organization, key)).or_default(),
                sent,
                dropped,
                now,
            );
        });
    }

    /// Adds the counts to the database: every second and before the service stops, never on the path of a request.
    pub(crate) async fn flush(&self) {
        let mut batch = self.pending.take(std::mem::take).await;
        let mut rows = Rows::new();
        for ((organization, key), counts) in &batch.taken {
            add_counts(&mut rows, *organization, *key, counts);
        }
        if rows.is_empty() {
            return;
        }
        if let Err(error) = self.write_rows(rows.into_values().collect()).await {
            // The conversion logs what must not happen. The next flush tries again with these counts.
            drop(Refusal::from(error));
            let taken = std::mem::take(&mut batch.taken);
            self.pending.with(|pending| restore(pending, taken));
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
            let declared = self.config.snapshot().organization(organization);
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

    /// What the keys of an organization send, the last second of this node included, the latest first.
    pub(crate) async fn of_organization(
        &self,
        organization: OrganizationId,
    ) -> Result<Vec<AttributeUsageRow>, Error> {
        // What is being written is neither stored nor pending.
        let _writers_wait = self.pending.hold().await;
        let mut rows = Rows::new();
        for stored in self.store.attribute_usage(organization).await? {
            add(&mut rows, stored);
        }
        self.pending.with(|pending| {
            for ((_, key), counts) in pending.iter().filter(|((of, _), _)| *of == organization) {
                add_counts(&mut rows, organization, *key, counts);
            }
        });
        let mut rows: Vec<_> = rows.into_values().collect();
        rows.sort_by(|one, other| other.last_at.cmp(&one.last_at).then_with(|| one.cmp(other)));
        Ok(rows)
    }

    /// Deletes undeclared names that are not sent any more. `now` in Unix milliseconds.
    pub(crate) async fn forget(&self, now: i64) -> Result<(), StoreError> {
        self.store.forget_dropped(now - DROPPED_KEPT).await
    }
}
