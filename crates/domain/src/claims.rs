//! The claims of an embed token: what is sealed, and what must hold of what was opened.

use crate::attribute::Value;
use crate::permission::Permissions;
use crate::{Code, lifetime};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use uuid::Uuid;

/// The only claims version that is minted.
pub const VERSION: u32 = 1;
/// `aud` of every embed token (RFC 7519, section 4.1.3).
pub const AUDIENCE: &str = "embed";
/// `typ` in the protected header.
pub const TOKEN_TYPE: &str = "embed+jwt";
/// Bytes of the longest token that is minted; it must fit common proxies' header limits.
pub const MAX_TOKEN_BYTES: usize = 6 * 1024;
/// Seconds that the clock of the server that issued a token may be ahead. Its end is exact.
pub const SKEW: i64 = 30;

/// The role of a viewer inside an embed. Another thing than a console role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ViewerRole {
    Explorer,
}

impl ViewerRole {
    pub const ALL: [Self; 1] = [Self::Explorer];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Explorer => "explorer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// Claims about to be sealed. Times are Unix seconds; absent claims are absent, never null.
#[derive(Debug, Serialize)]
pub struct NewClaims<'a> {
    pub v: u32,
    pub iss: Uuid,
    pub aud: &'a str,
    pub sub: &'a str,
    pub org: Uuid,
    pub jti: Uuid,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
    pub role: ViewerRole,
    pub permissions: Permissions,
    #[serde(serialize_with = "as_map")]
    pub attributes: &'a [(String, Value)],
    #[serde(rename = "aiContextClues", skip_serializing_if = "Option::is_none")]
    pub context_clues: Option<&'a str>,
    /// In a sandbox token, the person who made it: the token ends with their access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<Uuid>,
}

fn as_map<S: Serializer>(
    attributes: &&[(String, Value)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(attributes.len()))?;
    for (name, value) in *attributes {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

/// Claims that were opened, borrowing from the opened text. Unknown and repeated members do not parse.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims<'a> {
    pub v: u32,
    pub iss: Uuid,
    #[serde(borrow)]
    pub aud: Cow<'a, str>,
    #[serde(borrow)]
    pub sub: Cow<'a, str>,
    pub org: Uuid,
    pub jti: Uuid,
    pub iat: i64,
    pub nbf: i64,
    pub exp: i64,
    pub role: ViewerRole,
    pub permissions: Permissions,
    #[serde(borrow)]
    pub attributes: &'a RawValue,
    #[serde(borrow, default, rename = "aiContextClues")]
    pub context_clues: Option<Cow<'a, str>>,
    #[serde(default)]
    pub sandbox: Option<Uuid>,
}

/// What the claims of a token must agree with.
#[derive(Clone, Copy, Debug)]
pub struct Expected {
    /// The installation's id.
    pub issuer: Uuid,
    /// The organization of the key that sealed the token.
    pub organization: Uuid,
    /// Unix seconds.
    pub now: i64,
}

impl<'a> Claims<'a> {
    /// Parses opened text. `None` where it is not exactly what this version writes.
    pub fn parse(opened: &'a [u8]) -> Option<Self> {
        // As one text: read as bytes, every string in it would be looked through for UTF-8 on its own.
        let claims: Self = serde_json::from_str(std::str::from_utf8(opened).ok()?).ok()?;
        (claims.v == VERSION).then_some(claims)
    }

    /// Checks the claims against the key, the installation and the clock, in the order of RFC 7519, section 4.1. The skew of
    /// clocks covers `nbf` and `iat`; a token is refused from the second on that `exp` names.
    ///
    /// # Errors
    /// `TOKEN_INVALID`, `TOKEN_NOT_YET_VALID` or `TOKEN_EXPIRED`.
    pub fn check(&self, expected: &Expected) -> Result<(), Code> {
        if self.iss != expected.issuer || self.aud != AUDIENCE || self.org != expected.organization
        {
            return Err(Code::TokenInvalid);
        }
        if !(1..=i64::from(lifetime::MAX)).contains(&self.exp.saturating_sub(self.iat)) {
            return Err(Code::TokenInvalid);
        }
        let latest_start = expected.now.saturating_add(SKEW);
        if self.nbf > latest_start || self.iat > latest_start {
            return Err(Code::TokenNotYetValid);
        }
        if self.exp <= expected.now {
            return Err(Code::TokenExpired);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXPECTED: Expected = Expected {
        issuer: Uuid::from_u128(1),
        organization: Uuid::from_u128(2),
        now: 1_000,
    };

    fn sealed(change: impl FnOnce(&mut NewClaims<'_>)) -> String {
        let attributes = [("region".to_owned(), Value::Text("North".into()))];
        let mut claims = NewClaims {
            v: VERSION,
            iss: Uuid::from_u128(1),
            aud: AUDIENCE,
            sub: "user-1",
            org: Uuid::from_u128(2),
            jti: Uuid::from_u128(3),
            iat: 1_000,
            nbf: 1_000,
            exp: 4_600,
            role: ViewerRole::Explorer,
            permissions: Permissions::WHEN_MISSING,
            attributes: &attributes,
            context_clues: None,
            sandbox: None,
        };
        change(&mut claims);
        serde_json::to_string(&claims).unwrap()
    }

    fn check(text: &str) -> Result<(), Code> {
        Claims::parse(text.as_bytes())
            .ok_or(Code::TokenInvalid)?
            .check(&EXPECTED)
    }

    #[test]
    fn what_is_sealed_is_what_is_documented() {
        assert_eq!(
            sealed(|_| {}),
            r#"{"v":1,"iss":"00000000-0000-0000-0000-000000000001","aud":"embed","sub":"user-1","org":"00000000-0000-0000-0000-000000000002","jti":"00000000-0000-0000-0000-000000000003","iat":1000,"nbf":1000,"exp":4600,"role":"explorer","permissions":{"dashboard":["can_view"],"chart":["can_view"]},"attributes":{"region":"North"}}"#
        );
    }

    #[test]
    fn each_claim_is_checked() {
        assert_eq!(check(&sealed(|_| {})), Ok(()));
        assert_eq!(
            check(&sealed(|c| c.iss = Uuid::nil())),
            Err(Code::TokenInvalid)
        );
        assert_eq!(
            check(&sealed(|c| c.org = Uuid::nil())),
            Err(Code::TokenInvalid)
        );
        assert_eq!(check(&sealed(|c| c.aud = "other")), Err(Code::TokenInvalid));
        assert_eq!(check(&sealed(|c| c.v = 2)), Err(Code::TokenInvalid));
        assert_eq!(
            check(&sealed(|c| c.exp = c.iat + 86_401)),
            Err(Code::TokenInvalid)
        );
        assert_eq!(check(&sealed(|c| c.exp = c.iat)), Err(Code::TokenInvalid));
        assert_eq!(
            check(&sealed(|c| {
                c.nbf = 1_030;
                c.iat = 1_030;
            })),
            Ok(())
        );
        assert_eq!(
            check(&sealed(|c| c.nbf = 1_031)),
            Err(Code::TokenNotYetValid)
        );
        assert_eq!(
            check(&sealed(|c| c.iat = 1_031)),
            Err(Code::TokenNotYetValid)
        );
        assert_eq!(
            check(&sealed(|c| {
                c.iat = 500;
                c.exp = 1_001;
            })),
            Ok(())
        );
        assert_eq!(
            check(&sealed(|c| {
                c.iat = 500;
                c.exp = 1_000;
            })),
            Err(Code::TokenExpired)
        );
    }

    #[test]
    fn members_that_are_unknown_repeated_or_missing_do_not_parse() {
        let good = sealed(|_| {});
        assert_eq!(
            check(&good.replacen("{\"v\":1", "{\"x\":1,\"v\":1", 1)),
            Err(Code::TokenInvalid)
        );
        assert_eq!(
            check(&good.replacen("{\"v\":1", "{\"v\":1,\"v\":1", 1)),
            Err(Code::TokenInvalid)
        );
        assert_eq!(
            check(&good.replacen("\"sub\":\"user-1\",", "", 1)),
            Err(Code::TokenInvalid)
        );
        assert_eq!(
            check(&good.replacen("can_view", "can_fly", 1)),
            Err(Code::TokenInvalid)
        );
        assert_eq!(
            check(&good.replacen("explorer", "admin", 1)),
            Err(Code::TokenInvalid)
        );
    }
}
