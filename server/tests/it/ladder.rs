//! The ladder of Token Introspection: every rung reached by a real token made for it.

use crate::harness::{BODY, Client, TestApp, mistyped};

/// The word of every rung, and the sentence of the verdict.
async fn climb(who: &Client, token: &str, site: &str) -> (Vec<String>, String) {
    let text = who
        .form(
            "/settings/embed",
            &[("form", "introspection"), ("token", token), ("site", site)],
        )
        .await
        .text;
    let result = text
        .split("id=\"introspection-result\"")
        .nth(1)
        .unwrap_or_else(|| panic!("no result in {text}"))
        .to_owned();
    let between = |text: &str, before: &str, after: &str| {
        text.split(before)
            .skip(1)
            .map(|part| part.split(after).next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let sentence = between(&result, "class=\"sentence\"><bdi>", "</bdi>").remove(0);
    (
        between(&result, "<span class=\"word\">", "</span>"),
        sentence,
    )
}

/// So many passed, then one, then the rest not reached.
fn words(passed: usize, then: &str) -> Vec<String> {
    let mut words = vec!["Passed".to_owned(); passed];
    words.push(then.to_owned());
    words.resize(9, "Not reached".to_owned());
    words
}

#[tokio::test]
async fn every_rung_is_reached_by_a_token_made_for_it() {
    let app = TestApp::with_admin().await;
    let elsewhere = TestApp::with_admin().await;
    let admin = app.admin().await;
    let key = app.api_key().await;
    let origins = [
        ("form", "origins"),
        ("origins[0].origin", "https://*.shop.test"),
        ("origins[1].origin", "https://live.test"),
        ("origins[1].environment", "production"),
    ];
    assert_eq!(admin.form("/settings/embed", &origins).await.status, 303);
    let token = app.nobody().token(&key, BODY).await;

    // 1. Shape.
    let (rungs, sentence) = climb(&admin, &token[..token.len() - 7], "").await;
    assert_eq!(
        (rungs, sentence.as_str()),
        (
            words(0, "Failed"),
            "The end is cut off: 7 characters are missing."
        )
    );
    let (rungs, sentence) = climb(&admin, &token[9..], "").await;
    assert_eq!(
        (rungs[0].as_str(), sentence.as_str()),
        (
            "Failed",
            "The beginning is cut off: 9 characters are missing."
        )
    );
    // 2. Key: another installation's token, rightly sealed.
    let foreign = elsewhere
        .nobody()
        .token(&elsewhere.api_key().await, BODY)
        .await;
    let (rungs, sentence) = climb(&admin, &foreign, "").await;
    assert_eq!(rungs, words(1, "Failed"));
    assert!(
        sentence.contains("which is no key of your organization"),
        "{sentence}"
    );
    // 3. Seal: one letter of the content is another.
    assert_eq!(
        climb(&admin, &mistyped(&token, 40), "").await.0,
        words(2, "Failed")
    );
    // 5. Time: before and after.
    app.clock.advance_seconds(-60);
    let (rungs, sentence) = climb(&admin, &token, "").await;
    assert_eq!(
        (rungs, sentence.as_str()),
        (
            words(4, "Failed"),
            "It is not valid yet: it begins 20 Nov 2026, 10:00 UTC."
        )
    );
    app.clock.advance_seconds(60 + 3_600);
    assert_eq!(climb(&admin, &token, "").await.0, words(4, "Failed"));
    app.clock.advance_seconds(-3_600);
    // 7. Origin: not listed, listed by a wildcard, and a sandbox token where only live ones may go.
    let (rungs, sentence) = climb(&admin, &token, "http://eu.shop.test").await;
    assert_eq!(rungs, words(6, "Failed"));
    assert!(
        sentence.contains("Nearest is https://*.shop.test: the scheme differs"),
        "{sentence}"
    );
    let (rungs, _) = climb(&admin, &token, "eu.shop.test").await;
    assert_eq!(rungs, vec!["Passed"; 9]);
    let sandbox = admin.sandbox_token(&key).await;
    let (rungs, sentence) = climb(&admin, &sandbox, "https://live.test").await;
    assert_eq!(rungs, words(6, "Failed"));
    assert!(
        sentence.contains("where sandbox tokens are refused"),
        "{sentence}"
    );
    let (rungs, sentence) = climb(&admin, &sandbox, "").await;
    assert_eq!(
        (rungs[6].as_str(), rungs[7].as_str(), sentence.as_str()),
        ("Not asked", "Passed", "Valid for 60 more minutes.")
    );
    // 8. Attributes: declared when it was made, not any more; the token works, and that is said.
    app.declare("region", "String").await;
    let carrying = app
        .nobody()
        .token(
            &key,
            r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"region":"N"}}}"#,
        )
        .await;
    app.execute("DELETE FROM attribute").await;
    let (rungs, sentence) = climb(&admin, &carrying, "").await;
    assert_eq!(
        (rungs[7].as_str(), rungs[8].as_str()),
        ("Look at this", "Passed")
    );
    assert!(
        sentence.starts_with("Valid for 60 more minutes, but"),
        "{sentence}"
    );
    assert_eq!(
        app.nobody().introspect(&key, &carrying).await.json()["active"],
        true,
        "what is noticed does not refuse"
    );
    // 9. Permissions: none.
    let nothing = app
        .nobody()
        .token(
            &key,
            r#"{"user":{"distinctId":"u","role":"explorer"},"permissions":{}}"#,
        )
        .await;
    assert_eq!(climb(&admin, &nothing, "").await.0[8], "Look at this");
    // 6. Revocation: everything issued until now.
    app.execute("UPDATE organization SET cut_off = 1795168801000")
        .await;
    assert_eq!(climb(&admin, &token, "").await.0, words(5, "Failed"));
    app.execute("UPDATE organization SET cut_off = 0").await;
    // 4. The key's state: expired, then revoked.
    app.execute("UPDATE api_secret SET expires_at = 1795168800000")
        .await;
    let (rungs, sentence) = climb(&admin, &token, "").await;
    assert_eq!(rungs, words(3, "Failed"));
    assert!(
        sentence.contains("expired 20 Nov 2026, 10:00 UTC"),
        "{sentence}"
    );
    app.execute("UPDATE api_secret SET expires_at = NULL").await;
    app.execute("UPDATE api_key SET revoked_at = 1795168800000")
        .await;
    let (rungs, sentence) = climb(&admin, &token, "").await;
    assert_eq!(rungs, words(3, "Failed"));
    assert!(
        sentence.contains("was revoked 20 Nov 2026, 10:00 UTC"),
        "{sentence}"
    );
}

#[tokio::test]
async fn a_link_carries_the_id_and_tells_what_the_record_knows() {
    let app = TestApp::with_admin().await;
    let (admin, key) = (app.admin().await, app.api_key().await);
    let minted = app.nobody().mint(&key, BODY).await.json();
    let (token, id) = (
        minted["token"].as_str().unwrap(),
        minted["tokenId"].as_str().unwrap(),
    );
    let read = admin
        .form(
            "/settings/embed",
            &[("form", "introspection"), ("token", token)],
        )
        .await
        .text;
    let link = format!("/settings/embed?token={id}");
    assert!(read.contains(&link));
    let told = admin.get(&link).await.text;
    for part in [
        "Valid for 60 more minutes, by its record.",
        "user-1",
        "Production backend",
    ] {
        assert!(told.contains(part), "{part}");
    }
    assert!(!told.contains(token));
    for unknown in ["x", "019a9f5e-0000-7000-8000-000000000000"] {
        assert!(
            admin
                .get(&format!("/settings/embed?token={unknown}"))
                .await
                .text
                .contains("No token with this id is in the record")
        );
    }
    app.clock.advance_seconds(3_600);
    assert!(admin.get(&link).await.text.contains("Expired"));
}

#[tokio::test]
async fn a_site_that_is_none_is_a_fault_of_its_field() {
    let app = TestApp::with_admin().await;
    let refused = app
        .admin()
        .await
        .call(
            "introspect-token",
            &[("token", "x"), ("site", "https://*.a.test")],
        )
        .await;
    assert_eq!(
        (refused.status, refused.violations()),
        (422, vec!["site INVALID_VALUE".to_owned()])
    );
}
