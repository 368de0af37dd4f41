//! The first steps, ticked off by what really happened.

use crate::ActorContext;
use crate::error::Error;
use crate::settings::Settings;
use perch_domain::{Action, Code};
pub use perch_store::FirstStepsRow as FirstSteps;

impl Settings {
    pub async fn first_steps(&self, acting: &ActorContext) -> Result<FirstSteps, Error> {
        acting.may(Action::SeeSettings)?;
        let person = acting.person.ok_or(Code::RoleNotAllowed)?;
        self.activity.flush().await;
        Ok(self.store.first_steps(acting.organization, person).await?)
    }

    /// Puts the list away for the person who acts, or brings it back.
    pub async fn hide_first_steps(&self, acting: &ActorContext, hidden: bool) -> Result<(), Error> {
        acting.may(Action::SeeSettings)?;
        let person = acting.person.ok_or(Code::RoleNotAllowed)?;
        let at = hidden.then(|| self.system.now());
        Ok(self
            .store
            .hide_first_steps(acting.organization, person, at)
            .await?)
    }
}
