//! Texts of API keys.

use crate::choices;
use perch_domain::api_key::{ApiKeyText, LENGTH, PREFIX, SecretId};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A text as it is, a text with a checksum that fits, or a key of ours changed in one place.
///
/// # Panics
/// If a text is read as a key that is none, or a key does not read as itself.
pub fn key(input: &[u8]) -> bool {
    let ([how], rest) = choices(input);
    match how % 3 {
        0 => std::str::from_utf8(rest).is_ok_and(read),
        1 => std::str::from_utf8(rest).is_ok_and(|text| read(&with_checksum(text))),
        _ => assembled(rest),
    }
}

/// Whether a text is a key; if it is, it prints as itself and consists of what keys consist of.
fn read(text: &str) -> bool {
    let Ok(key) = ApiKeyText::parse(text) else {
        return false;
    };
    assert_eq!(key.expose(), text);
    assert_eq!(text.len(), LENGTH);
    assert_eq!(
        SecretId::parse(key.id().as_str()),
        Some(key.id()),
        "the id of {text:?}"
    );
    assert!(
        text.strip_prefix(PREFIX).is_some_and(|rest| rest
            .bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())),
        "{text:?}"
    );
    assert_eq!(
        with_checksum(text.get(..LENGTH - 6).unwrap_or_default()),
        text
    );
    assert!(
        !format!("{key:?}").contains(key.id().as_str()),
        "a key was printed"
    );
    true
}

/// Six digits of CRC-32 in base 62 at the end, written once more from the documentation.
fn with_checksum(body: &str) -> String {
    let mut rest = crc32fast::hash(body.as_bytes());
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET
            .get((rest % 62) as usize)
            .copied()
            .unwrap_or_default();
        rest /= 62;
    }
    format!("{body}{}", String::from_utf8_lossy(&digits))
}

fn assembled(input: &[u8]) -> bool {
    let (id, input) = choices::<8>(input);
    let (secret, input) = choices::<32>(input);
    let ([at, length], patch) = choices(input);
    let key = ApiKeyText::assemble(&SecretId::from_random(id), secret);
    assert_eq!(key.id(), SecretId::from_random(id));
    assert!(read(key.expose()), "a key of ours is not read");
    // A checksum of 32 bits notices every change within four bytes.
    let mut changed = key.expose().as_bytes().to_vec();
    for (to, from) in changed
        .iter_mut()
        .skip(usize::from(at) % LENGTH)
        .zip(patch)
        .take(usize::from(length % 5))
    {
        *to = *from;
    }
    if let Ok(changed) = String::from_utf8(changed)
        && changed != key.expose()
    {
        assert!(!read(&changed), "changed and accepted: {changed}");
    }
    true
}
