//! The page on which people change their own password.

use crate::harness::{Answer, Client, PASSWORD, TestApp};
use perch_domain::ConsoleRole;

const NEW: &str = "an entirely new phrase";
const EVE: &str = "eve@example.com";

async fn change(who: &Client, current: &str, new: &str) -> Answer {
    who.form(
        "/account/password",
        &[("current_password", current), ("new_password", new)],
    )
    .await
}

async fn is_signed_in(who: &Client) -> bool {
    who.get("/account").await.status == 200
}

async fn sign_in(who: &Client, password: &str) -> u16 {
    who.form("/sign-in", &[("email", EVE), ("password", password)])
        .await
        .status
}

async fn only_this_sign_in_goes_on(app: TestApp) {
    app.add_person(EVE, ConsoleRole::Explorer).await;
    let (laptop, phone) = (app.signed_in(EVE).await, app.signed_in(EVE).await);
    let link = format!(
        "/sign-in/link/{}",
        app.perch
            .people
            .open_sign_in_link(EVE, "test".into())
            .await
            .unwrap()
            .0
            .as_str()
    );
    assert!(
        laptop
            .get("/account")
            .await
            .text
            .contains("href=\"/account/password\"")
    );
    let page = laptop.get("/account/password").await.text;
    for part in [
        "autocomplete=\"current-password\"",
        "autocomplete=\"new-password\"",
        "action=\"/account/password\"",
    ] {
        assert!(page.contains(part), "{part}");
    }
    let before = (
        laptop.cookie("perch").unwrap(),
        laptop.cookie("perch-device").unwrap(),
    );
    let done = change(&laptop, PASSWORD, NEW).await;
    assert_eq!(
        (done.status, done.header("location")),
        (303, "/account#devices"),
        "{}",
        done.text
    );
    let after = (
        laptop.cookie("perch").unwrap(),
        laptop.cookie("perch-device").unwrap(),
    );
    assert!(
        before.0 != after.0 && before.1 != after.1,
        "a new session id, a new device"
    );
    let told = laptop.get("/account").await;
    assert!(told.status == 200 && told.text.contains("Your password is changed."));
    assert!(
        !laptop
            .get("/account")
            .await
            .text
            .contains("Your password is changed."),
        "told once"
    );
    assert!(!is_signed_in(&phone).await);
    assert_eq!(phone.form(&link, &[]).await.status, 403);
    let replay = app
        .nobody()
        .send(
            axum::http::Method::GET,
            "/account",
            &[("cookie", &format!("perch={}", before.0))],
            "",
        )
        .await;
    assert_eq!(replay.status, 303, "the old session id is worth nothing");
    assert_eq!(
        [sign_in(&phone, PASSWORD).await, sign_in(&phone, NEW).await],
        [401, 303]
    );
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let audit = app.perch.store().audit(organization, 10).await.unwrap();
    let entry = audit
        .iter()
        .find(|row| row.action == "person.own_password")
        .unwrap();
    assert_eq!(
        (
            entry.actor.as_str(),
            entry.target.as_str(),
            entry.after.as_deref()
        ),
        ("Ada Lovelace", EVE, None)
    );
}

#[tokio::test]
async fn every_other_sign_in_ends_and_this_one_goes_on() {
    only_this_sign_in_goes_on(TestApp::with_admin().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_other_sign_in_ends_on_postgres_too() {
    let Some(app) = TestApp::on_postgres("own_password").await else {
        return;
    };
    only_this_sign_in_goes_on(app).await;
}

#[tokio::test]
async fn faults_stand_beside_their_fields_and_no_password_comes_back() {
    let app = TestApp::with_admin().await;
    app.add_person(EVE, ConsoleRole::Explorer).await;
    let eve = app.signed_in(EVE).await;
    let empty = change(&eve, "", "tooshort-x").await;
    assert_eq!(empty.status, 422);
    for part in [
        "href=\"#current-password\"",
        "href=\"#new-password\"",
        "Enter your current password.",
        "Use at least 12 characters",
        "Error: Change password",
    ] {
        assert!(empty.text.contains(part), "{part}");
    }
    let wrong = change(&eve, "wrong wrong wrong", NEW).await;
    assert_eq!(wrong.status, 401);
    assert!(
        wrong.text.contains("This is not your current password.")
            && wrong.text.contains("href=\"#current-password\"")
    );
    for answer in [empty, wrong] {
        assert!(
            !answer.text.contains("tooshort-x")
                && !answer.text.contains("wrong wrong wrong")
                && !answer.text.contains(NEW)
        );
    }
    assert!(is_signed_in(&eve).await);
    assert_eq!(
        sign_in(&app.nobody(), PASSWORD).await,
        303,
        "nothing was changed"
    );
}

#[tokio::test]
async fn guessing_here_is_slowed_down_as_it_is_at_the_sign_in() {
    let app = TestApp::with_admin().await;
    app.add_person(EVE, ConsoleRole::Explorer).await;
    let eve = app.signed_in(EVE).await;
    let mut refused = change(&eve, "guess guess guess", NEW).await;
    for _ in 0..20 {
        if refused.status == 429 {
            break;
        }
        assert_eq!(refused.status, 401);
        refused = change(&eve, "guess guess guess", NEW).await;
    }
    assert_eq!(refused.status, 429);
    assert!(
        refused.header("retry-after").parse::<u32>().unwrap() >= 1
            && refused.text.contains("Too many attempts; try again in")
    );
    assert_eq!(
        change(&eve, PASSWORD, NEW).await.status,
        429,
        "even the right password waits"
    );
    app.clock.advance_seconds(900);
    assert_eq!(change(&eve, PASSWORD, NEW).await.status, 303);
}
