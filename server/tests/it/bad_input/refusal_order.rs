//! The order of refusals, as a table.

use super::*;

#[tokio::test]
async fn refusals_come_in_the_promised_order() {
    let app = TestApp::with_admin().await;
    let key = app.api_key().await;
    let json = ("content-type", "application/json");
    let typo = mistyped(&key, 1);
    let unknown = {
        let id = perch_domain::api_key::SecretId::from_random([9; 8]);
        perch_domain::api_key::ApiKeyText::assemble(&id, [9; 32])
            .expose()
            .to_owned()
    };
    let foreign_secret = {
        let id = perch_domain::api_key::ApiKeyText::parse(&key).unwrap().id();
        perch_domain::api_key::ApiKeyText::assemble(&id, [9; 32])
            .expose()
            .to_owned()
    };
    let too_large = "x".repeat(16 * 1024 + 1);
    let megabyte = "x".repeat(1024 * 1024);
    let cases: Vec<Case<'_>> = vec![
        (
            "another host",
            Method::POST,
            "/embed/generate-token",
            vec![("host", "evil.test"), ("x-api-key", &key), json],
            BODY,
            421,
            "HOST_NOT_SERVED",
        ),
        (
            "another path",
            Method::POST,
            "/embed/generate-tokens",
            vec![("x-api-key", &key), json],
            BODY,
            404,
            "NOT_FOUND",
        ),
        (
            "another path of the alias",
            Method::GET,
            "/api/v9/x",
            vec![],
            "",
            404,
            "NOT_FOUND",
        ),
        (
            "another method",
            Method::GET,
            "/embed/generate-token",
            vec![("x-api-key", &key)],
            "",
            405,
            "METHOD_NOT_ALLOWED",
        ),
        (
            "no key",
            Method::POST,
            "/embed/generate-token",
            vec![json],
            BODY,
            401,
            "API_KEY_MISSING",
        ),
        (
            "an empty key",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", ""), json],
            BODY,
            401,
            "API_KEY_MISSING",
        ),
        (
            "another scheme",
            Method::POST,
            "/embed/generate-token",
            vec![("authorization", "Basic abc"), json],
            BODY,
            401,
            "API_KEY_MISSING",
        ),
        (
            "no key at all",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", "hello"), json],
            BODY,
            401,
            "API_KEY_MALFORMED",
        ),
        (
            "a key with a typo",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &typo), json],
            BODY,
            401,
            "API_KEY_MALFORMED",
        ),
        (
            "two keys",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), ("authorization", "Bearer other"), json],
            BODY,
            401,
            "API_KEY_MALFORMED",
        ),
        (
            "an unknown key",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &unknown), json],
            BODY,
            401,
            "API_KEY_UNKNOWN",
        ),
        (
            "a known id with another secret",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &foreign_secret), json],
            BODY,
            401,
            "API_KEY_UNKNOWN",
        ),
        (
            "no content type",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key)],
            BODY,
            415,
            "CONTENT_TYPE_NOT_JSON",
        ),
        (
            "a form",
            Method::POST,
            "/embed/generate-token",
            vec![
                ("x-api-key", &key),
                ("content-type", "application/x-www-form-urlencoded"),
            ],
            BODY,
            415,
            "CONTENT_TYPE_NOT_JSON",
        ),
        (
            "a body just too large",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), json],
            &too_large,
            413,
            "BODY_TOO_LARGE",
        ),
        (
            "a megabyte",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), json],
            &megabyte,
            413,
            "BODY_TOO_LARGE",
        ),
        (
            "no body",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), json],
            "",
            400,
            "BODY_NOT_JSON",
        ),
        (
            "half a body",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), json],
            "{\"user\":",
            400,
            "BODY_NOT_JSON",
        ),
        (
            "another shape",
            Method::POST,
            "/embed/generate-token",
            vec![("x-api-key", &key), json],
            "[]",
            422,
            "REQUEST_INVALID",
        ),
        (
            "introspection of JSON",
            Method::POST,
            "/embed/introspect",
            vec![("x-api-key", &key), json],
            "{}",
            415,
            "CONTENT_TYPE_NOT_JSON",
        ),
        (
            "introspection without a key",
            Method::POST,
            "/embed/introspect",
            vec![],
            "",
            401,
            "API_KEY_MISSING",
        ),
    ];
    for (what, method, path, headers, body, status, code) in cases {
        let answer = app
            .nobody()
            .send(method, path, &headers, body.to_owned())
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{what}: {}",
            answer.text
        );
        assert_eq!(
            answer.header("x-request-id"),
            answer.json()["requestId"].as_str().unwrap(),
            "{what}"
        );
        assert!(
            answer.json()["message"].as_str().unwrap().ends_with('.'),
            "{what} needs a sentence"
        );
        assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    }
}
