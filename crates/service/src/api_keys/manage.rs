//! API keys: made, listed, revoked.

use crate::actor_context::audit_entry;
use crate::api_keys::ApiKeys;
use crate::error::Error;
use crate::{ActorContext, LiveTokens};
use perch_domain::access::Scopes;
use perch_domain::api_key::{self, ApiKeyText, SecretId};
use perch_domain::refusal::Violations;
use perch_domain::{Action, Actor, Code, Refusal, ViolationCode, text, time};
use perch_jwe::ContentKey;
use perch_store::{KeyId, KeyRow, NewKey, NewSecret, PersonId};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What the form for a new key holds.
#[derive(Clone, Debug)]
pub struct NewKeyForm {
    /// Names the form itself, so that sending it twice makes one key.
    pub form_id: Option<Uuid>,
    pub name: String,
    /// A day written `YYYY-MM-DD`; the key ends with that day, UTC. Empty for never.
    pub expires_on: String,
    pub scopes: Scopes,
    pub sandbox_shared: bool,
}

/// Every key of an organization. Functions of this crate say what of it a person may see.
#[derive(Debug)]
pub struct OrganizationKeys {
    pub(crate) rows: Vec<KeyRow>,
}

/// A key that was just made. Its text exists here and nowhere else.
#[derive(Debug)]
pub struct CreatedKey {
    pub id: KeyId,
    pub name: String,
    pub text: ApiKeyText,
}

/// Whether a key can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    Active,
    Expired,
    Revoked,
}

impl KeyState {
    pub(crate) fn of(row: &KeyRow, now: i64) -> Self {
        match (row.revoked_at, row.expires_at) {
            (Some(_), _) => Self::Revoked,
            (None, Some(expires_at)) if expires_at <= now => Self::Expired,
            _ => Self::Active,
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Expired => "Expired",
            Self::Revoked => "Revoked",
        }
    }
}

/// A key as people see it. Times are Unix seconds.
#[derive(Clone, Debug)]
pub struct KeyView {
    pub id: KeyId,
    pub name: String,
    pub prefix: String,
    pub owner: String,
    pub mine: bool,
    pub created_at: i64,
    pub last_used_at: Option<i64>,
    pub expires_at: Option<i64>,
    pub minted: i64,
    pub state: KeyState,
    pub exposed: bool,
    pub sandbox_shared: bool,
}

/// What revoking a key will break.
#[derive(Clone, Debug)]
pub struct KeyRevocationPreview {
    pub key: KeyView,
    pub live_tokens: LiveTokens,
}

fn already_made() -> Error {
    Error::because(
        Code::Conflict,
        "This form already made a key; its secret was shown then and cannot be shown again.",
    )
}

impl ApiKeys {
    /// Makes a key for the person who acts.
    pub async fn create_key(
        &self,
        acting: &ActorContext,
        form: &NewKeyForm,
    ) -> Result<CreatedKey, Error> {
        acting.may(Action::CreateKey)?;
        let owner = acting.person.ok_or(Code::RoleNotAllowed)?;
        let mut faults = Violations::default();
        let name = text::line(
            &mut faults,
            "name",
            "a name for the key",
            &form.name,
            100,
            true,
        );
        let expires_at = self.end_of_day(&mut faults, &form.expires_on);
        if form.scopes == Scopes::default() {
            faults.add(
                "scopes",
                ViolationCode::Required,
                "Choose at least one thing the key may do.",
            );
        }
        faults.into_result()?;
        let id = KeyId(form.form_id.unwrap_or_else(|| self.system.new_id()));
        if self.key_row(acting, id).await?.is_some() {
            return Err(already_made());
        }
        let secret_id = SecretId::from_random(self.system.random());
        let text = ApiKeyText::assemble(&secret_id, self.system.random());
        let content = ContentKey::from_random(&mut self.system.random());
        let wrapped_key =
            self.master_keys
                .wrap(secret_id.as_str(), &content, self.system.random())?;
        let hash = Sha256::digest(text.expose().as_bytes()).into();
        let secret = NewSecret {
            id: secret_id.as_str().to_owned(),
            hash,
            wrapped_key,
            expires_at,
        };
        let mut key = NewKey {
            id,
            organization: acting.organization,
            owner,
            name,
            scopes: form.scopes,
            sandbox_shared: form.sandbox_shared,
            secret,
        };
        let mut change = self.store.change().await?;
        // The owner's access may have ended, or changed, since the request came.
        let role = change
            .role_of(acting.organization, owner)
            .await?
            .ok_or(Code::RoleNotAllowed)?;
        if matches!(acting.actor, Actor::Person(_)) {
            perch_domain::authorize(Actor::Person(role), Action::CreateKey)?;
        }
        if !change.add_key(&key, self.system.now()).await? {
            // The same form a moment ago; or, by a chance nobody has, another organization's key, of which nothing is told.
            if self.key_row(acting, id).await?.is_some() {
                return Err(already_made());
            }
            key.id = KeyId(self.system.new_id());
            change.add_key(&key, self.system.now()).await?;
        }
        let mut entry = audit_entry(&self.system, acting, "api_key.create", &key.name);
        entry.after = Some(
            serde_json::json!({ "id": key.id, "prefix": api_key::visible_prefix(secret_id.as_str()), "scopes": form.scopes.to_text(), "sandbox": form.sandbox_shared, "expires_at": expires_at })
                .to_string(),
        );
        change.commit(&entry).await?;
        self.config.refresh_after_commit().await;
        Ok(CreatedKey {
            id: key.id,
            name: key.name,
            text,
        })
    }

    /// The keys a person may see: their own, or all of the organization.
    pub async fn keys(&self, acting: &ActorContext) -> Result<Vec<KeyView>, Error> {
        let owner = Self::visible_owner(acting)?;
        let rows = self.store.keys(acting.organization, owner).await?;
        Ok(rows
            .into_iter()
            .map(|row| self.key_view(acting, row))
            .collect())
    }

    /// Every key of the organization, to be read once for several functions.
    pub async fn of_organization(&self, acting: &ActorContext) -> Result<OrganizationKeys, Error> {
        acting.may(Action::SeeSettings)?;
        let rows = self.store.keys(acting.organization, None).await?;
        Ok(OrganizationKeys { rows })
    }

    /// What revoking this key will break.
    pub async fn preview_key_revocation(
        &self,
        acting: &ActorContext,
        key: KeyId,
    ) -> Result<KeyRevocationPreview, Error> {
        let view = self.revocable(acting, key).await?;
        let live_tokens = self
            .live_tokens
            .count(acting.organization, Some(key), None)
            .await?;
        Ok(KeyRevocationPreview {
            key: view,
            live_tokens,
        })
    }

    /// Revokes a key and, with it, every token it issued.
    pub async fn revoke_key(
        &self,
        acting: &ActorContext,
        key: KeyId,
    ) -> Result<KeyRevocationPreview, Error> {
        let preview = self.preview_key_revocation(acting, key).await?;
        let mut change = self.store.change().await?;
        if !change
            .revoke_key(acting.organization, key, self.system.now())
            .await?
        {
            return Err(Error::because(
                Code::Conflict,
                "This key was revoked already.",
            ));
        }
        let mut entry = audit_entry(&self.system, acting, "api_key.revoke", &preview.key.name);
        entry.before = Some(serde_json::json!({ "id": key, "prefix": preview.key.prefix, "live_tokens": preview.live_tokens.to_json() }).to_string());
        change.commit(&entry).await?;
        self.config.refresh_after_commit().await;
        Ok(preview)
    }

    /// Opens a key for the sandbox of the whole organization, or closes it.
    pub async fn share_key_with_sandbox(
        &self,
        acting: &ActorContext,
        key: KeyId,
        open: bool,
    ) -> Result<(), Error> {
        let view = self.revocable(acting, key).await?;
        acting.may(if view.mine {
            Action::ShareOwnKey
        } else {
            Action::ShareAnyKey
        })?;
        if view.sandbox_shared == open {
            return Ok(());
        }
        let mut change = self.store.change().await?;
        if !change.share_key(acting.organization, key, open).await? {
            return Err(Code::NotFound.into());
        }
        let mut entry = audit_entry(&self.system, acting, "api_key.sandbox", &view.name);
        let told = |open: bool| Some(serde_json::json!({ "id": key, "sandbox": open }).to_string());
        (entry.before, entry.after) = (told(!open), told(open));
        change.commit(&entry).await?;
        self.config.refresh_after_commit().await;
        Ok(())
    }

    /// A key this person may revoke; every other gets the answer of one that never existed.
    pub(crate) async fn revocable(
        &self,
        acting: &ActorContext,
        key: KeyId,
    ) -> Result<KeyView, Error> {
        acting.may(Action::SeeOwnKeys)?;
        let row = self.key_row(acting, key).await?.filter(|row| {
            Self::visible_owner(acting)
                .is_ok_and(|owner| owner.is_none_or(|owner| owner == row.owner_id))
        });
        let view = self.key_view(acting, row.ok_or(Code::NotFound)?);
        acting.may(if view.mine {
            Action::RevokeOwnKey
        } else {
            Action::RevokeAnyKey
        })?;
        Ok(view)
    }

    fn visible_owner(acting: &ActorContext) -> Result<Option<PersonId>, Refusal> {
        if acting.can(Action::SeeAllKeys) {
            return Ok(None);
        }
        acting.may(Action::SeeOwnKeys)?;
        acting
            .person
            .map(Some)
            .ok_or_else(|| Code::RoleNotAllowed.into())
    }

    async fn key_row(&self, acting: &ActorContext, key: KeyId) -> Result<Option<KeyRow>, Error> {
        Ok(self.store.key(acting.organization, key).await?)
    }

    fn key_view(&self, acting: &ActorContext, row: KeyRow) -> KeyView {
        let seconds = |milliseconds: i64| milliseconds.div_euclid(1_000);
        KeyView {
            state: KeyState::of(&row, self.system.now()),
            id: row.id,
            prefix: api_key::visible_prefix(&row.secret_id),
            mine: Some(row.owner_id) == acting.person,
            owner: row.owner_name,
            name: row.name,
            created_at: seconds(row.created_at),
            last_used_at: row.last_used_at.map(seconds),
            expires_at: row.expires_at.map(seconds),
            minted: row.minted,
            exposed: row.exposed_at.is_some(),
            sandbox_shared: row.sandbox_shared,
        }
    }

    /// The last moment of a day, in Unix milliseconds.
    fn end_of_day(&self, faults: &mut Violations, day: &str) -> Option<i64> {
        let day = day.trim();
        if day.is_empty() {
            return None;
        }
        let end = time::day_start(day).map(|start| (start + 86_400) * 1_000);
        match end {
            None => faults.add(
                "expires_on",
                ViolationCode::InvalidValue,
                "Enter a day such as 2026-12-31, or leave it empty.",
            ),
            Some(end) if end <= self.system.now() => faults.add(
                "expires_on",
                ViolationCode::InvalidValue,
                "Choose a day that has not passed.",
            ),
            Some(_) => {}
        }
        end
    }
}
