//! The use cases of Perch: one function for each thing a person or a machine can ask for.
//!
//! Console, REST and command line call the functions here and nothing below them, so a rule exists once. Each function
//! that acts for somebody asks `perch_domain::authorize` first, and answers with a value or a [`Refusal`] that may be
//! shown as it is.

mod acting;
mod ambient;
mod attributes;
mod doctor;
mod edits;
mod fault;
mod introspect;
mod keys;
mod memory;
mod mint;
mod origins;
mod password;
mod people;
mod perch;
mod proof;
mod sandbox;
mod setup;
mod sign_in;
mod tokens;
mod upkeep;

pub use acting::{Acting, RequestInfo};
pub use ambient::{Clock, Entropy};
#[cfg(feature = "testing")]
pub use ambient::{CountedEntropy, ManualClock};
pub use attributes::{AttributeEdit, AttributeView};
pub use doctor::Finding;
pub use introspect::{ActiveToken, Reading, TokenView};
pub use keys::{CreatedKey, KeyState, KeyView, NewKeyForm, RevocationPreview};
pub use mint::Minted;
pub use origins::{Environment, OriginEdit, OriginView};
pub use people::{NewPersonForm, OrganizationChoice};
pub use perch::{Perch, PerchParts, StartFault};
pub use perch_domain::Refusal;
pub use perch_jwe::{MasterKeyFault, MasterKeys};
pub use perch_store::{AttributeId, KeyId, OrganizationId, OriginId, PersonId};
pub use proof::KeyHolder;
pub use sandbox::{SandboxForm, SandboxKey, SandboxKeyView};
pub use setup::{OneTimeSecret, SetupForm};
pub use sign_in::{SignInForm, SignedIn};
