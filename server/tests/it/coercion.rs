//! What the console's form accepts and what the API accepts are the same set: one table, run through both.

use crate::harness::TestApp;
use serde_json::{Value, json};

/// Declared type, what a person types, what a backend sends for it, and the claim, or nothing where both refuse.
type Line = (
    &'static str,
    bool,
    &'static str,
    &'static str,
    Option<&'static str>,
);

const TABLE: [Line; 34] = [
    ("String", false, "North", r#""North""#, Some(r#""North""#)),
    (
        "String",
        false,
        " padded ",
        r#"" padded ""#,
        Some(r#"" padded ""#),
    ),
    ("String", false, "12", r#""12""#, Some(r#""12""#)),
    (
        "String",
        false,
        "\"quoted\" \\ back",
        r#""\"quoted\" \\ back""#,
        Some(r#""\"quoted\" \\ back""#),
    ),
    (
        "String",
        false,
        "مرحبا 🦜",
        r#""مرحبا 🦜""#,
        Some(r#""مرحبا 🦜""#),
    ),
    ("String", false, "a\0b", r#""a\u0000b""#, None),
    ("Integer", false, "3", "3", Some("3")),
    ("Integer", false, "-3", "-3", Some("-3")),
    ("Integer", false, "3.0", "3.0", Some("3")),
    (
        "Integer",
        false,
        "9223372036854775807",
        "9223372036854775807",
        Some("9223372036854775807"),
    ),
    (
        "Integer",
        false,
        "9223372036854775808",
        "9223372036854775808",
        None,
    ),
    ("Integer", false, "3e0", "3e0", None),
    ("Integer", false, "3.5", "3.5", None),
    ("Integer", false, "three", r#""three""#, None),
    ("Integer", false, "true", "true", None),
    ("Integer", false, "03", r#""03""#, None),
    ("Integer", false, "1,000", r#""1,000""#, None),
    ("Numeric", false, "1.5", "1.5", Some("1.5")),
    ("Numeric", false, "1e3", "1e3", Some("1e3")),
    ("Numeric", false, "1e999", "1e999", None),
    ("Numeric", false, "NaN", r#""NaN""#, None),
    ("Numeric", false, "1,5", r#""1,5""#, None),
    ("Boolean", false, "true", "true", Some("true")),
    ("Boolean", false, "False", r#""False""#, None),
    ("Boolean", false, "1", "1", None),
    (
        "Date",
        false,
        "2026-11-20",
        r#""2026-11-20""#,
        Some(r#""2026-11-20""#),
    ),
    (
        "Date",
        false,
        "2026-11-20T10:30:00+02:00",
        r#""2026-11-20T10:30:00+02:00""#,
        Some(r#""2026-11-20T10:30:00+02:00""#),
    ),
    ("Date", false, "2026-02-30", r#""2026-02-30""#, None),
    ("Date", false, "20.11.2026", r#""20.11.2026""#, None),
    ("String", true, "a\nb", r#"["a","b"]"#, Some(r#"["a","b"]"#)),
    ("Integer", true, "1\n2.0", "[1,2.0]", Some("[1,2]")),
    ("Integer", true, "1\ntwo", r#"[1,"two"]"#, None),
    (
        "Boolean",
        true,
        "true\nfalse",
        "[true,false]",
        Some("[true,false]"),
    ),
    (
        "Date",
        true,
        "2026-11-20\nsoon",
        r#"["2026-11-20","soon"]"#,
        None,
    ),
];

#[tokio::test]
async fn the_form_and_the_api_accept_the_same_and_make_the_same_claim() {
    let app = TestApp::with_admin().await;
    let (admin, key) = (app.admin().await, app.api_key().await);
    for (at, (kind, list, typed, sent, claim)) in TABLE.into_iter().enumerate() {
        let name = format!("a{at}");
        let mut declare = vec![
            ("form", "attributes"),
            ("attributes[0].name", name.as_str()),
            ("attributes[0].type", kind),
        ];
        if list {
            declare.push(("attributes[0].list", "yes"));
        }
        assert_eq!(admin.form("/settings/embed", &declare).await.status, 303);
        let expected: Option<Value> =
            claim.map(|claim| json!({ &name: serde_json::from_str::<Value>(claim).unwrap() }));
        let carried = |token: String| {
            let (app, key) = (&app, &key);
            async move { app.nobody().introspect(key, &token).await.json()["attributes"].clone() }
        };
        let api = app.nobody().mint(&key, &format!(r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{"{name}":{sent}}}}}}}"#)).await;
        let field = format!("user.attributes.{name}");
        let form = admin
            .call(
                "generate-sandbox-token",
                &[
                    ("api_key", &key),
                    ("distinctId", "u"),
                    ("role", "explorer"),
                    (&field, typed),
                ],
            )
            .await;
        assert_eq!(
            api.status,
            if claim.is_some() { 200 } else { 422 },
            "{kind} {sent}: {}",
            api.text
        );
        assert_eq!(form.status, api.status, "{kind} {typed:?}: {}", form.text);
        if let Some(expected) = expected {
            assert_eq!(
                carried(api.json()["token"].as_str().unwrap().to_owned()).await,
                expected,
                "{kind} {sent}"
            );
            let section = form.json()["html"].as_str().unwrap().to_owned();
            let token = section
                .split("id=\"sandbox-token\"")
                .nth(1)
                .unwrap()
                .split(['>', '<'])
                .nth(1)
                .unwrap()
                .trim()
                .to_owned();
            assert_eq!(carried(token).await, expected, "{kind} {typed:?}");
        } else {
            let codes = |answer: &crate::harness::Answer| {
                answer
                    .violations()
                    .into_iter()
                    .map(|told| told.split(' ').next_back().unwrap().to_owned())
                    .collect::<Vec<_>>()
            };
            assert_eq!(codes(&form), codes(&api), "{kind} {typed:?}");
        }
    }
}
