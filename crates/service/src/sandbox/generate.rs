//! The sandbox: a token from a form. The form becomes the very body a backend would send, so both obey the same rules.

use crate::api_keys::authenticate::AuthenticatedKey;
use crate::api_keys::authenticate::active_key;
use crate::api_keys::manage::OrganizationKeys;
use crate::config::{ConfigSnapshot, Organization};
use crate::error::Error;
use crate::sandbox::Sandbox;
use crate::sandbox::personas::ViewerForm;
use crate::sandbox::request_body::request_body;
use crate::tokens::issue::{Minted, Terms, rules};
use crate::{ActorContext, KeyState};
use perch_domain::access::Scopes;
use perch_domain::api_key::{self, ApiKeyText, SecretId};
use perch_domain::claims::TOKEN_TYPE;
use perch_domain::mint_request::{MAX_BODY_BYTES, MintRequest};
use perch_domain::{Action, Code, Refusal, Violation, ViolationCode, lifetime};
use perch_jwe::TokenKey;
use perch_store::{KeyId, PersonaId};
use std::collections::HashSet;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The key a sandbox token is made with.
#[derive(Clone)]
pub enum SandboxKey {
    /// Its whole text. Used for this one token and wiped; never stored, logged or shown.
    Pasted(Zeroizing<String>),
    /// One of the person's own keys, or one that was opened for the sandbox.
    Chosen(KeyId),
}

/// What the form holds, as it was typed.
#[derive(Clone)]
pub struct SandboxForm {
    pub key: SandboxKey,
    /// The persona the form was filled from. Whoever may only be shared personas gets exactly that one.
    pub persona: Option<PersonaId>,
    pub viewer: ViewerForm,
}

/// A key that can be chosen.
#[derive(Clone, Debug)]
pub struct SandboxKeyView {
    pub id: KeyId,
    pub name: String,
    pub owner: Option<String>,
}

/// What a backend would send, and what it would be told.
#[derive(Clone, Debug)]
pub struct RequestPreview {
    pub body: String,
    pub refused: Option<Refusal>,
}

/// Seconds. A token of somebody without a secret in hand lives no longer.
const MAX_PREPARED: u32 = 3_600;

/// The body for what the form holds. What is sure to be more than the API takes is not even written out.
fn sandbox_body(organization: &Organization, viewer: &ViewerForm) -> Result<String, Refusal> {
    if least_length(viewer) > MAX_BODY_BYTES {
        Err(Code::BodyTooLarge.into())
    } else {
        Ok(request_body(&organization.declarations, viewer))
    }
}

fn check_length(body: &str) -> Result<(), Refusal> {
    if body.len() > MAX_BODY_BYTES {
        Err(Code::BodyTooLarge.into())
    } else {
        Ok(())
    }
}

/// Bytes that the body has at the least: what is typed is in it, but for blanks, and each model once.
fn least_length(viewer: &ViewerForm) -> usize {
    let solid = |text: &str| {
        text.chars()
            .filter(|char| !char.is_whitespace())
            .map(char::len_utf8)
            .sum::<usize>()
    };
    let attribute = |(name, value): &(String, String)| match solid(value) {
        0 => 0,
        value => name.len() + value + "      \"\": ".len(),
    };
    let attributes: usize = viewer.attributes.iter().map(attribute).sum();
    let models: HashSet<&str> = viewer
        .permissions
        .iter()
        .map(|(model, _)| model.as_str())
        .collect();
    let models: usize = models
        .into_iter()
        .map(|model| model.len() + "\"\": []".len())
        .sum();
    let permissions: usize = viewer
        .permissions
        .iter()
        .map(|(_, permission)| permission.len() + "\"\"".len())
        .sum();
    let texts = [
        &viewer.distinct_id,
        &viewer.role,
        &viewer.context_clues,
        &viewer.lifetime,
    ];
    attributes + models + permissions + texts.into_iter().map(|text| solid(text)).sum::<usize>()
}

/// What is wrong with a pasted key is said where it was pasted.
fn beside_the_field(mut error: Error) -> Error {
    if let Error::Refused(refusal) = &mut error
        && refusal.violations.is_empty()
        && refusal.code.status() == 401
    {
        refusal.violations.push(Violation {
            field: "api_key".to_owned(),
            code: ViolationCode::InvalidValue,
            message: refusal.message.to_string(),
        });
    }
    error
}

/// A proved key and what may be done with it.
struct Grant {
    holder: AuthenticatedKey,
    /// Only as a shared persona: somebody without a secret in hand.
    persona_only: bool,
}

impl Sandbox {
    /// The keys this person may choose: their own, and those that were opened for the sandbox.
    pub fn sandbox_keys(
        &self,
        acting: &ActorContext,
        keys: &OrganizationKeys,
    ) -> Vec<SandboxKeyView> {
        let own = acting.can(Action::SandboxWithOwnKey);
        let shared = acting.can(Action::SandboxAsSharedPersona);
        let now = self.system.now();
        let usable = keys.rows.iter().filter(|row| {
            KeyState::of(row, now) == KeyState::Active && Scopes::from_text(&row.scopes).mint
        });
        usable
            .filter_map(|row| {
                let mine = Some(row.owner_id) == acting.person;
                let may = (mine && own) || (row.sandbox_shared && shared);
                may.then(|| SandboxKeyView {
                    id: row.id,
                    name: row.name.clone(),
                    owner: (!mine).then(|| row.owner_name.clone()),
                })
            })
            .collect()
    }

    /// What a backend would send for this form, and what it would be told: with a key this person may choose, with that one.
    /// Reads from memory; see `Settings::refresh`.
    pub fn preview_request(
        &self,
        acting: &ActorContext,
        viewer: &ViewerForm,
        key: Option<KeyId>,
    ) -> Result<RequestPreview, Error> {
        acting.may(Action::SeeSettings)?;
        let memory = self.config.snapshot();
        let organization = memory
            .organization(acting.organization)
            .ok_or(Code::NotFound)?;
        let body = sandbox_body(&organization, viewer)?;
        let refused = self
            .verdict(&memory, &organization, acting, key, &body)
            .err();
        Ok(RequestPreview { body, refused })
    }

    /// What the API says to this body, as far as it says anything about bodies: by the very functions that mint.
    fn verdict(
        &self,
        memory: &ConfigSnapshot,
        organization: &Organization,
        acting: &ActorContext,
        key: Option<KeyId>,
        body: &str,
    ) -> Result<(), Refusal> {
        let secret = key
            .and_then(|key| memory.secret_of_key(acting.organization, key))
            .filter(|secret| {
                let mine = Some(secret.row.owner_id) == acting.person;
                mine || secret.row.sandbox_shared
            });
        let holder = secret
            .map(|secret| active_key(memory, secret, self.system.now()))
            .transpose()?;
        holder
            .as_ref()
            .map_or(Ok(()), |holder| holder.may(Action::Mint))?;
        check_length(body)?;
        let row = holder.as_ref().map(|holder| &holder.secret.row);
        let longest_lifetime = row.map_or(i64::MAX, |row| row.longest_lifetime);
        let request = MintRequest::parse(
            body.as_bytes(),
            rules(organization, longest_lifetime, self.system.now_seconds()),
        )?;
        // The headers of all keys have the same length.
        let header = TokenKey::header_of(SecretId::from_random([0; 8]).as_str(), TOKEN_TYPE);
        let terms = Terms {
            organization: acting.organization,
            key_ends: row.and_then(|row| row.expires_at),
            header: &header,
        };
        self.tokens
            .compose(&terms, &request, Uuid::nil(), None)
            .map(drop)
    }

    /// Makes a sandbox token.
    pub async fn generate_sandbox_token(
        &self,
        acting: &ActorContext,
        form: &SandboxForm,
    ) -> Result<Minted, Error> {
        let person = acting.person.ok_or(Code::RoleNotAllowed)?;
        let grant = self.sandbox_grant(acting, &form.key).await?;
        let viewer = if grant.persona_only {
            &self.prepared_viewer(acting, form.persona).await?
        } else {
            &form.viewer
        };
        let organization = self
            .config
            .snapshot()
            .organization(acting.organization)
            .ok_or(Code::NotFound)?;
        let body = sandbox_body(&organization, viewer)?;
        check_length(&body)?;
        let minted = self
            .tokens
            .mint_for(&grant.holder, body.as_bytes(), Some(person))
            .await?;
        // The token is made; that the list of first steps could not be ticked off is in the log.
        let _ = self
            .store
            .note_sandbox_token(acting.organization, self.system.now())
            .await;
        Ok(minted)
    }

    /// A shared persona for somebody without a secret in hand: at most an hour, never the databases.
    async fn prepared_viewer(
        &self,
        acting: &ActorContext,
        persona: Option<PersonaId>,
    ) -> Result<ViewerForm, Error> {
        let choose = || {
            Refusal::fault(
                "persona",
                ViolationCode::Required,
                "Choose a shared persona, or paste an API key.",
            )
        };
        let id = persona.ok_or_else(choose)?;
        let persona = self.persona(acting, id).await?;
        let viewer = self.persona_viewer(acting, id).await?;
        if !persona.shared {
            return Err(Error::because(
                Code::RoleNotAllowed,
                "With a key of somebody else you can only use shared personas.",
            ));
        }
        if viewer
            .permissions
            .iter()
            .any(|(model, _)| model == "database")
        {
            return Err(Error::because(
                Code::RoleNotAllowed,
                "This persona may use databases, which your console role may not hand out.",
            ));
        }
        let within_an_hour = lifetime::parse(&viewer.lifetime)
            .is_some_and(|seconds| seconds <= u64::from(MAX_PREPARED));
        let lifetime = if within_an_hour {
            viewer.lifetime
        } else {
            lifetime::print(MAX_PREPARED)
        };
        Ok(ViewerForm { lifetime, ..viewer })
    }

    async fn sandbox_grant(&self, acting: &ActorContext, key: &SandboxKey) -> Result<Grant, Error> {
        match key {
            SandboxKey::Pasted(text) => {
                acting.may(Action::SandboxWithPastedKey)?;
                let holder = self
                    .pasted_holder(acting, text)
                    .await
                    .map_err(beside_the_field)?;
                Ok(Grant {
                    holder,
                    persona_only: false,
                })
            }
            SandboxKey::Chosen(key) => {
                let now = self.system.now();
                self.config.read_fresh(|memory| {
                    let secret =
                        memory.secret_of_key(acting.organization, *key).ok_or(Code::ApiKeyUnknown)?;
                    let mine = Some(secret.row.owner_id) == acting.person && acting.can(Action::SandboxWithOwnKey);
                    if !mine {
                        acting.may(Action::SandboxAsSharedPersona)?;
                    }
                    if !mine && !secret.row.sandbox_shared {
                        return Err(Error::because(
                            Code::RoleNotAllowed,
                            "This key is not open for the sandbox; its owner or an admin can open it.",
                        ));
                    }
                    let persona_only = !mine && !acting.can(Action::SandboxWithSharedKey);
                    Ok(Grant { holder: active_key(memory, secret, now)?, persona_only })
                })
                .await
            }
        }
    }

    async fn pasted_holder(
        &self,
        acting: &ActorContext,
        text: &str,
    ) -> Result<AuthenticatedKey, Error> {
        // Quotes and the name in front of it in an environment file do no harm.
        let (bare, _) = perch_domain::token_input::extract_token(text);
        let bare = Zeroizing::new(bare);
        let text = bare
            .find(api_key::PREFIX)
            .and_then(|at| bare.get(at..))
            .unwrap_or(&bare);
        if text.is_empty() {
            return Err(Error::fault(
                "api_key",
                ViolationCode::Required,
                "Paste an API key, or choose one.",
            ));
        }
        // Another organization's key gets the answer of a key that never existed, whatever its state.
        let foreign = |key: ApiKeyText| {
            self.config
                .snapshot()
                .secret(key.id().as_str())
                .is_some_and(|secret| secret.row.organization_id != acting.organization)
        };
        if ApiKeyText::parse(text).is_ok_and(foreign) {
            return Err(Code::ApiKeyUnknown.into());
        }
        let holder = self.api_keys.authenticate_key(text, None).await?;
        if holder.secret.row.organization_id == acting.organization {
            Ok(holder)
        } else {
            Err(Code::ApiKeyUnknown.into())
        }
    }
}
