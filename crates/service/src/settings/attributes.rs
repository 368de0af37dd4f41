//! Token attributes: the registry of what tokens may carry, saved as a set of edits.

use crate::ActorContext;
use crate::actor_context::audit_entry;
use crate::error::Error;
use crate::settings::Settings;
use crate::settings::list_edits::{EditPlan, Editable, RequestedEdit};
use perch_domain::attribute::{self, Declaration, Kind};
use perch_domain::json::Json;
use perch_domain::refusal::Violations;
use perch_domain::{Action, Refusal, ViolationCode, text};
use perch_store::{AttributeId, AttributeRow, NewAttribute};

/// One row of the form: a new attribute, or the new state of one that was declared.
#[derive(Clone, Debug, Default)]
pub struct AttributeEdit {
    pub id: Option<AttributeId>,
    /// The version that was edited.
    pub version: i64,
    pub name: String,
    pub kind: String,
    pub list: bool,
    pub required: bool,
    pub description: String,
    pub example: String,
    pub remove: bool,
}

/// A declared attribute as people see it. Times are Unix seconds.
#[derive(Clone, Debug)]
pub struct AttributeView {
    pub id: AttributeId,
    pub declaration: Declaration,
    pub description: String,
    pub example: String,
    pub version: i64,
    pub changed_at: i64,
    pub changed_by: String,
}

impl Settings {
    /// The declared attributes, in the order they were declared.
    pub async fn attributes(&self, acting: &ActorContext) -> Result<Vec<AttributeView>, Error> {
        acting.may(Action::SeeSettings)?;
        let rows = self.store.attributes(acting.organization).await?;
        Ok(rows.into_iter().map(view).collect())
    }

    /// Saves what was edited; rows as they were are left alone. Tells how many rows changed.
    ///
    /// # Errors
    /// `REQUEST_INVALID` with every fault as `attributes[row].field`; `CONFLICT` where somebody else changed or removed
    /// an edited row meanwhile. Nothing is saved then.
    pub async fn save_attributes(
        &self,
        acting: &ActorContext,
        edits: &[AttributeEdit],
    ) -> Result<usize, Error> {
        acting.may(Action::EditAttributes)?;
        let wanted = read_edits(edits)?;
        let now = self.system.now();
        let mut change = self.store.change().await?;
        let before = change.attributes(acting.organization).await?;
        let plan = EditPlan::make(&before, &wanted)?;
        if plan.len() == 0 {
            return Ok(0);
        }
        for row in &plan.removed {
            change
                .remove_attribute(acting.organization, row.id, row.version)
                .await?;
        }
        for row in plan.renamed() {
            change.park_attribute(acting.organization, row.id).await?;
        }
        for (row, new) in &plan.updated {
            change
                .update_attribute(acting.organization, new, row.version, &acting.name, now)
                .await?;
        }
        for (new, id) in plan.added.iter().zip(self.system.new_ids(plan.added.len())) {
            let new = NewAttribute {
                id: AttributeId(id),
                ..(*new).clone()
            };
            change
                .add_attribute(acting.organization, &new, &acting.name, now)
                .await?;
        }
        let told = |declared: &Declaration, description: &str, example: &str| serde_json::json!({ "name": declared.name, "type": declared.kind.as_str(), "list": declared.list, "required": declared.required, "description": description, "example": example });
        let mut entry = audit_entry(
            &self.system,
            acting,
            "attribute.save",
            text::count(plan.len(), "attribute"),
        );
        (entry.before, entry.after) = plan.before_and_after(
            |row| told(&row.declaration, &row.description, &row.example),
            |new| told(&new.declaration, &new.description, &new.example),
        );
        change.commit(&entry).await?;
        self.config.refresh_after_commit().await;
        Ok(plan.len())
    }
}

fn read_edits(
    edits: &[AttributeEdit],
) -> Result<Vec<RequestedEdit<AttributeId, NewAttribute>>, Refusal> {
    let mut faults = Violations::default();
    let mut wanted = Vec::new();
    for (at, edit) in edits.iter().enumerate() {
        let field = |name: &str| format!("attributes[{at}].{name}");
        let blank = [&edit.name, &edit.description, &edit.example]
            .iter()
            .all(|text| text.trim().is_empty());
        if edit.id.is_none() && (edit.remove || blank) {
            continue;
        }
        if edit.remove {
            wanted.push(RequestedEdit {
                at,
                id: edit.id,
                version: edit.version,
                new: None,
            });
            continue;
        }
        let name = edit.name.trim();
        if let Err(fault) = attribute::check_name(name) {
            faults.add(
                field("name"),
                ViolationCode::InvalidValue,
                fault.to_string(),
            );
        }
        let description = text::line(
            &mut faults,
            &field("description"),
            "a description",
            &edit.description,
            200,
            false,
        );
        let Some(kind) = Kind::parse(&edit.kind) else {
            faults.add(
                field("type"),
                ViolationCode::InvalidValue,
                "Choose String, Integer, Numeric, Boolean or Date.",
            );
            continue;
        };
        let declaration = Declaration {
            name: name.to_owned(),
            kind,
            list: edit.list,
            required: edit.required,
        };
        check_example(&mut faults, &field("example"), &declaration, &edit.example);
        let new = NewAttribute {
            id: edit.id.unwrap_or(AttributeId(uuid::Uuid::nil())),
            declaration,
            description,
            example: edit.example.trim().to_owned(),
        };
        wanted.push(RequestedEdit {
            at,
            id: edit.id,
            version: edit.version,
            new: Some(new),
        });
    }
    faults.into_result()?;
    Ok(wanted)
}

/// An example must be a value that a token could carry: the sandbox offers it.
fn check_example(faults: &mut Violations, field: &str, declaration: &Declaration, example: &str) {
    if example.trim().is_empty() {
        return;
    }
    let mut own = Violations::default();
    let json = declaration.form_value_to_json(example);
    if let Some(json) = Json::parse(json.as_bytes()) {
        declaration.read(&mut own, "example", json);
    }
    if let Err(refusal) = own.into_result() {
        let reason = refusal
            .violations
            .first()
            .map_or_else(String::new, |violation| violation.message.clone());
        faults.add(
            field,
            ViolationCode::InvalidValue,
            format!("This example could not be sent: {reason}"),
        );
    }
}

impl Editable<NewAttribute> for AttributeRow {
    type Id = AttributeId;
    const PLACE: (&'static str, &'static str) = ("attributes", "name");

    fn id(&self) -> AttributeId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn key(&self) -> &str {
        &self.declaration.name
    }

    fn key_of(new: &NewAttribute) -> &str {
        &new.declaration.name
    }

    fn is_same(&self, new: &NewAttribute) -> bool {
        self.declaration == new.declaration
            && self.description == new.description
            && self.example == new.example
    }

    fn told(&self) -> String {
        let declared = &self.declaration;
        let list = if declared.list { " list" } else { "" };
        format!(
            "{} changed this meanwhile to {} ({}{list}).",
            self.changed_by,
            declared.name,
            declared.kind.as_str()
        )
    }
}

fn view(row: AttributeRow) -> AttributeView {
    AttributeView {
        id: row.id,
        declaration: row.declaration,
        description: row.description,
        example: row.example,
        version: row.version,
        changed_at: row.changed_at.div_euclid(1_000),
        changed_by: row.changed_by,
    }
}
