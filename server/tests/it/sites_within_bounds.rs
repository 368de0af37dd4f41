//! Sites, whoever names them: what is shown costs little, and what is real stays.

use crate::harness::{BODY, TestApp};

#[tokio::test]
async fn a_full_list_of_refused_sites_shows_the_latest() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    app.execute(
        "INSERT INTO origin (id, organization_id, canonical, changed_at, changed_by) \
         SELECT randomblob(16), id, printf('https://customer-%04d.example.com', x), 1, 'Ada' \
         FROM organization, (WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 899) SELECT x FROM n)",
    )
    .await;
    app.execute(
        "INSERT INTO refused_site (organization_id, origin, viewer, day, refusals, last_at) \
         SELECT id, printf('https://custmoer-%04d.example.com', x), randomblob(32), 20777, 1, x \
         FROM organization, (WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n WHERE x < 499) SELECT x FROM n)",
    )
    .await;
    app.perch.config.refresh().await.unwrap();
    let page = admin.get("/settings/embed").await.text;
    let list = page
        .split("id=\"refused-lately\"")
        .nth(1)
        .unwrap()
        .split("</details>")
        .next()
        .unwrap();
    assert!(
        list.contains("Refused lately (500)") && list.contains("And 480 more"),
        "{list}"
    );
    assert_eq!(
        (
            list.matches("class=\"refused\"").count(),
            list.matches("Nearest listed: ").count()
        ),
        (20, 20),
        "{list}"
    );
    for at in 480..500 {
        assert!(
            list.contains(&format!(
                "Nearest listed: https://customer-0{at}.example.com; the spelling differs."
            )),
            "{at} is not in {list}"
        );
    }
    // One that is listed meanwhile makes room for the next.
    app.list("https://custmoer-0499.example.com", "development")
        .await;
    let page = admin.get("/settings/embed").await.text;
    assert!(
        page.contains("Refused lately (499)")
            && page.contains("And 479 more")
            && page.contains("<code>https://custmoer-0479.example.com</code>")
    );
}

#[tokio::test]
async fn a_token_under_a_wildcard_names_few_sites() {
    let app = TestApp::with_admin().await;
    app.list("https://*.shop.test", "production").await;
    app.list("https://own.test", "production").await;
    let key = app.api_key().await;
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let seen = async || {
        app.admin().await.get("/settings/embed").await;
        app.perch
            .store()
            .connected_sites(organization)
            .await
            .unwrap()
            .into_iter()
            .map(|site| site.origin)
            .collect::<Vec<_>>()
    };
    let ann = app.nobody().token(&key, BODY).await;
    for at in 0..30 {
        assert_eq!(
            app.nobody()
                .session(&ann, &format!("https://made-up-{at}.shop.test"))
                .await
                .status,
            200
        );
    }
    assert_eq!(seen().await.len(), 3);
    // Neither another viewer nor a site that is listed by itself is shut out.
    assert_eq!(
        app.nobody().session(&ann, "https://own.test").await.status,
        200
    );
    let bob = app
        .nobody()
        .token(&key, &BODY.replace("user-1", "user-2"))
        .await;
    assert_eq!(
        app.nobody()
            .session(&bob, "https://real.shop.test")
            .await
            .status,
        200
    );
    let seen = seen().await;
    assert!(
        seen.len() == 5
            && seen.contains(&"https://own.test".to_owned())
            && seen.contains(&"https://real.shop.test".to_owned()),
        "{seen:?}"
    );
}
