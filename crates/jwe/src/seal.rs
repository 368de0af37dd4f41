//! Sealing: claims of ours into a token, by josekit.

use crate::ContentKey;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use josekit::JoseError;
use josekit::jwe::enc::A256GCM;
use josekit::jwe::{Dir, JweAlgorithm, JweContentEncryption, JweEncrypter, JweHeader};
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Sealing failed; the cause is of no use to anyone outside.
#[derive(Debug, thiserror::Error)]
#[error("a token could not be sealed: {0}")]
pub struct SealError(#[from] JoseError);

/// Everything one secret needs to issue and open tokens: its id, its header text, its keyed cipher.
pub struct TokenKey {
    kid: String,
    /// The protected header, encoded; the same bytes in every token of this secret.
    header: String,
    jose_header: JweHeader,
    jose_key: Direct,
    pub(crate) aead: LessSafeKey,
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl TokenKey {
    /// Prepares the cipher for one secret. `kid` is letters and digits, as key ids are.
    pub fn new(kid: &str, typ: &str, content: ContentKey) -> Result<Self, SealError> {
        // The order is the promise: alg, enc, kid, typ.
        let members = [
            ("alg", "dir"),
            ("enc", "A256GCM"),
            ("kid", kid),
            ("typ", typ),
        ];
        let map: Map<String, Value> = members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect();
        let header = BASE64URL.encode(Self::header_json(kid, typ));
        let aead = UnboundKey::new(&AES_256_GCM, content.bytes())
            .map(LessSafeKey::new)
            .map_err(|_| {
                JoseError::InvalidKeyFormat(std::io::Error::other("content key").into())
            })?;
        Ok(Self {
            kid: kid.to_owned(),
            header,
            jose_header: JweHeader::from_map(map)?,
            jose_key: Direct(Arc::new(content)),
            aead,
        })
    }

    /// The header of a secret's tokens as JSON, exactly as it is sealed.
    fn header_json(kid: &str, typ: &str) -> String {
        format!(r#"{{"alg":"dir","enc":"A256GCM","kid":"{kid}","typ":"{typ}"}}"#)
    }

    /// The encoded header that the tokens of the secret `kid` begin with.
    pub fn header_of(kid: &str, typ: &str) -> String {
        BASE64URL.encode(Self::header_json(kid, typ))
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The encoded protected header: what the gate looks tokens up by.
    pub fn header(&self) -> &str {
        &self.header
    }

    /// Seals claims under a fresh random nonce.
    pub fn seal(&self, claims: &[u8]) -> Result<String, SealError> {
        Ok(josekit::jwe::serialize_compact(
            claims,
            &self.jose_header,
            &self.jose_key,
        )?)
    }
}

/// The length in bytes of the token that claims of this length become.
pub fn token_length(header: &str, claims: usize) -> usize {
    // Four dots, a nonce of 16 characters and a tag of 22.
    header.len() + 4 + 16 + 22 + (claims * 4).div_ceil(3)
}

/// josekit's `dir`, lending the content key instead of keeping a copy that nobody wipes.
#[derive(Clone)]
struct Direct(Arc<ContentKey>);

impl fmt::Debug for Direct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Direct(..)")
    }
}

impl JweEncrypter for Direct {
    fn algorithm(&self) -> &dyn JweAlgorithm {
        &Dir
    }

    fn key_id(&self) -> Option<&str> {
        None
    }

    fn compute_content_encryption_key(
        &self,
        cencryption: &dyn JweContentEncryption,
        _: &JweHeader,
        _: &mut JweHeader,
    ) -> Result<Option<Cow<'_, [u8]>>, JoseError> {
        // The header is ours, so this always holds; a key must never meet another cipher all the same.
        if cencryption.name() != A256GCM.name() {
            return Err(JoseError::InvalidKeyFormat(
                std::io::Error::other("content encryption").into(),
            ));
        }
        Ok(Some(Cow::Borrowed(self.0.bytes())))
    }

    fn encrypt(
        &self,
        _: &[u8],
        _: &JweHeader,
        _: &mut JweHeader,
    ) -> Result<Option<Vec<u8>>, JoseError> {
        Ok(None)
    }

    fn box_clone(&self) -> Box<dyn JweEncrypter> {
        Box::new(self.clone())
    }
}
