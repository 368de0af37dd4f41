//! Origins: as a header, as something typed, against a list.

use perch_domain::origin::Origin;
use perch_domain::origin_list::{Decision, Environment, Listed, OriginList};

/// The first line asks, the lines after it are listed.
///
/// # Panics
/// If a canonical form is not its own, or a list and the rule written plainly disagree.
pub fn origin(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else {
        return false;
    };
    let mut lines = text.split('\n');
    let asked = lines.next().unwrap_or_default();
    let header = Origin::from_header(asked);
    if let Some(origin) = &header {
        assert_eq!(origin.as_str(), asked, "a header has one form");
        assert!(Origin::is_serialized(asked), "no browser sends {asked:?}");
        assert!(!origin.is_wildcard(), "{asked:?}");
        same_everywhere(origin);
    }
    let typed = Origin::parse_asked(asked).ok().map(|(origin, _)| origin);
    if let Some(origin) = &typed {
        same_everywhere(origin);
        assert_eq!(
            Origin::from_header(origin.as_str()).as_ref(),
            Some(origin),
            "what a browser would send for {asked:?}"
        );
    }
    assert!(
        header.is_none() || header == typed,
        "header and entry differ on {asked:?}"
    );
    let listed: Vec<_> = lines.take(8).filter_map(listed).collect();
    let accepted = typed.is_some() || !listed.is_empty();
    if let Some(asked) = typed {
        decide(&asked, listed);
    }
    accepted
}

/// A text listed, if it may be.
fn listed(line: &str) -> Option<Origin> {
    let hosts = ["intranet.corp".to_owned()];
    let (origin, _) = Origin::parse(line, &hosts).ok()?;
    assert_eq!(
        Origin::parse(origin.as_str(), &hosts),
        Ok((origin.clone(), Vec::new())),
        "listed from {line:?}"
    );
    same_everywhere(&origin);
    assert_eq!(
        Origin::from_header(origin.as_str()).is_some(),
        !origin.is_wildcard(),
        "{origin}"
    );
    Some(origin)
}

/// An accepted origin's text reads back as itself, and its parts make up its text.
fn same_everywhere(origin: &Origin) {
    assert_eq!(
        Origin::from_canonical(origin.as_str()).as_ref(),
        Some(origin)
    );
    let port = origin
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    assert_eq!(
        format!("{}://{}{port}", origin.scheme(), origin.host()),
        origin.as_str()
    );
    assert!(
        origin.as_str().is_ascii()
            && !origin.host().is_empty()
            && !origin.host().contains(['/', '@', ' ', '\\']),
        "{origin}"
    );
}

fn decide(asked: &Origin, listed: Vec<Origin>) {
    let expected = listed.iter().any(|listed| plainly(listed, asked));
    let list = OriginList::new(
        listed
            .into_iter()
            .map(|origin| Listed {
                origin,
                label: String::new(),
                environment: Environment::default(),
            })
            .collect(),
    );
    match list.decide(asked) {
        Decision::Listed(entry) => {
            assert!(
                expected && plainly(&entry.origin, asked),
                "{asked} admitted by {}",
                entry.origin
            );
            assert_eq!(list.find(asked), Some(entry));
        }
        Decision::NotListed { .. } => {
            assert!(!expected && list.find(asked).is_none(), "{asked} refused");
        }
    }
}

/// The rule as a person would say it.
fn plainly(listed: &Origin, asked: &Origin) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (
        listed.host().split('.').collect(),
        asked.host().split('.').collect(),
    );
    let names = one.len() == other.len()
        && one
            .iter()
            .zip(&other)
            .enumerate()
            .all(|(at, (one, other))| (at == 0 && *one == "*") || one == other);
    listed.scheme() == asked.scheme() && listed.port() == asked.port() && names
}
