use super::*;

fn canonical(typed: &str) -> Result<String, OriginError> {
    Origin::parse(typed, &["intranet.corp".to_owned()]).map(|(origin, _)| origin.to_string())
}

#[test]
fn what_is_typed_becomes_what_browsers_send() {
    for (typed, origin) in [
        ("https://codepen.io", "https://codepen.io"),
        (" HTTPS://App.Example.COM/ ", "https://app.example.com"),
        (
            "app.example.com/dashboards?x=1#y",
            "https://app.example.com",
        ),
        ("https://app.example.com:443", "https://app.example.com"),
        (
            "https://app.example.com:8443/x",
            "https://app.example.com:8443",
        ),
        ("http://localhost:80", "http://localhost"),
        ("http://127.0.0.1:5173", "http://127.0.0.1:5173"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://intranet.corp:8080", "http://intranet.corp:8080"),
        ("https://[2001:DB8:0:0::1]", "https://[2001:db8::1]"),
        ("https://[::ffff:1.2.3.4]", "https://[::ffff:102:304]"),
        ("https://*.example.com", "https://*.example.com"),
        ("https://example.com.", "https://example.com"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("https://10.0.0.1", "https://10.0.0.1"),
        ("https://host:", "https://host"),
        ("localhost:3000/x", "http://localhost:3000"),
        ("[::1]:3000", "http://[::1]:3000"),
        ("127.0.0.1", "http://127.0.0.1"),
    ] {
        assert_eq!(canonical(typed).as_deref(), Ok(origin), "{typed}");
        assert_eq!(
            canonical(origin).as_deref(),
            Ok(origin),
            "{origin} is its own form"
        );
    }
}

#[test]
fn what_would_admit_strangers_is_refused_with_the_reason() {
    use OriginError::{Empty, Everything, Null, Port, UserInfo, Wildcard};
    for (typed, fault) in [
        ("", Empty),
        ("null", Null),
        ("*", Everything),
        ("https://ada@example.com", UserInfo),
        ("https://*", Wildcard),
        ("https://*.com", Wildcard),
        ("http://*.localhost", Wildcard),
        ("https://a.*.com", Wildcard),
        ("https://*.*.example.com", Wildcard),
        ("https://*a.example.com", Wildcard),
        ("https://example.com:0", Port),
        ("https://example.com:65536", Port),
        ("https://example.com:8a", Port),
    ] {
        assert_eq!(canonical(typed), Err(fault), "{typed}");
    }
    for typed in [
        "http://example.com",
        "ftp://example.com",
        "https://exa mple.com",
        "https://-a.com",
        "https://a..b",
        "https://1.2.3",
        "https://0x7f.1",
        "https://[::g]",
        "javascript://x",
    ] {
        assert!(canonical(typed).is_err(), "{typed}");
    }
}

#[test]
#[cfg(feature = "tables")]
fn names_and_suffixes_by_their_tables() {
    assert_eq!(
        canonical("https://bücher.example"),
        Ok("https://xn--bcher-kva.example".into())
    );
    for suffix in ["co.uk", "github.io", "vercel.app"] {
        assert_eq!(
            canonical(&format!("https://*.{suffix}")),
            Err(OriginError::PublicSuffix(suffix.into()))
        );
    }
    assert!(canonical("https://*.example.co.uk").is_ok());
}

#[test]
fn the_short_way_and_the_long_way_agree() {
    let runner = &mut proptest::test_runner::TestRunner::new(
        proptest::test_runner::Config::with_cases(50_000),
    );
    let long = |text: &str| {
        Origin::read(text)
            .ok()
            .filter(|(origin, adjusted)| adjusted.is_empty() && origin.text == text)
            .map(|(origin, _)| origin)
    };
    let same = |text: String| {
        if let Some(short) = Origin::plain(&text) {
            assert_eq!(Some(short), long(&text), "{text}");
        }
        Ok(())
    };
    runner
        .run(
            &"(https|http|ftp)://[a-z0-9-]{0,4}(\\.[a-z0-9A-Z_*-]{0,4}){0,3}(:[0-9]{0,5})?/?",
            same,
        )
        .unwrap();
    for text in [
        "https://app.example.com",
        "http://localhost",
        "https://xn--bcher-kva.example",
    ] {
        assert_eq!(Origin::plain(text), long(text), "{text}");
        assert!(Origin::plain(text).is_some());
    }
    for text in [
        "https://1.2.3.4",
        "https://a.0x7f",
        "https://*.example.com",
        "https://a.test:443",
        "https://A.test",
        "https://a..test",
        "https://",
    ] {
        assert_eq!(Origin::plain(text), None, "{text}");
    }
}

#[test]
fn adjustments_are_told() {
    let (_, adjusted) = Origin::parse("app.example.com./x", &[]).unwrap();
    assert_eq!(
        adjusted,
        [
            Adjustment::SchemeAdded,
            Adjustment::PathDropped,
            Adjustment::TrailingDotDropped
        ]
    );
}

#[test]
fn origins_of_browsers_are_known_by_their_form() {
    for origin in [
        "https://app.test",
        "http://[::1]:3000",
        "chrome-extension://abc",
        "app://-",
        "https://app.test.",
        "moz-extension://0a-1b",
    ] {
        assert!(Origin::is_serialized(origin), "{origin}");
    }
    for none in [
        "null",
        "",
        "https://",
        "://a",
        "https://a/",
        "https://a?b",
        "https://a b",
        "https://u@a",
        "1a://b",
        "HTTPS://a",
        "https://a,https://b",
        "https://é",
    ] {
        assert!(!Origin::is_serialized(none), "{none}");
    }
}
