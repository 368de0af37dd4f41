//! First run: one link, one admin.

use crate::harness::{PASSWORD, TestApp};

const FORM: [(&str, &str); 4] = [
    ("name", "Ada Lovelace"),
    ("organization", "Analytical Engines"),
    ("email", "ada@example.com"),
    ("password", PASSWORD),
];

async fn link(app: &TestApp) -> String {
    format!(
        "/setup/{}",
        app.perch
            .people
            .open_setup_link()
            .await
            .unwrap()
            .unwrap()
            .0
            .as_str()
    )
}

#[tokio::test]
async fn opening_the_link_uses_nothing_up_and_the_form_signs_in() {
    let app = TestApp::empty().await;
    let link = link(&app).await;
    let client = app.nobody();
    for _ in 0..2 {
        assert_eq!(client.get(&link).await.status, 200);
    }
    let done = client.form(&link, &FORM).await;
    assert_eq!(
        (done.status, done.header("location")),
        (303, "/settings/embed")
    );
    assert!(
        client
            .get("/settings/embed")
            .await
            .text
            .contains("Authorized Origins")
    );
    let ended = app.nobody().get(&link).await;
    assert_eq!(ended.status, 403);
    assert!(ended.text.contains("SETUP_LINK_INVALID") && ended.text.contains("perch setup-link"));
    assert!(
        app.perch.people.open_setup_link().await.unwrap().is_none(),
        "no further link once an admin exists"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_submissions_at_once_make_one_admin() {
    let app = TestApp::empty().await;
    let link = link(&app).await;
    let sent = (0..20).map(|n| {
        let (client, link, email) = (app.nobody(), link.clone(), format!("ada{n}@example.com"));
        tokio::spawn(async move {
            client
                .form(&link, &[FORM[0], FORM[1], ("email", &email), FORM[3]])
                .await
                .status
        })
    });
    let mut statuses = Vec::new();
    for answer in sent.collect::<Vec<_>>() {
        statuses.push(answer.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![303], vec![403; 19]].concat());
    let organizations = app.perch.store().organizations().await.unwrap();
    assert_eq!(
        (
            organizations.len(),
            app.perch
                .store()
                .people(organizations[0].id)
                .await
                .unwrap()
                .len()
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn an_expired_or_replaced_link_is_of_no_use() {
    let app = TestApp::empty().await;
    let (first, second) = (link(&app).await, link(&app).await);
    assert_eq!(
        app.nobody().form(&first, &FORM).await.status,
        403,
        "replaced by a newer one"
    );
    app.clock.advance_seconds(24 * 3_600);
    assert_eq!(app.nobody().get(&second).await.status, 403, "expired");
    assert!(!app.perch.people.has_admin().await.unwrap());
}

#[tokio::test]
async fn all_faults_of_the_form_are_told_and_only_the_password_is_lost() {
    let app = TestApp::empty().await;
    let link = link(&app).await;
    let answer = app
        .nobody()
        .form(
            &link,
            &[
                ("name", "Ada"),
                ("organization", ""),
                ("email", "ada"),
                ("password", "short-secret"),
            ],
        )
        .await;
    assert_eq!(answer.status, 422);
    for part in [
        "value=\"Ada\"",
        "value=\"ada\"",
        "href=\"#organization\"",
        "href=\"#email\"",
        "Error: Set up Perch",
    ] {
        assert!(answer.text.contains(part), "{part}");
    }
    assert!(!answer.text.contains("short-secret"));
    assert_eq!(
        app.nobody().form(&link, &FORM).await.status,
        303,
        "the link is still good"
    );
}
