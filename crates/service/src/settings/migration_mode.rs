//! Migration mode: until a day, undeclared attributes are left out of tokens and counted instead of refused.

use crate::ActorContext;
use crate::actor_context::audit_entry;
use crate::error::Error;
use crate::settings::Settings;
use perch_domain::refusal::Violations;
use perch_domain::{Action, ViolationCode, time};

/// Days that migration mode may last at most: it is a way into strictness, not a way around it.
const LONGEST: i64 = 90;
const DAY: i64 = 86_400;

impl Settings {
    /// The end of migration mode (Unix seconds), while it lasts. Reads from memory; see [`Settings::refresh`].
    pub fn migration_until(&self, acting: &ActorContext) -> Result<Option<i64>, Error> {
        acting.may(Action::SeeSettings)?;
        let organization = self.config.snapshot().organization(acting.organization);
        let now = self.system.now_seconds();
        Ok(organization
            .and_then(|organization| organization.row.drop_undeclared_until)
            .filter(|until| now < *until))
    }

    /// Turns migration mode on until the end of a day written `YYYY-MM-DD`, or off without one.
    pub async fn set_migration(
        &self,
        acting: &ActorContext,
        day: Option<&str>,
    ) -> Result<Option<i64>, Error> {
        acting.may(Action::EditAttributes)?;
        let now = self.system.now_seconds();
        let mut faults = Violations::default();
        let until = match (day, day.map(str::trim).and_then(time::day_start)) {
            (None, _) => None,
            (_, Some(start)) if start + DAY > now && start <= now + LONGEST * DAY => {
                Some(start + DAY)
            }
            (_, Some(_)) => {
                faults.add(
                    "migration_until",
                    ViolationCode::InvalidValue,
                    format!("Choose a day from today to {LONGEST} days from now."),
                );
                None
            }
            (_, None) => {
                faults.add(
                    "migration_until",
                    ViolationCode::InvalidValue,
                    "Enter a day such as 2026-12-31.",
                );
                None
            }
        };
        faults.into_result()?;
        let mut change = self.store.change().await?;
        let before = change.drop_undeclared(acting.organization, until).await?;
        if before == until {
            return Ok(until);
        }
        let mut entry = audit_entry(
            &self.system,
            acting,
            "attribute.migration",
            "Undeclared attributes",
        );
        let told = |until: Option<i64>| {
            Some(serde_json::json!({ "dropped_until": until.map(time::rfc3339) }).to_string())
        };
        (entry.before, entry.after) = (told(before), told(until));
        change.commit(&entry).await?;
        self.config.refresh_after_commit().await;
        Ok(until)
    }
}
