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
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(origins: &[&str]) -> OriginList {
        let entry = |text: &&str| Listed {
            origin: Origin::parse(text, &[]).unwrap().0,
            label: String::new(),
            environment: Environment::default(),
        };
        OriginList::new(origins.iter().map(entry).collect())
    }

    fn told(origins: &[&str], asked: &str) -> String {
        match list(origins).decide(&Origin::parse_asked(asked).unwrap().0) {
            Decision::Listed(entry) => format!("by {}", entry.origin),
            Decision::NotListed {
                nearest: Some((entry, miss)),
            } => format!("{miss:?} {}", entry.origin),
            Decision::NotListed { nearest: None } => "no".to_owned(),
        }
    }

    #[test]
    fn the_deciding_entry_or_the_nearest_miss() {
        let listed = [
            "https://app.example.com",
            "https://*.shop.test:8443",
            "http://localhost:5173",
            "https://münchen.example",
        ];
        for (asked, answer) in [
            (
                "https://APP.example.com:443/x",
                "by https://app.example.com",
            ),
            ("app.example.com.", "by https://app.example.com"),
            ("https://eu.shop.test:8443", "by https://*.shop.test:8443"),
            (
                "https://xn--mnchen-3ya.example",
                "by https://xn--mnchen-3ya.example",
            ),
            ("http://app.example.com", "Scheme https://app.example.com"),
            (
                "https://app.example.com:444",
                "Port https://app.example.com",
            ),
            ("https://eu.shop.test", "Port https://*.shop.test:8443"),
            ("http://localhost", "Port http://localhost:5173"),
            (
                "http://app.example.com:8080",
                "SchemeAndPort https://app.example.com",
            ),
            ("https://shop.test:8443", "Parent https://*.shop.test:8443"),
            (
                "https://a.b.shop.test:8443",
                "Depth https://*.shop.test:8443",
            ),
            (
                "https://x.app.example.com",
                "Subdomain https://app.example.com",
            ),
            ("https://example.com", "Above https://app.example.com"),
            (
                "https://app.example.com.evil.test",
                "LookAlike https://app.example.com",
            ),
            (
                "https://evil-app.example.com",
                "LookAlike https://app.example.com",
            ),
            (
                "https://evil-shop.test:8443",
                "LookAlike https://*.shop.test:8443",
            ),
            (
                "https://app.exmaple.com",
                "Spelling https://app.example.com",
            ),
            ("https://other.org", "no"),
        ] {
            assert_eq!(told(&listed, asked), answer, "{asked}");
        }
        assert_eq!(
            told(&[], "https://app.example.com"),
            "no",
            "an empty list admits nobody"
        );
    }

    #[test]
    fn few_spellings_are_compared_and_the_nearest_is_among_them() {
        let many: Vec<_> = (0..1_000)
            .map(|at| format!("https://customer-{at:04}.example.com"))
            .collect();
        let many = list(&many.iter().map(String::as_str).collect::<Vec<_>>());
        // All of them have the same letters but for four, so no cheap look tells them apart from what was meant.
        let asked = Origin::parse_asked("https://custmoer-0817.example.com")
            .unwrap()
            .0;
        let compared = many.spelled_alike(&Spelling::of(asked.host()).unwrap());
        assert_eq!(compared.len(), MAX_COMPARED);
        assert_eq!(
            many.nearest(&asked)
                .map(|(entry, miss)| (entry.origin.to_string(), miss)),
            Some(("https://customer-0817.example.com".into(), Miss::Spelling))
        );
        // Nothing is compared with what is too long to be a slip of the hand.
        assert!(Spelling::of(&"a".repeat(65)).is_none());
    }

    #[test]
    fn headers_are_origins_in_their_one_form_or_nothing() {
        for good in [
            "https://app.example.com",
            "http://app.example.com:8080",
            "capacitor://localhost",
            "https://[::1]:3000",
        ] {
            assert!(Origin::from_header(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "null",
            "*",
            "https://App.example.com",
            "https://app.example.com/",
            "https://app.example.com.",
            "https://app.example.com:443",
            "app.example.com",
            " https://app.example.com",
            "https://*.example.com",
            "https://a@b",
            "https://münchen.example",
            "https://app.example.com https://b.test",
            "file://",
        ] {
            assert!(Origin::from_header(bad).is_none(), "{bad:?}");
        }
    }

    /// Names from few letters, so that equal, nested and look-alike ones are common.
    fn host() -> impl Strategy<Value = String> {
        prop::collection::vec("[ab]{1,2}|evil|ü", 1..5)
            .prop_map(|labels| format!("{}.test", labels.join(".")))
    }

    fn written() -> impl Strategy<Value = String> {
        (
            "(https://|http://|HTTPS://)?",
            host(),
            "\\.?(:443|:80|:8443)?",
            "(/|/x\\?y)?",
        )
            .prop_map(|(scheme, host, end, path)| format!("{scheme}{host}{end}{path}"))
    }

    fn entry() -> impl Strategy<Value = String> {
        (any::<bool>(), host(), "(:8443)?").prop_map(|(wildcard, host, port)| {
            format!("https://{}{host}{port}", if wildcard { "*." } else { "" })
        })
    }

    /// The rule once more, written as a person would say it, to hold the matcher against.
    fn plainly(listed: &Origin, asked: &Origin) -> bool {
        let labels = |origin: &Origin| {
            origin
                .host()
                .split('.')
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let (listed_labels, asked_labels) = (labels(listed), labels(asked));
        let same_place = listed.scheme() == asked.scheme() && listed.port() == asked.port();
        let same_names = listed_labels.len() == asked_labels.len()
            && listed_labels
                .iter()
                .zip(&asked_labels)
                .all(|(listed, asked)| listed == "*" || listed == asked);
        same_place && same_names
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(100_000))]

        #[test]
        #[cfg(feature = "tables")]
        fn matcher_and_tester_agree_and_wildcards_never_cross_a_label(entries in prop::collection::vec(entry(), 0..4), asked in written()) {
            let entries: Vec<_> = entries.iter().filter_map(|text| Origin::parse(text, &[]).ok()).map(|(origin, _)| origin).collect();
            let listed = entries.iter().map(|origin| Listed { origin: origin.clone(), label: String::new(), environment: Environment::default() });
            let list = OriginList::new(listed.collect());
            let asked = Origin::parse_asked(&asked).unwrap().0;
            // The runtime reads the header a browser would send for what the tester was asked.
            let header = Origin::from_header(&asked.to_string()).unwrap();
            let by_runtime = list.find(&header).map(|entry| &entry.origin);
            let by_tester = match list.decide(&asked) {
                Decision::Listed(entry) => Some(&entry.origin),
                Decision::NotListed { .. } => None,
            };
            prop_assert_eq!(by_runtime, by_tester);
            prop_assert_eq!(by_runtime.is_some(), entries.iter().any(|entry| plainly(entry, &asked)));
        }

        #[test]
        #[cfg(feature = "tables")]
        fn the_canonical_form_is_its_own(typed in written()) {
            let first = Origin::parse_asked(&typed).unwrap().0;
            let (again, adjusted) = Origin::parse_asked(&first.to_string()).unwrap();
            prop_assert_eq!(&first, &again);
            prop_assert!(adjusted.is_empty());
        }

        #[test]
        fn nothing_a_person_can_type_panics(typed in ".{0,60}") {
            if let Ok((origin, _)) = Origin::parse(&typed, &[]) {
                prop_assert_eq!(Origin::parse(&origin.to_string(), &[]).map(|(again, _)| again), Ok(origin));
            }
        }
    }
}
