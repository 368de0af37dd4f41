//! The first steps, ticked off by what really happened.

use crate::Acting;
use crate::fault;
use crate::perch::Perch;
use perch_domain::{Action, Code, Refusal};
pub use perch_store::FirstStepsRow as FirstSteps;

impl Perch {
    pub async fn first_steps(&self, acting: &Acting) -> Result<FirstSteps, Refusal> {
        acting.may(Action::SeeSettings)?;
        let person = acting.person.ok_or(Code::RoleNotAllowed)?;
        self.write_sightings().await;
        self.store
            .first_steps(acting.organization, person)
            .await
            .map_err(fault::store)
    }

    /// Puts the list away for the person who acts, or brings it back.
    pub async fn hide_first_steps(&self, acting: &Acting, hidden: bool) -> Result<(), Refusal> {
        acting.may(Action::SeeSettings)?;
        let person = acting.person.ok_or(Code::RoleNotAllowed)?;
        let at = hidden.then(|| self.now());
        self.store
            .hide_first_steps(acting.organization, person, at)
            .await
            .map_err(fault::store)
    }
}
