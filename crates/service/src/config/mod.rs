//! The configuration in memory: the snapshot that requests decide from, and the cache that keeps the snapshot current.

mod cache;
pub(crate) mod revocations;
mod snapshot;

pub(crate) use cache::Refreshes;
pub(crate) use snapshot::{ConfigSnapshot, Organization, Secret};
