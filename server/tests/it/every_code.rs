//! Every code of the registry is answered by something: each is provoked here. The `match` has no default, so a code that
//! nothing answers has no place in the registry. Violations: `bad_input.rs`.

use crate::harness::{Answer, BODY, PASSWORD, TestApp, between, mistyped};
use axum::body::Body;
use axum::http::Method;
use perch_domain::api_key::{ApiKeyText, SecretId};
use perch_domain::{Code, ConsoleRole};

const SITE: &str = "https://app.test";
/// The tests of the component, which provoke what is only decided in a browser.
const COMPONENT: [&str; 2] = [
    include_str!("../../../end2end/tests/embed.spec.ts"),
    include_str!("../../../end2end/tests/refresh.spec.ts"),
];

/// A server with a listed site, a key, and a token of it.
struct Stage {
    app: TestApp,
    key: String,
    token: String,
}

impl Stage {
    async fn set() -> Self {
        let app = TestApp::with_admin().await;
        app.list(SITE, "development").await;
        let key = app.api_key().await;
        let token = app.nobody().token(&key, BODY).await;
        Self { app, key, token }
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.app
            .nobody()
            .send(Method::POST, path, headers, body.to_owned())
            .await
    }

    async fn session(&self) -> Answer {
        self.app.nobody().session(&self.token, SITE).await
    }

    async fn mint(&self, body: &str) -> Answer {
        self.app.nobody().mint(&self.key, body).await
    }

    /// A statement behind the server's back, and a session after it was noticed.
    async fn session_after(&self, sql: &'static str) -> Answer {
        self.app.execute(sql).await;
        self.app.clock.advance_seconds(1);
        self.session().await
    }
}

/// The answer with this code; none for what is only decided in a browser.
async fn provoked(stage: &Stage, code: Code) -> Option<Answer> {
    let (app, key) = (&stage.app, stage.key.as_str());
    let json = ("content-type", "application/json");
    Some(match code {
        Code::HostNotServed => {
            stage
                .post("/embed/session", &[("host", "evil.test")], "")
                .await
        }
        Code::NotFound => app.nobody().get("/embed/nothing").await,
        Code::MethodNotAllowed => app.nobody().get("/embed/generate-token").await,
        Code::ApiKeyMissing => stage.post("/embed/generate-token", &[json], BODY).await,
        Code::ApiKeyMalformed => app.nobody().mint(&mistyped(key, 1), BODY).await,
        Code::ApiKeyUnknown => {
            app.nobody()
                .mint(
                    ApiKeyText::assemble(&SecretId::from_random([9; 8]), [9; 32]).expose(),
                    BODY,
                )
                .await
        }
        Code::ApiKeyScopeMissing => {
            app.nobody()
                .mint(
                    &app.admin()
                        .await
                        .create_key(&[("scopes", "introspect")])
                        .await,
                    BODY,
                )
                .await
        }
        Code::ContentTypeNotJson => {
            stage
                .post("/embed/generate-token", &[("x-api-key", key)], BODY)
                .await
        }
        Code::BodyTooLarge => stage.mint(&" ".repeat(16 * 1024 + 1)).await,
        Code::BodyNotJson => stage.mint("{").await,
        Code::RequestInvalid => stage.mint("{}").await,
        Code::TokenMissing => app.nobody().session("", SITE).await,
        Code::TokenMalformed => app.nobody().session("x", SITE).await,
        Code::TokenInvalid => {
            app.nobody()
                .session(&mistyped(&stage.token, 30), SITE)
                .await
        }
        Code::TokenUnknownKey => app.nobody().session(&Stage::set().await.token, SITE).await,
        Code::OriginMissing => {
            stage
                .post(
                    "/embed/session",
                    &[("authorization", &format!("Bearer {}", stage.token))],
                    "",
                )
                .await
        }
        Code::OriginNotAuthorized => {
            app.nobody()
                .session(&stage.token, "https://evil.test")
                .await
        }
        Code::SandboxTokenOnProductionOrigin => {
            app.list("https://live.test", "production").await;
            let sandbox = app.admin().await.sandbox_token(key).await;
            app.nobody().session(&sandbox, "https://live.test").await
        }
        Code::CrossSite => {
            stage
                .post("/theme", &[("sec-fetch-site", "cross-site")], "")
                .await
        }
        Code::SetupLinkInvalid => app.nobody().get("/setup/nothing").await,
        Code::SignInRequired => app.nobody().call("save-origins", &[]).await,
        Code::SignInFailed => {
            app.nobody()
                .form(
                    "/sign-in",
                    &[("email", "eve@example.com"), ("password", PASSWORD)],
                )
                .await
        }
        Code::RoleNotAllowed => {
            app.add_person("eve@example.com", ConsoleRole::Explorer)
                .await;
            app.signed_in("eve@example.com")
                .await
                .call("save-origins", &[("origins[0].origin", "https://a.test")])
                .await
        }
        Code::TooManyRequests => {
            let mut open = Vec::new();
            for _ in 0..20 {
                open.push(app.nobody().live(&stage.token, SITE).await);
            }
            let bearer = format!("Bearer {}", stage.token);
            app.nobody()
                .head(
                    Method::POST,
                    "/embed/live",
                    &[("authorization", &bearer), ("origin", SITE)],
                )
                .await
        }
        _ => return provoked_by_force(code).await,
    })
}

/// Those that leave their server in a state of their own.
async fn provoked_by_force(code: Code) -> Option<Answer> {
    let stage = Stage::set().await;
    let app = &stage.app;
    Some(match code {
        Code::ApiKeyExpired => {
            app.execute("UPDATE api_secret SET expires_at = 1795168801000").await;
            app.clock.advance_seconds(1);
            stage.mint(BODY).await
        }
        Code::ApiKeyRevoked => {
            app.execute("UPDATE api_key SET revoked_at = 1795168800000").await;
            app.clock.advance_seconds(1);
            stage.mint(BODY).await
        }
        Code::Conflict => {
            let admin = app.admin().await;
            let id = between(&admin.get("/settings/embed").await.text, "name=\"origins[0].id\" value=\"", "\"");
            let edit = [("origins[0].id", id.as_str()), ("origins[0].version", "1"), ("origins[0].origin", SITE)];
            let save = async |label: &'static str| admin.call("save-origins", &[edit.as_slice(), &[("origins[0].label", label)]].concat()).await;
            assert_eq!(save("First").await.status, 200);
            save("Second").await
        }
        Code::ApiKeyInBrowser => stage.post("/embed/revoke", &[("x-api-key", &stage.key), ("origin", SITE)], "").await,
        Code::KeyCeilingExceeded => {
            app.execute("UPDATE api_secret SET minted = 4294967296, revoked_at = NULL").await;
            app.clock.advance_seconds(1);
            stage.mint(BODY).await
        }
        Code::TokenNotYetValid => {
            app.clock.advance_seconds(-31);
            stage.session().await
        }
        Code::TokenExpired => {
            app.clock.advance_seconds(3_600);
            stage.session().await
        }
        Code::TokenRevoked => {
            assert_eq!(app.nobody().revoke(&stage.key, r#"{"all":true,"tokenId":null}"#).await.status, 200);
            stage.session().await
        }
        // Somebody newer wrote what this version does not know.
        Code::Internal => stage.session_after("INSERT INTO attribute (id, organization_id, name, kind, changed_at, changed_by) SELECT randomblob(16), id, 'new', 'Colour', 0, 'x' FROM organization").await,
        Code::Unavailable => {
            app.perch.store().close().await;
            app.clock.advance_seconds(1);
            stage.session().await
        }
        Code::RequestTimeout => {
            // A body that never comes, on a clock that goes ahead while nothing else happens.
            let body = Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>());
            let headers = [("x-api-key", stage.key.as_str()), ("content-type", "application/json")];
            tokio::time::pause();
            let answer = app.nobody().send(Method::POST, "/embed/generate-token", &headers, body).await;
            tokio::time::resume();
            answer
        }
        Code::PermissionMissing | Code::TokenNotRenewed | Code::ServerUnreachable => return None,
        other => panic!("{} is provoked by nothing: add it here, or take it out of the registry until something answers it", other.as_str()),
    })
}

#[tokio::test]
async fn every_code_of_the_registry_is_answered_by_something() {
    let stage = Stage::set().await;
    for code in Code::ALL {
        let Some(answer) = provoked(&stage, *code).await else {
            assert_eq!(
                code.status(),
                0,
                "{} has a status, so a server has to answer it",
                code.as_str()
            );
            assert!(
                COMPONENT.iter().any(|tests| tests.contains(code.as_str())),
                "no test of the component names {}",
                code.as_str()
            );
            continue;
        };
        assert_eq!(
            answer.status,
            code.status(),
            "{}: {}",
            code.as_str(),
            answer.text
        );
        // A page says the sentence, everything else the code.
        let told = if answer.header("content-type").starts_with("text/html") {
            code.message()
        } else {
            code.as_str()
        };
        assert!(
            answer.text.contains(told),
            "{}: {}",
            code.as_str(),
            answer.text
        );
        assert_eq!(
            !answer.header("retry-after").is_empty(),
            matches!(answer.status, 429 | 503),
            "{}",
            code.as_str()
        );
        let challenged = answer.status == 401 && !code.as_str().starts_with("SIGN_IN");
        assert!(
            !challenged || answer.header("www-authenticate") == "Bearer",
            "{}",
            code.as_str()
        );
    }
}
