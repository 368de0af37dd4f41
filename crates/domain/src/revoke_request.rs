//! A revoke request: which tokens of a key end before their time.

use crate::json::{Json, Kind};
use crate::mint_request::MAX_DISTINCT_ID;
use crate::refusal::Violations;
use crate::text::nearest;
use crate::{Code, Refusal, ViolationCode};
use uuid::Uuid;

/// What is revoked. Exactly one thing at a time, so that no request means less, or more, than it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevokeRequest {
    Token(Uuid),
    /// Every token that was issued to this `distinctId` so far.
    Viewer(String),
    /// Every token that was issued so far.
    All,
}

const FIELDS: [&str; 3] = ["tokenId", "distinctId", "all"];

impl RevokeRequest {
    /// Reads a body.
    ///
    /// # Errors
    /// `BODY_NOT_JSON`, or `REQUEST_INVALID` with every violation.
    pub fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let json = Json::parse(body).ok_or(Code::BodyNotJson)?;
        let mut faults = Violations::default();
        let mut wanted = Vec::new();
        let Some(members) = json.members() else {
            let message = format!("The body must be an object, not {}.", json.kind().as_str());
            return Err(Refusal::fault("", ViolationCode::WrongType, message));
        };
        for (at, (name, value)) in members.iter().enumerate() {
            if members.iter().take(at).any(|(earlier, _)| earlier == name) {
                faults.add(
                    name.as_ref(),
                    ViolationCode::DuplicateField,
                    "This field is given twice.",
                );
            } else if value.kind() != Kind::Null || !FIELDS.contains(&name.as_ref()) {
                wanted.extend(field(&mut faults, name, *value));
            }
        }
        let sent = members
            .iter()
            .filter(|(name, value)| FIELDS.contains(&name.as_ref()) && value.kind() != Kind::Null)
            .count();
        if sent != 1 {
            faults.add(
                "",
                if sent == 0 {
                    ViolationCode::Required
                } else {
                    ViolationCode::TooMany
                },
                "Send exactly one of tokenId, distinctId and all.",
            );
        }
        faults.into_result()?;
        wanted.pop().ok_or_else(|| Code::RequestInvalid.into())
    }
}

fn field(faults: &mut Violations, name: &str, value: Json<'_>) -> Option<RevokeRequest> {
    let mut wrong = |code, message: &str| {
        faults.add(name, code, message);
        None
    };
    match name {
        "tokenId" => match value.text().map(|text| token_id(&text)) {
            Some(Some(id)) => Some(RevokeRequest::Token(id)),
            Some(None) => wrong(
                ViolationCode::InvalidValue,
                "This is no token id; it is the tokenId of the answer that carried the token.",
            ),
            None => wrong(ViolationCode::WrongType, "This must be text."),
        },
        "distinctId" => match value.text() {
            None => wrong(ViolationCode::WrongType, "This must be text."),
            Some(text) if text.is_empty() => {
                wrong(ViolationCode::Required, "This must not be empty.")
            }
            Some(text) if text.chars().count() > MAX_DISTINCT_ID => wrong(
                ViolationCode::TooLong,
                "A distinctId has at most 256 characters.",
            ),
            Some(text) if text.chars().any(char::is_control) => wrong(
                ViolationCode::InvalidValue,
                "A distinctId holds no control characters.",
            ),
            Some(text) => Some(RevokeRequest::Viewer(text.into_owned())),
        },
        "all" => match value.boolean() {
            Some(true) => Some(RevokeRequest::All),
            Some(false) => wrong(ViolationCode::InvalidValue, "Send true, or leave it out."),
            None => wrong(ViolationCode::WrongType, "This must be true."),
        },
        other => {
            let near = nearest(other, FIELDS)
                .map_or_else(String::new, |near| format!(" Did you mean {near}?"));
            wrong(
                ViolationCode::UnknownField,
                &format!("There is no such field.{near}"),
            )
        }
    }
}

/// A token id as answers spell it; other spellings of a UUID are none.
fn token_id(text: &str) -> Option<Uuid> {
    (text.len() == uuid::fmt::Hyphenated::LENGTH)
        .then(|| Uuid::parse_str(text).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_at_a_time() {
        let id = "019a9f5e-0000-7000-8000-000000000001";
        assert_eq!(
            RevokeRequest::parse(format!("{{\"tokenId\":\"{id}\"}}").as_bytes()),
            Ok(RevokeRequest::Token(id.parse().unwrap()))
        );
        assert_eq!(
            RevokeRequest::parse(br#"{"distinctId":"u-1","all":null}"#),
            Ok(RevokeRequest::Viewer("u-1".into()))
        );
        assert_eq!(
            RevokeRequest::parse(br#"{"all":true}"#),
            Ok(RevokeRequest::All)
        );
    }

    #[test]
    fn every_fault_at_once_and_nothing_by_accident() {
        let faults = |body: &str| {
            let refused = RevokeRequest::parse(body.as_bytes()).unwrap_err();
            refused
                .violations
                .iter()
                .map(|fault| format!("{} {}", fault.field, fault.code.as_str()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            RevokeRequest::parse(b"{").unwrap_err().code,
            Code::BodyNotJson
        );
        for (body, expected) in [
            ("[]", &[" WRONG_TYPE"][..]),
            ("{}", &[" REQUIRED"]),
            (r#"{"all":false}"#, &["all INVALID_VALUE"]),
            (r#"{"all":"true"}"#, &["all WRONG_TYPE"]),
            (r#"{"tokenId":"x"}"#, &["tokenId INVALID_VALUE"]),
            (
                r#"{"tokenId":"019a9f5e000070008000000000000001"}"#,
                &["tokenId INVALID_VALUE"],
            ),
            (
                r#"{"tokenId":null,"distinctId":null,"all":null}"#,
                &[" REQUIRED"],
            ),
            (r#"{"all":null,"all":true}"#, &["all DUPLICATE_FIELD"]),
            (r#"{"dry":null,"all":true}"#, &["dry UNKNOWN_FIELD"]),
            (r#"{"distinctId":""}"#, &["distinctId REQUIRED"]),
            (r#"{"distinctId":7}"#, &["distinctId WRONG_TYPE"]),
            (r#"{"distinctId":"a","all":true}"#, &[" TOO_MANY"]),
            (
                r#"{"distinctId":"a","distinctId":"b"}"#,
                &["distinctId DUPLICATE_FIELD", " TOO_MANY"],
            ),
            (
                r#"{"distinctID":"a"}"#,
                &["distinctID UNKNOWN_FIELD", " REQUIRED"],
            ),
            (r#"{"all":true,"dry":true}"#, &["dry UNKNOWN_FIELD"]),
        ] {
            assert_eq!(faults(body), expected, "{body}");
        }
    }
}
