//! A lazily read view of JSON text. It keeps what `serde_json::Value` loses and the rules need: the spelling of numbers
//! (`3.0` is an integer, `3e0` is not) and members that appear twice. It looks no deeper than a rule asks.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// One JSON value, not yet read.
#[derive(Clone, Copy, Debug)]
pub struct Json<'a>(&'a str);

/// What a value is, before looking inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Null,
    Boolean,
    Number,
    Text,
    List,
    Object,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

impl<'a> Json<'a> {
    /// Accepts well-formed JSON in UTF-8 (RFC 8259), whatever it holds.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        serde_json::from_str::<&RawValue>(text)
            .ok()
            .map(|raw| Self(raw.get()))
    }

    pub fn kind(self) -> Kind {
        match self.0.as_bytes().first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::List,
            Some(b'"') => Kind::Text,
            Some(b't' | b'f') => Kind::Boolean,
            Some(b'n') | None => Kind::Null,
            Some(_) => Kind::Number,
        }
    }

    /// The text of a string; `None` where it is no string or names a character that does not exist (half a surrogate).
    pub fn text(self) -> Option<Cow<'a, str>> {
        serde_json::from_str::<Text<'a>>(self.0)
            .ok()
            .map(|text| text.0)
    }

    pub fn boolean(self) -> Option<bool> {
        (self.kind() == Kind::Boolean).then_some(self.0 == "true")
    }

    /// The spelling of a number.
    pub fn number(self) -> Option<&'a str> {
        (self.kind() == Kind::Number).then_some(self.0)
    }

    /// A 64-bit integer: digits, or digits followed by nothing but zeros after the point.
    pub fn integer(self) -> Option<i64> {
        let text = self.number()?;
        let whole = match text.split_once('.') {
            Some((whole, zeros)) if zeros.bytes().all(|digit| digit == b'0') => whole,
            Some(_) => return None,
            None => text,
        };
        whole.parse().ok()
    }

    /// The members of an object in order, repeated names included.
    pub fn members(self) -> Option<Vec<(Cow<'a, str>, Self)>> {
        serde_json::from_str::<Members<'a>>(self.0)
            .ok()
            .map(|members| members.0)
    }

    /// The items of a list.
    pub fn items(self) -> Option<Vec<Self>> {
        let raw: Vec<&RawValue> = serde_json::from_str(self.0).ok()?;
        Some(raw.into_iter().map(|item| Self(item.get())).collect())
    }
}

#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

struct Members<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::with_capacity(8);
                while let Some((name, value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    members.push((name.0, Json(value.get())));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_by_their_spelling() {
        let integer = |text: &'static str| Json::parse(text.as_bytes()).and_then(Json::integer);
        assert_eq!(integer("3"), Some(3));
        assert_eq!(integer("-3.000"), Some(-3));
        assert_eq!(integer("9223372036854775807"), Some(i64::MAX));
        for bad in ["3.5", "3e0", "9223372036854775808", "\"3\"", "true", "null"] {
            assert_eq!(integer(bad), None, "{bad}");
        }
    }

    #[test]
    fn repeated_members_are_kept_and_escapes_are_read() {
        let json = Json::parse(br#"{"a":1,"\u0061":2}"#).unwrap();
        let names: Vec<_> = json
            .members()
            .unwrap()
            .into_iter()
            .map(|(name, _)| name.into_owned())
            .collect();
        assert_eq!(names, ["a", "a"]);
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for bad in [&b""[..], b"{", b"{}x", b"\xff", b"NaN", b"{'a':1}"] {
            assert!(Json::parse(bad).is_none(), "{bad:?}");
        }
        assert!(Json::parse(br#""\ud800""#).is_none_or(|json| json.text().is_none()));
    }
}
