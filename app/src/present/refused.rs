//! What was refused: sites, and requests by the id their caller was told.

use super::introspection::check;
use super::when;
use crate::model::{Check, Record, RefusedLately, RefusedSite};
use perch_domain::{Code, time};
use perch_service::{ActorContext, Perch, Refusal, RefusedRequest, RefusedSiteView};

/// The sites that were refused lately.
pub async fn refused_sites(perch: &Perch, acting: &ActorContext) -> Result<RefusedLately, Refusal> {
    let now = perch.system.now().div_euclid(1_000);
    let refused = perch.activity.refused_sites(acting).await?;
    Ok(RefusedLately {
        shown: refused
            .shown
            .into_iter()
            .map(|site| refused_site(site, now))
            .collect(),
        more: refused.more,
    })
}

fn refused_site(site: RefusedSiteView, now: i64) -> RefusedSite {
    let viewers = if site.viewers == 1 {
        "1 viewer".to_owned()
    } else {
        format!("{} viewers", site.viewers)
    };
    let times = if site.refusals == 1 {
        "once".to_owned()
    } else {
        format!("{} times", site.refusals)
    };
    let nearest = site
        .nearest
        .map(|(entry, miss)| format!("Nearest listed: {entry}; {miss}."));
    let international = site.international.then(|| {
        "Browsers may show this name with other letters; xn-- is how it is really written."
            .to_owned()
    });
    RefusedSite {
        told: format!(
            "{viewers}, {times}, last {}",
            time::relative(site.last_at, now)
        ),
        notes: nearest.into_iter().chain(international).collect(),
        origin: site.origin,
    }
}

/// A request that was refused. `now` in Unix milliseconds.
pub fn refused_request(request: RefusedRequest, acting: &ActorContext, now: i64) -> Record {
    let ladder: Vec<Check> = request
        .checks
        .into_iter()
        .map(|step| check(step, acting))
        .collect();
    let failed = ladder.iter().find(|check| !check.code.is_empty()).cloned();
    let (verdict, fix, link) = match failed {
        Some(failed) => (failed.evidence, failed.fix, failed.link),
        None => (
            request.code.message().to_owned(),
            request.code.fix().to_owned(),
            None,
        ),
    };
    let told = |name: &str, text: String| (!text.is_empty()).then(|| (name.to_owned(), text));
    let facts = [
        told("Request", request.route),
        told("When", when(request.at, now.div_euclid(1_000))),
        told("Site", request.origin),
        told("API key", request.key),
        told("Faults", request.faults.join(", ")),
        told(
            "Token id",
            request
                .token_id
                .map(|id| id.to_string())
                .unwrap_or_default(),
        ),
        told("Request id", request.request_id.to_string()),
    ];
    Record {
        verdict,
        code: request.code.as_str().to_owned(),
        fix,
        link,
        ladder,
        title: "What was refused",
        facts: facts.into_iter().flatten().collect(),
        note: "The token itself and what it carries are not kept.",
        ..Record::default()
    }
}

/// What a code means, for a reference that is one: where nothing reached the server there is no request to be found.
pub fn code(code: Code) -> Record {
    Record {
        verdict: code.message().to_owned(),
        code: code.as_str().to_owned(),
        fix: code.fix().to_owned(),
        title: "What usually leads to it",
        facts: vec![("Cause".to_owned(), code.cause().to_owned())],
        note: "The browser decided this by itself; the server knows of no request.",
        ..Record::default()
    }
}
