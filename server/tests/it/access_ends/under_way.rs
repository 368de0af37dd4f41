//! What is under way while access ends.

use super::*;

#[tokio::test]
async fn a_sign_in_that_is_under_way_does_not_survive() {
    let (app, operator) = furnished(TestApp::with_admin().await).await;
    let typed = || SignInForm {
        email: MIA.into(),
        password: PASSWORD.to_owned().into(),
        device: None,
    };
    let request = RequestInfo::default();
    // The password was found right, then it was changed.
    let proved = app.perch.people.sign_in(typed(), &request).await.unwrap();
    app.perch
        .people
        .set_password(&operator, MIA, PASSWORD.to_owned().into())
        .await
        .unwrap();
    assert_eq!(
        app.perch
            .people
            .remember_device(&proved, None, &request)
            .await
            .unwrap_err()
            .code(),
        Code::SignInFailed
    );
    let proved = app.perch.people.sign_in(typed(), &request).await.unwrap();
    assert!(
        app.perch
            .people
            .remember_device(&proved, None, &request)
            .await
            .is_ok()
    );
    // A session that is written only after all of them were removed.
    let mia = app.signed_in(MIA).await;
    app.execute("CREATE TABLE late AS SELECT * FROM session")
        .await;
    app.perch
        .people
        .deactivate_person(&operator, MIA, false)
        .await
        .unwrap();
    app.perch
        .people
        .reactivate_person(&operator, MIA)
        .await
        .unwrap();
    app.execute("INSERT OR IGNORE INTO session SELECT * FROM late")
        .await;
    assert!(!is_signed_in(&mia).await);
}

#[tokio::test]
async fn a_key_that_is_being_made_is_not_left_behind() {
    let (app, operator) = furnished(TestApp::with_admin().await).await;
    let mia = app
        .perch
        .people
        .sign_in(
            SignInForm {
                email: MIA.into(),
                password: PASSWORD.to_owned().into(),
                device: None,
            },
            &RequestInfo::default(),
        )
        .await;
    let acting = mia
        .unwrap()
        .acting(Actor::Person(ConsoleRole::Maker), RequestInfo::default());
    let form = NewKeyForm {
        form_id: None,
        name: "Late".into(),
        expires_on: String::new(),
        scopes: Scopes::ALL,
        sandbox_shared: false,
    };
    assert!(app.perch.api_keys.create_key(&acting, &form).await.is_ok());
    // The request came as somebody who may, and its change comes after theirs.
    app.perch
        .people
        .change_role(&operator, MIA, ConsoleRole::Explorer, true)
        .await
        .unwrap();
    assert_eq!(
        app.perch
            .api_keys
            .create_key(&acting, &form)
            .await
            .unwrap_err()
            .code(),
        Code::RoleNotAllowed
    );
    app.perch
        .people
        .change_role(&operator, MIA, ConsoleRole::Maker, false)
        .await
        .unwrap();
    app.perch
        .people
        .deactivate_person(&operator, MIA, true)
        .await
        .unwrap();
    assert_eq!(
        app.perch
            .api_keys
            .create_key(&acting, &form)
            .await
            .unwrap_err()
            .code(),
        Code::RoleNotAllowed
    );
}

#[tokio::test]
async fn a_sandbox_token_that_is_being_made_stays_ended_too() {
    let (app, operator) = furnished(TestApp::with_admin().await).await;
    let key = app.api_key().await;
    let mia = app
        .perch
        .people
        .sign_in(
            SignInForm {
                email: MIA.into(),
                password: PASSWORD.to_owned().into(),
                device: None,
            },
            &RequestInfo::default(),
        )
        .await;
    let acting = mia
        .unwrap()
        .acting(Actor::Person(ConsoleRole::Maker), RequestInfo::default());
    app.perch
        .people
        .deactivate_person(&operator, MIA, false)
        .await
        .unwrap();
    app.clock.advance_milliseconds(1);
    let viewer = ViewerForm {
        distinct_id: "v".into(),
        role: "explorer".into(),
        ..ViewerForm::default()
    };
    let form = SandboxForm {
        key: SandboxKey::Pasted(key.into()),
        persona: None,
        viewer,
    };
    let late = app
        .perch
        .sandbox
        .generate_sandbox_token(&acting, &form)
        .await
        .unwrap();
    assert_eq!(refused(&app, &late.token).await, "TOKEN_REVOKED");
    app.perch
        .people
        .reactivate_person(&operator, MIA)
        .await
        .unwrap();
    assert_eq!(refused(&app, &late.token).await, "TOKEN_REVOKED");
}

#[tokio::test]
async fn a_sandbox_token_of_a_node_whose_clock_is_ahead_stays_ended_too() {
    let (app, operator) = furnished(TestApp::with_admin().await).await;
    let key = app.api_key().await;
    let second = app.beside().await;
    second.clock.advance_seconds(20);
    let ahead = second.signed_in(MIA).await.sandbox_token(&key).await;
    assert_eq!(refused(&app, &ahead).await, "");
    app.perch
        .people
        .deactivate_person(&operator, MIA, false)
        .await
        .unwrap();
    app.perch
        .people
        .reactivate_person(&operator, MIA)
        .await
        .unwrap();
    second.perch.config.refresh().await.unwrap();
    assert_eq!(
        [refused(&app, &ahead).await, refused(&second, &ahead).await],
        ["TOKEN_REVOKED", "TOKEN_REVOKED"]
    );
    let after = app.signed_in(MIA).await.sandbox_token(&key).await;
    assert_eq!(
        refused(&app, &after).await,
        "",
        "made afterwards, by the clock that is behind"
    );
}
