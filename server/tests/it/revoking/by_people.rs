//! Revocation by people, through the console.

use super::*;

/// Presses a button of the introspection form.
async fn press(who: &Client, token: &str, intent: &str) -> crate::harness::Answer {
    who.call("introspect-token", &[("token", token), ("intent", intent)])
        .await
}

#[tokio::test]
async fn people_end_what_they_may_after_they_were_asked() {
    let (app, key) = furnished().await;
    app.add_person("mia@example.com", ConsoleRole::Maker).await;
    app.add_person("eve@example.com", ConsoleRole::Explorer)
        .await;
    let (admin, mia, eve) = (
        app.admin().await,
        app.signed_in("mia@example.com").await,
        app.signed_in("eve@example.com").await,
    );
    let minted = app.nobody().mint(&key, &of("ann")).await.json();
    let (token, id) = (
        minted["token"].as_str().unwrap(),
        minted["tokenId"].as_str().unwrap(),
    );
    // Neither a Maker nor an Explorer ends a token of somebody else's key, and neither is offered to.
    for other in [&mia, &eve] {
        for verb in [
            "end-token",
            "end-token-sure",
            "end-viewer",
            "end-viewer-sure",
        ] {
            assert_eq!(
                press(other, token, &format!("{verb}:{id}")).await.code(),
                "ROLE_NOT_ALLOWED",
                "{verb}"
            );
        }
        assert!(!press(other, token, "").await.text.contains("end-token"));
        for path in ["/account/end-tokens"] {
            assert_eq!(
                [
                    other.get(path).await.status,
                    other.form(path, &[]).await.status
                ],
                [403, 403]
            );
        }
    }
    // A Maker's own key, an Explorer's own sandbox token.
    let own = mia
        .create_key(&[("scopes", "mint"), ("scopes", "revoke")])
        .await;
    let of_mia = app.nobody().mint(&own, BODY).await.json();
    let sure = format!("end-token-sure:{}", of_mia["tokenId"].as_str().unwrap());
    assert_eq!(
        press(&mia, of_mia["token"].as_str().unwrap(), &sure)
            .await
            .status,
        200
    );
    assert_eq!(
        refused(&app, of_mia["token"].as_str().unwrap()).await,
        "TOKEN_REVOKED"
    );
    let made = eve.sandbox_token(&key).await;
    let offered = press(&eve, &made, "").await.json()["html"]
        .as_str()
        .unwrap()
        .to_owned();
    let intent = between(&offered, "value=\"end-token:", "\"");
    assert_eq!(
        press(&eve, &made, &format!("end-token-sure:{intent}"))
            .await
            .status,
        200
    );
    assert_eq!(refused(&app, &made).await, "TOKEN_REVOKED");

    // The admin is asked first, and sees it refused afterwards, with what ended it.
    let asked = press(&admin, token, &format!("end-viewer:{id}")).await.text;
    assert!(
        asked.contains("1 live token of ann will end") && refused(&app, token).await.is_empty(),
        "{asked}"
    );
    let done = press(&admin, token, &format!("end-viewer-sure:{id}"))
        .await
        .text;
    assert!(
        done.contains("Revoked 1 live token of ann")
            && done.contains("All tokens of this viewer were revoked after it was issued."),
        "{done}"
    );
    assert_eq!(refused(&app, token).await, "TOKEN_REVOKED");
    assert!(
        admin
            .get(&format!("/settings/embed?token={id}"))
            .await
            .text
            .contains("All tokens of this viewer were revoked")
    );
    for unknown in ["x", "019a9f5e-0000-7000-8000-000000000000"] {
        assert_eq!(
            press(&admin, token, &format!("end-token-sure:{unknown}"))
                .await
                .code(),
            "NOT_FOUND"
        );
    }
}

#[tokio::test]
async fn a_keys_tokens_or_everybodys_end_and_the_keys_go_on() {
    let (app, key) = furnished().await;
    let admin = app.admin().await;
    let token = app.nobody().token(&key, BODY).await;
    let path = format!(
        "/account/keys/0{}/end-tokens",
        between(
            &admin.get("/account").await.text,
            "href=\"/account/keys/0",
            "/end-tokens"
        )
    );
    let asked = admin.get(&path).await.text;
    assert!(
        asked.contains("End 1 token") && refused(&app, &token).await.is_empty(),
        "{asked}"
    );
    let done = admin.form(&path, &[]).await;
    assert_eq!(done.status, 303);
    assert!(
        admin
            .get(done.header("location").split('#').next().unwrap())
            .await
            .text
            .contains("the key goes on")
    );
    assert_eq!(refused(&app, &token).await, "TOKEN_REVOKED");
    assert!(
        admin
            .get(&path)
            .await
            .text
            .contains("There are no live tokens.")
    );
    // What was revoked one by one is not live either.
    app.clock.advance_seconds(1);
    let one = app.nobody().mint(&key, &of("ann")).await.json()["tokenId"]
        .as_str()
        .unwrap()
        .to_owned();
    app.nobody().token(&key, &of("bob")).await;
    app.nobody().token(&key, &of("eve")).await;
    app.nobody()
        .revoke(&key, &json!({ "tokenId": one }).to_string())
        .await;
    app.nobody().revoke(&key, r#"{"distinctId":"bob"}"#).await;
    assert!(admin.get(&path).await.text.contains("1 live token ends."));
    app.nobody().revoke(&key, r#"{"distinctId":"eve"}"#).await;
    app.clock.advance_seconds(1);
    let later = app.nobody().token(&key, BODY).await;
    assert_eq!(refused(&app, &later).await, "");
    assert!(
        admin
            .get("/account/end-tokens")
            .await
            .text
            .contains("End 1 token")
    );
    assert_eq!(admin.form("/account/end-tokens", &[]).await.status, 303);
    assert_eq!(refused(&app, &later).await, "TOKEN_REVOKED");
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let audit = app
        .perch
        .store()
        .audit(organization, 100)
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.action);
    let audit: Vec<_> = audit
        .filter(|action| action.ends_with("end_tokens"))
        .collect();
    assert_eq!(audit, ["organization.end_tokens", "api_key.end_tokens"]);
}
