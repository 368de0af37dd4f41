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

/// The parts of a header around its `kid` and its `typ`. The order of the members is the promise.
const BEFORE_KID: &str = r#"{"alg":"dir","enc":"A256GCM","kid":""#;
const BEFORE_TYP: &str = r#"","typ":""#;
const END: &str = r#""}"#;
/// Bytes of a decoded header. None of ours is longer.
const MAX_HEADER: usize = 128;

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
        [BEFORE_KID, kid, BEFORE_TYP, typ, END].concat()
    }

    /// The encoded header that the tokens of the secret `kid` begin with.
    pub fn header_of(kid: &str, typ: &str) -> String {
        BASE64URL.encode(Self::header_json(kid, typ))
    }

    /// The `kid` for which [`TokenKey::header_of`] gives exactly this header; none where no `kid` does. A text has one base64url
    /// spelling, so the decoded bytes are compared; nothing is parsed, and every header costs the same.
    pub fn kid_of(header: &str, typ: &str) -> Option<String> {
        let mut buffer = [0; MAX_HEADER];
        let length = BASE64URL.decode_slice(header, &mut buffer).ok()?;
        let kid = buffer
            .get(..length)?
            .strip_prefix(BEFORE_KID.as_bytes())?
            .strip_suffix(END.as_bytes())?
            .strip_suffix(typ.as_bytes())?
            .strip_suffix(BEFORE_TYP.as_bytes())?;
        let plain = kid.iter().all(u8::is_ascii_alphanumeric);
        plain.then(|| kid.iter().copied().map(char::from).collect())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_names_its_kid_in_one_spelling() {
        let header = TokenKey::header_of("aB3aB3aB3aB", "embed+jwt");
        let told = |header: &str| TokenKey::kid_of(header, "embed+jwt");
        assert_eq!(told(&header).as_deref(), Some("aB3aB3aB3aB"));
        for at in 0..header.len() {
            let mut other = header.clone().into_bytes();
            other[at] ^= 1;
            let other = String::from_utf8(other).unwrap();
            let kid = told(&other);
            assert!(
                kid.is_none_or(|kid| TokenKey::header_of(&kid, "embed+jwt") == other),
                "{other}"
            );
        }
        let json = |json: &str| told(&BASE64URL.encode(json));
        assert_eq!(json(""), None);
        assert_eq!(
            json(r#"{"alg":"dir","enc":"A256GCM","kid":"a"b","typ":"embed+jwt"}"#),
            None
        );
        assert_eq!(
            json(r#"{"alg":"dir", "enc":"A256GCM","kid":"ab","typ":"embed+jwt"}"#),
            None
        );
        assert_eq!(
            json(r#"{"alg":"dir","enc":"A256GCM","kid":"ab","typ":"JWT"}"#),
            None
        );
        assert_eq!(told(&format!("{header}=")), None);
        assert_eq!(told(&BASE64URL.encode([b'a'; 4_000])), None);
        assert_eq!(TokenKey::kid_of(&header, "JWT"), None);
    }
}
