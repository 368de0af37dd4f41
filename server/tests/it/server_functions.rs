//! Every server function is a public endpoint: called here as nobody, as each role, and from a foreign site. One that is
//! added without a line in this table fails the suite.

use crate::harness::TestApp;
use axum::http::Method;
use perch_domain::ConsoleRole;
use std::collections::BTreeSet;

/// Endpoint, fields that would work, and what admin, maker and explorer get.
type Line = (
    &'static str,
    &'static [(&'static str, &'static str)],
    [u16; 3],
);

const TABLE: [Line; 8] = [
    (
        "save-origins",
        &[("origins[0].origin", "https://a.test")],
        [200, 403, 403],
    ),
    (
        "describe-origin",
        &[("value", "https://a.test")],
        [200, 403, 403],
    ),
    (
        "test-site",
        &[("site-test", "https://a.test")],
        [200, 200, 200],
    ),
    (
        "save-attributes",
        &[
            ("attributes[0].name", "region"),
            ("attributes[0].type", "String"),
        ],
        [200, 403, 403],
    ),
    (
        "generate-sandbox-token",
        &[
            ("api_key", "perch_sk_x"),
            ("distinctId", "v"),
            ("role", "explorer"),
        ],
        [401, 401, 401],
    ),
    (
        "describe-request",
        &[("distinctId", "v"), ("role", "explorer")],
        [200, 200, 200],
    ),
    ("introspect-token", &[("token", "x")], [200, 200, 200]),
    (
        "create-api-key",
        &[("name", "Key"), ("scopes", "mint")],
        [200, 200, 403],
    ),
];

#[tokio::test]
async fn none_is_missing_from_the_table() {
    let _app = TestApp::empty().await;
    let registered: BTreeSet<_> = server_fn::axum::server_fn_paths()
        .map(|(path, method)| format!("{method} {path}"))
        .collect();
    let tested: BTreeSet<_> = TABLE
        .iter()
        .map(|(endpoint, _, _)| format!("POST /_console/{endpoint}"))
        .collect();
    assert_eq!(registered, tested);
}

#[tokio::test]
async fn nobody_and_foreign_sites_are_refused_and_each_role_gets_its_own() {
    let app = TestApp::with_admin().await;
    app.add_person("mia@example.com", ConsoleRole::Maker).await;
    app.add_person("eve@example.com", ConsoleRole::Explorer)
        .await;
    let people = [
        app.admin().await,
        app.signed_in("mia@example.com").await,
        app.signed_in("eve@example.com").await,
    ];
    for (endpoint, fields, expected) in TABLE {
        let nobody = app.nobody().call(endpoint, fields).await;
        assert_eq!(
            (nobody.status, nobody.code().as_str()),
            (401, "SIGN_IN_REQUIRED"),
            "{endpoint} as nobody"
        );
        let path = format!("/_console/{endpoint}");
        let body = serde_json::json!({ "fields": fields }).to_string();
        let json = ("content-type", "application/json");
        // By what browsers say of themselves; and over plain http on a network, where only Origin and Host are there.
        for foreign in [
            vec![("sec-fetch-site", "cross-site"), json],
            vec![("sec-fetch-site", "same-site"), json],
            vec![("origin", "https://evil.test"), json],
            vec![("origin", "null"), json],
        ] {
            let refused = people[0]
                .send(Method::POST, &path, &foreign, body.clone())
                .await;
            assert_eq!(
                (refused.status, refused.code().as_str()),
                (403, "CROSS_SITE_REQUEST"),
                "{endpoint} {foreign:?}"
            );
            assert_eq!(
                refused.header("x-request-id"),
                refused.json()["requestId"].as_str().unwrap()
            );
        }
        let own = people[0]
            .send(
                Method::POST,
                &path,
                &[
                    ("origin", "http://192.168.0.9:3000"),
                    ("host", "localhost:3000"),
                    json,
                ],
                body.clone(),
            )
            .await;
        assert_eq!(own.status, 403, "{endpoint} from another address");
        let get = people[0]
            .send(Method::GET, &path, &[("sec-fetch-site", "same-origin")], "")
            .await;
        assert_eq!(get.status, 405, "{endpoint} by GET");
        let plain_form = people[0]
            .send(
                Method::POST,
                &path,
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("accept", "text/html"),
                    json,
                ],
                body.clone(),
            )
            .await;
        assert_eq!(plain_form.status, 404, "{endpoint} as a plain form");
        let other_body = people[0]
            .send(
                Method::POST,
                &path,
                &[("sec-fetch-site", "same-origin"), json],
                "{\"x\":1}",
            )
            .await;
        assert_eq!(
            (other_body.status, other_body.code().as_str()),
            (422, "REQUEST_INVALID"),
            "{endpoint} with another body: {}",
            other_body.text
        );
        for (person, status) in people.iter().zip(expected) {
            let answer = person.call(endpoint, fields).await;
            assert_eq!(answer.status, status, "{endpoint}: {}", answer.text);
            assert_eq!(answer.header("cache-control"), "no-store", "{endpoint}");
        }
    }
}

#[tokio::test]
async fn no_button_of_a_form_is_a_way_around_its_right() {
    let app = TestApp::with_admin().await;
    app.add_person("mia@example.com", ConsoleRole::Maker).await;
    let maker = app.signed_in("mia@example.com").await;
    for intent in [
        "add",
        "keep",
        "import",
        "paste",
        "theirs:0",
        "declare:x",
        "anything",
    ] {
        for endpoint in ["save-origins", "save-attributes"] {
            let refused = maker
                .call(
                    endpoint,
                    &[("intent", intent), ("sample", "{}"), ("paste", "a.test")],
                )
                .await;
            assert_eq!(
                (refused.status, refused.code().as_str()),
                (403, "ROLE_NOT_ALLOWED"),
                "{endpoint} {intent}"
            );
        }
    }
}

#[tokio::test]
async fn plain_forms_of_foreign_sites_are_refused() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    for path in [
        "/settings/embed",
        "/account/keys/new",
        "/account/password",
        "/account/sign-out-everywhere",
        "/sign-out",
        "/theme",
        "/sign-in",
    ] {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("origin", "https://evil.test"),
            ("sec-fetch-site", "cross-site"),
        ];
        assert_eq!(
            admin
                .send(Method::POST, path, &headers, "form=origins")
                .await
                .status,
            403,
            "{path}"
        );
    }
    assert_eq!(admin.get("/account").await.status, 200, "still signed in");
}
