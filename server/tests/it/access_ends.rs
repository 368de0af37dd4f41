//! How a person's access ends, and that nothing of what ended comes back.

mod deactivation;
mod under_way;

use crate::harness::{BODY, Client, PASSWORD, TestApp};
use crate::tenant_isolation::second_organization;
use perch_domain::access::Scopes;
use perch_domain::{Actor, Code, ConsoleRole};
use perch_service::{
    ActorContext, NewKeyForm, RequestInfo, SandboxForm, SandboxKey, SignInForm, ViewerForm,
};
use perch_store::OrganizationId;

const SITE: &str = "https://app.test";
const MIA: &str = "mia@example.com";
const ADA: &str = "ada@example.com";

async fn operator(app: &TestApp) -> ActorContext {
    ActorContext::operator(
        app.perch.store().organizations().await.unwrap()[0].id,
        "test".into(),
    )
}

/// With a listed site and a Maker beside the admin.
async fn furnished(app: TestApp) -> (TestApp, ActorContext) {
    app.list(SITE, "development").await;
    app.add_person(MIA, ConsoleRole::Maker).await;
    let operator = operator(&app).await;
    (app, operator)
}

/// The code a token is refused with; empty where it is not.
async fn refused(app: &TestApp, token: &str) -> String {
    let answer = app.nobody().session(token, SITE).await;
    if answer.status == 200 {
        String::new()
    } else {
        answer.code()
    }
}

/// What is shown of a key.
fn visible(key: &str) -> String {
    format!("{}…", &key[..21])
}

async fn sign_in(who: &Client, email: &str, password: &str) -> u16 {
    who.form("/sign-in", &[("email", email), ("password", password)])
        .await
        .status
}

async fn link(app: &TestApp, email: &str) -> String {
    format!(
        "/sign-in/link/{}",
        app.perch
            .people
            .open_sign_in_link(email, "test".into())
            .await
            .unwrap()
            .0
            .as_str()
    )
}

async fn is_signed_in(who: &Client) -> bool {
    who.get("/account").await.status == 200
}

#[tokio::test]
async fn a_new_role_counts_at_the_next_request_and_an_explorers_keys_are_named() {
    let (app, operator) = furnished(TestApp::with_admin().await).await;
    let mia = app.signed_in(MIA).await;
    let key = mia.create_key(&[("scopes", "mint")]).await;
    let edits = async || {
        mia.get("/settings/embed")
            .await
            .text
            .contains("Add another origin")
    };
    assert!(!edits().await);
    let raised = app
        .perch
        .people
        .change_role(&operator, MIA, ConsoleRole::Admin, false)
        .await
        .unwrap();
    assert!(raised.keys.is_empty() && edits().await);
    let lowered = app
        .perch
        .people
        .change_role(&operator, MIA, ConsoleRole::Explorer, false)
        .await
        .unwrap();
    assert!(lowered.keys[0].prefix == visible(&key) && !lowered.keys[0].revoked);
    assert_eq!(
        (edits().await, mia.get("/account/keys/new").await.status),
        (false, 403)
    );
    assert_eq!(
        app.nobody().mint(&key, BODY).await.status,
        200,
        "named, not ended"
    );
    let lowered = app
        .perch
        .people
        .change_role(&operator, MIA, ConsoleRole::Explorer, true)
        .await
        .unwrap();
    assert!(lowered.keys[0].revoked && is_signed_in(&mia).await);
    assert_eq!(
        app.nobody().mint(&key, BODY).await.code(),
        "API_KEY_REVOKED"
    );
}

async fn one_admin_remains(app: TestApp) {
    let (app, operator) = furnished(app).await;
    for role in [ConsoleRole::Maker, ConsoleRole::Explorer] {
        let refused = app
            .perch
            .people
            .change_role(&operator, ADA, role, true)
            .await
            .unwrap_err();
        assert!(
            refused.code() == Code::Conflict && refused.to_string().contains("last active admin"),
            "{refused}"
        );
    }
    assert_eq!(
        app.perch
            .people
            .deactivate_person(&operator, ADA, true)
            .await
            .unwrap_err()
            .code(),
        Code::Conflict
    );
    assert!(
        app.perch
            .people
            .change_role(&operator, ADA, ConsoleRole::Admin, false)
            .await
            .is_ok()
    );
    // An admin who is out does not count.
    app.add_person("bob@example.com", ConsoleRole::Admin).await;
    app.perch
        .people
        .deactivate_person(&operator, "bob@example.com", false)
        .await
        .unwrap();
    assert_eq!(
        app.perch
            .people
            .deactivate_person(&operator, ADA, false)
            .await
            .unwrap_err()
            .code(),
        Code::Conflict
    );
    app.perch
        .people
        .reactivate_person(&operator, "bob@example.com")
        .await
        .unwrap();
    // Both at once, on two nodes.
    let second = app.beside().await;
    let (first, other) = tokio::join!(
        app.perch.people.deactivate_person(&operator, ADA, false),
        second
            .perch
            .people
            .change_role(&operator, "bob@example.com", ConsoleRole::Maker, false)
    );
    assert_eq!(
        usize::from(first.is_ok()) + usize::from(other.is_ok()),
        1,
        "{first:?} {other:?}"
    );
    assert!(app.perch.people.has_admin().await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_active_admin_cannot_go() {
    one_admin_remains(TestApp::with_admin().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_active_admin_cannot_go_on_postgres() {
    let Some(app) = TestApp::on_postgres("last_admin").await else {
        return;
    };
    one_admin_remains(app).await;
}

#[tokio::test]
async fn a_new_password_ends_every_sign_in_and_the_old_password() {
    let (app, operator) = furnished(TestApp::with_admin().await).await;
    let (mia, link) = (app.signed_in(MIA).await, link(&app, MIA).await);
    let short = app
        .perch
        .people
        .set_password(&operator, MIA, "short".to_owned().into())
        .await
        .unwrap_err();
    assert_eq!(
        (short.code(), is_signed_in(&mia).await),
        (Code::RequestInvalid, true)
    );
    app.perch
        .people
        .set_password(&operator, MIA, "another long password".to_owned().into())
        .await
        .unwrap();
    assert!(!is_signed_in(&mia).await);
    assert_eq!(mia.form(&link, &[]).await.status, 403);
    assert_eq!(
        [
            sign_in(&mia, MIA, PASSWORD).await,
            sign_in(&mia, MIA, "another long password").await
        ],
        [401, 303]
    );
    app.perch
        .people
        .deactivate_person(&operator, MIA, false)
        .await
        .unwrap();
    assert!(
        !app.perch
            .people
            .set_password(&operator, MIA, PASSWORD.to_owned().into())
            .await
            .unwrap()
            .active
    );
    assert_eq!(
        sign_in(&app.nobody(), MIA, PASSWORD).await,
        401,
        "a password alone lets nobody in again"
    );
    app.perch
        .people
        .reactivate_person(&operator, MIA)
        .await
        .unwrap();
    assert_eq!(sign_in(&app.nobody(), MIA, PASSWORD).await, 303);
    let audit = app
        .perch
        .store()
        .audit(operator.organization, 100)
        .await
        .unwrap();
    assert!(audit.iter().any(|row| row.action == "person.password"));
    assert!(
        audit
            .iter()
            .all(|row| !format!("{row:?}").contains("argon2")
                && !format!("{row:?}").contains("another long"))
    );
}

#[tokio::test]
async fn nobody_and_another_organizations_people_get_the_same_answer() {
    let (app, operator) = furnished(TestApp::with_admin().await).await;
    let bob = second_organization(&app).await;
    let nowhere = ActorContext {
        organization: OrganizationId(uuid::Uuid::from_u128(5)),
        ..operator.clone()
    };
    for (acting, email) in [
        (&operator, "bob@other.test"),
        (&operator, "eve@example.com"),
        (&operator, "\0"),
        (&nowhere, MIA),
    ] {
        let answers = [
            app.perch
                .people
                .deactivate_person(acting, email, true)
                .await
                .unwrap_err(),
            app.perch
                .people
                .reactivate_person(acting, email)
                .await
                .unwrap_err(),
            app.perch
                .people
                .change_role(acting, email, ConsoleRole::Explorer, true)
                .await
                .unwrap_err(),
            app.perch
                .people
                .set_password(acting, email, PASSWORD.to_owned().into())
                .await
                .unwrap_err(),
        ];
        for answer in answers {
            assert_eq!(
                (answer.code(), answer.to_string()),
                (
                    Code::NotFound,
                    format!("Nobody in this organization signs in as {email:?}.")
                )
            );
        }
    }
    assert!(is_signed_in(&bob).await);
}
