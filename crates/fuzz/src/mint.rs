//! Mint bodies, against declarations of every type.

use crate::choices;
use perch_domain::attribute::{Declaration, Kind};
use perch_domain::json::Json;
use perch_domain::mint_request::{MAX_BODY_BYTES, MintRequest, Rules};
use perch_domain::{Code, lifetime};
use serde_json::json;
use std::sync::LazyLock;

/// What the attributes of a body are held against: nothing, what most have, every type.
static DECLARED: LazyLock<[Vec<Declaration>; 3]> = LazyLock::new(|| {
    let declare = |name: &str, kind, list, required| Declaration {
        name: name.into(),
        kind,
        list,
        required,
    };
    let every = Kind::ALL.into_iter().flat_map(|kind| {
        [false, true].map(|list| {
            declare(
                &format!("{}{}", kind.as_str(), u8::from(list)),
                kind,
                list,
                false,
            )
        })
    });
    let most = [
        ("region", Kind::String, false, true),
        ("tier", Kind::Integer, false, false),
        ("brands", Kind::String, true, false),
    ];
    [
        Vec::new(),
        most.into_iter()
            .map(|(name, kind, list, required)| declare(name, kind, list, required))
            .collect(),
        every.collect(),
    ]
});

/// # Panics
/// If reading a body twice differs, or what was read, written down again, is not read as the same.
pub fn mint(input: &[u8]) -> bool {
    let ([how], body) = choices(input);
    if body.len() > MAX_BODY_BYTES {
        return false;
    }
    let Some(declarations) = DECLARED.get(usize::from(how % 3)) else {
        return false;
    };
    let longest_lifetime = [lifetime::MIN, lifetime::DEFAULT, lifetime::MAX]
        .get(usize::from(how >> 2 & 3))
        .copied();
    let rules = Rules {
        declarations,
        longest_lifetime: longest_lifetime.unwrap_or(lifetime::MAX),
        drop_undeclared: how >> 4 & 1 == 1,
    };
    let (first, second) = (
        MintRequest::parse(body, rules),
        MintRequest::parse(body, rules),
    );
    match (first, second) {
        (Err(first), Err(second)) => {
            assert_eq!(first, second);
            assert_eq!(first.code == Code::BodyNotJson, Json::parse(body).is_none());
            assert_eq!(
                first.code == Code::RequestInvalid,
                !first.violations.is_empty()
            );
            assert!(
                first
                    .violations
                    .iter()
                    .all(|violation| !violation.message.is_empty())
            );
            false
        }
        (Ok(first), Ok(second)) => {
            assert_eq!(written(&first), written(&second));
            assert_eq!(first.dropped, second.dropped);
            check(&first, rules);
            true
        }
        (first, second) => panic!("read twice, {} and {}", first.is_ok(), second.is_ok()),
    }
}

fn check(request: &MintRequest, rules: Rules<'_>) {
    assert!(
        !request.subject.is_empty()
            && request.subject.chars().count() <= 256
            && !request.subject.contains(char::is_control)
    );
    assert!(
        (lifetime::MIN..=rules.longest_lifetime).contains(&request.lifetime),
        "{} s",
        request.lifetime
    );
    assert!(rules.drop_undeclared || request.dropped.is_empty());
    let sent = |name: &str| {
        request
            .attributes
            .iter()
            .filter(|(sent, _)| sent == name)
            .count()
    };
    assert!(request.attributes.iter().all(|(name, _)| {
        sent(name) == 1
            && rules
                .declarations
                .iter()
                .any(|declared| declared.name == *name)
    }));
    assert!(
        rules
            .declarations
            .iter()
            .filter(|declared| declared.required)
            .all(|declared| sent(&declared.name) == 1)
    );
    let text = written(request);
    match MintRequest::parse(text.as_bytes(), rules) {
        Ok(again) => assert_eq!(written(&again), text),
        Err(refusal) => panic!("accepted, then refused as {text}: {refusal:?}"),
    }
}

/// The body a backend would send for what was read.
fn written(request: &MintRequest) -> String {
    let attributes: Vec<_> = request
        .attributes
        .iter()
        .map(|(name, value)| {
            format!(
                "{}:{}",
                json!(name),
                serde_json::to_string(value).unwrap_or_default()
            )
        })
        .collect();
    let clues = request
        .context_clues
        .as_ref()
        .map(|clues| format!(r#","aiContextClues":{}"#, json!(clues)))
        .unwrap_or_default();
    format!(
        r#"{{"user":{{"distinctId":{},"role":{},"attributes":{{{}}}}},"permissions":{},"expiresIn":{}{clues}}}"#,
        json!(request.subject),
        json!(request.role.as_str()),
        attributes.join(","),
        serde_json::to_string(&request.permissions).unwrap_or_default(),
        request.lifetime
    )
}
