//! The promised order of refusals: a request that gets everything wrong is told of one thing after the other.

use crate::harness::{BODY, TestApp, mistyped};
use axum::http::Method;

#[tokio::test]
async fn a_request_by_key_is_refused_for_the_first_thing_that_is_wrong() {
    let app = TestApp::with_admin().await;
    let without_scope = app
        .admin()
        .await
        .create_key(&[("scopes", "introspect")])
        .await;
    let key = app.api_key().await;
    let typo = mistyped(&key, 1);
    let large = format!("{{{}", " ".repeat(16 * 1024));
    let (host, origin, text, json) = (
        ("host", "evil.test"),
        ("origin", "https://shop.test"),
        ("content-type", "text/plain"),
        ("content-type", "application/json"),
    );
    let path = "/embed/generate-token";
    // Each line mends one thing of the line above it.
    for (code, method, path, headers, body) in [
        (
            "HOST_NOT_SERVED",
            Method::GET,
            "/embed/nothing",
            &[host, ("x-api-key", typo.as_str()), origin, text][..],
            large.as_str(),
        ),
        (
            "NOT_FOUND",
            Method::GET,
            "/embed/nothing",
            &[("x-api-key", &typo), origin, text],
            &large,
        ),
        (
            "METHOD_NOT_ALLOWED",
            Method::GET,
            path,
            &[("x-api-key", &typo), origin, text],
            &large,
        ),
        (
            "API_KEY_MALFORMED",
            Method::POST,
            path,
            &[("x-api-key", &typo), origin, text],
            &large,
        ),
        (
            "API_KEY_IN_BROWSER",
            Method::POST,
            path,
            &[("x-api-key", &without_scope), origin, text],
            &large,
        ),
        (
            "API_KEY_SCOPE_MISSING",
            Method::POST,
            path,
            &[("x-api-key", &without_scope), text],
            &large,
        ),
        (
            "CONTENT_TYPE_NOT_JSON",
            Method::POST,
            path,
            &[("x-api-key", &key), text],
            &large,
        ),
        (
            "BODY_TOO_LARGE",
            Method::POST,
            path,
            &[("x-api-key", &key), json],
            &large,
        ),
        (
            "BODY_NOT_JSON",
            Method::POST,
            path,
            &[("x-api-key", &key), json],
            "{",
        ),
        (
            "REQUEST_INVALID",
            Method::POST,
            path,
            &[("x-api-key", &key), json],
            "{}",
        ),
        ("", Method::POST, path, &[("x-api-key", &key), json], BODY),
    ] {
        let answer = app
            .nobody()
            .send(method, path, headers, body.to_owned())
            .await;
        assert_eq!(answer.code(), code, "{}", answer.text);
    }
    // An exposed key is flagged whatever it sent.
    assert!(
        app.admin()
            .await
            .get("/account")
            .await
            .text
            .contains("Exposed in a browser")
    );
}

#[tokio::test]
async fn introspection_and_revocation_keep_the_same_order() {
    let app = TestApp::with_admin().await;
    let without_scope = app.admin().await.create_key(&[("scopes", "mint")]).await;
    let key = app.api_key().await;
    let large = "x".repeat(16 * 1024 + 1);
    for (path, media, last) in [
        (
            "/embed/introspect",
            "application/x-www-form-urlencoded",
            "token REQUIRED",
        ),
        ("/embed/revoke", "application/json", " REQUIRED"),
    ] {
        let send = |key: &str, media: &str, body: &str| {
            let (client, body) = (app.nobody(), body.to_owned());
            let headers = [
                ("x-api-key".to_owned(), key.to_owned()),
                ("content-type".to_owned(), media.to_owned()),
            ];
            async move {
                client
                    .send(
                        Method::POST,
                        path,
                        &headers
                            .each_ref()
                            .map(|(name, value)| (name.as_str(), value.as_str())),
                        body,
                    )
                    .await
            }
        };
        assert_eq!(
            send(&without_scope, "text/plain", &large).await.code(),
            "API_KEY_SCOPE_MISSING",
            "{path}"
        );
        // A longer name is another media type.
        assert_eq!(
            send(&key, &format!("{media}2"), &large).await.code(),
            "CONTENT_TYPE_NOT_JSON",
            "{path}"
        );
        assert_eq!(
            send(&key, media, &large).await.code(),
            "BODY_TOO_LARGE",
            "{path}"
        );
        let nothing = send(
            &key,
            media,
            if media.ends_with("json") {
                r#"{"all":null}"#
            } else {
                "token_type_hint=x"
            },
        )
        .await;
        assert_eq!(
            (
                nothing.status,
                nothing.code().as_str(),
                nothing.violations()
            ),
            (422, "REQUEST_INVALID", vec![last.to_owned()]),
            "{path}"
        );
    }
    let twice = [
        ("x-api-key", key.as_str()),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let twice = app
        .nobody()
        .send(Method::POST, "/embed/introspect", &twice, "token=a&token=a")
        .await;
    assert_eq!(
        (twice.status, twice.violations()),
        (422, vec!["token DUPLICATE_FIELD".to_owned()])
    );
}
