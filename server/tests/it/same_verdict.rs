//! The sandbox says of a body what the API says of it: for random forms, at every size.

use crate::harness::TestApp;
use perch_domain::{Actor, Code, ConsoleRole, Refusal};
use perch_service::{ActorContext, KeyId, ViewerForm};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const CASES: u32 = 400;

/// A text of about so many bytes, of characters that weigh one to four bytes, some of which JSON escapes.
fn text(most: usize) -> impl Strategy<Value = String> {
    let weight = prop_oneof![4 => Just('a'), 2 => Just('é'), 2 => Just('😀'), 1 => Just('"'), 1 => Just('\n'), 1 => Just(' '), 1 => Just('\u{7}')];
    (weight, 0..=most).prop_map(|(character, length)| {
        std::iter::repeat_n(character, length / character.len_utf8()).collect()
    })
}

/// Lengths around which a token or a body becomes too large.
fn near_a_bound() -> impl Strategy<Value = String> {
    prop_oneof![
        text(40),
        text(1_100),
        (3_900..4_700_usize).prop_map(lines),
        (15_000..17_000_usize).prop_map(lines)
    ]
}

/// A list whose values have so many bytes together.
fn lines(length: usize) -> String {
    vec!["x".repeat(500); length / 500].join("\n") + "\n" + &"y".repeat(length % 500)
}

fn one_of(values: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(values).prop_map(str::to_owned)
}

fn attributes() -> impl Strategy<Value = Vec<(String, String)>> {
    let name = one_of(&[
        "region",
        "tier",
        "score",
        "active",
        "since",
        "tags",
        "regoin",
        "aiContextClues",
        "__x",
    ]);
    let value = prop_oneof![
        3 => near_a_bound(),
        2 => one_of(&["3", "3.0", "-1e3", "true", "2026-11-20", "soon", "null", " ", "9223372036854775808"]),
    ];
    proptest::collection::vec((name, value), 0..5)
}

fn form() -> impl Strategy<Value = ViewerForm> {
    let subject = prop_oneof![3 => Just("viewer".to_owned()), 1 => text(300)];
    let role = prop_oneof![9 => Just("explorer".to_owned()), 1 => one_of(&["", "maker"])];
    let model = one_of(&["dashboard", "chart", "database", "ai", "dashbord"]);
    let permission = one_of(&["can_view", "can_view", "can_edit", "can_query", ""]);
    let permissions = prop_oneof![3 => Just(Vec::new()), 1 => proptest::collection::vec((model, permission), 0..24)];
    let lifetime = prop_oneof![3 => Just("1h".to_owned()), 1 => one_of(&["", "59s", "60s", "1d", "25h", "soon", " 90s ", "0090s"])];
    let clues = prop_oneof![2 => Just(String::new()), 1 => text(2_100), 1 => text(8_400)];
    (subject, role, attributes(), clues, permissions, lifetime).prop_map(
        |(distinct_id, role, attributes, context_clues, permissions, lifetime)| ViewerForm {
            embed: "dashboard".into(),
            distinct_id,
            role,
            attributes,
            context_clues,
            permissions,
            lifetime,
        },
    )
}

/// Code and violations.
fn told(refusal: &Refusal) -> (String, Vec<(String, String, String)>) {
    let violations = refusal.violations.iter().map(|fault| {
        (
            fault.field.clone(),
            fault.code.as_str().to_owned(),
            fault.message.clone(),
        )
    });
    (refusal.code.as_str().to_owned(), violations.collect())
}

struct Both {
    app: TestApp,
    key: String,
    acting: ActorContext,
    chosen: KeyId,
}

impl Both {
    async fn set() -> Self {
        let app = TestApp::with_admin().await;
        for (name, kind) in [
            ("region", "String"),
            ("tier", "Integer"),
            ("score", "Numeric"),
            ("active", "Boolean"),
            ("since", "Date"),
        ] {
            app.declare(name, kind).await;
        }
        let list = [
            ("form", "attributes"),
            ("attributes[0].name", "tags"),
            ("attributes[0].type", "String"),
            ("attributes[0].list", "yes"),
        ];
        assert_eq!(
            app.admin()
                .await
                .form("/settings/embed", &list)
                .await
                .status,
            303
        );
        let key = app.api_key().await;
        let organization = app.perch.store().organizations().await.unwrap()[0].id;
        let person = app.perch.store().people(organization).await.unwrap()[0].id;
        let chosen = app.perch.store().keys(organization, None).await.unwrap()[0].id;
        let acting = ActorContext {
            actor: Actor::Person(ConsoleRole::Admin),
            person: Some(person),
            ..ActorContext::operator(organization, "test".into())
        };
        Self {
            app,
            key,
            acting,
            chosen,
        }
    }

    /// What the sandbox says of a form and the API of its body; the code, and whether the form was too large to be written out.
    async fn compare(
        &self,
        form: &ViewerForm,
        key: Option<KeyId>,
    ) -> Result<(String, bool), TestCaseError> {
        let perch = &self.app.perch;
        perch.settings.refresh().await.unwrap();
        let preview = match perch.sandbox.preview_request(&self.acting, form, key) {
            Ok(preview) => preview,
            Err(refusal) => {
                // Not even written out: more is in it than the API takes.
                let typed = form
                    .attributes
                    .iter()
                    .map(|(name, value)| name.len() + value.len())
                    .sum::<usize>()
                    + form.context_clues.len();
                prop_assert!(
                    refusal.code() == Code::BodyTooLarge && typed > 15 * 1024,
                    "{refusal:?} for {typed} bytes"
                );
                return Ok((refusal.code().as_str().to_owned(), true));
            }
        };
        let answer = self.app.nobody().mint(&self.key, &preview.body).await;
        let Some(refused) = preview.refused else {
            prop_assert_eq!(answer.status, 200, "{}", answer.text);
            return Ok((String::new(), false));
        };
        let json = answer.json();
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let violations = json["violations"].as_array().cloned().unwrap_or_default();
        let violations: Vec<_> = violations
            .iter()
            .map(|fault| {
                (
                    text(&fault["field"]),
                    text(&fault["code"]),
                    text(&fault["message"]),
                )
            })
            .collect();
        prop_assert_eq!(
            (text(&json["code"]), violations),
            told(&refused),
            "{} bytes",
            preview.body.len()
        );
        let too_large = refused
            .violations
            .iter()
            .any(|fault| fault.code.as_str() == "TOKEN_TOO_LARGE");
        Ok((
            if too_large {
                "TOKEN_TOO_LARGE"
            } else {
                refused.code.as_str()
            }
            .to_owned(),
            false,
        ))
    }
}

#[test]
fn the_sandbox_and_the_api_agree_on_every_form() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let both = runtime.block_on(Both::set());
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(CASES)
    };
    let mut runner =
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let seen = std::cell::RefCell::new(std::collections::BTreeMap::<(String, bool), u32>::new());
    let outcome = runner.run(&(form(), any::<bool>()), |(form, chosen)| {
        let said = runtime.block_on(both.compare(&form, chosen.then_some(both.chosen)))?;
        *seen.borrow_mut().entry(said).or_default() += 1;
        Ok(())
    });
    outcome.unwrap();
    // The forms were of every sort.
    let seen = seen.into_inner();
    for sort in [
        ("", false),
        ("REQUEST_INVALID", false),
        ("TOKEN_TOO_LARGE", false),
        ("BODY_TOO_LARGE", false),
        ("BODY_TOO_LARGE", true),
    ] {
        assert!(
            seen.get(&(sort.0.to_owned(), sort.1))
                .is_some_and(|count| *count >= 3),
            "{sort:?} is missing among {seen:?}"
        );
    }
}

#[tokio::test]
async fn a_chosen_key_that_ends_or_is_limited_is_looked_at_too() {
    let both = Both::set().await;
    let form = ViewerForm {
        distinct_id: "u".into(),
        role: "explorer".into(),
        lifetime: "2h".into(),
        ..ViewerForm::default()
    };
    assert_eq!(both.compare(&form, Some(both.chosen)).await.unwrap().0, "");
    both.app
        .execute("UPDATE api_key SET longest_lifetime = 3600")
        .await;
    both.app.clock.advance_seconds(1);
    assert_eq!(
        both.compare(&form, Some(both.chosen)).await.unwrap().0,
        "REQUEST_INVALID"
    );
    both.app.execute("UPDATE api_key SET revoked_at = 1").await;
    both.app.clock.advance_seconds(1);
    assert_eq!(
        both.compare(&form, Some(both.chosen)).await.unwrap().0,
        "API_KEY_REVOKED"
    );
    let shown = both
        .app
        .admin()
        .await
        .call(
            "describe-request",
            &[
                ("distinctId", "u"),
                ("role", "explorer"),
                ("key", &both.chosen.to_string()),
            ],
        )
        .await;
    assert!(
        shown.text.contains(Code::ApiKeyRevoked.message()),
        "{}",
        shown.text
    );
}
