//! Asks before a key is revoked.

use super::confirm_page::confirm_page;
use super::shell::Frame;
use crate::sections::words::{counted, when};
use leptos::prelude::*;
use perch_service::{KeyRevocationPreview, LiveTokens};

/// `now` is in Unix seconds.
pub fn revoke(frame: &Frame, preview: KeyRevocationPreview, now: i64) -> AnyView {
    let KeyRevocationPreview { key, live_tokens } = preview;
    let tokens = match live_tokens {
        LiveTokens::Exactly(0) => "It has no live tokens.".to_owned(),
        LiveTokens::Exactly(1) => "1 live token ends at once: whoever looks at an embed with it sees it stop.".to_owned(),
        LiveTokens::Unknown => {
            "Its live tokens end at once: whoever looks at an embed with one of them sees it stop. How many there are is not known: counting them takes too long.".to_owned()
        }
        many => format!("{} end at once: whoever looks at an embed with one of them sees it stop.", counted(many, "live token", true)),
    };
    let used = key.last_used_at.map_or_else(
        || "It was never used.".to_owned(),
        |at| format!("It was last used {}.", when(at, now)),
    );
    let verb = match live_tokens {
        LiveTokens::Exactly(0) => "Revoke key".to_owned(),
        many => format!("Revoke key and end {}", counted(many, "token", false)),
    };
    let title = view! { "Revoke “"<bdi>{key.name.clone()}</bdi>"”" }.into_any();
    let consequence = "Your backend gets API_KEY_REVOKED from then on. This cannot be undone; a new key takes its place.".to_owned();
    confirm_page(
        frame,
        title,
        [format!("{tokens} {used}"), consequence],
        format!("/account/keys/{}/revoke", key.id),
        verb,
    )
}
