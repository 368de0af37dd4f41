//! Settings: what a change of attributes breaks, and migration mode.

use super::*;

#[tokio::test]
async fn removing_and_renaming_say_first_who_sends_it() {
    let app = TestApp::with_admin().await;
    let (admin, key) = (app.admin().await, app.api_key().await);
    app.declare("region", "String").await;
    for _ in 0..2 {
        app.nobody()
            .token(
                &key,
                r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"region":"N"}}}"#,
            )
            .await;
    }
    app.clock.advance_seconds(180);
    let page = admin.get("/settings/embed").await.text;
    assert!(
        page.contains("Sent by Production backend, last 3 minutes ago"),
        "{page}"
    );
    let id = between(&page, "name=\"attributes[0].id\" value=\"", "\"");
    let rename = [
        ("attributes[0].id", id.as_str()),
        ("attributes[0].version", "1"),
        ("attributes[0].name", "area"),
        ("attributes[0].type", "String"),
    ];
    let asked = section(&admin, "save-attributes", &rename).await;
    assert!(
        asked.contains("Sent by Production backend (2 tokens, last 3 minutes ago)")
            && asked.contains("Rename region to area and save"),
        "{asked}"
    );
    let names = || async {
        app.perch
            .store()
            .attributes(app.perch.store().organizations().await.unwrap()[0].id)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.declaration.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names().await,
        ["region"],
        "nothing happens before it is confirmed"
    );
    // A confirmation is for the change it was asked about.
    let other = [&rename[..], &[("confirmed", "Remove region")]].concat();
    assert!(
        section(&admin, "save-attributes", &other)
            .await
            .contains("Rename region to area and save")
    );
    assert_eq!(names().await, ["region"]);
    // Without JavaScript the same question is a page, and its button the answer.
    let plain = admin
        .form(
            "/settings/embed",
            &[&rename[..], &[("form", "attributes")]].concat(),
        )
        .await;
    assert!(
        plain.status == 200
            && plain
                .text
                .contains("This changes which requests get a token.")
    );
    let sure = [
        &rename[..],
        &[
            ("form", "attributes"),
            ("confirmed", "Rename region to area"),
        ],
    ]
    .concat();
    assert_eq!(admin.form("/settings/embed", &sure).await.status, 303);
    assert_eq!(names().await, ["area"]);
}

#[tokio::test]
async fn migration_mode_drops_counts_and_offers_until_its_day_ends() {
    let app = TestApp::with_admin().await;
    let (admin, key) = (app.admin().await, app.api_key().await);
    app.declare("region", "String").await;
    let body =
        r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"colours":["red"],"9x":1}}}"#;
    // Signed in anew each time: a day passes, and a sign-in with it.
    let migrate = |day: &'static str, intent: &'static str| {
        let app = &app;
        async move {
            let admin = app.admin().await;
            admin
                .form(
                    "/settings/embed",
                    &[
                        ("form", "migration"),
                        ("intent", intent),
                        ("migration_until", day),
                    ],
                )
                .await
        }
    };
    assert_eq!(app.nobody().mint(&key, body).await.status, 422);
    for day in ["2026-11-19", "2027-06-01", "soon", ""] {
        assert_eq!(migrate(day, "start").await.status, 422, "{day}");
    }
    assert_eq!(migrate("2026-11-20", "start").await.status, 303);
    let token = app.nobody().token(&key, body).await;
    assert_eq!(
        app.nobody().introspect(&key, &token).await.json()["attributes"],
        serde_json::json!({}),
        "dropped is dropped"
    );
    let near = app
        .nobody()
        .mint(
            &key,
            r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"regoin":"N"}}}"#,
        )
        .await;
    assert_eq!(
        near.violations(),
        ["user.attributes.regoin ATTRIBUTE_UNKNOWN"]
    );
    let page = admin.get("/settings/embed").await.text;
    assert!(
        page.contains("on until the end of 2026-11-20, UTC")
            && page.contains("declare:colours")
            && !page.contains("declare:9x"),
        "{page}"
    );
    assert!(page.contains("left out of 1 token, last just now, sent by Production backend"));
    let html = section(&admin, "save-attributes", &[("intent", "declare:colours")]).await;
    assert!(
        html.contains("value=\"colours\"")
            && html.contains("value=\"String\" selected")
            && html.contains("name=\"attributes[0].list\" value=\"yes\" checked"),
        "{html}"
    );
    // The day ends by itself; or somebody ends it.
    app.clock.advance_seconds(86_400);
    assert_eq!(app.nobody().mint(&key, body).await.status, 422);
    assert_eq!(migrate("2026-11-30", "start").await.status, 303);
    let answer = app.nobody().mint(&key, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(migrate("2026-11-30", "stop").await.status, 303);
    assert_eq!(app.nobody().mint(&key, body).await.status, 422);
}
