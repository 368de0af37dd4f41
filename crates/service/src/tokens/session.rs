//! Viewers: a token in, what it grants out. What attributes and context a token carries stays here.

use crate::activity::connected_sites::Connected;
use crate::activity::rejection::{Rejection, RequestOwner};
use crate::api_keys::rate_limits::Over;
use crate::caller::{BearerCredential, Call, Caller, MisplacedKey};
use crate::config::revocations::IssuedToken;
use crate::config::verify_key_state;
use crate::config::verify_not_revoked;
use crate::config::{ConfigSnapshot, Organization, Secret};
use crate::error::Error;
use crate::tokens::Tokens;
use crate::tokens::verify::{AllowedBy, authorize_origin};
use perch_domain::check::{Check, FailedCheck};
use perch_domain::claims::Claims;
use perch_domain::permission::Permissions;
use perch_domain::{Code, Refusal};
use perch_store::{KeyId, OrganizationId, PersonId};
use std::net::IpAddr;
use uuid::Uuid;

/// What a token grants. Times are Unix seconds.
#[derive(Clone, Copy, Debug)]
pub struct EmbedSession<'a> {
    pub subject: &'a str,
    pub role: &'static str,
    pub organization: &'a str,
    pub permissions: Permissions,
    pub expires_at: i64,
    pub server_time: i64,
    pub sandbox: bool,
    /// A mark that is another one where viewer, role, permissions or attributes are.
    pub scope: [u8; 16],
}

/// A viewer who was let in and stays connected: enough to judge again, without the token.
#[derive(Clone, Debug)]
pub struct Connection {
    organization: OrganizationId,
    key: KeyId,
    secret: String,
    token_id: Uuid,
    subject: String,
    issued_by: Option<PersonId>,
    /// Unix seconds.
    expires_at: i64,
    caller: Caller,
}

impl Connection {
    /// Whose connection it is, to bound them: a hash of organization and viewer.
    pub fn viewer(&self) -> [u8; 32] {
        crate::activity::rejection::viewer_hash(self.organization, &self.subject)
    }

    /// The key its token was made with.
    pub fn key(&self) -> KeyId {
        self.key
    }

    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    fn about(&self) -> RequestOwner {
        RequestOwner {
            organization: self.organization,
            secret_id: self.secret.clone(),
            token_id: Some(self.token_id),
            subject: self.subject.clone(),
        }
    }
}

impl Tokens {
    /// Opens a viewer's token for the site it is used on, and tells what it grants.
    ///
    /// # Errors
    /// The code of the check that failed, in the order of the ladder; `UNAVAILABLE` where what was revoked cannot be known.
    pub async fn connect<T>(
        &self,
        call: &Call<'_>,
        tell: impl Fn(EmbedSession<'_>) -> T,
    ) -> Result<T, Error> {
        let told = self.authorize_call(call, |claims, _, organization| {
            tell(EmbedSession {
                subject: &claims.sub,
                role: claims.role.as_str(),
                organization: &organization.row.name,
                permissions: claims.permissions,
                expires_at: claims.exp,
                server_time: self.system.now_seconds(),
                sandbox: claims.sandbox.is_some(),
                scope: self.scope(claims),
            })
        });
        told.await
    }

    /// What a viewer sees depends on these claims, so a page that keeps something keeps it under their mark.
    fn scope(&self, claims: &Claims<'_>) -> [u8; 16] {
        let flags = [
            claims.permissions.bits(),
            u8::from(claims.sandbox.is_some()),
        ];
        let (role, attributes) = (
            claims.role.as_str().as_bytes(),
            claims.attributes.get().as_bytes(),
        );
        self.master_keys.mark(&[
            claims.org.as_bytes(),
            claims.sub.as_bytes(),
            role,
            &flags,
            attributes,
        ])
    }

    /// The same for a connection that stays open.
    pub async fn admit(&self, call: &Call<'_>) -> Result<Connection, Error> {
        let admitted = self.authorize_call(call, |claims, secret, _| Connection {
            organization: secret.row.organization_id,
            key: secret.row.key_id,
            secret: secret.row.id.clone(),
            token_id: claims.jti,
            subject: claims.sub.clone().into_owned(),
            issued_by: claims.sandbox.map(PersonId),
            expires_at: claims.exp,
            caller: call.caller.clone(),
        });
        admitted.await
    }

    /// Whether a connected viewer still is: judged by the same rules as when it came, in the same order.
    pub fn recheck(
        &self,
        admitted: &Connection,
        route: &'static str,
        request_id: Uuid,
    ) -> Result<(), Refusal> {
        self.verify_again(admitted).map_err(|(check, refusal)| {
            let call = Call {
                route,
                request_id,
                address: None,
                caller: admitted.caller.clone(),
                presented: BearerCredential::Nothing,
            };
            let turned = Rejection::of(check, refusal, admitted.about());
            self.activity.record_rejection(&call, &turned);
            turned.refusal
        })
    }

    fn verify_again(&self, admitted: &Connection) -> Result<(), (Check, Refusal)> {
        let memory = self.config.snapshot();
        let failed = |FailedCheck(check, code): FailedCheck| (check, code.into());
        let unknown = || (Check::Key, Code::TokenUnknownKey.into());
        let secret = memory.secret(&admitted.secret).ok_or_else(unknown)?;
        verify_key_state(&secret, self.system.now()).map_err(failed)?;
        if admitted.expires_at <= self.system.now_seconds() {
            return Err((Check::Time, Code::TokenExpired.into()));
        }
        let issued = IssuedToken {
            token_id: admitted.token_id,
            subject: &admitted.subject,
            issued_by: admitted.issued_by,
        };
        verify_not_revoked(&memory, &secret, issued).map_err(failed)?;
        let organization = memory
            .organization(admitted.organization)
            .ok_or_else(unknown)?;
        self.authorize_caller(
            &organization,
            admitted.issued_by.is_some(),
            &admitted.caller,
        )
        .map(drop)
        .map_err(|refusal| (Check::Origin, refusal))
    }

    /// Seconds after which a connected viewer's token has ended.
    pub fn seconds_left(&self, admitted: &Connection) -> u64 {
        u64::try_from(
            admitted
                .expires_at
                .saturating_sub(self.system.now_seconds()),
        )
        .unwrap_or(0)
    }

    async fn authorize_call<T>(
        &self,
        call: &Call<'_>,
        tell: impl Fn(&Claims<'_>, &Secret, &Organization) -> T,
    ) -> Result<T, Error> {
        let over = Over::default();
        let decided = match &call.presented {
            BearerCredential::Key(key) => {
                Err(Box::pin(self.key_for_a_token(key, call.address)).await)
            }
            BearerCredential::Nothing => {
                self.api_keys
                    .rate_limits
                    .counts_against(call.address, &over);
                Err(Rejection::nobody(FailedCheck(
                    Check::Shape,
                    Code::TokenMissing,
                )))
            }
            BearerCredential::Token(token) => {
                let settled = |turned: &Rejection| {
                    (turned.proved_nothing()
                        && self
                            .api_keys
                            .rate_limits
                            .counts_against(call.address, &over))
                        || turned.is_settled()
                };
                self.config
                    .read_fresh_unless(settled, |memory| {
                        self.verify_call(memory, token, &call.caller, &tell)
                    })
                    .await
            }
        };
        match decided {
            Ok((told, key, organization)) => {
                self.api_keys.rate_limits.count_proven(key, organization)?;
                Ok(told)
            }
            Err(turned) => {
                let turned = over.refusal().map_or(turned, Rejection::from);
                // A flood is not noted request by request.
                if turned.refusal.code != Code::TooManyRequests {
                    self.activity.record_rejection(call, &turned);
                }
                Err(turned.refusal.into())
            }
        }
    }

    /// An API key where a token belongs. In a page whoever opened it could read the key, so it is noted as exposed; a backend
    /// only mixed the two up.
    async fn key_for_a_token(&self, key: &MisplacedKey<'_>, address: Option<IpAddr>) -> Rejection {
        let holder = match self.api_keys.authenticate_key(key.text, address).await {
            Ok(holder) => holder,
            Err(refusal) if refusal.code() == Code::TooManyRequests => return refusal.into(),
            Err(_) => return Rejection::nobody(FailedCheck(Check::Shape, Code::TokenMalformed)),
        };
        let refusal = if key.in_browser {
            self.api_keys
                .refuse_from_browser(&holder, key.request.clone())
                .await
        } else {
            Refusal::because(
                Code::TokenMalformed,
                "This is an API key; the token that POST /embed/generate-token makes with it belongs here.",
            )
        };
        Rejection::known(Check::Shape, refusal, &holder.secret, None)
    }

    fn verify_call<T>(
        &self,
        memory: &ConfigSnapshot,
        token: &str,
        caller: &Caller,
        tell: &impl Fn(&Claims<'_>, &Secret, &Organization) -> T,
    ) -> Result<(T, KeyId, OrganizationId), Rejection> {
        let opened = self
            .open_seal(memory, token, |_| true)
            .map_err(Rejection::nobody)?;
        let secret = &opened.key.secret;
        let (claims, verdict) = self.judge(memory, &opened);
        let turned = |check: Check, refusal: Refusal| {
            Rejection::known(check, refusal, secret, claims.as_ref())
        };
        verdict.map_err(|FailedCheck(check, code)| turned(check, code.into()))?;
        let organization = memory
            .organization(secret.row.organization_id)
            .ok_or_else(|| turned(Check::Key, Code::TokenUnknownKey.into()))?;
        let claims = claims.as_ref().ok_or_else(|| {
            turned(
                Check::Seal,
                Error::internal(&"a verdict without claims").into(),
            )
        })?;
        let grounds = self
            .authorize_caller(&organization, claims.sandbox.is_some(), caller)
            .map_err(|refusal| turned(Check::Origin, refusal))?;
        // Our own preview is nobody's site.
        if let (Some(AllowedBy::Listed(entry)), Caller::Site(origin)) = (grounds, caller) {
            let by_wildcard = entry.origin.is_wildcard();
            let organization = secret.row.organization_id;
            self.activity.connected(Connected {
                organization,
                origin,
                by_wildcard,
                subject: &claims.sub,
                live: claims.sandbox.is_none(),
            });
        }
        Ok((
            tell(claims, secret, &organization),
            secret.row.key_id,
            secret.row.organization_id,
        ))
    }

    /// Whether a token of this organization may be used from there, and for a site on what grounds.
    fn authorize_caller<'a>(
        &self,
        organization: &'a Organization,
        sandbox: bool,
        caller: &Caller,
    ) -> Result<Option<AllowedBy<'a>>, Refusal> {
        match caller {
            Caller::Backend => Ok(None),
            Caller::Site(site) => authorize_origin(organization, sandbox, site, self.preview())
                .map(Some)
                .map_err(Refusal::from),
            Caller::Unlistable => Err(Refusal::because(
                Code::OriginNotAuthorized,
                "A page without an origin of its own, such as a sandboxed frame or a file, cannot be an authorized origin.",
            )),
            Caller::MissingOrigin => Err(Code::OriginMissing.into()),
        }
    }
}
