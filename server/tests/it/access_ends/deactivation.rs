//! A person is deactivated and reactivated.

use super::*;

async fn deactivated_and_let_in_again(app: TestApp) {
    let (app, operator) = furnished(app).await;
    let (mia, link) = (app.signed_in(MIA).await, link(&app, MIA).await);
    let key = mia
        .create_key(&[("scopes", "mint"), ("sandbox_shared", "yes")])
        .await;
    let persona = [
        ("intent", "persona-new"),
        ("persona_name", "Paris"),
        ("persona_shared", "yes"),
        ("distinctId", "v"),
        ("role", "explorer"),
    ];
    assert_eq!(
        mia.call("generate-sandbox-token", &persona).await.status,
        200
    );
    let (sandbox, live) = (
        mia.sandbox_token(&key).await,
        app.nobody().token(&key, BODY).await,
    );
    assert_eq!(
        [refused(&app, &sandbox).await, refused(&app, &live).await],
        ["", ""]
    );

    let gone = app
        .perch
        .people
        .deactivate_person(&operator, " Mia@Example.com", false)
        .await
        .unwrap();
    assert_eq!(
        (gone.email.as_str(), gone.active, gone.keys.len()),
        (MIA, false, 1)
    );
    assert!(
        gone.keys[0].prefix == visible(&key)
            && gone.keys[0].name == "Production backend"
            && !gone.keys[0].revoked
    );
    assert!(!is_signed_in(&mia).await);
    assert_eq!(
        [
            sign_in(&mia, MIA, PASSWORD).await,
            mia.form(&link, &[]).await.status
        ],
        [401, 403]
    );
    assert_eq!(
        [refused(&app, &sandbox).await, refused(&app, &live).await],
        ["TOKEN_REVOKED", ""],
        "the key's own tokens go on"
    );
    assert!(
        app.perch
            .people
            .open_sign_in_link(MIA, "test".into())
            .await
            .is_err()
    );
    assert!(
        app.admin()
            .await
            .get("/settings/embed")
            .await
            .text
            .contains("Paris"),
        "what was shared stays"
    );

    let back = app
        .perch
        .people
        .reactivate_person(&operator, MIA)
        .await
        .unwrap();
    assert!(back.active && back.role == ConsoleRole::Maker);
    assert!(!is_signed_in(&mia).await);
    assert_eq!(mia.form(&link, &[]).await.status, 403);
    assert_eq!(refused(&app, &sandbox).await, "TOKEN_REVOKED");
    app.clock.advance_milliseconds(1);
    let again = app.signed_in(MIA).await;
    assert_eq!(
        refused(&app, &again.sandbox_token(&key).await).await,
        "",
        "what is made afterwards works"
    );
    app.perch
        .people
        .reactivate_person(&operator, MIA)
        .await
        .unwrap();
    assert!(
        is_signed_in(&again).await,
        "nothing happens to somebody who is active"
    );

    // Asked for once more, with their keys.
    let gone = app
        .perch
        .people
        .deactivate_person(&operator, MIA, true)
        .await
        .unwrap();
    assert!(gone.keys.len() == 1 && gone.keys[0].revoked);
    assert_eq!(
        (
            refused(&app, &live).await,
            app.nobody().mint(&key, BODY).await.code()
        ),
        ("TOKEN_REVOKED".into(), "API_KEY_REVOKED".into())
    );
    let audit = app
        .perch
        .store()
        .audit(operator.organization, 100)
        .await
        .unwrap();
    let entries = |action: &str| {
        audit
            .iter()
            .filter(|row| row.action == action)
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (
            entries("api_key.revoke").len(),
            entries("person.reactivate").len()
        ),
        (1, 1)
    );
    for entry in entries("person.deactivate") {
        let read = |text: Option<String>| {
            serde_json::from_str::<serde_json::Value>(&text.unwrap()).unwrap()
        };
        let (before, after) = (read(entry.before), read(entry.after));
        assert!(
            entry.target == MIA
                && before["active"] == true
                && before["role"] == "maker"
                && after["active"] == false,
            "{before} {after}"
        );
    }
    assert_eq!(entries("person.deactivate").len(), 2);
}

#[tokio::test]
async fn who_is_deactivated_is_out_and_what_ended_stays_ended() {
    deactivated_and_let_in_again(TestApp::with_admin().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_postgres() {
    let Some(app) = TestApp::on_postgres("access").await else {
        return;
    };
    deactivated_and_let_in_again(app).await;
}

#[tokio::test]
async fn a_device_is_not_known_any_more() {
    let (app, operator) = furnished(TestApp::with_admin().await).await;
    let file = app.folder.path().join("data/perch.sqlite3");
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display()))
        .await
        .unwrap();
    let known = async || {
        let sql = "SELECT COUNT(*) FROM known_device d JOIN person p ON p.id = d.person_id WHERE p.email = $1";
        sqlx::query_scalar::<_, i64>(sql)
            .bind(MIA)
            .fetch_one(&pool)
            .await
            .unwrap()
    };
    app.signed_in(MIA).await;
    assert_eq!(known().await, 1);
    app.perch
        .people
        .set_password(&operator, MIA, "another long password".to_owned().into())
        .await
        .unwrap();
    assert_eq!(known().await, 0);
    assert_eq!(
        sign_in(&app.nobody(), MIA, "another long password").await,
        303
    );
    assert_eq!(known().await, 1);
    app.perch
        .people
        .deactivate_person(&operator, MIA, false)
        .await
        .unwrap();
    assert_eq!(known().await, 0);
}
