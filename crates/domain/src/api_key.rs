//! The text of an API key: `perch_sk_<id>_<secret><check>`.
//!
//! The checksum tells a typo from an unknown key without asking the database, and lets secret scanners be certain.

use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What every key begins with; secret scanners search for it, so it never changes.
pub const PREFIX: &str = "perch_sk_";
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID_LENGTH: usize = 11;
const SECRET_LENGTH: usize = 43;
const CHECK_LENGTH: usize = 6;
/// Characters of a whole key.
pub const LENGTH: usize = PREFIX.len() + ID_LENGTH + 1 + SECRET_LENGTH + CHECK_LENGTH;

/// The public name of one secret of a key: the `kid` of the tokens it issues.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretId(String);

impl SecretId {
    /// A new id from 64 random bits.
    pub fn from_random(random: [u8; 8]) -> Self {
        Self(base62(&random, ID_LENGTH))
    }

    /// An id as it is stored or read in a header. Any eight or more letters and digits, so that older forms stay readable.
    pub fn parse(text: &str) -> Option<Self> {
        let shaped =
            (8..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        shaped.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The whole text of a key. Shown once to its maker; it cannot be printed by accident and is wiped when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ApiKeyText(String);

impl fmt::Debug for ApiKeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKeyText(..)")
    }
}

/// Why a text is no API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("An API key begins with perch_sk_.")]
    Prefix,
    #[error(
        "This API key is incomplete or has something added; a whole key has {LENGTH} characters."
    )]
    Length,
    #[error("This API key has a mistyped character: its checksum does not fit.")]
    Checksum,
}

impl ApiKeyText {
    /// Puts a key together from its id and 256 random bits.
    pub fn assemble(id: &SecretId, mut secret: [u8; 32]) -> Self {
        let mut text = format!("{PREFIX}{}_{}", id.as_str(), base62(&secret, SECRET_LENGTH));
        secret.zeroize();
        let check = checksum(&text);
        text.push_str(&check);
        Self(text)
    }

    /// Reads a key, checksum included. Constant work is not needed: nothing here depends on a stored secret.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PREFIX).ok_or(KeyError::Prefix)?;
        if !text.is_ascii() || text.len() != LENGTH {
            return Err(KeyError::Length);
        }
        let (body, check) = text.split_at(LENGTH - CHECK_LENGTH);
        // A checksum can be made for any characters; what follows a key's id around must be an id.
        let shaped = rest.bytes().enumerate().all(|(at, byte)| {
            if at == ID_LENGTH {
                byte == b'_'
            } else {
                byte.is_ascii_alphanumeric()
            }
        });
        if !shaped || checksum(body) != check {
            return Err(KeyError::Checksum);
        }
        Ok(Self(text.to_owned()))
    }

    /// The id inside the key.
    pub fn id(&self) -> SecretId {
        SecretId(
            self.0
                .get(PREFIX.len()..PREFIX.len() + ID_LENGTH)
                .unwrap_or_default()
                .to_owned(),
        )
    }

    /// The plain text, for hashing it or for showing it once to its maker.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// What a list shows of a key: enough to recognise it, nothing of its secret.
pub fn visible_prefix(id: &str) -> String {
    format!("{PREFIX}{id}_…")
}

fn checksum(text: &str) -> String {
    base62(
        &crc32fast::hash(text.as_bytes()).to_be_bytes(),
        CHECK_LENGTH,
    )
}

/// A big-endian number in base 62, padded to `width` with zeros.
fn base62(bytes: &[u8], width: usize) -> String {
    let mut number = bytes.to_vec();
    let mut digits = vec![b'0'; width];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0u32;
        for byte in &mut number {
            let value = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            rest = value % 62;
        }
        *digit = ALPHABET.get(rest as usize).copied().unwrap_or(b'0');
    }
    number.zeroize();
    String::from_utf8(digits).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ApiKeyText {
        ApiKeyText::assemble(&SecretId::from_random([7; 8]), [9; 32])
    }

    /// The vectors of `docs/api-keys.md`.
    #[test]
    fn documented_vectors() {
        let of = |id: [u8; 8], secret: [u8; 32]| {
            ApiKeyText::assemble(&SecretId::from_random(id), secret)
                .expose()
                .to_owned()
        };
        let documented = include_str!("../../../docs/api-keys.md");
        for key in [
            of([0; 8], [0; 32]),
            of([255; 8], [255; 32]),
            of(
                [1, 2, 3, 4, 5, 6, 7, 8],
                std::array::from_fn(|i| u8::try_from(i).unwrap()),
            ),
        ] {
            assert_eq!(key.len(), LENGTH);
            assert!(documented.contains(&key), "docs/api-keys.md lacks {key}");
        }
    }

    #[test]
    fn a_key_reads_back_and_every_change_is_noticed() {
        let key = key();
        assert_eq!(ApiKeyText::parse(key.expose()).unwrap().id(), key.id());
        for at in PREFIX.len()..LENGTH {
            let mut changed = key.expose().as_bytes().to_vec();
            changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
            assert!(
                ApiKeyText::parse(std::str::from_utf8(&changed).unwrap()).is_err(),
                "change at {at}"
            );
        }
        for cut in 0..LENGTH {
            assert!(ApiKeyText::parse(&key.expose()[..cut]).is_err());
        }
        assert_eq!(
            ApiKeyText::parse(&format!("{}é", &key.expose()[..LENGTH - 2])).unwrap_err(),
            KeyError::Length
        );
    }

    #[test]
    fn a_fitting_checksum_does_not_make_a_key_of_other_characters() {
        for strange in [
            "!!!!!!!!!!!_",
            "00000 00000_",
            "00000_00000_",
            "00000000000-",
            "0000000000\n_",
        ] {
            let body = format!("{PREFIX}{strange}{}", "0".repeat(SECRET_LENGTH));
            assert_eq!(
                ApiKeyText::parse(&format!("{body}{}", checksum(&body))).unwrap_err(),
                KeyError::Checksum,
                "{strange:?}"
            );
        }
    }

    #[test]
    fn it_cannot_be_printed() {
        assert_eq!(format!("{:?}", key()), "ApiKeyText(..)");
    }
}
