//! Readings of tokens as people see them.

use super::when;
use crate::model::{Check, Reading, Record, TokenClaims};
use perch_domain::Action;
use perch_domain::check::CheckOutcome;
use perch_service::{
    ActorContext, CheckResult, ConsolePlace, TokenInspection, TokenRecord, TokenView,
};

/// `now` in Unix milliseconds.
pub fn reading(read: TokenInspection, acting: &ActorContext, now: i64) -> Reading {
    let now = now.div_euclid(1_000);
    let ladder: Vec<Check> = read
        .checks
        .into_iter()
        .map(|step| check(step, acting))
        .collect();
    let failed = ladder
        .iter()
        .find(|check| !check.code.is_empty())
        .cloned()
        .unwrap_or_default();
    let revoke = read
        .api_key
        .map(|key| (format!("/account/keys/{key}/revoke"), "Revoke this key"));
    let share = read
        .token
        .as_ref()
        .map(|token| format!("/settings/embed?token={}#introspection", token.token_id))
        .unwrap_or_default();
    Reading {
        valid: read.refused.is_none(),
        verdict: read.verdict,
        code: read
            .refused
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
        fix: failed.fix,
        link: revoke.or(failed.link),
        removed: read
            .removed
            .into_iter()
            .map(perch_domain::token_input::Removed::sentence)
            .collect(),
        claims: read.token.map(|token| claims(token, now)),
        ladder,
        share,
        endings: Vec::new(),
    }
}

pub(super) fn check(step: CheckResult, acting: &ActorContext) -> Check {
    let word = step.outcome.word();
    let (outcome, word) = match step.outcome {
        CheckOutcome::Passed => ("passed", word),
        // What does not refuse the token is not called a failure of it.
        CheckOutcome::Failed if !step.check.refuses() => ("noticed", "Look at this"),
        CheckOutcome::Failed => ("failed", word),
        CheckOutcome::NotReached => ("not-reached", word),
        CheckOutcome::NotAsked => ("not-asked", word),
    };
    let (fix, place) = step
        .fix
        .map(|fix| (fix.sentence, fix.place))
        .unwrap_or_default();
    let (fix, place) = within_reach(fix, place, acting);
    Check {
        title: step.check.title(),
        outcome,
        word,
        evidence: step.evidence,
        fix,
        link: place.map(link),
        code: step
            .code
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
    }
}

/// A fix that somebody else has to make is told as that.
fn within_reach(
    fix: String,
    place: Option<ConsolePlace>,
    acting: &ActorContext,
) -> (String, Option<ConsolePlace>) {
    let may = |place: &ConsolePlace| match place {
        ConsolePlace::Keys => acting.can(Action::CreateKey),
        ConsolePlace::Attributes => acting.can(Action::EditAttributes),
        ConsolePlace::AddOrigin(_) | ConsolePlace::Origins => acting.can(Action::EditOrigins),
        ConsolePlace::Sandbox => true,
    };
    match place {
        Some(place) if !may(&place) => {
            let who = if place == ConsolePlace::Keys {
                "Somebody with the console role Maker or Admin can do this"
            } else {
                "An admin can do this"
            };
            (format!("{fix} {who}."), None)
        }
        place => (fix, place),
    }
}

fn link(place: ConsolePlace) -> (String, &'static str) {
    match place {
        ConsolePlace::Keys => ("/account#api-keys".to_owned(), "Open API Keys"),
        ConsolePlace::Sandbox => ("#sandbox".to_owned(), "Go to the sandbox"),
        ConsolePlace::Attributes => ("#attributes".to_owned(), "Go to Token Attributes"),
        ConsolePlace::Origins => ("#origins".to_owned(), "Go to Authorized Origins"),
        ConsolePlace::AddOrigin(origin) => {
            let origin: String = form_urlencoded::byte_serialize(origin.as_bytes()).collect();
            (
                format!("/settings/embed?add={origin}#origins"),
                "Add this origin",
            )
        }
    }
}

fn claims(token: TokenView, now: i64) -> TokenClaims {
    let mut user = vec![
        ("distinctId".to_owned(), token.subject),
        ("role".to_owned(), token.role.to_owned()),
    ];
    user.extend(
        token
            .context_clues
            .map(|clues| ("aiContextClues".to_owned(), clues)),
    );
    user.push((
        "Made in".to_owned(),
        if token.sandbox {
            "the sandbox".to_owned()
        } else {
            "a backend".to_owned()
        },
    ));
    TokenClaims {
        user,
        attributes: token.attributes,
        permissions: token
            .permissions
            .into_iter()
            .map(|(model, names)| (model.to_owned(), names.join(", ")))
            .collect(),
        expiration: vec![
            ("Expires".to_owned(), when(token.expires_at, now)),
            ("Issued".to_owned(), when(token.issued_at, now)),
            ("Token id".to_owned(), token.token_id.to_string()),
            ("API key".to_owned(), token.key),
        ],
    }
}

/// What the record tells. `now` in Unix milliseconds.
pub fn record(record: TokenRecord, now: i64) -> Record {
    let now = now.div_euclid(1_000);
    Record {
        valid: record.refused.is_none(),
        verdict: record.verdict,
        code: record
            .refused
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
        title: "From the record",
        note: "Attributes and permissions are only in the token itself; paste it to see them.",
        facts: vec![
            ("distinctId".to_owned(), record.subject),
            (
                "Made in".to_owned(),
                if record.sandbox {
                    "the sandbox".to_owned()
                } else {
                    "a backend".to_owned()
                },
            ),
            ("API key".to_owned(), record.key),
            ("Issued".to_owned(), when(record.issued_at, now)),
            ("Expires".to_owned(), when(record.expires_at, now)),
            ("Token id".to_owned(), record.token_id.to_string()),
        ],
        ..Record::default()
    }
}

/// What was pasted, to stand beside what it says; an API key is not shown again.
pub fn shown_again(pasted: &str) -> &str {
    let (text, _) = perch_domain::token_input::extract_token(pasted);
    if text.contains(perch_domain::api_key::PREFIX) {
        ""
    } else {
        pasted
    }
}

/// Whether a text is the id of a token: a UUID, as it is written.
pub fn is_token_id(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if matches!(at, 8 | 13 | 18 | 23) {
                byte == b'-'
            } else {
                byte.is_ascii_hexdigit()
            }
        })
}
