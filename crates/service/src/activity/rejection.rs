//! A viewer's request that was refused, with what the request proved owner its origin.

use crate::config::Secret;
use crate::error::Error;
use perch_domain::Refusal;
use perch_domain::check::{Check, FailedCheck};
use perch_domain::claims::Claims;
use perch_store::OrganizationId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A viewer's request that was refused, and whose it was as far as it proved to be somebody's.
pub(crate) struct Rejection {
    pub refusal: Refusal,
    pub(super) check: Option<Check>,
    pub(super) owner: Option<Box<RequestOwner>>,
}

/// Whose a request was.
pub(crate) struct RequestOwner {
    pub organization: OrganizationId,
    pub secret_id: String,
    pub token_id: Option<Uuid>,
    pub subject: String,
}

impl Rejection {
    /// Nothing owner it proved to belong to an organization.
    pub fn nobody(FailedCheck(check, code): FailedCheck) -> Self {
        Self {
            refusal: code.into(),
            check: Some(check),
            owner: None,
        }
    }

    /// Its seal was ours.
    pub fn known(
        check: Check,
        refusal: Refusal,
        secret: &Secret,
        claims: Option<&Claims<'_>>,
    ) -> Self {
        let owner = RequestOwner {
            organization: secret.row.organization_id,
            secret_id: secret.row.id.clone(),
            token_id: claims.map(|claims| claims.jti),
            subject: claims
                .map(|claims| claims.sub.clone().into_owned())
                .unwrap_or_default(),
        };
        Self::of(check, refusal, owner)
    }

    /// Whether the caller showed nothing that was made here.
    pub fn proved_nothing(&self) -> bool {
        self.check.is_some() && self.owner.is_none()
    }

    /// Whether looking at the database again cannot change it: what is no token is none.
    pub fn is_settled(&self) -> bool {
        self.check == Some(Check::Shape)
    }

    pub fn of(check: Check, refusal: Refusal, owner: RequestOwner) -> Self {
        Self {
            refusal,
            check: Some(check),
            owner: Some(Box::new(owner)),
        }
    }
}

impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        Refusal::from(error).into()
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            check: None,
            owner: None,
        }
    }
}

/// A viewer without the name: SHA-256 of organization and `distinctId`.
pub(crate) fn viewer_hash(organization: OrganizationId, subject: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(organization.0.as_bytes())
        .chain_update(subject.as_bytes())
        .finalize()
        .into()
}
