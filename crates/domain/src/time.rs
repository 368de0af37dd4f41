//! Times as people and programs read them. Inside, a time is Unix milliseconds or, in a token, Unix seconds.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

/// RFC 3339 in UTC to the second, such as `2026-11-20T10:30:00Z`.
pub fn rfc3339(unix_seconds: i64) -> String {
    moment(unix_seconds).format(&Rfc3339).unwrap_or_default()
}

/// For people, such as `20 Nov 2026, 10:30 UTC`.
pub fn readable(unix_seconds: i64) -> String {
    let form =
        format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute] UTC");
    moment(unix_seconds).format(form).unwrap_or_default()
}

fn moment(unix_seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(unix_seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// `3 minutes ago` or `in 42 minutes`, seen from `now`; both in Unix seconds.
pub fn relative(unix_seconds: i64, now: i64) -> String {
    let distance = now.saturating_sub(unix_seconds);
    let size = distance.unsigned_abs();
    let (count, unit) = match size {
        0..60 => return "just now".to_owned(),
        60..3_600 => (size / 60, "minute"),
        3_600..172_800 => (size / 3_600, "hour"),
        _ => (size / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if distance > 0 {
        format!("{count} {unit}{plural} ago")
    } else {
        format!("in {count} {unit}{plural}")
    }
}

/// Whether the text is a date (`YYYY-MM-DD`) or a moment (RFC 3339, section 5.6).
pub fn is_date(text: &str) -> bool {
    let day = format_description!("[year]-[month]-[day]");
    (text.len() == 10 && time::Date::parse(text, day).is_ok())
        || OffsetDateTime::parse(text, &Rfc3339).is_ok()
}

/// The first second of a day written `YYYY-MM-DD`, in UTC.
pub fn day_start(text: &str) -> Option<i64> {
    let day = time::Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
    Some(day.midnight().assume_utc().unix_timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_promised() {
        assert_eq!(rfc3339(1_795_170_600), "2026-11-20T10:30:00Z");
        assert_eq!(readable(1_795_170_600), "20 Nov 2026, 10:30 UTC");
        assert_eq!(relative(1_000, 1_000 + 180), "3 minutes ago");
        assert_eq!(relative(1_000 + 3_600, 1_000), "in 1 hour");
        assert_eq!(day_start("2026-11-20"), Some(1_795_132_800));
    }

    #[test]
    fn dates_are_days_or_moments() {
        for good in [
            "2026-02-28",
            "2026-11-20T10:30:00Z",
            "2026-11-20T10:30:00.5+02:00",
        ] {
            assert!(is_date(good), "{good}");
        }
        for bad in [
            "2026-02-30",
            "20-11-2026",
            "2026-11-20 10:30",
            "2026-11-20T10:30:00",
            "",
            "yesterday",
        ] {
            assert!(!is_date(bad), "{bad}");
        }
    }
}
