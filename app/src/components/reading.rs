//! What a token says: the verdict first, then every check, then its four groups.

use crate::model::{Check, EndingButton, Reading, Record};
use leptos::prelude::*;

pub fn reading(reading: Reading) -> AnyView {
    let Reading {
        valid,
        verdict: sentence,
        code,
        fix,
        link,
        removed,
        ladder,
        claims,
        share,
        endings,
    } = reading;
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
            {steps(ladder)}
            {groups}
            {ending(endings)}
            {share}
        </div>
    }
    .into_any()
}

/// What is known by an id alone.
pub fn record(record: Record) -> AnyView {
    let Record {
        valid,
        verdict: sentence,
        code,
        fix,
        link,
        ladder,
        title,
        facts,
        note,
        endings,
    } = record;
    view! {
        <div class="reading">
            {verdict(valid, sentence, fix, link, code)}
            {steps(ladder)}
            {group(title, facts, "")}
            {ending(endings)}
            <p class="meta">{note}</p>
        </div>
    }
    .into_any()
}

/// Buttons that end tokens; each asks first.
fn ending(endings: Vec<EndingButton>) -> Option<AnyView> {
    let button = |(intent, words): EndingButton| view! { <button type="submit" class="button small" name="intent" value=intent>{words}</button> };
    (!endings.is_empty()).then(|| {
        view! { <div class="actions">{endings.into_iter().map(button).collect_view()}</div> }
            .into_any()
    })
}

fn verdict(
    valid: bool,
    sentence: String,
    fix: String,
    link: Option<(String, &'static str)>,
    code: String,
) -> AnyView {
    let (class, sign) = if valid {
        ("verdict success", "Valid")
    } else {
        ("verdict danger", "Refused")
    };
    let fix = (!fix.is_empty()).then(|| view! { <p>{fix}</p> });
    let link = link.map(|(href, words)| view! { <p><a href=href>{words}</a></p> });
    view! { <div class=class><p class="sign">{sign}</p><p class="sentence"><bdi>{sentence}</bdi></p>{fix}{link}{code_link(code)}</div> }.into_any()
}

fn code_link(code: String) -> Option<AnyView> {
    (!code.is_empty())
        .then(|| view! { <p class="meta">"Code " <a href=format!("/docs/errors#{code}")><code>{code.clone()}</code></a></p> }.into_any())
}

fn steps(ladder: Vec<Check>) -> Option<AnyView> {
    if ladder.is_empty() {
        return None;
    }
    let step = |check: Check| {
        let refuses = !check.code.is_empty();
        let fix =
            (!check.fix.is_empty() && !refuses).then(|| view! { <p class="meta">{check.fix}</p> });
        let link = check
            .link
            .filter(|_| !refuses)
            .map(|(href, words)| view! { <p class="meta"><a href=href>{words}</a></p> });
        view! {
            <li class=check.outcome>
                <span class="word">{check.word}</span>
                <div><p class="question">{check.title}</p><p class="evidence"><bdi>{check.evidence}</bdi></p>{fix}{link}</div>
            </li>
        }
    };
    Some(
        view! {
            <section class="group"><h4>"Checks in their order"</h4><ol class="ladder">{ladder.into_iter().map(step).collect_view()}</ol></section>
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
