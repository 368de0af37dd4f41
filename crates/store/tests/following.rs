//! How a node hears of a change: told by `PostgreSQL`, not asked for.
#![expect(
    clippy::disallowed_methods,
    reason = "a test that cannot go on may stop where it stands"
)]

use perch_store::{Heard, Location, Store};

#[tokio::test]
async fn postgresql_tells_of_a_change_and_of_nothing_else() {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        eprintln!(
            "skipped: TEST_POSTGRES_URL is not set; cargo xtask test starts a PostgreSQL for it"
        );
        return;
    };
    let name = format!("perch_following_{}", std::process::id());
    let admin = sqlx::PgPool::connect(&server).await.unwrap();
    sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&admin)
        .await
        .unwrap();
    let location = Location::Postgres(server.replacen("/postgres", &format!("/{name}"), 1));
    let (store, node) = (
        Store::open(&location).await.unwrap(),
        Store::open(&location).await.unwrap(),
    );
    let mut following = node.follow();
    let before = following.ask().await.unwrap();
    while !following.is_listening() {
        assert_eq!(following.wait().await, Heard::Tick);
    }
    assert_eq!(following.wait().await, Heard::Tick, "nothing happened");
    // An act that nothing in memory depends on tells nobody.
    store
        .hide_first_steps(
            perch_store::OrganizationId(uuid::Uuid::nil()),
            perch_store::PersonId(uuid::Uuid::nil()),
            None,
        )
        .await
        .unwrap();
    assert_eq!(following.wait().await, Heard::Tick);
    let mut change = store.change().await.unwrap();
    let organization = perch_store::OrganizationId(uuid::Uuid::from_u128(1));
    change.add_organization(organization, "O", 1).await.unwrap();
    let entry = perch_store::AuditEntry {
        id: uuid::Uuid::from_u128(2),
        organization,
        actor: "Ada".into(),
        actor_id: None,
        action: "test",
        target: "t".into(),
        before: None,
        after: None,
        address: String::new(),
        request_id: "r".into(),
        caller_request_id: String::new(),
        at: 5,
    };
    change.commit(&entry).await.unwrap();
    assert_eq!(following.wait().await, Heard::Notice);
    assert!(following.ask().await.unwrap() > before);
    store.close().await;
    node.close().await;
}
