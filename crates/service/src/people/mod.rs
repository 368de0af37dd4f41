//! People of the console: set-up, sign-in, passwords, and how access changes and ends.

pub(crate) mod access;
mod attempts;
mod devices;
pub(crate) mod manage;
pub(crate) mod one_time_secret;
pub(crate) mod own_password;
mod password;
pub(crate) mod setup;
pub(crate) mod sign_in;

use crate::config::ConfigCache;
use crate::ports::System;
use crate::tokens::Tokens;
pub(crate) use devices::DEVICE_LIFETIME;

use attempts::Attempts;
use password::PasswordHasher;
use perch_store::Store;
use std::sync::Arc;
use uuid::Uuid;

/// The use cases about people.
pub struct People {
    store: Store,
    config: Arc<ConfigCache>,
    system: System,
    /// The stored random id of the installation.
    installation: Uuid,
    tokens: Arc<Tokens>,
    passwords: PasswordHasher,
    attempts: Attempts,
}

impl People {
    pub(crate) fn new(
        store: Store,
        config: Arc<ConfigCache>,
        system: System,
        installation: Uuid,
        tokens: Arc<Tokens>,
    ) -> Self {
        Self {
            passwords: PasswordHasher::new(system.clone()),
            attempts: Attempts::new(system.random()),
            store,
            config,
            system,
            installation,
            tokens,
        }
    }
}
