//! How long a token lives.

use crate::json::{Json, Kind};

/// Seconds. The shortest that may be asked for.
pub const MIN: u32 = 60;
/// Seconds. What a request that does not ask gets.
pub const DEFAULT: u32 = 3_600;
/// Seconds. No organization can allow more.
pub const MAX: u32 = 86_400;

const UNITS: [(char, u32); 4] = [('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];

/// Reads `"90s"`, `"30m"`, `"1h"`, `"1d"`. `None` where it cannot be read; bounds are the caller's.
pub fn parse(text: &str) -> Option<u64> {
    let unit = text.chars().next_back()?;
    let digits = text.strip_suffix(unit)?;
    let factor = UNITS.iter().find(|(letter, _)| *letter == unit)?.1;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u64>().ok()?.checked_mul(u64::from(factor))
}

/// Reads `expiresIn`: text with a unit, or whole seconds.
pub(crate) fn from_json(json: Json<'_>) -> Option<u64> {
    match json.kind() {
        Kind::Text => parse(&json.text()?),
        Kind::Number => u64::try_from(json.integer()?).ok(),
        _ => None,
    }
}

/// In the largest unit that is exact: `1h`, `90m`, `61s`.
pub fn print(seconds: u32) -> String {
    UNITS
        .iter()
        .find(|(_, factor)| seconds >= *factor && seconds.is_multiple_of(*factor))
        .map_or_else(
            || format!("{seconds}s"),
            |(unit, factor)| format!("{}{unit}", seconds / factor),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_prints_the_promised_forms() {
        for (text, seconds, printed) in [
            ("90s", 90, "90s"),
            ("30m", 1_800, "30m"),
            ("1h", 3_600, "1h"),
            ("1d", 86_400, "1d"),
            ("61s", 61, "61s"),
            ("90m", 5_400, "90m"),
            ("3600s", 3_600, "1h"),
        ] {
            assert_eq!(parse(text), Some(seconds), "{text}");
            assert_eq!(print(u32::try_from(seconds).unwrap()), printed);
        }
        for bad in [
            "",
            "h",
            "1",
            "1 h",
            "-1h",
            "1.5h",
            "1w",
            "+1h",
            "99999999999999999999d",
            "1H",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
