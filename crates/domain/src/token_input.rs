//! What people paste where a token is asked for: the token inside it, and what it is when it is no whole token of ours.
//!
//! Nothing here decides whether a token is valid; that is the gate's. This only explains, so it may look into a header.

use crate::api_key::{self, ApiKeyText};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL;
use serde::Deserialize;

/// Characters of a nonce and of an authentication tag in a token of ours.
const NONCE: usize = 16;
const TAG: usize = 22;

/// What was taken away to get at the token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removed {
    Json,
    Markup,
    Quotes,
    Bearer,
    Blanks,
}

impl Removed {
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Json => "The token was taken out of the JSON around it.",
            Self::Markup => "The token was taken out of the element around it.",
            Self::Quotes => "Quotes around it were left out.",
            Self::Bearer => "The word Bearer in front was left out.",
            Self::Blanks => "Blanks and line breaks were left out.",
        }
    }
}

/// Characters that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    Exactly(usize),
    AtLeast(usize),
}

/// What a text is that is no whole token of a known key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAToken {
    /// An API key, whole or in part.
    ApiKey {
        whole: bool,
    },
    /// A signed token (RFC 7515) with its algorithm.
    Signed {
        algorithm: String,
    },
    /// An encrypted token of our form, by a key that is not known.
    OtherKey {
        key_id: String,
    },
    /// An encrypted token (RFC 7516) of another system.
    OtherSystem {
        algorithm: String,
        encryption: String,
    },
    BeginningMissing(Missing),
    EndMissing(Missing),
    /// So many characters after the end.
    TooLong(usize),
    /// The form of a token of ours, but something in between is missing, added or changed.
    Damaged,
    Nothing,
}

/// The token inside what was pasted, and what was around it.
pub fn extract_token(pasted: &str) -> (String, Vec<Removed>) {
    let mut removed = Vec::new();
    let mut text = pasted.trim().to_owned();
    if text.starts_with('{')
        && let Ok(answer) = serde_json::from_str::<Answer>(&text)
    {
        removed.push(Removed::Json);
        text = answer.token;
    }
    if let Some((_, rest)) = text.split_once("auth-token=") {
        removed.push(Removed::Markup);
        let rest = rest.trim_start_matches(['"', '\'', '{']);
        text = String::from(
            rest.split(['"', '\'', '}', ' ', '>'])
                .next()
                .unwrap_or_default(),
        );
    }
    let quotes = ['"', '\'', '`', '“', '”', ',', ';'];
    let bare = text.trim_matches(quotes).to_owned();
    if bare != text {
        removed.push(Removed::Quotes);
        text = bare;
    }
    let authorization = text
        .get(..14)
        .filter(|word| word.eq_ignore_ascii_case("authorization:"))
        .and(text.get(14..))
        .map_or(&*text, str::trim);
    if let Some(rest) = authorization
        .get(..7)
        .filter(|word| word.eq_ignore_ascii_case("bearer "))
        .and(authorization.get(7..))
    {
        removed.push(Removed::Bearer);
        text = String::from(rest);
    }
    if text.contains(char::is_whitespace) || pasted.trim() != pasted {
        removed.push(Removed::Blanks);
        text.retain(|letter| !letter.is_whitespace());
    }
    (text, removed)
}

#[derive(Deserialize)]
struct Answer {
    token: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Header {
    alg: String,
    enc: String,
    kid: String,
    typ: String,
}

/// Explains a text that the gate did not take. `headers` are the encoded headers of the keys that may be named.
pub fn diagnose<'a>(text: &str, headers: impl IntoIterator<Item = &'a str>) -> NotAToken {
    if text.starts_with(api_key::PREFIX) {
        return NotAToken::ApiKey {
            whole: ApiKeyText::parse(text).is_ok(),
        };
    }
    let parts: Vec<&str> = text.split('.').collect();
    let first = parts.first().copied().unwrap_or_default();
    for header in headers {
        if first == header {
            return ours(&parts);
        }
        if parts.len() == 1 && first.len() >= 10 && header.starts_with(first) {
            return NotAToken::EndMissing(Missing::AtLeast(
                header.len() - first.len() + 2 + NONCE + 3 + TAG,
            ));
        }
        if parts.len() == 5 && first.len() >= 4 && header.ends_with(first) {
            return NotAToken::BeginningMissing(Missing::Exactly(header.len() - first.len()));
        }
    }
    let header: Option<Header> = BASE64URL
        .decode(first)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let short = |text: String| text.chars().take(40).collect::<String>();
    match (parts.len(), header) {
        (3, Some(header)) if !header.alg.is_empty() => NotAToken::Signed {
            algorithm: short(header.alg),
        },
        (5, Some(header)) if header.typ == crate::claims::TOKEN_TYPE => NotAToken::OtherKey {
            key_id: short(header.kid),
        },
        (5, Some(header)) => NotAToken::OtherSystem {
            algorithm: short(header.alg),
            encryption: short(header.enc),
        },
        (4, _) if parts.get(1).is_some_and(|nonce| nonce.len() == NONCE) || first.is_empty() => {
            NotAToken::BeginningMissing(Missing::AtLeast(1))
        }
        _ => NotAToken::Nothing,
    }
}

/// A text that begins with the header of a known key.
fn ours(parts: &[&str]) -> NotAToken {
    let length = |at: usize| parts.get(at).map_or(0, |part| part.len());
    match parts.len() {
        5 if length(4) < TAG => NotAToken::EndMissing(Missing::Exactly(TAG - length(4))),
        5 if length(4) > TAG => NotAToken::TooLong(length(4) - TAG),
        // What is left of the content cannot be told from all of it; the dot and the tag are gone for certain.
        4 => NotAToken::EndMissing(Missing::AtLeast(1 + TAG)),
        1..=3 => NotAToken::EndMissing(Missing::AtLeast(
            3 - parts.len() + NONCE.saturating_sub(length(2)) + 3 + TAG,
        )),
        _ => NotAToken::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(json: &str) -> String {
        BASE64URL.encode(json)
    }

    #[test]
    fn the_token_inside_what_was_pasted() {
        for (pasted, removed) in [
            ("a.b", &[][..]),
            (" a.b\n", &[Removed::Blanks]),
            ("\"a.b\",", &[Removed::Quotes]),
            ("Bearer a.b", &[Removed::Bearer]),
            ("Authorization: bearer a.b", &[Removed::Bearer]),
            ("a.\r\n b", &[Removed::Blanks]),
            (r#"{"token":"a.b","expiresIn":"1h"}"#, &[Removed::Json]),
            ("'Bearer a.b'", &[Removed::Quotes, Removed::Bearer]),
            (
                r#"<tc-dashboard auth-token="a.b" server-url="https://x"></tc-dashboard>"#,
                &[Removed::Markup],
            ),
        ] {
            assert_eq!(
                extract_token(pasted),
                ("a.b".to_owned(), removed.to_vec()),
                "{pasted:?}"
            );
        }
    }

    #[test]
    fn what_it_is_instead() {
        let known =
            header(r#"{"alg":"dir","enc":"A256GCM","kid":"abcdefghijk","typ":"embed+jwt"}"#);
        let whole = format!(
            "{known}..{}.{}.{}",
            "n".repeat(NONCE),
            "c".repeat(300),
            "t".repeat(TAG)
        );
        let told = |text: &str| diagnose(text, [known.as_str()]);
        for cut in 1..=TAG {
            assert_eq!(
                told(&whole[..whole.len() - cut]),
                NotAToken::EndMissing(Missing::Exactly(cut))
            );
        }
        // Every shorter piece: never more is claimed than is missing.
        for end in 10..whole.len() - TAG {
            let missing = whole.len() - end;
            match told(&whole[..end]) {
                NotAToken::EndMissing(Missing::AtLeast(least)) => {
                    assert!(least <= missing, "{end}: {least} of {missing}");
                }
                other => panic!("{end}: {other:?}"),
            }
        }
        assert_eq!(
            told(&whole[7..]),
            NotAToken::BeginningMissing(Missing::Exactly(7))
        );
        assert_eq!(told(&format!("{whole}xy")), NotAToken::TooLong(2));
        assert_eq!(told(&whole.replacen("cc", "c*", 1)), NotAToken::Damaged);
        assert_eq!(
            told(&format!("{}.e30.sig", header(r#"{"alg":"HS256"}"#))),
            NotAToken::Signed {
                algorithm: "HS256".into()
            }
        );
        let other = header(r#"{"alg":"dir","enc":"A256GCM","kid":"zzz","typ":"embed+jwt"}"#);
        assert_eq!(
            told(&format!("{other}..n.c.t")),
            NotAToken::OtherKey {
                key_id: "zzz".into()
            }
        );
        let jwe = header(r#"{"alg":"RSA-OAEP","enc":"A128GCM"}"#);
        assert_eq!(
            told(&format!("{jwe}.k.n.c.t")),
            NotAToken::OtherSystem {
                algorithm: "RSA-OAEP".into(),
                encryption: "A128GCM".into()
            }
        );
        assert_eq!(told("perch_sk_abc"), NotAToken::ApiKey { whole: false });
        for nothing in ["", "hello", "....", "a.b.c", "🦜"] {
            assert_eq!(told(nothing), NotAToken::Nothing, "{nothing}");
        }
    }
}
