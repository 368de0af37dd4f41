//! `POST /embed/introspect` (RFC 7662), and what people read of a token.

use crate::harness::{BODY, NOW, TestApp, mistyped};
use serde_json::json;

#[tokio::test]
async fn a_key_sees_its_own_active_tokens_and_nothing_else() {
    let app = TestApp::with_admin().await;
    let (key, other) = (app.api_key().await, app.api_key().await);
    app.declare("region", "String").await;
    let answer = app
        .nobody()
        .mint(
            &key,
            r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"region":"North"}}}"#,
        )
        .await
        .json();
    let token = answer["token"].as_str().unwrap();
    let active = app.nobody().introspect(&key, token).await;
    assert_eq!(
        (active.status, active.header("cache-control")),
        (200, "no-store")
    );
    let json = active.json();
    assert_eq!(
        (
            json["active"].clone(),
            json["sub"].clone(),
            json["exp"].clone(),
            json["jti"].clone(),
            json["attributes"].clone()
        ),
        (
            json!(true),
            json!("u"),
            json!(NOW / 1_000 + 3_600),
            answer["tokenId"].clone(),
            json!({ "region": "North" })
        )
    );
    for name in [
        "iss",
        "aud",
        "iat",
        "nbf",
        "client_id",
        "org",
        "role",
        "permissions",
        "sandbox",
    ] {
        assert!(!json[name].is_null(), "{name}");
    }
    let inactive = json!({ "active": false });
    assert_eq!(
        app.nobody().introspect(&other, token).await.json(),
        inactive,
        "another key's token"
    );
    for nothing in ["", "x", "a.b.c", "a.b.c.d.e", &token[..token.len() - 1]] {
        assert_eq!(
            app.nobody().introspect(&key, nothing).await.json(),
            inactive,
            "{nothing}"
        );
    }
    app.clock.advance_seconds(3_599);
    assert_eq!(
        app.nobody().introspect(&key, token).await.json()["active"],
        true,
        "its last second"
    );
    app.clock.advance_seconds(1);
    assert_eq!(
        app.nobody().introspect(&key, token).await.json(),
        inactive,
        "expired"
    );
}

#[tokio::test]
async fn people_read_the_verdict_and_the_four_groups() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    let admin = app.admin().await;
    let token = app.nobody().token(&key, BODY).await;
    let read = |text: String| {
        let admin = &admin;
        async move {
            admin
                .form(
                    "/settings/embed",
                    &[("form", "introspection"), ("token", &text)],
                )
                .await
                .text
        }
    };
    let text = read(format!("  \"Bearer {token}\"\n")).await;
    for part in [
        "Valid for 60 more minutes.",
        "User Information",
        "Custom Attributes",
        "Permissions",
        "Expiration",
        "user-1",
    ] {
        assert!(text.contains(part), "{part}");
    }
    assert!(
        read(key.clone())
            .await
            .contains("This is an API key, not a token.")
    );
    assert!(
        !read(key.clone()).await.contains(&key),
        "an API key is not shown again"
    );
    assert!(read(key.clone()).await.contains("Revoke this key"));
    let (front, end) = key.split_at(8);
    for hidden in [
        format!("PERCH_API_KEY={key}"),
        format!("{front}\n{end}"),
        format!("{{\"token\":\"perch\\u005fsk_{}\"}}", &key[9..]),
    ] {
        let told = read(hidden.clone()).await;
        assert!(
            told.contains("Revoke this key") && !told.contains(end),
            "{hidden}"
        );
    }
    assert!(
        read(format!("{{\"token\":\"{token}\",\"expiresIn\":\"1h\"}}"))
            .await
            .contains("taken out of the JSON")
    );
    let signed = "eyJhbGciOiJIUzI1NiJ9.e30.c2ln";
    assert!(
        read(signed.into())
            .await
            .contains("This is a signed token (HS256) of another system")
    );
    assert!(read("a.b.c".into()).await.contains("This is no token"));
    assert!(
        read(token[..token.len() - 3].to_owned())
            .await
            .contains("The end is cut off: 3 characters are missing.")
    );
    assert!(read(mistyped(&token, 30)).await.contains("TOKEN_INVALID"));
    app.clock.advance_seconds(2 * 3_600);
    let expired = read(token).await;
    assert!(
        expired.contains("Expired 1 hour ago, 20 Nov 2026, 11:00 UTC.")
            && expired.contains("user-1"),
        "{expired}"
    );
}
