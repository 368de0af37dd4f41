//! API keys: who holds one, how often it may ask, and how people manage it.

pub(crate) mod authenticate;
pub(crate) mod manage;
pub(crate) mod rate_limits;
