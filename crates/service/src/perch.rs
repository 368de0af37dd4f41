//! The service itself: it builds the parts and joins them. No use case lives here.
//!
//! The roof of the crate: imported by `lib.rs` alone.

use crate::activity::attribute_usage::AttributeUsage;
use crate::activity::embed_activity::EmbedActivity;
use crate::activity::live_tokens::LiveTokenCounter;
use crate::api_keys::ApiKeys;
use crate::api_keys::rate_limits::{Limits, RateLimits};
use crate::config::{ConfigCache, TokenKeys};
use crate::people::People;
use crate::ports::{Clock, Entropy, System};
use crate::runtime::doctor::Doctor;
use crate::runtime::maintenance::{Maintenance, TrustedClock};
use crate::sandbox::Sandbox;
use crate::settings::Settings;
use crate::tokens::Tokens;
use crate::tokens::revocation_bounds::RevocationBounds;
use perch_domain::origin::Origin;
use perch_jwe::MasterKeys;
use perch_store::{MintRecorder, Store, StoreError};
use std::sync::{Arc, OnceLock};

/// What the service is made of.
pub struct PerchParts {
    pub store: Store,
    pub master_keys: MasterKeys,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    /// Exact hosts that may be authorized with plain http.
    pub http_hosts: Vec<String>,
    /// Days that a mint record is kept after its token has expired.
    pub record_days: u32,
    /// Whether to follow the database and to delete expired rows: a server does, a command does not.
    pub maintenance: bool,
    pub limits: Limits,
}

/// The service could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Every use case, by noun. Cheap to clone; background tasks end with the last clone.
#[derive(Clone)]
pub struct Perch {
    pub config: Arc<ConfigCache>,
    pub activity: Arc<EmbedActivity>,
    pub api_keys: Arc<ApiKeys>,
    pub tokens: Arc<Tokens>,
    pub settings: Arc<Settings>,
    pub sandbox: Arc<Sandbox>,
    pub people: Arc<People>,
    pub doctor: Arc<Doctor>,
    /// The clock and the source of randomness.
    pub system: System,
    store: Store,
    public_url: Arc<OnceLock<String>>,
    maintenance: Arc<Maintenance>,
}

impl std::fmt::Debug for Perch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Perch").finish_non_exhaustive()
    }
}

impl Perch {
    /// Reads the configuration, builds the parts and starts the maintenance.
    pub async fn start(parts: PerchParts) -> Result<Self, StartError> {
        let PerchParts { store, .. } = parts;
        let system = System::new(parts.clock, parts.entropy);
        let now = system.now();
        let installation = store.installation(system.new_id(), now).await?;
        let recorder = MintRecorder::start(&store);
        let master_keys = Arc::new(parts.master_keys);
        let config = Arc::new(ConfigCache::start(store.clone(), system.clone()).await?);
        let activity = Arc::new(EmbedActivity::new(
            store.clone(),
            config.clone(),
            system.clone(),
        ));
        let usage = Arc::new(AttributeUsage::new(store.clone(), config.clone()));
        let live_tokens = Arc::new(LiveTokenCounter::new(
            store.clone(),
            config.clone(),
            system.clone(),
        ));
        let api_keys = Arc::new(ApiKeys {
            store: store.clone(),
            config: config.clone(),
            system: system.clone(),
            master_keys: master_keys.clone(),
            activity: activity.clone(),
            live_tokens: live_tokens.clone(),
            rate_limits: RateLimits::new(parts.limits, system.clone()),
        });
        let tokens = Arc::new(Tokens {
            store: store.clone(),
            config: config.clone(),
            system: system.clone(),
            master_keys: master_keys.clone(),
            token_keys: TokenKeys::default(),
            issuer: installation.id,
            preview: OnceLock::new(),
            recorder,
            revocation_bounds: RevocationBounds::default(),
            activity: activity.clone(),
            usage: usage.clone(),
            counter: live_tokens,
            api_keys: api_keys.clone(),
        });
        let settings = Arc::new(Settings {
            store: store.clone(),
            config: config.clone(),
            system: system.clone(),
            http_hosts: parts.http_hosts,
            activity: activity.clone(),
            usage: usage.clone(),
        });
        let sandbox = Arc::new(Sandbox {
            store: store.clone(),
            config: config.clone(),
            system: system.clone(),
            api_keys: api_keys.clone(),
            tokens: tokens.clone(),
        });
        let people = Arc::new(People::new(
            store.clone(),
            config.clone(),
            system.clone(),
            installation.id,
            tokens.clone(),
        ));
        let doctor = Arc::new(Doctor::new(
            store.clone(),
            config.clone(),
            system.clone(),
            master_keys,
            installation.id,
        ));
        let maintenance = Arc::new(Maintenance::new(
            store.clone(),
            config.clone(),
            system.clone(),
            activity.clone(),
            usage,
            doctor.clone(),
            parts.record_days,
        ));
        if parts.maintenance {
            let newest_mint = store.newest_mint_at().await?;
            let generation = config.snapshot().generation;
            Maintenance::run(
                &maintenance,
                TrustedClock::at_start(now, newest_mint, generation),
            );
        }
        Ok(Self {
            config,
            activity,
            api_keys,
            tokens,
            settings,
            sandbox,
            people,
            doctor,
            system,
            store,
            public_url: Arc::default(),
            maintenance,
        })
    }

    /// The store, for the session layer, which is no use case.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Writes what is only in memory and closes the database.
    pub async fn close(&self) {
        self.maintenance.flush().await;
        self.store.close().await;
    }

    /// Names the address that visitors reach this installation at.
    pub fn stand_at(&self, public_url: String) {
        let _ = self.public_url.set(public_url);
    }

    /// Where visitors reach this installation; empty in a command.
    pub fn public_url(&self) -> &str {
        self.public_url.get().map_or("", String::as_str)
    }

    /// Names the origin of the console's preview, once it is known where it listens.
    pub fn offer_preview(&self, origin: Origin) {
        let _ = self.tokens.preview.set(origin);
    }

    /// Deletes what the maintenance would delete at the clock's time after so many milliseconds of life, for tests.
    #[cfg(feature = "testing")]
    pub async fn sweep_after(&self, started: i64, newest_mint: Option<i64>, lived: i64) {
        let trusted_clock = TrustedClock::at_start(started, newest_mint, 0);
        self.maintenance
            .sweep(trusted_clock.until(self.system.now(), lived))
            .await;
    }
}
