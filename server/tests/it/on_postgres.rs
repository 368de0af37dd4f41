//! The whole way once on PostgreSQL: the store's own suite covers the statements, this covers that the server finds them there.

use crate::harness::{BODY, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn set_up_save_mint_and_read_back() {
    let Some(app) = TestApp::on_postgres("first").await else {
        return;
    };
    let key = app.api_key().await;
    app.declare("region", "String").await;
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
    assert!(
        admin
            .get("/settings/embed")
            .await
            .text
            .contains("https://a.test")
    );
    let token = app.nobody().token(&key, BODY).await;
    assert_eq!(
        app.nobody().introspect(&key, &token).await.json()["active"],
        true
    );
    assert!(
        admin
            .get("/account")
            .await
            .text
            .contains("data-label=\"Tokens\">1<")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_mints_at_once_are_all_on_record() {
    let Some(app) = TestApp::on_postgres("second").await else {
        return;
    };
    let key = app.api_key().await;
    let minting = (0..20).map(|_| {
        let (client, key) = (app.nobody(), key.clone());
        tokio::spawn(async move {
            client.mint(&key, BODY).await.json()["tokenId"]
                .as_str()
                .unwrap()
                .to_owned()
        })
    });
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    for minted in minting.collect::<Vec<_>>() {
        let id = minted.await.unwrap().parse().unwrap();
        assert!(
            app.perch
                .store()
                .mint(organization, id)
                .await
                .unwrap()
                .is_some()
        );
    }
}
