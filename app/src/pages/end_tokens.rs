//! Asks before the tokens of a key, or of the whole organization, are revoked.

use super::confirm_page::confirm_page;
use super::shell::Frame;
use crate::sections::words::counted;
use leptos::prelude::*;
use perch_service::{LiveTokens, TokenRevocationPreview, TokenSelection};

const STOPS: &str = " Whoever looks at an embed sees it stop within a second, and go on where its page fetches a new token.";

pub fn end_tokens(frame: &Frame, preview: TokenRevocationPreview) -> AnyView {
    let (action, title, what) = match preview.ending {
        TokenSelection::Key(key) => (
            format!("/account/keys/{key}/end-tokens"),
            format!("End the tokens of “{}”", preview.whose),
            "The key itself goes on: your backend makes new tokens with it.",
        ),
        _ => (
            "/account/end-tokens".to_owned(),
            "End every token of the organization".to_owned(),
            "The keys go on: backends make new tokens with them. Sign-ins to this console are not touched.",
        ),
    };
    let (count, verb) = match preview.live_tokens {
        LiveTokens::Exactly(0) => (
            "There are no live tokens.".to_owned(),
            "End tokens".to_owned(),
        ),
        LiveTokens::Exactly(1) => (
            format!("1 live token ends.{STOPS}"),
            "End 1 token".to_owned(),
        ),
        LiveTokens::Unknown => (
            format!(
                "All live tokens end. How many there are is not known: counting them takes too long.{STOPS}"
            ),
            "End all tokens".to_owned(),
        ),
        many => (
            format!("{} end.{STOPS}", counted(many, "live token", true)),
            format!("End {}", counted(many, "token", false)),
        ),
    };
    confirm_page(
        frame,
        view! { <bdi>{title}</bdi> }.into_any(),
        [count, format!("{what} This cannot be undone.")],
        action,
        verb,
    )
}
