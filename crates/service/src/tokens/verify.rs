//! From a token's text to its claims: the gate, then the state of its key, then its claims.

use crate::config::revocations::{Issued, RevokedBy};
use crate::config::{ConfigSnapshot, Organization, Secret};
use crate::perch::Perch;
use perch_domain::Code;
use perch_domain::check::Check;
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

/// The check that a token failed, and the code for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FailedCheck(pub Check, pub Code);

impl From<FailedCheck> for perch_domain::Refusal {
    fn from(FailedCheck(_, code): FailedCheck) -> Self {
        code.into()
    }
}

impl AsRef<TokenKey> for Known {
    fn as_ref(&self) -> &TokenKey {
        &self.token_key
    }
}

impl Perch {
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
            let token_key = secret.token_key(&self.master_keys).ok()?;
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
        self.verify_key_state(secret)?;
        let expected = Expected {
            issuer: self.issuer,
            organization: secret.row.organization_id.0,
            now: self.now_seconds(),
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
        Self::verify_not_revoked(memory, secret, Issued::claimed(claims))
    }

    /// Whether a key's tokens still count at all.
    pub(crate) fn verify_key_state(&self, secret: &Secret) -> Result<(), FailedCheck> {
        let row = &secret.row;
        if row.key_revoked_at.is_some() || row.secret_revoked_at.is_some() {
            return Err(FailedCheck(Check::KeyState, Code::TokenRevoked));
        }
        if row
            .expires_at
            .is_some_and(|expires_at| expires_at <= self.now())
        {
            return Err(FailedCheck(Check::KeyState, Code::TokenExpired));
        }
        Ok(())
    }

    /// Whether a token is free of every revocation.
    pub(crate) fn verify_not_revoked(
        memory: &ConfigSnapshot,
        secret: &Secret,
        issued: Issued<'_>,
    ) -> Result<(), FailedCheck> {
        let organization = memory
            .organization(secret.row.organization_id)
            .ok_or(FailedCheck(Check::Key, Code::TokenUnknownKey))?;
        match Self::revoked_by(memory, &organization, secret, issued) {
            Some(_) => Err(FailedCheck(Check::Revocation, Code::TokenRevoked)),
            None => Ok(()),
        }
    }

    /// What ended a token before its time, if anything did.
    pub(crate) fn revoked_by(
        memory: &ConfigSnapshot,
        organization: &Organization,
        secret: &Secret,
        issued: Issued<'_>,
    ) -> Option<RevokedBy> {
        if issued.at() <= organization.row.cut_off {
            return Some(RevokedBy::Organization);
        }
        if issued.at() <= secret.row.cut_off {
            return Some(RevokedBy::Key);
        }
        // A sandbox token ends with its maker's access, for good.
        let ended = |issued_by| {
            memory
                .sandbox_cut_off(secret.row.organization_id, issued_by)
                .is_none_or(|cut_off| issued.at() <= cut_off)
        };
        if issued.issued_by.is_some_and(ended) {
            return Some(RevokedBy::Issuer);
        }
        organization.revocations.find(secret.row.key_id, issued)
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
