//! The ladder as people see it: each check with its evidence and, where it failed, what to do and where.

use crate::config::revocations::RevokedBy;
use crate::config::{Organization, Secret};
use crate::tokens::diagnosis::describe;
use crate::tokens::fix::{ConsolePlace, Fix};
use crate::tokens::verify::{AllowedBy, authorize_origin};
use perch_domain::attribute::type_name;
use perch_domain::check::{Check, CheckOutcome, FailedCheck};
use perch_domain::claims::Claims;
use perch_domain::json::Json;
use perch_domain::origin::Origin;
use perch_domain::origin_list::Decision;
use perch_domain::permission::MODELS;
use perch_domain::refusal::Violations;
use perch_domain::token_input::NotAToken;
use perch_domain::{Code, api_key, text, time};
use perch_store::KeyRow;

/// One check of a ladder.
#[derive(Clone, Debug)]
pub struct CheckResult {
    pub check: Check,
    pub outcome: CheckOutcome,
    /// What was found.
    pub evidence: String,
    pub fix: Option<Fix>,
    pub code: Option<Code>,
}

/// What the evidence is taken from besides the token.
pub(crate) struct Facts<'a> {
    pub keys: &'a [KeyRow],
    pub site: Option<&'a Origin>,
    /// Unix seconds.
    pub now: i64,
    pub revoked: Option<RevokedBy>,
    /// Where the console's preview is.
    pub preview: Option<&'a Origin>,
}

type Found = (CheckOutcome, String, Option<Fix>);

/// Every check in order. `failed` is the one that refused the token, as the runtime decides it.
pub(crate) fn checks(
    facts: &Facts<'_>,
    failed: Option<FailedCheck>,
    opened: Option<(&Claims<'_>, &Secret)>,
    organization: Option<&Organization>,
    foreign: Option<&NotAToken>,
) -> Vec<CheckResult> {
    let step = |check: Check| {
        let code = failed
            .filter(|failed| failed.0 == check)
            .map(|failed| failed.1);
        let (outcome, evidence, fix) = match (failed, code) {
            (_, Some(code)) => refusal(check, code, facts, opened, organization, foreign),
            (Some(failed), None) if check > failed.0 => {
                (CheckOutcome::NotReached, String::new(), None)
            }
            _ => passed(check, facts, opened, organization),
        };
        CheckResult {
            check,
            outcome,
            evidence,
            fix,
            code,
        }
    };
    Check::ALL.map(step).to_vec()
}

fn passed(
    check: Check,
    facts: &Facts<'_>,
    opened: Option<(&Claims<'_>, &Secret)>,
    organization: Option<&Organization>,
) -> Found {
    let found = |evidence: String| (CheckOutcome::Passed, evidence, None);
    let Some((claims, secret)) = opened else {
        return found(String::new());
    };
    match check {
        Check::Shape => found("Five parts, nothing missing.".into()),
        Check::Key => found(key_name(facts, &secret.row.id)),
        Check::Seal => found("Nothing was changed since it was issued.".into()),
        Check::KeyState => found(secret.row.expires_at.map_or_else(
            || "Active, without an end.".to_owned(),
            |at| format!("Active, expires {}.", time::readable(at.div_euclid(1_000))),
        )),
        Check::Time => found(format!(
            "Issued {}, ends {}.",
            time::relative(claims.iat, facts.now),
            time::relative(claims.exp, facts.now)
        )),
        Check::Revocation => {
            found("Neither the token nor anything it depends on was revoked.".into())
        }
        Check::Origin => site(facts, claims, organization),
        Check::Attributes => attributes(claims, organization),
        Check::Permissions => permissions(claims),
    }
}

fn site(facts: &Facts<'_>, claims: &Claims<'_>, organization: Option<&Organization>) -> Found {
    let (Some(site), Some(organization)) = (facts.site, organization) else {
        return (
            CheckOutcome::NotAsked,
            "Enter a site above to see whether it may use this token.".into(),
            None,
        );
    };
    match authorize_origin(organization, claims.sandbox.is_some(), site, facts.preview) {
        Ok(AllowedBy::Preview) => (
            CheckOutcome::Passed,
            format!("{site} is the preview of this console."),
            None,
        ),
        Ok(AllowedBy::Listed(entry)) => {
            let label = if entry.label.is_empty() {
                String::new()
            } else {
                format!("{}, ", entry.label)
            };
            (
                CheckOutcome::Passed,
                format!(
                    "{site} is listed as {} ({label}{}).",
                    entry.origin,
                    entry.environment.title()
                ),
                None,
            )
        }
        Err(_) => (CheckOutcome::NotReached, String::new(), None),
    }
}

fn refusal(
    check: Check,
    code: Code,
    facts: &Facts<'_>,
    opened: Option<(&Claims<'_>, &Secret)>,
    organization: Option<&Organization>,
    foreign: Option<&NotAToken>,
) -> Found {
    let fix = |sentence: &str, place: Option<ConsolePlace>| {
        Some(Fix {
            sentence: sentence.to_owned(),
            place,
        })
    };
    let new_token = || fix("Generate a new token.", Some(ConsolePlace::Sandbox));
    let (evidence, fix) = match check {
        Check::Shape | Check::Key => {
            foreign.map_or_else(|| (code.message().to_owned(), new_token()), describe)
        }
        Check::Seal => (
            "It was changed after it was issued, or put together from several tokens.".to_owned(),
            new_token(),
        ),
        Check::KeyState => {
            let id = opened.map_or("", |(_, secret)| secret.row.id.as_str());
            let row = facts.keys.iter().find(|row| row.secret_id == id);
            let when = |at: Option<i64>| {
                at.map_or_else(String::new, |at| {
                    format!(" {}", time::readable(at.div_euclid(1_000)))
                })
            };
            let what = match code {
                Code::TokenRevoked => {
                    format!(
                        "{} was revoked{}; its tokens ended with it.",
                        key_name(facts, id),
                        when(row.and_then(|row| row.revoked_at))
                    )
                }
                _ => format!(
                    "{} expired{}; its tokens ended with it.",
                    key_name(facts, id),
                    when(row.and_then(|row| row.expires_at))
                ),
            };
            (
                what,
                fix(
                    "Create a key that is active and put it into the backend.",
                    Some(ConsolePlace::Keys),
                ),
            )
        }
        Check::Time if code == Code::TokenNotYetValid => {
            let begins = opened.map_or_else(String::new, |(claims, _)| {
                format!(": it begins {}", time::readable(claims.nbf))
            });
            (
                format!("It is not valid yet{begins}."),
                fix(
                    "Synchronize the clocks of the servers that issue and check tokens.",
                    None,
                ),
            )
        }
        Check::Time => {
            let ended = opened.map_or_else(String::new, |(claims, _)| {
                format!(
                    " {}, {}",
                    time::relative(claims.exp, facts.now),
                    time::readable(claims.exp)
                )
            });
            (
                format!("It ended{ended}."),
                fix(
                    "Generate a new token; in production the page fetches one before the old one ends.",
                    Some(ConsolePlace::Sandbox),
                ),
            )
        }
        Check::Revocation => (revoked(facts.revoked).to_owned(), new_token()),
        Check::Origin => refused_site(code, facts, organization),
        Check::Attributes | Check::Permissions => (code.message().to_owned(), None),
    };
    (CheckOutcome::Failed, evidence, fix)
}

/// What ended a token before its time, in a sentence.
pub(crate) fn revoked(by: Option<RevokedBy>) -> &'static str {
    match by {
        Some(RevokedBy::Token) => "This token was revoked.",
        Some(RevokedBy::Viewer) => "All tokens of this viewer were revoked after it was issued.",
        Some(RevokedBy::Key) => "All tokens of its API key were revoked after it was issued.",
        Some(RevokedBy::Organization) => {
            "All tokens of the organization were revoked after it was issued."
        }
        Some(RevokedBy::Issuer) => {
            "The access of the person who made it in the sandbox ended after it was issued."
        }
        None => Code::TokenRevoked.message(),
    }
}

pub(crate) fn refused_site(
    code: Code,
    facts: &Facts<'_>,
    organization: Option<&Organization>,
) -> (String, Option<Fix>) {
    let (Some(site), Some(organization)) = (facts.site, organization) else {
        return (code.message().to_owned(), None);
    };
    match (code, organization.origins.decide(site)) {
        (_, Decision::Listed(entry)) => {
            let sentence =
                "Try it on a Development origin, or have your backend make the token.".to_owned();
            (
                format!(
                    "{site} is listed as {} for Production, where sandbox tokens are refused.",
                    entry.origin
                ),
                Some(Fix {
                    sentence,
                    place: Some(ConsolePlace::Origins),
                }),
            )
        }
        (_, Decision::NotListed { nearest }) => {
            let near = nearest.map_or_else(String::new, |(entry, miss)| {
                format!(" Nearest is {}: {miss}.", entry.origin)
            });
            let sentence = "List the site, if it is yours.".to_owned();
            (
                format!("{site} is not listed.{near}"),
                Some(Fix {
                    sentence,
                    place: Some(ConsolePlace::AddOrigin(site.to_string())),
                }),
            )
        }
    }
}

/// What it carries against what is declared today.
fn attributes(claims: &Claims<'_>, organization: Option<&Organization>) -> Found {
    let declared = organization
        .map(|organization| organization.declarations.as_slice())
        .unwrap_or_default();
    let carried = Json::parse(claims.attributes.get().as_bytes())
        .and_then(Json::members)
        .unwrap_or_default();
    let mut misfits = Vec::new();
    for (name, value) in &carried {
        let Some(declaration) = declared.iter().find(|declared| declared.name == *name) else {
            let near = text::nearest(name, declared.iter().map(|declared| declared.name.as_str()));
            misfits.push(near.map_or_else(
                || format!("{name} is not declared any more"),
                |near| format!("{name} is not declared any more (nearest: {near})"),
            ));
            continue;
        };
        let mut faults = Violations::default();
        declaration.read(&mut faults, name, *value);
        if !faults.is_empty() {
            misfits.push(format!(
                "{name} is declared as {} today",
                type_name(declaration.kind, declaration.list)
            ));
        }
    }
    let missing = declared.iter().filter(|declared| {
        declared.required && carried.iter().all(|(name, _)| *name != declared.name)
    });
    misfits
        .extend(missing.map(|declared| format!("{} is required today and missing", declared.name)));
    if misfits.is_empty() {
        let count = text::count(carried.len(), "attribute");
        return (
            CheckOutcome::Passed,
            if carried.is_empty() {
                "None carried, none required.".into()
            } else {
                format!("{count}, as declared.")
            },
            None,
        );
    }
    let sentence = "The token works, but access rules cannot rely on these. Declare them again, or generate a new token.".to_owned();
    (
        CheckOutcome::Failed,
        format!("{}.", misfits.join("; ")),
        Some(Fix {
            sentence,
            place: Some(ConsolePlace::Attributes),
        }),
    )
}

fn permissions(claims: &Claims<'_>) -> Found {
    let granted: Vec<_> = MODELS
        .iter()
        .map(|model| (model, claims.permissions.names(model)))
        .filter(|(_, names)| !names.is_empty())
        .map(|(model, names)| format!("{model}: {}", names.join(", ")))
        .collect();
    if granted.is_empty() {
        let sentence =
            "The token works, but its viewer sees nothing. Generate one with permissions."
                .to_owned();
        return (
            CheckOutcome::Failed,
            "It grants nothing.".into(),
            Some(Fix {
                sentence,
                place: Some(ConsolePlace::Sandbox),
            }),
        );
    }
    (
        CheckOutcome::Passed,
        format!("{}.", granted.join("; ")),
        None,
    )
}

fn key_name(facts: &Facts<'_>, id: &str) -> String {
    let prefix = api_key::visible_prefix(id);
    facts
        .keys
        .iter()
        .find(|row| row.secret_id == id)
        .map_or_else(
            || format!("Key {prefix}"),
            |row| format!("Key “{}” ({prefix})", row.name),
        )
}
