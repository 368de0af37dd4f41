//! A database that went back to an earlier state, and clocks that are ahead.

use crate::harness::{BODY, NOW, TestApp, until};

const SITE: &str = "https://app.test";
const DAY: i64 = 86_400_000;

fn of(viewer: &str) -> String {
    BODY.replace("user-1", viewer)
}

async fn code(app: &TestApp, token: &str) -> String {
    let answer = app.nobody().session(token, SITE).await;
    if answer.status == 200 {
        String::new()
    } else {
        answer.code()
    }
}

/// A backup is restored under two running nodes: what was revoked before it stays so, and what is revoked afterwards counts on
/// both, whatever the numbers were.
async fn restored(app: TestApp) {
    let other = app.beside().await;
    app.list(SITE, "development").await;
    let key = app.api_key().await;
    let mut tokens = Vec::new();
    for viewer in ["before", "first", "second", "third", "lost"] {
        tokens.push(app.nobody().token(&key, &of(viewer)).await);
    }
    let [before, first, second, third, lost] = tokens.try_into().unwrap();
    let revoke = async |viewer: &str| {
        let answer = app
            .nobody()
            .revoke(&key, &format!(r#"{{"distinctId":"{viewer}"}}"#))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    };
    revoke("before").await;
    app.behind("CREATE TABLE backup_generation AS SELECT * FROM generation")
        .await;
    revoke("lost").await;
    until("the other node", || async {
        code(&other, &lost).await == "TOKEN_REVOKED"
    })
    .await;
    app.list("https://lost.test", "development").await;
    // Whatever the numbers were: both nodes have met one that the restored database reaches never again.
    app.behind("UPDATE generation SET value = 9000000000000000")
        .await;
    for node in [&app, &other] {
        until("the number", || async {
            *node.perch.config.changes().borrow() == 9_000_000_000_000_000
        })
        .await;
    }
    // What the backup does not have is gone, and its number with it.
    app.behind("DELETE FROM revocation WHERE generation > (SELECT value FROM backup_generation)")
        .await;
    app.behind("DELETE FROM origin WHERE canonical = 'https://lost.test'")
        .await;
    app.behind("UPDATE generation SET value = (SELECT value FROM backup_generation)")
        .await;
    for node in [&app, &other] {
        until("the restored list", || async {
            node.nobody()
                .session(&first, "https://lost.test")
                .await
                .code()
                == "ORIGIN_NOT_AUTHORIZED"
        })
        .await;
    }
    for (viewer, token) in [("first", &first), ("second", &second), ("third", &third)] {
        assert_eq!(
            [code(&app, token).await, code(&other, token).await],
            ["", ""],
            "{viewer}"
        );
        revoke(viewer).await;
        assert_eq!(code(&app, token).await, "TOKEN_REVOKED", "{viewer}");
        until("the other node", || async {
            code(&other, token).await == "TOKEN_REVOKED"
        })
        .await;
    }
    assert_eq!(
        [code(&app, &before).await, code(&other, &before).await],
        ["TOKEN_REVOKED", "TOKEN_REVOKED"]
    );
    // A new key of the one is known to the other.
    let newer = app.api_key().await;
    assert_eq!(other.nobody().mint(&newer, BODY).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_under_running_nodes_loses_no_revocation() {
    restored(TestApp::with_admin().await).await;
    if let Some(app) = TestApp::on_postgres("restored").await {
        restored(app).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_a_restore_lost_are_not_given_again() {
    let app = TestApp::with_admin().await;
    app.behind("UPDATE generation SET value = 5").await;
    app.list(SITE, "development").await;
    let given = app.perch.store().generation().await.unwrap();
    assert!(
        given > 1_700_000_000_000,
        "the number is the time where that is greater: {given}"
    );
    app.list("https://b.test", "development").await;
    assert!(app.perch.store().generation().await.unwrap() > given);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_ahead_lets_no_revoked_token_back_in() {
    let app = TestApp::with_admin().await;
    app.list(SITE, "development").await;
    let key = app.api_key().await;
    let minted = app.nobody().mint(&key, BODY).await.json();
    let token = minted["token"].as_str().unwrap();
    assert_eq!(
        app.nobody()
            .revoke(&key, r#"{"distinctId":"user-1"}"#)
            .await
            .status,
        200
    );
    // A machine starts three days ahead, or a year, and its upkeep comes by after an hour.
    for days in [3, 365] {
        app.clock.advance_seconds(days * 86_400);
        app.perch
            .sweep_after(NOW + days * DAY, Some(NOW), 3_600_000)
            .await;
        app.clock.advance_seconds(-days * 86_400);
        let organization = app.perch.store().organizations().await.unwrap()[0].id;
        let recorded = app
            .perch
            .store()
            .mint(
                organization,
                minted["tokenId"].as_str().unwrap().parse().unwrap(),
            )
            .await
            .unwrap();
        assert!(recorded.is_some(), "the record of a live token");
        // Another process reads what is left.
        assert_eq!(
            code(&app.beside().await, token).await,
            "TOKEN_REVOKED",
            "{days} days"
        );
    }
    // By a clock that is right everything goes in its time.
    app.clock.advance_seconds(100 * 86_400);
    app.perch.sweep_after(NOW, Some(NOW), 100 * DAY).await;
    let left = app
        .perch
        .store()
        .snapshot(-1)
        .await
        .unwrap()
        .revocations
        .len();
    assert_eq!(left, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_neither_upgrades_nor_removes_anything() {
    let app = TestApp::with_admin().await;
    app.behind(
        "DELETE FROM _sqlx_migrations WHERE version = (SELECT MAX(version) FROM _sqlx_migrations)",
    )
    .await;
    let settings = [(
        "PERCH_DATA_DIR".to_owned(),
        app.folder.path().join("data").display().to_string(),
    )]
    .into();
    let config = perch::config::Config::from_variables(&settings).unwrap();
    let told = perch::run::open(&config, false)
        .await
        .unwrap_err()
        .to_string();
    assert!(told.contains("start `perch serve` once"), "{told}");
}
