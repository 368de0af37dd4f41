//! The master key: it wraps content keys for storage and never leaves its file.

use crate::ContentKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// Why a master key file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    #[error("the master key file holds no key")]
    Empty,
    #[error("line {0} of the master key file is not 32 bytes in base64")]
    Shape(usize),
    #[error(
        "line {0} of the master key file is one that anybody would try first; such a key protects nothing"
    )]
    Weak(usize),
    #[error("a content key was not wrapped by this master key")]
    NotAToken,
}

/// One or several master keys; the first wraps, all unwrap.
pub struct MasterKeys {
    keys: Vec<LessSafeKey>,
    /// Derived from the first one.
    marks: hmac::Key,
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKeys(..)")
    }
}

impl MasterKeys {
    /// Reads a key file: 32 bytes in base64 a line, the current key first.
    pub fn parse(file: &str) -> Result<Self, MasterKeyError> {
        let mut lines = file
            .lines()
            .map(str::trim)
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
            .map(|(at, line)| Self::key(at + 1, line));
        let (first, marks) = lines.next().ok_or(MasterKeyError::Empty)??;
        let keys = std::iter::once(Ok(first))
            .chain(lines.map(|read| read.map(|(key, _)| key)))
            .collect::<Result<_, _>>()?;
        Ok(Self { keys, marks })
    }

    /// A mark of these parts in their order: equal parts have equal marks, and a mark tells nothing about its parts to anybody
    /// without the master key (HMAC-SHA-256, 128 bits of it).
    pub fn mark(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut context = hmac::Context::with_key(&self.marks);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut mark = [0; 16];
        mark.iter_mut()
            .zip(context.sign().as_ref())
            .for_each(|(to, from)| *to = *from);
        mark
    }

    /// The content of a new key file for these random bytes.
    pub fn file_for(random: &mut [u8; 32]) -> Zeroizing<String> {
        let line = Zeroizing::new(format!("{}\n", BASE64.encode(*random)));
        random.zeroize();
        line
    }

    /// The key of a line, and the key for marks that is derived from it.
    fn key(at: usize, line: &str) -> Result<(LessSafeKey, hmac::Key), MasterKeyError> {
        let bytes = Zeroizing::new(
            BASE64
                .decode(line.trim_end_matches('='))
                .map_err(|_| MasterKeyError::Shape(at))?,
        );
        let first = bytes.first().copied().ok_or(MasterKeyError::Shape(at))?;
        // One byte over and over, or the count from 0 to 31 that documentation everywhere uses as an example.
        let counted = bytes.iter().zip(0u8..).all(|(byte, count)| *byte == count);
        if bytes.len() == 32 && (counted || bytes.iter().all(|byte| *byte == first)) {
            return Err(MasterKeyError::Weak(at));
        }
        let key = UnboundKey::new(&AES_256_GCM, &bytes)
            .map(LessSafeKey::new)
            .map_err(|_| MasterKeyError::Shape(at))?;
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), b"perch marks");
        Ok((key, hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())))
    }

    /// Wraps a content key for the secret `id`: nonce, ciphertext and tag in one text of bytes.
    pub fn wrap(
        &self,
        id: &str,
        content: &ContentKey,
        nonce: [u8; NONCE_LEN],
    ) -> Result<Vec<u8>, MasterKeyError> {
        let current = self.keys.first().ok_or(MasterKeyError::Empty)?;
        let mut sealed = content.bytes().to_vec();
        current
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(id.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| MasterKeyError::NotAToken)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Unwraps what [`MasterKeys::wrap`] made for the same `id` under any of the keys.
    pub fn unwrap(&self, id: &str, wrapped: &[u8]) -> Result<ContentKey, MasterKeyError> {
        let (nonce, sealed) = wrapped
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(MasterKeyError::NotAToken)?;
        for key in &self.keys {
            let mut buffer = Zeroizing::new(sealed.to_vec());
            let opened = key.open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(id.as_bytes()),
                &mut buffer,
            );
            if let Ok(plain) = opened {
                let mut bytes =
                    <[u8; 32]>::try_from(&*plain).map_err(|_| MasterKeyError::NotAToken)?;
                return Ok(ContentKey::from_random(&mut bytes));
            }
        }
        Err(MasterKeyError::NotAToken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(byte: u8) -> String {
        MasterKeys::file_for(&mut std::array::from_fn(|i| {
            byte ^ u8::try_from(i).unwrap()
        }))
        .to_string()
    }

    #[test]
    fn wrapping_is_bound_to_the_id_and_the_key() {
        let keys = MasterKeys::parse(&file(1)).unwrap();
        let wrapped = keys
            .wrap("kid-1", &ContentKey::from_random(&mut [5; 32]), [9; 12])
            .unwrap();
        assert_eq!(keys.unwrap("kid-1", &wrapped).unwrap().bytes(), &[5; 32]);
        assert_eq!(
            keys.unwrap("kid-2", &wrapped).unwrap_err(),
            MasterKeyError::NotAToken
        );
        assert!(
            MasterKeys::parse(&file(2))
                .unwrap()
                .unwrap("kid-1", &wrapped)
                .is_err()
        );
        let rotated = MasterKeys::parse(&format!("{}{}", file(2), file(1))).unwrap();
        assert!(rotated.unwrap("kid-1", &wrapped).is_ok());
    }

    #[test]
    fn marks_tell_equal_from_different() {
        let keys = MasterKeys::parse(&file(1)).unwrap();
        let mark = keys.mark(&[b"ab", b"c"]);
        assert_eq!(keys.mark(&[b"ab", b"c"]), mark);
        assert_eq!(
            MasterKeys::parse(&format!("{}{}", file(1), file(2)))
                .unwrap()
                .mark(&[b"ab", b"c"]),
            mark,
            "a key that only unwraps changes nothing"
        );
        assert_ne!(keys.mark(&[b"a", b"bc"]), mark);
        assert_ne!(
            MasterKeys::parse(&file(2)).unwrap().mark(&[b"ab", b"c"]),
            mark
        );
    }

    #[test]
    fn weak_files_are_refused() {
        assert_eq!(
            MasterKeys::parse("\n \n").unwrap_err(),
            MasterKeyError::Empty
        );
        assert_eq!(
            MasterKeys::parse("c2hvcnQ\n").unwrap_err(),
            MasterKeyError::Shape(1)
        );
        assert_eq!(
            MasterKeys::parse(&MasterKeys::file_for(&mut [7; 32])).unwrap_err(),
            MasterKeyError::Weak(1)
        );
        assert_eq!(
            MasterKeys::parse(&file(0)).unwrap_err(),
            MasterKeyError::Weak(1)
        );
    }
}
