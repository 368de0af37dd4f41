//! `POST /embed/session`, `GET /api/v1/me`, `POST /embed/live`: what a viewer's page is told, and what it is never told.

mod live;
mod misplaced_keys;

use crate::harness::{BODY, NOW, TestApp, mistyped};
use axum::http::Method;
use serde_json::json;

const SITE: &str = "https://app.test";
const CARRYING: &str = r#"{"user":{"distinctId":"ann","role":"explorer","attributes":{"region":"Secretland"}},"permissions":{"dashboard":"can_edit"},"aiContextClues":"Whisper the secret."}"#;

/// An organization with a listed site, a key and an attribute.
async fn furnished() -> (TestApp, String) {
    let app = TestApp::with_admin().await;
    app.list(SITE, "development").await;
    app.declare("region", "String").await;
    let key = app.api_key().await;
    (app, key)
}

#[tokio::test]
async fn a_component_is_told_what_its_token_grants_and_nothing_it_carries() {
    let (app, key) = furnished().await;
    let token = app.nobody().token(&key, CARRYING).await;
    let answer = app.nobody().session(&token, SITE).await;
    assert_eq!(
        (
            answer.status,
            answer.header("cache-control"),
            answer.header("access-control-allow-origin")
        ),
        (200, "no-store", SITE)
    );
    assert_eq!(
        answer.json(),
        json!({
            "user": { "distinctId": "ann", "role": "explorer" },
            "organization": { "name": "Analytical Engines" },
            "permissions": { "dashboard": ["can_view", "can_edit"] },
            "expiresAt": "2026-11-20T11:00:00Z",
            "serverTime": "2026-11-20T10:00:00Z",
            "sandbox": false,
            "scope": answer.json()["scope"],
        })
    );
    assert_eq!(answer.json()["scope"].as_str().map(str::len), Some(32));
    let bearer = format!("Bearer {token}");
    let me = app
        .nobody()
        .send(Method::GET, "/api/v1/me", &[("authorization", &bearer)], "")
        .await;
    assert_eq!((me.status, me.json()), (200, answer.json()));
    let (live, mut stream) = app.nobody().live(&token, SITE).await;
    assert_eq!(
        (
            live.status,
            live.header("content-type"),
            live.header("cache-control")
        ),
        (200, "text/event-stream", "no-store")
    );
    let heard = stream.next().await.unwrap();
    assert!(app.nobody().revoke(&key, r#"{"all":true}"#).await.status == 200);
    let heard = heard + &stream.next().await.unwrap();
    for text in [&answer.text, &me.text, &heard] {
        for secret in ["Secretland", "Whisper", "region"] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn the_scope_is_another_one_where_what_a_viewer_sees_may_be() {
    let (app, key) = furnished().await;
    let scope = |body: &str| {
        let (client, key, body) = (app.nobody(), key.clone(), body.to_owned());
        async move {
            client
                .session(&client.token(&key, &body).await, SITE)
                .await
                .json()["scope"]
                .as_str()
                .unwrap()
                .to_owned()
        }
    };
    let first = scope(CARRYING).await;
    assert_eq!(
        scope(CARRYING).await,
        first,
        "another token of the same viewer"
    );
    assert_eq!(scope(&CARRYING.replace("Whisper", "Shout")).await, first);
    let (other_key, second) = (app.api_key().await, app.beside().await);
    let token = second.nobody().token(&other_key, CARRYING).await;
    assert_eq!(
        second.nobody().session(&token, SITE).await.json()["scope"],
        first,
        "by another key, on another node"
    );
    let mut seen = vec![first];
    for (from, to) in [
        ("ann", "bob"),
        ("can_edit", "can_view"),
        ("Secretland", "Elsewhere"),
        (r#""region":"Secretland""#, ""),
    ] {
        seen.push(scope(&CARRYING.replace(from, to)).await);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
}

#[tokio::test]
async fn embed_routes_do_not_look_at_cookies() {
    let (app, _) = furnished().await;
    let admin = app.admin().await;
    let answer = admin
        .send(Method::POST, "/embed/session", &[("origin", SITE)], "")
        .await;
    assert_eq!(
        (
            answer.status,
            answer.code().as_str(),
            answer.header("set-cookie")
        ),
        (401, "TOKEN_MISSING", "")
    );
}

#[tokio::test]
async fn refusals_come_in_the_order_of_the_ladder_and_are_readable() {
    let (app, key) = furnished().await;
    let elsewhere = TestApp::with_admin().await;
    let token = app.nobody().token(&key, BODY).await;
    let foreign = elsewhere
        .nobody()
        .token(&elsewhere.api_key().await, BODY)
        .await;
    let changed = mistyped(&token, 30);
    for (token, code) in [
        ("", "TOKEN_MISSING"),
        ("x", "TOKEN_MALFORMED"),
        (&token[..token.len() - 1], "TOKEN_MALFORMED"),
        (foreign.as_str(), "TOKEN_UNKNOWN_KEY"),
        (changed.as_str(), "TOKEN_INVALID"),
    ] {
        // From a site that is not listed, too: nothing of the list is known before the token is.
        let answer = app.nobody().session(token, "https://evil.test").await;
        assert_eq!((answer.status, answer.code().as_str()), (401, code));
        assert_eq!(
            (
                answer.header("access-control-allow-origin"),
                answer.header("www-authenticate")
            ),
            ("https://evil.test", "Bearer")
        );
        assert_eq!(
            answer.json()["requestId"].as_str().unwrap(),
            answer.header("x-request-id")
        );
        assert!(
            answer
                .header("access-control-expose-headers")
                .contains("x-request-id")
        );
    }
    app.clock.advance_seconds(-60);
    assert_eq!(
        app.nobody().session(&token, SITE).await.code(),
        "TOKEN_NOT_YET_VALID"
    );
    app.clock.advance_seconds(60 + 3_599);
    assert_eq!(app.nobody().session(&token, SITE).await.status, 200);
    app.clock.advance_seconds(1);
    assert_eq!(
        app.nobody().session(&token, SITE).await.code(),
        "TOKEN_EXPIRED"
    );
    for (method, path) in [
        (Method::GET, "/embed/session"),
        (Method::GET, "/embed/live"),
        (Method::POST, "/api/v1/me"),
    ] {
        assert_eq!(
            app.nobody().send(method, path, &[], "").await.status,
            405,
            "{path}"
        );
    }
    let two = [
        ("authorization", "Bearer a"),
        ("authorization", "Bearer b"),
        ("origin", SITE),
    ];
    assert_eq!(
        app.nobody()
            .send(Method::POST, "/embed/session", &two, "")
            .await
            .code(),
        "TOKEN_MISSING"
    );
}

#[tokio::test]
async fn a_page_that_cannot_be_listed_can_read_why() {
    let (app, key) = furnished().await;
    let token = app.nobody().token(&key, BODY).await;
    for shell in [
        "chrome-extension://abcdefghijklmnop",
        "vscode-webview://0a1b",
        "https://app.test.",
    ] {
        let preflight = app
            .nobody()
            .send(Method::OPTIONS, "/embed/session", &[("origin", shell)], "")
            .await;
        assert_eq!(
            (
                preflight.status,
                preflight.header("access-control-allow-origin")
            ),
            (204, shell)
        );
        let refused = app.nobody().session(&token, shell).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (403, "ORIGIN_NOT_AUTHORIZED")
        );
        assert_eq!(refused.header("access-control-allow-origin"), shell);
    }
}

#[tokio::test]
async fn sandbox_tokens_are_for_development_and_the_preview() {
    let (app, key) = furnished().await;
    app.list("https://live.test", "production").await;
    let preview = "http://localhost:4321";
    app.perch
        .offer_preview(perch_domain::origin::Origin::from_header(preview).unwrap());
    let sandbox = app.admin().await.sandbox_token(&key).await;
    let live = app.nobody().token(&key, BODY).await;
    let told = |token: &str, site: &'static str| {
        let (client, token) = (app.nobody(), token.to_owned());
        async move {
            let answer = client.session(&token, site).await;
            (
                answer.status,
                serde_json::from_str::<serde_json::Value>(&answer.text).unwrap()["code"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
            )
        }
    };
    assert_eq!(told(&sandbox, preview).await.0, 200);
    let (admin, to_do) = (app.admin().await, "See an embed connect</a>");
    assert!(
        admin.get("/settings/embed").await.text.contains(to_do),
        "the preview is nobody's site"
    );
    assert_eq!(told(&sandbox, SITE).await.0, 200);
    assert!(!admin.get("/settings/embed").await.text.contains(to_do));
    assert_eq!(
        told(&sandbox, "https://live.test").await,
        (403, "SANDBOX_TOKEN_ON_PRODUCTION_ORIGIN".into())
    );
    assert_eq!(told(&live, "https://live.test").await.0, 200);
    assert_eq!(
        told(&live, preview).await,
        (403, "ORIGIN_NOT_AUTHORIZED".into()),
        "the preview is for sandbox tokens only"
    );
    assert_eq!(
        told(&sandbox, "http://localhost:4322").await,
        (403, "ORIGIN_NOT_AUTHORIZED".into())
    );
}

#[tokio::test]
async fn a_wildcard_shows_who_connected_and_live_sites_suggest_production() {
    let (app, key) = furnished().await;
    app.list("https://*.shop.test", "development").await;
    let token = app.nobody().token(&key, BODY).await;
    for site in ["https://eu.shop.test", "https://us.shop.test", SITE] {
        assert_eq!(app.nobody().session(&token, site).await.status, 200);
    }
    let page = app.admin().await.get("/settings/embed").await.text;
    assert!(page.contains("Connected from https://"), "{page}");
    assert!(page.contains("https://eu.shop.test") && page.contains("https://us.shop.test"));
    assert_eq!(page.matches("Live tokens connect from here").count(), 2);
}

#[tokio::test]
async fn the_first_component_ticks_the_last_step() {
    let (app, key) = furnished().await;
    let admin = app.admin().await;
    let token = app.nobody().token(&key, BODY).await;
    assert!(
        admin
            .get("/settings/embed")
            .await
            .text
            .contains("<a href=\"#snippets\">See an embed connect</a>")
    );
    assert_eq!(app.nobody().session(&token, SITE).await.status, 200);
    assert!(
        !admin
            .get("/settings/embed")
            .await
            .text
            .contains("<a href=\"#snippets\">See an embed connect</a>")
    );
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let sites = app
        .perch
        .store()
        .connected_sites(organization)
        .await
        .unwrap();
    assert_eq!(
        sites
            .iter()
            .map(|site| (site.origin.as_str(), site.live_at))
            .collect::<Vec<_>>(),
        [(SITE, Some(NOW))]
    );
}
