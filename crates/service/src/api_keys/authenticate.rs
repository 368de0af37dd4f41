//! Proof of an API key: holding a [`AuthenticatedKey`] is the only way to what a key may do.

use crate::actor_context::audit_entry;
use crate::api_keys::ApiKeys;
use crate::api_keys::rate_limits::Over;
use crate::config::{ConfigSnapshot, Organization, Secret};
use crate::{ActorContext, RequestInfo, error::Error};
use perch_domain::api_key::ApiKeyText;
use perch_domain::{Action, Actor, Code, Refusal, authorize};
use perch_store::KeyId;
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// A caller who proved to hold a key that is active.
#[derive(Clone, Debug)]
pub struct AuthenticatedKey {
    pub(crate) secret: Arc<Secret>,
    pub(crate) organization: Arc<Organization>,
}

impl AuthenticatedKey {
    /// Whether the scopes of the key cover this.
    pub fn may(&self, action: Action) -> Result<(), Refusal> {
        authorize(Actor::Key(self.secret.row.scopes), action)
    }

    pub fn key(&self) -> KeyId {
        self.secret.row.key_id
    }

    /// This key acting on its own organization, for the audit log.
    pub(crate) fn acting(&self, request: RequestInfo) -> ActorContext {
        ActorContext {
            organization: self.secret.row.organization_id,
            actor: Actor::Key(self.secret.row.scopes),
            person: None,
            name: format!("API key {}", self.secret.row.id),
            request,
        }
    }
}

impl ApiKeys {
    /// Proves a key by its text. A key's state is told only once its secret was verified. A text that proves nothing counts
    /// against the address it came from, if one is named.
    ///
    /// # Errors
    /// `API_KEY_MALFORMED`, `API_KEY_UNKNOWN`, `API_KEY_REVOKED`, `API_KEY_EXPIRED`; `TOO_MANY_REQUESTS` instead of the first
    /// two where the address is over its limit.
    pub async fn authenticate_key(
        &self,
        text: &str,
        address: Option<IpAddr>,
    ) -> Result<AuthenticatedKey, Error> {
        let malformed = |fault: perch_domain::api_key::KeyError| {
            self.rate_limits.refuse_unproven(
                Refusal::because(Code::ApiKeyMalformed, fault.to_string()),
                address,
            )
        };
        let key = ApiKeyText::parse(text).map_err(malformed)?;
        let id = key.id();
        let hash: [u8; 32] = Sha256::digest(key.expose().as_bytes()).into();
        let now = self.system.now();
        let over = Over::default();
        let settled = |error: &Error| {
            error.code() == Code::ApiKeyUnknown && self.rate_limits.counts_against(address, &over)
        };
        let proved = self.config.read_fresh_unless(settled, |memory| {
            let secret = memory.secret(id.as_str());
            // An unknown id costs the same comparison as a known one.
            let stored = secret
                .as_ref()
                .map_or(&[0; 32][..], |secret| secret.row.hash.as_slice());
            let same = bool::from(stored.ct_eq(&hash));
            let secret = secret.filter(|_| same).ok_or(Code::ApiKeyUnknown)?;
            Ok(active_key(memory, secret, now)?)
        });
        proved
            .await
            .map_err(|error| over.refusal().map_or(error, Error::from))
    }

    /// Counts a request of a proven key.
    ///
    /// # Errors
    /// `TOO_MANY_REQUESTS` over the key's or the organization's limit.
    pub fn count_request(&self, holder: &AuthenticatedKey) -> Result<(), Refusal> {
        self.rate_limits
            .count_proven(holder.key(), holder.organization.row.id)
    }

    /// Notes that a request was refused, with the key it proved to hold.
    pub fn record_refused_request(
        &self,
        holder: Option<&AuthenticatedKey>,
        route: &str,
        request_id: Uuid,
        refusal: &Refusal,
    ) {
        let secret = holder.map(|holder| &*holder.secret);
        self.activity
            .record_refused_key(secret, route, request_id, refusal);
    }

    /// Refuses a key that came from a browser, after noting that it is exposed.
    pub async fn refuse_from_browser(
        &self,
        holder: &AuthenticatedKey,
        request: RequestInfo,
    ) -> Refusal {
        if holder.secret.row.exposed_at.is_some() {
            return Code::ApiKeyInBrowser.into();
        }
        let noted: Result<(), perch_store::StoreError> = async {
            let mut change = self.store.change().await?;
            if change
                .mark_exposed(
                    holder.secret.row.organization_id,
                    holder.key(),
                    self.system.now(),
                )
                .await?
            {
                change
                    .commit(&audit_entry(
                        &self.system,
                        &holder.acting(request),
                        "api_key.exposed",
                        holder.key().to_string(),
                    ))
                    .await?;
            }
            Ok(())
        }
        .await;
        match noted {
            Ok(()) => Code::ApiKeyInBrowser.into(),
            Err(error) => Error::from(error).into(),
        }
    }
}

/// A holder of a secret that can still be used at `now` (Unix milliseconds).
pub(crate) fn active_key(
    memory: &ConfigSnapshot,
    secret: Arc<Secret>,
    now: i64,
) -> Result<AuthenticatedKey, Refusal> {
    if secret.row.key_revoked_at.is_some() || secret.row.secret_revoked_at.is_some() {
        return Err(Code::ApiKeyRevoked.into());
    }
    if secret
        .row
        .expires_at
        .is_some_and(|expires_at| expires_at <= now)
    {
        return Err(Code::ApiKeyExpired.into());
    }
    let organization = memory
        .organization(secret.row.organization_id)
        .ok_or(Code::ApiKeyUnknown)?;
    Ok(AuthenticatedKey {
        secret,
        organization,
    })
}
