//! Which page may read what: every route that a browser can reach, every kind of `Origin`, one test for each cell.

use crate::harness::{Answer, BODY, TestApp};
use axum::http::Method;

const LISTED: &str = "https://app.test";
const UNLISTED: &str = "https://evil.test";

/// What the header `Origin` says, and as how many headers.
fn sent(kind: &str) -> Vec<(&'static str, &'static str)> {
    match kind {
        "listed" => vec![("origin", LISTED)],
        "unlisted" => vec![("origin", UNLISTED)],
        "null" => vec![("origin", "null")],
        "missing" => vec![],
        "malformed" => vec![("origin", "https://app.test/")],
        "duplicated" => vec![("origin", LISTED), ("origin", LISTED)],
        _ => unreachable!(),
    }
}

/// Status, code, and whom the answer may be read by.
fn told(answer: &Answer) -> (u16, String, String) {
    let by = answer.header("access-control-allow-origin").to_owned();
    assert!(
        answer
            .headers
            .get_all("access-control-allow-origin")
            .iter()
            .count()
            <= 1
    );
    assert_eq!(
        answer.header("access-control-allow-credentials"),
        "",
        "credentials are never allowed"
    );
    assert_ne!(by, "*", "no data route answers everybody");
    let vary: Vec<_> = answer
        .headers
        .get_all("vary")
        .iter()
        .map(|value| value.to_str().unwrap())
        .collect();
    // A backend's answer is for whoever has the key, whatever the origin.
    assert!(
        vary.contains(&"Origin") || (answer.status == 200 && by.is_empty()),
        "{vary:?}"
    );
    let code = serde_json::from_str::<serde_json::Value>(&answer.text)
        .map(|json| json["code"].as_str().unwrap_or_default().to_owned());
    (answer.status, code.unwrap_or_default(), by)
}

async fn request(method: Method, path: &'static str, kind: &str) -> (u16, String, String) {
    let app = TestApp::with_admin().await;
    app.list(LISTED, "development").await;
    let token = app.nobody().token(&app.api_key().await, BODY).await;
    let bearer = format!("Bearer {token}");
    let mut headers = sent(kind);
    headers.push(("authorization", &bearer));
    let answer = app.nobody().head(method, path, &headers).await;
    for other in ["app.test", "evil.test"] {
        let own = headers
            .iter()
            .any(|(name, value)| *name == "origin" && value.contains(other));
        assert!(
            own || !answer.text.contains(other),
            "an answer names another origin: {}",
            answer.text
        );
    }
    told(&answer)
}

async fn preflight(path: &'static str, kind: &str) -> (u16, String, String) {
    let app = TestApp::with_admin().await;
    app.list(LISTED, "development").await;
    let mut headers = sent(kind);
    headers.extend([
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization"),
    ]);
    let answer = app.nobody().send(Method::OPTIONS, path, &headers, "").await;
    let granted = answer.status == 204;
    assert_eq!(
        granted,
        answer
            .header("access-control-allow-headers")
            .contains("authorization")
    );
    told(&answer)
}

/// A test for each cell of a route: what a request gets, what a preflight gets.
macro_rules! route {
    ($route:ident $method:ident $path:literal { $($kind:ident: $status:literal $code:literal $by:expr;)+ }) => {
        mod $route {
            use super::*;
            mod requests {
                use super::*;
                $(#[tokio::test] async fn $kind() {
                    assert_eq!(request(Method::$method, $path, stringify!($kind)).await, ($status, $code.to_owned(), $by.to_owned()));
                })+
            }
            mod preflights {
                use super::*;
                #[tokio::test] async fn listed() { assert_eq!(preflight($path, "listed").await, (204, String::new(), LISTED.to_owned())); }
                #[tokio::test] async fn unlisted() { assert_eq!(preflight($path, "unlisted").await, (204, String::new(), UNLISTED.to_owned())); }
                #[tokio::test] async fn null() { assert_eq!(preflight($path, "null").await, (403, "ORIGIN_NOT_AUTHORIZED".to_owned(), String::new())); }
                #[tokio::test] async fn missing() { assert_eq!(preflight($path, "missing").await, (403, "ORIGIN_MISSING".to_owned(), String::new())); }
                #[tokio::test] async fn malformed() { assert_eq!(preflight($path, "malformed").await, (403, "ORIGIN_NOT_AUTHORIZED".to_owned(), String::new())); }
                #[tokio::test] async fn duplicated() { assert_eq!(preflight($path, "duplicated").await, (403, "ORIGIN_NOT_AUTHORIZED".to_owned(), String::new())); }
            }
        }
    };
}

route!(session POST "/embed/session" {
    listed: 200 "" LISTED;
    unlisted: 403 "ORIGIN_NOT_AUTHORIZED" UNLISTED;
    null: 403 "ORIGIN_NOT_AUTHORIZED" "";
    missing: 403 "ORIGIN_MISSING" "";
    malformed: 403 "ORIGIN_NOT_AUTHORIZED" "";
    duplicated: 403 "ORIGIN_NOT_AUTHORIZED" "";
});
route!(live POST "/embed/live" {
    listed: 200 "" LISTED;
    unlisted: 403 "ORIGIN_NOT_AUTHORIZED" UNLISTED;
    null: 403 "ORIGIN_NOT_AUTHORIZED" "";
    missing: 403 "ORIGIN_MISSING" "";
    malformed: 403 "ORIGIN_NOT_AUTHORIZED" "";
    duplicated: 403 "ORIGIN_NOT_AUTHORIZED" "";
});
route!(me GET "/api/v1/me" {
    listed: 200 "" LISTED;
    unlisted: 403 "ORIGIN_NOT_AUTHORIZED" UNLISTED;
    null: 403 "ORIGIN_NOT_AUTHORIZED" "";
    missing: 200 "" "";
    malformed: 403 "ORIGIN_NOT_AUTHORIZED" "";
    duplicated: 403 "ORIGIN_NOT_AUTHORIZED" "";
});

/// Routes for backends grant a preflight to whoever may be a page with a key in it, so that the key can be refused and noted.
macro_rules! by_key {
    ($route:ident $path:literal $content_type:literal $without:expr) => {
        mod $route {
            use super::*;
            async fn cell(kind: &str) -> [(u16, String, String); 2] {
                let app = TestApp::with_admin().await;
                let key = app.api_key().await;
                let mut headers = sent(kind);
                let preflight = app
                    .nobody()
                    .send(Method::OPTIONS, $path, &headers, "")
                    .await;
                headers.extend([("x-api-key", key.as_str()), ("content-type", $content_type)]);
                let answer = app.nobody().send(Method::POST, $path, &headers, "{}").await;
                [told(&preflight), told(&answer)]
            }
            async fn holds(kind: &str, by: &str, refused: (u16, &str)) {
                let [preflight, request] = cell(kind).await;
                assert_eq!(preflight, (204, String::new(), by.to_owned()));
                assert_eq!(request, (refused.0, refused.1.to_owned(), by.to_owned()));
            }
            const IN_BROWSER: (u16, &str) = (403, "API_KEY_IN_BROWSER");
            #[tokio::test]
            async fn listed() {
                holds("listed", LISTED, IN_BROWSER).await;
            }
            #[tokio::test]
            async fn unlisted() {
                holds("unlisted", UNLISTED, IN_BROWSER).await;
            }
            #[tokio::test]
            async fn null() {
                holds("null", "null", IN_BROWSER).await;
            }
            #[tokio::test]
            async fn missing() {
                holds("missing", "", $without).await;
            }
            #[tokio::test]
            async fn malformed() {
                holds("malformed", "", IN_BROWSER).await;
            }
            #[tokio::test]
            async fn duplicated() {
                holds("duplicated", "", IN_BROWSER).await;
            }
        }
    };
}

by_key!(generate_token "/embed/generate-token" "application/json" (422, "REQUEST_INVALID"));
by_key!(generate_token_alias "/api/generate-token" "application/json" (422, "REQUEST_INVALID"));
by_key!(introspect "/embed/introspect" "application/x-www-form-urlencoded" (422, "REQUEST_INVALID"));
by_key!(revoke "/embed/revoke" "application/json" (422, "REQUEST_INVALID"));

#[tokio::test]
async fn the_script_is_for_every_page_and_nothing_else_below_it_is_there() {
    let app = TestApp::empty().await;
    let script = app
        .nobody()
        .send(Method::GET, "/embed/embed.js", &[("origin", UNLISTED)], "")
        .await;
    assert_eq!(
        (
            script.status,
            script.header("access-control-allow-origin"),
            script.header("cross-origin-resource-policy")
        ),
        (200, "*", "cross-origin")
    );
    assert_eq!(
        (script.header("content-type"), script.header("set-cookie")),
        ("text/javascript; charset=utf-8", "")
    );
    for nothing in [
        "/embed/9.9.9/embed.js",
        "/embed/../manifest.txt/embed.js",
        "/embed/0.1.0/preview.js",
        "/embed/preview.js",
        "/embed/x",
    ] {
        let answer = app.nobody().send(Method::GET, nothing, &[], "").await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "NOT_FOUND"),
            "{nothing}"
        );
    }
}
