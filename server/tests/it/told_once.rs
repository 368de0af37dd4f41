//! What a page says was done: only after it was done, once, to whoever did it.

use crate::harness::{TestApp, between};

#[tokio::test]
async fn an_address_makes_no_page_say_that_something_was_done() {
    let app = TestApp::with_admin().await;
    app.api_key().await;
    let admin = app.admin().await;
    let id = format!(
        "0{}",
        between(
            &admin.get("/account").await.text,
            "href=\"/account/keys/0",
            "/revoke"
        )
    );
    for query in [
        "ended=all".to_owned(),
        format!("ended={id}"),
        format!("revoked={id}"),
        "password=changed".to_owned(),
        "flash=x".to_owned(),
    ] {
        let page = admin.get(&format!("/account?{query}")).await.text;
        assert!(
            !page.contains("notice success")
                && !page.contains("ended")
                && !page.contains("is revoked"),
            "{query}"
        );
    }
    for query in [
        "saved=origins&changes=7",
        "saved=attributes&changes=1",
        "saved=origins",
    ] {
        let page = admin.get(&format!("/settings/embed?{query}")).await.text;
        assert!(
            !page.contains("notice success")
                && !page.contains("Saved ")
                && !page.contains("Nothing had changed"),
            "{query}"
        );
    }
}

#[tokio::test]
async fn what_was_done_is_told_once_where_it_belongs_and_not_to_others() {
    let app = TestApp::with_admin().await;
    let (admin, elsewhere) = (app.admin().await, app.admin().await);
    let saved = admin
        .form(
            "/settings/embed",
            &[("form", "origins"), ("origins[0].origin", "https://a.test")],
        )
        .await;
    assert_eq!(
        (saved.status, saved.header("location")),
        (303, "/settings/embed#origins")
    );
    assert!(
        !elsewhere
            .get("/settings/embed")
            .await
            .text
            .contains("Saved 1 change"),
        "another sign-in"
    );
    assert!(
        !admin.get("/account").await.text.contains("Saved 1 change"),
        "another page"
    );
    assert!(
        admin
            .get("/settings/embed")
            .await
            .text
            .contains("Saved 1 change by Ada Lovelace")
    );
    assert!(
        !admin
            .get("/settings/embed")
            .await
            .text
            .contains("Saved 1 change"),
        "told already"
    );

    admin.create_key(&[("scopes", "mint")]).await;
    let path = format!(
        "/account/keys/0{}/revoke",
        between(
            &admin.get("/account").await.text,
            "href=\"/account/keys/0",
            "/revoke"
        )
    );
    assert_eq!(
        admin.form(&path, &[]).await.header("location"),
        "/account#api-keys"
    );
    assert!(
        admin
            .get("/account")
            .await
            .text
            .contains("The key Production backend is revoked; its tokens have ended.")
    );
    assert_eq!(
        admin
            .form("/account/end-tokens", &[])
            .await
            .header("location"),
        "/account#api-keys"
    );
    assert!(
        admin
            .get("/account")
            .await
            .text
            .contains("Every token of the organization has ended; the keys go on.")
    );
    assert!(!admin.get("/account").await.text.contains("notice success"));
    // Nobody waits for it a minute later.
    admin.form("/account/end-tokens", &[]).await;
    app.clock.advance_seconds(60);
    assert!(!admin.get("/account").await.text.contains("notice success"));
}
