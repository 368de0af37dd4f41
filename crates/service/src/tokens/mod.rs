//! Tokens: issued, verified, explained, revoked.

pub(crate) mod checks;
pub(crate) mod inspect;
pub(crate) mod introspect;
pub(crate) mod issue;
pub(crate) mod refused_request;
pub(crate) mod revocation_bounds;
pub(crate) mod revoke;
pub(crate) mod session;
pub(crate) mod verify;
