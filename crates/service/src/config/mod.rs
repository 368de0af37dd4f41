//! The configuration in memory: the snapshot that requests decide from, and the cache that keeps the snapshot current.

mod cache;
pub(crate) mod revocations;
mod snapshot;
mod token_keys;
mod token_state;

pub use cache::ConfigCache;
pub(crate) use snapshot::{ConfigSnapshot, Organization, Secret};
pub(crate) use token_keys::TokenKeys;
pub(crate) use token_state::{revoked_by, verify_key_state, verify_not_revoked};
