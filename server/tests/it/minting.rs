//! `POST /embed/generate-token`: what a backend gets, and what a browser gets.

use crate::harness::{BODY, NOW, TestApp, between};
use axum::http::Method;

#[tokio::test]
async fn a_backend_gets_a_token_that_is_on_record() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    let answer = app
        .nobody()
        .mint(
            &key,
            r#"{"user":{"distinctId":"user-1","role":"explorer"},"expiresIn":"30m"}"#,
        )
        .await;
    assert_eq!(
        (
            answer.status,
            answer.header("cache-control"),
            answer.header("content-type")
        ),
        (200, "no-store", "application/json"),
        "{}",
        answer.text
    );
    let json = answer.json();
    assert_eq!(
        (json["expiresIn"].as_str(), json["expiresAt"].as_str()),
        (Some("30m"), Some("2026-11-20T10:30:00Z"))
    );
    assert_eq!(json.as_object().unwrap().len(), 4);
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let record = app
        .perch
        .store()
        .mint(
            organization,
            json["tokenId"].as_str().unwrap().parse().unwrap(),
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            record.subject.as_str(),
            record.issued_at,
            record.expires_at,
            record.sandbox_by
        ),
        ("user-1", NOW / 1_000, NOW / 1_000 + 1_800, None)
    );
    assert!(key.contains(&record.secret_id));
}

#[tokio::test]
async fn the_alias_and_the_bearer_form_are_the_same() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    let bearer = format!("Bearer {key}");
    for headers in [
        vec![("x-api-key", key.as_str())],
        vec![("authorization", bearer.as_str())],
        vec![
            ("x-api-key", key.as_str()),
            ("authorization", bearer.as_str()),
        ],
    ] {
        for path in ["/embed/generate-token", "/api/generate-token"] {
            let mut headers = headers.clone();
            headers.push(("content-type", "application/json; charset=utf-8"));
            let answer = app.nobody().send(Method::POST, path, &headers, BODY).await;
            assert_eq!(answer.status, 200, "{path} {}", answer.text);
        }
    }
}

#[tokio::test]
async fn a_key_in_a_browser_is_refused_readably_and_marked() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    for (name, value) in [
        ("origin", "https://shop.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let answer = app
            .nobody()
            .send(
                Method::POST,
                "/embed/generate-token",
                &[
                    ("x-api-key", &key),
                    (name, value),
                    ("content-type", "text/plain"),
                ],
                "",
            )
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "API_KEY_IN_BROWSER")
        );
        if name == "origin" {
            assert_eq!(
                answer.header("access-control-allow-origin"),
                "https://shop.example"
            );
            assert_eq!(answer.header("access-control-allow-credentials"), "");
        }
        assert!(answer.header("vary").contains("Origin"));
    }
    let preflight = app
        .nobody()
        .send(
            Method::OPTIONS,
            "/embed/generate-token",
            &[
                ("origin", "https://shop.example"),
                ("access-control-request-method", "POST"),
                ("access-control-request-headers", "x-api-key"),
            ],
            "",
        )
        .await;
    assert_eq!(
        (
            preflight.status,
            preflight.header("access-control-allow-origin")
        ),
        (204, "https://shop.example")
    );
    assert!(
        preflight
            .header("access-control-allow-headers")
            .contains("x-api-key")
    );
    assert!(
        app.admin()
            .await
            .get("/account")
            .await
            .text
            .contains("Exposed in a browser")
    );
    // What Node's own fetch sends is no sign of a browser.
    let node = app
        .nobody()
        .send(
            Method::POST,
            "/embed/generate-token",
            &[
                ("x-api-key", &key),
                ("sec-fetch-mode", "cors"),
                ("content-type", "application/json"),
            ],
            BODY,
        )
        .await;
    assert_eq!(node.status, 200);
}

#[tokio::test]
async fn a_token_never_outlives_its_key() {
    let app = TestApp::with_admin().await;
    let key = app
        .admin()
        .await
        .create_key(&[("scopes", "mint"), ("expires_on", "2026-11-20")])
        .await;
    app.clock.advance_seconds(13 * 3_600 + 30 * 60);
    let answer = app.nobody().mint(&key, BODY).await;
    assert_eq!(
        (
            answer.json()["expiresIn"].as_str(),
            answer.json()["expiresAt"].as_str()
        ),
        (Some("30m"), Some("2026-11-21T00:00:00Z"))
    );
    app.clock.advance_seconds(1_800);
    assert_eq!(
        app.nobody().mint(&key, BODY).await.code(),
        "API_KEY_EXPIRED"
    );
}

#[tokio::test]
async fn an_attribute_counts_from_the_moment_it_is_declared_or_removed() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    let body = r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"region":"North"}}}"#;
    assert_eq!(
        app.nobody().mint(&key, body).await.violations(),
        ["user.attributes.region ATTRIBUTE_UNKNOWN"]
    );
    app.declare("region", "String").await;
    assert_eq!(app.nobody().mint(&key, body).await.status, 200);
}

#[tokio::test]
async fn another_process_on_the_same_database_counts_at_once() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    let second = TestApp::open(app.folder.clone(), &[]).await;
    assert_eq!(second.nobody().mint(&key, BODY).await.status, 200);
    // Made in the second process after the first one read its configuration.
    let later = second.api_key().await;
    assert_eq!(app.nobody().mint(&later, BODY).await.status, 200);
}

#[tokio::test]
async fn a_revoked_key_and_its_tokens_end_at_once() {
    let app = TestApp::with_admin().await;
    let (key, other) = (app.api_key().await, app.api_key().await);
    let token = app.nobody().token(&key, BODY).await;
    let admin = app.admin().await;
    let listed = admin.get("/account").await.text;
    let id = listed
        .split("/account/keys/")
        .filter_map(|part| part.split("/revoke").next())
        .find(|id| {
            id.len() == 36 && {
                let row = listed.split(id).next().unwrap();
                row.rfind("perch_sk_").is_some_and(|at| {
                    key.starts_with(
                        row[at..]
                            .split('_')
                            .take(3)
                            .collect::<Vec<_>>()
                            .join("_")
                            .as_str(),
                    )
                })
            }
        })
        .unwrap()
        .to_owned();
    let confirm = admin.get(&format!("/account/keys/{id}/revoke")).await;
    assert!(
        confirm.text.contains("Revoke key and end 1 token"),
        "{}",
        confirm.text
    );
    assert_eq!(
        admin
            .form(&format!("/account/keys/{id}/revoke"), &[])
            .await
            .status,
        303
    );
    assert_eq!(
        app.nobody().mint(&key, BODY).await.code(),
        "API_KEY_REVOKED"
    );
    let read = admin
        .form(
            "/settings/embed",
            &[("form", "introspection"), ("token", &token)],
        )
        .await;
    assert!(
        read.text.contains("its tokens ended with it") && read.text.contains("user-1"),
        "{}",
        read.text
    );
    assert_eq!(
        app.nobody().introspect(&other, &token).await.json(),
        serde_json::json!({ "active": false })
    );
}

#[tokio::test]
async fn scopes_limit_a_key() {
    let app = TestApp::with_admin().await;
    let key = app
        .admin()
        .await
        .create_key(&[("scopes", "introspect")])
        .await;
    let refused = app.nobody().mint(&key, BODY).await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "API_KEY_SCOPE_MISSING")
    );
    assert_eq!(app.nobody().introspect(&key, "x").await.status, 200);
}

#[tokio::test]
async fn the_sandbox_makes_marked_tokens_by_pasted_and_by_chosen_key() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    app.declare("tier", "Integer").await;
    let admin = app.admin().await;
    let common = [
        ("form", "sandbox"),
        ("distinctId", "viewer"),
        ("role", "explorer"),
        ("user.attributes.tier", "3"),
        ("permissions", "chart.can_edit"),
        ("expiresIn", "30m"),
    ];
    let pasted: Vec<_> = common
        .iter()
        .copied()
        .chain([("api_key", key.as_str())])
        .collect();
    let answer = admin.call("generate-sandbox-token", &pasted).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    for part in [
        "the sandbox",
        "can_view, can_edit",
        "Valid for 30 more minutes.",
    ] {
        assert!(
            answer.text.contains(part),
            "{part} is not in {}",
            answer.text
        );
    }
    let page = admin.get("/settings/embed").await.text;
    let id = between(&page, "<select id=\"key\"", "</select>")
        .split("value=\"")
        .map(|part| part.split('"').next().unwrap().to_owned())
        .find(|value| value.len() == 36)
        .unwrap();
    let chosen: Vec<_> = common
        .iter()
        .copied()
        .chain([("key", id.as_str()), ("api_key", "")])
        .collect();
    assert!(
        admin
            .form("/settings/embed", &chosen)
            .await
            .text
            .contains("Your sandbox token")
    );
    // A key that is none is told where it was pasted; quotes and a name in front of a good one do no harm.
    let wrong: Vec<_> = common
        .iter()
        .copied()
        .chain([("api_key", "perch_sk_x")])
        .collect();
    let refused = admin.call("generate-sandbox-token", &wrong).await;
    assert_eq!(
        (
            refused.status,
            refused.code().as_str(),
            refused.violations()
        ),
        (
            401,
            "API_KEY_MALFORMED",
            vec!["api_key INVALID_VALUE".to_owned()]
        )
    );
    let line = format!("PERCH_API_KEY=\"{key}\"");
    let named: Vec<_> = common
        .iter()
        .copied()
        .chain([("api_key", line.as_str())])
        .collect();
    assert_eq!(
        admin.call("generate-sandbox-token", &named).await.status,
        200
    );
    // The same faults as the API, each at its field.
    let bad: Vec<_> = pasted
        .iter()
        .map(|(name, value)| {
            if *name == "user.attributes.tier" {
                (*name, "three")
            } else {
                (*name, *value)
            }
        })
        .collect();
    let refused = admin.call("generate-sandbox-token", &bad).await;
    assert_eq!(
        (refused.status, refused.violations()),
        (
            422,
            vec!["user.attributes.tier ATTRIBUTE_WRONG_TYPE".to_owned()]
        )
    );
}
