//! The server functions of sections: public HTTP endpoints, POST only, each at an explicit path. Only the server compiles them.
//!
//! Every server function begins with [`context`], which says who acts. Pages read through the service and need no server
//! function.

use super::reader::Reader;
use super::section::{Section, SectionUpdate};
use crate::field_id;
use crate::wire::{Fields, RenderedSection, WireError, set_status, wire_error};
use leptos::prelude::{AnyView, RenderHtml, use_context};
use perch_domain::Code;
use perch_service::{ActorContext, Perch, Refusal};

/// Declares the server function of a section: its name, its endpoint below `/_console`, and the section.
macro_rules! server_function {
    ($name:ident, $endpoint:literal, $section:ty) => {
        #[leptos::server(prefix = "/_console", endpoint = $endpoint, input = server_fn::codec::Json, output = server_fn::codec::Json)]
        pub async fn $name(
            fields: $crate::wire::Fields,
        ) -> Result<$crate::wire::RenderedSection, $crate::wire::WireError> {
            $crate::sections::server_function::respond::<$section>(fields).await
        }
    };
}
pub(super) use server_function;

/// What the server provides to a console request. `acting` is absent where nobody is signed in.
#[derive(Clone)]
pub struct ConsoleContext {
    pub perch: Perch,
    pub request_id: String,
    pub acting: Option<ActorContext>,
}

/// The service, for the person who is signed in. A server function has no other way to the service.
pub fn context() -> Result<Reader, WireError> {
    let Some(context) = use_context::<ConsoleContext>() else {
        return Err(refused(Code::Internal.into()));
    };
    let acting = context
        .acting
        .ok_or_else(|| refused(Code::SignInRequired.into()))?;
    Ok(Reader::new(context.perch, acting))
}

/// Sends the form to the section and renders the section again. After a conflict, the answer is a refusal that carries the
/// section.
pub async fn respond<S: Section>(fields: Fields) -> Result<RenderedSection, WireError> {
    let mut reader = context()?;
    let update = S::submit(&mut reader, &fields).await.map_err(refused)?;
    let (state, focus, conflict) = match update {
        SectionUpdate::Shown {
            state,
            focus,
            conflict,
        } => (state, focus, conflict),
        SectionUpdate::HandedOver { state, .. } => (state, String::new(), false),
        SectionUpdate::Finished { done, focus, .. } => {
            let mut state = S::read(&mut reader, &fields).await.map_err(refused)?;
            if let Some(outcome) = S::outcome(&mut state) {
                outcome.done = done;
            }
            (state, focus.to_owned(), false)
        }
    };
    let section = rendered(S::view(&state), &focus);
    if conflict {
        Err(WireError {
            section: Some(Box::new(section)),
            ..refused(Code::Conflict.into())
        })
    } else {
        Ok(section)
    }
}

/// HTML with the id of the field or element that takes the focus.
pub fn rendered(view: AnyView, focus: &str) -> RenderedSection {
    RenderedSection {
        html: view.to_html(),
        focus: field_id(focus),
    }
}

/// A refusal as the browser reads it. Sets the status of the answer.
pub fn refused(refusal: Refusal) -> WireError {
    set_status(refusal.code.status());
    let request_id = use_context::<ConsoleContext>()
        .map(|context| context.request_id)
        .unwrap_or_default();
    wire_error(refusal, request_id)
}
