//! Phrases that several sections and pages use.

use perch_domain::time;
use perch_service::{ActorContext, LiveTokens};

/// `3 minutes ago, 20 Nov 2026, 10:02 UTC`. Times are Unix seconds.
pub fn when(at: i64, now: i64) -> String {
    format!("{}, {}", time::relative(at, now), time::readable(at))
}

/// `1 token`, `more than 10,000 tokens`; `all tokens` if they could not be counted. `first` begins a sentence.
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

/// The sentence after a list was saved. `now` is in Unix seconds.
pub fn saved(acting: &ActorContext, changed: usize, now: i64) -> String {
    let at = time::readable(now);
    match changed {
        0 => "Nothing had changed.".to_owned(),
        1 => format!("Saved 1 change by {}, {at}.", acting.name),
        several => format!("Saved {several} changes by {}, {at}.", acting.name),
    }
}
