//! The configuration in memory: the snapshot and the cache that keeps it current.

mod cache;
mod snapshot;

pub(crate) use cache::Looks;
pub(crate) use snapshot::{Memory, Organization, Secret};
