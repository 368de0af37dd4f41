//! The gate: the only way from a token to what it says. Steps in order, stopping at the first that fails.

use crate::TokenKey;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use ring::aead::{Aad, NONCE_LEN, Nonce};
use zeroize::Zeroizing;

/// Bytes. Nothing longer is looked at.
pub const MAX_TOKEN_BYTES: usize = 8 * 1024;
/// A nonce of 12 bytes in base64url.
const NONCE_TEXT: usize = 16;
/// An authentication tag of 16 bytes in base64url.
const TAG_TEXT: usize = 22;

/// Why a token was not opened. Nothing here says more than the token's bearer already knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Not five canonical parts of the lengths this installation issues.
    #[error("not a whole token")]
    Malformed,
    /// Well-formed, but its header is not one issued here.
    #[error("not issued here")]
    UnknownKey,
    /// The seal does not fit the key the header names.
    #[error("not sealed by the key it names")]
    NotSealed,
}

/// The claims of a token whose seal was verified, and the key that sealed it.
pub struct Opened<K> {
    pub key: K,
    pub claims: Zeroizing<Vec<u8>>,
}

/// Opens a token. `find` maps an encoded header, byte for byte, to what is known of its secret.
///
/// # Errors
/// See [`OpenError`].
pub fn open<K: AsRef<TokenKey>>(
    token: &str,
    find: impl FnOnce(&str) -> Option<K>,
) -> Result<Opened<K>, OpenError> {
    // 1. Bounded, ASCII, five parts, each in its one canonical spelling.
    if token.len() > MAX_TOKEN_BYTES || !token.is_ascii() {
        return Err(OpenError::Malformed);
    }
    let mut parts = token.split('.');
    let (Some(header), Some(encrypted_key), Some(nonce), Some(ciphertext), Some(tag), None) = (
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
        parts.next(),
    ) else {
        return Err(OpenError::Malformed);
    };
    // The base64 engine refuses padding, stray trailing bits and any other alphabet.
    let nonce_bytes = BASE64URL.decode(nonce).map_err(|_| OpenError::Malformed)?;
    let mut sealed = Zeroizing::new(Vec::with_capacity(ciphertext.len()));
    BASE64URL
        .decode_vec(ciphertext, &mut sealed)
        .map_err(|_| OpenError::Malformed)?;
    BASE64URL
        .decode_vec(tag, &mut sealed)
        .map_err(|_| OpenError::Malformed)?;
    BASE64URL
        .decode(encrypted_key)
        .map_err(|_| OpenError::Malformed)?;
    // 2. The header is one of ours, byte for byte; a stranger's JSON is never parsed here.
    let Some(key) = find(header) else {
        let canonical = !header.is_empty() && BASE64URL.decode(header).is_ok();
        return Err(if canonical {
            OpenError::UnknownKey
        } else {
            OpenError::Malformed
        });
    };
    // 3. `dir` has no encrypted key; nonce and tag have exactly the lengths of A256GCM.
    if !encrypted_key.is_empty()
        || nonce.len() != NONCE_TEXT
        || tag.len() != TAG_TEXT
        || ciphertext.is_empty()
    {
        return Err(OpenError::Malformed);
    }
    let nonce =
        <[u8; NONCE_LEN]>::try_from(nonce_bytes.as_slice()).map_err(|_| OpenError::Malformed)?;
    // 4. One AEAD call, the header as associated data.
    let token_key = key.as_ref();
    if token_key.header() != header {
        return Err(OpenError::UnknownKey);
    }
    let plain = token_key
        .aead
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(header.as_bytes()),
            &mut sealed,
        )
        .map_err(|_| OpenError::NotSealed)?
        .len();
    sealed.truncate(plain);
    Ok(Opened {
        key,
        claims: sealed,
    })
}
