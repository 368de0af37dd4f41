//! The trait of every section, and the one way in which a form reaches a section.
//!
//! The page's own POST (`sections`) and the server functions (`server_function`) call the same `submit`. They differ only in
//! what they render: a whole page, or the section alone.

use super::reader::Reader;
use crate::components::Outcome;
use crate::wire::{Fields, wire_error};
use leptos::prelude::AnyView;
use perch_service::Refusal;

/// A part of a console page that has a state of its own, and usually a form.
pub trait Section {
    /// The value of the hidden field `form`, by which a plain POST finds the section.
    const ID: &'static str;
    type State: Send;

    /// The section as it is stored. The query of the page's address may choose a part of it.
    fn read(
        reader: &mut Reader,
        query: &Fields,
    ) -> impl Future<Output = Result<Self::State, Refusal>> + Send;

    /// The section with the values that a form sent. A refused form is shown like this.
    fn typed(
        reader: &mut Reader,
        fields: &Fields,
    ) -> impl Future<Output = Result<Self::State, Refusal>> + Send;

    /// Does what the form asks for.
    fn submit(
        reader: &mut Reader,
        fields: &Fields,
    ) -> impl Future<Output = Result<SectionUpdate<Self::State>, Refusal>> + Send;

    /// Where the section reports how a form went. Without it, a refusal is the answer of the whole page.
    fn outcome(state: &mut Self::State) -> Option<&mut Outcome>;

    /// The live part: the HTML that a page shows first and a server function renders again.
    fn view(state: &Self::State) -> AnyView;
}

/// A section after its form was accepted.
#[derive(Clone, Debug)]
pub enum SectionUpdate<S> {
    /// The form is shown again.
    Shown {
        state: S,
        /// The field or element that takes the focus.
        focus: String,
        /// Somebody else changed a row meanwhile: nothing was saved, and the state shows both versions.
        conflict: bool,
    },
    /// The form is finished. A page leads to `address`; the live section is read again.
    Finished {
        address: String,
        /// What was done, as a sentence.
        done: Option<String>,
        focus: &'static str,
    },
    /// The section stays as it is, and another one gets these fields.
    HandedOver {
        state: S,
        to: &'static str,
        fields: Fields,
    },
}

impl<S> SectionUpdate<S> {
    pub fn shown(state: S, focus: impl Into<String>) -> Self {
        Self::Shown {
            state,
            focus: focus.into(),
            conflict: false,
        }
    }

    pub fn conflict(state: S, focus: impl Into<String>) -> Self {
        Self::Shown {
            state,
            focus: focus.into(),
            conflict: true,
        }
    }
}

/// A section after its form was sent: updated, or refused with the values that were typed.
#[derive(Debug)]
pub enum Submission<S> {
    Updated(SectionUpdate<S>),
    Refused { state: S, refusal: Refusal },
}

/// Sends a form to its section. A refusal becomes a state that shows the refusal, where the section can show it.
pub async fn submit<S: Section>(
    reader: &mut Reader,
    fields: &Fields,
) -> Result<Submission<S::State>, Refusal> {
    let refusal = match S::submit(reader, fields).await {
        Ok(update) => return Ok(Submission::Updated(update)),
        Err(refusal) => refusal,
    };
    let mut state = S::typed(reader, fields).await?;
    let problem = wire_error(refusal.clone(), reader.acting.request.id.clone());
    match S::outcome(&mut state) {
        Some(outcome) => outcome.problem = Some(problem),
        None => return Err(refusal),
    }
    Ok(Submission::Refused { state, refusal })
}
