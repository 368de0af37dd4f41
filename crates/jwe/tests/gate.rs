//! The gate against changed tokens: every token that was accepted must be one that was sealed, letter for letter.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on may stop where it stands"
)]

use perch_jwe::{ContentKey, OpenError, TokenKey, open};
use std::collections::HashMap;
use std::sync::Arc;

struct Ring(HashMap<String, Arc<TokenKey>>);

impl Ring {
    fn new() -> Self {
        let keys = [("aaaaaaaaaaa", 1u8), ("bbbbbbbbbbb", 2)].map(|(kid, byte)| {
            let key =
                TokenKey::new(kid, "embed+jwt", ContentKey::from_random(&mut [byte; 32])).unwrap();
            (key.header().to_owned(), Arc::new(key))
        });
        Self(keys.into_iter().collect())
    }

    fn key(&self, kid: &str) -> &Arc<TokenKey> {
        self.0.values().find(|key| key.kid() == kid).unwrap()
    }

    fn open(&self, token: &str) -> Result<Vec<u8>, OpenError> {
        open(token, |header| self.0.get(header).cloned()).map(|opened| opened.claims.to_vec())
    }
}

const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Every variant of a token that the quick suite tries. Exhaustive where a length allows it, so that nothing is left to chance.
fn variants(token: &str, other: &str) -> Vec<String> {
    let bytes = token.as_bytes();
    let mut all = Vec::new();
    // Every character replaced by every letter of the alphabet and by what does not belong in a token at all.
    for at in 0..bytes.len() {
        for letter in ALPHABET.iter().chain(b".=+/ \n\0\x7f\"") {
            if *letter != bytes[at] {
                let mut changed = bytes.to_vec();
                changed[at] = *letter;
                all.push(String::from_utf8(changed).unwrap());
            }
        }
    }
    // Cut and lengthened at every place.
    for at in 0..bytes.len() {
        all.push(token[..at].to_owned());
        all.push(token[at..].to_owned().split_off(usize::from(at == 0)));
        for extra in ["A", "=", ".", "AAAA", "é", "\r\n"] {
            all.push(format!("{}{extra}{}", &token[..at], &token[at..]));
        }
    }
    for extra in [
        "A", "AA", "AAA", "AAAA", "=", "==", ".", ".AAAA", " ", "\n", "\0",
    ] {
        all.push(format!("{token}{extra}"));
        all.push(format!("{extra}{token}"));
    }
    // Parts removed, repeated, emptied, cut at every length, swapped with another token's, in every combination.
    let parts: Vec<&str> = token.split('.').collect();
    let foreign: Vec<&str> = other.split('.').collect();
    for mask in 1..31u8 {
        let mixed: Vec<&str> = (0..5)
            .map(|part| {
                if mask >> part & 1 == 1 {
                    foreign[part]
                } else {
                    parts[part]
                }
            })
            .collect();
        all.push(mixed.join("."));
    }
    for at in 0..5 {
        for end in 0..parts[at].len() {
            let mut changed = parts.clone();
            changed[at] = &parts[at][..end];
            all.push(changed.join("."));
            changed[at] = &parts[at][end..];
            if end > 0 {
                all.push(changed.join("."));
            }
        }
        let mut fewer = parts.clone();
        fewer.remove(at);
        all.push(fewer.join("."));
        let mut more = parts.clone();
        more.insert(at, parts[at]);
        all.push(more.join("."));
        for to in 0..5 {
            let mut swapped = parts.clone();
            swapped.swap(at, to);
            all.push(swapped.join("."));
        }
    }
    all
}

/// Headers another library would take for the same thing.
fn headers(kid: &str) -> Vec<String> {
    let h = |text: String| text;
    vec![
        h(format!(
            r#"{{"alg":"dir","enc":"A256GCM","typ":"embed+jwt","kid":"{kid}"}}"#
        )),
        h(format!(
            r#"{{"enc":"A256GCM","alg":"dir","kid":"{kid}","typ":"embed+jwt"}}"#
        )),
        h(format!(r#"{{"alg":"dir","enc":"A256GCM","kid":"{kid}"}}"#)),
        h(format!(
            r#"{{"alg":"dir","enc":"A256GCM","kid":"{kid}","typ":"JWT"}}"#
        )),
        h(format!(
            r#"{{"alg":"dir","enc":"A256GCM","kid":"{kid}","typ":"embed+jwt","zip":"DEF"}}"#
        )),
        h(format!(
            r#"{{"alg":"dir","enc":"A256GCM","kid":"{kid}","typ":"embed+jwt","crit":["exp"]}}"#
        )),
        h(format!(
            r#"{{"alg":"dir","alg":"dir","enc":"A256GCM","kid":"{kid}","typ":"embed+jwt"}}"#
        )),
        h(format!(
            r#"{{ "alg":"dir","enc":"A256GCM","kid":"{kid}","typ":"embed+jwt"}}"#
        )),
        h(format!(
            r#"{{"alg":"dir","enc":"A128CBC-HS256","kid":"{kid}","typ":"embed+jwt"}}"#
        )),
        h(format!(
            r#"{{"alg":"dir","enc":"A128GCM","kid":"{kid}","typ":"embed+jwt"}}"#
        )),
        h(format!(
            r#"{{"alg":"A256KW","enc":"A256GCM","kid":"{kid}","typ":"embed+jwt"}}"#
        )),
        h(format!(
            r#"{{"alg":"none","kid":"{kid}","typ":"embed+jwt"}}"#
        )),
        h(format!(
            r#"{{"alg":"dir","enc":"A256GCM","kid":"{kid}x","typ":"embed+jwt"}}"#
        )),
        h("{}".into()),
        h("null".into()),
        h("[".repeat(2_000)),
    ]
}

/// Seals under any header and nonce with the right key: what a thief of the content key's cipher, but not our format, could do.
fn seal_raw(key: [u8; 32], header: &str, nonce: &[u8], plain: &[u8], tag_length: usize) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;
    use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    let header = B64.encode(header);
    let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &key).unwrap());
    let mut twelve = [0; 12];
    for (to, from) in twelve.iter_mut().zip(nonce) {
        *to = *from;
    }
    let mut sealed = plain.to_vec();
    let tag = aead
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(twelve),
            Aad::from(header.as_bytes()),
            &mut sealed,
        )
        .unwrap();
    format!(
        "{header}..{}.{}.{}",
        B64.encode(nonce),
        B64.encode(&sealed),
        B64.encode(&tag.as_ref()[..tag_length])
    )
}

/// How often the whole set of variants is tried: once, or in the long form (`cargo xtask fuzz`) for ten times as many tokens.
fn rounds() -> usize {
    if std::env::var_os("PERCH_FUZZ").is_some() {
        10
    } else {
        1
    }
}

#[test]
fn no_changed_token_is_accepted() {
    let ring = Ring::new();
    let mut tried = 0usize;
    let claims = [
        br#"{"v":1,"sub":"user-1"}"#.to_vec(),
        br#"{"v":1,"sub":"user-2","attributes":{"region":"North"}}"#.to_vec(),
        vec![b'x'; 300],
    ];
    for (at, plain) in claims
        .iter()
        .enumerate()
        .cycle()
        .take(claims.len() * rounds())
    {
        for (kid, stranger) in [
            ("aaaaaaaaaaa", "bbbbbbbbbbb"),
            ("bbbbbbbbbbb", "aaaaaaaaaaa"),
        ] {
            let token = ring.key(kid).seal(plain).unwrap();
            assert_eq!(
                ring.open(&token).as_deref(),
                Ok(plain.as_slice()),
                "the token itself opens"
            );
            for other in [
                ring.key(kid).seal(&claims[(at + 1) % 3]).unwrap(),
                ring.key(stranger).seal(plain).unwrap(),
            ] {
                for variant in variants(&token, &other) {
                    // A mix of two tokens may by chance be one of them; everything else must be refused.
                    if variant != token && variant != other {
                        tried += 1;
                        assert!(ring.open(&variant).is_err(), "accepted: {variant}");
                    }
                }
            }
        }
    }
    println!("{tried} variants, none accepted");
    assert!(tried >= 100_000 * rounds(), "only {tried} variants");
}

#[test]
fn rightly_sealed_tokens_of_another_form_are_refused() {
    let ring = Ring::new();
    let good = r#"{"alg":"dir","enc":"A256GCM","kid":"aaaaaaaaaaa","typ":"embed+jwt"}"#;
    assert_eq!(
        ring.open(&seal_raw([1; 32], good, &[3; 12], b"{}", 16))
            .as_deref(),
        Ok(&b"{}"[..]),
        "our own form by another hand opens"
    );
    for header in headers("aaaaaaaaaaa") {
        assert_eq!(
            ring.open(&seal_raw([1; 32], &header, &[3; 12], b"{}", 16)),
            Err(OpenError::UnknownKey),
            "{header}"
        );
    }
    for nonce in [0, 1, 11, 13, 16, 32] {
        assert_eq!(
            ring.open(&seal_raw([1; 32], good, &vec![3; nonce], b"{}", 16)),
            Err(OpenError::Malformed),
            "nonce of {nonce}"
        );
    }
    for tag in 0..16 {
        assert_eq!(
            ring.open(&seal_raw([1; 32], good, &[3; 12], b"{}", tag)),
            Err(OpenError::Malformed),
            "tag of {tag}"
        );
    }
    assert_eq!(
        ring.open(&seal_raw([1; 32], good, &[3; 12], b"", 16)),
        Err(OpenError::Malformed),
        "no claims"
    );
    assert_eq!(
        ring.open(&seal_raw([2; 32], good, &[3; 12], b"{}", 16)),
        Err(OpenError::NotSealed),
        "another key"
    );
}

#[test]
fn a_token_longer_than_anything_issued_is_not_looked_at() {
    let ring = Ring::new();
    let token = ring.key("aaaaaaaaaaa").seal(&vec![b'x'; 8_000]).unwrap();
    assert_eq!(ring.open(&token), Err(OpenError::Malformed));
}

#[test]
fn a_key_opens_only_its_own_tokens() {
    let ring = Ring::new();
    let token = ring.key("aaaaaaaaaaa").seal(b"{}").unwrap();
    let wrong = ring.key("bbbbbbbbbbb").clone();
    assert_eq!(
        open(&token, |_| Some(wrong)).map(|_| ()).unwrap_err(),
        OpenError::UnknownKey
    );
}

#[test]
fn the_header_is_the_promised_one_and_never_changes() {
    let ring = Ring::new();
    let key = ring.key("aaaaaaaaaaa");
    assert_eq!(
        key.header(),
        TokenKey::header_of("aaaaaaaaaaa", "embed+jwt")
    );
    for _ in 0..50 {
        let token = key.seal(b"{}").unwrap();
        assert!(token.starts_with(&format!("{}..", key.header())));
        assert_eq!(token.len(), perch_jwe::token_length(key.header(), 2));
    }
}
