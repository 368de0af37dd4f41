//! The configuration kept in memory, so that a request asks no database before it is answered.
//!
//! It is replaced as a whole when the generation rises, and looked at once more before anything is refused from it, so
//! that a change by another process counts at once.

use crate::fault;
use crate::perch::Perch;
use crate::revocations::Revocations;
use crate::uses::Uses;
use perch_domain::Refusal;
use perch_domain::access::Scopes;
use perch_domain::attribute::Declaration;
use perch_domain::claims::TOKEN_TYPE;
use perch_domain::origin::Origin;
use perch_domain::origin_list::{Environment, Listed, OriginList};
use perch_jwe::{MasterKeys, TokenKey};
use perch_store::{
    OrganizationId, OrganizationRow, OriginRow, PersonId, SecretRow, SecretState, Snapshot,
    StoreFault,
};
use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard, OnceLock, PoisonError};
use tokio::sync::Mutex;

/// Everything a token request needs, at one generation.
#[derive(Debug)]
pub(crate) struct Memory {
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
    /// Which attributes its requests carried since this was last written down.
    pub uses: Arc<Uses>,
}

impl Secret {
    fn new(state: SecretState) -> Self {
        Self {
            scopes: Scopes::from_text(&state.row.scopes),
            minted: state.minted.into(),
            token_key: OnceLock::new(),
            uses: Arc::default(),
            row: state.row,
        }
    }

    /// The cipher of this secret's tokens.
    pub fn token_key(&self, master_keys: &MasterKeys) -> Result<Arc<TokenKey>, Refusal> {
        if let Some(key) = self.token_key.get() {
            return Ok(key.clone());
        }
        let content = master_keys
            .unwrap(&self.row.id, &self.row.wrapped_key)
            .map_err(fault::master)?;
        let key = TokenKey::new(&self.row.id, TOKEN_TYPE, content).map_err(fault::seal)?;
        Ok(self.token_key.get_or_init(|| Arc::new(key)).clone())
    }

    /// Counts one more token and tells how many there are now.
    pub fn count_mint(&self) -> i64 {
        self.minted.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Memory {
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
            // What is counted goes on, whatever else about the secret changed.
            let secret = kept.unwrap_or_else(|| {
                let uses = known.map(|known| known.uses.clone()).unwrap_or_default();
                Arc::new(Secret {
                    uses,
                    ..Secret::new(state)
                })
            });
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

/// Milliseconds that a decision may rest on memory while the database does not answer: a revocation is promised within a second.
const LONGEST_SILENCE: i64 = 900;

/// What the last looks at the generation came to.
#[derive(Debug)]
pub(crate) struct Looks {
    /// Held while a refusal makes sure that memory is current.
    one_at_a_time: Mutex<()>,
    /// When memory was last known to be what the database holds, Unix milliseconds.
    succeeded_at: AtomicI64,
    /// What the last look failed with; none where it succeeded.
    failed: std::sync::Mutex<Option<Refusal>>,
    /// How many looks have failed.
    failures: AtomicU64,
}

impl Looks {
    /// Memory was read from the database at this time (Unix milliseconds).
    pub fn begun_at(now: i64) -> Self {
        Self {
            one_at_a_time: Mutex::new(()),
            succeeded_at: now.into(),
            failed: std::sync::Mutex::default(),
            failures: 0.into(),
        }
    }

    fn last_failure(&self) -> MutexGuard<'_, Option<Refusal>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn succeeded(&self, asked_at: i64) {
        self.succeeded_at.store(asked_at, Ordering::Relaxed);
        *self.last_failure() = None;
    }

    fn failed(&self, refusal: &Refusal) {
        *self.last_failure() = Some(refusal.clone());
        self.failures.fetch_add(1, Ordering::Relaxed);
    }

    /// What a caller is told who waited for a look that failed.
    fn failed_since(&self, counted: u64) -> Option<Refusal> {
        let since = self.failures.load(Ordering::Relaxed) != counted;
        self.last_failure().clone().filter(|_| since)
    }
}

impl Perch {
    /// Reads the configuration again if it changed; tells whether it did.
    pub async fn refresh(&self) -> Result<bool, Refusal> {
        self.look(self.store.generation()).await
    }

    /// The same, with the generation from elsewhere.
    pub(crate) async fn look(
        &self,
        ask: impl Future<Output = Result<i64, StoreFault>>,
    ) -> Result<bool, Refusal> {
        let asked_at = self.now();
        let looked = async {
            let generation = ask.await?;
            if generation == self.memory.load().generation {
                return Ok(false);
            }
            let _one_at_a_time = self.reloading.lock().await;
            // A lower number is a change too: a backup was restored.
            if self.memory.load().generation != generation {
                self.reload().await?;
            }
            Ok(true)
        };
        match looked.await {
            Ok(changed) => {
                // Only now is memory what the database held then.
                self.looks.succeeded(asked_at);
                Ok(changed)
            }
            Err(fault) => {
                let refusal = fault::store(fault);
                self.looks.failed(&refusal);
                Err(refusal)
            }
        }
    }

    /// Whether the database has not been heard of for so long that somebody may have revoked what memory would let in. In either
    /// direction: a clock that is stepped back tells nothing about the time since.
    pub fn is_cut_off(&self) -> bool {
        self.is_cut_off_at(self.now())
    }

    fn is_cut_off_at(&self, now: i64) -> bool {
        now.saturating_sub(self.looks.succeeded_at.load(Ordering::Relaxed))
            .abs()
            > LONGEST_SILENCE
    }

    /// [`Self::refresh`] after a change that is committed: should it fail now, the next look is a moment away, and the change
    /// itself is done.
    pub(crate) async fn follow(&self) {
        let _ = self.refresh().await;
    }

    /// A look for a request that came at `arrived` (Unix milliseconds): none where another one began after that. One look at a
    /// time, and whoever waits for one that fails has its outcome: neither a flood of bad requests nor a database that is
    /// gone becomes a queue.
    pub(crate) async fn look_for(&self, arrived: i64) -> Result<(), Refusal> {
        let failures = self.looks.failures.load(Ordering::Relaxed);
        let look = async {
            let _one_at_a_time = self.looks.one_at_a_time.lock().await;
            if self.looks.succeeded_at.load(Ordering::Relaxed) > arrived
                && !self.is_cut_off_at(arrived)
            {
                return Ok(());
            }
            match self.looks.failed_since(failures) {
                Some(refusal) => Err(refusal),
                None => self.refresh().await.map(drop),
            }
        };
        // Boxed, so that what is the exception does not weigh on every request's future.
        Box::pin(look).await
    }

    /// Reads the configuration again whether or not it changed, and with it how much other nodes minted.
    pub(crate) async fn recount(&self) -> Result<(), StoreFault> {
        let _one_at_a_time = self.reloading.lock().await;
        self.reload().await
    }

    /// Replaces what is in memory. The caller holds `reloading`.
    async fn reload(&self) -> Result<(), StoreFault> {
        let before = self.memory.load_full();
        let snapshot = self.store.snapshot(before.generation).await?;
        let generation = snapshot.generation;
        if generation < before.generation {
            tracing::warn!(
                before = before.generation,
                now = generation,
                "the database went back to an earlier state; everything is read again"
            );
        }
        self.memory
            .store(Arc::new(Memory::new(snapshot, Some(&before))));
        // Whoever is connected is judged again.
        self.changed.send_replace(generation);
        Ok(())
    }

    /// Decides from memory; a refusal counts only once memory is known to be current.
    pub(crate) async fn decide<T, E: From<Refusal>>(
        &self,
        decide: impl Fn(&Memory) -> Result<T, E>,
    ) -> Result<T, E> {
        self.decide_unless(|_| false, decide).await
    }

    /// The same, but a refusal that is `settled` does not depend on memory. Where the database has not been heard of for a while
    /// nothing is decided without it, not even in favour.
    pub(crate) async fn decide_unless<T, E: From<Refusal>>(
        &self,
        settled: impl Fn(&E) -> bool,
        decide: impl Fn(&Memory) -> Result<T, E>,
    ) -> Result<T, E> {
        let arrived = self.now();
        if self.is_cut_off_at(arrived) {
            self.look_for(arrived).await?;
        }
        let (generation, decided) = {
            let memory = self.memory.load();
            (memory.generation, decide(&memory))
        };
        if decided.as_ref().err().is_none_or(settled) {
            return decided;
        }
        self.look_for(arrived).await?;
        // Somebody else may have replaced it in between, so what counts is what was decided from.
        let memory = self.memory.load();
        if memory.generation == generation {
            decided
        } else {
            decide(&memory)
        }
    }
}
