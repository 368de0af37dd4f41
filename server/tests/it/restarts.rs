//! Moving house: another port, another public address, the same tokens.

use crate::harness::{BODY, TestApp};

#[tokio::test]
async fn tokens_keys_and_sign_ins_live_through_a_restart_elsewhere() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    let token = app.nobody().token(&key, BODY).await;
    let folder = app.folder.clone();
    app.perch.store().close().await;
    drop(app);
    let moved = TestApp::open(
        folder,
        &[
            ("PERCH_ADDR", "127.0.0.1:9999"),
            ("PERCH_PUBLIC_URL", "https://perch.example.com"),
        ],
    )
    .await;
    assert_eq!(
        moved.nobody().introspect(&key, &token).await.json()["active"],
        true
    );
    assert_eq!(moved.nobody().mint(&key, BODY).await.status, 200);
}

#[tokio::test]
async fn tokens_of_another_installation_are_not_known() {
    let (here, there) = (TestApp::with_admin().await, TestApp::with_admin().await);
    let (key, foreign_key) = (here.api_key().await, there.api_key().await);
    let foreign = there.nobody().token(&foreign_key, BODY).await;
    assert_eq!(
        here.nobody().introspect(&key, &foreign).await.json(),
        serde_json::json!({ "active": false })
    );
    let read = here
        .admin()
        .await
        .form(
            "/settings/embed",
            &[("form", "introspection"), ("token", &foreign)],
        )
        .await;
    assert!(read.text.contains("TOKEN_UNKNOWN_KEY"));
}
