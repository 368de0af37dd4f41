//! The sandbox: a token from a form. The form becomes the very body a backend would send, so both obey the same rules.

use crate::fault;
use crate::mint::Minted;
use crate::perch::Perch;
use crate::proof::KeyHolder;
use crate::{Acting, KeyState};
use perch_domain::access::Scopes;
use perch_domain::api_key::ApiKeyText;
use perch_domain::refusal::Faults;
use perch_domain::{Action, Code, Refusal, ViolationCode};
use perch_store::KeyId;
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
    pub distinct_id: String,
    pub role: String,
    /// Name and typed value; an empty value is absent.
    pub attributes: Vec<(String, String)>,
    pub context_clues: String,
    /// Model and permission.
    pub permissions: Vec<(String, String)>,
    pub lifetime: String,
}

/// A key that can be chosen.
#[derive(Clone, Debug)]
pub struct SandboxKeyView {
    pub id: KeyId,
    pub name: String,
    pub owner: Option<String>,
}

impl Perch {
    /// The keys this person may choose: their own, and those that were opened for the sandbox.
    pub async fn sandbox_keys(&self, acting: &Acting) -> Result<Vec<SandboxKeyView>, Refusal> {
        let own = acting.can(Action::SandboxWithOwnKey);
        let shared = acting.can(Action::SandboxWithSharedKey);
        let rows = self.store.keys(acting.organization, None).await.map_err(fault::store)?;
        let now = self.now();
        let usable = rows.into_iter().filter(|row| KeyState::of(row, now) == KeyState::Active && Scopes::from_text(&row.scopes).mint);
        Ok(usable
            .filter_map(|row| {
                let mine = Some(row.owner_id) == acting.person;
                let may = (mine && own) || (row.sandbox_shared && shared);
                may.then(|| SandboxKeyView { id: row.id, name: row.name, owner: (!mine).then_some(row.owner_name) })
            })
            .collect())
    }

    /// Makes a sandbox token.
    pub async fn generate_sandbox_token(&self, acting: &Acting, form: &SandboxForm) -> Result<Minted, Refusal> {
        let person = acting.person.ok_or(Code::PermissionDenied)?;
        let holder = self.sandbox_holder(acting, &form.key).await?;
        let body = self.sandbox_body(&holder, form);
        self.mint_for(&holder, body.as_bytes(), Some(person)).await
    }

    async fn sandbox_holder(&self, acting: &Acting, key: &SandboxKey) -> Result<KeyHolder, Refusal> {
        match key {
            SandboxKey::Pasted(text) => {
                acting.may(Action::SandboxWithPastedKey)?;
                if text.trim().is_empty() {
                    let mut faults = Faults::default();
                    faults.add("api_key", ViolationCode::Required, "Paste an API key, or choose one.");
                    faults.into_result()?;
                }
                // Another organization's key gets the answer of a key that never existed, whatever its state.
                let foreign = |key: ApiKeyText| {
                    self.memory.load().secret(key.id().as_str()).is_some_and(|secret| secret.row.organization_id != acting.organization)
                };
                if ApiKeyText::parse(text.trim()).is_ok_and(foreign) {
                    return Err(Code::ApiKeyUnknown.into());
                }
                let holder = self.prove_key(text.trim()).await?;
                if holder.secret.row.organization_id == acting.organization { Ok(holder) } else { Err(Code::ApiKeyUnknown.into()) }
            }
            SandboxKey::Chosen(key) => {
                let now = self.now();
                self.decide(|memory| {
                    let secret =
                        memory.secret_of_key(*key).filter(|secret| secret.row.organization_id == acting.organization).ok_or(Code::ApiKeyUnknown)?;
                    let mine = Some(secret.row.owner_id) == acting.person;
                    let needed = if mine { Action::SandboxWithOwnKey } else { Action::SandboxWithSharedKey };
                    acting.may(needed)?;
                    if !mine && !secret.row.sandbox_shared {
                        return Err(Refusal::because(Code::PermissionDenied, "This key's owner has not opened it for the sandbox."));
                    }
                    Self::active_holder(memory, secret, now)
                })
                .await
            }
        }
    }

    /// The request body that a backend would send for what the form holds.
    fn sandbox_body(&self, holder: &KeyHolder, form: &SandboxForm) -> String {
        let memory = self.memory.load();
        let organization = memory.organization(holder.secret.row.organization_id);
        let declared = |name: &str| {
            organization.as_ref().and_then(|organization| organization.declarations.iter().find(|declared| declared.name == name).cloned())
        };
        let json = |text: &str| serde_json::Value::from(text).to_string();
        let attributes: Vec<_> = form
            .attributes
            .iter()
            .filter(|(_, typed)| !typed.trim().is_empty())
            .map(|(name, typed)| {
                format!("{}:{}", json(name), declared(name).map_or_else(|| json(typed), |declared| declared.form_value_to_json(typed)))
            })
            .collect();
        let mut permissions: Vec<(&str, Vec<String>)> = Vec::new();
        for (model, permission) in &form.permissions {
            match permissions.iter_mut().find(|(known, _)| known == model) {
                Some((_, granted)) => granted.push(json(permission)),
                None => permissions.push((model, vec![json(permission)])),
            }
        }
        let permissions: Vec<_> = permissions.iter().map(|(model, granted)| format!("{}:[{}]", json(model), granted.join(","))).collect();
        let optional = |name: &str, text: &str| if text.trim().is_empty() { String::new() } else { format!(r#","{name}":{}"#, json(text.trim())) };
        format!(
            r#"{{"user":{{"distinctId":{},"role":{},"attributes":{{{}}}}},"permissions":{{{}}}{}{}}}"#,
            json(&form.distinct_id),
            json(&form.role),
            attributes.join(","),
            permissions.join(","),
            optional("aiContextClues", &form.context_clues),
            optional("expiresIn", &form.lifetime),
        )
    }
}
