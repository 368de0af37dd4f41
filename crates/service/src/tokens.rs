//! From a token's text to its claims: the gate, then the state of its key, then its claims.

use crate::config::{Memory, Organization, Secret};
use crate::perch::Perch;
use crate::revocations::{Issued, RevokedBy};
use perch_domain::Code;
use perch_domain::claims::{Claims, Expected};
use perch_domain::origin::Origin;
use perch_domain::origin_list::{Environment, Listed};
use perch_domain::verdict::Rung;
use perch_jwe::{OpenFault, Opened, TokenKey};
use std::sync::Arc;

/// A secret with its cipher ready.
pub(crate) struct Known {
    pub secret: Arc<Secret>,
    token_key: Arc<TokenKey>,
}

/// The check that a token failed, and the code for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failed(pub Rung, pub Code);

impl From<Failed> for perch_domain::Refusal {
    fn from(Failed(_, code): Failed) -> Self {
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
        memory: &Memory,
        token: &str,
        visible: impl Fn(&Secret) -> bool,
    ) -> Result<Opened<Known>, Failed> {
        let find = |header: &str| {
            let secret = memory
                .secret_by_header(header)
                .filter(|secret| visible(secret))?;
            let token_key = secret.token_key(&self.master_keys).ok()?;
            Some(Known { secret, token_key })
        };
        perch_jwe::open(token, find).map_err(|fault| match fault {
            OpenFault::Malformed => Failed(Rung::Shape, Code::TokenMalformed),
            OpenFault::UnknownKey => Failed(Rung::Key, Code::TokenUnknownKey),
            OpenFault::NotSealed => Failed(Rung::Seal, Code::TokenInvalid),
        })
    }

    /// Judges what was opened: the key's state, the claims, the cut-offs. Only now is any state told, with the check that
    /// failed.
    pub(crate) fn judge<'a>(
        &self,
        memory: &Memory,
        opened: &'a Opened<Known>,
    ) -> (Option<Claims<'a>>, Result<(), Failed>) {
        let Some(claims) = Claims::parse(&opened.claims) else {
            return (None, Err(Failed(Rung::Seal, Code::TokenInvalid)));
        };
        let verdict = self.judge_claims(memory, &opened.key.secret, &claims);
        (Some(claims), verdict)
    }

    fn judge_claims(
        &self,
        memory: &Memory,
        secret: &Secret,
        claims: &Claims<'_>,
    ) -> Result<(), Failed> {
        self.judge_key(secret)?;
        let expected = Expected {
            issuer: self.issuer,
            organization: secret.row.organization_id.0,
            now: self.now_seconds(),
        };
        claims.check(&expected).map_err(|code| {
            Failed(
                if code == Code::TokenInvalid {
                    Rung::Seal
                } else {
                    Rung::Time
                },
                code,
            )
        })?;
        Self::judge_revocation(memory, secret, Issued::claimed(claims))
    }

    /// Whether a key's tokens still count at all.
    pub(crate) fn judge_key(&self, secret: &Secret) -> Result<(), Failed> {
        let row = &secret.row;
        if row.key_revoked_at.is_some() || row.secret_revoked_at.is_some() {
            return Err(Failed(Rung::KeyState, Code::TokenRevoked));
        }
        if row
            .expires_at
            .is_some_and(|expires_at| expires_at <= self.now())
        {
            return Err(Failed(Rung::KeyState, Code::TokenExpired));
        }
        Ok(())
    }

    /// Whether a token is free of every revocation.
    pub(crate) fn judge_revocation(
        memory: &Memory,
        secret: &Secret,
        issued: Issued<'_>,
    ) -> Result<(), Failed> {
        let organization = memory
            .organization(secret.row.organization_id)
            .ok_or(Failed(Rung::Key, Code::TokenUnknownKey))?;
        match Self::revoked_by(memory, &organization, secret, issued) {
            Some(_) => Err(Failed(Rung::Revocation, Code::TokenRevoked)),
            None => Ok(()),
        }
    }

    /// What ended a token before its time, if anything did.
    pub(crate) fn revoked_by(
        memory: &Memory,
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
        let ended = |maker| {
            memory
                .sandbox_cut_off(secret.row.organization_id, maker)
                .is_none_or(|cut_off| issued.at() <= cut_off)
        };
        if issued.maker.is_some_and(ended) {
            return Some(RevokedBy::Maker);
        }
        organization.revocations.find(secret.row.key_id, issued)
    }
}

/// Why a site may use a token.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Grounds<'a> {
    Listed(&'a Listed),
    /// The console's own preview: it is there to try sandbox tokens out, and for nothing else.
    Preview,
}

/// Whether a site may use a token of this organization: listed, and for a sandbox token not as Production.
pub(crate) fn judge_site<'a>(
    organization: &'a Organization,
    sandbox: bool,
    site: &Origin,
    preview: Option<&Origin>,
) -> Result<Grounds<'a>, Code> {
    match organization.origins.find(site) {
        Some(entry) if sandbox && entry.environment == Environment::Production => {
            Err(Code::SandboxTokenOnProductionOrigin)
        }
        Some(entry) => Ok(Grounds::Listed(entry)),
        None if sandbox && preview == Some(site) => Ok(Grounds::Preview),
        None => Err(Code::OriginNotAuthorized),
    }
}
