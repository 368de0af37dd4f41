//! The ciphers of the secrets that were used last. Expanding a content key takes longer than sealing a token with it, and an
//! expanded key takes several kilobytes, so those of few secrets are kept.
//!
//! Read by minting and by whatever opens tokens. The one invariant: a cipher is used only for the wrapped key it was made from.

use super::Secret;
use crate::error::Error;
use hashlink::LruCache;
use perch_domain::claims::TOKEN_TYPE;
use perch_jwe::{MasterKeys, TokenKey};
use std::sync::{Arc, Mutex, PoisonError};

/// How many are kept.
const MAX_TOKEN_KEYS: usize = 1_000;

/// By the id of the secret.
pub(crate) struct TokenKeys(Mutex<LruCache<String, Expanded>>);

struct Expanded {
    wrapped: Box<[u8]>,
    key: Arc<TokenKey>,
}

impl Default for TokenKeys {
    fn default() -> Self {
        Self(Mutex::new(LruCache::new(MAX_TOKEN_KEYS)))
    }
}

impl TokenKeys {
    /// The cipher of a secret's tokens.
    pub fn of(&self, secret: &Secret, master_keys: &MasterKeys) -> Result<Arc<TokenKey>, Error> {
        let row = &secret.row;
        let locked = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = locked()
            .get(&row.id)
            .filter(|known| known.wrapped == row.wrapped_key)
            .map(|known| known.key.clone());
        if let Some(key) = known {
            return Ok(key);
        }
        // Not under the lock: others that are at work need their ciphers meanwhile.
        let content = master_keys.unwrap(&row.id, &row.wrapped_key)?;
        let key = Arc::new(TokenKey::new(&row.id, TOKEN_TYPE, content)?);
        let expanded = Expanded {
            wrapped: row.wrapped_key.clone(),
            key: key.clone(),
        };
        locked().insert(row.id.clone(), expanded);
        Ok(key)
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}
