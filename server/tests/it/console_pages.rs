//! What every page of the console has in common.

use crate::harness::{TestApp, between};
use axum::http::Method;

#[tokio::test]
async fn somebody_signed_out_gets_a_redirect_and_not_a_byte_more() {
    let app = TestApp::with_admin().await;
    for path in [
        "/",
        "/settings",
        "/settings/embed",
        "/account",
        "/account/password",
        "/account/keys/new",
        "/account/keys/00000000-0000-0000-0000-000000000000/revoke",
    ] {
        let answer = app.nobody().get(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (303, ""), "{path}");
        assert!(
            answer.header("location").starts_with("/sign-in?next=%2F"),
            "{path}"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
    let posted = app
        .nobody()
        .form("/settings/embed", &[("form", "origins")])
        .await;
    assert_eq!((posted.status, posted.text.as_str()), (303, ""));
}

#[tokio::test]
async fn one_nonce_an_answer_and_nothing_inline_without_it() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    let mut seen = std::collections::BTreeSet::new();
    for path in [
        "/settings/embed",
        "/account",
        "/account/password",
        "/account/keys/new",
        "/docs/errors",
    ] {
        let answer = admin.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        let policy = answer.header("content-security-policy").to_owned();
        let nonce = between(&policy, "'nonce-", "'");
        assert!(seen.insert(nonce.clone()), "a nonce is used once");
        for part in [
            "default-src 'none'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{part}");
        }
        for script in answer.text.split("<script").skip(1) {
            assert!(
                script
                    .split('>')
                    .next()
                    .unwrap()
                    .contains(&format!("nonce=\"{nonce}\"")),
                "{path}: a script without the nonce"
            );
        }
        assert!(
            answer.text.contains("<script")
                && !answer.text.contains(" style=")
                && !answer.text.contains("<style")
                && !answer.text.contains(" onclick"),
            "{path}"
        );
        assert!(
            !answer.text.contains("__RESOLVED_RESOURCES=[\""),
            "{path}: nothing is serialized for the browser"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.text.matches("<h1").count(), 1, "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_in_the_callers_language() {
    let app = TestApp::with_admin().await;
    let page = app.nobody().get("/nothing/here").await;
    assert_eq!(page.status, 404);
    assert!(
        page.header("content-type").starts_with("text/html") && page.text.contains("NOT_FOUND")
    );
    let json = app
        .nobody()
        .send(Method::GET, "/nothing/here", &[], "")
        .await;
    assert_eq!((json.status, json.code().as_str()), (404, "NOT_FOUND"));
    let file = app.nobody().get("/pkg/perch-0000.js").await;
    assert_eq!(
        (file.status, file.code().as_str()),
        (404, "NOT_FOUND"),
        "a missing script is never a page"
    );
}

#[tokio::test]
async fn the_theme_is_kept_and_leads_nowhere_else() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    let chosen = admin
        .form("/theme", &[("theme", "dark"), ("return", "/account")])
        .await;
    assert_eq!(
        (chosen.status, chosen.header("location")),
        (303, "/account")
    );
    assert!(
        admin
            .get("/account")
            .await
            .text
            .contains("<html lang=\"en\" data-theme=\"dark\"")
    );
    assert_eq!(
        admin
            .form("/theme", &[("theme", "x"), ("return", "//evil.test")])
            .await
            .header("location"),
        "/"
    );
}

#[tokio::test]
async fn hostile_text_comes_back_as_text() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    for hostile in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "</textarea><b>",
        "{{7*7}}",
        "=cmd|' /C calc'!A0",
        "\u{202e}evil\u{200f}",
    ] {
        let fields = [
            ("form", "origins"),
            ("origins[0].origin", hostile),
            ("origins[0].label", hostile),
        ];
        let typed = admin.form("/settings/embed", &fields).await.text;
        let listed = admin
            .form(
                "/settings/embed",
                &[("form", "introspection"), ("token", hostile)],
            )
            .await
            .text;
        let named = admin
            .form("/account/keys/new", &[("name", hostile), ("scopes", "")])
            .await
            .text;
        for page in [typed, listed, named] {
            assert!(
                !page.contains("<script>alert")
                    && !page.contains("<img src=x")
                    && !page.contains("</textarea><b>"),
                "{hostile}"
            );
        }
    }
    let long = "x".repeat(100_000);
    let answer = admin
        .form(
            "/settings/embed",
            &[
                ("form", "origins"),
                ("origins[0].origin", "https://a.test"),
                ("origins[0].label", &long),
            ],
        )
        .await;
    assert_eq!(answer.status, 422);
    let far = admin
        .form(
            "/settings/embed",
            &[
                ("form", "origins"),
                ("origins[99999999999].origin", "https://a.test"),
            ],
        )
        .await;
    assert_eq!(far.status, 303, "an index nobody's form has is not read");
    let huge = admin
        .form(
            "/settings/embed",
            &[("form", "origins"), ("x", &"x".repeat(1024 * 1024))],
        )
        .await;
    assert_eq!(huge.status, 413);
}

#[tokio::test]
async fn addresses_nobody_made_are_answered_like_any_other() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    for (path, status) in [
        ("/sign-in?next=a&next=b", 303),
        ("/settings/embed?saved=origins&changes=many", 200),
        ("/setup/%ff", 404),
        ("/account/keys/x/revoke", 404),
    ] {
        assert_eq!(admin.get(path).await.status, status, "{path}");
    }
    for tricky in [
        "/%09/evil.test",
        "/%01",
        "//evil.test",
        "/%5Cevil.test",
        "https://evil.test",
    ] {
        assert_eq!(
            admin
                .get(&format!("/sign-in?next={tricky}"))
                .await
                .header("location"),
            "/",
            "{tricky}"
        );
    }
    for path in ["/healthz", "/pkg/x.js", "/favicon.svg", "/openapi.json"] {
        let answer = admin
            .send(Method::POST, path, &[("sec-fetch-site", "same-origin")], "")
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (405, "METHOD_NOT_ALLOWED"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_form_sent_twice_makes_one_key() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    let form_id = between(
        &admin.get("/account/keys/new").await.text,
        "name=\"form_id\" value=\"",
        "\"",
    );
    let fields = [
        ("form_id", form_id.as_str()),
        ("name", "Once"),
        ("scopes", "mint"),
    ];
    let first = admin.form("/account/keys/new", &fields).await;
    assert_eq!(
        (first.status, first.header("cache-control")),
        (200, "no-store")
    );
    let again = admin.form("/account/keys/new", &fields).await;
    assert_eq!(again.status, 409);
    assert!(
        !again.text.contains(">\nperch_sk_"),
        "the secret is shown once"
    );
}
