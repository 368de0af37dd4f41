//! From a token's text to its claims: the gate, then the state of its key, then its claims.

use crate::memory::{Memory, Secret};
use crate::perch::Perch;
use perch_domain::Code;
use perch_domain::claims::{Claims, Expected};
use perch_jwe::{OpenFault, Opened, TokenKey};
use std::sync::Arc;

/// A secret with its cipher ready.
pub(crate) struct Known {
    pub secret: Arc<Secret>,
    token_key: Arc<TokenKey>,
}

impl AsRef<TokenKey> for Known {
    fn as_ref(&self) -> &TokenKey {
        &self.token_key
    }
}

impl Perch {
    /// Opens the seal of a token whose secret passes `visible`; for every other the answer is that of a key nobody knows.
    pub(crate) fn open_seal(&self, memory: &Memory, token: &str, visible: impl Fn(&Secret) -> bool) -> Result<Opened<Known>, Code> {
        let find = |header: &str| {
            let secret = memory.secret_by_header(header).filter(|secret| visible(secret))?;
            let token_key = secret.token_key(&self.master_keys).ok()?;
            Some(Known { secret, token_key })
        };
        perch_jwe::open(token, find).map_err(|fault| match fault {
            OpenFault::Malformed => Code::TokenMalformed,
            OpenFault::UnknownKey => Code::TokenUnknownKey,
            OpenFault::NotSealed => Code::TokenInvalid,
        })
    }

    /// Judges what was opened: the key's state, the claims, the cut-offs. Only now is any state told.
    pub(crate) fn judge<'a>(&self, memory: &Memory, opened: &'a Opened<Known>) -> (Option<Claims<'a>>, Result<(), Code>) {
        let Some(claims) = Claims::parse(&opened.claims) else { return (None, Err(Code::TokenInvalid)) };
        let verdict = self.judge_claims(memory, &opened.key.secret, &claims);
        (Some(claims), verdict)
    }

    fn judge_claims(&self, memory: &Memory, secret: &Secret, claims: &Claims<'_>) -> Result<(), Code> {
        let row = &secret.row;
        if row.key_revoked_at.is_some() || row.secret_revoked_at.is_some() {
            return Err(Code::TokenRevoked);
        }
        if row.expires_at.is_some_and(|expires_at| expires_at <= self.now()) {
            return Err(Code::TokenExpired);
        }
        claims.check(&Expected { issuer: self.issuer, organization: secret.row.organization_id.0, now: self.now_seconds() })?;
        let organization = memory.organization(secret.row.organization_id).ok_or(Code::TokenUnknownKey)?;
        if claims.iat < organization.row.not_before || claims.iat < row.not_before {
            return Err(Code::TokenRevoked);
        }
        // A sandbox token ends with its maker's access.
        let maker = claims.sandbox.map(perch_store::PersonId);
        if maker.is_some_and(|maker| !memory.is_active(secret.row.organization_id, maker)) {
            return Err(Code::TokenRevoked);
        }
        Ok(())
    }
}
