//! Revocation stays there for everybody, whatever one key revokes; and what would end nothing writes nothing.

use crate::harness::{Answer, BODY, Client, TestApp};
use serde_json::json;

const SITE: &str = "https://app.test";

async fn furnished() -> (TestApp, String) {
    let app = TestApp::with_admin().await;
    app.list(SITE, "development").await;
    let key = app.api_key().await;
    app.clock.advance_seconds(1);
    (app, key)
}

fn of(viewer: &str) -> String {
    BODY.replace("user-1", viewer)
}

async fn refused(app: &TestApp, token: &str) -> String {
    let answer = app.nobody().session(token, SITE).await;
    if answer.status == 200 {
        String::new()
    } else {
        answer.code()
    }
}

async fn revoke_viewer(app: &TestApp, key: &str, viewer: &str) -> Answer {
    app.nobody()
        .revoke(key, &json!({ "distinctId": viewer }).to_string())
        .await
}

/// The generation, and how many entries the audit log has.
async fn written(app: &TestApp) -> (i64, usize) {
    let store = app.perch.store();
    let organization = store.organizations().await.unwrap()[0].id;
    (
        store.generation().await.unwrap(),
        store.audit(organization, 1_000).await.unwrap().len(),
    )
}

#[tokio::test]
async fn a_key_revokes_a_hundred_a_second_and_may_always_end_all() {
    let (app, key) = furnished().await;
    let other = app.api_key().await;
    for at in 0..100 {
        assert_eq!(
            revoke_viewer(&app, &key, &format!("made-up-{at}"))
                .await
                .status,
            200
        );
    }
    let token = app.nobody().mint(&key, BODY).await.json();
    for body in [
        r#"{"distinctId":"user-1"}"#.to_owned(),
        json!({ "tokenId": token["tokenId"] }).to_string(),
    ] {
        let held = app.nobody().revoke(&key, &body).await;
        assert_eq!(
            (
                held.status,
                held.code().as_str(),
                held.header("retry-after")
            ),
            (429, "TOO_MANY_REQUESTS", "1")
        );
    }
    assert_eq!(
        revoke_viewer(&app, &other, "user-1").await.status,
        200,
        "another key is not held up"
    );
    assert_eq!(
        app.nobody().revoke(&key, r#"{"all":true}"#).await.status,
        200
    );
    assert_eq!(
        refused(&app, token["token"].as_str().unwrap()).await,
        "TOKEN_REVOKED"
    );
    app.clock.advance_milliseconds(10);
    assert_eq!(
        [
            revoke_viewer(&app, &key, "a").await.status,
            revoke_viewer(&app, &key, "b").await.status
        ],
        [200, 429]
    );
    // A clock that is set back holds nobody up.
    app.clock.advance_seconds(-60);
    assert_eq!(revoke_viewer(&app, &key, "c").await.status, 200);
}

#[tokio::test]
async fn nothing_is_written_where_nothing_would_end() {
    let (app, key) = furnished().await;
    let minted = app.nobody().mint(&key, &of("ann")).await.json();
    let body = json!({ "tokenId": minted["tokenId"] }).to_string();
    let before = written(&app).await;
    assert_eq!(app.nobody().revoke(&key, &body).await.status, 200);
    let once = written(&app).await;
    assert!(once.0 > before.0 && once.1 == before.1 + 1);
    assert_eq!(app.nobody().revoke(&key, &body).await.status, 200);
    assert_eq!(written(&app).await, once);

    let token = app.nobody().token(&key, &of("bob")).await;
    assert_eq!(revoke_viewer(&app, &key, "bob").await.status, 200);
    let once = written(&app).await;
    for _ in 0..3 {
        assert_eq!(revoke_viewer(&app, &key, "bob").await.status, 200);
        assert_eq!(refused(&app, &token).await, "TOKEN_REVOKED");
    }
    assert_eq!(written(&app).await, once);
    // What was made since is ended by once more.
    let again = app.nobody().token(&key, &of("bob")).await;
    assert_eq!(refused(&app, &again).await, "");
    assert_eq!(revoke_viewer(&app, &key, "bob").await.status, 200);
    assert_eq!(
        (refused(&app, &again).await.as_str(), written(&app).await.1),
        ("TOKEN_REVOKED", once.1 + 1)
    );
    // All of a key is always written: a copy of the database that was put back may lack the record of a token.
    assert_eq!(
        app.nobody().revoke(&key, r#"{"all":true}"#).await.status,
        200
    );
    assert_eq!(
        app.nobody().revoke(&key, r#"{"all":true}"#).await.status,
        200
    );
    assert_eq!(written(&app).await.1, once.1 + 3);
}

#[tokio::test]
async fn a_revocation_that_a_failover_lost_is_written_again() {
    let (app, key) = furnished().await;
    let minted = app.nobody().mint(&key, &of("ann")).await.json();
    let by_token = json!({ "tokenId": minted["tokenId"] }).to_string();
    assert_eq!(app.nobody().revoke(&key, &by_token).await.status, 200);
    assert_eq!(revoke_viewer(&app, &key, "eve").await.status, 200);
    // The database forgot; this node's memory did not.
    app.execute("DELETE FROM revocation").await;
    assert_eq!(app.nobody().revoke(&key, &by_token).await.status, 200);
    // Of this viewer no token is on record either.
    assert_eq!(revoke_viewer(&app, &key, "eve").await.status, 200);
    let left = app.perch.store().snapshot(-1).await.unwrap().revocations;
    assert_eq!(
        (
            left.len(),
            left.iter().filter(|row| row.token_id.is_some()).count()
        ),
        (2, 1)
    );
}

/// A viewer's token is ended whatever the clocks of the nodes say: of a node that is days behind or ahead of the one that is asked.
async fn whatever_the_clocks_say(app: TestApp) {
    let key = app.api_key().await;
    let ahead = app.beside().await;
    ahead.clock.advance_seconds(4 * 86_400);
    for (viewer, minting, revoking) in [
        ("ann", &app, &ahead),
        ("bob", &ahead, &app),
        ("eve", &ahead, &ahead),
    ] {
        let token = minting.nobody().token(&key, &of(viewer)).await;
        assert_eq!(revoke_viewer(revoking, &key, viewer).await.status, 200);
        for node in [&app, &ahead] {
            node.perch.config.refresh().await.unwrap();
        }
        assert_eq!(refused(minting, &token).await, "TOKEN_REVOKED", "{viewer}");
    }
}

#[tokio::test]
async fn a_clock_that_is_wrong_hides_no_token() {
    let (app, _) = furnished().await;
    whatever_the_clocks_say(app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_hides_no_token_on_postgres() {
    let Some(app) = TestApp::on_postgres("revoking_bounds").await else {
        return;
    };
    app.list(SITE, "development").await;
    whatever_the_clocks_say(app).await;
}

#[tokio::test]
async fn a_key_that_fills_its_bound_takes_revocation_from_nobody_else() {
    let (app, key) = furnished().await;
    let other = app.api_key().await;
    // The first key, being the older one, revoked fifty thousand viewers.
    app.execute(
        "INSERT INTO revocation (id, organization_id, key_id, subject_hash, cut_off, created_at, expires_at, generation) \
         SELECT randomblob(16), organization_id, id, randomblob(16), 1, 1, 9000000000000, 1000 \
         FROM (SELECT id, organization_id FROM api_key ORDER BY created_at, id LIMIT 1), \
         (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 50000) SELECT x FROM n)",
    )
    .await;
    app.execute("UPDATE generation SET value = 1000").await;
    app.perch.config.refresh().await.unwrap();
    let minted = app.nobody().mint(&key, BODY).await.json();
    let (token, id) = (
        minted["token"].as_str().unwrap(),
        minted["tokenId"].as_str().unwrap(),
    );
    for body in [
        r#"{"distinctId":"user-1"}"#.to_owned(),
        json!({ "tokenId": id }).to_string(),
    ] {
        let full = app.nobody().revoke(&key, &body).await;
        assert_eq!(
            (full.status, full.header("retry-after")),
            (429, "3600"),
            "{}",
            full.text
        );
        assert!(full.text.contains("50,000"), "{}", full.text);
    }
    assert_eq!(refused(&app, token).await, "");
    let theirs = app.nobody().token(&other, BODY).await;
    assert_eq!(revoke_viewer(&app, &other, "user-1").await.status, 200);
    assert_eq!(refused(&app, &theirs).await, "TOKEN_REVOKED");
    let admin: Client = app.admin().await;
    let ended = admin
        .call(
            "introspect-token",
            &[
                ("token", token),
                ("intent", &format!("end-token-sure:{id}")),
            ],
        )
        .await;
    assert_eq!(ended.status, 200, "{}", ended.text);
    assert_eq!(refused(&app, token).await, "TOKEN_REVOKED");
    assert_eq!(
        app.nobody().revoke(&key, r#"{"all":true}"#).await.status,
        200
    );
}

#[tokio::test]
async fn a_count_stops_where_nobody_counts_further() {
    let (app, _) = furnished().await;
    let admin = app.admin().await;
    // 10,001 tokens of the key, a second old; ids are UUID v7.
    app.execute(
        "INSERT INTO mint (token_id, organization_id, secret_id, subject, issued_at, expires_at) \
         SELECT unhex(printf('%012x7%03x8%015x', 1795168800000, x % 4096, x)), organization_id, id, 'ann', 1795168800, 1795172400 \
         FROM api_secret, (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 10001) SELECT x FROM n)",
    )
    .await;
    let account = admin.get("/account").await.text;
    let path = |verb: &str| {
        format!(
            "/account/keys/0{}/{verb}",
            crate::harness::between(&account, "href=\"/account/keys/0", "/revoke")
        )
    };
    let asked = admin.get(&path("revoke")).await.text;
    assert!(
        asked.contains("More than 10,000 live tokens end at once")
            && asked.contains("Revoke key and end more than 10,000 tokens"),
        "{asked}"
    );
    assert!(
        admin
            .get(&path("end-tokens"))
            .await
            .text
            .contains("End more than 10,000 tokens")
    );
    assert!(
        admin
            .get("/account/end-tokens")
            .await
            .text
            .contains("End more than 10,000 tokens")
    );
    // One fewer is told exactly.
    app.execute("DELETE FROM mint WHERE token_id = (SELECT MIN(token_id) FROM mint)")
        .await;
    assert!(
        admin
            .get(&path("revoke"))
            .await
            .text
            .contains("Revoke key and end 10,000 tokens")
    );
    // 200,000 younger ones of somebody else, and it is not known how many there are.
    app.execute(
        "INSERT INTO mint (token_id, organization_id, secret_id, subject, issued_at, expires_at) \
         SELECT unhex(printf('%012x7%03x8%015x', 1795168800500, x % 4096, x)), randomblob(16), 'another', 'bob', 1795168800, 1795172400 \
         FROM (WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 200000) SELECT x FROM n)",
    )
    .await;
    let asked = admin.get(&path("revoke")).await.text;
    assert!(
        asked.contains("How many there are is not known")
            && asked.contains("Revoke key and end all tokens"),
        "{asked}"
    );
    assert_eq!(admin.form(&path("revoke"), &[]).await.status, 303);
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let entries = app.perch.store().audit(organization, 100).await.unwrap();
    let before = entries
        .iter()
        .find(|entry| entry.action == "api_key.revoke")
        .unwrap()
        .before
        .as_deref()
        .unwrap();
    assert!(before.contains("\"live_tokens\":\"not known\""), "{before}");
}
