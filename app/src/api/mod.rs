//! Server functions: what the browser calls. Each is a public HTTP endpoint, POST only, at an explicit path; each begins
//! with the guard that returns who acts, calls what the page's own form calls, and maps the refusal. Reads are not server
//! functions: pages ask the service themselves.

use crate::wire::{Fields, Section, WireError};
use leptos::prelude::*;
use server_fn::codec::Json;
use server_fn::{Protocol, ServerFn};

#[cfg(feature = "ssr")]
mod guard;
#[cfg(feature = "ssr")]
pub use guard::{ConsoleContext, set_status, wire_error};
#[cfg(feature = "ssr")]
use {
    crate::components::site_said,
    crate::pages::sections,
    crate::{flows, forms, present},
    guard::{acting, refused, section, turned},
};

/// Calls the server function at this path. All of them take the fields of a form and answer with a section, so one of them
/// stands for all: a client of its own for each would cost the browser some kilobytes every time.
pub async fn call(path: &'static str, fields: Fields) -> Result<Section, WireError> {
    send_as(path, SaveOrigins { fields }).await
}

fn send_as<F: ServerFn>(
    path: &'static str,
    input: F,
) -> impl Future<Output = Result<F::Output, F::Error>> {
    F::Protocol::run_client(path, input)
}

/// Where the server function answers.
pub const fn path_of<F: ServerFn>() -> &'static str {
    F::PATH
}

/// Authorized Origins: saves them, or changes the form.
#[server(prefix = "/_console", endpoint = "save-origins", input = Json, output = Json)]
pub async fn save_origins(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let turn = flows::origins::submit(&perch, &acting, &fields)
        .await
        .map_err(refused)?;
    turned(&turn, sections::origins)
}

/// What would be listed for the text of a field: `value`, and `id` where it edits an entry.
#[server(prefix = "/_console", endpoint = "describe-origin", input = Json, output = Json)]
pub async fn describe_origin(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let said = flows::origins::describe(&perch, &acting, &fields)
        .await
        .map_err(refused)?;
    Ok(section(said.map(|said| site_said(&said)).into_any(), ""))
}

/// The tester of Authorized Origins.
#[server(prefix = "/_console", endpoint = "test-site", input = Json, output = Json)]
pub async fn test_site(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let answer = flows::tester::answer(&perch, &acting, forms::value(&fields, "site-test"))
        .await
        .map_err(refused)?;
    Ok(section(sections::tester(&answer), "site-test"))
}

/// Token Attributes: saves them, or changes the form.
#[server(prefix = "/_console", endpoint = "save-attributes", input = Json, output = Json)]
pub async fn save_attributes(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let turn = flows::attributes::submit(&perch, &acting, &fields)
        .await
        .map_err(refused)?;
    turned(&turn, sections::attributes)
}

/// The sandbox: makes a token, or keeps and uses personas.
#[server(prefix = "/_console", endpoint = "generate-sandbox-token", input = Json, output = Json)]
pub async fn generate_sandbox_token(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let turn = flows::sandbox::submit(&perch, &acting, &fields)
        .await
        .map_err(refused)?;
    turned(&turn, sections::sandbox)
}

/// The request a backend would send for what the sandbox form holds.
#[server(prefix = "/_console", endpoint = "describe-request", input = Json, output = Json)]
pub async fn describe_request(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let view = flows::sandbox::describe(&perch, &acting, &fields)
        .await
        .map_err(refused)?;
    Ok(section(sections::request(&view), ""))
}

/// Reads a token.
#[server(prefix = "/_console", endpoint = "introspect-token", input = Json, output = Json)]
pub async fn introspect_token(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let turn = flows::introspection::submit(&perch, &acting, &fields)
        .await
        .map_err(refused)?;
    turned(&turn, sections::introspection)
}

/// Makes an API key; its secret is in this answer and nowhere else.
#[server(prefix = "/_console", endpoint = "create-api-key", input = Json, output = Json)]
pub async fn create_api_key(fields: Fields) -> Result<Section, WireError> {
    let (perch, acting) = acting()?;
    let created = perch
        .api_keys
        .create_key(&acting, &forms::new_key::form(&fields))
        .await
        .map_err(|error| refused(error.into()))?;
    Ok(section(
        sections::created_dialog(present::new_key(&created)),
        "new-key",
    ))
}
