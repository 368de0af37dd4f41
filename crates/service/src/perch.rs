//! The service itself: the store, what is kept in memory, and the ports to time and chance.

use crate::activity::embed_activity::EmbedActivity;
use crate::api_keys::rate_limits::{Gauges, Limits};
use crate::config::{ConfigSnapshot, Refreshes};
use crate::error::Error;
use crate::people::attempts::Attempts;
use crate::people::password::{self, PasswordHasher};
use crate::ports::{Clock, Entropy, new_id, random};
use crate::runtime::maintenance::TrustedClock;
use crate::tokens::revocation_bounds::RevocationBounds;
use arc_swap::ArcSwap;
use perch_domain::origin::Origin;
use perch_domain::{Actor, Code};
use perch_jwe::MasterKeys;
use perch_store::{AuditEntry, MintRecorder, Store, StoreError};
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use tokio::sync::{Mutex, watch};
use uuid::Uuid;

/// What the service is made of.
pub struct PerchParts {
    pub store: Store,
    pub master_keys: MasterKeys,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Exact hosts that may be listed with plain http.
    pub http_hosts: Vec<String>,
    /// Days that a mint record outlives its token.
    pub record_days: u32,
    /// Whether to follow the database and to remove what has outlived its time: a server does, a command does not.
    pub maintenance: bool,
    pub limits: Limits,
}

/// The service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every use case. Cheap to clone; background tasks end with the last clone.
#[derive(Clone)]
pub struct Perch(Arc<Inner>);

/// What the clones share. Not exported: its fields are the crate's own.
pub struct Inner {
    pub(crate) store: Store,
    pub(crate) master_keys: MasterKeys,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) http_hosts: Vec<String>,
    pub(crate) record_days: u32,
    /// The stored random id that every token names as its issuer.
    pub(crate) issuer: Uuid,
    pub(crate) memory: ArcSwap<ConfigSnapshot>,
    pub(crate) reloading: Mutex<()>,
    pub(crate) looks: Refreshes,
    /// The generation of the memory, for those who wait for it to change.
    pub(crate) changed: watch::Sender<i64>,
    /// Sites that connected or were refused, and refused requests, until they are written down.
    pub(crate) sightings: EmbedActivity,
    pub(crate) revocation_bounds: RevocationBounds,
    pub(crate) preview: OnceLock<Origin>,
    pub(crate) public_url: OnceLock<String>,
    pub(crate) recorder: MintRecorder,
    /// Held while what was counted is on its way into the database.
    pub(crate) writing_uses: Mutex<()>,
    pub(crate) writing_sightings: Mutex<()>,
    /// Bounds who tries to sign in, and the passwords that wait to be hashed and are hashed at once.
    pub(crate) attempts: Attempts,
    pub(crate) hashing: PasswordHasher,
    /// How many requests came lately.
    pub(crate) gauges: Gauges,
    /// Who sent a forwarding header that does not count, and when, until that is written down.
    pub(crate) untrusted_proxy: std::sync::Mutex<Option<(IpAddr, i64)>>,
    /// What the password of somebody unknown is compared with, so that it takes the same time.
    pub(crate) decoy_hash: String,
}

impl std::ops::Deref for Perch {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl std::fmt::Debug for Perch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Perch")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Perch {
    /// Reads the configuration into memory and starts the upkeep.
    pub async fn start(parts: PerchParts) -> Result<Self, StartError> {
        let PerchParts {
            store,
            master_keys,
            clock,
            entropy,
            http_hosts,
            record_days,
            maintenance,
            limits,
        } = parts;
        let now = clock.now();
        let installation = store.installation(new_id(now, &*entropy), now).await?;
        let memory = ConfigSnapshot::new(store.snapshot(-1).await?, None);
        let generation = memory.generation;
        let recorder = MintRecorder::start(&store);
        let perch = Self(Arc::new(Inner {
            decoy_hash: password::decoy(random(&*entropy)),
            attempts: Attempts::new(&*entropy),
            store,
            master_keys,
            clock,
            entropy,
            http_hosts,
            record_days,
            issuer: installation.id,
            looks: Refreshes::begun_at(now),
            changed: watch::Sender::new(memory.generation),
            sightings: EmbedActivity::default(),
            revocation_bounds: RevocationBounds::default(),
            preview: OnceLock::new(),
            public_url: OnceLock::new(),
            memory: ArcSwap::from_pointee(memory),
            reloading: Mutex::new(()),
            writing_sightings: Mutex::new(()),
            recorder,
            writing_uses: Mutex::new(()),
            hashing: PasswordHasher::default(),
            gauges: Gauges::new(limits),
            untrusted_proxy: std::sync::Mutex::default(),
        }));
        if maintenance {
            let trusted_clock =
                TrustedClock::at_start(now, perch.store.newest_mint_at().await?, generation);
            crate::runtime::maintenance::start(&Arc::downgrade(&perch.0), trusted_clock);
        }
        Ok(perch)
    }

    pub(crate) fn from_inner(inner: Arc<Inner>) -> Self {
        Self(inner)
    }

    /// Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    pub(crate) fn now_seconds(&self) -> i64 {
        self.now().div_euclid(1_000)
    }

    /// A new id: of a row, a request or a form.
    pub fn new_id(&self) -> Uuid {
        new_id(self.now(), &*self.entropy)
    }

    /// A new id of a moment after this one, Unix milliseconds.
    pub(crate) fn new_id_after(&self, moment: i64) -> Uuid {
        new_id(self.now().max(moment.saturating_add(1)), &*self.entropy)
    }

    /// New ids in their order: rows that are added together stay in the order they were given.
    pub(crate) fn new_ids(&self, count: usize) -> Vec<Uuid> {
        let mut ids: Vec<_> = (0..count).map(|_| self.new_id()).collect();
        ids.sort_unstable();
        ids
    }

    /// A nonce for one answer's content policy.
    pub fn new_nonce(&self) -> String {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(random::<16>(&*self.entropy))
    }

    pub fn http_hosts(&self) -> &[String] {
        &self.http_hosts
    }

    /// The store, for the session layer, which is no use case.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Writes down what is only in memory and closes the database.
    pub async fn close(&self) {
        self.flush_attribute_usage().await;
        self.flush_activity().await;
        self.write_untrusted_proxy().await;
        self.store.close().await;
    }

    /// Names the address that visitors reach this installation at.
    pub fn stand_at(&self, public_url: String) {
        let _ = self.public_url.set(public_url);
    }

    /// Where visitors reach this installation; empty where nobody said, as in a command.
    pub fn public_url(&self) -> &str {
        self.public_url.get().map_or("", String::as_str)
    }

    /// Names the origin of the console's preview, once it is known where it listens.
    pub fn offer_preview(&self, origin: Origin) {
        let _ = self.preview.set(origin);
    }

    /// Where the console's preview is, if there is one.
    pub fn preview(&self) -> Option<&Origin> {
        self.preview.get()
    }

    /// Whether tokens can be minted and judged: the database was heard of lately, and the last write was confirmed in time.
    ///
    /// # Errors
    /// `UNAVAILABLE`.
    pub async fn ready(&self) -> Result<(), Error> {
        let now = self.now();
        if self.store.is_closed() || !self.store.writes_work() {
            return Err(Code::Unavailable.into());
        }
        if self.is_stale() {
            self.refresh_once_since(now).await
        } else {
            Ok(())
        }
    }

    /// An audit entry by this actor, now.
    pub(crate) fn entry(
        &self,
        acting: &crate::ActorContext,
        action: &'static str,
        target: impl Into<String>,
    ) -> AuditEntry {
        AuditEntry {
            id: self.new_id(),
            organization: acting.organization,
            actor: acting.name.clone(),
            // A command may act for somebody; the act is still the operator's.
            actor_id: acting
                .person
                .filter(|_| matches!(acting.actor, Actor::Person(_)))
                .map(|person| person.0),
            action,
            target: target.into(),
            before: None,
            after: None,
            address: acting.request.address.clone(),
            request_id: acting.request.id.clone(),
            caller_request_id: acting.request.caller_id.clone(),
            at: self.now(),
        }
    }
}
