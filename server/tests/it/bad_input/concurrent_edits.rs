//! Two people edit the same list.

use super::*;

#[tokio::test]
async fn two_admins_editing_the_same_row_lose_nothing() {
    let app = TestApp::with_admin().await;
    let (ada, bob) = (app.admin().await, app.admin().await);
    assert_eq!(
        ada.form(
            "/settings/embed",
            &[("form", "origins"), ("origins[0].origin", "https://a.test")]
        )
        .await
        .status,
        303
    );
    let page = ada.get("/settings/embed").await.text;
    let id = between(&page, "name=\"origins[0].id\" value=\"", "\"");
    let edit = |label: &'static str| {
        vec![
            ("form", "origins"),
            ("origins[0].id", id.as_str()),
            ("origins[0].version", "1"),
            ("origins[0].origin", "https://a.test"),
            ("origins[0].label", label),
            ("origins[0].environment", "development"),
        ]
    };
    assert_eq!(
        bob.form("/settings/embed", &edit("Bob's")).await.status,
        303
    );
    let refused = ada.form("/settings/embed", &edit("Ada's")).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.text.contains("value=\"Ada's\"")
            || refused.text.contains("Ada&#x27;s")
            || refused.text.contains("Ada&#39;s"),
        "what she typed stays"
    );
    assert!(refused.text.contains("changed this meanwhile"));
    assert!(
        refused
            .text
            .contains("Now stored: https://a.test, label Bob"),
        "what it has become stands beside it"
    );
    // Either is one step away: hers by saving again, with the version she has now seen, or his.
    let seen = between(&refused.text, "name=\"origins[0].version\" value=\"", "\"");
    assert_eq!(seen, "2");
    let mut again = edit("Ada's");
    again[2].1 = "2";
    let his: Vec<_> = edit("Ada's")
        .into_iter()
        .chain([("intent", "theirs:0")])
        .collect();
    assert!(ada.form("/settings/embed", &his).await.text.contains("Bob"));
    assert_eq!(ada.form("/settings/embed", &again).await.status, 303);
    // The same without a page: the refusal brings the section.
    let called = bob.call("save-origins", &edit("Bob's again")).await;
    assert_eq!((called.status, called.code().as_str()), (409, "CONFLICT"));
    assert!(
        called.json()["section"]["html"]
            .as_str()
            .unwrap()
            .contains("Now stored")
    );
}

/// Every field of the origins form, as the page has them.
fn fields_of(page: &str) -> Vec<(String, String)> {
    let list = between(page, "data-rows=\"\"", "<template>");
    let unescaped = |text: &str| text.replace("&quot;", "\"").replace("&amp;", "&");
    let inputs = list
        .split("<input ")
        .skip(1)
        .filter(|input| !input.contains("type=\"checkbox\""));
    let mut fields: Vec<_> = inputs
        .map(|input| {
            (
                between(input, "name=\"", "\""),
                unescaped(&between(input, "value=\"", "\"")),
            )
        })
        .collect();
    let environments = list.split("<select ").skip(1);
    fields.extend(environments.map(|select| {
        (
            between(select, "name=\"", "\""),
            between(
                select
                    .split("selected")
                    .next()
                    .unwrap()
                    .rsplit("<option ")
                    .next()
                    .unwrap(),
                "value=\"",
                "\"",
            ),
        )
    }));
    fields.push(("form".into(), "origins".into()));
    fields
}

#[tokio::test]
async fn a_page_from_before_undoes_nothing_that_somebody_else_did_to_other_rows() {
    let app = TestApp::with_admin().await;
    let (ada, bob) = (app.admin().await, app.admin().await);
    let three = [
        ("form", "origins"),
        ("origins[0].origin", "https://a.test"),
        ("origins[1].origin", "https://b.test"),
        ("origins[2].origin", "https://c.test"),
    ];
    assert_eq!(ada.form("/settings/embed", &three).await.status, 303);
    let before = fields_of(&ada.get("/settings/embed").await.text);
    let send = |who: &'static str, change: &[(&str, &str)]| {
        let mut fields: Vec<_> = before
            .iter()
            .filter(|(name, _)| change.iter().all(|(other, _)| other != name))
            .cloned()
            .collect();
        fields.extend(
            change
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let client = if who == "ada" { &ada } else { &bob };
        async move {
            client
                .form(
                    "/settings/embed",
                    &fields
                        .iter()
                        .map(|(n, v)| (n.as_str(), v.as_str()))
                        .collect::<Vec<_>>(),
                )
                .await
        }
    };
    assert_eq!(
        send("ada", &[("origins[0].label", "Hers")]).await.status,
        303
    );
    assert_eq!(
        send(
            "ada",
            &[
                ("origins[1].remove", "yes"),
                ("confirmed", "https://b.test")
            ]
        )
        .await
        .status,
        303
    );
    assert_eq!(
        send("bob", &[("origins[2].label", "His")]).await.status,
        303,
        "his page is older, but he only touched another row"
    );
    let organization = app.perch.store().organizations().await.unwrap()[0].id;
    let rows = app.perch.store().origins(organization).await.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.canonical.as_str(), row.label.as_str()))
        .collect();
    assert_eq!(
        told,
        [("https://a.test", "Hers"), ("https://c.test", "His")]
    );
}

#[tokio::test]
async fn two_origins_trade_their_places() {
    let app = TestApp::with_admin().await;
    let admin = app.admin().await;
    assert_eq!(
        admin
            .form(
                "/settings/embed",
                &[
                    ("form", "origins"),
                    ("origins[0].origin", "https://a.test"),
                    ("origins[1].origin", "https://b.test")
                ]
            )
            .await
            .status,
        303
    );
    let page = admin.get("/settings/embed").await.text;
    let id = |at: usize| between(&page, &format!("name=\"origins[{at}].id\" value=\""), "\"");
    let (first, second) = (id(0), id(1));
    let edits = [
        ("form", "origins"),
        ("origins[0].id", first.as_str()),
        ("origins[0].version", "1"),
        ("origins[0].origin", "https://b.test"),
        ("origins[1].id", second.as_str()),
        ("origins[1].version", "1"),
        ("origins[1].origin", "https://a.test"),
    ];
    assert_eq!(admin.form("/settings/embed", &edits).await.status, 303);
}
