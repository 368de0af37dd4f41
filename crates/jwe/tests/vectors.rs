//! Tokens that other libraries sealed open here. `vectors/make.mjs` and `vectors/make.py` made them; the reverse, ours
//! opened there, is `cargo xtask test interop`.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on may stop where it stands"
)]

use perch_jwe::{ContentKey, TokenKey, open};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Vector {
    kid: String,
    byte: u8,
    claims: String,
    token: String,
}

fn check(vectors: &str) {
    let vectors: Vec<Vector> = serde_json::from_str(vectors).unwrap();
    assert_eq!(vectors.len(), 2);
    for vector in vectors {
        let key = Arc::new(
            TokenKey::new(
                &vector.kid,
                "embed+jwt",
                ContentKey::from_random(&mut [vector.byte; 32]),
            )
            .unwrap(),
        );
        let opened = open(&vector.token, |header| {
            (header == key.header()).then(|| key.clone())
        })
        .map(|opened| opened.claims.to_vec());
        assert_eq!(
            opened.as_deref(),
            Ok(vector.claims.as_bytes()),
            "{}",
            vector.kid
        );
    }
}

#[test]
fn sealed_by_panva_jose() {
    check(include_str!("vectors/jose.json"));
}

#[test]
fn sealed_by_jwcrypto() {
    check(include_str!("vectors/jwcrypto.json"));
}
