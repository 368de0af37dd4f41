//! Server functions: what islands call. Each is a public HTTP endpoint, POST only, at an explicit path; each begins with
//! the guard that returns who acts, calls one service function, and maps the refusal. Reads are not server functions:
//! pages ask the service themselves.

use crate::wire::{Fields, Section, WireError};
use leptos::prelude::*;
use server_fn::codec::Json;

#[cfg(feature = "ssr")]
mod guard;
#[cfg(feature = "ssr")]
pub use guard::{ConsoleContext, set_status, wire_error};
#[cfg(feature = "ssr")]
use {
    crate::model::{AttributeRow, OriginRow, Outcome},
    crate::pages::sections,
    crate::{forms, present},
    guard::{acting, refused, section},
};

/// Saves Authorized Origins, or with the intent `add` only shows one more row.
#[server(prefix = "/_console", endpoint = "save-origins", input = Json, output = Json)]
pub async fn save_origins(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    if forms::adds_a_row(&fields) {
        let rows = forms::with_one_more(forms::origins::typed(&fields), OriginRow::default());
        let focus = format!("origins[{}].origin", rows.len() - 1);
        return Ok(section(sections::origins(&rows, &Outcome::default()), &focus));
    }
    let changed = perch.save_origins(&acting, &forms::origins::edits(&fields)).await.map_err(refused)?;
    let rows = present::origin_rows(&perch, &acting).await.map_err(refused)?;
    let outcome = Outcome { done: Some(present::saved(&perch, changed)), problem: None };
    Ok(section(sections::origins(&forms::with_one_more(rows, OriginRow::default()), &outcome), "origins-feedback"))
}

/// Saves Token Attributes, or with the intent `add` only shows one more row.
#[server(prefix = "/_console", endpoint = "save-attributes", input = Json, output = Json)]
pub async fn save_attributes(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    if forms::adds_a_row(&fields) {
        let rows = forms::with_one_more(forms::attributes::typed(&fields), AttributeRow::blank());
        let focus = format!("attributes[{}].name", rows.len() - 1);
        return Ok(section(sections::attributes(&rows, &Outcome::default()), &focus));
    }
    let changed = perch.save_attributes(&acting, &forms::attributes::edits(&fields)).await.map_err(refused)?;
    let rows = present::attribute_rows(&perch, &acting).await.map_err(refused)?;
    let outcome = Outcome { done: Some(present::saved(&perch, changed)), problem: None };
    Ok(section(sections::attributes(&rows, &outcome), "attributes-feedback"))
}

/// Makes a sandbox token.
#[server(prefix = "/_console", endpoint = "generate-sandbox-token", input = Json, output = Json)]
pub async fn generate_sandbox_token(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let minted = perch.generate_sandbox_token(&acting, &forms::sandbox::form(&fields)).await.map_err(refused)?;
    let token = present::token_result(&perch, &acting, minted).await.map_err(refused)?;
    let state = forms::sandbox::typed(&fields, present::sandbox(&perch, &acting).await.map_err(refused)?);
    Ok(section(sections::sandbox(&state, Some(token)), "sandbox-result"))
}

/// Reads a token.
#[server(prefix = "/_console", endpoint = "introspect-token", input = Json, output = Json)]
pub async fn introspect_token(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let pasted = forms::value(&fields, "token");
    let reading = perch.read_token(&acting, pasted).await.map_err(refused)?;
    let pasted = present::shown_again(pasted);
    Ok(section(sections::introspection(pasted, Some(present::reading(reading, perch.now())), &Outcome::default()), "introspection-result"))
}

/// Makes an API key; its secret is in this answer and nowhere else.
#[server(prefix = "/_console", endpoint = "create-api-key", input = Json, output = Json)]
pub async fn create_api_key(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let created = perch.create_key(&acting, &forms::new_key::form(&fields)).await.map_err(refused)?;
    Ok(section(sections::created_dialog(present::new_key(&created)), "new-key"))
}
