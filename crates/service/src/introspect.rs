//! What a token says: everything and the reason for people of its organization, `active` alone for programs (RFC 7662).

use crate::perch::Perch;
use crate::proof::KeyHolder;
use crate::{Acting, fault};
use perch_domain::api_key::{self, ApiKeyText};
use perch_domain::claims::Claims;
use perch_domain::permission::{MODELS, Permissions};
use perch_domain::{Action, Code, Refusal, time};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// What a person is told about a token.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Why it is refused; `None` where it is valid.
    pub refused: Option<Code>,
    /// The verdict in one sentence.
    pub verdict: String,
    /// What to do, where it is refused.
    pub fix: Option<String>,
    /// The claims, once the seal was verified.
    pub token: Option<TokenView>,
}

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

/// The answer of RFC 7662, section 2.2, for a token that is active.
#[derive(Debug, Serialize)]
pub struct ActiveToken {
    pub active: bool,
    pub sub: String,
    pub iss: Uuid,
    pub aud: String,
    pub exp: i64,
    pub iat: i64,
    pub nbf: i64,
    pub jti: Uuid,
    pub client_id: String,
    pub org: Uuid,
    pub role: &'static str,
    pub permissions: Permissions,
    pub attributes: Value,
    pub sandbox: bool,
}

impl Perch {
    /// Reads a token for a person of its organization. What they pasted is not kept.
    pub async fn read_token(&self, acting: &Acting, pasted: &str) -> Result<Reading, Refusal> {
        acting.may(Action::ReadToken)?;
        let text = unwrapped(pasted);
        if text.is_empty() {
            return Ok(refused(Code::TokenMissing, "Paste a token.", None));
        }
        if text.starts_with(api_key::PREFIX) {
            let whole = ApiKeyText::parse(text).is_ok();
            let verdict = if whole { "This is an API key, not a token." } else { "This looks like part of an API key, not a token." };
            let fix = "Keep API keys on your backend. If this one was pasted where others could see it, revoke it under Account settings > API Keys.";
            return Ok(Reading { fix: Some(fix.to_owned()), ..refused(Code::TokenMalformed, verdict, None) });
        }
        // Memory is looked at once more before a refusal counts, as everywhere.
        let mut reading = self.read_from_memory(acting, text);
        if reading.refused.is_some() && self.refresh().await? {
            reading = self.read_from_memory(acting, text);
        }
        Ok(reading)
    }

    fn read_from_memory(&self, acting: &Acting, text: &str) -> Reading {
        let memory = self.memory.load();
        let opened = match self.open_seal(&memory, text, |secret| secret.row.organization_id == acting.organization) {
            Ok(opened) => opened,
            Err(Code::TokenMalformed) if text.split('.').count() == 3 => {
                return refused(
                    Code::TokenMalformed,
                    "This is a signed token of another system: it has three parts, a token from here has five.",
                    None,
                );
            }
            Err(code) => return refused(code, code.message(), None),
        };
        let (claims, verdict) = self.judge(&memory, &opened);
        let token = claims.as_ref().map(|claims| view(claims, &opened.key.secret.row.id));
        match verdict {
            Ok(()) => {
                let left = token.as_ref().map_or(0, |token| token.expires_at - self.now_seconds());
                Reading { refused: None, verdict: format!("Valid for {}.", duration(left)), fix: None, token }
            }
            Err(code) => {
                let sentence = match (code, &token) {
                    (Code::TokenExpired, Some(token)) => {
                        format!("Expired {} ({}).", time::relative(token.expires_at, self.now_seconds()), time::readable(token.expires_at))
                    }
                    _ => code.message().to_owned(),
                };
                refused(code, &sentence, token)
            }
        }
    }

    /// Tells a program whether one of its own key's tokens is active; `None` for anything else, whatever it is.
    pub async fn introspect(&self, holder: &KeyHolder, token: &str) -> Result<Option<ActiveToken>, Refusal> {
        holder.may(Action::IntrospectByKey)?;
        let active = self.decide(|memory| self.active(memory, holder, token)).await;
        match active {
            Ok(active) => active.map(Some).map_err(|error| fault::broken(&error)),
            Err(refusal) if refusal.code == Code::Unavailable => Err(refusal),
            Err(_) => Ok(None),
        }
    }

    fn active(&self, memory: &crate::memory::Memory, holder: &KeyHolder, token: &str) -> Result<serde_json::Result<ActiveToken>, Refusal> {
        let opened = self.open_seal(memory, token, |secret| secret.row.key_id == holder.key())?;
        let (claims, verdict) = self.judge(memory, &opened);
        verdict?;
        let claims = claims.ok_or(Code::TokenInvalid)?;
        Ok(serde_json::from_str(claims.attributes.get()).map(|attributes| ActiveToken {
            active: true,
            sub: claims.sub.into_owned(),
            iss: claims.iss,
            aud: claims.aud.into_owned(),
            exp: claims.exp,
            iat: claims.iat,
            nbf: claims.nbf,
            jti: claims.jti,
            client_id: opened.key.secret.row.id.clone(),
            org: claims.org,
            role: claims.role.as_str(),
            permissions: claims.permissions,
            attributes,
            sandbox: claims.sandbox.is_some(),
        }))
    }
}

fn refused(code: Code, verdict: &str, token: Option<TokenView>) -> Reading {
    Reading { refused: Some(code), verdict: verdict.to_owned(), fix: Some(code.fix().to_owned()), token }
}

/// The token inside what people paste: without blanks and line breaks around it, quotes, or the word Bearer.
fn unwrapped(pasted: &str) -> &str {
    let text = pasted.trim().trim_matches(['"', '\'', '`']).trim();
    match text.get(..7) {
        Some(word) if word.eq_ignore_ascii_case("bearer ") => text.get(7..).unwrap_or_default().trim(),
        _ => text,
    }
}

fn view(claims: &Claims<'_>, key: &str) -> TokenView {
    let attributes: serde_json::Map<String, Value> = serde_json::from_str(claims.attributes.get()).unwrap_or_default();
    TokenView {
        subject: claims.sub.clone().into_owned(),
        role: claims.role.as_str(),
        attributes: attributes.into_iter().map(|(name, value)| (name, shown(&value))).collect(),
        permissions: MODELS.iter().map(|model| (*model, claims.permissions.names(model).to_vec())).filter(|(_, names)| !names.is_empty()).collect(),
        context_clues: claims.context_clues.clone().map(Into::into),
        issued_at: claims.iat,
        expires_at: claims.exp,
        token_id: claims.jti,
        sandbox: claims.sandbox.is_some(),
        key: api_key::visible_prefix(key),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn duration(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..120 => (seconds.max(0), "second"),
        120..7_200 => (seconds / 60, "minute"),
        _ => (seconds / 3_600, "hour"),
    };
    format!("{count} more {unit}{}", if count == 1 { "" } else { "s" })
}
