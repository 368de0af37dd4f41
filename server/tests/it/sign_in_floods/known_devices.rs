//! Known devices: who has one, for how long, and how many.

use super::*;

#[tokio::test]
async fn a_device_cookie_that_is_made_up_or_somebody_elses_makes_no_difference() {
    let app = TestApp::with_admin().await;
    app.add_person("eve@example.com", ConsoleRole::Explorer)
        .await;
    let eves = app.nobody_from("203.0.113.9");
    sign_in(&eves, "eve@example.com", PASSWORD).await;
    for (at, device) in [
        MADE_UP.to_owned(),
        eves.cookie("perch-device").unwrap(),
        "x".repeat(5_000),
        "'".into(),
    ]
    .into_iter()
    .enumerate()
    {
        let client = app.nobody_from(&format!("198.51.100.{at}"));
        for email in [ADA, "nobody@example.com"] {
            for _ in 0..5 {
                client.keep_cookie("perch-device", &device);
                assert_eq!(guess(&client, email).await.0, 401);
            }
            assert_eq!(guess(&client, email).await, (429, "1".into()));
        }
    }
    let client = app.nobody_from("192.0.2.1");
    client.keep_cookie("perch-device", MADE_UP);
    assert_eq!(sign_in(&client, ADA, PASSWORD).await.status, 303);
    assert_ne!(
        client.cookie("perch-device").unwrap(),
        MADE_UP,
        "it is not adopted"
    );
}

/// Whether a browser is known: it gets in where strangers are held back.
async fn is_known(app: &TestApp, client: &Client) -> bool {
    for _ in 0..6 {
        guess(&app.nobody_from("203.0.113.7"), ADA).await;
    }
    let status = sign_in(client, ADA, PASSWORD).await.status;
    app.clock.advance_seconds(900);
    status == 303
}

#[tokio::test]
async fn a_device_is_known_for_a_year_after_its_last_sign_in() {
    const DAY: i64 = 24 * 3_600;
    let app = TestApp::with_admin().await;
    let used = known_browser(&app, "203.0.113.7").await;
    let left = known_browser(&app, "203.0.113.7").await;
    app.clock.advance_seconds(200 * DAY);
    assert!(is_known(&app, &used).await);
    app.clock.advance_seconds(200 * DAY);
    assert!(
        is_known(&app, &used).await,
        "each sign-in begins its year anew"
    );
    assert!(!is_known(&app, &left).await);
}

#[tokio::test]
async fn signing_out_everywhere_forgets_every_device() {
    let app = TestApp::with_admin().await;
    let (laptop, phone) = (
        known_browser(&app, "203.0.113.7").await,
        known_browser(&app, "203.0.113.7").await,
    );
    assert!(is_known(&app, &phone).await);
    assert_eq!(sign_in(&laptop, ADA, PASSWORD).await.status, 303);
    assert_eq!(
        laptop
            .form("/account/sign-out-everywhere", &[])
            .await
            .status,
        303
    );
    assert_eq!(app.count("SELECT COUNT(*) FROM known_device").await, 0);
    assert!(!is_known(&app, &phone).await);
    assert!(
        !is_known(&app, &laptop).await,
        "also the one it was asked for on"
    );
    assert_eq!(sign_in(&phone, ADA, PASSWORD).await.status, 303);
    assert!(
        is_known(&app, &phone).await,
        "signing in makes it known again"
    );
}

#[tokio::test]
async fn a_person_has_twenty_devices_and_the_longest_unused_goes() {
    let app = TestApp::with_admin().await;
    let first = known_browser(&app, "203.0.113.7").await;
    let second = known_browser(&app, "203.0.113.7").await;
    app.clock.advance_seconds(1);
    assert_eq!(sign_in(&first, ADA, PASSWORD).await.status, 303);
    for _ in 0..19 {
        app.clock.advance_seconds(1);
        known_browser(&app, "203.0.113.7").await;
    }
    assert_eq!(app.count("SELECT COUNT(*) FROM known_device").await, 20);
    assert!(is_known(&app, &first).await);
    assert!(!is_known(&app, &second).await);
}
