//! Small rules about text that a person or program sends.

use crate::ViolationCode;
use crate::refusal::Violations;

/// One line of text a person typed: trimmed, within `max` Unicode scalar values, free of control characters.
pub fn line(
    faults: &mut Violations,
    field: &str,
    what: &str,
    text: &str,
    max: usize,
    required: bool,
) -> String {
    let text = text.trim();
    if required && text.is_empty() {
        faults.add(field, ViolationCode::Required, format!("Enter {what}."));
    } else if text.chars().count() > max {
        faults.add(
            field,
            ViolationCode::TooLong,
            format!("Use at most {max} characters for {what}."),
        );
    } else if text.chars().any(char::is_control) {
        faults.add(
            field,
            ViolationCode::InvalidValue,
            format!("Control characters cannot be used in {what}."),
        );
    }
    text.to_owned()
}

/// An email address, only as far as sign-in needs it: one `@` with something on both sides, lower case, no blanks.
pub fn email(faults: &mut Violations, field: &str, text: &str) -> String {
    let text = line(faults, field, "an email address", text, 254, true).to_lowercase();
    let shaped = text
        .split_once('@')
        .is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
    if !text.is_empty() && (!shaped || text.contains(char::is_whitespace)) {
        faults.add(
            field,
            ViolationCode::InvalidValue,
            "Enter an email address such as ada@example.com.",
        );
    }
    text
}

/// A new password: long enough to resist guessing, short enough to hash. Nothing else is asked of it.
pub fn new_password(faults: &mut Violations, field: &str, text: &str) {
    match text.chars().count() {
        0 => faults.add(field, ViolationCode::Required, "Choose a password."),
        1..12 => faults.add(
            field,
            ViolationCode::InvalidValue,
            "Use at least 12 characters; a sentence works well.",
        ),
        513.. => faults.add(field, ViolationCode::TooLong, "Use at most 512 characters."),
        _ => {}
    }
}

/// The name in `known` that `text` was probably meant to be.
pub fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = Spelling::of(text)?;
    let distances = known
        .into_iter()
        .filter_map(|name| wanted.distance(name).map(|distance| (distance, name)));
    distances
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// A text that may be a name with a letter or two wrong.
#[derive(Clone, Debug)]
pub struct Spelling {
    text: String,
    /// How often each byte is in it.
    letters: [u8; 256],
}

impl Spelling {
    /// Absent for a text so long that it was not mistyped; comparing it would cost time that a caller chooses.
    pub fn of(text: &str) -> Option<Self> {
        if text.len() > 64 {
            return None;
        }
        let text = text.to_lowercase();
        let letters = letters(&text);
        Some(Self { text, letters })
    }

    /// Letters between it and a name (Damerau-Levenshtein); none where they are too many for a slip.
    pub fn distance(&self, name: &str) -> Option<usize> {
        let near = 1 + name.chars().count() / 4;
        Some(strsim::damerau_levenshtein(
            &self.text,
            &name.to_lowercase(),
        ))
        .filter(|distance| *distance <= near)
    }

    /// What [`Self::distance`] is at least, for little work and only for ASCII names: letters that the one has and the other has
    /// not. None where that is too many already.
    pub fn least_distance(&self, name: &str) -> Option<usize> {
        let near = 1 + name.len() / 4;
        if name.len().abs_diff(self.text.len()) > near {
            return None;
        }
        let (mut more, mut fewer) = (0usize, 0usize);
        for (own, other) in self.letters.iter().zip(letters(name)) {
            more += usize::from(own.saturating_sub(other));
            fewer += usize::from(other.saturating_sub(*own));
        }
        Some(more.max(fewer)).filter(|least| *least <= near)
    }
}

fn letters(text: &str) -> [u8; 256] {
    let mut letters = [0u8; 256];
    for byte in text.bytes() {
        if let Some(count) = letters.get_mut(usize::from(byte)) {
            *count = count.saturating_add(1);
        }
    }
    letters
}

/// Two letters for a profile button: the initials of the first and last word.
pub fn initials(name: &str) -> String {
    let mut words = name
        .split_whitespace()
        .filter_map(|word| word.chars().next());
    let first = words.next();
    let last = words.next_back().or_else(|| {
        name.split_whitespace()
            .next()
            .and_then(|word| word.chars().nth(1))
    });
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

/// A number with its noun: `1 origin`, `3 origins`.
pub fn count(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_found_and_strangers_are_not() {
        let known = ["region", "department", "tier"];
        assert_eq!(nearest("regoin", known), Some("region"));
        assert_eq!(nearest("Region", known), Some("region"));
        assert_eq!(nearest("teir", known), Some("tier"));
        assert_eq!(nearest("colour", known), None);
        let asked = Spelling::of("exmaple.com").unwrap();
        assert_eq!(
            (
                asked.distance("example.com"),
                asked.least_distance("example.com")
            ),
            (Some(1), Some(0))
        );
        assert_eq!(
            (
                asked.distance("sample.org"),
                asked.least_distance("sample.org")
            ),
            (None, None)
        );
    }

    #[test]
    fn initials_are_two_letters_where_there_are_two() {
        assert_eq!(initials("Ada Lovelace"), "AL");
        assert_eq!(initials("Ada King Lovelace"), "AL");
        assert_eq!(initials("ada"), "AD");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn every_fault_of_an_email_is_one_sentence() {
        for bad in ["", "ada", "@x", "a@", "a b@c", "a@b@c"] {
            let mut faults = Violations::default();
            email(&mut faults, "email", bad);
            assert!(!faults.is_empty(), "{bad:?} must be refused");
        }
    }
}
