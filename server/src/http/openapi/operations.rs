//! The operations of the document: what each takes, and every status it answers with.

use super::parts::{reference, with};
use perch_domain::Code;
use serde_json::{Value, json};
use std::collections::BTreeMap;

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
    pub const POST: Self = Self {
        id: "",
        method: "post",
        summary: "",
        description: "",
        origin: None,
        codes: &[],
        body: None,
        answer: ("", Value::Null),
    };

    /// The path with this operation.
    pub fn document(self) -> Value {
        let document = json!({
            "summary": self.summary,
            "description": self.description,
            "operationId": self.id,
            "responses": responses(self.answer, &self.codes.concat()),
        });
        let body = self.body.map(|(media, schema)| json!({ "required": true, "content": { media: { "schema": schema } } }));
        let origin = self.origin.map(|required| {
            let description = "The page's origin, which its browser writes. It must be authorized.";
            json!([{ "name": "Origin", "in": "header", "required": required, "description": description, "schema": { "type": "string" } }])
        });
        let security = origin.is_some().then(|| json!([{ "token": [] }]));
        let document = with(
            document,
            [
                ("requestBody", body),
                ("parameters", origin),
                ("security", security),
            ],
        );
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

/// Every status with its own codes, so that an answer with a code that is not said here breaks the document.
fn responses((media, answer): (&str, Value), codes: &[Code]) -> Value {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status()).or_default().push(*code);
    }
    let refused = by_status.into_iter().map(|(status, codes)| {
        let lines: Vec<_> = codes.iter().map(|code| format!("`{}`: {}", code.as_str(), code.message())).collect();
        let names: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
        let schema = json!({ "allOf": [reference("Error"), { "properties": { "code": { "enum": names } } }] });
        let response =
            json!({ "description": lines.join(" "), "headers": headers_of(status), "content": { "application/json": { "schema": schema } } });
        (status.to_string(), response)
    });
    let done = json!({ "description": "Done.", "headers": headers_of(200), "content": { media: { "schema": answer } } });
    Value::Object(
        std::iter::once(("200".to_owned(), done))
            .chain(refused)
            .collect(),
    )
}

fn headers_of(status: u16) -> Value {
    let header = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let challenge = (status == 401).then(|| header("WwwAuthenticate"));
    let retry = matches!(status, 429 | 503).then(|| header("RetryAfter"));
    with(
        json!({ "x-request-id": header("RequestId") }),
        [("www-authenticate", challenge), ("retry-after", retry)],
    )
}
