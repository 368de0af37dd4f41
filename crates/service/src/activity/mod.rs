//! What happened with tokens and embeds, counted and noted in memory and written behind.

pub(crate) mod attribute_usage;
pub(crate) mod connected_sites;
pub(crate) mod embed_activity;
pub(crate) mod live_tokens;
pub(crate) mod refused_sites;
pub(crate) mod rejection;
mod write_behind;

pub(crate) use write_behind::WriteBehind;
