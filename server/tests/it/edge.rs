//! What stands before the product's own rules: how many requests and connections, whose files.

use crate::harness::{BODY, TestApp, mistyped};
use axum::http::Method;
use perch::live_connections::ConnectionLimits;
use perch_domain::api_key::{ApiKeyText, SecretId};
use std::io::Write;
use std::sync::{Arc, Mutex};

const SITE: &str = "https://app.test";

async fn furnished(limits: &str) -> (TestApp, String) {
    let app = TestApp::open(
        Arc::new(tempfile::tempdir().unwrap()),
        &[("PERCH_LIMITS", limits)],
    )
    .await;
    app.add_person("ada@example.com", perch_domain::ConsoleRole::Admin)
        .await;
    app.list(SITE, "development").await;
    let key = app.api_key().await;
    (app, key)
}

/// A whole key with the id of this one and another secret.
fn unknown(key: &str) -> String {
    let id = SecretId::parse(key.split('_').nth(2).unwrap()).unwrap();
    ApiKeyText::assemble(&id, [0; 32]).expose().to_owned()
}

#[tokio::test]
async fn what_proves_nothing_is_limited_by_address_and_who_proves_something_is_not() {
    let (app, key) = furnished("address=5").await;
    let token = app.nobody().token(&key, BODY).await;
    let (flood, wrong) = (app.nobody_from("192.0.2.1"), unknown(&key));
    for _ in 0..2 {
        assert_eq!(flood.mint(&wrong, BODY).await.code(), "API_KEY_UNKNOWN");
    }
    assert_eq!(
        flood.mint(&key[..60], BODY).await.code(),
        "API_KEY_MALFORMED"
    );
    assert_eq!(flood.session("", SITE).await.code(), "TOKEN_MISSING");
    assert_eq!(
        flood.session(&mistyped(&token, 30), SITE).await.code(),
        "TOKEN_INVALID"
    );
    for _ in 0..3 {
        for refused in [
            flood.mint(&wrong, BODY).await,
            flood.mint(&key[..60], BODY).await,
            flood.send(Method::POST, "/embed/introspect", &[], "").await,
            flood.session("", SITE).await,
            flood.session("x", SITE).await,
            flood.session(&mistyped(&token, 30), SITE).await,
            flood.session(&wrong, SITE).await,
        ] {
            assert_eq!(
                (
                    refused.status,
                    refused.code().as_str(),
                    refused.header("retry-after")
                ),
                (429, "TOO_MANY_REQUESTS", "1")
            );
            assert!(
                refused.text.contains("from this address"),
                "{}",
                refused.text
            );
        }
    }
    assert_eq!(
        flood
            .session("", SITE)
            .await
            .header("access-control-allow-origin"),
        SITE,
        "the page may read it"
    );
    // Whoever proves a key or a token is served, and what is wrong with it is told, however often.
    for _ in 0..10 {
        assert_eq!(flood.mint(&key, BODY).await.status, 200);
        assert_eq!(flood.session(&token, SITE).await.status, 200);
        assert_eq!(
            flood.session(&token, "https://evil.test").await.code(),
            "ORIGIN_NOT_AUTHORIZED"
        );
    }
    assert_eq!(
        app.nobody_from("192.0.2.2").mint(&wrong, BODY).await.code(),
        "API_KEY_UNKNOWN",
        "others are others"
    );
    app.clock.advance_seconds(1);
    assert_eq!(flood.mint(&wrong, BODY).await.code(), "API_KEY_UNKNOWN");
}

#[tokio::test]
async fn a_subscribers_64_bits_of_ipv6_are_one_address() {
    let (app, key) = furnished("address=3").await;
    let wrong = unknown(&key);
    let mut statuses = Vec::new();
    for n in 0..5 {
        statuses.push(
            app.nobody_from(&format!("2001:db8:0:1::{n:x}"))
                .mint(&wrong, BODY)
                .await
                .status,
        );
    }
    assert_eq!(statuses, [401, 401, 401, 429, 429]);
    assert_eq!(
        app.nobody_from("2001:db8:0:2::1")
            .mint(&wrong, BODY)
            .await
            .status,
        401
    );
}

#[tokio::test]
async fn over_its_limit_an_address_asks_nothing_of_the_database() {
    let (app, key) = furnished("address=2").await;
    let (flood, wrong) = (app.nobody_from("192.0.2.1"), unknown(&key));
    app.perch.store().close().await;
    for _ in 0..2 {
        assert_eq!(
            flood.mint(&wrong, BODY).await.status,
            503,
            "a refusal needs the database"
        );
    }
    assert_eq!(flood.mint(&wrong, BODY).await.status, 429);
    assert_eq!(flood.session("x.y", SITE).await.status, 429);
}

#[tokio::test]
async fn a_key_and_its_organization_have_limits_of_their_own() {
    let (app, key) = furnished("key=3,organization=5").await;
    let other = app.api_key().await;
    let token = app.nobody().token(&key, BODY).await;
    assert_eq!(app.nobody().introspect(&key, &token).await.status, 200);
    assert_eq!(app.nobody().session(&token, SITE).await.status, 200);
    for refused in [
        app.nobody().mint(&key, BODY).await,
        app.nobody().revoke(&key, r#"{"all":true}"#).await,
        app.nobody().session(&token, SITE).await,
        app.nobody().live(&token, SITE).await.0,
    ] {
        assert_eq!((refused.status, refused.header("retry-after")), (429, "1"));
    }
    let answer = app.nobody().session(&token, SITE).await;
    assert!(answer.text.contains("by this API key"), "{}", answer.text);
    // A key in a page is noted as exposed whatever else is wrong.
    let headers = [("x-api-key", key.as_str()), ("origin", SITE)];
    assert_eq!(
        app.nobody()
            .send(Method::POST, "/embed/generate-token", &headers, "")
            .await
            .code(),
        "API_KEY_IN_BROWSER"
    );
    for _ in 0..2 {
        assert_eq!(app.nobody().mint(&other, BODY).await.status, 200);
    }
    let answer = app.nobody().mint(&other, BODY).await;
    assert!(
        answer.text.contains("of this organization"),
        "{}",
        answer.text
    );
    app.clock.advance_seconds(1);
    assert_eq!(app.nobody().mint(&key, BODY).await.status, 200);
}

#[tokio::test]
async fn connections_are_bounded_by_viewer_key_organization_and_in_all() {
    let (app, key) = furnished("").await;
    let other = app.api_key().await;
    let of = |key: String, viewer: &'static str| {
        let client = app.nobody();
        async move { client.token(&key, &BODY.replace("user-1", viewer)).await }
    };
    let tokens = [
        of(key.clone(), "a").await,
        of(key.clone(), "b").await,
        of(other.clone(), "c").await,
        of(other.clone(), "d").await,
    ];
    for (most, whose, opened) in [
        (
            ConnectionLimits {
                viewer: 1,
                key: 9,
                organization: 9,
                all: 9,
            },
            "of this viewer",
            vec![0, 0],
        ),
        (
            ConnectionLimits {
                viewer: 9,
                key: 1,
                organization: 9,
                all: 9,
            },
            "of viewers of this API key",
            vec![2, 0, 1],
        ),
        (
            ConnectionLimits {
                viewer: 9,
                key: 9,
                organization: 2,
                all: 9,
            },
            "of viewers of this organization",
            vec![0, 2, 3],
        ),
        (
            ConnectionLimits {
                viewer: 9,
                key: 9,
                organization: 9,
                all: 3,
            },
            "of all viewers of this server",
            vec![0, 1, 2, 3],
        ),
    ] {
        let client = app.nobody_within(most);
        let (last, before) = opened.split_last().unwrap();
        let mut open = Vec::new();
        for token in before {
            let (answer, stream) = client.live(&tokens[*token], SITE).await;
            assert_eq!(answer.status, 200, "{most:?}");
            open.push(stream);
        }
        let bearer = format!("Bearer {}", tokens[*last]);
        let headers = [("authorization", bearer.as_str()), ("origin", SITE)];
        let full = client.send(Method::POST, "/embed/live", &headers, "").await;
        assert_eq!(
            (
                full.status,
                full.code().as_str(),
                full.header("retry-after")
            ),
            (429, "TOO_MANY_REQUESTS", "60")
        );
        assert!(full.text.contains(whose), "{}", full.text);
        open.pop();
        assert_eq!(
            client.live(&tokens[*last], SITE).await.0.status,
            200,
            "one that ended makes room"
        );
    }
}

/// What was logged by this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_trusted_is_told_once_and_by_doctor() {
    for (proxy, settings, told, good) in [
        ("10.0.0.5", vec![], 1, Some(false)),
        ("203.0.113.5", vec![], 1, Some(true)),
        (
            "10.0.0.5",
            vec![("PERCH_TRUSTED_PROXIES", "10.0.0.0/8")],
            0,
            None,
        ),
    ] {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        let _guard = tracing::subscriber::set_default(subscriber);
        let app = TestApp::open(Arc::new(tempfile::tempdir().unwrap()), &settings).await;
        let client = app.nobody_from(proxy);
        client.get("/sign-in").await;
        for _ in 0..3 {
            client
                .send(
                    Method::GET,
                    "/sign-in",
                    &[("x-forwarded-for", "198.51.100.7")],
                    "",
                )
                .await;
        }
        app.perch.close().await;
        let lines = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert_eq!(
            lines
                .matches("everybody behind it counts as one address")
                .count(),
            told,
            "{lines}"
        );
        let again = TestApp::open(app.folder.clone(), &settings).await;
        let findings = again.perch.doctor.findings().await.unwrap();
        let finding = findings.iter().find(|finding| finding.subject == "Proxy");
        assert_eq!(finding.map(|finding| finding.good), good);
        if let Some(finding) = finding {
            assert!(
                finding.detail.starts_with(proxy)
                    && finding.detail.contains("PERCH_TRUSTED_PROXIES"),
                "{}",
                finding.detail
            );
            again.perch.doctor.forget_untrusted_proxy().await.unwrap();
            assert!(
                again
                    .perch
                    .doctor
                    .findings()
                    .await
                    .unwrap()
                    .iter()
                    .all(|finding| finding.subject != "Proxy")
            );
        }
    }
}

#[tokio::test]
async fn the_setup_links_file_goes_once_there_is_an_admin() {
    let app = TestApp::empty().await;
    let file = app.folder.path().join("data/setup-link");
    perch::data_dir::write_link(&file, "http://127.0.0.1:3000/setup/x").unwrap();
    let removing = tokio::spawn(perch::run::remove_link_once_set_up(
        app.perch.clone(),
        file.clone(),
    ));
    app.perch.config.refresh().await.unwrap();
    assert!(file.exists() && !removing.is_finished());
    app.add_person("ada@example.com", perch_domain::ConsoleRole::Admin)
        .await;
    removing.await.unwrap();
    assert!(!file.exists());
}
