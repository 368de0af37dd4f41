//! What holds while the database fails, and that everything works again by itself once the cause is gone.

use crate::harness::{BODY, Client, Proxy, TestApp, Way, until};
use axum::http::Method;
use perch_domain::ConsoleRole;
use std::time::Duration;
use tokio::time::Instant;

const SITE: &str = "https://app.test";

/// Somebody who waits is promised an answer within two seconds; a machine that is busy with other tests gets as much again.
const ANSWERED_WITHIN: Duration = Duration::from_secs(4);
/// Minting is promised back within five seconds of the way being free.
const BACK_WITHIN: Duration = Duration::from_secs(10);

async fn readiness(app: &TestApp) -> u16 {
    app.nobody()
        .send(Method::GET, "/readyz", &[], "")
        .await
        .status
}

async fn mints(app: &TestApp, key: &str) -> bool {
    app.nobody().mint(key, BODY).await.status == 200
}

/// A key and a live token, on a site that may use the token.
async fn furnished(app: &TestApp) -> (String, String) {
    app.list(SITE, "development").await;
    let key = app.api_key().await;
    let token = app.nobody().token(&key, BODY).await;
    (key, token)
}

fn of(viewer: &str) -> String {
    BODY.replace("user-1", viewer)
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_full_disk_everything_works_without_a_restart() {
    let app = TestApp::with_admin().await;
    let (key, token) = furnished(&app).await;
    let admin = app.admin().await;
    // The database may not grow by a page: a change that needs one fails as on a full disk.
    let mut refused = None;
    for round in 0..50 {
        app.perch.store().let_no_page_be_added().await.unwrap();
        let label = format!("{round}").repeat(2_000);
        let answer = admin
            .form(
                "/settings/embed",
                &[
                    ("form", "attributes"),
                    ("attributes[0].name", &format!("a{round}")),
                    ("attributes[0].type", "String"),
                    ("attributes[0].description", &label[..200]),
                ],
            )
            .await;
        if answer.status == 503 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a change was refused for want of space");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(
        readiness(&app).await,
        503,
        "a failed commit is no readiness"
    );
    // The space is free again.
    assert_eq!(
        app.nobody()
            .revoke(&key, r#"{"distinctId":"user-1"}"#)
            .await
            .status,
        200
    );
    assert_eq!(
        app.nobody().session(&token, SITE).await.code(),
        "TOKEN_REVOKED"
    );
    assert_eq!(app.admin().await.get("/settings/embed").await.status, 200);
    assert!(mints(&app, &key).await);
    assert_eq!(readiness(&app).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trial_write_brings_readiness_back_without_traffic() {
    let app = TestApp::with_admin().await;
    let (key, _) = furnished(&app).await;
    app.perch.store().let_no_page_be_added().await.unwrap();
    while mints(&app, &key).await {
        app.perch.store().let_no_page_be_added().await.unwrap();
    }
    until("readiness", || async { readiness(&app).await == 200 }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_given_up_leaves_nothing_behind() {
    for app in [
        Some(TestApp::with_admin().await),
        TestApp::on_postgres("given_up").await,
    ]
    .into_iter()
    .flatten()
    {
        let (key, token) = furnished(&app).await;
        for _ in 0..40 {
            // A request that its caller leaves is dropped where it stands.
            let left = app.perch.store().change().await.unwrap();
            drop(left);
            let store = app.perch.store().clone();
            let given_up = tokio::spawn(async move { drop(store.change().await) });
            tokio::task::yield_now().await;
            given_up.abort();
        }
        assert_eq!(
            app.nobody()
                .revoke(&key, r#"{"distinctId":"user-1"}"#)
                .await
                .status,
            200
        );
        assert_eq!(
            app.nobody().session(&token, SITE).await.code(),
            "TOKEN_REVOKED"
        );
        assert!(mints(&app, &key).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_backends_cost_no_more_than_the_requests_they_served() {
    let Some(app) = TestApp::on_postgres("killed").await else {
        return;
    };
    let (key, token) = furnished(&app).await;
    app.behind("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").await;
    let back = until("minting", || mints(&app, &key)).await;
    assert!(back < BACK_WITHIN, "{back:?}");
    until("revoking", || async {
        app.nobody()
            .revoke(&key, r#"{"distinctId":"user-1"}"#)
            .await
            .status
            == 200
    })
    .await;
    assert_eq!(
        app.nobody().session(&token, SITE).await.code(),
        "TOKEN_REVOKED"
    );
    until("readiness", || async { readiness(&app).await == 200 }).await;
}

/// Every kind of request while nothing can be known: all are answered in time, none of them in favour.
async fn ask_everything(app: &TestApp, key: &str, token: &str, admin: &Client) {
    // Nothing was heard of for longer than a decision may rest on memory.
    app.clock.advance_seconds(2);
    let begun = Instant::now();
    let viewers = (0..14).map(|_| {
        let (client, token) = (app.nobody(), token.to_owned());
        tokio::spawn(async move { (client.session(&token, SITE).await.status, begun.elapsed()) })
    });
    let minting = (0..20).map(|n| {
        let (client, key) = (app.nobody(), key.to_owned());
        tokio::spawn(async move {
            (
                client.mint(&key, &of(&format!("waiting-{n}"))).await.status,
                begun.elapsed(),
            )
        })
    });
    let waiting: Vec<_> = viewers.chain(minting).collect();
    assert_eq!(
        app.nobody().revoke(key, r#"{"all":true}"#).await.status,
        503
    );
    assert_eq!(admin.get("/settings/embed").await.status, 503);
    let mut longest = Duration::ZERO;
    for answer in waiting {
        let (status, waited) = answer.await.unwrap();
        assert_eq!(status, 503);
        longest = longest.max(waited);
    }
    println!("of 34 callers the last was answered after {longest:?}");
    assert!(longest < ANSWERED_WITHIN, "{longest:?}");
    assert_eq!(readiness(app).await, 503);
    let took = begun.elapsed();
    assert!(
        took < 2 * ANSWERED_WITHIN,
        "one after the other, a revocation and a page waited {took:?}"
    );
}

/// The way is free: minting is back, and what is revoked on one node is refused by the other.
async fn back_to_work(app: &TestApp, other: &TestApp, key: &str) {
    let back = until("minting", || mints(app, key)).await;
    println!("minting was back after {back:?}");
    assert!(back < BACK_WITHIN, "{back:?}");
    until("the other node", || mints(other, key)).await;
    let viewer = of("afterwards");
    let token = app.nobody().token(key, &viewer).await;
    until("the other node's view", || async {
        other.nobody().session(&token, SITE).await.status == 200
    })
    .await;
    until("revoking", || async {
        app.nobody()
            .revoke(key, r#"{"distinctId":"afterwards"}"#)
            .await
            .status
            == 200
    })
    .await;
    let enforced = until("the revocation", || async {
        other.nobody().session(&token, SITE).await.code() == "TOKEN_REVOKED"
    })
    .await;
    println!("the other node refused after {enforced:?}");
    assert!(enforced < ANSWERED_WITHIN, "{enforced:?}");
    until("readiness", || async { readiness(app).await == 200 }).await;
}

async fn through(name: &str) -> Option<(TestApp, Proxy, TestApp, String, String)> {
    let (app, proxy) = TestApp::on_postgres_through_a_proxy(name).await?;
    app.add_person("mia@example.com", ConsoleRole::Maker).await;
    let other = app.beside().await;
    let (key, token) = furnished(&app).await;
    Some((app, proxy, other, key, token))
}

async fn fault(name: &str, way: Way) {
    let Some((app, proxy, other, key, token)) = through(name).await else {
        return;
    };
    let admin = app.admin().await;
    proxy.set(way);
    ask_everything(&app, &key, &token, &admin).await;
    proxy.set(Way::Open);
    back_to_work(&app, &other, &key).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_way_to_the_database() {
    fault("silent", Way::Silent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_is_open_in_one_direction() {
    fault("half_open", Way::HalfOpen).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_is_reset() {
    fault("reset", Way::Reset).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_way_delays_and_refuses_nothing() {
    let Some((app, proxy, other, key, token)) = through("slow").await else {
        return;
    };
    proxy.set(Way::Slow);
    assert!(mints(&app, &key).await);
    assert_eq!(app.nobody().session(&token, SITE).await.status, 200);
    assert_eq!(
        app.nobody()
            .revoke(&key, r#"{"distinctId":"user-1"}"#)
            .await
            .status,
        200
    );
    proxy.set(Way::Open);
    back_to_work(&app, &other, &key).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_went_silent_are_replaced_while_new_ones_work() {
    let Some((app, proxy, other, key, _)) = through("failover").await else {
        return;
    };
    // Several connections are open and idle when they go silent.
    let minting = (0..16).map(|_| {
        let (client, key) = (app.nobody(), key.clone());
        tokio::spawn(async move { client.mint(&key, BODY).await.status })
    });
    for minted in minting.collect::<Vec<_>>() {
        assert_eq!(minted.await.unwrap(), 200);
    }
    proxy.silence_existing();
    let begun = Instant::now();
    let first = app.nobody().mint(&key, BODY).await;
    assert!(begun.elapsed() < ANSWERED_WITHIN, "{:?}", begun.elapsed());
    assert!(first.status == 503 || first.status == 200, "{}", first.text);
    back_to_work(&app, &other, &key).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_nobody_confirmed_is_called_that_and_shows_no_token() {
    let Some((app, proxy, other, key, _)) = through("unconfirmed").await else {
        return;
    };
    // Every connection that can be in use has been used a moment ago, so the statements themselves meet the fault.
    assert!(mints(&app, &key).await);
    proxy.set(Way::HalfOpen);
    let answer = app.nobody().mint(&key, &of("unconfirmed")).await;
    proxy.set(Way::Open);
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (503, "UNAVAILABLE"),
        "{}",
        answer.text
    );
    assert!(
        !answer.header("retry-after").is_empty() && !answer.text.contains("\"token\""),
        "{}",
        answer.text
    );
    assert!(
        answer.text.contains("did not confirm in time"),
        "{}",
        answer.text
    );
    back_to_work(&app, &other, &key).await;
    assert_eq!(
        app.nobody().mint(&key, &of("unconfirmed")).await.status,
        200,
        "repeating does no harm"
    );
}
