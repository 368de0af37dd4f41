//! The sentence and the fix for input that is not a complete token of this organization.

use crate::tokens::fix::{ConsolePlace, Fix};
use perch_domain::text;
use perch_domain::token_input::{Missing, NotAToken};

/// What the text is, in a sentence, and what to do about it.
pub(super) fn describe(foreign: &NotAToken) -> (String, Option<Fix>) {
    let count = |missing: Missing| match missing {
        Missing::Exactly(1) => "1 character is".to_owned(),
        Missing::Exactly(many) => format!("{many} characters are"),
        Missing::AtLeast(least) => format!(
            "at least {} {}",
            text::count(least, "character"),
            if least == 1 { "is" } else { "are" }
        ),
    };
    let again =
        "Copy the whole token again with its Copy button; a double click selects only a part.";
    let ours = "Use a token that a key of your organization made.";
    let (evidence, sentence) = match foreign {
        NotAToken::EndMissing(missing) => (
            format!("The end is cut off: {} missing.", count(*missing)),
            again,
        ),
        NotAToken::BeginningMissing(missing) => (
            format!("The beginning is cut off: {} missing.", count(*missing)),
            again,
        ),
        NotAToken::TooLong(extra) => (
            format!(
                "Something was added at the end: {}.",
                text::count(*extra, "character")
            ),
            again,
        ),
        NotAToken::Damaged => (
            "Something inside it is missing, added or changed.".to_owned(),
            again,
        ),
        NotAToken::Signed { algorithm } => (
            format!(
                "This is a signed token ({algorithm}) of another system: it has three parts, a token from here has five."
            ),
            ours,
        ),
        NotAToken::OtherKey { key_id } => (
            format!(
                "It names the key {key_id}, which is no key of your organization: it comes from another installation or organization."
            ),
            ours,
        ),
        NotAToken::OtherSystem {
            algorithm,
            encryption,
        } => (
            format!(
                "This is an encrypted token of another system (alg {algorithm:?}, enc {encryption:?})."
            ),
            ours,
        ),
        NotAToken::ApiKey { .. } => (
            "This is an API key, not a token.".to_owned(),
            "Keep API keys on your backend.",
        ),
        NotAToken::Nothing => (
            "This is no token: a token has five parts with dots between them and begins with eyJ."
                .to_owned(),
            again,
        ),
    };
    (
        evidence,
        Some(Fix {
            sentence: sentence.to_owned(),
            place: Some(ConsolePlace::Sandbox).filter(|_| sentence == ours),
        }),
    )
}
