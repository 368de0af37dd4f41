//! Tables of requests and their faults.

use super::*;
use crate::attribute::Kind as Type;
use crate::lifetime;

fn declarations() -> Vec<Declaration> {
    let declare = |name: &str, kind, list, required| Declaration {
        name: name.into(),
        kind,
        list,
        required,
    };
    vec![
        declare("region", Type::String, false, true),
        declare("tier", Type::Integer, false, false),
        declare("brands", Type::String, true, false),
    ]
}

fn parse(body: &str) -> Result<MintRequest, Refusal> {
    MintRequest::parse(
        body.as_bytes(),
        Rules {
            declarations: &declarations(),
            longest_lifetime: lifetime::MAX,
            drop_undeclared: false,
        },
    )
}

fn faults(body: &str) -> Vec<String> {
    parse(body)
        .unwrap_err()
        .violations
        .into_iter()
        .map(|v| format!("{} {}", v.field, v.code.as_str()))
        .collect()
}

#[test]
fn the_documented_body_passes() {
    let request = parse(
        r#"{"user":{"distinctId":"user-123","role":"explorer","attributes":{"region":"North","tier":3,"brands":["a","b"]}},
        "permissions":{"dashboard":["can_view"],"chart":"can_view","ai":["can_query"]},"aiContextClues":"Answer briefly.","expiresIn":"30m"}"#,
    )
    .unwrap();
    assert_eq!(request.subject, "user-123");
    assert_eq!(request.lifetime, 1_800);
    assert_eq!(request.attributes.len(), 3);
    assert!(request.permissions.ai_query);
    assert_eq!(request.context_clues.as_deref(), Some("Answer briefly."));
}

#[test]
fn the_least_body_gets_the_defaults() {
    let request = parse(
        r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"region":"N","tier":null}}}"#,
    )
    .unwrap();
    assert_eq!(
        (
            request.lifetime,
            request.permissions,
            request.attributes.len()
        ),
        (3_600, Permissions::WHEN_MISSING, 1)
    );
}

#[test]
fn all_faults_are_named_at_once() {
    assert_eq!(
        faults(
            r#"{"user":{"distinctId":"","role":"maker","attributes":{"regoin":"N","tier":"3","brands":["a",2]},"x":1},"permission":{},"expiresIn":"5s","expiresIn":"1h"}"#
        ),
        [
            "permission UNKNOWN_FIELD",
            "expiresIn DUPLICATE_FIELD",
            "user.x UNKNOWN_FIELD",
            "user.distinctId REQUIRED",
            "user.role UNKNOWN_ROLE",
            "user.attributes.regoin ATTRIBUTE_UNKNOWN",
            "user.attributes.tier ATTRIBUTE_WRONG_TYPE",
            "user.attributes.brands[1] ATTRIBUTE_WRONG_TYPE",
            "user.attributes.region ATTRIBUTE_MISSING",
            "expiresIn LIFETIME_OUT_OF_BOUNDS",
        ]
    );
}

#[test]
fn the_nearest_name_is_suggested() {
    let refusal =
        parse(r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"regoin":"N"}}}"#)
            .unwrap_err();
    assert!(
        refusal.violations[0]
            .message
            .contains("Did you mean region?"),
        "{refusal:?}"
    );
}

#[test]
fn while_migrating_strangers_are_dropped_and_near_misses_are_not() {
    let rules = Rules {
        declarations: &declarations(),
        longest_lifetime: lifetime::MAX,
        drop_undeclared: true,
    };
    let body = |attributes: &str| {
        format!(
            r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{"region":"N",{attributes}}}}}}}"#
        )
    };
    let request = MintRequest::parse(
        body(r#""colour":"red","sizes":[1,2],"shop":{}"#).as_bytes(),
        rules,
    )
    .unwrap();
    let dropped: Vec<_> = request
        .dropped
        .iter()
        .map(|dropped| (dropped.name.as_str(), dropped.kind))
        .collect();
    assert_eq!(
        dropped,
        [
            ("colour", Some((Type::String, false))),
            ("sizes", Some((Type::Integer, true))),
            ("shop", None)
        ]
    );
    assert_eq!(
        request.attributes.len(),
        1,
        "nothing undeclared gets into a token"
    );
    let refusal =
        MintRequest::parse(body(r#""teir":3,"colour":"red""#).as_bytes(), rules).unwrap_err();
    assert_eq!(refusal.violations[0].field, "user.attributes.teir");
}

#[test]
fn every_shape_of_the_wrong_type() {
    assert_eq!(faults("[]"), [" WRONG_TYPE"]);
    assert_eq!(faults("null"), [" WRONG_TYPE"]);
    assert_eq!(faults("{}"), ["user REQUIRED"]);
    assert_eq!(faults(r#"{"user":"u"}"#), ["user WRONG_TYPE"]);
    assert_eq!(
        faults(r#"{"user":{"distinctId":1,"role":null,"attributes":[]}}"#),
        [
            "user.distinctId WRONG_TYPE",
            "user.role REQUIRED",
            "user.attributes WRONG_TYPE"
        ]
    );
    assert_eq!(parse("{").unwrap_err().code, Code::BodyNotJson);
}

#[test]
fn context_clues_live_in_one_place() {
    let body = |top: &str, user: &str, attributes: &str| {
        format!(
            r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{"region":"N"{attributes}}}{user}}}{top}}}"#
        )
    };
    let clue = r#","aiContextClues":"c""#;
    for (top, user, attributes) in [(clue, "", ""), ("", clue, ""), ("", "", clue)] {
        assert_eq!(
            parse(&body(top, user, attributes))
                .unwrap()
                .context_clues
                .as_deref(),
            Some("c")
        );
    }
    assert_eq!(
        faults(&body(clue, clue, "")),
        ["aiContextClues DUPLICATE_FIELD"]
    );
    assert_eq!(
        faults(&body(
            &format!(r#","aiContextClues":"{}""#, "x".repeat(2_001)),
            "",
            ""
        )),
        ["aiContextClues TOO_LONG"]
    );
    assert!(
        parse(&body(
            &format!(r#","aiContextClues":"{}""#, "é".repeat(2_000)),
            "",
            ""
        ))
        .is_ok()
    );
}

#[test]
fn lifetimes_at_their_bounds() {
    let body = |value: &str| {
        format!(
            r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{"region":"N"}}}},"expiresIn":{value}}}"#
        )
    };
    for (value, seconds) in [("60", 60), ("\"1d\"", 86_400), ("86400.0", 86_400)] {
        assert_eq!(parse(&body(value)).unwrap().lifetime, seconds);
    }
    for value in ["59", "86401", "-1", "1.5", "\"59s\"", "1e3"] {
        assert_eq!(
            faults(&body(value)),
            ["expiresIn LIFETIME_OUT_OF_BOUNDS"],
            "{value}"
        );
    }
    assert_eq!(faults(&body("\"soon\"")), ["expiresIn INVALID_VALUE"]);
    assert_eq!(faults(&body("true")), ["expiresIn WRONG_TYPE"]);
}

#[test]
fn limits_on_counts_and_names() {
    let many: Vec<_> = (0..65).map(|n| format!(r#""a{n}":1"#)).collect();
    assert_eq!(
        faults(&format!(
            r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{{}}}}}}}"#,
            many.join(",")
        )),
        ["user.attributes TOO_MANY"]
    );
    let long = "n".repeat(500);
    let refusal = parse(&format!(r#"{{"user":{{"distinctId":"u","role":"explorer","attributes":{{"region":"N","{long}":1}}}}}}"#)).unwrap_err();
    assert!(refusal.violations[0].field.len() < 100);
}
