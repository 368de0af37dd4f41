//! Every refusal of the API that bad input can cause, through the real router, with its status and code.

mod concurrent_edits;
mod refusal_order;

use crate::harness::{BODY, TestApp, between, mistyped};
use axum::http::Method;

/// What it is, the request, and the refusal.
type Case<'a> = (
    &'a str,
    Method,
    &'a str,
    Vec<(&'a str, &'a str)>,
    &'a str,
    u16,
    &'a str,
);

#[tokio::test]
async fn every_violation_of_the_registry_can_be_reached() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    app.declare("region", "String").await;
    app.declare("since", "Date").await;
    let admin = app.admin().await;
    let fields = [
        ("form", "attributes"),
        ("attributes[0].name", "tier"),
        ("attributes[0].type", "Integer"),
        ("attributes[0].required", "yes"),
        ("attributes[1].name", "tags"),
        ("attributes[1].type", "String"),
        ("attributes[1].list", "yes"),
    ];
    assert_eq!(admin.form("/settings/embed", &fields).await.status, 303);
    let user = |attributes: &str, more: &str| {
        format!(
            r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{"tier":1{attributes}}}}}{more}}}"#
        )
    };
    let many = (0..201)
        .map(|n| n.to_string())
        .map(|n| format!("\"{n}\""))
        .collect::<Vec<_>>()
        .join(",");
    let heavy = (0..5)
        .map(|_| format!("\"{}\"", "x".repeat(1_000)))
        .collect::<Vec<_>>()
        .join(",");
    let cases = [
        ("{}".to_owned(), "user REQUIRED"),
        (r#"{"user":{"distinctId":3,"role":"explorer","attributes":{"tier":1}}}"#.to_owned(), "user.distinctId WRONG_TYPE"),
        (format!(r#"{{"user":{{"distinctId":"{}","role":"explorer","attributes":{{"tier":1}}}}}}"#, "x".repeat(257)), "user.distinctId TOO_LONG"),
        ("{\"user\":{\"distinctId\":\"a\\u0007\",\"role\":\"explorer\",\"attributes\":{\"tier\":1}}}".to_owned(), "user.distinctId INVALID_VALUE"),
        (r#"{"user":{"distinctId":"u","role":"maker","attributes":{"tier":1}}}"#.to_owned(), "user.role UNKNOWN_ROLE"),
        (user("", r#","permission":{}"#), "permission UNKNOWN_FIELD"),
        (user("", r#","permissions":{"dashboard":"can_fly"}"#), "permissions.dashboard UNKNOWN_PERMISSION"),
        (user(r#","regoin":"N""#, ""), "user.attributes.regoin ATTRIBUTE_UNKNOWN"),
        (r#"{"user":{"distinctId":"u","role":"explorer"}}"#.to_owned(), "user.attributes.tier ATTRIBUTE_MISSING"),
        (user(r#","region":7"#, ""), "user.attributes.region ATTRIBUTE_WRONG_TYPE"),
        (user(r#","since":"soon""#, ""), "user.attributes.since INVALID_VALUE"),
        (user(&format!(r#","tags":[{many}]"#), ""), "user.attributes.tags TOO_MANY"),
        (user("", r#","expiresIn":"25h""#), "expiresIn LIFETIME_OUT_OF_BOUNDS"),
        (user("", r#","expiresIn":"1h","expiresIn":"1h""#), "expiresIn DUPLICATE_FIELD"),
        (user(&format!(r#","tags":[{heavy}]"#), ""), " TOKEN_TOO_LARGE"),
    ];
    for (body, violation) in &cases {
        let answer = app.nobody().mint(&key, body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (422, "REQUEST_INVALID"),
            "{body}"
        );
        assert_eq!(answer.violations(), [*violation], "{body}");
    }
    for code in perch_domain::ViolationCode::ALL {
        assert!(
            cases
                .iter()
                .any(|(_, violation)| violation.ends_with(&format!(" {}", code.as_str()))),
            "{} is not reached",
            code.as_str()
        );
    }
    let suggestion = app.nobody().mint(&key, &user(r#","regoin":"N""#, "")).await;
    assert!(
        suggestion.text.contains("Did you mean region?"),
        "{}",
        suggestion.text
    );
}

#[tokio::test]
async fn a_form_that_is_refused_keeps_what_was_typed() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    let answer = admin
        .form(
            "/settings/embed",
            &[
                ("form", "origins"),
                ("origins[0].origin", "http://example.com"),
                ("origins[0].label", "Shop <b>"),
                ("origins[1].origin", "*"),
            ],
        )
        .await;
    assert_eq!(answer.status, 422);
    for part in [
        "<title>Error: Embed",
        "value=\"http://example.com\"",
        "value=\"Shop &lt;b&gt;\"",
        "href=\"#origins-0--origin\"",
        "href=\"#origins-1--origin\"",
        "aria-invalid=\"true\"",
    ] {
        assert!(answer.text.contains(part), "{part}");
    }
    assert_eq!(
        app.perch
            .store()
            .origins(app.perch.store().organizations().await.unwrap()[0].id)
            .await
            .unwrap(),
        []
    );
    // The same through the server function: both faults at once, each by its field's name.
    let refused = admin
        .call(
            "save-origins",
            &[
                ("origins[0].origin", "http://example.com"),
                ("origins[1].origin", "*"),
            ],
        )
        .await;
    assert_eq!(
        (refused.status, refused.violations()),
        (
            422,
            vec![
                "origins[0].origin INVALID_VALUE".to_owned(),
                "origins[1].origin INVALID_VALUE".to_owned()
            ]
        )
    );
}

#[tokio::test]
async fn the_sandbox_takes_no_more_than_a_request_can_hold() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    let many: Vec<(String, String)> = (0..200)
        .map(|at| ("permissions".to_owned(), format!("a{at}.b")))
        .collect();
    let many: Vec<_> = many.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let long = "x".repeat(20_000);
    // Many permissions fit the body; they are refused as the API refuses them.
    let described = admin.call("describe-request", &many).await;
    assert!(
        described.status == 200 && described.text.contains("There are no permissions on"),
        "{}",
        described.text
    );
    for fields in [
        [("aiContextClues", long.as_str())],
        [("user.attributes.x", long.as_str())],
    ] {
        let refused = admin.call("describe-request", &fields).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (413, "BODY_TOO_LARGE")
        );
    }
}

#[tokio::test]
async fn a_host_that_is_not_ours_is_refused_everywhere_but_for_health() {
    let app = TestApp::with_admin().await;
    for path in ["/", "/sign-in", "/openapi.json", "/pkg/x.js"] {
        let answer = app
            .nobody()
            .send(Method::GET, path, &[("host", "evil.test")], "")
            .await;
        assert_eq!(answer.status, 421, "{path}");
    }
    assert_eq!(
        app.nobody()
            .send(Method::GET, "/healthz", &[("host", "10.0.0.7")], "")
            .await
            .status,
        200
    );
    assert_eq!(
        app.nobody()
            .send(Method::GET, "/readyz", &[("host", "10.0.0.7")], "")
            .await
            .status,
        200
    );
}
