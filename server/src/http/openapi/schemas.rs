//! The schemas of the document. Bounds that the rules have as constants are taken from there.

use super::parts::{reference, with};
use perch_domain::attribute::{MAX_ATTRIBUTES, MAX_LIST, MAX_TEXT};
use perch_domain::mint_request::{MAX_CLUES, MAX_DISTINCT_ID};
use perch_domain::{Code, ViolationCode, lifetime};
use serde_json::{Value, json};

/// Text without control characters.
const NO_CONTROLS: &str = r"^[^\u0000-\u001f\u007f-\u009f]+$";
/// Text without NUL.
const NO_NUL: &str = r"^[^\u0000]*$";
/// `60s` to `86400s`, `1m` to `1440m`, `1h` to `24h`, `1d`.
const LIFETIME: &str = "^0*(([6-9][0-9]|[1-9][0-9]{2,3}|[1-7][0-9]{4}|8[0-5][0-9]{3}|86[0-3][0-9]{2}|86400)s|([1-9][0-9]{0,2}|1[0-3][0-9]{2}|14[0-3][0-9]|1440)m|([1-9]|1[0-9]|2[0-4])h|1d)$";

pub(super) fn schemas() -> Value {
    let mut schemas = json!({
        "MintRequest": mint_request(),
        "MintAnswer": {
            "type": "object", "required": ["token", "expiresIn", "expiresAt", "tokenId"],
            "properties": {
                "token": { "type": "string", "description": "Compact JWE (dir, A256GCM); opaque to everyone but this installation." },
                "expiresIn": { "type": "string", "pattern": "^[1-9][0-9]*[smhd]$", "description": "In the largest unit that is exact, after every cap.", "examples": ["1h"] },
                "expiresAt": { "type": "string", "format": "date-time", "description": "The second from which on the token is refused." },
                "tokenId": { "type": "string", "format": "uuid" },
            },
        },
        "IntrospectionRequest": {
            "type": "object", "required": ["token"],
            "properties": {
                "token": { "type": "string", "description": "Once." },
                "token_type_hint": { "type": "string", "description": "RFC 7662, section 2.1. Not looked at; other parameters are not either." },
            },
        },
        "Introspection": introspection(),
        "RevokeRequest": revoke_request(),
        "RevokeAnswer": {
            "type": "object", "required": ["revoked", "revokedAt"],
            "properties": {
                "revoked": { "type": "object", "minProperties": 1, "maxProperties": 1, "description": "What the request named." },
                "revokedAt": { "type": "string", "format": "date-time" },
            },
        },
        "Session": session(),
        "Error": error(),
    });
    if let (Value::Object(schemas), Value::Object(attributes)) = (&mut schemas, attributes()) {
        schemas.extend(attributes);
    }
    schemas
}

fn mint_request() -> Value {
    let permission = |names: &[&str]| {
        let name = json!({ "type": "string", "enum": names });
        json!({ "anyOf": [name, { "type": "array", "items": name }, { "type": "null" }] })
    };
    let views = permission(&["can_view", "can_edit"]);
    let clues = json!({ "type": ["string", "null"], "maxLength": MAX_CLUES, "pattern": NO_NUL, "description": "Context for the assistant, in one place only; never authority." });
    // In one place only: here, in user, or in user.attributes.
    let given = |inside: Value| json!({ "required": ["aiContextClues"], "properties": { "aiContextClues": inside } });
    let text = json!({ "type": "string" });
    let twice = json!({ "required": ["aiContextClues", "user"], "properties": { "aiContextClues": text, "user": given(text) } });
    let value = json!({ "anyOf": [reference("TextAttribute"), reference("NumericAttribute"), reference("BooleanAttribute")] });
    json!({
        "type": "object", "required": ["user"], "additionalProperties": false, "not": twice,
        "properties": {
            "user": {
                "type": "object", "required": ["distinctId", "role"], "additionalProperties": false,
                "properties": {
                    "distinctId": { "type": "string", "minLength": 1, "maxLength": MAX_DISTINCT_ID, "pattern": NO_CONTROLS },
                    "role": { "type": "string", "enum": ["explorer"] },
                    "attributes": {
                        "type": ["object", "null"], "maxProperties": MAX_ATTRIBUTES,
                        "description": "Attributes that your organization declared, each value of the declared type or `null`. All together, the token has at most 6 KiB.",
                        "additionalProperties": { "anyOf": [value, { "type": "array", "maxItems": MAX_LIST, "items": value }, { "type": "null" }] },
                    },
                    "aiContextClues": clues,
                },
            },
            "permissions": {
                "type": ["object", "null"], "additionalProperties": false, "description": "Absent: viewing dashboards and charts. {} grants nothing. can_edit implies can_view.",
                "properties": { "dashboard": views, "chart": views, "database": views, "ai": permission(&["can_query"]) },
            },
            "aiContextClues": clues,
            "expiresIn": {
                "anyOf": [
                    { "type": "string", "pattern": LIFETIME },
                    { "type": "integer", "minimum": lifetime::MIN, "maximum": lifetime::MAX },
                    { "type": "null" },
                ],
                "default": lifetime::print(lifetime::DEFAULT),
                "description": "90s, 30m, 1h, 1d or whole seconds: 60 s up to a day, or to what the key and the organization allow where that is less. The end of the key caps it.",
            },
        },
        "examples": [{ "user": { "distinctId": "user-123", "role": "explorer", "attributes": { "region": "North" } }, "permissions": { "dashboard": ["can_view"] }, "expiresIn": "30m" }],
    })
}

/// The values of declared attributes, by type.
fn attributes() -> Value {
    json!({
        "TextAttribute": { "type": "string", "maxLength": MAX_TEXT, "pattern": NO_NUL },
        "IntegerAttribute": { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX, "description": "Written in digits: 3 or 3.0, no exponent." },
        "NumericAttribute": { "type": "number", "minimum": f64::MIN, "maximum": f64::MAX },
        "BooleanAttribute": { "type": "boolean" },
        "DateAttribute": { "anyOf": [{ "type": "string", "format": "date" }, { "type": "string", "format": "date-time" }] },
    })
}

fn revoke_request() -> Value {
    let fields = [
        ("tokenId", json!({ "type": "string", "format": "uuid" })),
        (
            "distinctId",
            json!({ "type": "string", "minLength": 1, "maxLength": MAX_DISTINCT_ID, "pattern": NO_CONTROLS }),
        ),
        ("all", json!({ "const": true })),
    ];
    // Exactly one of them is more than null.
    let choices = fields.clone().map(|(chosen, schema)| {
        let absent = fields.clone().map(|(name, _)| (name, (name != chosen).then(|| json!({ "type": "null" }))));
        let properties = with(with(json!({}), absent), [(chosen, Some(schema))]);
        json!({ "type": "object", "required": [chosen], "additionalProperties": false, "properties": properties })
    });
    json!({ "oneOf": choices, "examples": [{ "distinctId": "user-123" }] })
}

fn session() -> Value {
    json!({
        "type": "object", "required": ["user", "organization", "permissions", "expiresAt", "serverTime", "sandbox", "scope"],
        "properties": {
            "user": { "type": "object", "required": ["distinctId", "role"], "properties": { "distinctId": { "type": "string" }, "role": { "type": "string" } } },
            "organization": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } },
            "permissions": granted(),
            "expiresAt": { "type": "string", "format": "date-time" },
            "serverTime": { "type": "string", "format": "date-time" },
            "sandbox": { "type": "boolean" },
            "scope": { "type": "string", "description": "Opaque. Another one where viewer, role, permissions or attributes are." },
        },
    })
}

/// What a token grants, implied permissions written out.
fn granted() -> Value {
    json!({ "type": "object", "additionalProperties": { "type": "array", "items": { "type": "string" } } })
}

fn introspection() -> Value {
    let active = json!({
        "type": "object",
        "required": ["active", "sub", "iss", "aud", "exp", "iat", "nbf", "jti", "client_id", "org", "role", "permissions", "attributes", "sandbox"],
        "properties": {
            "active": { "const": true }, "sub": { "type": "string" }, "iss": { "type": "string", "format": "uuid" }, "aud": { "const": "embed" },
            "exp": { "type": "integer" }, "iat": { "type": "integer" }, "nbf": { "type": "integer" }, "jti": { "type": "string", "format": "uuid" },
            "client_id": { "type": "string" }, "org": { "type": "string", "format": "uuid" }, "role": { "type": "string" },
            "permissions": granted(), "attributes": { "type": "object" }, "sandbox": { "type": "boolean" },
        },
    });
    let inactive = json!({ "type": "object", "required": ["active"], "additionalProperties": false, "properties": { "active": { "const": false } } });
    json!({ "oneOf": [active, inactive] })
}

fn error() -> Value {
    let codes: Vec<_> = Code::ALL
        .iter()
        .filter(|code| code.status() != 0)
        .map(|code| code.as_str())
        .collect();
    let violations: Vec<_> = ViolationCode::ALL
        .iter()
        .map(|code| code.as_str())
        .collect();
    json!({
        "type": "object", "required": ["code", "message", "requestId"],
        "properties": {
            "code": { "type": "string", "enum": codes },
            "message": { "type": "string" },
            "requestId": { "type": "string", "format": "uuid" },
            "violations": { "type": "array", "description": "Every fault of the request, up to a hundred.", "items": {
                "type": "object", "required": ["field", "code", "message"],
                "properties": { "field": { "type": "string" }, "code": { "type": "string", "enum": violations }, "message": { "type": "string" } },
            } },
        },
    })
}
