//! What programs are told about a token: that it is active and what it says, or nothing (RFC 7662).

use crate::api_keys::authenticate::AuthenticatedKey;
use crate::error::Error;
use crate::tokens::Tokens;
use perch_domain::permission::Permissions;
use perch_domain::{Action, Code, Refusal};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

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

impl Tokens {
    /// Tells a program whether one of its own key's tokens is active; `None` for anything else, whatever it is.
    pub async fn introspect(
        &self,
        holder: &AuthenticatedKey,
        token: &str,
    ) -> Result<Option<ActiveToken>, Error> {
        holder.may(Action::IntrospectByKey)?;
        let active = self
            .config
            .read_fresh::<_, Error>(|memory| Ok(self.active(memory, holder, token)?))
            .await;
        match active {
            Ok(active) => active.map(Some).map_err(|error| Error::internal(&error)),
            Err(refusal) if refusal.code() == Code::Unavailable => Err(refusal),
            Err(_) => Ok(None),
        }
    }

    fn active(
        &self,
        memory: &crate::config::ConfigSnapshot,
        holder: &AuthenticatedKey,
        token: &str,
    ) -> Result<serde_json::Result<ActiveToken>, Refusal> {
        let opened = self.open_seal(memory, token, |secret| secret.row.key_id == holder.key())?;
        let (claims, verdict) = self.judge(memory, &opened);
        verdict?;
        let claims = claims.ok_or(Code::TokenInvalid)?;
        Ok(
            serde_json::from_str(claims.attributes.get()).map(|attributes| ActiveToken {
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
            }),
        )
    }
}
