//! Sign-in, sessions, sign-out.

use crate::harness::{PASSWORD, TestApp};
use axum::http::Method;
use perch_domain::ConsoleRole;

#[tokio::test]
async fn a_wrong_password_and_an_unknown_email_get_the_same_answer() {
    let app = TestApp::with_admin().await;
    let wrong = app
        .nobody()
        .form(
            "/sign-in",
            &[
                ("email", "ada@example.com"),
                ("password", "wrong wrong wrong"),
            ],
        )
        .await;
    let unknown = app
        .nobody()
        .form(
            "/sign-in",
            &[
                ("email", "eve@example.com"),
                ("password", "wrong wrong wrong"),
            ],
        )
        .await;
    assert_eq!((wrong.status, unknown.status), (401, 401));
    for answer in [&wrong, &unknown] {
        assert!(
            answer.text.contains("Email and password do not match.")
                && !answer.text.contains("wrong wrong wrong")
        );
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_but_a_known_device_is_let_in() {
    let app = TestApp::with_admin().await;
    let known = app.admin().await;
    let guess = || async {
        app.nobody()
            .form(
                "/sign-in",
                &[
                    ("email", "ada@example.com"),
                    ("password", "guess guess guess"),
                ],
            )
            .await
    };
    for _ in 0..5 {
        assert_eq!(guess().await.status, 401);
    }
    let slowed = guess().await;
    assert_eq!(slowed.status, 429);
    assert!(slowed.header("retry-after").parse::<u32>().unwrap() >= 1);
    let right = [("email", "ada@example.com"), ("password", PASSWORD)];
    assert_eq!(
        app.nobody().form("/sign-in", &right).await.status,
        429,
        "even the right password waits"
    );
    assert_eq!(known.form("/sign-out", &[]).await.status, 303);
    assert_eq!(
        known.form("/sign-in", &right).await.status,
        303,
        "but not on a device that is known"
    );
}

#[tokio::test]
async fn waiting_lets_in_again() {
    let app = TestApp::with_admin().await;
    for _ in 0..6 {
        app.nobody()
            .form(
                "/sign-in",
                &[
                    ("email", "ada@example.com"),
                    ("password", "guess guess guess"),
                ],
            )
            .await;
    }
    app.clock.advance_seconds(900);
    assert_eq!(
        app.nobody()
            .form(
                "/sign-in",
                &[("email", "ada@example.com"), ("password", PASSWORD)]
            )
            .await
            .status,
        303
    );
}

#[tokio::test]
async fn signing_in_changes_the_session_and_the_cookie_keeps_to_itself() {
    let app = TestApp::with_admin().await;
    let client = app.admin().await;
    let first = client.cookie("perch").unwrap();
    client
        .form(
            "/sign-in",
            &[("email", "ada@example.com"), ("password", PASSWORD)],
        )
        .await;
    assert_ne!(client.cookie("perch").unwrap(), first);
    let answer = app
        .nobody()
        .form(
            "/sign-in",
            &[("email", "ada@example.com"), ("password", PASSWORD)],
        )
        .await;
    let cookies: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap().to_owned())
        .collect();
    assert_eq!(cookies.len(), 2);
    for cookie in cookies {
        assert!(
            cookie.contains("HttpOnly")
                && cookie.contains("SameSite=Lax")
                && cookie.contains("Path=/")
                && !cookie.contains("Secure"),
            "{cookie}"
        );
    }
    let https = TestApp::open(
        app.folder.clone(),
        &[("PERCH_PUBLIC_URL", "https://perch.example.com")],
    )
    .await;
    let headers = [
        ("host", "perch.example.com"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let answer = https
        .nobody()
        .send(
            Method::POST,
            "/sign-in",
            &headers,
            format!(
                "email=ada%40example.com&password={}",
                PASSWORD.replace(' ', "+")
            ),
        )
        .await;
    for cookie in answer.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        assert!(
            cookie.starts_with("__Host-perch") && cookie.contains("Secure"),
            "{cookie}"
        );
    }
    assert_eq!(
        answer.header("strict-transport-security"),
        "max-age=31536000"
    );
}

#[tokio::test]
async fn a_sign_in_ends_when_idle_when_old_and_when_signed_out() {
    let app = TestApp::with_admin().await;
    let client = app.admin().await;
    assert_eq!(client.get("/account").await.status, 200);
    let cookie = format!("perch={}", client.cookie("perch").unwrap());
    let out = client.form("/sign-out", &[]).await;
    assert_eq!((out.status, out.header("location")), (303, "/sign-in"));
    assert!(out.header("clear-site-data").contains("storage"));
    let replay = app
        .nobody()
        .send(Method::GET, "/account", &[("cookie", &cookie)], "")
        .await;
    assert_eq!(
        (replay.status, replay.text.as_str()),
        (303, ""),
        "the old cookie is worth nothing"
    );

    let old = app.admin().await;
    app.clock.advance_seconds(7 * 24 * 3_600 + 1);
    assert_eq!(old.get("/account").await.status, 303);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_device() {
    let app = TestApp::with_admin().await;
    let (laptop, phone) = (app.admin().await, app.admin().await);
    assert_eq!(
        laptop
            .form("/account/sign-out-everywhere", &[])
            .await
            .status,
        303
    );
    assert_eq!(
        (
            laptop.get("/account").await.status,
            phone.get("/account").await.status
        ),
        (303, 303)
    );
}

#[tokio::test]
async fn a_sign_in_link_lets_one_person_in_once() {
    let app = TestApp::with_admin().await;
    let link = format!(
        "/sign-in/link/{}",
        app.perch
            .people
            .open_sign_in_link("ada@example.com", "test".into())
            .await
            .unwrap()
            .0
            .as_str()
    );
    let client = app.nobody();
    assert_eq!(
        (
            client.get(&link).await.status,
            client.get(&link).await.status
        ),
        (200, 200)
    );
    assert_eq!(client.form(&link, &[]).await.status, 303);
    assert_eq!(client.get("/account").await.status, 200);
    assert_eq!(app.nobody().form(&link, &[]).await.status, 403);
    assert!(
        app.perch
            .people
            .open_sign_in_link("nobody@example.com", "test".into())
            .await
            .is_err()
    );
}

#[tokio::test]
async fn each_console_role_sees_what_it_may_do() {
    let app = TestApp::with_admin().await;
    app.add_person("mia@example.com", ConsoleRole::Maker).await;
    app.add_person("eve@example.com", ConsoleRole::Explorer)
        .await;
    app.api_key().await;
    for (email, edits, creates, listed) in [
        ("ada@example.com", true, true, true),
        ("mia@example.com", false, true, false),
        ("eve@example.com", false, false, false),
    ] {
        let client = app.signed_in(email).await;
        let page = client.get("/settings/embed").await.text;
        assert_eq!(page.contains("Add another origin"), edits, "{email}");
        assert!(
            page.contains("Generate Token") && page.contains("Introspect Token"),
            "{email}"
        );
        assert_eq!(
            client.get("/account/keys/new").await.status,
            if creates { 200 } else { 403 },
            "{email}"
        );
        assert_eq!(
            client
                .get("/account")
                .await
                .text
                .contains("Production backend"),
            listed,
            "{email}"
        );
        let saved = client
            .form(
                "/settings/embed",
                &[("form", "origins"), ("origins[0].origin", "https://a.test")],
            )
            .await;
        assert_eq!(saved.status, if edits { 303 } else { 403 }, "{email}");
    }
}
