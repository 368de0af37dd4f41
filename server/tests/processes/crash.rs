//! Killed while it mints: every token that was answered is on record, the store is whole, and the next start is quick.
//!
//! `PERCH_KILL_BACKENDS` says that the `PostgreSQL` is there for this alone, so that a process of it may be killed too.

use crate::http::Connection;
use crate::is_long;
use crate::perch::{BODY, Installation, Running};
use sqlx::{Connection as _, PgConnection, SqliteConnection};
use std::collections::HashSet;
use std::time::Duration;
use tokio::sync::mpsc;
use uuid::Uuid;

const CALLERS: usize = 16;
/// How many answers a run is left alive for, in turn: from the first commit to many that overlap.
const ANSWERS: [usize; 10] = [1, 60, 7, 150, 17, 90, 3, 220, 33, 120];
const NEXT_START: Duration = Duration::from_secs(2);

fn kills() -> usize {
    if is_long() { 50 } else { 10 }
}

/// A token that was answered: its id, its text.
type Minted = (Uuid, String);

/// Callers that mint as fast as they are answered, until the server is gone.
fn mint_on(running: &Running, key: &str) -> mpsc::UnboundedReceiver<Minted> {
    let (answered, answers) = mpsc::unbounded_channel();
    for _ in 0..CALLERS {
        let (address, key, answered) = (running.address.clone(), key.to_owned(), answered.clone());
        tokio::spawn(async move {
            let Ok(mut connection) = Connection::to(&address).await else {
                return;
            };
            while let Ok(answer) = connection.mint(&key, BODY).await {
                // A database that is gone is answered with 503; nothing was promised then.
                if answer.status == 200 {
                    let _ = answered.send((
                        answer.member("tokenId").parse().unwrap(),
                        answer.member("token"),
                    ));
                }
            }
        });
    }
    answers
}

/// Waits for so many answers.
async fn collect(
    answers: &mut mpsc::UnboundedReceiver<Minted>,
    count: usize,
    minted: &mut Vec<Minted>,
) {
    for _ in 0..count {
        minted.push(answers.recv().await.expect("the server stopped by itself"));
    }
}

/// What was answered although the server was about to be gone.
async fn rest(mut answers: mpsc::UnboundedReceiver<Minted>, minted: &mut Vec<Minted>) {
    while let Some(answer) = answers.recv().await {
        minted.push(answer);
    }
}

/// The ids on record; on `SQLite` also whether the file is whole.
async fn recorded(installation: &Installation, database: Option<&str>) -> HashSet<Uuid> {
    const IDS: &str = "SELECT token_id FROM mint";
    if let Some(url) = database {
        let mut connection = PgConnection::connect(url).await.unwrap();
        return sqlx::query_scalar(IDS)
            .fetch_all(&mut connection)
            .await
            .unwrap()
            .into_iter()
            .collect();
    }
    let mut connection =
        SqliteConnection::connect(&format!("sqlite://{}", installation.file().display()))
            .await
            .unwrap();
    let whole: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    assert_eq!(whole, ["ok"]);
    sqlx::query_scalar(IDS)
        .fetch_all(&mut connection)
        .await
        .unwrap()
        .into_iter()
        .collect()
}

/// Whether everything that was answered is there: in the database, and for the newest also by asking.
async fn check(
    installation: &Installation,
    database: Option<&str>,
    running: &Running,
    key: &str,
    minted: &[Minted],
) {
    let recorded = recorded(installation, database).await;
    let missing: Vec<_> = minted
        .iter()
        .filter(|(id, _)| !recorded.contains(id))
        .map(|(id, _)| id)
        .collect();
    assert!(
        missing.is_empty(),
        "{} of {} answered tokens are missing: {missing:?}",
        missing.len(),
        minted.len()
    );
    let (_, token) = minted.last().unwrap();
    let headers = [
        ("x-api-key", key),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let answer = running
        .connect()
        .await
        .send(
            "POST /embed/introspect",
            &headers,
            &format!("token={token}"),
        )
        .await
        .unwrap();
    assert!(answer.text.contains("\"active\":true"), "{answer:?}");
}

async fn killed_again_and_again(database: Option<String>) {
    let installation = Installation::new(database.clone());
    let (mut running, key) = installation.furnished().await;
    let (mut minted, mut starts) = (Vec::new(), Vec::new());
    for round in 0..kills() {
        let mut answers = mint_on(&running, &key);
        collect(&mut answers, ANSWERS[round % ANSWERS.len()], &mut minted).await;
        running.kill().await;
        rest(answers, &mut minted).await;
        running = installation.start().await;
        starts.push(running.took);
        check(&installation, database.as_deref(), &running, &key, &minted).await;
    }
    if let Some(url) = database
        .as_deref()
        .filter(|_| std::env::var_os("PERCH_KILL_BACKENDS").is_some())
    {
        let mut answers = mint_on(&running, &key);
        collect(&mut answers, 100, &mut minted).await;
        kill_a_backend(url).await;
        running.kill().await;
        rest(answers, &mut minted).await;
        running = installation.start().await;
        check(&installation, Some(url), &running, &key, &minted).await;
    }
    starts.sort();
    let (middle, longest) = (starts[starts.len() / 2], starts[starts.len() - 1]);
    println!(
        "{} kills, {} answered tokens, none missing; starts {middle:?} in the middle, {longest:?} the longest",
        starts.len(),
        minted.len()
    );
    assert!(middle < NEXT_START, "a start after a kill took {middle:?}");
}

/// Kills the process behind one of the server's connections: the database then recovers as after a crash of its own.
async fn kill_a_backend(url: &str) {
    let mut connection = PgConnection::connect(url).await.unwrap();
    let pid: i32 = sqlx::query_scalar("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() LIMIT 1")
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert!(
        std::process::Command::new("kill")
            .args(["-KILL", &pid.to_string()])
            .status()
            .unwrap()
            .success()
    );
    // It ends every connection, this one too, and takes new ones once it has recovered.
    while sqlx::query("SELECT 1")
        .execute(&mut connection)
        .await
        .is_ok()
    {
        tokio::task::yield_now().await;
    }
    while PgConnection::connect(url).await.is_err() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answered_token_is_missing_on_sqlite() {
    killed_again_and_again(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_answered_token_is_missing_on_postgres() {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        eprintln!(
            "skipped: TEST_POSTGRES_URL is not set; cargo xtask test starts a PostgreSQL for it"
        );
        return;
    };
    let database = format!("perch_crash_{}", std::process::id());
    let mut admin = PgConnection::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {database}")))
        .execute(&mut admin)
        .await
        .unwrap();
    killed_again_and_again(Some(server.replacen(
        "/postgres",
        &format!("/{database}"),
        1,
    )))
    .await;
}
