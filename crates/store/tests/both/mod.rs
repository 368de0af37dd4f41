//! A fresh database of each kind for every test.

use perch_store::{Location, Store, StoreError};
use std::future::Future;
use std::sync::Mutex;

/// Where the databases of running tests are, for statements the store itself would never make.
static LOCATIONS: Mutex<Vec<(String, Location)>> = Mutex::new(Vec::new());

/// Declares a test for both databases.
macro_rules! both {
    ($name:ident, $body:expr) => {
        mod $name {
            use super::*;
            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                $crate::both::on_sqlite($body).await;
            }
            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                $crate::both::on_postgres($body).await;
            }
        }
    };
}
pub(crate) use both;

pub async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Store) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File {
        path: folder.path().join("perch.sqlite3"),
        create: true,
    };
    run(&location, test).await;
}

pub async fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(Store) -> F) {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        eprintln!(
            "skipped: TEST_POSTGRES_URL is not set; cargo xtask test starts a PostgreSQL for it"
        );
        return;
    };
    let name = format!("perch_test_{}_{}", std::process::id(), next());
    let admin = sqlx::PgPool::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&admin)
        .await
        .unwrap();
    admin.close().await;
    let location = Location::Postgres(server.replacen("/postgres", &format!("/{name}"), 1));
    run(&location, test).await;
}

async fn run<F: Future<Output = ()>>(location: &Location, test: impl FnOnce(Store) -> F) {
    let store = Store::open(location).await.unwrap();
    remember(location);
    test(store.clone()).await;
    store.close().await;
    // A database that a newer version migrated is refused.
    alter(location, NEWER).await;
    assert!(matches!(
        Store::open(location).await,
        Err(StoreError::Newer(9999))
    ));
}

const NEWER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) SELECT 9999, 'newer', TRUE, checksum, 0 FROM _sqlx_migrations LIMIT 1";

fn next() -> usize {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

fn thread() -> String {
    std::thread::current().name().unwrap_or_default().to_owned()
}

fn remember(location: &Location) {
    LOCATIONS.lock().unwrap().push((thread(), location.clone()));
}

/// Runs a statement behind the store's back, on the database of this test.
pub async fn execute(_: &Store, sql: &'static str) {
    let location = LOCATIONS
        .lock()
        .unwrap()
        .iter()
        .rev()
        .find(|(name, _)| *name == thread())
        .map(|(_, location)| location.clone())
        .unwrap();
    alter(&location, sql).await;
}

async fn alter(location: &Location, sql: &'static str) {
    match location {
        Location::File { path, .. } => {
            let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", path.display()))
                .await
                .unwrap();
            sqlx::query(sql).execute(&pool).await.unwrap();
            pool.close().await;
        }
        Location::Postgres(url) => {
            let pool = sqlx::PgPool::connect(url).await.unwrap();
            sqlx::query(sql).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }
}
