//! People of the console: set-up, sign-in, passwords, access.

pub(crate) mod access;
pub(crate) mod attempts;
pub(crate) mod devices;
pub(crate) mod manage;
pub(crate) mod own_password;
pub(crate) mod password;
pub(crate) mod setup;
pub(crate) mod sign_in;
