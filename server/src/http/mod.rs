//! HTTP: what every answer has in common, and the routes for machines.

pub(crate) mod body;
pub(crate) mod embed;
pub(crate) mod errors;
pub(crate) mod health;
pub(crate) mod openapi;
pub(crate) mod request_id;
pub(crate) mod tally;

pub use openapi::document as openapi_document;
