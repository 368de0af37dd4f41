//! Ending tokens before their time: one, a viewer's, a key's, all. What is revoked is refused by every node within a second.

use crate::actor_context::audit_entry;
use crate::api_keys::authenticate::AuthenticatedKey;
use crate::config::revocations::{REVOCATION_TTL, issued_at, subject_hash};
use crate::error::Error;
use crate::tokens::Tokens;
use crate::tokens::revocation_bounds::room;
use crate::{ActorContext, LiveTokens, RequestInfo};
use perch_domain::revoke_request::RevokeRequest;
use perch_domain::{Action, Code, Refusal};
use perch_store::{Change, KeyId, MintRow, OrganizationId, RevocationRow};
use uuid::Uuid;

/// What a person ends in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenSelection {
    /// The token with this id.
    Token(Uuid),
    /// Every token of the viewer that this token was issued to.
    ViewerOf(Uuid),
    /// Every token of a key; the key goes on.
    Key(KeyId),
    /// Every token of the organization.
    Everything,
}

/// What would end.
#[derive(Clone, Debug)]
pub struct TokenRevocationPreview {
    pub ending: TokenSelection,
    /// Tokens that have not expired or ended before.
    pub live_tokens: LiveTokens,
    /// Whose they are: the viewer, or the name of the key.
    pub whose: String,
}

/// Tokens that one revocation concerns.
enum SelectedTokens {
    One(MintRow),
    Viewer { subject: String, key: Option<KeyId> },
    Key(KeyId),
    All,
}

impl Tokens {
    /// Revokes tokens of the key that asks. What ended before changes nothing.
    ///
    /// # Errors
    /// `API_KEY_SCOPE_MISSING`, `BODY_NOT_JSON`, `REQUEST_INVALID`; `NOT_FOUND` for a token this key did not issue;
    /// `TOO_MANY_REQUESTS` past what one key may revoke one by one.
    pub async fn revoke_by_key(
        &self,
        holder: &AuthenticatedKey,
        body: &[u8],
        request: RequestInfo,
    ) -> Result<RevokeRequest, Error> {
        holder.may(Action::RevokeByKey)?;
        let asked = RevokeRequest::parse(body)?;
        let acting = holder.acting(request);
        if asked != RevokeRequest::All {
            self.revocation_bounds
                .pass(holder.key(), self.system.now())?;
        }
        let tokens = match &asked {
            RevokeRequest::All => SelectedTokens::Key(holder.key()),
            RevokeRequest::Viewer(subject) => SelectedTokens::Viewer {
                subject: subject.clone(),
                key: Some(holder.key()),
            },
            RevokeRequest::Token(id) => {
                let row = self.store.mint(acting.organization, *id).await?;
                let own = row.filter(|row| self.key_of(row) == Some(holder.key()));
                SelectedTokens::One(own.ok_or_else(|| {
                    Refusal::because(Code::NotFound, "This key issued no token with this id.")
                })?)
            }
        };
        if let SelectedTokens::Viewer { subject, .. } = &tokens
            && !self
                .would_end(acting.organization, holder.key(), subject)
                .await?
        {
            return Ok(asked);
        }
        self.end(&acting, tokens, Some(holder.key())).await?;
        Ok(asked)
    }

    /// What ending these tokens means, for somebody who may end them.
    pub async fn preview_token_revocation(
        &self,
        acting: &ActorContext,
        ending: TokenSelection,
    ) -> Result<TokenRevocationPreview, Error> {
        Ok(self.previewed(acting, ending).await?.0)
    }

    /// Ends them.
    pub async fn revoke_tokens(
        &self,
        acting: &ActorContext,
        ending: TokenSelection,
    ) -> Result<TokenRevocationPreview, Error> {
        let (preview, tokens) = self.previewed(acting, ending).await?;
        self.end(acting, tokens, None).await?;
        Ok(preview)
    }

    async fn previewed(
        &self,
        acting: &ActorContext,
        ending: TokenSelection,
    ) -> Result<(TokenRevocationPreview, SelectedTokens), Error> {
        let (whose, tokens) = self.endable(acting, ending).await?;
        let live_tokens = self.count_live(acting.organization, &tokens).await?;
        Ok((
            TokenRevocationPreview {
                ending,
                live_tokens,
                whose,
            },
            tokens,
        ))
    }

    /// Whether this person may end this token, so that only those who may are offered it.
    pub async fn may_revoke_token(&self, acting: &ActorContext, token_id: Uuid) -> bool {
        self.endable(acting, TokenSelection::Token(token_id))
            .await
            .is_ok()
    }

    /// The tokens, if this person may end them; of what they may not even know, the answer of what never existed.
    async fn endable(
        &self,
        acting: &ActorContext,
        ending: TokenSelection,
    ) -> Result<(String, SelectedTokens), Error> {
        acting.may(Action::RevokeOwnTokens)?;
        let any = acting.can(Action::RevokeAnyTokens);
        match ending {
            TokenSelection::Token(id) => {
                let row = self.recorded(acting, id).await?;
                let key = self.key_of(&row);
                let made = row.sandbox_by.is_some() && row.sandbox_by == acting.person;
                if !any && !made && !self.owns(acting, key) {
                    return Err(Code::RoleNotAllowed.into());
                }
                Ok((row.subject.clone(), SelectedTokens::One(row)))
            }
            TokenSelection::ViewerOf(id) => {
                acting.may(Action::RevokeAnyTokens)?;
                let subject = self.recorded(acting, id).await?.subject;
                Ok((
                    subject.clone(),
                    SelectedTokens::Viewer { subject, key: None },
                ))
            }
            TokenSelection::Key(key) => {
                let view = self.api_keys.revocable(acting, key).await?;
                Ok((view.name, SelectedTokens::Key(key)))
            }
            TokenSelection::Everything => {
                acting.may(Action::RevokeAnyTokens)?;
                Ok((String::new(), SelectedTokens::All))
            }
        }
    }

    async fn recorded(&self, acting: &ActorContext, id: Uuid) -> Result<MintRow, Error> {
        let row = self.store.mint(acting.organization, id).await?;
        row.ok_or_else(|| {
            Error::because(
                Code::NotFound,
                "No token with this id is in the record of your organization.",
            )
        })
    }

    fn key_of(&self, row: &MintRow) -> Option<KeyId> {
        self.config
            .snapshot()
            .secret(&row.secret_id)
            .map(|secret| secret.row.key_id)
    }

    fn owns(&self, acting: &ActorContext, key: Option<KeyId>) -> bool {
        let secret = key.and_then(|key| {
            self.config
                .snapshot()
                .secret_of_key(acting.organization, key)
        });
        acting.can(Action::SeeOwnKeys)
            && secret.is_some_and(|secret| Some(secret.row.owner_id) == acting.person)
    }

    async fn count_live(
        &self,
        organization: OrganizationId,
        tokens: &SelectedTokens,
    ) -> Result<LiveTokens, Error> {
        let (key, subject) = match tokens {
            SelectedTokens::One(row) => {
                return Ok(LiveTokens::Exactly(i64::from(
                    row.expires_at > self.system.now_seconds(),
                )));
            }
            SelectedTokens::Viewer { subject, key } => (*key, Some(subject.as_str())),
            SelectedTokens::Key(key) => (Some(*key), None),
            SelectedTokens::All => (None, None),
        };
        self.counter.count(organization, key, subject).await
    }

    /// The Unix millisecond up to which every token that was issued until now was issued.
    pub(crate) async fn cut_off_of_all(&self, organization: OrganizationId) -> Result<i64, Error> {
        let now = self.system.now();
        // A node whose clock is ahead has issued tokens that look younger than this moment.
        let ahead = self
            .store
            .newest_token(organization, crate::ports::least_id(now))
            .await?;
        Ok(ahead.map_or(now, |newest| now.max(issued_at(newest))))
    }

    /// Ends them. `by` is the key that asks; absent where a person does.
    async fn end(
        &self,
        acting: &ActorContext,
        tokens: SelectedTokens,
        by: Option<KeyId>,
    ) -> Result<(), Error> {
        let now = self.system.now();
        let organization = acting.organization;
        let takes_room = match &tokens {
            SelectedTokens::One(token) if self.ended_before(token).await? => return Ok(()),
            SelectedTokens::One(_) => true,
            SelectedTokens::Viewer { subject, key } => self
                .config
                .snapshot()
                .organization(organization)
                .is_none_or(|known| !known.revocations.knows(*key, subject)),
            SelectedTokens::Key(_) | SelectedTokens::All => false,
        };
        if takes_room && let Some(known) = self.config.snapshot().organization(organization) {
            room(&known.revocations, by)?;
        }
        let cut_off = self.cut_off_of_all(organization).await?;
        let row = |key_id, token_id, subject: Option<&str>| RevocationRow {
            organization,
            key_id,
            token_id,
            subject_hash: subject.map(subject_hash),
            subject: None,
            cut_off,
            expires_at: cut_off + REVOCATION_TTL,
        };
        let mut change = self.store.change().await?;
        let add = async |change: &mut Change, row: RevocationRow| {
            change.add_revocation(self.system.new_id(), &row, now).await
        };
        let (action, target, written) = match tokens {
            SelectedTokens::One(token) => (
                "token.revoke",
                token.token_id.to_string(),
                add(&mut change, row(by, Some(token.token_id), None)).await,
            ),
            SelectedTokens::Viewer { subject, key } => {
                let row = row(key, None, Some(&subject));
                ("viewer.revoke", subject, add(&mut change, row).await)
            }
            SelectedTokens::Key(key) => (
                "api_key.end_tokens",
                key.to_string(),
                change
                    .cut_off_key(organization, key, cut_off)
                    .await
                    .map(drop),
            ),
            SelectedTokens::All => (
                "organization.end_tokens",
                "all tokens".to_owned(),
                change.cut_off_organization(organization, cut_off).await,
            ),
        };
        written?;
        change
            .commit(&audit_entry(&self.system, acting, action, target))
            .await?;
        self.config.refresh_after_commit().await;
        Ok(())
    }
}
