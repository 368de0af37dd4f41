//! Who may do what: one table that every service function asks before it does anything.

use crate::{Code, Refusal};
use serde::{Deserialize, Serialize};

/// What a person may do in the console. A viewer's role inside a token is another thing: [`crate::claims::ViewerRole`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConsoleRole {
    Admin,
    Maker,
    Explorer,
}

impl ConsoleRole {
    pub const ALL: [Self; 3] = [Self::Admin, Self::Maker, Self::Explorer];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Maker => "maker",
            Self::Explorer => "explorer",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str().eq_ignore_ascii_case(text))
    }
}

/// What a program holding an API key may do with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scopes {
    pub mint: bool,
    pub introspect: bool,
    pub revoke: bool,
}

impl Scopes {
    pub const ALL: Self = Self {
        mint: true,
        introspect: true,
        revoke: true,
    };

    /// The stored form: names separated by blanks.
    pub fn to_text(self) -> String {
        let named = [
            ("mint", self.mint),
            ("introspect", self.introspect),
            ("revoke", self.revoke),
        ];
        named
            .iter()
            .filter(|(_, held)| *held)
            .map(|(name, _)| *name)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Reads the stored form; an unknown name grants nothing.
    pub fn from_text(text: &str) -> Self {
        let has = |name| text.split(' ').any(|word| word == name);
        Self {
            mint: has("mint"),
            introspect: has("introspect"),
            revoke: has("revoke"),
        }
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    Person(ConsoleRole),
    /// A program that proved to hold an API key.
    Key(Scopes),
    /// Whoever runs commands on the server itself.
    Operator,
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    SeeSettings,
    EditOrigins,
    EditAttributes,
    CreateKey,
    SeeOwnKeys,
    SeeAllKeys,
    RevokeOwnKey,
    RevokeAnyKey,
    /// A sandbox token with a key whose secret is in hand: the secret is the right.
    SandboxWithPastedKey,
    /// A sandbox token with a key of one's own.
    SandboxWithOwnKey,
    /// A sandbox token with someone else's key that was opened for the sandbox.
    SandboxWithSharedKey,
    /// The same, but only as a shared persona.
    SandboxAsSharedPersona,
    /// Letting others use a key in the sandbox.
    ShareOwnKey,
    ShareAnyKey,
    SavePersona,
    SharePersona,
    EditAnyPersona,
    ReadToken,
    /// Ending tokens of one's own keys, or that one made in the sandbox.
    RevokeOwnTokens,
    RevokeAnyTokens,
    AddPerson,
    SignOutEverywhere,
    /// A one-time link for somebody locked out.
    OpenSignInLink,
    DeactivatePerson,
    ReactivatePerson,
    ChangeRole,
    /// A new password for somebody else, without the old one.
    SetPassword,
    ChangeOwnPassword,
    Mint,
    IntrospectByKey,
    RevokeByKey,
}

impl Action {
    pub const ALL: [Self; 31] = [
        Self::SeeSettings,
        Self::EditOrigins,
        Self::EditAttributes,
        Self::CreateKey,
        Self::SeeOwnKeys,
        Self::SeeAllKeys,
        Self::RevokeOwnKey,
        Self::RevokeAnyKey,
        Self::SandboxWithPastedKey,
        Self::SandboxWithOwnKey,
        Self::SandboxWithSharedKey,
        Self::SandboxAsSharedPersona,
        Self::ShareOwnKey,
        Self::ShareAnyKey,
        Self::SavePersona,
        Self::SharePersona,
        Self::EditAnyPersona,
        Self::ReadToken,
        Self::RevokeOwnTokens,
        Self::RevokeAnyTokens,
        Self::AddPerson,
        Self::SignOutEverywhere,
        Self::OpenSignInLink,
        Self::DeactivatePerson,
        Self::ReactivatePerson,
        Self::ChangeRole,
        Self::SetPassword,
        Self::ChangeOwnPassword,
        Self::Mint,
        Self::IntrospectByKey,
        Self::RevokeByKey,
    ];
}

/// The table. Whatever is not named is denied.
pub fn allows(actor: Actor, action: Action) -> bool {
    use Action::{
        AddPerson, ChangeOwnPassword, ChangeRole, CreateKey, DeactivatePerson, EditAttributes,
        EditOrigins, IntrospectByKey, Mint, OpenSignInLink, ReactivatePerson, ReadToken,
        RevokeAnyKey, RevokeByKey, RevokeOwnKey, RevokeOwnTokens, SandboxAsSharedPersona,
        SandboxWithOwnKey, SandboxWithPastedKey, SandboxWithSharedKey, SavePersona, SeeOwnKeys,
        SeeSettings, SetPassword, ShareOwnKey, SharePersona, SignOutEverywhere,
    };
    match actor {
        Actor::Person(ConsoleRole::Admin) => !matches!(
            action,
            OpenSignInLink | SetPassword | Mint | IntrospectByKey | RevokeByKey
        ),
        Actor::Person(ConsoleRole::Maker) => matches!(
            action,
            SeeSettings
                | CreateKey
                | SeeOwnKeys
                | RevokeOwnKey
                | SandboxWithPastedKey
                | SandboxWithOwnKey
                | SandboxWithSharedKey
                | SandboxAsSharedPersona
                | ShareOwnKey
                | SavePersona
                | SharePersona
                | ReadToken
                | RevokeOwnTokens
                | SignOutEverywhere
                | ChangeOwnPassword
        ),
        // An Explorer without a secret in hand is whom others prepared.
        Actor::Person(ConsoleRole::Explorer) => {
            matches!(
                action,
                SeeSettings
                    | SandboxWithPastedKey
                    | SandboxAsSharedPersona
                    | SavePersona
                    | ReadToken
                    | RevokeOwnTokens
                    | SignOutEverywhere
                    | ChangeOwnPassword
            )
        }
        Actor::Key(scopes) => match action {
            Mint => scopes.mint,
            IntrospectByKey => scopes.introspect,
            RevokeByKey => scopes.revoke,
            _ => false,
        },
        Actor::Operator => matches!(
            action,
            EditOrigins
                | EditAttributes
                | CreateKey
                | RevokeAnyKey
                | AddPerson
                | OpenSignInLink
                | DeactivatePerson
                | ReactivatePerson
                | ChangeRole
                | SetPassword
        ),
    }
}

/// Lets the actor do it, or refuses with the code that fits who asked.
pub fn authorize(actor: Actor, action: Action) -> Result<(), Refusal> {
    match (allows(actor, action), actor) {
        (true, _) => Ok(()),
        (false, Actor::Key(_)) => Err(Code::ApiKeyScopeMissing.into()),
        (false, _) => Err(Code::RoleNotAllowed.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_table() {
        let row = |actor| {
            Action::ALL
                .map(|action| if allows(actor, action) { 'x' } else { '.' })
                .iter()
                .collect::<String>()
        };
        assert_eq!(
            row(Actor::Person(ConsoleRole::Admin)),
            "xxxxxxxxxxxxxxxxxxxxxx.xxx.x..."
        );
        assert_eq!(
            row(Actor::Person(ConsoleRole::Maker)),
            "x..xx.x.xxxxx.xx.xx..x.....x..."
        );
        assert_eq!(
            row(Actor::Person(ConsoleRole::Explorer)),
            "x.......x..x..x..xx..x.....x..."
        );
        assert_eq!(row(Actor::Operator), ".xxx...x............x.xxxxx....");
        assert_eq!(
            row(Actor::Key(Scopes::ALL)),
            "............................xxx"
        );
        assert_eq!(
            row(Actor::Key(Scopes::default())),
            "..............................."
        );
    }

    #[test]
    fn scopes_survive_storage() {
        assert_eq!(Scopes::from_text(&Scopes::ALL.to_text()), Scopes::ALL);
        assert_eq!(Scopes::from_text("admin everything"), Scopes::default());
    }
}
