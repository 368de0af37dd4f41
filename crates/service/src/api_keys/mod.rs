//! API keys: who holds one, how often the key may ask, and how people manage it.

pub(crate) mod authenticate;
pub(crate) mod manage;
pub(crate) mod rate_limits;

use crate::activity::embed_activity::EmbedActivity;
use crate::activity::live_tokens::LiveTokenCounter;
use crate::config::ConfigCache;
use crate::ports::System;
use perch_jwe::MasterKeys;
use perch_store::Store;
use rate_limits::RateLimits;
use std::sync::Arc;

/// The use cases about API keys.
pub struct ApiKeys {
    pub(crate) store: Store,
    pub(crate) config: Arc<ConfigCache>,
    pub(crate) system: System,
    pub(crate) master_keys: Arc<MasterKeys>,
    pub(crate) activity: Arc<EmbedActivity>,
    pub(crate) live_tokens: Arc<LiveTokenCounter>,
    pub rate_limits: RateLimits,
}
