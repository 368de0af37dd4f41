//! How many SQL statements each request sends. Background tasks are off and the clock stands still, so the counts are exact.

use crate::harness::{BODY, Client, TestApp};

const SITE: &str = "https://app.test";

/// The statements that each request sends, `BEGIN`, `COMMIT` and the audit entry included. One text of several statements, such as
/// a batch of mint records, counts once.
const STATEMENTS: [(&str, u64); 5] = [
    ("settings page", 11),
    ("mint", 1),
    ("embed session", 0),
    ("revoke a token", 15),
    ("save an origin", 17),
];

/// An installation with an origin, an attribute and a key, without background tasks; its signed-in admin and the key.
async fn installation() -> (TestApp, Client, String) {
    let app = TestApp::with_admin().await;
    app.list(SITE, "development").await;
    app.declare("region", "String").await;
    let key = app.api_key().await;
    let app = app.without_upkeep().await;
    let admin = app.admin().await;
    (app, admin, key)
}

/// The statements that one request sends.
async fn sent<T>(app: &TestApp, request: impl Future<Output = T>) -> (T, u64) {
    let before = app.perch.store().statements_sent();
    let answer = request.await;
    (answer, app.perch.store().statements_sent() - before)
}

#[tokio::test]
async fn each_request_sends_a_known_number_of_statements() {
    let (app, admin, key) = installation().await;
    let backend = app.nobody();

    let (page, settings_page) = sent(&app, admin.get("/settings/embed")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let (minted, mint) = sent(&app, backend.mint(&key, BODY)).await;
    assert_eq!(minted.status, 200, "{}", minted.text);
    let (token, id) = (&minted.json()["token"], &minted.json()["tokenId"]);
    let token = token.as_str().unwrap();
    let (session, embed_session) = sent(&app, backend.session(token, SITE)).await;
    assert_eq!(session.status, 200, "{}", session.text);
    let body = serde_json::json!({ "tokenId": id }).to_string();
    let (revoked, revoke_token) = sent(&app, backend.revoke(&key, &body)).await;
    assert_eq!(revoked.status, 200, "{}", revoked.text);
    let fields = [
        ("form", "origins"),
        ("origins[0].origin", "https://shop.test"),
        ("origins[0].environment", "production"),
    ];
    let (saved, save_origin) = sent(&app, admin.form("/settings/embed", &fields)).await;
    assert_eq!(saved.status, 303, "{}", saved.text);

    assert_eq!(
        [
            ("settings page", settings_page),
            ("mint", mint),
            ("embed session", embed_session),
            ("revoke a token", revoke_token),
            ("save an origin", save_origin),
        ],
        STATEMENTS
    );
}
