//! Sandbox tokens from a form, and the personas that fill the form.

pub(crate) mod generate;
pub(crate) mod personas;
pub(crate) mod request_body;
