//! Tokens. What opens was sealed under a key of ours and has the one spelling that sealing gives it.

use crate::choices;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use perch_jwe::{ContentKey, MAX_TOKEN_BYTES, OpenError, TokenKey, open};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use std::sync::{Arc, LazyLock};

/// Two secrets, and the cipher of each. They are those of `crates/jwe/tests/vectors/jose.json`, whose tokens are in the corpus.
static KEYS: LazyLock<[(Arc<TokenKey>, LessSafeKey); 2]> =
    LazyLock::new(|| [("josevector7", 7), ("josevector9", 9)].map(|(kid, byte)| secret(kid, byte)));

fn secret(kid: &str, byte: u8) -> (Arc<TokenKey>, LessSafeKey) {
    let cipher = UnboundKey::new(&AES_256_GCM, &[byte; 32]).map(LessSafeKey::new);
    match (
        TokenKey::new(kid, "embed+jwt", ContentKey::from_random(&mut [byte; 32])),
        cipher,
    ) {
        (Ok(key), Ok(cipher)) => (Arc::new(key), cipher),
        _ => panic!("the keys of the fuzzer cannot be made"),
    }
}

fn opened(text: &str) -> Result<Vec<u8>, OpenError> {
    open(text, |header| {
        KEYS.iter()
            .find(|(key, _)| key.header() == header)
            .map(|(key, _)| key.clone())
    })
    .map(|opened| opened.claims.to_vec())
}

/// Puts a token together by hand, under any header and any lengths.
fn sealed(
    cipher: &LessSafeKey,
    header: &str,
    nonce: &[u8],
    plain: &[u8],
    tag_length: usize,
) -> String {
    let mut twelve = [0; 12];
    for (to, from) in twelve.iter_mut().zip(nonce) {
        *to = *from;
    }
    let mut sealed = plain.to_vec();
    let Ok(tag) = cipher.seal_in_place_separate_tag(
        Nonce::assume_unique_for_key(twelve),
        Aad::from(header.as_bytes()),
        &mut sealed,
    ) else {
        panic!("{} bytes cannot be sealed", plain.len())
    };
    let tag = tag.as_ref().get(..tag_length).unwrap_or_default();
    format!(
        "{header}..{}.{}.{}",
        BASE64URL.encode(nonce),
        BASE64URL.encode(&sealed),
        BASE64URL.encode(tag)
    )
}

/// A text as it is, or a token made by a recipe in the input and changed in one place.
///
/// # Panics
/// If a text opens that sealing would not have written, or one does not open that it would have.
pub fn gate(input: &[u8]) -> bool {
    let ([how], rest) = choices(input);
    if how & 1 == 1 {
        return recipe(rest);
    }
    let Ok(text) = std::str::from_utf8(rest) else {
        return false;
    };
    read(text)
}

/// Whether a text opens; if it does, sealing what it says under its nonce gives the same text.
fn read(text: &str) -> bool {
    let Ok(claims) = opened(text) else {
        return false;
    };
    let parts: Vec<_> = text.split('.').collect();
    let (Some(header), Some(nonce)) = (parts.first(), parts.get(2)) else {
        panic!("opened without parts: {text}")
    };
    let nonce = BASE64URL.decode(nonce).unwrap_or_default();
    let again = KEYS
        .iter()
        .find(|(key, _)| key.header() == *header)
        .map(|(_, cipher)| sealed(cipher, header, &nonce, &claims, 16));
    assert_eq!(again.as_deref(), Some(text), "a second spelling opens");
    true
}

fn recipe(input: &[u8]) -> bool {
    let ([which, header, nonce_length, tag_length, high, low, letter], plain) = choices(input);
    let (owner, header_of) = (usize::from(which & 1), usize::from(which >> 1 & 1));
    let (Some((_, cipher)), Some((named, _))) = (KEYS.get(owner), KEYS.get(header_of)) else {
        return false;
    };
    let stranger = BASE64URL.encode(format!(
        r#"{{"alg":"dir","enc":"A256GCM","kid":"{header}","typ":"embed+jwt"}}"#
    ));
    let ours = header & 1 == 0;
    let header = if ours { named.header() } else { &stranger };
    // The right lengths are the common case, so that what lies behind them is tried often.
    let nonce = vec![
        7;
        if nonce_length < 128 {
            12
        } else {
            usize::from(nonce_length % 33)
        }
    ];
    let tag = if tag_length < 128 {
        16
    } else {
        usize::from(tag_length % 17)
    };
    let token = sealed(cipher, header, &nonce, plain, tag);
    let whole = ours
        && owner == header_of
        && nonce.len() == 12
        && tag == 16
        && !plain.is_empty()
        && token.len() <= MAX_TOKEN_BYTES;
    assert_eq!(
        opened(&token).ok().as_deref(),
        whole.then_some(plain),
        "of {token}"
    );
    if whole {
        assert!(read(&token));
    }
    // One character changed, removed or put in.
    let mut changed = token.clone().into_bytes();
    let at = (usize::from(high) << 8 | usize::from(low)) % changed.len();
    match which >> 2 & 3 {
        0 => changed
            .iter_mut()
            .skip(at)
            .take(1)
            .for_each(|byte| *byte = letter),
        1 => drop(changed.remove(at)),
        2 => changed.insert(at, letter),
        _ => changed.truncate(at),
    }
    if let Some(changed) = String::from_utf8(changed)
        .ok()
        .filter(|changed| *changed != token)
    {
        assert!(opened(&changed).is_err(), "changed and accepted: {changed}");
    }
    whole
}
