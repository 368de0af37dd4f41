//! Personas, and what somebody without a secret in hand may do with them.

use crate::harness::{Answer, Client, TestApp, between};
use perch_domain::ConsoleRole;

const VIEWER: [(&str, &str); 4] = [
    ("distinctId", "paris"),
    ("role", "explorer"),
    ("permissions", "chart.can_view"),
    ("expiresIn", "8h"),
];

async fn keep(who: &Client, name: &str, more: &[(&str, &str)]) -> Answer {
    who.call(
        "generate-sandbox-token",
        &[
            &VIEWER,
            more,
            &[("intent", "persona-new"), ("persona_name", name)],
        ]
        .concat(),
    )
    .await
}

/// The id of a persona as its owner's form has it.
async fn id_of(owner: &Client, name: &str) -> String {
    let page = owner.get("/settings/embed").await.text;
    let before = page
        .split(&format!(">Persona {name}<"))
        .nth(1)
        .unwrap_or_else(|| panic!("no persona {name}"))
        .to_owned();
    between(&before, "persona-save:", "\"")
}

#[tokio::test]
async fn an_explorer_is_whom_others_prepared() {
    let app = TestApp::with_admin().await;
    app.add_person("eve@example.com", ConsoleRole::Explorer)
        .await;
    let (admin, explorer) = (app.admin().await, app.signed_in("eve@example.com").await);
    let key = admin.create_key(&[("scopes", "mint")]).await;
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let key_id = app.perch.store().keys(organization, None).await.unwrap()[0]
        .id
        .to_string();
    let open = |open: &'static str| {
        let (admin, key_id) = (&admin, &key_id);
        async move {
            admin
                .form(
                    &format!("/account/keys/{key_id}/sandbox"),
                    &[("open", open)],
                )
                .await
                .status
        }
    };
    for (name, more) in [
        ("Shared", &[("persona_shared", "yes")][..]),
        ("Own", &[]),
        (
            "Databases",
            &[
                ("persona_shared", "yes"),
                ("permissions", "database.can_view"),
            ],
        ),
    ] {
        assert_eq!(keep(&admin, name, more).await.status, 200);
    }
    let (shared, own, databases) = (
        id_of(&admin, "Shared").await,
        id_of(&admin, "Own").await,
        id_of(&admin, "Databases").await,
    );
    // What is typed beside the persona must not count.
    let typed = [
        ("distinctId", "somebody-else"),
        ("role", "explorer"),
        ("permissions", "database.can_edit"),
        ("expiresIn", "1d"),
    ];
    let make = |persona: &str| {
        let fields: Vec<(String, String)> = [
            &typed[..],
            &[("key", key_id.as_str()), ("persona", persona)],
        ]
        .concat()
        .into_iter()
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
        let explorer = &explorer;
        async move {
            explorer
                .call(
                    "generate-sandbox-token",
                    &fields
                        .iter()
                        .map(|(n, v)| (n.as_str(), v.as_str()))
                        .collect::<Vec<_>>(),
                )
                .await
        }
    };
    assert_eq!(
        make(&shared).await.code(),
        "ROLE_NOT_ALLOWED",
        "the key is not open yet"
    );
    assert!(
        !explorer
            .get("/settings/embed")
            .await
            .text
            .contains("Production backend")
    );
    assert_eq!(open("yes").await, 303);
    let page = explorer.get("/settings/embed").await.text;
    assert!(
        page.contains("Production backend") && page.contains(">Shared<") && !page.contains(">Own<")
    );
    let answer = make(&shared).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let section = answer.json()["html"].as_str().unwrap().to_owned();
    let token = section
        .split("id=\"sandbox-token\"")
        .nth(1)
        .unwrap()
        .split(['>', '<'])
        .nth(1)
        .unwrap()
        .trim()
        .to_owned();
    let read = admin
        .form(
            "/settings/embed",
            &[("form", "introspection"), ("token", &token)],
        )
        .await
        .text;
    let result = read.split("id=\"introspection-result\"").nth(1).unwrap();
    assert!(
        result.contains("paris")
            && !result.contains("somebody-else")
            && !result.contains("database"),
        "{result}"
    );
    assert!(
        result.contains("Valid for 60 more minutes."),
        "eight hours were asked for, one is what it gets: {result}"
    );
    for (persona, status, code) in [
        (own.as_str(), 404, "NOT_FOUND"),
        (&databases, 403, "ROLE_NOT_ALLOWED"),
        ("", 422, "REQUEST_INVALID"),
    ] {
        let refused = make(persona).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (status, code),
            "{persona}"
        );
    }
    assert_eq!(
        keep(&explorer, "Mine", &[("persona_shared", "yes")])
            .await
            .code(),
        "ROLE_NOT_ALLOWED",
        "an Explorer shares nothing"
    );
    assert_eq!(keep(&explorer, "Mine", &[]).await.status, 200);
    let mine = explorer
        .call(
            "generate-sandbox-token",
            &[
                ("key", &key_id),
                ("persona", &id_of_any(&app, &organization).await),
            ],
        )
        .await;
    assert_eq!(
        mine.code(),
        "ROLE_NOT_ALLOWED",
        "a persona of one's own is no prepared one"
    );
    // With a secret in hand, what that key may do.
    let pasted = explorer
        .call(
            "generate-sandbox-token",
            &[&typed[..], &[("api_key", key.as_str())]].concat(),
        )
        .await;
    assert_eq!(pasted.status, 200, "{}", pasted.text);
    assert_eq!(open("no").await, 303);
    assert_eq!(
        make(&shared).await.code(),
        "ROLE_NOT_ALLOWED",
        "closed again"
    );
}

/// The explorer's own persona, which no form shows to people who cannot edit.
async fn id_of_any(app: &TestApp, organization: &perch_service::OrganizationId) -> String {
    let people = app.perch.store().people(*organization).await.unwrap();
    let eve = people
        .iter()
        .find(|person| person.email.starts_with("eve"))
        .unwrap()
        .id;
    app.perch
        .store()
        .personas(*organization, eve)
        .await
        .unwrap()
        .into_iter()
        .find(|row| row.name == "Mine")
        .unwrap()
        .id
        .to_string()
}

#[tokio::test]
async fn personas_are_kept_renamed_overwritten_filled_in_and_deleted() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    app.declare("region", "String").await;
    assert_eq!(
        keep(&admin, "Paris", &[("user.attributes.region", "Nord")])
            .await
            .status,
        200
    );
    assert_eq!(
        keep(&admin, "Paris", &[]).await.violations(),
        ["persona_name DUPLICATE_FIELD"]
    );
    assert_eq!(
        keep(&admin, " ", &[]).await.violations(),
        ["persona_name REQUIRED"]
    );
    let id = id_of(&admin, "Paris").await;
    let does = |verb: &str, more: &[(&str, &str)]| {
        let name = format!("personas.{id}.name");
        let intent = format!("{verb}:{id}");
        let fields: Vec<(String, String)> =
            [&[("persona", id.as_str()), ("intent", &intent)], more]
                .concat()
                .into_iter()
                .map(|(n, v)| (n.replace("NAME", &name), v.to_owned()))
                .collect();
        let admin = &admin;
        async move {
            admin
                .call(
                    "generate-sandbox-token",
                    &fields
                        .iter()
                        .map(|(n, v)| (n.as_str(), v.as_str()))
                        .collect::<Vec<_>>(),
                )
                .await
        }
    };
    assert_eq!(
        does("persona-save", &[("NAME", "Paris sales rep")])
            .await
            .status,
        200
    );
    let filled = does("fill", &[("distinctId", "typed")]).await.json()["html"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        filled.contains("value=\"paris\"")
            && filled.contains("value=\"Nord\"")
            && !filled.contains("value=\"typed\""),
        "{filled}"
    );
    assert_eq!(
        does(
            "persona-overwrite",
            &[("NAME", "Lyon"), ("distinctId", "lyon")]
        )
        .await
        .status,
        200
    );
    let filled = does("fill", &[]).await.text;
    assert!(filled.contains("lyon") && !filled.contains("Nord"));
    // Deleting asks first.
    assert!(
        does("persona-delete", &[])
            .await
            .text
            .contains("persona-delete-sure")
    );
    assert_eq!(does("persona-delete-sure", &[]).await.status, 200);
    assert_eq!(does("persona-delete-sure", &[]).await.code(), "NOT_FOUND");
    // The log has names of fields, not values.
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let log = app.perch.store().audit(organization, 50).await.unwrap();
    let told: String = log
        .iter()
        .filter(|entry| entry.action.starts_with("persona"))
        .flat_map(|entry| [entry.before.clone(), entry.after.clone()])
        .flatten()
        .collect();
    assert!(told.contains("region") && !told.contains("Nord"), "{told}");
}

#[tokio::test]
async fn a_persona_is_no_larger_than_a_request() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    // Names without a value hold nothing and are not kept.
    let names: Vec<String> = (0..2_000)
        .map(|at| format!("user.attributes.{at}{}", "n".repeat(200)))
        .collect();
    let empty: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(keep(&admin, "Empty", &empty).await.status, 200);
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let ada = app.perch.store().people(organization).await.unwrap()[0].id;
    let id = app.perch.store().personas(organization, ada).await.unwrap()[0].id;
    let content = app
        .perch
        .store()
        .persona_content(organization, ada, id)
        .await
        .unwrap()
        .unwrap();
    assert!(
        content.len() < 300 && content.contains("paris"),
        "{content}"
    );
    // What is kept is bounded as it is kept: a quotation mark takes two bytes.
    let quotes = "\"".repeat(9_000);
    assert_eq!(
        keep(&admin, "Quotes", &[("embed", &quotes)])
            .await
            .violations(),
        ["persona_name TOO_LONG"]
    );
    assert_eq!(
        keep(&admin, "Quotes", &[("embed", &quotes[..8_000])])
            .await
            .status,
        200
    );
}
