//! What is decided before any page or route: paths that are no text, pages over plain http, what a page gives away of itself.

use crate::harness::{TestApp, between};
use axum::http::Method;

#[tokio::test]
async fn a_path_that_is_no_text_is_nothing_in_the_words_of_every_refusal() {
    let app = TestApp::with_admin().await;
    for path in [
        "/embed/%ff",
        "/pkg/%ff",
        "/embed/%ff/embed.js",
        "/api/%c3%28",
        "/account/keys/%ff/revoke",
        "/setup/%ff",
        "/_console/%ff",
        "/%ff",
        "/pkg/nothing.js",
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = app.nobody().send(method.clone(), path, &[], "").await;
            let expected = if (path, &method) == ("/pkg/nothing.js", &Method::POST) {
                (405, "METHOD_NOT_ALLOWED")
            } else {
                (404, "NOT_FOUND")
            };
            assert_eq!(
                (answer.status, answer.code().as_str()),
                expected,
                "{path}: {}",
                answer.text
            );
            assert_eq!(
                answer.header("x-request-id"),
                answer.json()["requestId"].as_str().unwrap(),
                "{path}"
            );
        }
    }
    assert_eq!(
        app.nobody()
            .send(Method::GET, "/embed/%ff", &[("host", "evil.test")], "")
            .await
            .status,
        421
    );
    assert_eq!(
        app.nobody().get("/setup/%C3%A9").await.status,
        403,
        "a path that is text reaches its route"
    );
}

#[tokio::test]
async fn on_https_a_page_over_plain_http_is_another_site() {
    let plain = TestApp::with_admin().await;
    let app = TestApp::open(
        plain.folder.clone(),
        &[("PERCH_PUBLIC_URL", "https://perch.example.com")],
    )
    .await;
    let post = |app: &TestApp, host: &'static str, origin: &'static str| {
        let client = app.nobody();
        let headers = [
            ("host", host),
            ("origin", origin),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        async move {
            client
                .send(Method::POST, "/theme", &headers, "theme=dark&return=/")
                .await
        }
    };
    for (host, origin, status) in [
        ("perch.example.com", "https://perch.example.com", 303),
        ("perch.example.com", "http://perch.example.com", 403),
        ("perch.example.com", "HTTP://perch.example.com", 403),
        // The console on the machine itself, which has no https.
        ("localhost:3000", "http://localhost:3000", 303),
        ("perch.example.com", "http://localhost:3000", 403),
    ] {
        let answer = post(&app, host, origin).await;
        assert_eq!(answer.status, status, "{origin} to {host}: {}", answer.text);
        assert!(
            status == 303 || answer.code() == "CROSS_SITE_REQUEST",
            "{}",
            answer.text
        );
    }
    assert_eq!(
        post(&plain, "localhost:3000", "http://localhost:3000")
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn the_nonce_of_a_page_stands_on_its_scripts_only() {
    let app = TestApp::with_admin().await;
    for client in [app.nobody(), app.admin().await] {
        for path in ["/sign-in", "/settings/embed", "/docs/errors"] {
            let page = client.get(path).await;
            if page.status != 200 {
                continue;
            }
            let nonce = between(page.header("content-security-policy"), "'nonce-", "'");
            let (all, scripts) = (
                page.text.matches(&nonce).count(),
                page.text.matches(&format!("nonce=\"{nonce}\"")).count(),
            );
            assert!(
                scripts > 0 && all == scripts,
                "{path}: {all} times the nonce, {scripts} of them of scripts"
            );
            assert!(
                page.text.matches(" crossorigin=\"anonymous\"").count() >= 2,
                "{path}"
            );
        }
    }
}
