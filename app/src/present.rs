//! From the service's values to what people see: times as texts, ids as texts, sentences put together.

mod introspection;
mod refused;
mod sandbox;

pub use introspection::{is_token_id, reading, record, shown_again};
pub use refused::{code, refused_request, refused_sites};
pub use sandbox::{PRESETS, preset, request, sandbox, split, token_result};

use crate::model::{
    AttributeRow, DroppedRow, FirstStep, MigrationState, NewKey, OriginRow, SiteSaid,
};
use perch_domain::time;
use perch_service::{
    ActorContext, AttributeView, CreatedKey, Environment, LiveTokens, OriginReading, OriginView,
    Perch, Refusal, UsageByKey,
};

/// `3 minutes ago, 20 Nov 2026, 10:02 UTC`; times in Unix seconds.
pub fn when(at: i64, now: i64) -> String {
    format!("{}, {}", time::relative(at, now), time::readable(at))
}

/// `1 token`, `more than 10,000 tokens`, `all tokens` where they could not be counted; `first` in a sentence or within it.
pub fn counted(live: LiveTokens, what: &str, first: bool) -> String {
    let count = if live == LiveTokens::Unknown {
        "all".to_owned()
    } else {
        live.to_string()
    };
    let text = format!(
        "{count} {what}{}",
        if live == LiveTokens::Exactly(1) {
            ""
        } else {
            "s"
        }
    );
    let mut letters = text.chars();
    match letters.next() {
        Some(letter) if first => letter.to_uppercase().chain(letters).collect(),
        _ => text,
    }
}

/// What the line after saving says.
pub fn saved(perch: &Perch, acting: &ActorContext, changed: usize) -> String {
    let at = time::readable(perch.system.now().div_euclid(1_000));
    match changed {
        0 => "Nothing had changed.".to_owned(),
        1 => format!("Saved 1 change by {}, {at}.", acting.name),
        several => format!("Saved {several} changes by {}, {at}.", acting.name),
    }
}

pub async fn origin_rows(perch: &Perch, acting: &ActorContext) -> Result<Vec<OriginRow>, Refusal> {
    let now = perch.system.now().div_euclid(1_000);
    let row = |view: OriginView| OriginRow {
        seen: seen(&view),
        id: view.id.to_string(),
        version: view.version.to_string(),
        origin: view.origin,
        label: view.label,
        environment: view.environment.as_str().to_owned(),
        note: view.note.unwrap_or_default().to_owned(),
        changed: format!("{} by {}", when(view.changed_at, now), view.changed_by),
        ..OriginRow::default()
    };
    let shown = |row: OriginRow| OriginRow {
        was: row.values(),
        ..row
    };
    Ok(perch
        .settings
        .origins(acting)
        .await?
        .into_iter()
        .map(row)
        .map(shown)
        .collect())
}

/// Who connected by an entry: of a wildcard every site, so that a stranger among them is noticed; and once live tokens come, what
/// the entry had better be.
fn seen(view: &OriginView) -> String {
    let mut sentences = Vec::new();
    if view.origin.contains('*') && !view.seen.is_empty() {
        let more = view.seen.len().saturating_sub(SEEN);
        let shown = view
            .seen
            .iter()
            .take(SEEN)
            .cloned()
            .collect::<Vec<_>>()
            .join(", ");
        let and = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        sentences.push(format!("Connected from {shown}{and}."));
    }
    if view.live && view.environment == Environment::Development {
        sentences.push(
            "Live tokens connect from here: as Production it would refuse sandbox tokens."
                .to_owned(),
        );
    }
    sentences.join(" ")
}

/// Sites that are named of those that connected by a wildcard.
const SEEN: usize = 5;

/// What is said about a site before it is listed.
pub fn site_said(reading: &OriginReading) -> SiteSaid {
    let form = match &reading.result {
        Ok(form) => form,
        Err(fault) => {
            return SiteSaid {
                good: false,
                sentences: vec![fault.clone()],
                add: None,
            };
        }
    };
    let mut sentences = Vec::new();
    if form.listed {
        sentences.push(format!("{} is listed already.", form.origin));
    } else if form.origin != reading.typed {
        sentences.push(format!("Will be listed as {}.", form.origin));
    }
    sentences.extend(form.adjusted.iter().map(|sentence| (*sentence).to_owned()));
    if let Some(instead) = form.instead {
        sentences.push(match instead.origin {
            Some(origin) => format!("{} runs pages on {origin}, so that is the site that will ask.", instead.playground),
            None => format!("{} runs each project on a site of its own; take it from the address of the running page.", instead.playground),
        });
    }
    SiteSaid {
        good: !form.listed,
        sentences,
        add: form
            .instead
            .and_then(|instead| instead.origin)
            .map(str::to_owned),
    }
}

/// The listed sites, to be offered where one is asked for; wildcards are no sites.
pub async fn sites(perch: &Perch, acting: &ActorContext) -> Result<Vec<String>, Refusal> {
    Ok(perch
        .settings
        .origins(acting)
        .await?
        .into_iter()
        .map(|view| view.origin)
        .filter(|origin| !origin.contains('*'))
        .take(50)
        .collect())
}

pub async fn attribute_rows(
    perch: &Perch,
    acting: &ActorContext,
) -> Result<Vec<AttributeRow>, Refusal> {
    let now = perch.system.now().div_euclid(1_000);
    // Who sends what is for those who may change it.
    let edits = acting.can(perch_domain::Action::EditAttributes);
    let uses = if edits {
        perch.settings.attribute_usage(acting).await?
    } else {
        Vec::new()
    };
    let row = |view: AttributeView| AttributeRow {
        used: used(
            uses.iter()
                .filter(|(name, _)| *name == view.declaration.name)
                .map(|(_, used)| used),
            now,
        ),
        id: view.id.to_string(),
        version: view.version.to_string(),
        name: view.declaration.name,
        kind: view.declaration.kind.as_str().to_owned(),
        list: view.declaration.list,
        required: view.declaration.required,
        description: view.description,
        example: view.example,
        changed: format!("{} by {}", when(view.changed_at, now), view.changed_by),
        ..AttributeRow::default()
    };
    let shown = |row: AttributeRow| AttributeRow {
        was: row.values(),
        ..row
    };
    Ok(perch
        .settings
        .attributes(acting)
        .await?
        .into_iter()
        .map(row)
        .map(shown)
        .collect())
}

/// Who sends an attribute, in half a line.
fn used<'a>(uses: impl Iterator<Item = &'a UsageByKey>, now: i64) -> String {
    let uses: Vec<_> = uses.collect();
    let last = uses.iter().map(|used| used.last_at).max();
    match (uses.as_slice(), last) {
        ([], _) | (_, None) => String::new(),
        ([one], Some(last)) => format!("Sent by {}, last {}", one.key, time::relative(last, now)),
        (several, Some(last)) => format!(
            "Sent by {} keys, last {}",
            several.len(),
            time::relative(last, now)
        ),
    }
}

pub async fn dropped_rows(
    perch: &Perch,
    acting: &ActorContext,
) -> Result<Vec<DroppedRow>, Refusal> {
    if !acting.can(perch_domain::Action::EditAttributes) {
        return Ok(Vec::new());
    }
    let now = perch.system.now().div_euclid(1_000);
    let row = |dropped: perch_service::DroppedAttribute| {
        let tokens: i64 = dropped.used_by.iter().map(|used| used.tokens).sum();
        let keys = dropped
            .used_by
            .iter()
            .map(|used| used.key.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let last = dropped
            .used_by
            .iter()
            .map(|used| used.last_at)
            .max()
            .unwrap_or(now);
        let tokens = if tokens == 1 {
            "1 token".to_owned()
        } else {
            format!("{tokens} tokens")
        };
        DroppedRow {
            name: dropped.name,
            told: format!(
                "left out of {tokens}, last {}, sent by {keys}",
                time::relative(last, now)
            ),
            fault: dropped.fault.unwrap_or_default(),
        }
    };
    Ok(perch
        .settings
        .dropped_attributes(acting)
        .await?
        .into_iter()
        .map(row)
        .collect())
}

pub async fn migration(perch: &Perch, acting: &ActorContext) -> Result<MigrationState, Refusal> {
    let until = perch.settings.migration_until(acting).await?;
    let day = until.map(|until| {
        time::rfc3339(until - 1)
            .chars()
            .take(10)
            .collect::<String>()
    });
    Ok(MigrationState {
        typed: day.clone().unwrap_or_default(),
        until: day,
        problem: None,
    })
}

/// The first steps; `None` where the person put them away.
pub async fn first_steps(
    perch: &Perch,
    acting: &ActorContext,
) -> Result<Option<Vec<FirstStep>>, Refusal> {
    // For those who set the organization up; others find everything prepared.
    if !acting.can(perch_domain::Action::EditOrigins) {
        return Ok(None);
    }
    let steps = perch.settings.first_steps(acting).await?;
    let step = |title, why, href, done| FirstStep {
        title,
        why,
        href,
        done,
    };
    Ok((!steps.hidden).then(|| {
        vec![
            step(
                "Create an API key",
                "Your backend makes tokens with it.",
                "/account/keys/new",
                steps.has_key,
            ),
            step(
                "List the site that will embed",
                "Components render there and nowhere else.",
                "#origins",
                steps.has_origin,
            ),
            step(
                "Declare what you know about viewers",
                "For example region, so that rules can use it.",
                "#attributes",
                steps.has_attribute,
            ),
            step(
                "Make a sandbox token",
                "To try an embed out without writing code.",
                "#sandbox",
                steps.made_sandbox_token,
            ),
            step(
                "See an embed connect",
                "Ticked once a component on a listed site used a token.",
                "#snippets",
                steps.saw_embed,
            ),
        ]
    }))
}

pub fn new_key(created: &CreatedKey) -> NewKey {
    NewKey {
        name: created.name.clone(),
        secret: created.text.expose().to_owned(),
    }
}
