//! Every refusal of the API that bad input can cause, through the real router, with its status and code.

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
async fn refusals_come_in_the_promised_order() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    let json = ("content-type", "application/json");
    let typo = mistyped(&key, 1);
    let unknown = {
        let id = perch_domain::api_key::SecretId::from_random([9; 8]);
        perch_domain::api_key::ApiKeyText::assemble(&id, [9; 32])
            .expose()
            .to_owned()
    };
    let foreign_secret = {
        let id = perch_domain::api_key::ApiKeyText::parse(&key).unwrap().id();
        perch_domain::api_key::ApiKeyText::assemble(&id, [9; 32])
            .expose()
            .to_owned()
    };
    let too_large = "x".repeat(16 * 1024 + 1);
    let megabyte = "x".repeat(1024 * 1024);
    let cases: Vec<Case<'_>> = vec![
        (
            "another host",
            Method::POST,
            "/embed/generate-token",
            vec![("host", "evil.test"), ("x-api-key", &key), json],
            BODY,
            421,
            "HOST_NOT_SERVED",
        ),
        (
            "another path",
            Method::POST,
            "/embed/generate-tokens",
            vec![("x-api-key", &key), json],
            BODY,
            404,
            "NOT_FOUND",
        ),
        (
            "another path of the alias",
            Method::GET,
            "/api/v9/x",
            vec![],
            "",
            404,
            "NOT_FOUND",
        ),
        (
            "another method",
            Method::GET,
            "/embed/generate-token",
            vec![("x-api-key", &key)],
            "",
            405,
            "METHOD_NOT_ALLOWED",
        ),
        (
            "no key",
            Method::POST,
            "/embed/generate-token",
            vec![json],
            BODY,
            401,
            "API_KEY_MISSING",
        ),
        (
            "an empty key",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", ""), json],
            BODY,
            401,
            "API_KEY_MISSING",
        ),
        (
            "another scheme",
            Method::POST,
            "/embed/generate-token",
            vec![("authorization", "Basic abc"), json],
            BODY,
            401,
            "API_KEY_MISSING",
        ),
        (
            "no key at all",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", "hello"), json],
            BODY,
            401,
            "API_KEY_MALFORMED",
        ),
        (
            "a key with a typo",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &typo), json],
            BODY,
            401,
            "API_KEY_MALFORMED",
        ),
        (
            "two keys",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), ("authorization", "Bearer other"), json],
            BODY,
            401,
            "API_KEY_MALFORMED",
        ),
        (
            "an unknown key",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &unknown), json],
            BODY,
            401,
            "API_KEY_UNKNOWN",
        ),
        (
            "a known id with another secret",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &foreign_secret), json],
            BODY,
            401,
            "API_KEY_UNKNOWN",
        ),
        (
            "no content type",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key)],
            BODY,
            415,
            "CONTENT_TYPE_NOT_JSON",
        ),
        (
            "a form",
            Method::POST,
            "/embed/generate-token",
            vec![
                ("x-api-key", &key),
                ("content-type", "application/x-www-form-urlencoded"),
            ],
            BODY,
            415,
            "CONTENT_TYPE_NOT_JSON",
        ),
        (
            "a body just too large",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), json],
            &too_large,
            413,
            "BODY_TOO_LARGE",
        ),
        (
            "a megabyte",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), json],
            &megabyte,
            413,
            "BODY_TOO_LARGE",
        ),
        (
            "no body",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), json],
            "",
            400,
            "BODY_NOT_JSON",
        ),
        (
            "half a body",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), json],
            "{\"user\":",
            400,
            "BODY_NOT_JSON",
        ),
        (
            "another shape",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), json],
            "[]",
            422,
            "REQUEST_INVALID",
        ),
        (
            "introspection of JSON",
            Method::POST,
            "/embed/introspect",
            vec![("x-api-key", &key), json],
            "{}",
            415,
            "CONTENT_TYPE_NOT_JSON",
        ),
        (
            "introspection without a key",
            Method::POST,
            "/embed/introspect",
            vec![],
            "",
            401,
            "API_KEY_MISSING",
        ),
    ];
    for (what, method, path, headers, body, status, code) in cases {
        let answer = app
            .nobody()
            .send(method, path, &headers, body.to_owned())
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{what}: {}",
            answer.text
        );
        assert_eq!(
            answer.header("x-request-id"),
            answer.json()["requestId"].as_str().unwrap(),
            "{what}"
        );
        assert!(
            answer.json()["message"].as_str().unwrap().ends_with('.'),
            "{what} needs a sentence"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    }
}

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
async fn two_admins_editing_the_same_row_lose_nothing() {
    let app = TestApp::with_admin().await;
    let (ada, bob) = (app.admin().await, app.admin().await);
    assert_eq!(
        ada.form(
            "/settings/embed",
            &[("form", "origins"), ("origins[0].origin", "https://a.test")]
        )
        .await
        .status,
        303
    );
    let page = ada.get("/settings/embed").await.text;
    let id = between(&page, "name=\"origins[0].id\" value=\"", "\"");
    let edit = |label: &'static str| {
        vec![
            ("form", "origins"),
            ("origins[0].id", id.as_str()),
            ("origins[0].version", "1"),
            ("origins[0].origin", "https://a.test"),
            ("origins[0].label", label),
            ("origins[0].environment", "development"),
        ]
    };
    assert_eq!(
        bob.form("/settings/embed", &edit("Bob's")).await.status,
        303
    );
    let refused = ada.form("/settings/embed", &edit("Ada's")).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.text.contains("value=\"Ada's\"")
            || refused.text.contains("Ada&#x27;s")
            || refused.text.contains("Ada&#39;s"),
        "what she typed stays"
    );
    assert!(refused.text.contains("changed this meanwhile"));
    assert!(
        refused
            .text
            .contains("Now stored: https://a.test, label Bob"),
        "what it has become stands beside it"
    );
    // Either is one step away: hers by saving again, with the version she has now seen, or his.
    let seen = between(&refused.text, "name=\"origins[0].version\" value=\"", "\"");
    assert_eq!(seen, "2");
    let mut again = edit("Ada's");
    again[2].1 = "2";
    let his: Vec<_> = edit("Ada's")
        .into_iter()
        .chain([("intent", "theirs:0")])
        .collect();
    assert!(ada.form("/settings/embed", &his).await.text.contains("Bob"));
    assert_eq!(ada.form("/settings/embed", &again).await.status, 303);
    // The same without a page: the refusal brings the section.
    let called = bob.call("save-origins", &edit("Bob's again")).await;
    assert_eq!((called.status, called.code().as_str()), (409, "CONFLICT"));
    assert!(
        called.json()["section"]["html"]
            .as_str()
            .unwrap()
            .contains("Now stored")
    );
}

/// Every field of the origins form, as the page has them.
fn fields_of(page: &str) -> Vec<(String, String)> {
    let list = between(page, "data-rows=\"\"", "<template>");
    let unescaped = |text: &str| text.replace("&quot;", "\"").replace("&amp;", "&");
    let inputs = list
        .split("<input ")
        .skip(1)
        .filter(|input| !input.contains("type=\"checkbox\""));
    let mut fields: Vec<_> = inputs
        .map(|input| {
            (
                between(input, "name=\"", "\""),
                unescaped(&between(input, "value=\"", "\"")),
            )
        })
        .collect();
    let environments = list.split("<select ").skip(1);
    fields.extend(environments.map(|select| {
        (
            between(select, "name=\"", "\""),
            between(
                select
                    .split("selected")
                    .next()
                    .unwrap()
                    .rsplit("<option ")
                    .next()
                    .unwrap(),
                "value=\"",
                "\"",
            ),
        )
    }));
    fields.push(("form".into(), "origins".into()));
    fields
}

#[tokio::test]
async fn a_page_from_before_undoes_nothing_that_somebody_else_did_to_other_rows() {
    let app = TestApp::with_admin().await;
    let (ada, bob) = (app.admin().await, app.admin().await);
    let three = [
        ("form", "origins"),
        ("origins[0].origin", "https://a.test"),
        ("origins[1].origin", "https://b.test"),
        ("origins[2].origin", "https://c.test"),
    ];
    assert_eq!(ada.form("/settings/embed", &three).await.status, 303);
    let before = fields_of(&ada.get("/settings/embed").await.text);
    let send = |who: &'static str, change: &[(&str, &str)]| {
        let mut fields: Vec<_> = before
            .iter()
            .filter(|(name, _)| change.iter().all(|(other, _)| other != name))
            .cloned()
            .collect();
        fields.extend(
            change
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let client = if who == "ada" { &ada } else { &bob };
        async move {
            client
                .form(
                    "/settings/embed",
                    &fields
                        .iter()
                        .map(|(n, v)| (n.as_str(), v.as_str()))
                        .collect::<Vec<_>>(),
                )
                .await
        }
    };
    assert_eq!(
        send("ada", &[("origins[0].label", "Hers")]).await.status,
        303
    );
    assert_eq!(
        send(
            "ada",
            &[
                ("origins[1].remove", "yes"),
                ("confirmed", "https://b.test")
            ]
        )
        .await
        .status,
        303
    );
    assert_eq!(
        send("bob", &[("origins[2].label", "His")]).await.status,
        303,
        "his page is older, but he only touched another row"
    );
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let rows = app.perch.store().origins(organization).await.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.canonical.as_str(), row.label.as_str()))
        .collect();
    assert_eq!(
        told,
        [("https://a.test", "Hers"), ("https://c.test", "His")]
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

#[tokio::test]
async fn two_origins_trade_their_places() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    assert_eq!(
        admin
            .form(
                "/settings/embed",
                &[
                    ("form", "origins"),
                    ("origins[0].origin", "https://a.test"),
                    ("origins[1].origin", "https://b.test")
                ]
            )
            .await
            .status,
        303
    );
    let page = admin.get("/settings/embed").await.text;
    let id = |at: usize| between(&page, &format!("name=\"origins[{at}].id\" value=\""), "\"");
    let (first, second) = (id(0), id(1));
    let edits = [
        ("form", "origins"),
        ("origins[0].id", first.as_str()),
        ("origins[0].version", "1"),
        ("origins[0].origin", "https://b.test"),
        ("origins[1].id", second.as_str()),
        ("origins[1].version", "1"),
        ("origins[1].origin", "https://a.test"),
    ];
    assert_eq!(admin.form("/settings/embed", &edits).await.status, 303);
}
