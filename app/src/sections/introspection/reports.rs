//! Turns what the service found into reports: times become texts, fixes become links.

use super::token_report::{CheckLine, ClaimGroups, Link, LookupReport, TokenReport};
use crate::sections::words::when;
use perch_domain::{Action, Code};
use perch_service::{
    ActorContext, CheckResult, ConsolePlace, RefusedRequest, TokenInspection, TokenRecord,
    TokenView,
};

/// The report about an inspected token. `now` is in Unix seconds.
pub fn of_token(found: TokenInspection, acting: &ActorContext, now: i64) -> TokenReport {
    let checks: Vec<CheckLine> = found
        .checks
        .into_iter()
        .map(|result| check_line(result, acting))
        .collect();
    let (fix, fix_link) = checks
        .iter()
        .find(|check| !check.code.is_empty())
        .map(|failed| (failed.fix.clone(), failed.link.clone()))
        .unwrap_or_default();
    let revoke = found.api_key.map(|key| Link {
        address: format!("/account/keys/{key}/revoke"),
        label: "Revoke this key",
    });
    let share = found
        .token
        .as_ref()
        .map(|token| format!("/settings/embed?token={}#introspection", token.token_id))
        .unwrap_or_default();
    TokenReport {
        valid: found.refused.is_none(),
        verdict: found.verdict,
        code: found
            .refused
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
        fix,
        link: revoke.or(fix_link),
        removed: found
            .removed
            .into_iter()
            .map(perch_domain::token_input::Removed::sentence)
            .collect(),
        claims: found.token.map(|token| claims(token, now)),
        checks,
        share,
        revocations: Vec::new(),
    }
}

fn check_line(result: CheckResult, acting: &ActorContext) -> CheckLine {
    let (fix, place) = result
        .fix
        .map(|fix| (fix.sentence, fix.place))
        .unwrap_or_default();
    let (fix, place) = within_reach(fix, place, acting);
    CheckLine {
        title: result.check.title(),
        outcome: result.outcome,
        refuses: result.check.refuses(),
        evidence: result.evidence,
        fix,
        link: place.map(link),
        code: result
            .code
            .map(|code| code.as_str().to_owned())
            .unwrap_or_default(),
    }
}

/// If this person may not apply the fix, the sentence says who can.
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

fn link(place: ConsolePlace) -> Link {
    let (address, label) = match place {
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
    };
    Link { address, label }
}

fn claims(token: TokenView, now: i64) -> ClaimGroups {
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
    ClaimGroups {
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

/// The report about the record of a token. `now` is in Unix seconds.
pub fn of_record(record: TokenRecord, now: i64) -> LookupReport {
    LookupReport {
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
        ..LookupReport::default()
    }
}

/// The pasted text, to show it again. An API key is not shown again.
pub fn shown_again(pasted: &str) -> &str {
    let (text, _) = perch_domain::token_input::extract_token(pasted);
    if text.contains(perch_domain::api_key::PREFIX) {
        ""
    } else {
        pasted
    }
}

/// True if a text has the form of a token's id, which is a UUID.
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

/// The report about a refused request. `now` is in Unix seconds.
pub fn of_refused_request(
    request: RefusedRequest,
    acting: &ActorContext,
    now: i64,
) -> LookupReport {
    let checks: Vec<CheckLine> = request
        .checks
        .into_iter()
        .map(|result| check_line(result, acting))
        .collect();
    let failed = checks.iter().find(|check| !check.code.is_empty()).cloned();
    let (verdict, fix, link) = match failed {
        Some(failed) => (failed.evidence, failed.fix, failed.link),
        None => (
            request.code.message().to_owned(),
            request.code.fix().to_owned(),
            None,
        ),
    };
    let fact = |name: &str, text: String| (!text.is_empty()).then(|| (name.to_owned(), text));
    let facts = [
        fact("Request", request.route),
        fact("When", when(request.at, now)),
        fact("Site", request.origin),
        fact("API key", request.key),
        fact("Violations", request.faults.join(", ")),
        fact(
            "Token id",
            request
                .token_id
                .map(|id| id.to_string())
                .unwrap_or_default(),
        ),
        fact("Request id", request.request_id.to_string()),
    ];
    LookupReport {
        verdict,
        code: request.code.as_str().to_owned(),
        fix,
        link,
        checks,
        title: "What was refused",
        facts: facts.into_iter().flatten().collect(),
        note: "The token itself and what it carries are not kept.",
        ..LookupReport::default()
    }
}

/// The meaning of a code. A component shows a code as its reference if no request reached the server.
pub fn of_code(code: Code) -> LookupReport {
    LookupReport {
        verdict: code.message().to_owned(),
        code: code.as_str().to_owned(),
        fix: code.fix().to_owned(),
        title: "What usually leads to it",
        facts: vec![("Cause".to_owned(), code.cause().to_owned())],
        note: "The browser decided this by itself; the server knows of no request.",
        ..LookupReport::default()
    }
}
