//! Calls server functions. Only `islands` and `progressive_enhancement` use this file.

use crate::wire::{Fields, RenderedSection, WireError};
use serde::{Deserialize, Serialize};
use server_fn::client::browser::BrowserClient;
use server_fn::codec::Json;
use server_fn::mock::BrowserMockServer;
use server_fn::{Http, Protocol};

/// The paths that the browser knows by itself. A form brings the path of its own server function.
pub const DESCRIBE_ORIGIN: &str = "/_console/describe-origin";
pub const SAVE_ATTRIBUTES: &str = "/_console/save-attributes";
pub const GENERATE_SANDBOX_TOKEN: &str = "/_console/generate-sandbox-token";
pub const DESCRIBE_REQUEST: &str = "/_console/describe-request";

/// The body of every call.
#[derive(Serialize, Deserialize)]
struct Call {
    fields: Fields,
}

/// Calls the server function at a path. Every server function takes the fields of a form and answers with a section, so the
/// browser needs one client for all of them.
pub async fn call(endpoint: &str, fields: Fields) -> Result<RenderedSection, WireError> {
    <Http<Json, Json> as Protocol<
        Call,
        RenderedSection,
        BrowserClient,
        BrowserMockServer,
        WireError,
    >>::run_client(endpoint, Call { fields })
    .await
}
