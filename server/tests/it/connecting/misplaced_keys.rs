//! An API key where a token belongs.

use super::*;

#[tokio::test]
async fn an_api_key_in_a_page_is_noted_as_exposed() {
    let (app, key) = furnished().await;
    let answer = app.nobody().session(&key, SITE).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (403, "API_KEY_IN_BROWSER")
    );
    assert_eq!(
        app.nobody()
            .session(&key[..key.len() - 1], SITE)
            .await
            .code(),
        "TOKEN_MALFORMED"
    );
    assert!(
        app.admin()
            .await
            .get("/account")
            .await
            .text
            .contains("Exposed in a browser")
    );
}

#[tokio::test]
async fn a_backend_that_mixes_key_and_token_up_is_told_so_and_exposes_nothing() {
    let (app, key) = furnished().await;
    let bearer = format!("Bearer {key}");
    let answer = app
        .nobody()
        .send(Method::GET, "/api/v1/me", &[("authorization", &bearer)], "")
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (401, "TOKEN_MALFORMED")
    );
    assert!(
        answer.text.contains("This is an API key"),
        "{}",
        answer.text
    );
    let admin = app.admin().await;
    assert!(
        !admin
            .get("/account")
            .await
            .text
            .contains("Exposed in a browser")
    );
    // Whose key it was is proved, so its admins find the request.
    let found = admin
        .form(
            "/settings/embed",
            &[
                ("form", "introspection"),
                ("token", answer.header("x-request-id")),
            ],
        )
        .await
        .text;
    assert!(found.contains("GET /api/v1/me"), "{found}");
    // A page of our own origin sends no Origin with a GET.
    let page = [
        ("authorization", bearer.as_str()),
        ("sec-fetch-site", "same-origin"),
    ];
    assert_eq!(
        app.nobody()
            .send(Method::GET, "/api/v1/me", &page, "")
            .await
            .code(),
        "API_KEY_IN_BROWSER"
    );
    assert!(
        admin
            .get("/account")
            .await
            .text
            .contains("Exposed in a browser")
    );
}
