//! The sandbox: tokens from a form, and the personas that fill the form.

pub(crate) mod generate;
pub(crate) mod personas;
mod request_body;

use crate::api_keys::ApiKeys;
use crate::config::ConfigCache;
use crate::ports::System;
use crate::tokens::Tokens;
use perch_store::Store;
use std::sync::Arc;

/// The use cases of the sandbox.
pub struct Sandbox {
    pub(crate) store: Store,
    pub(crate) config: Arc<ConfigCache>,
    pub(crate) system: System,
    pub(crate) api_keys: Arc<ApiKeys>,
    pub(crate) tokens: Arc<Tokens>,
}
