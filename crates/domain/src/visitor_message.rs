//! The sentences that a component shows to a visitor when a code ends its connection. They stay neutral, because a visitor cannot
//! fix the cause; the developer gets code and reason in the browser's console. A test here generates the component's own table,
//! `components/embed/failure/codes.ts`.

use crate::Code;

/// What a visitor reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VisitorMessage {
    Ended,
    NotShown,
    NotHere,
    NoAccess,
    Unreachable,
}

impl VisitorMessage {
    pub const ALL: [Self; 5] = [
        Self::Ended,
        Self::NotShown,
        Self::NotHere,
        Self::NoAccess,
        Self::Unreachable,
    ];

    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Ended => "This view has ended. Reload the page or sign in again.",
            Self::NotShown => "This content cannot be shown. Tell whoever runs this site.",
            Self::NotHere => "This content is not available on this site.",
            Self::NoAccess => "You have no access to this content.",
            Self::Unreachable => "This content cannot be reached right now.",
        }
    }

    /// Whether trying again can help without anybody changing anything.
    pub const fn retry_helps(self) -> bool {
        matches!(self, Self::Ended | Self::Unreachable)
    }

    /// What is said about a code.
    pub const fn about(code: Code) -> Self {
        match code {
            Code::TokenExpired
            | Code::TokenRevoked
            | Code::TokenNotYetValid
            | Code::TokenNotRenewed => Self::Ended,
            Code::OriginMissing
            | Code::OriginNotAuthorized
            | Code::SandboxTokenOnProductionOrigin => Self::NotHere,
            Code::PermissionMissing => Self::NoAccess,
            Code::TooManyRequests
            | Code::Internal
            | Code::Unavailable
            | Code::ServerUnreachable => Self::Unreachable,
            _ => Self::NotShown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Codes that the script decides itself, so that it needs their texts for the developer. The server sends the texts of the
    /// others.
    const DECIDED_IN_THE_BROWSER: [Code; 5] = [
        Code::TokenMissing,
        Code::TokenExpired,
        Code::TokenNotRenewed,
        Code::ServerUnreachable,
        Code::OriginNotAuthorized,
    ];

    /// The text of `components/embed/failure/codes.ts`.
    fn script() -> String {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let names = VisitorMessage::ALL
            .map(|said| format!("  {said:?},\n"))
            .concat();
        let said = VisitorMessage::ALL
            .map(|said| format!("  [{}, {}],\n", text(said.sentence()), said.retry_helps()))
            .concat();
        let about = Code::ALL
            .iter()
            .map(|code| (code, VisitorMessage::about(*code)))
            .filter(|(_, said)| *said != VisitorMessage::NotShown)
            .map(|(code, said)| format!("  {}: VisitorMessage.{said:?},\n", code.as_str()))
            .collect::<Vec<_>>()
            .concat();
        let decided = DECIDED_IN_THE_BROWSER
            .map(|code| {
                format!(
                    "  {}: [\n    {},\n    {},\n  ],\n",
                    code.as_str(),
                    text(code.message()),
                    text(code.fix())
                )
            })
            .concat();
        format!(
            "// Generated from the registry of codes by a test in crates/domain. Do not edit.\n\n\
             /** Which sentence a visitor reads. */\n\
             export const enum VisitorMessage {{\n{names}}}\n\n\
             /** The sentence of each, and whether trying again can help. */\n\
             export const VISITOR_MESSAGES: [string, boolean][] = [\n{said}];\n\n\
             /** The visitor's message for a code; `NotShown` for every other code. */\n\
             export const VISITOR_MESSAGE_OF: Record<string, VisitorMessage> = {{\n{about}}};\n\n\
             /** The texts for developers of the codes that the script decides itself: what is wrong, and the fix. */\n\
             export const DEVELOPER_TEXTS: Record<string, [string, string]> = {{\n{decided}}};\n"
        )
    }

    #[test]
    fn the_script_has_the_registrys_sentences() {
        let file = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../components/embed/failure/codes.ts"
        );
        let written = std::fs::read_to_string(file).unwrap_or_default();
        if written != script() {
            std::fs::write(file, script()).unwrap();
            panic!(
                "components/embed/failure/codes.ts differed from the registry and was written again; commit it"
            );
        }
    }
}
