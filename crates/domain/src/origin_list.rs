//! The list of authorized origins and the one matcher: what the runtime decides by is what the tester shows.
//!
//! A site is listed by its own canonical form, or by the wildcard that has `*` in place of its first label. That is two
//! lookups of whole texts, so nothing is ever matched by a part of a name.

use crate::origin::Origin;
use crate::text::Spelling;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt;

/// What an origin is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Test tokens work here.
    #[default]
    Development,
    /// Sandbox tokens are refused.
    Production,
}

impl Environment {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Production => "production",
        }
    }

    /// The word for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Development => "Development",
            Self::Production => "Production",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Development, Self::Production]
            .into_iter()
            .find(|environment| environment.as_str() == text)
    }
}

/// An entry of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub origin: Origin,
    pub label: String,
    pub environment: Environment,
}

/// The authorized origins of an organization. Empty, it admits nobody.
#[derive(Clone, Debug, Default)]
pub struct OriginList {
    entries: Vec<Listed>,
    /// Place in `entries` by canonical form.
    places: HashMap<String, usize>,
}

/// How a site that is not listed misses the entry nearest to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    Scheme,
    Port,
    SchemeAndPort,
    /// The wildcard's own parent: a wildcard stands for one label, not for none.
    Parent,
    /// Two or more labels where the wildcard stands for one.
    Depth,
    /// A subdomain of a listed site.
    Subdomain,
    /// The site that a listed one is a subdomain of.
    Above,
    /// The listed name appears in it, but it belongs to somebody else.
    LookAlike,
    /// A letter or two.
    Spelling,
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scheme => "the scheme differs: one is http, the other https",
            Self::Port => "the port differs",
            Self::SchemeAndPort => "scheme and port differ",
            Self::Parent => {
                "a wildcard stands for one label, so it does not cover the name it stands under"
            }
            Self::Depth => "a wildcard stands for one label, here there are more",
            Self::Subdomain => "this is a subdomain of it, and only the site itself is listed",
            Self::Above => "only this subdomain is listed, not the site above it",
            Self::LookAlike => "the name only looks like it and belongs to somebody else",
            Self::Spelling => "the spelling differs",
        })
    }
}

/// What the matcher says about a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision<'a> {
    Listed(&'a Listed),
    NotListed { nearest: Option<(&'a Listed, Miss)> },
}

/// Entries whose spelling is compared with that of one site, letter by letter. Whoever holds a token can name any site, so the
/// work for each is bounded.
const MAX_COMPARED: usize = 32;

impl OriginList {
    pub fn new(entries: Vec<Listed>) -> Self {
        let places = entries
            .iter()
            .enumerate()
            .map(|(at, entry)| (entry.origin.to_string(), at))
            .collect();
        Self { entries, places }
    }

    pub fn entries(&self) -> &[Listed] {
        &self.entries
    }

    /// The entry that admits this site.
    pub fn find(&self, asked: &Origin) -> Option<&Listed> {
        let at = |origin: &Origin| {
            self.places
                .get(origin.as_str())
                .and_then(|at| self.entries.get(*at))
        };
        if asked.is_wildcard() {
            return None;
        }
        at(asked).or_else(|| asked.covering().as_ref().and_then(at))
    }

    /// [`Self::find`] with, for a site that is not listed, the entry it misses most narrowly.
    pub fn decide(&self, asked: &Origin) -> Decision<'_> {
        match self.find(asked) {
            Some(entry) => Decision::Listed(entry),
            None => Decision::NotListed {
                nearest: self.nearest(asked),
            },
        }
    }

    /// The entry that an unlisted site misses most narrowly.
    pub fn nearest(&self, asked: &Origin) -> Option<(&Listed, Miss)> {
        let misses = self
            .entries
            .iter()
            .filter_map(|entry| miss(&entry.origin, asked).map(|miss| (entry, miss)));
        misses.min_by_key(|(_, miss)| *miss as u8).or_else(|| {
            let spelling = Spelling::of(asked.host())?;
            let alike = self.spelled_alike(&spelling);
            let distances = alike.into_iter().filter_map(|entry| {
                spelling
                    .distance(name(&entry.origin))
                    .map(|distance| (entry, distance))
            });
            distances
                .min_by_key(|(_, distance)| *distance)
                .map(|(entry, _)| (entry, Miss::Spelling))
        })
    }

    /// The entries that may be the site with a letter or two wrong, the likeliest first.
    fn spelled_alike(&self, asked: &Spelling) -> Vec<&Listed> {
        let named = self
            .entries
            .iter()
            .filter(|entry| name(&entry.origin).contains('.'));
        let mut alike: Vec<_> = named
            .filter_map(|entry| {
                asked
                    .least_distance(name(&entry.origin))
                    .map(|least| (least, entry))
            })
            .collect();
        alike.sort_by_key(|(least, _)| *least);
        alike
            .into_iter()
            .take(MAX_COMPARED)
            .map(|(_, entry)| entry)
            .collect()
    }
}

/// The name an entry lists, or stands above where it is a wildcard.
fn name(listed: &Origin) -> &str {
    listed.host().strip_prefix("*.").unwrap_or(listed.host())
}

/// How `asked` misses `listed`, spelling aside; the variants stand in the order of their narrowness. Cheap: it only looks for one
/// name within the other.
fn miss(listed: &Origin, asked: &Origin) -> Option<Miss> {
    let (host, name) = (asked.host(), name(listed));
    let below = host
        .strip_suffix(name)
        .and_then(|front| front.strip_suffix('.'))
        .filter(|front| !front.is_empty());
    let covered = if listed.is_wildcard() {
        below.is_some_and(|front| !front.contains('.'))
    } else {
        host == name
    };
    if covered {
        // Ports that are not written are the schemes' own, so they differ with the scheme and say nothing beside it.
        return match (
            listed.scheme() == asked.scheme(),
            listed.port() == asked.port(),
        ) {
            (true, true) => None,
            (false, true) => Some(Miss::Scheme),
            (true, false) => Some(Miss::Port),
            (false, false) => Some(Miss::SchemeAndPort),
        };
    }
    match (listed.is_wildcard(), below) {
        (true, None) if host == name => Some(Miss::Parent),
        (true, Some(_)) => Some(Miss::Depth),
        (false, Some(_)) => Some(Miss::Subdomain),
        _ if name
            .strip_suffix(host)
            .is_some_and(|front| front.ends_with('.')) =>
        {
            Some(Miss::Above)
        }
        _ if name.contains('.') && host.contains(name) => Some(Miss::LookAlike),
        _ => None,
    }
}

/// Playgrounds whose pages run on another site than the one people see: what to list instead.
///
/// # Returns
/// The name of the playground and the origin that will really ask; the latter is absent where each project has its own.
pub fn playground(origin: &Origin) -> Option<(&'static str, Option<&'static str>)> {
    let host = origin.host();
    let host = host.strip_prefix("www.").unwrap_or(host);
    match host {
        "codepen.io" => Some(("CodePen", Some("https://cdpn.io"))),
        "jsfiddle.net" => Some(("JSFiddle", Some("https://fiddle.jshell.net"))),
        "stackblitz.com" => Some(("StackBlitz", None)),
        "codesandbox.io" => Some(("CodeSandbox", None)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
