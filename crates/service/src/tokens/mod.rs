//! Tokens: issued, verified, explained, revoked, and the embed sessions that they open.

pub(crate) mod checks;
mod diagnosis;
pub(crate) mod fix;
pub(crate) mod inspect;
pub(crate) mod introspect;
pub(crate) mod issue;
pub(crate) mod refused_request;
pub(crate) mod revocation_bounds;
pub(crate) mod revoke;
mod revoked_before;
pub(crate) mod session;
pub(crate) mod token_view;
pub(crate) mod verify;

use crate::activity::attribute_usage::AttributeUsage;
use crate::activity::embed_activity::EmbedActivity;
use crate::activity::live_tokens::LiveTokenCounter;
use crate::api_keys::ApiKeys;
use crate::config::{ConfigCache, TokenKeys};
use crate::ports::System;
use perch_domain::origin::Origin;
use perch_jwe::MasterKeys;
use perch_store::{MintRecorder, Store};
use revocation_bounds::RevocationBounds;
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

/// The use cases about tokens.
pub struct Tokens {
    pub(crate) store: Store,
    pub(crate) config: Arc<ConfigCache>,
    pub(crate) system: System,
    pub(crate) master_keys: Arc<MasterKeys>,
    pub(crate) token_keys: TokenKeys,
    /// The stored random id that every token names as its issuer.
    pub(crate) issuer: Uuid,
    /// Where the console's preview is, if there is one.
    pub(crate) preview: OnceLock<Origin>,
    pub(crate) recorder: MintRecorder,
    pub(crate) revocation_bounds: RevocationBounds,
    pub(crate) activity: Arc<EmbedActivity>,
    pub(crate) usage: Arc<AttributeUsage>,
    pub(crate) counter: Arc<LiveTokenCounter>,
    pub(crate) api_keys: Arc<ApiKeys>,
}

impl Tokens {
    /// Where the console's preview is, if there is one.
    pub fn preview(&self) -> Option<&Origin> {
        self.preview.get()
    }
}
