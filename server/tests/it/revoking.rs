//! Tokens that end before their time: by a backend, by people, on every node.

mod by_people;

use crate::harness::{BODY, Client, TestApp, between};
use perch_domain::ConsoleRole;
use serde_json::json;

const SITE: &str = "https://app.test";

async fn furnished() -> (TestApp, String) {
    let app = TestApp::with_admin().await;
    app.list(SITE, "development").await;
    let key = app.api_key().await;
    (app, key)
}

fn of(viewer: &str) -> String {
    BODY.replace("user-1", viewer)
}

/// The code a token is refused with; empty where it is not.
async fn refused(app: &TestApp, token: &str) -> String {
    let answer = app.nobody().session(token, SITE).await;
    if answer.status == 200 {
        String::new()
    } else {
        answer.code()
    }
}

#[tokio::test]
async fn one_token_one_viewer_or_all_of_a_key_and_never_more() {
    let (app, key) = furnished().await;
    let other = app.api_key().await;
    let minted = app.nobody().mint(&key, &of("ann")).await.json();
    let (first, id) = (
        minted["token"].as_str().unwrap(),
        minted["tokenId"].as_str().unwrap(),
    );
    let second = app.nobody().token(&key, &of("ann")).await;
    let bob = app.nobody().token(&key, &of("bob")).await;
    let theirs = app.nobody().token(&other, &of("ann")).await;

    // Another key does not find it, whether or not there is one.
    for unknown in [id, "019a9f5e-0000-7000-8000-000000000000"] {
        let answer = app
            .nobody()
            .revoke(&other, &json!({ "tokenId": unknown }).to_string())
            .await;
        assert_eq!(
            (
                answer.status,
                answer.code().as_str(),
                answer.json()["message"].as_str().unwrap()
            ),
            (404, "NOT_FOUND", "This key issued no token with this id.")
        );
    }
    assert_eq!(refused(&app, first).await, "");
    let done = app
        .nobody()
        .revoke(&key, &json!({ "tokenId": id }).to_string())
        .await;
    assert_eq!(
        (done.status, done.json()),
        (
            200,
            json!({ "revoked": { "tokenId": id }, "revokedAt": "2026-11-20T10:00:00Z" })
        )
    );
    assert_eq!(
        [refused(&app, first).await, refused(&app, &second).await],
        ["TOKEN_REVOKED", ""]
    );
    assert_eq!(
        app.nobody().introspect(&key, first).await.json(),
        json!({ "active": false })
    );

    app.clock.advance_seconds(1);
    assert_eq!(
        app.nobody()
            .revoke(&key, r#"{"distinctId":"ann"}"#)
            .await
            .status,
        200
    );
    assert_eq!(
        [
            refused(&app, &second).await,
            refused(&app, &bob).await,
            refused(&app, &theirs).await
        ],
        ["TOKEN_REVOKED", "", ""]
    );
    app.clock.advance_seconds(1);
    let after = app.nobody().token(&key, &of("ann")).await;
    assert_eq!(
        refused(&app, &after).await,
        "",
        "what is made afterwards works"
    );

    app.clock.advance_seconds(1);
    assert_eq!(
        app.nobody().revoke(&key, r#"{"all":true}"#).await.status,
        200
    );
    assert_eq!(
        [
            refused(&app, &after).await,
            refused(&app, &bob).await,
            refused(&app, &theirs).await
        ],
        ["TOKEN_REVOKED", "TOKEN_REVOKED", ""]
    );
    app.clock.advance_seconds(1);
    assert_eq!(
        refused(&app, &app.nobody().token(&key, BODY).await).await,
        "",
        "the key goes on"
    );
    // Once everything has expired, nothing of it has to be known.
    app.clock.advance_seconds(2 * 86_400);
    app.perch
        .store()
        .forget_revocations(app.perch.system.now())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_token_made_in_the_same_second_is_told_apart() {
    let (app, key) = furnished().await;
    let before = app.nobody().token(&key, BODY).await;
    assert_eq!(
        app.nobody().revoke(&key, r#"{"all":true}"#).await.status,
        200
    );
    app.clock.advance_milliseconds(1);
    let after = app.nobody().token(&key, BODY).await;
    assert_eq!(
        [refused(&app, &before).await, refused(&app, &after).await],
        ["TOKEN_REVOKED", ""]
    );
}

#[tokio::test]
async fn a_node_whose_clock_is_ahead_hides_nothing() {
    let (app, key) = furnished().await;
    let second = app.beside().await;
    second.clock.advance_seconds(20);
    let ahead = second.nobody().token(&key, BODY).await;
    assert_eq!(refused(&app, &ahead).await, "");
    assert_eq!(
        app.nobody().revoke(&key, r#"{"all":true}"#).await.status,
        200
    );
    // The other node looks ten times a second; here it looks now.
    second.perch.config.refresh().await.unwrap();
    assert_eq!(
        [refused(&app, &ahead).await, refused(&second, &ahead).await],
        ["TOKEN_REVOKED", "TOKEN_REVOKED"]
    );
    // What is made afterwards works, on the node whose clock is behind, too.
    for node in [&app, &second] {
        let after = node.nobody().token(&key, BODY).await;
        assert_eq!(
            [refused(&app, &after).await, refused(&second, &after).await],
            ["", ""]
        );
    }
    assert_eq!(
        app.nobody()
            .revoke(&key, r#"{"distinctId":"user-1"}"#)
            .await
            .status,
        200
    );
    assert_eq!(
        refused(&app, &app.nobody().token(&key, BODY).await).await,
        ""
    );
}

#[tokio::test]
async fn a_second_process_refuses_and_tells_who_is_connected_there() {
    let (app, key) = furnished().await;
    let second = app.beside().await;
    let token = app.nobody().token(&key, BODY).await;
    let (_, mut stream) = second.nobody().live(&token, SITE).await;
    assert!(stream.next().await.unwrap().starts_with(':'));
    assert_eq!(
        app.nobody()
            .revoke(&key, r#"{"distinctId":"user-1"}"#)
            .await
            .status,
        200
    );
    // It says so by itself; nothing asks it.
    let told = stream.next().await.unwrap();
    assert!(told.contains("TOKEN_REVOKED"), "{told}");
    assert_eq!(refused(&second, &token).await, "TOKEN_REVOKED");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_too() {
    let Some(app) = TestApp::on_postgres("revoking").await else {
        return;
    };
    app.list(SITE, "development").await;
    let key = app.api_key().await;
    let token = app.nobody().token(&key, BODY).await;
    let second = app.beside().await;
    let (_, mut stream) = second.nobody().live(&token, SITE).await;
    stream.next().await.unwrap();
    assert_eq!(
        app.nobody()
            .revoke(&key, r#"{"distinctId":"user-1"}"#)
            .await
            .status,
        200
    );
    assert!(stream.next().await.unwrap().contains("TOKEN_REVOKED"));
    assert_eq!(refused(&second, &token).await, "TOKEN_REVOKED");
    let refused = app.nobody().session(&token, "https://evil.test").await;
    let unlisted = app
        .nobody()
        .session(
            &app.nobody().token(&key, &of("bob")).await,
            "https://evil.test",
        )
        .await;
    assert_eq!(
        [refused.code(), unlisted.code()],
        ["TOKEN_REVOKED", "ORIGIN_NOT_AUTHORIZED"]
    );
    let admin = app.admin().await;
    assert!(
        admin
            .get("/settings/embed")
            .await
            .text
            .contains("Refused lately (1)")
    );
    let id = unlisted.header("x-request-id").to_owned();
    assert!(
        admin
            .get(&format!("/settings/embed?token={id}"))
            .await
            .text
            .contains("https://evil.test is not listed")
    );
}

#[tokio::test]
async fn a_key_needs_the_scope_and_a_body_that_says_one_thing() {
    let app = TestApp::with_admin().await;
    let narrow = app.admin().await.create_key(&[("scopes", "mint")]).await;
    assert_eq!(
        app.nobody().revoke(&narrow, r#"{"all":true}"#).await.code(),
        "API_KEY_SCOPE_MISSING"
    );
    let key = app.api_key().await;
    let refused = app
        .nobody()
        .revoke(&key, r#"{"distinctID":"a","all":"yes"}"#)
        .await;
    assert_eq!(
        (refused.status, refused.violations()),
        (
            422,
            vec![
                "distinctID UNKNOWN_FIELD".to_owned(),
                "all WRONG_TYPE".to_owned()
            ]
        )
    );
    assert_eq!(app.nobody().revoke(&key, "{").await.code(), "BODY_NOT_JSON");
}
