//! What sections show: texts only. Times are put into words, ids are written out, nothing is left to compute.

use crate::wire::WireError;

/// A section's outcome as a person sees it after saving.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    pub problem: Option<WireError>,
    /// What was done, such as `Saved 2 changes, 10:02 UTC.`
    pub done: Option<String>,
}

/// Something that is asked once before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirm {
    pub headline: String,
    /// What will change, and what follows.
    pub consequences: Vec<(String, String)>,
    /// The words on the button that does not go ahead.
    pub stay: &'static str,
    /// Name and value of the button that goes ahead, and the verb on it.
    pub field: (&'static str, String),
    pub verb: String,
}

/// Which part of a long list is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paging {
    pub filter: String,
    /// From 1.
    pub page: usize,
    pub pages: usize,
    /// Entries that pass the filter, and all.
    pub found: usize,
    pub total: usize,
}

/// A row of Authorized Origins, as stored or as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginRow {
    pub id: String,
    pub version: String,
    pub origin: String,
    pub label: String,
    pub environment: String,
    pub removed: bool,
    /// What kind of site it is, in a word or two.
    pub note: String,
    /// Who connected by it, and what that suggests.
    pub seen: String,
    /// Who changed it last, and when.
    pub changed: String,
    /// Its values as they were shown, to tell what was touched from what was not; empty for a new row.
    pub was: String,
    /// It differs from what was shown.
    pub unsaved: bool,
    /// What is said about the text that was typed.
    pub said: Option<SiteSaid>,
    /// What somebody else made of it meanwhile.
    pub theirs: Option<String>,
}

/// What is said about a site before it is listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteSaid {
    pub good: bool,
    pub sentences: Vec<String>,
    /// What to add instead, where its pages run elsewhere.
    pub add: Option<String>,
}

/// The form of Authorized Origins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginsState {
    pub rows: Vec<OriginRow>,
    pub paging: Paging,
    /// Lines that could not be turned into rows, and what was wrong with them.
    pub paste: String,
    pub pasted: Vec<(String, SiteSaid)>,
    pub refused_lately: RefusedLately,
    pub confirm: Option<Confirm>,
    pub outcome: Outcome,
}

/// The tester: what was asked, and the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TesterState {
    pub asked: String,
    pub answer: Option<(bool, String, String)>,
}

/// A row of Token Attributes, as stored or as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a box of the form")]
pub struct AttributeRow {
    pub id: String,
    pub version: String,
    pub name: String,
    pub kind: String,
    pub list: bool,
    pub required: bool,
    pub description: String,
    pub example: String,
    pub removed: bool,
    pub changed: String,
    /// Which keys send it, and since when.
    pub used: String,
    /// Its values as they were shown; empty for a new row.
    pub was: String,
    pub unsaved: bool,
    pub theirs: Option<String>,
}

impl OriginRow {
    /// What a person can change of it, as one text.
    pub fn values(&self) -> String {
        serde_json::json!([self.origin, self.label, self.environment]).to_string()
    }
}

impl AttributeRow {
    /// What a person can change of it, as one text.
    pub fn values(&self) -> String {
        serde_json::json!([
            self.name,
            self.kind,
            self.list,
            self.required,
            self.description,
            self.example
        ])
        .to_string()
    }

    /// A row to be filled in.
    pub fn blank() -> Self {
        Self {
            kind: "String".to_owned(),
            ..Self::default()
        }
    }
}

/// An undeclared attribute that was dropped from tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DroppedRow {
    pub name: String,
    pub told: String,
    /// Why it cannot be declared under this name; empty where it can.
    pub fault: String,
}

/// The form of Token Attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributesState {
    pub rows: Vec<AttributeRow>,
    pub paging: Paging,
    pub dropped: Vec<DroppedRow>,
    /// The sample that was pasted, and what could not be read from it.
    pub sample: String,
    pub sampled: Vec<(String, String)>,
    pub confirm: Option<Confirm>,
    pub outcome: Outcome,
}

/// Migration mode: the day it ends, if it is on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MigrationState {
    pub until: Option<String>,
    pub typed: String,
    pub problem: Option<WireError>,
}

/// A declared attribute as the sandbox asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeField {
    pub name: String,
    pub kind: String,
    pub list: bool,
    pub required: bool,
    pub description: String,
    pub value: String,
}

/// A persona in the sandbox's lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonaRow {
    pub id: String,
    pub name: String,
    pub shared: bool,
    /// The owner, where it is somebody else's.
    pub owner: String,
    pub may_edit: bool,
    pub changed: String,
}

/// The request body of a backend, and what it would be told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestView {
    pub body: String,
    /// Empty where a token would be made.
    pub faults: Vec<String>,
}

/// What the sandbox form shows. The pasted key is never among it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SandboxState {
    /// Id and name of the keys that can be chosen.
    pub keys: Vec<(String, String)>,
    pub chosen: String,
    pub embed: String,
    pub distinct_id: String,
    pub role: String,
    pub attributes: Vec<AttributeField>,
    pub context_clues: String,
    /// `model.permission` of every box that is ticked.
    pub permissions: Vec<String>,
    pub lifetime: String,
    pub personas: Vec<PersonaRow>,
    /// The persona the form was filled from.
    pub persona: String,
    pub persona_name: String,
    pub persona_shared: bool,
    pub may_share: bool,
    /// Without a secret in hand only shared personas can be used.
    pub prepared: bool,
    pub request: RequestView,
    /// Attributes that are typed above but not saved.
    pub draft: Vec<String>,
    pub token: Option<TokenResult>,
    pub confirm: Option<Confirm>,
    pub outcome: Outcome,
}

/// A sandbox token, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenResult {
    pub token: String,
    pub token_id: String,
    pub expires_in: String,
    /// Seconds from now.
    pub seconds_left: i64,
    pub size: String,
    pub reading: Reading,
    pub preview: Preview,
}

/// Where a token can be seen at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Preview {
    /// In a frame on this origin.
    Frame(String),
    /// In a page to take along, where the server has no second host for a frame: its address.
    Page(String),
}

impl std::fmt::Debug for TokenResult {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResult")
            .field("token_id", &self.token_id)
            .finish_non_exhaustive()
    }
}

/// A check of the ladder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    pub title: &'static str,
    /// `passed`, `failed`, `not-reached`, `not-asked`; and the word for people.
    pub outcome: &'static str,
    pub word: &'static str,
    pub evidence: String,
    pub fix: String,
    /// Where to do it: address and words of the link.
    pub link: Option<(String, &'static str)>,
    pub code: String,
}

/// What a token says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    pub valid: bool,
    pub verdict: String,
    pub code: String,
    pub fix: String,
    pub link: Option<(String, &'static str)>,
    /// What was left out of what was pasted.
    pub removed: Vec<&'static str>,
    pub ladder: Vec<Check>,
    pub claims: Option<TokenClaims>,
    /// Address of what is known by the token's id alone.
    pub share: String,
    pub endings: Vec<EndingButton>,
}

/// A button that ends tokens: the intent it sends, and its words.
pub type EndingButton = (String, &'static str);

/// What is known by an id alone: of a token, or of a request that was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    pub valid: bool,
    pub verdict: String,
    pub code: String,
    pub fix: String,
    pub link: Option<(String, &'static str)>,
    /// Every check, of a viewer's request.
    pub ladder: Vec<Check>,
    pub title: &'static str,
    pub facts: Vec<(String, String)>,
    /// What it does not tell.
    pub note: &'static str,
    pub endings: Vec<EndingButton>,
}

/// The sites that were refused lately: the latest, and how many there are besides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedLately {
    pub shown: Vec<RefusedSite>,
    pub more: usize,
}

/// A site that was refused lately.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RefusedSite {
    pub origin: String,
    /// How often, to how many, and when last.
    pub told: String,
    /// The entry it misses most narrowly, and that its name is written with other letters.
    pub notes: Vec<String>,
}

/// The introspection form and what it found. The token is shown again, an API key is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IntrospectionState {
    pub pasted: String,
    pub site: String,
    /// Sites to offer.
    pub sites: Vec<String>,
    pub reading: Option<Reading>,
    pub record: Option<Record>,
    pub confirm: Option<Confirm>,
    pub outcome: Outcome,
}

/// The claims of a token whose seal was verified, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenClaims {
    pub user: Vec<(String, String)>,
    pub attributes: Vec<(String, String)>,
    pub permissions: Vec<(String, String)>,
    pub expiration: Vec<(String, String)>,
}

/// A first step: what it is, where it is done, and whether it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstStep {
    pub title: &'static str,
    pub why: &'static str,
    pub href: &'static str,
    pub done: bool,
}

/// A new API key, shown once.
#[derive(Clone, PartialEq, Eq)]
pub struct NewKey {
    pub name: String,
    pub secret: String,
}

impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What the form for a new key shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewKeyState {
    pub form_id: String,
    pub name: String,
    pub expires_on: String,
    pub scopes: Vec<String>,
    pub sandbox_shared: bool,
    pub problem: Option<WireError>,
}
