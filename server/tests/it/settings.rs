//! Settings > Embed & access: origins tried out and pasted, attributes imported, changed with their consequences, migrated.

mod attribute_impact;

use crate::harness::{Client, TestApp, between};

async fn section(who: &Client, endpoint: &str, fields: &[(&str, &str)]) -> String {
    let answer = who.call(endpoint, fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["html"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_tester_names_the_entry_that_decides_or_the_nearest_miss() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    let ask = |site: &'static str| {
        let admin = &admin;
        async move { section(admin, "test-site", &[("site-test", site)]).await }
    };
    assert!(
        ask("https://a.test")
            .await
            .contains("The list is empty, so it admits nobody.")
    );
    let fields = [
        ("form", "origins"),
        ("origins[0].origin", "https://*.shop.test"),
        ("origins[0].label", "Shops"),
    ];
    assert_eq!(admin.form("/settings/embed", &fields).await.status, 303);
    assert!(
        ask("EU.shop.test/path")
            .await
            .contains("Decided by https://*.shop.test (Shops), Development.")
    );
    assert!(
        ask("https://shop.test.evil.test")
            .await
            .contains("only looks like it")
    );
    assert!(ask("null").await.contains("This is no site."));
    // By address, as a page without JavaScript asks.
    assert!(
        admin
            .get("/settings/embed?site-test=http%3A%2F%2Feu.shop.test")
            .await
            .text
            .contains("the scheme differs")
    );
}

#[tokio::test]
async fn many_lines_become_rows_with_a_verdict_each() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    assert_eq!(
        admin
            .form(
                "/settings/embed",
                &[("form", "origins"), ("origins[0].origin", "https://a.test")]
            )
            .await
            .status,
        303
    );
    let typed = [
        ("origins[0].origin", "https://typed.test"),
        ("intent", "paste"),
        (
            "paste",
            "A.test/x\nhttps://b.test\n*.github.io\nb.test:443\n",
        ),
    ];
    let html = section(&admin, "save-origins", &typed).await;
    for part in [
        "1 of 4 lines became rows",
        "Listed already.",
        "Anyone can get a name under github.io",
        "value=\"https://b.test\"",
        "value=\"https://typed.test\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let kept = between(&html, "<textarea id=\"paste\"", "</textarea>");
    assert!(
        kept.ends_with(">\n*.github.io"),
        "what could not be added stays to be corrected: {kept}"
    );
    assert_eq!(
        app.perch
            .store()
            .origins(app.perch.store().organizations().await.unwrap()[0].id)
            .await
            .unwrap()
            .len(),
        1,
        "nothing is saved yet"
    );
}

#[tokio::test]
async fn what_is_typed_is_described_and_playgrounds_are_known() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    let html = section(&admin, "describe-origin", &[("value", "CodePen.io/pen")]).await;
    assert!(
        html.contains("Will be listed as https://codepen.io.")
            && html.contains("add:https://cdpn.io"),
        "{html}"
    );
    assert!(
        section(&admin, "describe-origin", &[("value", "ftp://x")])
            .await
            .contains("ftp:// cannot be listed")
    );
    assert_eq!(
        admin
            .form(
                "/settings/embed",
                &[("form", "origins"), ("origins[0].origin", "https://a.test")]
            )
            .await
            .status,
        303
    );
    let id = between(
        &admin.get("/settings/embed").await.text,
        "name=\"origins[0].id\" value=\"",
        "\"",
    );
    assert!(
        section(&admin, "describe-origin", &[("value", "a.test")])
            .await
            .contains("is listed already")
    );
    assert!(
        !section(
            &admin,
            "describe-origin",
            &[("value", "a.test"), ("id", &id)]
        )
        .await
        .contains("is listed already")
    );
    // An address can bring a site to add.
    let page = admin.get("/settings/embed?add=https://new.test").await.text;
    assert!(page.contains("value=\"https://new.test\"") && page.contains("1 change not saved yet"));
}

#[tokio::test]
async fn a_sample_fills_the_table() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    app.declare("region", "String").await;
    let sample = r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"region":3,"since":"2026-01-01","shop":{}}}}"#;
    let stored = between(
        &admin.get("/settings/embed").await.text,
        "name=\"attributes[0].id\" value=\"",
        "\"",
    );
    let fields = [
        ("attributes[0].id", stored.as_str()),
        ("attributes[0].version", "1"),
        ("attributes[0].name", "region"),
        ("attributes[0].type", "String"),
        ("intent", "import"),
        ("sample", sample),
    ];
    let html = section(&admin, "save-attributes", &fields).await;
    for part in [
        "1 attribute was added",
        "value=\"since\"",
        "Declared as String, but the sample has Integer.",
        "An attribute cannot be an object",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let refused = admin
        .call(
            "save-attributes",
            &[("intent", "import"), ("sample", "region=North")],
        )
        .await;
    assert_eq!(
        (refused.status, refused.violations()),
        (422, vec!["sample INVALID_VALUE".to_owned()])
    );
}

#[tokio::test]
async fn first_steps_tick_themselves_off_and_can_be_put_away() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    let done = || {
        let admin = &admin;
        async move {
            admin
                .get("/settings/embed")
                .await
                .text
                .matches("<span class=\"word\">Done</span>")
                .count()
        }
    };
    assert_eq!(done().await, 0);
    let key = app.api_key().await;
    assert_eq!(done().await, 1);
    assert_eq!(
        admin
            .form(
                "/settings/embed",
                &[("form", "origins"), ("origins[0].origin", "https://a.test")]
            )
            .await
            .status,
        303
    );
    assert_eq!(done().await, 2);
    app.declare("region", "String").await;
    assert_eq!(done().await, 3);
    let made = admin
        .call(
            "generate-sandbox-token",
            &[("api_key", &key), ("distinctId", "v"), ("role", "explorer")],
        )
        .await;
    assert_eq!(made.status, 200);
    assert_eq!(done().await, 4);
    assert_eq!(
        admin
            .form(
                "/settings/embed",
                &[("form", "first-steps"), ("intent", "hide")]
            )
            .await
            .status,
        303
    );
    assert_eq!(done().await, 0);
    assert_eq!(
        admin
            .form(
                "/settings/embed",
                &[("form", "first-steps"), ("intent", "show")]
            )
            .await
            .status,
        303
    );
    assert_eq!(done().await, 4);
}

#[tokio::test]
async fn long_lists_are_filtered_and_paged_in_the_address() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    let fields: Vec<(String, String)> = (0..120)
        .map(|n| {
            (
                format!("origins[{n}].origin"),
                format!("https://shop-{n:03}.test"),
            )
        })
        .collect();
    let fields: Vec<_> = fields
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .chain([("form", "origins")])
        .collect();
    assert_eq!(admin.form("/settings/embed", &fields).await.status, 303);
    let page = admin.get("/settings/embed?origins-page=3").await.text;
    assert!(
        page.contains("value=\"https://shop-100.test\"")
            && !page.contains("value=\"https://shop-099.test\"")
            && page.contains("aria-current=\"page\"")
    );
    let found = admin
        .get("/settings/embed?origins-filter=SHOP-07")
        .await
        .text;
    assert!(found.contains("10 of 120") && found.contains("value=\"https://shop-079.test\""));
    // Saving a page leaves the others alone and comes back to it.
    let id = between(&page, "name=\"origins[0].id\" value=\"", "\"");
    let edit = [
        ("form", "origins"),
        ("origins-page", "3"),
        ("origins[0].id", id.as_str()),
        ("origins[0].version", "1"),
        ("origins[0].origin", "https://shop-100.test"),
        ("origins[0].label", "Last"),
    ];
    let saved = admin.form("/settings/embed", &edit).await;
    assert_eq!(
        saved.header("location"),
        "/settings/embed?origins-page=3#origins"
    );
    assert_eq!(
        app.perch
            .store()
            .origins(app.perch.store().organizations().await.unwrap()[0].id)
            .await
            .unwrap()
            .len(),
        120
    );
}
