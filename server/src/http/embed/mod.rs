//! For backends: tokens by API key. For viewers' pages: the component script, and what a token grants.

mod answer;
pub(crate) mod browser;
pub(crate) mod generate_token;
pub(crate) mod introspect;
pub(crate) mod key_holder;
pub(crate) mod live;
pub(crate) mod revoke;
pub(crate) mod script;
pub(crate) mod session;
