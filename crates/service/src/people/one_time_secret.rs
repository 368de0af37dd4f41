//! Secrets that are shown once and stored as their hash: set-up links, sign-in links, device cookies.

use crate::ports::System;
use base64::Engine;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// A secret that is shown once and stored as its hash.
pub struct OneTimeSecret(pub Zeroizing<String>);

impl std::fmt::Debug for OneTimeSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OneTimeSecret(..)")
    }
}

impl OneTimeSecret {
    pub(crate) fn new(system: &System) -> Self {
        let random = Zeroizing::new(system.random::<32>());
        let text = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(*random);
        Self(Zeroizing::new(text))
    }
}

pub(crate) fn hash_secret(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}
