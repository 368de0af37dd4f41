//! The operations of the document: what each takes, and every status it answers with.

use super::reference;
use perch_domain::Code;
use serde_json::{Map, Value, json};

/// Codes of every route by API key.
pub(super) const BY_KEY: &[Code] = &[
    Code::ApiKeyMissing,
    Code::ApiKeyMalformed,
    Code::ApiKeyUnknown,
    Code::ApiKeyExpired,
    Code::ApiKeyRevoked,
    Code::ApiKeyInBrowser,
    Code::ApiKeyScopeMissing,
    Code::RequestTimeout,
    Code::BodyTooLarge,
    Code::ContentTypeNotJson,
    Code::HostNotServed,
    Code::RequestInvalid,
    Code::TooManyRequests,
    Code::Internal,
    Code::Unavailable,
];

/// Codes of every route by token.
pub(super) const BY_TOKEN: &[Code] = &[
    Code::TokenMissing,
    Code::TokenMalformed,
    Code::TokenUnknownKey,
    Code::TokenInvalid,
    Code::TokenNotYetValid,
    Code::TokenExpired,
    Code::TokenRevoked,
    Code::ApiKeyInBrowser,
    Code::OriginNotAuthorized,
    Code::SandboxTokenOnProductionOrigin,
    Code::HostNotServed,
    Code::TooManyRequests,
    Code::Internal,
    Code::Unavailable,
];

/// One operation.
#[derive(Clone)]
pub(super) struct Operation<'a> {
    pub id: &'a str,
    pub method: &'a str,
    pub summary: &'a str,
    pub description: &'a str,
    /// Whether a browser's `Origin` is required; absent on routes for backends, which take an API key.
    pub origin: Option<bool>,
    pub codes: &'a [&'a [Code]],
    /// Media type and schema.
    pub body: Option<(&'a str, Value)>,
    pub answer: (&'a str, Value),
}

impl Operation<'_> {
    pub const POST: Self =
        Self { id: "", method: "post", summary: "", description: "", origin: None, codes: &[], body: None, answer: ("", Value::Null) };

    /// The path with this operation.
    pub fn document(self) -> Value {
        let mut document = json!({
            "summary": self.summary,
            "description": self.description,
            "operationId": self.id,
            "responses": responses(self.answer, &self.codes.concat()),
        });
        if let Some((media, schema)) = self.body {
            document["requestBody"] = json!({ "required": true, "content": { media: { "schema": schema } } });
        }
        if let Some(required) = self.origin {
            document["security"] = json!([{ "token": [] }]);
            let description = "The page's origin, which its browser writes. It must be authorized.";
            document["parameters"] =
                json!([{ "name": "Origin", "in": "header", "required": required, "description": description, "schema": { "type": "string" } }]);
        }
        json!({ self.method: document })
    }
}

/// A path that anybody may get.
pub(super) fn public(id: &str, summary: &str, codes: &[Code], answer: (&str, Value)) -> Value {
    json!({ "get": { "summary": summary, "operationId": id, "security": [], "responses": responses(answer, codes) } })
}

/// Headers that answers carry.
pub(super) fn headers() -> Value {
    json!({
        "RequestId": { "required": true, "description": "Whoever runs the server finds the request by it.", "schema": { "type": "string", "format": "uuid" } },
        "RetryAfter": { "required": true, "description": "Seconds after which another try makes sense.", "schema": { "type": "integer", "minimum": 1 } },
        "WwwAuthenticate": { "required": true, "schema": { "const": "Bearer" } },
    })
}

fn responses((media, answer): (&str, Value), codes: &[Code]) -> Value {
    let mut responses = Map::new();
    responses.insert("200".to_owned(), json!({ "description": "Done.", "headers": headers_of(200), "content": { media: { "schema": answer } } }));
    for code in codes {
        let line = format!("`{}`: {}", code.as_str(), code.message());
        let empty = || json!({ "description": "", "headers": headers_of(code.status()), "content": { "application/json": { "schema": reference("Error") } } });
        let entry = responses.entry(code.status().to_string()).or_insert_with(empty);
        if let Some(Value::String(text)) = entry.get_mut("description") {
            *text = if text.is_empty() { line } else { format!("{text} {line}") };
        }
    }
    Value::Object(responses)
}

fn headers_of(status: u16) -> Value {
    let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let mut headers = json!({ "x-request-id": header("RequestId") });
    match status {
        401 => headers["www-authenticate"] = header("WwwAuthenticate"),
        429 | 503 => headers["retry-after"] = header("RetryAfter"),
        _ => {}
    }
    headers
}
