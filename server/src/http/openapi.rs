//! `/openapi.json` (`OpenAPI` 3.1). Codes and sentences come from the registry.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use perch_domain::{Code, ViolationCode};
use serde_json::{Value, json};

pub(super) async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=300")], document().to_string()).into_response()
}

/// The whole document.
pub fn document() -> Value {
    let mint_only = [Code::BodyNotJson, Code::KeyCeilingExceeded, Code::RequestInvalid, Code::TooManyRequests];
    let mint =
        operation("Mint a token for a viewer", "generateToken", "application/json", reference("MintRequest"), reference("MintAnswer"), &mint_only);
    let mut alias = mint.clone();
    if let Some(id) = alias.pointer_mut("/post/operationId") {
        *id = json!("generateTokenAlias");
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Perch",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Embed tokens for viewers, made by a backend with an API key. Every refusal carries a code, a sentence and a request id.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "apiKey": [] }, { "bearer": [] }],
        "paths": {
            "/embed/generate-token": mint,
            "/api/generate-token": alias,
            "/embed/introspect": operation(
                "Tell whether one of this key's tokens is active (RFC 7662)", "introspectToken", "application/x-www-form-urlencoded",
                json!({ "type": "object", "required": ["token"], "properties": { "token": { "type": "string" } } }), reference("Introspection"), &[],
            ),
            "/embed/revoke": operation(
                "End tokens of this key before their time: one, a viewer's, or all. Every node refuses them within a second", "revokeTokens", "application/json",
                reference("RevokeRequest"), reference("RevokeAnswer"), &[Code::BodyNotJson, Code::NotFound, Code::RequestInvalid],
            ),
            "/embed/session": viewer("post", "What a token grants, for a component on an authorized origin", "openSession", "application/json", reference("Session")),
            "/embed/live": viewer("post", "Stays open as long as the token is good; the event `refused` says why it is not any more", "followSession", "text/event-stream", json!({ "type": "string" })),
            "/api/v1/me": viewer("get", "What a token grants; without Origin for a backend, with one it must be authorized", "me", "application/json", reference("Session")),
            "/embed/embed.js": { "get": { "summary": "The components, as an ES module; /embed/{version}/embed.js is one version for ever", "operationId": "componentScript", "security": [], "responses": { "200": { "description": "The module", "content": { "text/javascript": { "schema": { "type": "string" } } } } } } },
            "/healthz": health("The process is up", "health"),
            "/readyz": health("The database answers", "ready"),
            "/openapi.json": { "get": { "summary": "This document", "operationId": "openapi", "security": [], "responses": { "200": { "description": "OpenAPI 3.1", "content": { "application/json": { "schema": { "type": "object" } } } } } } },
        },
        "components": {
            "securitySchemes": {
                "apiKey": { "type": "apiKey", "in": "header", "name": "x-api-key", "description": "From a backend only." },
                "bearer": { "type": "http", "scheme": "bearer", "description": "The same API key." },
                "token": { "type": "http", "scheme": "bearer", "description": "A token of a viewer, from /embed/generate-token." },
            },
            "schemas": schemas(),
        },
    })
}

/// Of every route by API key.
const BY_KEY: [Code; 13] = [
    Code::ApiKeyMissing,
    Code::ApiKeyMalformed,
    Code::ApiKeyUnknown,
    Code::ApiKeyExpired,
    Code::ApiKeyRevoked,
    Code::ApiKeyInBrowser,
    Code::ApiKeyScopeMissing,
    Code::MethodNotAllowed,
    Code::BodyTooLarge,
    Code::ContentTypeNotJson,
    Code::HostNotServed,
    Code::Internal,
    Code::Unavailable,
];
/// Of every route by token.
const BY_TOKEN: [Code; 15] = [
    Code::TokenMissing,
    Code::TokenMalformed,
    Code::TokenUnknownKey,
    Code::TokenInvalid,
    Code::TokenNotYetValid,
    Code::TokenExpired,
    Code::TokenRevoked,
    Code::OriginMissing,
    Code::OriginNotAuthorized,
    Code::SandboxTokenOnProductionOrigin,
    Code::MethodNotAllowed,
    Code::HostNotServed,
    Code::TooManyRequests,
    Code::Internal,
    Code::Unavailable,
];

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

/// A route for whoever holds an API key; `codes` are those it has besides every such route's.
fn operation(summary: &str, id: &str, media: &str, body: Value, answer: Value, codes: &[Code]) -> Value {
    let responses = responses("application/json", answer, &[&BY_KEY, codes].concat());
    json!({ "post": { "summary": summary, "operationId": id, "requestBody": { "required": true, "content": { media: { "schema": body } } }, "responses": responses } })
}

/// A route for whoever holds a token.
fn viewer(method: &str, summary: &str, id: &str, media: &str, answer: Value) -> Value {
    json!({ method: { "summary": summary, "operationId": id, "security": [{ "token": [] }], "responses": responses(media, answer, &BY_TOKEN) } })
}

fn responses(media: &str, answer: Value, codes: &[Code]) -> Value {
    let mut responses = serde_json::Map::new();
    responses.insert("200".to_owned(), json!({ "description": "Done", "content": { media: { "schema": answer } } }));
    for code in codes {
        let line = format!("`{}`: {}", code.as_str(), code.message());
        let entry = responses
            .entry(code.status().to_string())
            .or_insert_with(|| json!({ "description": "", "content": { "application/json": { "schema": reference("Error") } } }));
        if let Some(Value::String(text)) = entry.get_mut("description") {
            *text = if text.is_empty() { line } else { format!("{text} {line}") };
        }
    }
    Value::Object(responses)
}

fn health(summary: &str, id: &str) -> Value {
    json!({ "get": { "summary": summary, "operationId": id, "security": [], "responses": {
        "200": { "description": summary, "content": { "application/json": { "schema": { "type": "object", "properties": { "ok": { "const": true } } } } } },
        "503": { "description": Code::Unavailable.message(), "content": { "application/json": { "schema": reference("Error") } } },
    } } })
}

fn schemas() -> Value {
    let codes: Vec<_> = Code::ALL.iter().filter(|code| code.status() != 0).map(|code| code.as_str()).collect();
    let violations: Vec<_> = ViolationCode::ALL.iter().map(|code| code.as_str()).collect();
    let permission =
        |names: &[&str]| json!({ "oneOf": [{ "type": "string", "enum": names }, { "type": "array", "items": { "type": "string", "enum": names } }] });
    let views = permission(&["can_view", "can_edit"]);
    let clues = json!({ "type": "string", "maxLength": 2000, "description": "Context for the assistant, in one place only; never authority." });
    let value = json!({ "type": ["string", "number", "boolean", "null"] });
    json!({
        "MintRequest": {
            "type": "object", "required": ["user"], "additionalProperties": false,
            "properties": {
                "user": {
                    "type": "object", "required": ["distinctId", "role"], "additionalProperties": false,
                    "properties": {
                        "distinctId": { "type": "string", "minLength": 1, "maxLength": 256 },
                        "role": { "type": "string", "enum": ["explorer"] },
                        "attributes": {
                            "type": "object", "maxProperties": 64, "description": "Attributes your organization declared.",
                            "additionalProperties": { "oneOf": [value, { "type": "array", "maxItems": 200, "items": value }] },
                        },
                        "aiContextClues": clues,
                    },
                },
                "permissions": {
                    "type": "object", "additionalProperties": false, "description": "Missing: viewing dashboards and charts. {} grants nothing.",
                    "properties": { "dashboard": views, "chart": views, "database": views, "ai": permission(&["can_query"]) },
                },
                "aiContextClues": clues,
                "expiresIn": { "oneOf": [{ "type": "string", "pattern": "^[0-9]+[smhd]$" }, { "type": "integer", "minimum": 60, "maximum": 86400 }], "default": "1h" },
            },
            "examples": [{ "user": { "distinctId": "user-123", "role": "explorer", "attributes": { "region": "North" } }, "permissions": { "dashboard": ["can_view"] }, "expiresIn": "30m" }],
        },
        "MintAnswer": {
            "type": "object", "required": ["token", "expiresIn", "expiresAt", "tokenId"],
            "properties": {
                "token": { "type": "string", "description": "Compact JWE (dir, A256GCM); opaque to everyone but this installation." },
                "expiresIn": { "type": "string", "examples": ["1h"] },
                "expiresAt": { "type": "string", "format": "date-time" },
                "tokenId": { "type": "string", "format": "uuid" },
            },
        },
        "RevokeRequest": {
            "type": "object", "additionalProperties": false, "minProperties": 1, "maxProperties": 1,
            "properties": {
                "tokenId": { "type": "string", "format": "uuid" },
                "distinctId": { "type": "string", "minLength": 1, "maxLength": 256 },
                "all": { "const": true },
            },
            "examples": [{ "distinctId": "user-123" }],
        },
        "RevokeAnswer": {
            "type": "object", "required": ["revoked", "revokedAt"],
            "properties": { "revoked": reference("RevokeRequest"), "revokedAt": { "type": "string", "format": "date-time" } },
        },
        "Session": {
            "type": "object", "required": ["user", "organization", "permissions", "expiresAt", "serverTime", "sandbox"],
            "description": "Attributes and context clues of the token are never told here.",
            "properties": {
                "user": { "type": "object", "required": ["distinctId", "role"], "properties": { "distinctId": { "type": "string" }, "role": { "type": "string" } } },
                "organization": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } },
                "permissions": { "type": "object", "additionalProperties": { "type": "array", "items": { "type": "string" } } },
                "expiresAt": { "type": "string", "format": "date-time" },
                "serverTime": { "type": "string", "format": "date-time" },
                "sandbox": { "type": "boolean" },
            },
        },
        "Introspection": {
            "type": "object", "required": ["active"],
            "properties": {
                "active": { "type": "boolean" }, "sub": { "type": "string" }, "iss": { "type": "string" }, "aud": { "type": "string" },
                "exp": { "type": "integer" }, "iat": { "type": "integer" }, "nbf": { "type": "integer" }, "jti": { "type": "string", "format": "uuid" },
                "client_id": { "type": "string" }, "org": { "type": "string", "format": "uuid" }, "role": { "type": "string" },
                "permissions": { "type": "object" }, "attributes": { "type": "object" }, "sandbox": { "type": "boolean" },
            },
        },
        "Error": {
            "type": "object", "required": ["code", "message", "requestId"],
            "properties": {
                "code": { "type": "string", "enum": codes },
                "message": { "type": "string" },
                "requestId": { "type": "string" },
                "violations": { "type": "array", "items": {
                    "type": "object", "required": ["field", "code", "message"],
                    "properties": { "field": { "type": "string" }, "code": { "type": "string", "enum": violations }, "message": { "type": "string" } },
                } },
            },
        },
    })
}
