//! Two organizations in one database: neither finds, changes or learns of what is the other's, and the answer is that
//! of something that never existed.

mod revocation;

use crate::harness::{BODY, Client, TestApp, between};
use perch_domain::ConsoleRole;
use perch_store::{AuditEntry, NewPerson, OrganizationId, PersonId};
use revocation::ends_nothing_of_theirs;
use uuid::Uuid;

/// A second organization with an admin of its own. No screen makes one yet, so the store does.
pub async fn second_organization(app: &TestApp) -> Client {
    let (organization, person) = (
        OrganizationId(Uuid::from_u128(77)),
        PersonId(Uuid::from_u128(78)),
    );
    let store = app.perch.store();
    let password_hash = store
        .person_by_email("ada@example.com")
        .await
        .unwrap()
        .unwrap()
        .password_hash;
    let mut change = store.change().await.unwrap();
    change
        .add_organization(organization, "Other", 1)
        .await
        .unwrap();
    let bob = NewPerson {
        id: person,
        organization,
        email: "bob@other.test".into(),
        name: "Bob".into(),
        role: ConsoleRole::Admin,
        password_hash,
    };
    assert!(change.add_person(&bob, 1).await.unwrap());
    let entry = AuditEntry {
        id: Uuid::from_u128(79),
        organization,
        actor: "t".into(),
        actor_id: None,
        action: "t",
        target: "t".into(),
        before: None,
        after: None,
        address: String::new(),
        request_id: "t".into(),
        caller_request_id: String::new(),
        at: 1,
    };
    change.commit(&entry).await.unwrap();
    app.signed_in("bob@other.test").await
}

#[tokio::test]
async fn neither_finds_nor_changes_what_is_the_others() {
    let app = TestApp::with_admin().await;
    let ada = app.admin().await;
    app.declare("territory", "String").await;
    assert_eq!(
        ada.form(
            "/settings/embed",
            &[
                ("form", "origins"),
                ("origins[0].origin", "https://secret-shop.test")
            ]
        )
        .await
        .status,
        303
    );
    let key = ada
        .create_key(&[
            ("scopes", "mint"),
            ("scopes", "introspect"),
            ("sandbox_shared", "yes"),
        ])
        .await;
    let token = app.nobody().token(&key, BODY).await;
    let bob = second_organization(&app).await;
    let own_key = bob
        .create_key(&[
            ("scopes", "mint"),
            ("scopes", "introspect"),
            ("scopes", "revoke"),
        ])
        .await;

    // Pages.
    let page = bob.get("/settings/embed").await.text + &bob.get("/account").await.text;
    for theirs in ["secret-shop", "territory", &key[..20], "ada@example.com"] {
        assert!(
            !page.contains(theirs),
            "{theirs} is shown to another organization"
        );
    }
    // Their rows by id, in every form that takes one.
    let theirs = ada.get("/settings/embed").await.text;
    let origin = between(&theirs, "name=\"origins[0].id\" value=\"", "\"");
    let attribute = between(&theirs, "name=\"attributes[0].id\" value=\"", "\"");
    let key_id = between(
        &ada.get("/account").await.text,
        "/account/keys/0",
        "/sandbox",
    );
    let key_id = format!("0{key_id}");
    let never = Uuid::from_u128(123).to_string();
    for (fields, id) in [("origins", &origin), ("attributes", &attribute)] {
        let edit = |id: &str| {
            vec![
                ("form".to_owned(), fields.to_owned()),
                (format!("{fields}[0].id"), id.to_owned()),
                (format!("{fields}[0].version"), "1".to_owned()),
                (
                    format!("{fields}[0].origin"),
                    "https://evil.test".to_owned(),
                ),
                (format!("{fields}[0].name"), "evil".to_owned()),
                (format!("{fields}[0].type"), "String".to_owned()),
            ]
        };
        let send = |fields: Vec<(String, String)>| {
            let bob = &bob;
            async move {
                bob.call(
                    &format!("save-{}", fields[0].1),
                    &fields
                        .iter()
                        .map(|(n, v)| (n.as_str(), v.as_str()))
                        .collect::<Vec<_>>(),
                )
                .await
            }
        };
        let (known, unknown) = (send(edit(id)).await, send(edit(&never)).await);
        assert_eq!(
            (
                known.status,
                known.json()["message"].clone(),
                known.violations()
            ),
            (409, unknown.json()["message"].clone(), unknown.violations()),
            "{fields}"
        );
        let mut removal = edit(id);
        removal.push((format!("{fields}[0].remove"), "yes".into()));
        assert_eq!(
            send(removal).await.status,
            200,
            "removing what is not there is done already"
        );
    }
    let (known, unknown) = (
        bob.get(&format!("/account/keys/{key_id}/revoke")).await,
        bob.get(&format!("/account/keys/{never}/revoke")).await,
    );
    assert_eq!((known.status, unknown.status), (404, 404));
    assert_eq!(
        (
            bob.form(&format!("/account/keys/{key_id}/revoke"), &[])
                .await
                .status,
            bob.form(&format!("/account/keys/{never}/revoke"), &[])
                .await
                .status
        ),
        (404, 404)
    );
    assert_eq!(
        (
            bob.form(
                &format!("/account/keys/{key_id}/sandbox"),
                &[("open", "no")]
            )
            .await
            .status,
            bob.form(&format!("/account/keys/{never}/sandbox"), &[("open", "no")])
                .await
                .status
        ),
        (404, 404)
    );
    // Their personas, by everything that takes one's id; their origin's id where a duplicate is looked for; their token's id.
    let kept = ada
        .call(
            "generate-sandbox-token",
            &[
                ("intent", "persona-new"),
                ("persona_name", "Theirs"),
                ("persona_shared", "yes"),
                ("distinctId", "v"),
            ],
        )
        .await;
    assert_eq!(kept.status, 200, "{}", kept.text);
    let persona = between(
        &ada.get("/settings/embed").await.text,
        "value=\"persona-save:",
        "\"",
    );
    assert!(!bob.get("/settings/embed").await.text.contains("Theirs"));
    for verb in [
        "persona-save",
        "persona-overwrite",
        "persona-delete",
        "persona-delete-sure",
    ] {
        for id in [&persona, &never] {
            let refused = bob
                .call(
                    "generate-sandbox-token",
                    &[("intent", &format!("{verb}:{id}"))],
                )
                .await;
            assert_eq!(
                (refused.status, refused.code().as_str()),
                (404, "NOT_FOUND"),
                "{verb}"
            );
        }
    }
    for id in [&persona, &never] {
        assert_eq!(
            bob.call(
                "generate-sandbox-token",
                &[("intent", "fill"), ("persona", id)]
            )
            .await
            .code(),
            "NOT_FOUND"
        );
    }
    let described = |id: &str| {
        let (bob, id) = (&bob, id.to_owned());
        async move {
            bob.call(
                "describe-origin",
                &[("value", "https://secret-shop.test"), ("id", &id)],
            )
            .await
            .text
        }
    };
    assert_eq!(described(&origin).await, described(&never).await);
    let token_id = app.nobody().introspect(&key, &token).await.json()["jti"]
        .as_str()
        .unwrap()
        .to_owned();
    for id in [&token_id, &never] {
        assert!(
            bob.get(&format!("/settings/embed?token={id}"))
                .await
                .text
                .contains("No token with this id is in the record")
        );
    }
    ends_nothing_of_theirs(
        &app,
        &bob,
        &own_key,
        [&token_id, &never],
        [&key_id, &never],
        &token,
    )
    .await;
    assert!(
        bob.call("test-site", &[("site-test", "https://secret-shop.test")])
            .await
            .text
            .contains("The list is empty")
    );
    // Their key in the sandbox, chosen or pasted.
    for choice in [
        ("key", key_id.as_str()),
        ("key", never.as_str()),
        ("api_key", key.as_str()),
    ] {
        let refused = bob
            .call(
                "generate-sandbox-token",
                &[choice, ("distinctId", "v"), ("role", "explorer")],
            )
            .await;
        assert_eq!(refused.code(), "API_KEY_UNKNOWN", "{choice:?}");
    }
    // Their key's id as the id of a form.
    let made = bob
        .call(
            "create-api-key",
            &[("form_id", &key_id), ("name", "Mine"), ("scopes", "mint")],
        )
        .await;
    assert_eq!(made.status, 200, "{}", made.text);
    // Their token, to people and to programs.
    let read = bob
        .form(
            "/settings/embed",
            &[("form", "introspection"), ("token", &token)],
        )
        .await
        .text;
    assert!(read.contains("TOKEN_UNKNOWN_KEY") && !read.contains("user-1"));
    assert_eq!(
        app.nobody().introspect(&own_key, &token).await.json(),
        serde_json::json!({ "active": false })
    );
    // Nothing of theirs changed.
    assert!(
        ada.get("/settings/embed")
            .await
            .text
            .contains(&format!("persona-save:{persona}"))
    );
    assert!(
        ada.get("/account")
            .await
            .text
            .contains("Open for the sandbox")
    );
    let after = ada.get("/settings/embed").await.text;
    assert!(
        after.contains("https://secret-shop.test")
            && after.contains("value=\"territory\"")
            && !after.contains("evil")
    );
    assert_eq!(app.nobody().mint(&key, BODY).await.status, 200);
    // Each may use the same names.
    assert_eq!(
        bob.form(
            "/settings/embed",
            &[
                ("form", "origins"),
                ("origins[0].origin", "https://secret-shop.test")
            ]
        )
        .await
        .status,
        303
    );
    // Declared there is not declared here.
    let refused = app
        .nobody()
        .mint(
            &own_key,
            r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"territory":"N"}}}"#,
        )
        .await;
    assert_eq!(
        refused.violations(),
        ["user.attributes.territory ATTRIBUTE_UNKNOWN"]
    );
}
