//! Connections that stay open.

use super::*;

#[tokio::test]
async fn a_site_counts_from_the_moment_it_is_listed_or_removed() {
    let (app, key) = furnished().await;
    let token = app.nobody().token(&key, BODY).await;
    assert_eq!(
        app.nobody()
            .session(&token, "https://eu.shop.test")
            .await
            .status,
        403
    );
    app.list("https://*.shop.test", "development").await;
    assert_eq!(
        app.nobody()
            .session(&token, "https://eu.shop.test")
            .await
            .status,
        200
    );
    for near in [
        "https://shop.test",
        "https://a.eu.shop.test",
        "http://eu.shop.test",
        "https://eu.shop.test.evil.test",
        "https://eu.shop.test:444",
    ] {
        assert_eq!(
            app.nobody().session(&token, near).await.code(),
            "ORIGIN_NOT_AUTHORIZED",
            "{near}"
        );
    }
    let (_, mut stream) = app.nobody().live(&token, SITE).await;
    assert!(stream.next().await.unwrap().starts_with(": connected"));
    app.execute("DELETE FROM origin WHERE canonical = 'https://app.test'")
        .await;
    let told = stream.next().await.unwrap();
    assert!(
        told.starts_with("event: refused\ndata: ") && told.contains("ORIGIN_NOT_AUTHORIZED"),
        "{told}"
    );
    assert_eq!(stream.next().await, None, "then it is over");
}

#[tokio::test]
async fn a_change_that_concerns_nobody_who_is_connected_ends_nothing() {
    let (app, key) = furnished().await;
    let token = app.nobody().token(&key, BODY).await;
    let (_, mut stream) = app.nobody().live(&token, SITE).await;
    stream.next().await.unwrap();
    app.declare("other", "String").await;
    assert_eq!(
        app.nobody()
            .revoke(&key, r#"{"distinctId":"user-1"}"#)
            .await
            .status,
        200
    );
    // The next thing that is said is about the second change.
    assert!(stream.next().await.unwrap().contains("TOKEN_REVOKED"));
}

#[tokio::test]
async fn connections_of_one_viewer_are_bounded() {
    let (app, key) = furnished().await;
    let token = app.nobody().token(&key, BODY).await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(app.nobody().live(&token, SITE).await);
    }
    let (full, body) = app.nobody().live(&token, SITE).await;
    assert_eq!((full.status, full.header("retry-after")), (429, "60"));
    drop(body);
    let other = app
        .nobody()
        .token(&key, &BODY.replace("user-1", "user-2"))
        .await;
    assert_eq!(app.nobody().live(&other, SITE).await.0.status, 200);
    open.pop();
    assert_eq!(
        app.nobody().live(&token, SITE).await.0.status,
        200,
        "one that ended makes room"
    );
}

#[tokio::test]
async fn without_the_database_nothing_is_let_in_that_may_have_been_revoked() {
    let (app, key) = furnished().await;
    let token = app.nobody().token(&key, BODY).await;
    app.perch.store().close().await;
    assert_eq!(
        app.nobody().session(&token, SITE).await.status,
        200,
        "memory is a moment old"
    );
    // Past the second, and by a clock that was stepped back and tells nothing of the time since.
    for seconds in [1, -10] {
        app.clock.advance_seconds(seconds);
        let answer = app.nobody().session(&token, SITE).await;
        assert_eq!(
            (
                answer.status,
                answer.code().as_str(),
                answer.header("retry-after")
            ),
            (503, "UNAVAILABLE", "5"),
            "{seconds}"
        );
    }
}

#[tokio::test]
async fn a_change_that_cannot_be_read_lets_nothing_in_either() {
    let (app, key) = furnished().await;
    let token = app.nobody().token(&key, BODY).await;
    // Somebody newer wrote what this version does not know; the generation can still be read.
    app.execute("INSERT INTO attribute (id, organization_id, name, kind, changed_at, changed_by) SELECT randomblob(16), id, 'new', 'Colour', 0, 'x' FROM organization").await;
    app.clock.advance_seconds(1);
    assert_eq!(app.nobody().session(&token, SITE).await.status, 500);
    let (live, _) = app.nobody().live(&token, SITE).await;
    assert_eq!(live.status, 500);
    app.execute("DELETE FROM attribute WHERE name = 'new'")
        .await;
    assert_eq!(app.nobody().session(&token, SITE).await.status, 200);
}
