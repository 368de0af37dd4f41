//! The console: pages, plain forms, server functions. Everything in here is behind the session, the rule against other
//! sites' forms, and headers that isolate its pages.

pub(crate) mod account;
pub(crate) mod content_policy;
pub(crate) mod current_user;
pub(crate) mod embed;
mod extract;
mod flash;
mod form_body;
pub(crate) mod index;
pub(crate) mod password;
pub(crate) mod protection;
mod render;
pub(crate) mod server_functions;
pub(crate) mod session;
mod session_store;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod theme;

pub use session_store::Sessions;
