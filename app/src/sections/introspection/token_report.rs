//! Reports about a token or a request: the verdict first, then every check, then the facts in groups.

use leptos::prelude::*;
use perch_domain::check::CheckOutcome;

/// What a token says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenReport {
    pub valid: bool,
    pub verdict: String,
    pub code: String,
    pub fix: String,
    pub link: Option<Link>,
    /// What was left out of the pasted text.
    pub removed: Vec<&'static str>,
    pub checks: Vec<CheckLine>,
    pub claims: Option<ClaimGroups>,
    /// The address of what is known by the token's id alone.
    pub share: String,
    pub revocations: Vec<RevokeButton>,
}

/// What is known by an id alone: about a token, or about a refused request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookupReport {
    pub valid: bool,
    pub verdict: String,
    pub code: String,
    pub fix: String,
    pub link: Option<Link>,
    /// Every check of a viewer's request.
    pub checks: Vec<CheckLine>,
    pub title: &'static str,
    pub facts: Vec<(String, String)>,
    /// What is not known.
    pub note: &'static str,
    pub revocations: Vec<RevokeButton>,
}

/// A check with its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckLine {
    pub title: &'static str,
    pub outcome: CheckOutcome,
    /// A failure of this check refuses the token.
    pub refuses: bool,
    pub evidence: String,
    pub fix: String,
    pub link: Option<Link>,
    pub code: String,
}

/// The claims of a token whose seal was verified: names and values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimGroups {
    pub user: Vec<(String, String)>,
    pub attributes: Vec<(String, String)>,
    pub permissions: Vec<(String, String)>,
    pub expiration: Vec<(String, String)>,
}

/// A link to the place where something can be fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub address: String,
    pub label: &'static str,
}

/// A button that revokes tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokeButton {
    /// The intent that the button sends.
    pub intent: String,
    pub label: &'static str,
}

pub fn token_report(report: TokenReport) -> AnyView {
    let TokenReport {
        valid,
        verdict: sentence,
        code,
        fix,
        link,
        removed,
        checks,
        claims,
        share,
        revocations,
    } = report;
    let groups = claims.map(|claims| {
        [
            ("User Information", claims.user, ""),
            (
                "Custom Attributes",
                claims.attributes,
                "None in this token.",
            ),
            (
                "Permissions",
                claims.permissions,
                "None: this token lets its viewer see nothing.",
            ),
            ("Expiration", claims.expiration, ""),
        ]
        .map(|(title, pairs, empty)| group(title, pairs, empty))
        .collect_view()
    });
    let removed = (!removed.is_empty()).then(|| view! { <p class="meta">{removed.join(" ")}</p> });
    let share = (!share.is_empty()).then(|| {
        view! { <p class="meta">"To talk about this token without handing it on: " <a href=share>"link with its id only"</a> "."</p> }
    });
    view! {
        <div class="reading">
            {verdict(valid, sentence, fix, link, code)}
            {removed}
            {check_list(checks)}
            {groups}
            {revoke_buttons(revocations)}
            {share}
        </div>
    }
    .into_any()
}

pub fn lookup_report(report: LookupReport) -> AnyView {
    let LookupReport {
        valid,
        verdict: sentence,
        code,
        fix,
        link,
        checks,
        title,
        facts,
        note,
        revocations,
    } = report;
    view! {
        <div class="reading">
            {verdict(valid, sentence, fix, link, code)}
            {check_list(checks)}
            {group(title, facts, "")}
            {revoke_buttons(revocations)}
            <p class="meta">{note}</p>
        </div>
    }
    .into_any()
}

/// Buttons that revoke tokens. Each asks first.
fn revoke_buttons(buttons: Vec<RevokeButton>) -> Option<AnyView> {
    let button = |RevokeButton { intent, label }| view! { <button type="submit" class="button small" name="intent" value=intent>{label}</button> };
    (!buttons.is_empty()).then(|| {
        view! { <div class="actions">{buttons.into_iter().map(button).collect_view()}</div> }
            .into_any()
    })
}

fn verdict(
    valid: bool,
    sentence: String,
    fix: String,
    link: Option<Link>,
    code: String,
) -> AnyView {
    let (class, sign) = if valid {
        ("verdict success", "Valid")
    } else {
        ("verdict danger", "Refused")
    };
    let fix = (!fix.is_empty()).then(|| view! { <p>{fix}</p> });
    let link = link.map(|link| view! { <p><a href=link.address>{link.label}</a></p> });
    view! { <div class=class><p class="sign">{sign}</p><p class="sentence"><bdi>{sentence}</bdi></p>{fix}{link}{code_link(code)}</div> }.into_any()
}

fn code_link(code: String) -> Option<AnyView> {
    (!code.is_empty())
        .then(|| view! { <p class="meta">"Code " <a href=format!("/docs/errors#{code}")><code>{code.clone()}</code></a></p> }.into_any())
}

fn check_list(checks: Vec<CheckLine>) -> Option<AnyView> {
    if checks.is_empty() {
        return None;
    }
    let line = |check: CheckLine| {
        let (class, word) = match check.outcome {
            CheckOutcome::Passed => ("passed", check.outcome.word()),
            // A failure that does not refuse the token is not called a failure.
            CheckOutcome::Failed if !check.refuses => ("noticed", "Look at this"),
            CheckOutcome::Failed => ("failed", check.outcome.word()),
            CheckOutcome::NotReached => ("not-reached", check.outcome.word()),
            CheckOutcome::NotAsked => ("not-asked", check.outcome.word()),
        };
        let refuses = !check.code.is_empty();
        let fix =
            (!check.fix.is_empty() && !refuses).then(|| view! { <p class="meta">{check.fix}</p> });
        let link = check
            .link
            .filter(|_| !refuses)
            .map(|link| view! { <p class="meta"><a href=link.address>{link.label}</a></p> });
        view! {
            <li class=class>
                <span class="word">{word}</span>
                <div><p class="question">{check.title}</p><p class="evidence"><bdi>{check.evidence}</bdi></p>{fix}{link}</div>
            </li>
        }
    };
    Some(
        view! {
            <section class="group"><h4>"Checks in their order"</h4><ol class="ladder">{checks.into_iter().map(line).collect_view()}</ol></section>
        }
        .into_any(),
    )
}

fn group(title: &'static str, pairs: Vec<(String, String)>, empty: &'static str) -> AnyView {
    let body = if pairs.is_empty() {
        view! { <p class="meta">{empty}</p> }.into_any()
    } else {
        let pairs = pairs
            .into_iter()
            .map(|(name, value)| view! { <div><dt>{name}</dt><dd><bdi>{value}</bdi></dd></div> })
            .collect_view();
        view! { <dl>{pairs}</dl> }.into_any()
    };
    view! { <section class="group"><h4>{title}</h4>{body}</section> }.into_any()
}
