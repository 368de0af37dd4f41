//! From a token's text to its claims: the gate, then the state of its key, then its claims.

use crate::config::revocations::IssuedToken;
use crate::config::verify_key_state;
use crate::config::verify_not_revoked;
use crate::config::{ConfigSnapshot, Organization, Secret};
use crate::tokens::Tokens;
use perch_domain::Code;
use perch_domain::check::{Check, FailedCheck};
use perch_domain::claims::{Claims, Expected};
use perch_domain::origin::Origin;
use perch_domain::origin_list::{Environment, Listed};
use perch_jwe::{OpenError, Opened, TokenKey};
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

impl Tokens {
    /// Opens the seal of a token whose secret passes `visible`; for every other the answer is that of a key nobody knows.
    pub(crate) fn open_seal(
        &self,
        memory: &ConfigSnapshot,
        token: &str,
        visible: impl Fn(&Secret) -> bool,
    ) -> Result<Opened<Known>, FailedCheck> {
        let find = |header: &str| {
            let secret = memory
                .secret_by_header(header)
                .filter(|secret| visible(secret))?;
            let token_key = self.token_keys.of(&secret, &self.master_keys).ok()?;
            Some(Known { secret, token_key })
        };
        perch_jwe::open(token, find).map_err(|fault| match fault {
            OpenError::Malformed => FailedCheck(Check::Shape, Code::TokenMalformed),
            OpenError::UnknownKey => FailedCheck(Check::Key, Code::TokenUnknownKey),
            OpenError::NotSealed => FailedCheck(Check::Seal, Code::TokenInvalid),
        })
    }

    /// Judges what was opened: the key's state, the claims, the cut-offs. Only now is any state told, with the check that
    /// failed.
    pub(crate) fn judge<'a>(
        &self,
        memory: &ConfigSnapshot,
        opened: &'a Opened<Known>,
    ) -> (Option<Claims<'a>>, Result<(), FailedCheck>) {
        let Some(claims) = Claims::parse(&opened.claims) else {
            return (None, Err(FailedCheck(Check::Seal, Code::TokenInvalid)));
        };
        let verdict = self.verify_claims(memory, &opened.key.secret, &claims);
        (Some(claims), verdict)
    }

    fn verify_claims(
        &self,
        memory: &ConfigSnapshot,
        secret: &Secret,
        claims: &Claims<'_>,
    ) -> Result<(), FailedCheck> {
        verify_key_state(secret, self.system.now())?;
        let expected = Expected {
            issuer: self.issuer,
            organization: secret.row.organization_id.0,
            now: self.system.now_seconds(),
        };
        claims.check(&expected).map_err(|code| {
            FailedCheck(
                if code == Code::TokenInvalid {
                    Check::Seal
                } else {
                    Check::Time
                },
                code,
            )
        })?;
        verify_not_revoked(memory, secret, IssuedToken::claimed(claims))
    }
}

/// Why a site may use a token.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AllowedBy<'a> {
    Listed(&'a Listed),
    /// The console's own preview: it is there to try sandbox tokens out, and for nothing else.
    Preview,
}

/// Whether a site may use a token of this organization: listed, and for a sandbox token not as Production.
pub(crate) fn authorize_origin<'a>(
    organization: &'a Organization,
    sandbox: bool,
    site: &Origin,
    preview: Option<&Origin>,
) -> Result<AllowedBy<'a>, Code> {
    match organization.origins.find(site) {
        Some(entry) if sandbox && entry.environment == Environment::Production => {
            Err(Code::SandboxTokenOnProductionOrigin)
        }
        Some(entry) => Ok(AllowedBy::Listed(entry)),
        None if sandbox && preview == Some(site) => Ok(AllowedBy::Preview),
        None => Err(Code::OriginNotAuthorized),
    }
}
