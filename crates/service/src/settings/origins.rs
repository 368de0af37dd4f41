//! Authorized origins: listed, and saved as a set of edits.

use crate::ActorContext;
use crate::actor_context::audit_entry;
use crate::error::Error;
use crate::settings::Settings;
use crate::settings::list_edits::{EditPlan, Editable, RequestedEdit};
use perch_domain::origin::Origin;
use perch_domain::origin_list::Environment;
use perch_domain::refusal::Violations;
use perch_domain::{Action, Code, Refusal, ViolationCode, text};
use perch_store::{NewOrigin, OriginId, OriginRow};

/// One row of the form: a new origin, or the new state of one that was listed.
#[derive(Clone, Debug, Default)]
pub struct OriginEdit {
    pub id: Option<OriginId>,
    /// The version that was edited.
    pub version: i64,
    pub origin: String,
    pub label: String,
    pub environment: Environment,
    pub remove: bool,
}

/// A listed origin as people see it. Times are Unix seconds.
#[derive(Clone, Debug)]
pub struct OriginView {
    pub id: OriginId,
    pub origin: String,
    pub label: String,
    pub environment: Environment,
    pub version: i64,
    pub changed_at: i64,
    pub changed_by: String,
    /// What is worth knowing about its kind of site, in a word or two.
    pub note: Option<&'static str>,
    /// The sites that connected by it, the latest first.
    pub seen: Vec<String>,
    /// A token of a backend connected by it.
    pub live: bool,
}

impl Settings {
    /// The authorized origins, in the order they were added.
    pub async fn origins(&self, acting: &ActorContext) -> Result<Vec<OriginView>, Error> {
        acting.may(Action::SeeSettings)?;
        let rows = self.store.origins(acting.organization).await?;
        let mut views = rows.into_iter().map(view).collect::<Result<Vec<_>, _>>()?;
        let connected = self.store.connected_sites(acting.organization).await?;
        let organization = self
            .config
            .snapshot()
            .organization(acting.organization)
            .ok_or(Code::NotFound)?;
        for site in connected {
            let entry = Origin::from_header(&site.origin).and_then(|origin| {
                organization
                    .origins
                    .find(&origin)
                    .map(|entry| entry.origin.to_string())
            });
            if let Some(view) =
                entry.and_then(|entry| views.iter_mut().find(|view| view.origin == entry))
            {
                view.live |= site.live_at.is_some();
                view.seen.push(site.origin);
            }
        }
        Ok(views)
    }

    /// Adds one origin. For the command line.
    pub async fn add_origin(&self, acting: &ActorContext, origin: String) -> Result<(), Error> {
        self.save_origins(
            acting,
            &[OriginEdit {
                origin,
                ..OriginEdit::default()
            }],
        )
        .await
        .map(drop)
    }

    /// Saves what was edited; rows as they were are left alone, so that two people may edit different ones at once.
    /// Tells how many rows changed.
    ///
    /// # Errors
    /// `REQUEST_INVALID` with every fault as `origins[row].field`; `CONFLICT` where somebody else changed or removed an
    /// edited row meanwhile. Nothing is saved then.
    pub async fn save_origins(
        &self,
        acting: &ActorContext,
        edits: &[OriginEdit],
    ) -> Result<usize, Error> {
        acting.may(Action::EditOrigins)?;
        let wanted = self.read_edits(edits)?;
        let now = self.system.now();
        let mut change = self.store.change().await?;
        let before = change.origins(acting.organization).await?;
        let plan = EditPlan::make(&before, &wanted)?;
        if plan.len() == 0 {
            return Ok(0);
        }
        for row in &plan.removed {
            change
                .remove_origin(acting.organization, row.id, row.version)
                .await?;
        }
        for row in plan.renamed() {
            change.park_origin(acting.organization, row.id).await?;
        }
        for (row, new) in &plan.updated {
            change
                .update_origin(acting.organization, new, row.version, &acting.name, now)
                .await?;
        }
        for (new, id) in plan.added.iter().zip(self.system.new_ids(plan.added.len())) {
            let new = NewOrigin {
                id: OriginId(id),
                ..(*new).clone()
            };
            change
                .add_origin(acting.organization, &new, &acting.name, now)
                .await?;
        }
        let told = |canonical: &str, label: &str, environment: &str| serde_json::json!({ "origin": canonical, "label": label, "environment": environment });
        let mut entry = audit_entry(
            &self.system,
            acting,
            "origin.save",
            text::count(plan.len(), "origin"),
        );
        (entry.before, entry.after) = plan.before_and_after(
            |row| told(&row.canonical, &row.label, &row.environment),
            |new| told(&new.canonical, &new.label, &new.environment),
        );
        change.commit(&entry).await?;
        self.config.refresh_after_commit().await;
        Ok(plan.len())
    }

    fn read_edits(
        &self,
        edits: &[OriginEdit],
    ) -> Result<Vec<RequestedEdit<OriginId, NewOrigin>>, Refusal> {
        let mut faults = Violations::default();
        let mut wanted = Vec::new();
        for (at, edit) in edits.iter().enumerate() {
            let field = format!("origins[{at}].origin");
            if edit.id.is_none()
                && (edit.remove || (edit.origin.trim().is_empty() && edit.label.trim().is_empty()))
            {
                continue;
            }
            let label = text::line(
                &mut faults,
                &format!("origins[{at}].label"),
                "a label",
                &edit.label,
                60,
                false,
            );
            if edit.remove {
                wanted.push(RequestedEdit {
                    at,
                    id: edit.id,
                    version: edit.version,
                    new: None,
                });
                continue;
            }
            let canonical = match Origin::parse(&edit.origin, &self.http_hosts) {
                Ok((origin, _)) => origin.to_string(),
                Err(fault) => {
                    faults.add(field, ViolationCode::InvalidValue, fault.to_string());
                    continue;
                }
            };
            let new = NewOrigin {
                id: edit.id.unwrap_or(OriginId(uuid::Uuid::nil())),
                canonical,
                label,
                environment: edit.environment.as_str().to_owned(),
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
}

impl Editable<NewOrigin> for OriginRow {
    type Id = OriginId;
    const PLACE: (&'static str, &'static str) = ("origins", "origin");

    fn id(&self) -> OriginId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    fn key(&self) -> &str {
        &self.canonical
    }

    fn key_of(new: &NewOrigin) -> &str {
        &new.canonical
    }

    fn is_same(&self, new: &NewOrigin) -> bool {
        self.canonical == new.canonical
            && self.label == new.label
            && self.environment == new.environment
    }

    fn told(&self) -> String {
        let label = if self.label.is_empty() {
            "no label"
        } else {
            &self.label
        };
        format!(
            "{} changed this meanwhile to {} ({label}, {}).",
            self.changed_by, self.canonical, self.environment
        )
    }
}

fn view(row: OriginRow) -> Result<OriginView, Refusal> {
    let environment = Environment::parse(&row.environment).ok_or_else(|| {
        Error::internal(&format!(
            "origin.environment of row {} cannot be read",
            row.id
        ))
    })?;
    let origin = Origin::from_canonical(&row.canonical).ok_or_else(|| {
        Error::internal(&format!(
            "origin.canonical of row {} cannot be read",
            row.id
        ))
    })?;
    let note = match &origin {
        origin if origin.is_app() => Some("App"),
        origin if origin.is_loopback() => Some("This machine"),
        origin if origin.scheme() == "http" => Some("No encryption"),
        origin if origin.is_wildcard() => Some("One level of subdomains"),
        _ => None,
    };
    Ok(OriginView {
        id: row.id,
        seen: Vec::new(),
        live: false,
        note,
        origin: row.canonical,
        label: row.label,
        environment,
        version: row.version,
        changed_at: row.changed_at.div_euclid(1_000),
        changed_by: row.changed_by,
    })
}
