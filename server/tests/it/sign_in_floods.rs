//! Sign-in under floods and guessing: who is held back, who gets in, what is written. And forms that are too large.

mod known_devices;

use crate::harness::{Answer, Client, PASSWORD, TestApp};
use axum::http::Method;
use perch_domain::ConsoleRole;
use tokio::task::JoinSet;

const ADA: &str = "ada@example.com";
const FAILURES: &str = "SELECT COUNT(*) FROM sign_in_failure";
/// The form of a device cookie, and nobody's.
const MADE_UP: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn sign_in(client: &Client, email: &str, password: &str) -> Answer {
    client
        .form("/sign-in", &[("email", email), ("password", password)])
        .await
}

/// One wrong guess: its status, and the seconds to wait where there are some.
async fn guess(client: &Client, email: &str) -> (u16, String) {
    let answer = sign_in(client, email, "guess guess guess").await;
    (answer.status, answer.header("retry-after").to_owned())
}

/// A browser that Ada is known on and signed out on, at this address.
async fn known_browser(app: &TestApp, address: &str) -> Client {
    let client = app.nobody_from(address);
    assert_eq!(sign_in(&client, ADA, PASSWORD).await.status, 303);
    assert_eq!(client.form("/sign-out", &[]).await.status, 303);
    client
}

#[tokio::test]
async fn made_up_emails_from_one_address_are_held_back_before_anything_is_written() {
    let app = TestApp::with_admin().await;
    let known = known_browser(&app, "203.0.113.7").await;
    let flood = app.nobody_from("203.0.113.7");
    for count in 0..30 {
        assert_eq!(
            guess(&flood, &format!("{count}@example.com")).await,
            (401, String::new())
        );
    }
    assert_eq!(app.count(FAILURES).await, 30);
    let held_back = sign_in(&flood, "x@example.com", "guess guess guess").await;
    assert_eq!(
        (held_back.status, held_back.header("retry-after")),
        (429, "1")
    );
    assert!(
        held_back
            .text
            .contains("Too many attempts; try again in 1 seconds.")
    );
    for count in 30..10_000 {
        assert_eq!(
            guess(&flood, &format!("{count}@example.com")).await,
            (429, "1".into())
        );
    }
    assert_eq!(app.count(FAILURES).await, 30, "nothing is written of those");
    assert_eq!(
        sign_in(&flood, ADA, PASSWORD).await.status,
        429,
        "from there even the right password waits"
    );
    assert_eq!(
        sign_in(&known, ADA, PASSWORD).await.status,
        303,
        "but not on a known device, at its first try"
    );
    assert_eq!(
        sign_in(&app.nobody_from("203.0.113.8"), ADA, PASSWORD)
            .await
            .status,
        303,
        "and from elsewhere nobody waits"
    );
    app.clock.advance_seconds(900);
    assert_eq!(sign_in(&flood, ADA, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn the_right_person_gets_in_while_a_flood_from_everywhere_has_filled_the_queue() {
    let app = TestApp::with_admin().await;
    let known = known_browser(&app, "203.0.113.7").await;
    let mut flood = JoinSet::new();
    for count in 0..90 {
        let client = app.nobody_from(&format!("198.51.100.{count}"));
        flood.spawn(async move { guess(&client, &format!("{count}@example.com")).await });
    }
    // The first that finds the queue full is told so at once, long before those in it are done.
    let mut answered = 0;
    loop {
        let (status, wait) = flood
            .join_next()
            .await
            .expect("the queue is bounded")
            .unwrap();
        answered += 1;
        if status == 429 {
            assert_eq!(wait, "2");
            break;
        }
        assert_eq!(status, 401);
    }
    assert!(answered < 32, "the queue is full now");
    let authorize_call = sign_in(&known, ADA, PASSWORD).await;
    assert_eq!(authorize_call.status, 303, "{}", authorize_call.text);
    let mut statuses = Vec::new();
    while let Some(done) = flood.join_next().await {
        statuses.push(done.unwrap().0);
    }
    assert!(
        statuses.contains(&401) && statuses.iter().all(|status| [401, 429].contains(status)),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn one_network_has_few_attempts_at_a_time() {
    let app = TestApp::with_admin().await;
    let mut burst = JoinSet::new();
    for count in 0..12 {
        let client = app.nobody_from("203.0.113.7");
        burst.spawn(async move { guess(&client, &format!("{count}@example.com")).await });
    }
    let statuses: Vec<_> = burst.join_all().await;
    assert!(statuses.contains(&(429, "1".into())), "{statuses:?}");
    assert!(
        statuses.iter().filter(|(status, _)| *status == 401).count() >= 4,
        "{statuses:?}"
    );
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_are_slowed_down_as_one() {
    let app = TestApp::with_admin().await;
    let mut statuses = Vec::new();
    for count in 1..=12 {
        statuses.push(
            guess(&app.nobody_from(&format!("2001:db8:1:2::{count}")), ADA)
                .await
                .0,
        );
    }
    assert_eq!(statuses, [vec![401; 5], vec![429; 7]].concat());
    assert_eq!(
        sign_in(&app.nobody_from("2001:db8:1:3::1"), ADA, PASSWORD)
            .await
            .status,
        303,
        "another network"
    );
    for _ in 0..5 {
        guess(&app.nobody_from("203.0.113.7"), ADA).await;
    }
    assert_eq!(
        guess(&app.nobody_from("::ffff:203.0.113.7"), ADA).await.0,
        429,
        "an IPv4 address by its other name"
    );
}

#[tokio::test]
async fn an_account_is_guessed_at_slowly_from_wherever_and_its_devices_stay_in() {
    let app = TestApp::with_admin().await;
    app.add_person("eve@example.com", ConsoleRole::Explorer)
        .await;
    let known = known_browser(&app, "203.0.113.7").await;
    for count in 0..100 {
        assert_eq!(
            guess(&app.nobody_from(&format!("198.51.100.{count}")), ADA)
                .await
                .0,
            401
        );
    }
    let rows = app.count(FAILURES).await;
    let elsewhere = app.nobody_from("192.0.2.1");
    assert_eq!(guess(&elsewhere, ADA).await, (429, "1".into()));
    assert_eq!(sign_in(&elsewhere, ADA, PASSWORD).await.status, 429);
    assert_eq!(app.count(FAILURES).await, rows);
    // The same for an account that does not exist.
    for count in 0..100 {
        assert_eq!(
            guess(
                &app.nobody_from(&format!("198.51.100.{count}")),
                "nobody@example.com"
            )
            .await
            .0,
            401
        );
    }
    assert_eq!(
        guess(&elsewhere, "nobody@example.com").await,
        (429, "1".into())
    );
    assert_eq!(sign_in(&known, ADA, PASSWORD).await.status, 303);
    assert_eq!(
        sign_in(&elsewhere, "eve@example.com", PASSWORD)
            .await
            .status,
        303,
        "somebody else"
    );
    app.clock.advance_seconds(3_600);
    assert_eq!(sign_in(&elsewhere, ADA, PASSWORD).await.status, 303);
}

#[tokio::test]
async fn guessing_on_a_known_device_is_bounded_by_the_device_alone() {
    let app = TestApp::with_admin().await;
    let known = known_browser(&app, "203.0.113.7").await;
    let other = known_browser(&app, "203.0.113.7").await;
    let mut statuses = Vec::new();
    for _ in 0..25 {
        statuses.push(guess(&known, ADA).await.0);
    }
    assert_eq!(statuses, [vec![401; 10], vec![429; 15]].concat());
    assert_eq!(app.count(FAILURES).await, 0, "nothing is written of them");
    assert_eq!(
        sign_in(&other, ADA, PASSWORD).await.status,
        303,
        "another device of hers"
    );
    assert_eq!(
        sign_in(&app.nobody_from("203.0.113.7"), ADA, PASSWORD)
            .await
            .status,
        303,
        "and that network"
    );
    app.clock.advance_seconds(1);
    assert_eq!(
        sign_in(&known, ADA, PASSWORD).await.status,
        303,
        "after the wait"
    );
}

async fn send(client: &Client, path: &str, body: String) -> (u16, String) {
    let answer = client
        .send(
            Method::POST,
            path,
            &[
                ("content-type", "application/x-www-form-urlencoded"),
                ("sec-fetch-site", "same-origin"),
            ],
            body,
        )
        .await;
    let code = if answer.text.starts_with('{') {
        answer.code()
    } else {
        String::new()
    };
    (answer.status, code)
}

#[tokio::test]
async fn forms_that_anybody_may_send_are_small() {
    let app = TestApp::empty().await;
    let link = format!(
        "/setup/{}",
        app.perch
            .people
            .open_setup_link()
            .await
            .unwrap()
            .unwrap()
            .0
            .as_str()
    );
    let nobody = app.nobody();
    let too_large = (413, "BODY_TOO_LARGE".to_owned());
    for (path, status) in [("/sign-in", 401), ("/theme", 303), (link.as_str(), 422)] {
        assert_eq!(
            send(&nobody, path, format!("a={}", "x".repeat(16 * 1024 - 2)))
                .await
                .0,
            status,
            "{path}"
        );
        assert_eq!(
            send(&nobody, path, format!("a={}", "x".repeat(16 * 1024 - 1))).await,
            too_large,
            "{path}"
        );
        assert_eq!(
            send(&nobody, path, "a&".repeat(64)).await.0,
            status,
            "{path}"
        );
        assert_eq!(
            send(&nobody, path, "a&".repeat(65)).await,
            too_large,
            "{path}"
        );
    }
    // Signed in, too: what counts is who may send it.
    app.add_person(ADA, ConsoleRole::Admin).await;
    assert_eq!(
        send(&app.admin().await, "/theme", "a&".repeat(65)).await,
        too_large
    );
    // These read nothing of their bodies.
    for path in ["/sign-out", "/sign-in/link/x"] {
        assert_ne!(
            send(&nobody, path, "a&".repeat(524_288)).await.0,
            200,
            "{path}"
        );
    }
}

#[tokio::test]
async fn forms_of_the_console_have_a_bounded_number_of_fields() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    let too_large = (413, "BODY_TOO_LARGE".to_owned());
    assert_eq!(
        send(
            &admin,
            "/settings/embed",
            format!("form=origins{}", "&a".repeat(19_999))
        )
        .await
        .0,
        303
    );
    assert_eq!(
        send(
            &admin,
            "/settings/embed",
            format!("form=origins{}", "&a".repeat(20_000))
        )
        .await,
        too_large
    );
    assert_eq!(
        send(&admin, "/account/keys/new", "&a".repeat(20_001)).await,
        too_large
    );
    let few = admin
        .call(
            "describe-origin",
            &[("value", "https://a.test")].repeat(20_000),
        )
        .await;
    assert_eq!(few.status, 200, "{}", few.text);
    let many = admin.call("describe-origin", &vec![("", ""); 20_001]).await;
    assert_eq!((many.status, many.code()), too_large);
}
