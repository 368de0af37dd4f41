//! What the configuration says about a token that was issued: whether its key still counts, and what revoked the token.
//!
//! Pure functions of a snapshot; the parts that verify, count and explain tokens all ask here.

use super::revocations::{IssuedToken, RevokedBy};
use super::snapshot::{ConfigSnapshot, Organization, Secret};
use perch_domain::Code;
use perch_domain::check::{Check, FailedCheck};

/// Whether a key's tokens still count at all.
pub(crate) fn verify_key_state(secret: &Secret, now: i64) -> Result<(), FailedCheck> {
    let row = &secret.row;
    if row.key_revoked_at.is_some() || row.secret_revoked_at.is_some() {
        return Err(FailedCheck(Check::KeyState, Code::TokenRevoked));
    }
    if row.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(FailedCheck(Check::KeyState, Code::TokenExpired));
    }
    Ok(())
}

/// Whether a token is free of every revocation.
pub(crate) fn verify_not_revoked(
    memory: &ConfigSnapshot,
    secret: &Secret,
    issued: IssuedToken<'_>,
) -> Result<(), FailedCheck> {
    let organization = memory
        .organization(secret.row.organization_id)
        .ok_or(FailedCheck(Check::Key, Code::TokenUnknownKey))?;
    match revoked_by(memory, &organization, secret, issued) {
        Some(_) => Err(FailedCheck(Check::Revocation, Code::TokenRevoked)),
        None => Ok(()),
    }
}

/// What ended a token before its time, if anything did.
pub(crate) fn revoked_by(
    memory: &ConfigSnapshot,
    organization: &Organization,
    secret: &Secret,
    issued: IssuedToken<'_>,
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
