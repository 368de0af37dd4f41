//! A fresh database of each kind for every test.

use perch_store::{Location, Store, StoreError};
use std::future::Future;

/// A database of one test: the store, and where it is, for statements that the store itself would never make.
pub struct TestDb {
    pub store: Store,
    location: Location,
}

impl TestDb {
    /// Runs a statement behind the store's back.
    pub async fn execute(&self, sql: &'static str) {
        alter(&self.location, sql).await;
    }
}

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

pub async fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(TestDb) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let location = Location::File {
        path: folder.path().join("perch.sqlite3"),
        create: true,
    };
    run(&location, test).await;
}

pub async fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(TestDb) -> F) {
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

async fn run<F: Future<Output = ()>>(location: &Location, test: impl FnOnce(TestDb) -> F) {
    let store = Store::open(location).await.unwrap();
    let db = TestDb {
        store: store.clone(),
        location: location.clone(),
    };
    test(db).await;
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
