//! The claims of a token for people, once its seal was verified.

use perch_domain::api_key;
use perch_domain::claims::Claims;
use perch_domain::permission::MODELS;
use serde_json::Value;
use uuid::Uuid;

/// Claims for people.
#[derive(Clone, Debug)]
pub struct TokenView {
    pub subject: String,
    pub role: &'static str,
    /// Name and value as JSON, texts without their quotes.
    pub attributes: Vec<(String, String)>,
    pub permissions: Vec<(&'static str, Vec<&'static str>)>,
    pub context_clues: Option<String>,
    /// Unix seconds.
    pub issued_at: i64,
    pub expires_at: i64,
    pub token_id: Uuid,
    pub sandbox: bool,
    pub key: String,
}

impl TokenView {
    pub(super) fn of(claims: &Claims<'_>, key: &str) -> Self {
        let attributes: serde_json::Map<String, Value> =
            serde_json::from_str(claims.attributes.get()).unwrap_or_default();
        Self {
            subject: claims.sub.clone().into_owned(),
            role: claims.role.as_str(),
            attributes: attributes
                .into_iter()
                .map(|(name, value)| (name, shown(&value)))
                .collect(),
            permissions: MODELS
                .iter()
                .map(|model| (*model, claims.permissions.names(model).to_vec()))
                .filter(|(_, names)| !names.is_empty())
                .collect(),
            context_clues: claims.context_clues.clone().map(Into::into),
            issued_at: claims.iat,
            expires_at: claims.exp,
            token_id: claims.jti,
            sandbox: claims.sandbox.is_some(),
            key: api_key::visible_prefix(key),
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}
