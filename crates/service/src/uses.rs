//! Which keys send which attribute. A mint only counts in memory; once a second what was counted is added to the database,
//! so that a change of an attribute can say first whom it will break. A crash loses a second of this count, never a token.

use crate::fault;
use crate::perch::Perch;
use perch_domain::Refusal;
use perch_domain::attribute::Value;
use perch_domain::mint_request::Dropped;
use perch_store::{KeyId, OrganizationId, UseRow};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// Most undeclared names that are kept for an organization: they are whatever a caller sends.
const MOST_DROPPED: usize = 100;

/// What one secret's requests carried since it was last written down.
#[derive(Debug, Default)]
pub(crate) struct Uses(Mutex<HashMap<String, Counts>>);

#[derive(Clone, Debug, Default)]
struct Counts {
    sent: i64,
    dropped: i64,
    /// What a dropped value looked like.
    kind: String,
    /// Unix milliseconds.
    last_at: i64,
}

impl Uses {
    /// Counts one token.
    pub fn count(&self, sent: &[(String, Value)], dropped: &[Dropped], now: i64) {
        if sent.is_empty() && dropped.is_empty() {
            return;
        }
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, _) in sent {
            // A name that is there already costs no allocation.
            match counts.get_mut(name) {
                Some(count) => (count.sent, count.last_at) = (count.sent + 1, now),
                None => drop(counts.insert(name.clone(), Counts { sent: 1, last_at: now, ..Counts::default() })),
            }
        }
        for dropped in dropped {
            if counts.len() < MOST_DROPPED + perch_domain::attribute::MOST || counts.contains_key(&dropped.name) {
                let count = counts.entry(dropped.name.clone()).or_default();
                count.dropped += 1;
                count.last_at = now;
                count.kind = dropped.kind.map(|(kind, list)| format!("{}{}", kind.as_str(), if list { " list" } else { "" })).unwrap_or_default();
            }
        }
    }

    /// Takes over what another holds.
    pub fn continue_from(&self, other: &Self) {
        let taken = other.take();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(taken);
    }

    fn take(&self) -> HashMap<String, Counts> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Perch {
    /// Adds what was counted to the database.
    pub(crate) async fn write_uses(&self) -> Result<(), Refusal> {
        let mut rows: HashMap<(OrganizationId, KeyId, String, bool), UseRow> = HashMap::new();
        for secret in self.memory.load().secrets() {
            let (organization, key_id) = (secret.row.organization_id, secret.row.key_id);
            for (name, counts) in secret.uses.take() {
                for (dropped, tokens) in [(false, counts.sent), (true, counts.dropped)].into_iter().filter(|(_, tokens)| *tokens > 0) {
                    let kind = if dropped { counts.kind.clone() } else { String::new() };
                    let row = UseRow { organization, key_id, name: name.clone(), dropped, kind, tokens, last_at: counts.last_at };
                    // A key that is being rolled has several secrets.
                    rows.entry((organization, key_id, name.clone(), dropped))
                        .and_modify(|known| {
                            known.tokens += tokens;
                            known.last_at = known.last_at.max(row.last_at);
                        })
                        .or_insert(row);
                }
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        let mut rows: Vec<_> = rows.into_values().collect();
        self.bound_dropped(&mut rows).await?;
        self.store.add_uses(rows).await.map_err(fault::store)
    }

    /// Leaves out undeclared names beyond the bound of their organization.
    async fn bound_dropped(&self, rows: &mut Vec<UseRow>) -> Result<(), Refusal> {
        let organizations: HashSet<_> = rows.iter().filter(|row| row.dropped).map(|row| row.organization).collect();
        for organization in organizations {
            let stored = self.store.uses(organization).await.map_err(fault::store)?;
            let mut known: HashSet<String> = stored.into_iter().filter(|row| row.dropped).map(|row| row.name).collect();
            rows.retain(|row| {
                let kept = !row.dropped || row.organization != organization || known.contains(&row.name) || known.len() < MOST_DROPPED;
                if kept && row.dropped && row.organization == organization {
                    known.insert(row.name.clone());
                }
                kept
            });
        }
        Ok(())
    }

    /// What the keys of an organization send, this node's last second included.
    pub(crate) async fn uses(&self, organization: OrganizationId) -> Result<Vec<UseRow>, Refusal> {
        self.write_uses().await?;
        self.store.uses(organization).await.map_err(fault::store)
    }
}
