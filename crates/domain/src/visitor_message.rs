//! What a component says to the visitor of somebody's page: neutral, because the visitor can change nothing, with the code and
//! the reasons for the developer elsewhere. The script's own table, `public/embed/codes.js`, is written from here.

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

    /// Codes that the script decides itself, so that it needs their sentences for the developer; the others come with theirs.
    const DECIDED_IN_THE_BROWSER: [Code; 5] = [
        Code::TokenMissing,
        Code::TokenExpired,
        Code::TokenNotRenewed,
        Code::ServerUnreachable,
        Code::OriginNotAuthorized,
    ];

    /// The text of `public/embed/codes.js`.
    fn script() -> String {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        let said = VisitorMessage::ALL
            .map(|said| format!("  [{}, {}],\n", text(said.sentence()), said.retry_helps()))
            .concat();
        let about = Code::ALL
            .iter()
            .map(|code| (code, VisitorMessage::about(*code)))
            .filter(|(_, said)| *said != VisitorMessage::NotShown)
            .map(|(code, said)| format!("  {}: {},\n", code.as_str(), said as u8))
            .collect::<Vec<_>>()
            .concat();
        let decided = DECIDED_IN_THE_BROWSER
            .map(|code| {
                format!(
                    "  {}: [{}, {}],\n",
                    code.as_str(),
                    text(code.message()),
                    text(code.fix())
                )
            })
            .concat();
        format!(
            "// Written from the registry of codes (crates/domain); a test there keeps it true. Do not edit.\n\n\
             /** What a visitor reads, and whether trying again can help. @type {{[string, boolean][]}} */\nexport const SAID = [\n{said}];\n\n\
             /** Which of them is said about a code; the second about every other. @type {{Record<string, number>}} */\nexport const ABOUT = {{\n{about}}};\n\n\
             /** What a developer reads about the codes that are decided here: what is wrong, and what to do.\n * @type {{Record<string, [string, string]>}} */\nexport const DECIDED = {{\n{decided}}};\n"
        )
    }

    #[test]
    fn the_script_has_the_registrys_sentences() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../public/embed/codes.js");
        let written = std::fs::read_to_string(file).unwrap_or_default();
        if written != script() {
            std::fs::write(file, script()).unwrap();
            panic!(
                "public/embed/codes.js did not say what the registry says; it is written anew, commit it"
            );
        }
    }
}
