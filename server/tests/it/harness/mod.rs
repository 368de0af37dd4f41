//! A server in a folder of its own, with a clock that stands still, and clients that speak as somebody.

mod client;

pub use client::{Answer, Client, between, mistyped};

use perch::config::Config;
use perch::http::{AppState, Front};
use perch::run::open_with;
use perch::site::Site;
use perch_domain::ConsoleRole;
use perch_service::{CountedEntropy, ManualClock, NewPersonForm, OrganizationChoice, Perch};
use std::collections::HashMap;
use std::sync::Arc;
use tempfile::TempDir;

/// Ids must differ between two openings of one folder, so chance is counted over the whole process.
static ENTROPY: std::sync::LazyLock<Arc<CountedEntropy>> = std::sync::LazyLock::new(|| Arc::new(CountedEntropy::default()));

/// 20 November 2026, 10:00:00 UTC.
pub const NOW: i64 = 1_795_168_800_000;
pub const PASSWORD: &str = "correct horse battery";

pub struct TestApp {
    pub perch: Perch,
    pub clock: Arc<ManualClock>,
    pub folder: Arc<TempDir>,
    settings: Vec<(String, String)>,
    front: Front,
}

impl TestApp {
    /// An installation nobody has set up yet.
    pub async fn empty() -> Self {
        Self::open(Arc::new(tempfile::tempdir().unwrap()), &[]).await
    }

    /// Opens the installation in a folder, under these settings.
    pub async fn open(folder: Arc<TempDir>, settings: &[(&str, &str)]) -> Self {
        let mut variables: HashMap<String, String> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        variables.insert("PERCH_DATA_DIR".into(), folder.path().join("data").display().to_string());
        let config = Config::from_variables(&variables).unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let perch = open_with(&config, true, clock.clone(), ENTROPY.clone()).await.unwrap();
        let site = Site::new(&config, config.addr);
        let front = Front::new(AppState::new(perch.clone(), site));
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { perch, clock, folder, settings, front }
    }

    /// A second node on the same database, with a clock of its own.
    pub async fn beside(&self) -> Self {
        let settings: Vec<_> = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Self::open(self.folder.clone(), &settings).await
    }

    /// An organization with an admin, in a PostgreSQL database of its own; `None` where no server is given for the tests.
    pub async fn on_postgres(name: &str) -> Option<Self> {
        let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
            eprintln!("skipped: TEST_POSTGRES_URL is not set; cargo xtask test starts a PostgreSQL for it");
            return None;
        };
        let database = format!("perch_server_{}_{name}", std::process::id());
        let admin = sqlx::PgPool::connect(&server).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {database}"))).execute(&admin).await.unwrap();
        let url = server.replacen("/postgres", &format!("/{database}"), 1);
        let app = Self::open(Arc::new(tempfile::tempdir().unwrap()), &[("PERCH_DATABASE_URL", &url)]).await;
        app.add_person("ada@example.com", ConsoleRole::Admin).await;
        Some(app)
    }

    /// An organization with an admin.
    pub async fn with_admin() -> Self {
        let app = Self::empty().await;
        app.add_person("ada@example.com", ConsoleRole::Admin).await;
        app
    }

    pub async fn add_person(&self, email: &str, role: ConsoleRole) {
        let form = NewPersonForm {
            email: email.into(),
            name: "Ada Lovelace".into(),
            role,
            password: PASSWORD.to_owned().into(),
            new_organization: "Analytical Engines".into(),
        };
        self.perch.add_person(&OrganizationChoice(None), form, "test".into()).await.unwrap();
    }

    /// Somebody without a cookie.
    pub fn nobody(&self) -> Client {
        Client::new(self.front.clone())
    }

    /// Somebody signed in.
    pub async fn signed_in(&self, email: &str) -> Client {
        let client = self.nobody();
        let answer = client.form("/sign-in", &[("email", email), ("password", PASSWORD), ("next", "/settings/embed")]).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/settings/embed"), "{}", answer.text);
        client
    }

    pub async fn admin(&self) -> Client {
        self.signed_in("ada@example.com").await
    }

    /// A new API key of the admin's, made through the console's own form.
    pub async fn api_key(&self) -> String {
        self.admin().await.create_key(&[("scopes", "mint"), ("scopes", "introspect"), ("scopes", "revoke")]).await
    }

    /// Declares an attribute.
    pub async fn declare(&self, name: &str, kind: &str) {
        let answer =
            self.admin().await.form("/settings/embed", &[("form", "attributes"), ("attributes[0].name", name), ("attributes[0].type", kind)]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }

    /// Lists an origin.
    pub async fn list(&self, origin: &str, environment: &str) {
        let fields = [("form", "origins"), ("origins[0].origin", origin), ("origins[0].environment", environment)];
        assert_eq!(self.admin().await.form("/settings/embed", &fields).await.status, 303);
    }

    /// Runs a statement behind the service's back, as an operator of the future might; every node then reads again.
    pub async fn execute(&self, sql: &'static str) {
        let file = self.folder.path().join("data/perch.sqlite3");
        let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display())).await.unwrap();
        sqlx::query(sql).execute(&pool).await.unwrap();
        sqlx::query("UPDATE generation SET value = value + 1").execute(&pool).await.unwrap();
        pool.close().await;
    }
}

/// The least body that mints.
pub const BODY: &str = r#"{"user":{"distinctId":"user-1","role":"explorer"}}"#;
