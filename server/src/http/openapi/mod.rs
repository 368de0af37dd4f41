//! `/openapi.json` (`OpenAPI` 3.1). Codes and sentences come from the registry; `cargo xtask test api` holds the document
//! against the server, in both directions.

mod operations;
mod parts;
mod schemas;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use operations::{BY_KEY, BY_TOKEN, Operation, public};
use parts::{reference, with};
use perch_domain::Code;
use serde_json::{Value, json};

pub(crate) async fn serve() -> Response {
    (
        [
            (header::CONTENT_TYPE, "application/json"),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        document().to_string(),
    )
        .into_response()
}

const ABOUT: &str = "Embed tokens for viewers, made by a backend with an API key.\n\n\
    Every refusal carries a code, a sentence and a request id; `/docs/errors` explains every code. An address that is not listed \
    here is answered with 404 `NOT_FOUND`, another method with 405 `METHOD_NOT_ALLOWED`.\n\n\
    `null` counts as absent, everywhere in a request where a member may be absent: where it may not, `null` is refused as a missing \
    member is. Names are checked all the same, and a list holds no `null`. An unknown member is refused, and so is one that is given \
    twice. Answers may gain members, formats and codes.";

/// The whole document.
pub fn document() -> Value {
    let mint = Operation {
        summary: "Mint a token for a viewer",
        description: "The token is on record before it is answered. It ends at `expiresAt`, exactly.",
        codes: &[BY_KEY, &[Code::BodyNotJson, Code::KeyCeilingExceeded]],
        body: Some(("application/json", reference("MintRequest"))),
        answer: ("application/json", reference("MintAnswer")),
        ..Operation::POST
    };
    let introspect = Operation {
        id: "introspectToken",
        summary: "Tell whether one of this key's tokens is active (RFC 7662)",
        description: "Of anything but an active token of this key the answer is `{\"active\":false}`, and nothing else.",
        codes: &[BY_KEY],
        body: Some((
            "application/x-www-form-urlencoded",
            reference("IntrospectionRequest"),
        )),
        answer: ("application/json", reference("Introspection")),
        ..Operation::POST
    };
    let revoke = Operation {
        id: "revokeTokens",
        summary: "End tokens of this key before their time: one, a viewer's, or all",
        description: "Every node refuses them within a second. A token that this key did not issue is 404 `NOT_FOUND`.",
        codes: &[BY_KEY, &[Code::BodyNotJson, Code::NotFound]],
        body: Some(("application/json", reference("RevokeRequest"))),
        answer: ("application/json", reference("RevokeAnswer")),
        ..Operation::POST
    };
    let session = Operation {
        id: "openSession",
        summary: "What a token grants, for a component on an authorized origin",
        description: "Attributes and context clues of the token are never told here.",
        origin: Some(true),
        codes: &[BY_TOKEN, &[Code::OriginMissing]],
        answer: ("application/json", reference("Session")),
        ..Operation::POST
    };
    let live = Operation {
        id: "followSession",
        summary: "Stays open as long as the token is good",
        description: "Server-sent events. The event `refused` carries the envelope of a refusal and ends the answer; lines that begin with a colon say nothing.",
        origin: Some(true),
        codes: &[BY_TOKEN, &[Code::OriginMissing]],
        answer: ("text/event-stream", json!({ "type": "string" })),
        ..Operation::POST
    };
    let me = Operation {
        id: "me",
        method: "get",
        summary: "What a token grants, also for a backend",
        description: "Without `Origin` for a backend; with one it must be authorized.",
        origin: Some(false),
        codes: &[BY_TOKEN],
        answer: ("application/json", reference("Session")),
        ..Operation::POST
    };
    let served = &[Code::HostNotServed];
    let module = || ("text/javascript", json!({ "type": "string" }));
    let healthy = || {
        (
            "application/json",
            json!({ "type": "object", "required": ["ok"], "properties": { "ok": { "const": true } } }),
        )
    };
    let version = json!({ "name": "version", "in": "path", "required": true, "schema": { "type": "string", "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+$" } });
    let pinned = public(
        "pinnedComponentScript",
        "The components of one release, the same for ever",
        &[Code::NotFound, Code::HostNotServed],
        module(),
    );
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Perch",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "apiKey": [] }, { "bearer": [] }],
        "paths": {
            "/embed/generate-token": Operation { id: "generateToken", ..mint.clone() }.document(),
            "/api/generate-token": Operation { id: "generateTokenAlias", summary: "The same at its other address", ..mint }.document(),
            "/embed/introspect": introspect.document(),
            "/embed/revoke": revoke.document(),
            "/embed/session": session.document(),
            "/embed/live": live.document(),
            "/api/v1/me": me.document(),
            "/embed/embed.js": public("componentScript", "The components, as an ES module", served, module()),
            "/embed/{version}/embed.js": with(pinned, [("parameters", Some(json!([version])))]),
            "/healthz": public("health", "The process is up", &[], healthy()),
            "/readyz": public("ready", "The database answers", &[Code::Unavailable], healthy()),
            "/openapi.json": public("openapi", "This document", served, ("application/json", json!({ "type": "object" }))),
        },
        "components": {
            "securitySchemes": {
                "apiKey": { "type": "apiKey", "in": "header", "name": "x-api-key", "description": "An API key, from a backend only." },
                "bearer": { "type": "http", "scheme": "bearer", "description": "The same API key." },
                "token": { "type": "http", "scheme": "bearer", "description": "A token of a viewer, from /embed/generate-token." },
            },
            "headers": operations::headers(),
            "schemas": schemas::schemas(),
        },
    })
}
