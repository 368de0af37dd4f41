//! A server in a folder of its own, with a clock that stands still, and clients that speak as somebody.

mod client;
mod proxy;

pub use client::{Answer, Client, between, mistyped};
pub use proxy::{Proxy, Way};

use perch::config::Config;
use perch::edge::Edge;
use perch::live_connections::{ConnectionLimits, LiveConnections};
use perch::public_address::PublicAddress;
use perch::router::routes;
use perch::run::open_with;
use perch::state::AppState;
use perch_domain::ConsoleRole;
use perch_service::{CountedEntropy, ManualClock, NewPersonForm, OrganizationChoice, Perch};
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Ids must differ between two openings of one folder, so chance is counted over the whole process.
static ENTROPY: std::sync::LazyLock<Arc<CountedEntropy>> =
    std::sync::LazyLock::new(|| Arc::new(CountedEntropy::default()));

/// 20 November 2026, 10:00:00 UTC.
pub const NOW: i64 = 1_795_168_800_000;
pub const PASSWORD: &str = "correct horse battery";

pub struct TestApp {
    pub perch: Perch,
    pub clock: Arc<ManualClock>,
    pub folder: Arc<TempDir>,
    settings: Vec<(String, String)>,
    public_address: PublicAddress,
    edge: Edge,
}

impl TestApp {
    /// An installation nobody has set up yet.
    pub async fn empty() -> Self {
        Self::open(Arc::new(tempfile::tempdir().unwrap()), &[]).await
    }

    /// Opens the installation in a folder, under these settings.
    pub async fn open(folder: Arc<TempDir>, settings: &[(&str, &str)]) -> Self {
        Self::open_with_upkeep(folder, settings, true).await
    }

    async fn open_with_upkeep(
        folder: Arc<TempDir>,
        settings: &[(&str, &str)],
        upkeep: bool,
    ) -> Self {
        let mut variables: HashMap<String, String> = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        variables.insert(
            "PERCH_DATA_DIR".into(),
            folder.path().join("data").display().to_string(),
        );
        let config = Config::from_variables(&variables).unwrap();
        let clock = Arc::new(ManualClock::at(NOW));
        let perch = open_with(&config, upkeep, clock.clone(), ENTROPY.clone())
            .await
            .unwrap();
        let public_address = PublicAddress::new(&config, config.addr);
        let state = AppState::new(perch.clone(), public_address.clone());
        let edge = Edge::new(state.clone(), routes(&state));
        let settings = settings
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Self {
            perch,
            clock,
            folder,
            settings,
            public_address,
            edge,
        }
    }

    /// The same installation opened again without background tasks: only requests send statements.
    pub async fn without_upkeep(self) -> Self {
        let folder = self.folder.clone();
        drop(self);
        Self::open_with_upkeep(folder, &[], false).await
    }

    /// A second node on the same database, with a clock of its own.
    pub async fn beside(&self) -> Self {
        let settings: Vec<_> = self
            .settings
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Self::open(self.folder.clone(), &settings).await
    }

    /// An organization with an admin, in a PostgreSQL database of its own; `None` where no server is given for the tests.
    pub async fn on_postgres(name: &str) -> Option<Self> {
        let (server, database) = new_database(name).await?;
        let url = server.replacen("/postgres", &format!("/{database}"), 1);
        Some(Self::with_admin_in(&url).await)
    }

    /// The same over TCP with TLS, verified by the authority that was made for the tests, and through a proxy.
    pub async fn on_postgres_through_a_proxy(name: &str) -> Option<(Self, Proxy)> {
        let Ok(server) = std::env::var("TEST_POSTGRES_TLS_URL") else {
            eprintln!(
                "skipped: TEST_POSTGRES_TLS_URL is not set; cargo xtask test starts a PostgreSQL for it"
            );
            return None;
        };
        let (_, database) = new_database(name).await?;
        let port = between(&server, "localhost:", "/");
        let proxy = Proxy::to(port.parse().unwrap()).await;
        let url = server.replacen(
            &format!(":{port}/postgres"),
            &format!(":{}/{database}", proxy.port),
            1,
        );
        Some((Self::with_admin_in(&url).await, proxy))
    }

    async fn with_admin_in(url: &str) -> Self {
        let app = Self::open(
            Arc::new(tempfile::tempdir().unwrap()),
            &[("PERCH_DATABASE_URL", url)],
        )
        .await;
        app.add_person("ada@example.com", ConsoleRole::Admin).await;
        app
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
        self.perch
            .people
            .add_person(&OrganizationChoice(None), form, "test".into())
            .await
            .unwrap();
    }

    /// Somebody without a cookie.
    pub fn nobody(&self) -> Client {
        Client::new(self.edge.clone())
    }

    /// The one number that a query gives.
    pub async fn count(&self, sql: &'static str) -> i64 {
        let file = self.folder.path().join("data/perch.sqlite3");
        let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display()))
            .await
            .unwrap();
        let count = sqlx::query_scalar(sql).fetch_one(&pool).await.unwrap();
        pool.close().await;
        count
    }

    /// Somebody without a cookie, from an address.
    pub fn nobody_from(&self, address: &str) -> Client {
        Client::new(self.edge.to(address.parse().unwrap()))
    }

    /// Somebody without a cookie, at a server with other bounds for viewers who stay connected.
    pub fn nobody_within(&self, limits: ConnectionLimits) -> Client {
        let state = AppState::bounded(
            self.perch.clone(),
            self.public_address.clone(),
            LiveConnections::bounded(limits),
        );
        Client::new(Edge::new(state.clone(), routes(&state)))
    }

    /// Somebody signed in.
    pub async fn signed_in(&self, email: &str) -> Client {
        let client = self.nobody();
        let answer = client
            .form(
                "/sign-in",
                &[
                    ("email", email),
                    ("password", PASSWORD),
                    ("next", "/settings/embed"),
                ],
            )
            .await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, "/settings/embed"),
            "{}",
            answer.text
        );
        client
    }

    pub async fn admin(&self) -> Client {
        self.signed_in("ada@example.com").await
    }

    /// A new API key of the admin's, made through the console's own form.
    pub async fn api_key(&self) -> String {
        self.admin()
            .await
            .create_key(&[
                ("scopes", "mint"),
                ("scopes", "introspect"),
                ("scopes", "revoke"),
            ])
            .await
    }

    /// Declares an attribute.
    pub async fn declare(&self, name: &str, kind: &str) {
        let answer = self
            .admin()
            .await
            .form(
                "/settings/embed",
                &[
                    ("form", "attributes"),
                    ("attributes[0].name", name),
                    ("attributes[0].type", kind),
                ],
            )
            .await;
        assert_eq!(answer.status, 303, "{}", answer.text);
    }

    /// Lists an origin.
    pub async fn list(&self, origin: &str, environment: &str) {
        let fields = [
            ("form", "origins"),
            ("origins[0].origin", origin),
            ("origins[0].environment", environment),
        ];
        assert_eq!(
            self.admin()
                .await
                .form("/settings/embed", &fields)
                .await
                .status,
            303
        );
    }

    /// Runs a statement behind the service's back, as an operator of the future might; every node then reads again.
    pub async fn execute(&self, sql: &'static str) {
        self.behind(sql).await;
        self.behind("UPDATE generation SET value = value + 1").await;
    }

    /// Runs a statement that no node is told of, on whichever database this is.
    pub async fn behind(&self, sql: &'static str) {
        if let Some(url) = self.postgres_url() {
            let pool = sqlx::PgPool::connect(&url).await.unwrap();
            sqlx::query(sql).execute(&pool).await.unwrap();
            pool.close().await;
        } else {
            let file = self.folder.path().join("data/perch.sqlite3");
            let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display()))
                .await
                .unwrap();
            sqlx::query(sql).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }

    /// The way to the database that no fault is on.
    fn postgres_url(&self) -> Option<String> {
        let url = self
            .settings
            .iter()
            .find(|(name, _)| name == "PERCH_DATABASE_URL")
            .map(|(_, url)| url)?;
        let database = url.split('?').next()?.rsplit('/').next()?;
        Some(std::env::var("TEST_POSTGRES_URL").unwrap().replacen(
            "/postgres",
            &format!("/{database}"),
            1,
        ))
    }
}

/// Makes a database of its own; the address of the server it is on, and its name.
async fn new_database(name: &str) -> Option<(String, String)> {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        eprintln!(
            "skipped: TEST_POSTGRES_URL is not set; cargo xtask test starts a PostgreSQL for it"
        );
        return None;
    };
    let database = format!("perch_server_{}_{name}", std::process::id());
    let admin = sqlx::PgPool::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {database}")))
        .execute(&admin)
        .await
        .unwrap();
    admin.close().await;
    Some((server, database))
}

/// Asks again until it is so. One generous bound for everything that a test waits for.
pub async fn until<F: Future<Output = bool>>(what: &str, is_so: impl Fn() -> F) -> Duration {
    let begun = tokio::time::Instant::now();
    while !is_so().await {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{what}: it never was so"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    begun.elapsed()
}

/// The least body that mints.
pub const BODY: &str = r#"{"user":{"distinctId":"user-1","role":"explorer"}}"#;
