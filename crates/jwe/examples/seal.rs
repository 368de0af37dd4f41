//! Prints tokens with the keys that seal them, as JSON, for other libraries to open: `cargo xtask test interop`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use perch_jwe::{ContentKey, TokenKey};

fn main() {
    let claims = [
        r#"{"v":1,"sub":"user-1"}"#.to_owned(),
        r#"{"v":1,"sub":"é 😀","attributes":{"brands":["a","b"]}}"#.to_owned(),
        format!(r#"{{"v":1,"long":"{}"}}"#, "x".repeat(4_000)),
    ];
    let tokens: Vec<_> = claims
        .iter()
        .zip(1u8..)
        .filter_map(|(claims, byte)| {
            let mut bytes = [byte; 32];
            let shown = BASE64URL.encode(bytes);
            let key = TokenKey::new(&format!("vector{byte:05}"), "embed+jwt", ContentKey::from_random(&mut bytes)).ok()?;
            let token = key.seal(claims.as_bytes()).ok()?;
            Some(serde_json::json!({ "kid": key.kid(), "key": shown, "claims": claims, "token": token }))
        })
        .collect();
    println!("{}", serde_json::Value::from(tokens));
}
