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
