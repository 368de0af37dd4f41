//! What an organization decides about its embeds: authorized origins, token attributes, migration mode.

pub(crate) mod attribute_impact;
pub(crate) mod attributes;
pub(crate) mod first_steps;
mod list_edits;
mod migration_mode;
pub(crate) mod origin_check;
pub(crate) mod origins;

use crate::activity::attribute_usage::AttributeUsage;
use crate::activity::embed_activity::EmbedActivity;
use crate::config::ConfigCache;
use crate::ports::System;
use perch_store::Store;
use std::sync::Arc;

/// The use cases about settings.
pub struct Settings {
    pub(crate) store: Store,
    pub(crate) config: Arc<ConfigCache>,
    pub(crate) system: System,
    /// Exact hosts that may be authorized with plain http.
    pub(crate) http_hosts: Vec<String>,
    pub(crate) activity: Arc<EmbedActivity>,
    pub(crate) usage: Arc<AttributeUsage>,
}

impl Settings {
    /// Brings the configuration in memory up to date, for the functions that read it from there.
    pub async fn refresh(&self) -> Result<(), crate::Error> {
        self.config.refresh().await.map(drop)
    }
}
