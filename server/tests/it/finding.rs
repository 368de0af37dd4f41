//! Finding out afterwards: a refused request by its id, and the sites that were refused lately.

use crate::harness::{BODY, TestApp};
use axum::http::Method;

const SITE: &str = "https://app.test";

#[tokio::test]
async fn a_visitors_reference_leads_to_what_happened() {
    let app = TestApp::with_admin().await;
    app.list(SITE, "development").await;
    app.declare("region", "String").await;
    let (admin, key) = (app.admin().await, app.api_key().await);
    let token = app.nobody().token(&key, r#"{"user":{"distinctId":"ann","role":"explorer","attributes":{"region":"Secretland"}}}"#).await;
    let turned = app.nobody().session(&token, "https://app.tset").await;
    let broken = app.nobody().session("nonsense", SITE).await;
    let minted = app.nobody().mint(&key, r#"{"user":{"distinctId":"ann","role":"explorer","attributes":{"regoin":"Secretland"}}}"#).await;
    let find = |answer: &crate::harness::Answer| {
        let (admin, id) = (&admin, answer.header("x-request-id").to_owned());
        async move {
            admin
                .form(
                    "/settings/embed",
                    &[("form", "introspection"), ("token", &id)],
                )
                .await
                .text
        }
    };
    let told = find(&turned).await;
    for part in [
        "https://app.tset is not listed.",
        "Nearest is https://app.test",
        "POST /embed/session",
        "Production backend",
        "ORIGIN_NOT_AUTHORIZED",
        "10:00 UTC",
        "Add this origin",
    ] {
        assert!(told.contains(part), "{part} is not in {told}");
    }
    let result = told
        .split("id=\"introspection-result\"")
        .nth(1)
        .unwrap()
        .to_owned();
    assert_eq!(
        (
            result.matches(">Passed<").count(),
            result.matches(">Failed<").count(),
            result.matches(">Not reached<").count()
        ),
        (6, 1, 2)
    );
    assert!(!result.contains(&token) && !result.contains("Secretland"));
    // Listed since, it says so.
    app.list("https://app.tset", "development").await;
    assert!(find(&turned).await.contains("It could now."));
    // As the component prints it; and a reference that is only a code.
    let pasted = async |text: &str| {
        admin
            .form(
                "/settings/embed",
                &[("form", "introspection"), ("token", text)],
            )
            .await
            .text
    };
    assert!(
        pasted(&format!("Reference: {}", turned.header("x-request-id")))
            .await
            .contains("POST /embed/session")
    );
    assert!(
        pasted("Reference: SERVER_UNREACHABLE")
            .await
            .contains("The browser decided this by itself")
    );
    // Stolen and used elsewhere, it can be ended from there.
    assert!(told.contains("Revoke this token"));
    let seen = admin
        .form(
            "/settings/embed",
            &[
                ("form", "introspection"),
                ("token", &token),
                ("site", "https://evil.test"),
            ],
        )
        .await
        .text;
    assert!(seen.contains("Revoke all tokens of this viewer"));
    assert!(
        find(&broken)
            .await
            .contains("This is not a complete token.")
    );
    let told = find(&minted).await;
    assert!(
        told.contains("POST /embed/generate-token")
            && told.contains("user.attributes.regoin ATTRIBUTE_UNKNOWN")
            && !told.contains("Secretland")
    );
    // Nothing is kept of what was answered; the id itself tells when.
    let answered = app.nobody().mint(&key, BODY).await;
    assert!(
        find(&answered)
            .await
            .contains("It was given on 20 Nov 2026, 10:00 UTC")
    );
}

#[tokio::test]
async fn a_live_connection_that_was_ended_is_found_too() {
    let app = TestApp::with_admin().await;
    app.list(SITE, "development").await;
    let key = app.api_key().await;
    let token = app.nobody().token(&key, BODY).await;
    let (head, mut stream) = app.nobody().live(&token, SITE).await;
    stream.next().await.unwrap();
    app.nobody().revoke(&key, r#"{"all":true}"#).await;
    let told = stream.next().await.unwrap();
    assert!(told.contains(head.header("x-request-id")));
    let found = app
        .admin()
        .await
        .get(&format!(
            "/settings/embed?token={}",
            head.header("x-request-id")
        ))
        .await
        .text;
    assert!(
        found.contains("TOKEN_REVOKED") && found.contains("POST /embed/live"),
        "{found}"
    );
}

#[tokio::test]
async fn what_is_kept_is_bounded() {
    let app = TestApp::with_admin().await;
    let (key, admin) = (app.api_key().await, app.admin().await);
    // Whoever reads has it written first.
    for _ in 0..12 {
        for _ in 0..100 {
            app.nobody().mint(&key, "{").await;
        }
        admin.get("/settings/embed").await;
    }
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    assert_eq!(
        app.perch
            .store()
            .count_refused_requests(Some(organization))
            .await
            .unwrap(),
        1_000
    );
    for _ in 0..5 {
        app.nobody()
            .send(
                Method::POST,
                "/embed/session",
                &[("origin", SITE), ("authorization", "Bearer x")],
                "",
            )
            .await;
    }
    admin.get("/settings/embed").await;
    assert_eq!(
        app.perch
            .store()
            .count_refused_requests(None)
            .await
            .unwrap(),
        5
    );
}

#[tokio::test]
async fn refused_lately_counts_only_tokens_that_were_ours() {
    let app = TestApp::with_admin().await;
    app.list(SITE, "development").await;
    let (admin, key) = (app.admin().await, app.api_key().await);
    let ann = app.nobody().token(&key, BODY).await;
    let bob = app
        .nobody()
        .token(&key, &BODY.replace("user-1", "user-2"))
        .await;
    app.nobody()
        .session("nonsense", "https://nonsense.test")
        .await;
    app.nobody()
        .send(
            Method::POST,
            "/embed/session",
            &[
                ("origin", "null"),
                ("authorization", &format!("Bearer {ann}")),
            ],
            "",
        )
        .await;
    // Markup is no origin, and a look-alike is called one.
    for (token, site) in [
        (&ann, "https://staging.app.test"),
        (&ann, "https://staging.app.test"),
        (&bob, "https://staging.app.test"),
        (&ann, "https://<script>alert(1)</script>.test"),
        (&bob, "https://app.test.evil.test"),
        (&bob, "https://xn--pp-jia.test"),
        (&bob, "https://fourth.test"),
    ] {
        app.nobody().session(token, site).await;
        app.clock.advance_milliseconds(5);
    }
    let page = admin.get("/settings/embed").await.text;
    let list = page
        .split("id=\"refused-lately\"")
        .nth(1)
        .unwrap()
        .split("</details>")
        .next()
        .unwrap()
        .to_owned();
    assert!(page.contains("Refused lately (3)"), "{list}");
    assert!(list.contains("2 viewers, 3 times"), "{list}");
    for part in [
        "https://app.test.evil.test",
        "the name only looks like it and belongs to somebody else",
        "https://xn--pp-jia.test",
        "xn-- is how it is really written",
        "value=\"add:https://staging.app.test\"",
    ] {
        assert!(list.contains(part), "{part} is not in {list}");
    }
    for absent in ["<script>alert", "alert(1)", "nonsense", "fourth.test"] {
        assert!(!page.contains(absent), "{absent}");
    }
    // "Allow" opens the form with what else was typed, and adds nothing.
    let allowed = [
        ("form", "origins"),
        ("intent", "add:https://staging.app.test"),
        ("origins[0].origin", "https://half.typed"),
    ];
    let form = admin.form("/settings/embed", &allowed).await.text;
    assert!(
        form.contains("value=\"https://staging.app.test\"")
            && form.contains("value=\"https://half.typed\""),
        "{form}"
    );
    assert_eq!(
        app.nobody()
            .session(&ann, "https://staging.app.test")
            .await
            .status,
        403
    );
    // Listed, it is no longer refused, which the answer to the form says already; after two weeks nobody asks any more.
    let saved = admin
        .call(
            "save-origins",
            &[
                ("origins[0].origin", "https://staging.app.test"),
                ("origins[0].environment", "development"),
            ],
        )
        .await;
    assert!(saved.text.contains("Refused lately (2)"), "{}", saved.text);
    assert!(
        admin
            .get("/settings/embed")
            .await
            .text
            .contains("Refused lately (2)")
    );
    app.perch
        .store()
        .forget_refused_sites(i64::MAX)
        .await
        .unwrap();
    assert!(
        admin
            .get("/settings/embed")
            .await
            .text
            .contains("Refused lately: none.")
    );
}
