//! The master key: it wraps content keys for storage and never leaves its file.

use crate::ContentKey;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// Why a master key file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyFault {
    #[error("the master key file holds no key")]
    Empty,
    #[error("line {0} of the master key file is not 32 bytes in base64")]
    Shape(usize),
    #[error("line {0} of the master key file is one that anybody would try first; such a key protects nothing")]
    Weak(usize),
    #[error("a content key was not wrapped by this master key")]
    Foreign,
}

/// One or several master keys; the first wraps, all unwrap, so that a rotation can be interrupted.
pub struct MasterKeys(Vec<LessSafeKey>);

impl fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKeys(..)")
    }
}

impl MasterKeys {
    /// Reads a key file: 32 bytes in base64 a line, the current key first.
    pub fn parse(file: &str) -> Result<Self, MasterKeyFault> {
        let lines = file.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
        let keys = lines.map(|(at, line)| Self::key(at + 1, line)).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() { Err(MasterKeyFault::Empty) } else { Ok(Self(keys)) }
    }

    /// The content of a new key file for these random bytes.
    pub fn file_for(random: &mut [u8; 32]) -> Zeroizing<String> {
        let line = Zeroizing::new(format!("{}\n", BASE64.encode(*random)));
        random.zeroize();
        line
    }

    fn key(at: usize, line: &str) -> Result<LessSafeKey, MasterKeyFault> {
        let bytes = Zeroizing::new(BASE64.decode(line.trim_end_matches('=')).map_err(|_| MasterKeyFault::Shape(at))?);
        let first = bytes.first().copied().ok_or(MasterKeyFault::Shape(at))?;
        // One byte over and over, or the count from 0 to 31 that documentation everywhere uses as an example.
        let counted = bytes.iter().zip(0u8..).all(|(byte, count)| *byte == count);
        if bytes.len() == 32 && (counted || bytes.iter().all(|byte| *byte == first)) {
            return Err(MasterKeyFault::Weak(at));
        }
        UnboundKey::new(&AES_256_GCM, &bytes).map(LessSafeKey::new).map_err(|_| MasterKeyFault::Shape(at))
    }

    /// Wraps a content key for the secret `id`: nonce, ciphertext and tag in one text of bytes.
    pub fn wrap(&self, id: &str, content: &ContentKey, nonce: [u8; NONCE_LEN]) -> Result<Vec<u8>, MasterKeyFault> {
        let current = self.0.first().ok_or(MasterKeyFault::Empty)?;
        let mut sealed = content.bytes().to_vec();
        current
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(id.as_bytes()), &mut sealed)
            .map_err(|_| MasterKeyFault::Foreign)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Unwraps what [`MasterKeys::wrap`] made for the same `id` under any of the keys.
    pub fn unwrap(&self, id: &str, wrapped: &[u8]) -> Result<ContentKey, MasterKeyFault> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_LEN>().ok_or(MasterKeyFault::Foreign)?;
        for key in &self.0 {
            let mut buffer = Zeroizing::new(sealed.to_vec());
            let opened = key.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(id.as_bytes()), &mut buffer);
            if let Ok(plain) = opened {
                let mut bytes = <[u8; 32]>::try_from(&*plain).map_err(|_| MasterKeyFault::Foreign)?;
                return Ok(ContentKey::from_random(&mut bytes));
            }
        }
        Err(MasterKeyFault::Foreign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(byte: u8) -> String {
        MasterKeys::file_for(&mut std::array::from_fn(|i| byte ^ u8::try_from(i).unwrap())).to_string()
    }

    #[test]
    fn wrapping_is_bound_to_the_id_and_the_key() {
        let keys = MasterKeys::parse(&file(1)).unwrap();
        let wrapped = keys.wrap("kid-1", &ContentKey::from_random(&mut [5; 32]), [9; 12]).unwrap();
        assert_eq!(keys.unwrap("kid-1", &wrapped).unwrap().bytes(), &[5; 32]);
        assert_eq!(keys.unwrap("kid-2", &wrapped).unwrap_err(), MasterKeyFault::Foreign);
        assert!(MasterKeys::parse(&file(2)).unwrap().unwrap("kid-1", &wrapped).is_err());
        let rotated = MasterKeys::parse(&format!("{}{}", file(2), file(1))).unwrap();
        assert!(rotated.unwrap("kid-1", &wrapped).is_ok());
    }

    #[test]
    fn weak_files_are_refused() {
        assert_eq!(MasterKeys::parse("\n \n").unwrap_err(), MasterKeyFault::Empty);
        assert_eq!(MasterKeys::parse("c2hvcnQ\n").unwrap_err(), MasterKeyFault::Shape(1));
        assert_eq!(MasterKeys::parse(&MasterKeys::file_for(&mut [7; 32])).unwrap_err(), MasterKeyFault::Weak(1));
        assert_eq!(MasterKeys::parse(&file(0)).unwrap_err(), MasterKeyFault::Weak(1));
    }
}
