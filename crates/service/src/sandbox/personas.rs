//! Personas: viewers to try embeds out as, saved by a person and perhaps shared with the organization.

use crate::ActorContext;
use crate::actor_context::audit_entry;
use crate::error::Error;
use crate::sandbox::Sandbox;
use perch_domain::mint_request::MAX_BODY_BYTES;
use perch_domain::refusal::Violations;
use perch_domain::{Action, Code, Refusal, ViolationCode, text};
use perch_store::{NewPersona, PersonId, PersonaId, PersonaRow};
use serde::{Deserialize, Serialize};

/// The viewer a sandbox token is made for, as the form holds it. There is no key in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ViewerForm {
    /// What will be embedded; only the console uses it.
    pub embed: String,
    pub distinct_id: String,
    pub role: String,
    /// Name and typed value; an empty value is absent.
    pub attributes: Vec<(String, String)>,
    pub context_clues: String,
    /// Model and permission.
    pub permissions: Vec<(String, String)>,
    pub lifetime: String,
}

impl ViewerForm {
    /// Without what is not filled in: it says nothing, however long its name is.
    fn filled(self) -> Self {
        let filled = |pairs: Vec<(String, String)>| {
            pairs
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect()
        };
        Self {
            attributes: filled(self.attributes),
            permissions: filled(self.permissions),
            ..self
        }
    }

    fn holds_nul(&self) -> bool {
        let pairs = self
            .attributes
            .iter()
            .chain(&self.permissions)
            .flat_map(|(name, value)| [name, value]);
        pairs
            .chain([
                &self.distinct_id,
                &self.context_clues,
                &self.role,
                &self.lifetime,
                &self.embed,
            ])
            .any(|text| text.contains('\0'))
    }
}

/// A persona as people see it. Times are Unix seconds.
#[derive(Clone, Debug)]
pub struct PersonaView {
    pub id: PersonaId,
    pub name: String,
    pub shared: bool,
    pub(crate) owner_id: PersonId,
    /// The owner's name, where it is somebody else's.
    pub owner: Option<String>,
    pub may_edit: bool,
    pub changed_at: i64,
    pub changed_by: String,
}

/// What is to be done with a persona.
#[derive(Clone, Debug, Default)]
pub struct PersonaForm {
    /// The persona that is changed; a new one where absent.
    pub id: Option<PersonaId>,
    pub name: String,
    pub shared: bool,
    /// What it holds from now on; as it was where absent.
    pub viewer: Option<ViewerForm>,
}

/// Most personas a person may own.
const MOST: usize = 100;
/// Bytes of what one holds, as it is stored.
const LONGEST: usize = MAX_BODY_BYTES;

impl Sandbox {
    /// The personas this person may use.
    pub async fn personas(&self, acting: &ActorContext) -> Result<Vec<PersonaView>, Error> {
        acting.may(Action::SavePersona)?;
        let person = acting.person.ok_or(Code::RoleNotAllowed)?;
        let rows = self.store.personas(acting.organization, person).await?;
        Ok(rows.into_iter().map(|row| view(acting, row)).collect())
    }

    /// What a persona holds that this person may use.
    pub async fn persona_viewer(
        &self,
        acting: &ActorContext,
        id: PersonaId,
    ) -> Result<ViewerForm, Error> {
        acting.may(Action::SavePersona)?;
        let person = acting.person.ok_or(Code::RoleNotAllowed)?;
        let content = self
            .store
            .persona_content(acting.organization, person, id)
            .await?
            .ok_or(Code::NotFound)?;
        serde_json::from_str(&content)
            .map_err(|_| Error::internal(&format!("persona.content of row {id} cannot be read")))
    }

    pub(crate) async fn persona(
        &self,
        acting: &ActorContext,
        id: PersonaId,
    ) -> Result<PersonaView, Error> {
        self.personas(acting)
            .await?
            .into_iter()
            .find(|persona| persona.id == id)
            .ok_or_else(|| Code::NotFound.into())
    }

    /// Saves a new persona, or renames, shares or overwrites one.
    pub async fn save_persona(
        &self,
        acting: &ActorContext,
        form: PersonaForm,
    ) -> Result<PersonaId, Error> {
        acting.may(Action::SavePersona)?;
        let person = acting.person.ok_or(Code::RoleNotAllowed)?;
        let personas = self.personas(acting).await?;
        let (known, held) = match form.id {
            Some(id) => (
                Some(editable(&personas, id)?),
                Some(self.persona_viewer(acting, id).await?),
            ),
            None => (None, None),
        };
        if form.shared {
            acting.may(Action::SharePersona)?;
        }
        let mut faults = Violations::default();
        let field = form.id.map_or_else(
            || "persona_name".to_owned(),
            |id| format!("personas.{id}.name"),
        );
        let name = text::line(
            &mut faults,
            &field,
            "a name for the persona",
            &form.name,
            60,
            true,
        );
        if known.is_none()
            && personas
                .iter()
                .filter(|persona| persona.owner.is_none())
                .count()
                >= MOST
        {
            faults.add(
                &*field,
                ViolationCode::TooMany,
                format!("A person may keep {MOST} personas; delete one first."),
            );
        }
        let viewer = form
            .viewer
            .or_else(|| held.clone())
            .unwrap_or_default()
            .filled();
        let content = serde_json::to_string(&viewer).map_err(|error| Error::internal(&error))?;
        if content.len() > LONGEST {
            faults.add(
                &*field,
                ViolationCode::TooLong,
                "This is more than a request can hold; shorten the attributes.",
            );
        }
        if viewer.holds_nul() {
            faults.add(
                &*field,
                ViolationCode::InvalidValue,
                "A field holds a character that cannot be stored.",
            );
        }
        faults.into_result()?;
        // An admin who edits somebody's persona does not become its owner.
        let owner = known.map_or(person, |known| known.owner_id);
        let id = form.id.unwrap_or_else(|| PersonaId(self.system.new_id()));
        // One such change at a time, so that a name that is free stays free until it is taken.
        let mut change = self.store.change().await?;
        let saved = NewPersona {
            id,
            owner,
            name: name.clone(),
            shared: form.shared,
            content,
        };
        if change
            .persona_name_taken(acting.organization, &saved)
            .await?
        {
            return Err(Error::fault(
                field,
                ViolationCode::DuplicateField,
                format!("There is a persona {name} already."),
            ));
        }
        if known.is_none() {
            change
                .add_persona(acting.organization, &saved, &acting.name, self.system.now())
                .await?;
        } else if !change
            .update_persona(acting.organization, &saved, &acting.name, self.system.now())
            .await?
        {
            return Err(Error::because(
                Code::NotFound,
                "Somebody deleted this persona meanwhile.",
            ));
        }
        // Audited by the names of its fields: values may be personal.
        let told = |name: &str, shared: bool, viewer: &ViewerForm| {
            let attributes: Vec<_> = viewer
                .attributes
                .iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, _)| name)
                .collect();
            Some(
                serde_json::json!({ "name": name, "shared": shared, "attributes": attributes })
                    .to_string(),
            )
        };
        let mut entry = audit_entry(&self.system, acting, "persona.save", name.clone());
        entry.before = known
            .zip(held.as_ref())
            .and_then(|(known, held)| told(&known.name, known.shared, held));
        entry.after = told(&name, form.shared, &viewer);
        change.commit(&entry).await?;
        Ok(id)
    }

    /// Deletes a persona. Tokens made as it live on until they expire.
    pub async fn delete_persona(&self, acting: &ActorContext, id: PersonaId) -> Result<(), Error> {
        let personas = self.personas(acting).await?;
        let known = editable(&personas, id)?;
        let mut change = self.store.act().await?;
        if !change.remove_persona(acting.organization, id).await? {
            return Err(Code::NotFound.into());
        }
        let mut entry = audit_entry(&self.system, acting, "persona.delete", known.name.clone());
        entry.before =
            Some(serde_json::json!({ "name": known.name, "shared": known.shared }).to_string());
        Ok(change.commit(&entry).await?)
    }
}

/// A persona that may be edited; of those one may only use, and of all others, nothing is told apart.
fn editable(personas: &[PersonaView], id: PersonaId) -> Result<&PersonaView, Refusal> {
    let known = personas
        .iter()
        .find(|persona| persona.id == id)
        .ok_or(Code::NotFound)?;
    if known.may_edit {
        Ok(known)
    } else {
        Err(Refusal::because(
            Code::RoleNotAllowed,
            "Only its owner or an admin may change this persona.",
        ))
    }
}

fn view(acting: &ActorContext, row: PersonaRow) -> PersonaView {
    let mine = Some(row.owner_id) == acting.person;
    PersonaView {
        id: row.id,
        name: row.name,
        shared: row.shared,
        owner_id: row.owner_id,
        owner: (!mine).then_some(row.owner_name),
        may_edit: mine || acting.can(Action::EditAnyPersona),
        changed_at: row.changed_at.div_euclid(1_000),
        changed_by: row.changed_by,
    }
}
