//! Viewers: a token in, what it grants out. What attributes and context a token carries stays here.

use crate::RequestInfo;
use crate::config::{Memory, Organization, Secret};
use crate::connected_sites::Connected;
use crate::fault;
use crate::limits::Over;
use crate::perch::Perch;
use crate::revocations::Issued;
use crate::sightings::{About, Turned};
use crate::tokens::{Failed, Grounds, judge_site};
use perch_domain::claims::Claims;
use perch_domain::origin::Origin;
use perch_domain::permission::Permissions;
use perch_domain::verdict::Rung;
use perch_domain::{Code, Refusal, api_key};
use perch_store::{KeyId, OrganizationId, PersonId};
use std::net::IpAddr;
use tokio::sync::watch;
use uuid::Uuid;

/// Where a request says it comes from.
#[derive(Clone, Debug)]
pub enum Caller {
    /// No browser: whoever holds the token reads from a backend.
    Backend,
    /// A page of this site.
    Site(Origin),
    /// A page whose origin cannot be listed: `null`, several, or none a browser writes.
    Unlistable,
    /// A route for browsers was called without an origin.
    Unnamed,
}

/// A viewer's request.
#[derive(Clone)]
pub struct Call<'a> {
    pub route: &'static str,
    pub request_id: Uuid,
    /// Where it came from, as far as that is to be counted.
    pub address: Option<IpAddr>,
    pub caller: Caller,
    pub presented: Presented<'a>,
}

/// What was sent as a token.
#[derive(Clone)]
pub enum Presented<'a> {
    Nothing,
    Token(&'a str),
    /// An API key, which belongs elsewhere.
    Key(Box<MisplacedKey<'a>>),
}

/// An API key where a token belongs.
#[derive(Clone)]
pub struct MisplacedKey<'a> {
    text: &'a str,
    /// Whether it came from a browser, with or without an origin.
    in_browser: bool,
    request: RequestInfo,
}

impl<'a> Presented<'a> {
    /// What a bearer sent; `asked` is only looked at for a key.
    pub fn read(bearer: Option<&'a str>, asked: impl FnOnce() -> (bool, RequestInfo)) -> Self {
        match bearer.unwrap_or_default() {
            "" => Self::Nothing,
            text if text.starts_with(api_key::PREFIX) => {
                let (in_browser, request) = asked();
                Self::Key(Box::new(MisplacedKey {
                    text,
                    in_browser,
                    request,
                }))
            }
            text => Self::Token(text),
        }
    }
}

/// What a token grants. Times are Unix seconds.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
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
pub struct Admitted {
    organization: OrganizationId,
    key: KeyId,
    secret: String,
    token_id: Uuid,
    subject: String,
    maker: Option<PersonId>,
    /// Unix seconds.
    expires_at: i64,
    caller: Caller,
}

impl Admitted {
    /// Whose connection it is, to bound them: a hash of organization and viewer.
    pub fn viewer(&self) -> [u8; 32] {
        crate::sightings::viewer(self.organization, &self.subject)
    }

    /// The key its token was made with.
    pub fn key(&self) -> KeyId {
        self.key
    }

    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    fn about(&self) -> About {
        About {
            organization: self.organization,
            secret_id: self.secret.clone(),
            token_id: Some(self.token_id),
            subject: self.subject.clone(),
        }
    }
}

impl Perch {
    /// Opens a viewer's token for the site it is used on, and tells what it grants.
    ///
    /// # Errors
    /// The code of the check that failed, in the order of the ladder; `UNAVAILABLE` where what was revoked cannot be known.
    pub async fn connect<T>(
        &self,
        call: &Call<'_>,
        tell: impl Fn(Session<'_>) -> T,
    ) -> Result<T, Refusal> {
        let told = self.let_in(call, |claims, _, organization| {
            tell(Session {
                subject: &claims.sub,
                role: claims.role.as_str(),
                organization: &organization.row.name,
                permissions: claims.permissions,
                expires_at: claims.exp,
                server_time: self.now_seconds(),
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
    pub async fn admit(&self, call: &Call<'_>) -> Result<Admitted, Refusal> {
        let admitted = self.let_in(call, |claims, secret, _| Admitted {
            organization: secret.row.organization_id,
            key: secret.row.key_id,
            secret: secret.row.id.clone(),
            token_id: claims.jti,
            subject: claims.sub.clone().into_owned(),
            maker: claims.sandbox.map(PersonId),
            expires_at: claims.exp,
            caller: call.caller.clone(),
        });
        admitted.await
    }

    /// Whether a connected viewer still is: judged by the same rules as when it came, in the same order.
    pub fn still_admitted(
        &self,
        admitted: &Admitted,
        route: &'static str,
        request_id: Uuid,
    ) -> Result<(), Refusal> {
        self.judge_again(admitted).map_err(|(rung, refusal)| {
            let call = Call {
                route,
                request_id,
                address: None,
                caller: admitted.caller.clone(),
                presented: Presented::Nothing,
            };
            let turned = Turned::told(rung, refusal, admitted.about());
            self.sightings.turned_away(&call, &turned, self.now());
            turned.refusal
        })
    }

    fn judge_again(&self, admitted: &Admitted) -> Result<(), (Rung, Refusal)> {
        let memory = self.memory.load();
        let failed = |Failed(rung, code): Failed| (rung, code.into());
        let unknown = || (Rung::Key, Code::TokenUnknownKey.into());
        let secret = memory.secret(&admitted.secret).ok_or_else(unknown)?;
        self.judge_key(&secret).map_err(failed)?;
        if admitted.expires_at <= self.now_seconds() {
            return Err((Rung::Time, Code::TokenExpired.into()));
        }
        let issued = Issued {
            token_id: admitted.token_id,
            subject: &admitted.subject,
            maker: admitted.maker,
        };
        Self::judge_revocation(&memory, &secret, issued).map_err(failed)?;
        let organization = memory
            .organization(admitted.organization)
            .ok_or_else(unknown)?;
        self.judge_caller(&organization, admitted.maker.is_some(), &admitted.caller)
            .map(drop)
            .map_err(|refusal| (Rung::Origin, refusal))
    }

    /// Seconds after which a connected viewer's token has ended.
    pub fn seconds_left(&self, admitted: &Admitted) -> u64 {
        u64::try_from(admitted.expires_at.saturating_sub(self.now_seconds())).unwrap_or(0)
    }

    /// Tells whoever waits that the configuration was replaced.
    pub fn changes(&self) -> watch::Receiver<i64> {
        self.changed.subscribe()
    }

    async fn let_in<T>(
        &self,
        call: &Call<'_>,
        tell: impl Fn(&Claims<'_>, &Secret, &Organization) -> T,
    ) -> Result<T, Refusal> {
        let over = Over::default();
        let decided = match &call.presented {
            Presented::Key(key) => Err(Box::pin(self.key_for_a_token(key, call.address)).await),
            Presented::Nothing => {
                self.counts_against(call.address, &over);
                Err(Turned::nobody(Failed(Rung::Shape, Code::TokenMissing)))
            }
            Presented::Token(token) => {
                let settled = |turned: &Turned| {
                    (turned.proved_nothing() && self.counts_against(call.address, &over))
                        || turned.is_settled()
                };
                self.decide_unless(settled, |memory| {
                    self.judge_call(memory, token, &call.caller, &tell)
                })
                .await
            }
        };
        match decided {
            Ok((told, key, organization)) => self.count_proven(key, organization).map(|()| told),
            Err(turned) => {
                let turned = over.refusal().map_or(turned, Turned::from);
                // A flood is not noted request by request.
                if turned.refusal.code != Code::TooManyRequests {
                    self.sightings.turned_away(call, &turned, self.now());
                }
                Err(turned.refusal)
            }
        }
    }

    /// An API key where a token belongs. In a page whoever opened it could read the key, so it is noted as exposed; a backend
    /// only mixed the two up.
    async fn key_for_a_token(&self, key: &MisplacedKey<'_>, address: Option<IpAddr>) -> Turned {
        let holder = match self.prove_key(key.text, address).await {
            Ok(holder) => holder,
            Err(refusal) if refusal.code == Code::TooManyRequests => return refusal.into(),
            Err(_) => return Turned::nobody(Failed(Rung::Shape, Code::TokenMalformed)),
        };
        let refusal = if key.in_browser {
            self.refuse_from_browser(&holder, key.request.clone()).await
        } else {
            Refusal::because(
                Code::TokenMalformed,
                "This is an API key; the token that POST /embed/generate-token makes with it belongs here.",
            )
        };
        Turned::known(Rung::Shape, refusal, &holder.secret, None)
    }

    fn judge_call<T>(
        &self,
        memory: &Memory,
        token: &str,
        caller: &Caller,
        tell: &impl Fn(&Claims<'_>, &Secret, &Organization) -> T,
    ) -> Result<(T, KeyId, OrganizationId), Turned> {
        let opened = self
            .open_seal(memory, token, |_| true)
            .map_err(Turned::nobody)?;
        let secret = &opened.key.secret;
        let (claims, verdict) = self.judge(memory, &opened);
        let turned =
            |rung: Rung, refusal: Refusal| Turned::known(rung, refusal, secret, claims.as_ref());
        verdict.map_err(|Failed(rung, code)| turned(rung, code.into()))?;
        let organization = memory
            .organization(secret.row.organization_id)
            .ok_or_else(|| turned(Rung::Key, Code::TokenUnknownKey.into()))?;
        let claims = claims
            .as_ref()
            .ok_or_else(|| turned(Rung::Seal, fault::broken(&"a verdict without claims")))?;
        let grounds = self
            .judge_caller(&organization, claims.sandbox.is_some(), caller)
            .map_err(|refusal| turned(Rung::Origin, refusal))?;
        // Our own preview is nobody's site.
        if let (Some(Grounds::Listed(entry)), Caller::Site(origin)) = (grounds, caller) {
            let by_wildcard = entry.origin.is_wildcard();
            let organization = secret.row.organization_id;
            self.sightings.connected(
                Connected {
                    organization,
                    origin,
                    by_wildcard,
                    subject: &claims.sub,
                    live: claims.sandbox.is_none(),
                },
                self.now(),
            );
        }
        Ok((
            tell(claims, secret, &organization),
            secret.row.key_id,
            secret.row.organization_id,
        ))
    }

    /// Whether a token of this organization may be used from there, and for a site on what grounds.
    fn judge_caller<'a>(
        &self,
        organization: &'a Organization,
        sandbox: bool,
        caller: &Caller,
    ) -> Result<Option<Grounds<'a>>, Refusal> {
        match caller {
            Caller::Backend => Ok(None),
            Caller::Site(site) => judge_site(organization, sandbox, site, self.preview())
                .map(Some)
                .map_err(Refusal::from),
            Caller::Unlistable => Err(Refusal::because(
                Code::OriginNotAuthorized,
                "A page without an origin of its own, such as a sandboxed frame or a file, cannot be an authorized origin.",
            )),
            Caller::Unnamed => Err(Code::OriginMissing.into()),
        }
    }
}
