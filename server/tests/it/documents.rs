//! What the server says about itself.

use crate::harness::TestApp;
use axum::http::Method;

#[tokio::test]
async fn the_openapi_document_is_the_reviewed_one() {
    let app = TestApp::empty().await;
    let answer = app
        .nobody()
        .send(Method::GET, "/openapi.json", &[], "")
        .await;
    assert_eq!(answer.status, 200);
    // serde_json may or may not keep the order of members, so the snapshot sorts them.
    insta::assert_snapshot!("openapi", pretty(&answer.json(), 0));
}

#[tokio::test]
async fn every_code_has_its_place_in_the_documentation() {
    let app = TestApp::empty().await;
    let page = app.nobody().get("/docs/errors").await.text;
    let codes = perch_domain::Code::ALL
        .iter()
        .map(|code| code.as_str())
        .chain(
            perch_domain::ViolationCode::ALL
                .iter()
                .map(|code| code.as_str()),
        );
    for code in codes {
        assert!(page.contains(&format!("id=\"{code}\"")), "{code}");
    }
}

#[tokio::test]
async fn health_and_readiness() {
    let app = TestApp::empty().await;
    assert_eq!(
        app.nobody()
            .send(Method::GET, "/readyz", &[], "")
            .await
            .text,
        r#"{"ok":true}"#
    );
    app.perch.store().close().await;
    assert_eq!(
        app.nobody()
            .send(Method::GET, "/healthz", &[], "")
            .await
            .status,
        200
    );
    let gone = app.nobody().send(Method::GET, "/readyz", &[], "").await;
    assert_eq!(
        (
            gone.status,
            gone.code().as_str(),
            gone.header("retry-after")
        ),
        (503, "UNAVAILABLE", "5")
    );
}

fn pretty(value: &serde_json::Value, depth: usize) -> String {
    let pad = "  ".repeat(depth + 1);
    match value {
        serde_json::Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_by_key(|(name, _)| name.as_str());
            let lines: Vec<_> = members
                .into_iter()
                .map(|(name, value)| format!("{pad}{name}: {}", pretty(value, depth + 1)))
                .collect();
            format!("{{\n{}\n{}}}", lines.join("\n"), "  ".repeat(depth))
        }
        serde_json::Value::Array(items) => format!(
            "[{}]",
            items
                .iter()
                .map(|item| pretty(item, depth + 1))
                .collect::<Vec<_>>()
                .join(", ")
        ),
        other => other.to_string(),
    }
}
