//! What a person can do about a failed check.

/// What to do, and the place in the console where it is done.
#[derive(Clone, Debug)]
pub struct Fix {
    pub sentence: String,
    pub place: Option<ConsolePlace>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsolePlace {
    Keys,
    Sandbox,
    Attributes,
    /// The form of Authorized Origins with this one filled in.
    AddOrigin(String),
    Origins,
}
