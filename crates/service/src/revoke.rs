//! Ending tokens before their time: one, a viewer's, a key's, all. What is revoked is refused by every node within a second.

use crate::fault;
use crate::perch::Perch;
use crate::proof::KeyHolder;
use crate::revocations::{OUTLIVES, issued_at};
use crate::{Acting, RequestInfo};
use perch_domain::revoke_request::RevokeRequest;
use perch_domain::{Action, Code, Refusal};
use perch_store::{Change, KeyId, MintRow, OrganizationId, RevocationRow};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Tokens and viewers that are revoked one by one in an organization at a time; each is known until its tokens have expired.
const MOST: usize = 200_000;

/// What a person ends in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
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
pub struct EndingPreview {
    pub ending: Ending,
    /// Tokens that have not expired or ended before.
    pub live_tokens: i64,
    /// Whose they are: the viewer, or the name of the key.
    pub whose: String,
}

/// Tokens that one revocation concerns.
enum Tokens {
    One(MintRow),
    Viewer { subject: String, key: Option<KeyId> },
    Key(KeyId),
    All,
}

impl Perch {
    /// Revokes tokens of the key that asks.
    ///
    /// # Errors
    /// `API_KEY_SCOPE_MISSING`, `BODY_NOT_JSON`, `REQUEST_INVALID`; `NOT_FOUND` for a token this key did not issue.
    pub async fn revoke_by_key(&self, holder: &KeyHolder, body: &[u8], request: RequestInfo) -> Result<RevokeRequest, Refusal> {
        holder.may(Action::RevokeByKey)?;
        let asked = RevokeRequest::parse(body)?;
        let acting = holder.acting(request);
        let tokens = match &asked {
            RevokeRequest::All => Tokens::Key(holder.key()),
            RevokeRequest::Viewer(subject) => Tokens::Viewer { subject: subject.clone(), key: Some(holder.key()) },
            RevokeRequest::Token(id) => {
                let row = self.store.mint(acting.organization, *id).await.map_err(fault::store)?;
                let own = row.filter(|row| self.key_of(row) == Some(holder.key()));
                Tokens::One(own.ok_or_else(|| Refusal::because(Code::NotFound, "This key issued no token with this id."))?)
            }
        };
        self.end(&acting, tokens).await?;
        Ok(asked)
    }

    /// What ending these tokens means, for somebody who may end them.
    pub async fn preview_ending(&self, acting: &Acting, ending: Ending) -> Result<EndingPreview, Refusal> {
        Ok(self.previewed(acting, ending).await?.0)
    }

    /// Ends them.
    pub async fn end_tokens(&self, acting: &Acting, ending: Ending) -> Result<EndingPreview, Refusal> {
        let (preview, tokens) = self.previewed(acting, ending).await?;
        self.end(acting, tokens).await?;
        Ok(preview)
    }

    async fn previewed(&self, acting: &Acting, ending: Ending) -> Result<(EndingPreview, Tokens), Refusal> {
        let (whose, tokens) = self.endable(acting, ending).await?;
        let live_tokens = self.count_live(acting.organization, &tokens).await?;
        Ok((EndingPreview { ending, live_tokens, whose }, tokens))
    }

    /// Whether this person may end this token, so that only those who may are offered it.
    pub async fn may_end(&self, acting: &Acting, token_id: Uuid) -> bool {
        self.endable(acting, Ending::Token(token_id)).await.is_ok()
    }

    /// The tokens, if this person may end them; of what they may not even know, the answer of what never existed.
    async fn endable(&self, acting: &Acting, ending: Ending) -> Result<(String, Tokens), Refusal> {
        acting.may(Action::RevokeOwnTokens)?;
        let any = acting.can(Action::RevokeAnyTokens);
        match ending {
            Ending::Token(id) => {
                let row = self.recorded(acting, id).await?;
                let key = self.key_of(&row);
                let made = row.sandbox_by.is_some() && row.sandbox_by == acting.person;
                if !any && !made && !self.owns(acting, key) {
                    return Err(Code::RoleNotAllowed.into());
                }
                Ok((row.subject.clone(), Tokens::One(row)))
            }
            Ending::ViewerOf(id) => {
                acting.may(Action::RevokeAnyTokens)?;
                let subject = self.recorded(acting, id).await?.subject;
                Ok((subject.clone(), Tokens::Viewer { subject, key: None }))
            }
            Ending::Key(key) => {
                let view = self.revocable(acting, key).await?;
                Ok((view.name, Tokens::Key(key)))
            }
            Ending::Everything => {
                acting.may(Action::RevokeAnyTokens)?;
                Ok((String::new(), Tokens::All))
            }
        }
    }

    async fn recorded(&self, acting: &Acting, id: Uuid) -> Result<MintRow, Refusal> {
        let row = self.store.mint(acting.organization, id).await.map_err(fault::store)?;
        row.ok_or_else(|| Refusal::because(Code::NotFound, "No token with this id is in the record of your organization."))
    }

    fn key_of(&self, row: &MintRow) -> Option<KeyId> {
        self.memory.load().secret(&row.secret_id).map(|secret| secret.row.key_id)
    }

    fn owns(&self, acting: &Acting, key: Option<KeyId>) -> bool {
        let secret = key.and_then(|key| self.memory.load().secret_of_key(key));
        acting.can(Action::SeeOwnKeys) && secret.is_some_and(|secret| Some(secret.row.owner_id) == acting.person)
    }

    async fn count_live(&self, organization: OrganizationId, tokens: &Tokens) -> Result<i64, Refusal> {
        let (key, subject) = match tokens {
            Tokens::One(row) => return Ok(i64::from(row.expires_at > self.now_seconds())),
            Tokens::Viewer { subject, key } => (*key, Some(subject.as_str())),
            Tokens::Key(key) => (Some(*key), None),
            Tokens::All => (None, None),
        };
        self.live_tokens(organization, key, subject).await
    }

    /// Tokens that still work as far as key, organization and time go: of a key, or of every key that is active.
    pub(crate) async fn live_tokens(&self, organization: OrganizationId, key: Option<KeyId>, subject: Option<&str>) -> Result<i64, Refusal> {
        let now = self.now_seconds();
        let memory = self.memory.load_full();
        let ended = memory.organization(organization).map_or(0, |known| known.row.cut_off);
        let born = (now - i64::from(perch_domain::lifetime::LONGEST)) * 1_000;
        let concerned = memory.secrets().filter(|secret| secret.row.organization_id == organization && self.judge_key(secret).is_ok());
        let keys: BTreeMap<KeyId, i64> = concerned.map(|secret| (secret.row.key_id, secret.row.cut_off)).collect();
        let mut live = 0;
        for (id, key_ended) in keys.into_iter().filter(|(id, _)| key.is_none_or(|only| only == *id)) {
            let oldest = crate::upkeep::least_id(born.max(ended + 1).max(key_ended + 1));
            live += self.store.live_tokens(organization, id, subject, oldest, now).await.map_err(fault::store)?;
        }
        Ok(live)
    }

    /// The Unix millisecond up to which every token that was issued until now was issued.
    pub(crate) async fn cut_off_of_all(&self, organization: OrganizationId) -> Result<i64, Refusal> {
        let now = self.now();
        // A node whose clock is ahead has issued tokens that look younger than this moment.
        let ahead = self.store.newest_token(organization, crate::upkeep::least_id(now)).await.map_err(fault::store)?;
        Ok(ahead.map_or(now, |newest| now.max(issued_at(newest))))
    }

    async fn end(&self, acting: &Acting, tokens: Tokens) -> Result<(), Refusal> {
        let now = self.now();
        let organization = acting.organization;
        let one_by_one = matches!(tokens, Tokens::One(_) | Tokens::Viewer { .. });
        if one_by_one && self.memory.load().organization(organization).is_some_and(|known| known.revocations.len() >= MOST) {
            let full = Refusal::retry(Code::TooManyRequests, 3_600);
            return Err(Refusal { message: "So many tokens were revoked today that it is time to end all of a key.".into(), ..full });
        }
        let cut_off = self.cut_off_of_all(organization).await?;
        let row = |key_id, token_id, subject| RevocationRow { organization, key_id, token_id, subject, cut_off, expires_at: cut_off + OUTLIVES };
        let mut change = self.store.change().await.map_err(fault::store)?;
        let add = async |change: &mut Change, row: RevocationRow| change.add_revocation(self.new_id(), &row, now).await;
        let (action, target, written) = match tokens {
            Tokens::One(token) => ("token.revoke", token.token_id.to_string(), add(&mut change, row(None, Some(token.token_id), None)).await),
            Tokens::Viewer { subject, key } => ("viewer.revoke", subject.clone(), add(&mut change, row(key, None, Some(subject))).await),
            Tokens::Key(key) => ("api_key.end_tokens", key.to_string(), change.cut_off_key(organization, key, cut_off).await.map(drop)),
            Tokens::All => ("organization.end_tokens", "all tokens".to_owned(), change.cut_off_organization(organization, cut_off).await),
        };
        written.map_err(fault::store)?;
        change.commit(&self.entry(acting, action, target)).await.map_err(fault::store)?;
        self.follow().await;
        Ok(())
    }
}
