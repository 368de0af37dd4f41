//! The use cases of Perch: one function for each thing a person or a machine can ask for.
//!
//! Console, REST and command line call the functions here and nothing below them, so a rule exists once. Each function
//! that acts for somebody asks `perch_domain::authorize` first, and answers with a value or a [`Refusal`] that may be
//! shown as it is.

mod acting;
mod ambient;
mod attempts;
mod attributes;
mod config;
mod connect;
mod connected_sites;
mod consequences;
mod devices;
mod doctor;
mod edits;
mod fault;
mod first_steps;
mod introspect;
mod keys;
mod ladder;
mod limits;
mod live_tokens;
mod migration;
mod mint;
mod origins;
mod password;
mod people;
mod perch;
mod personas;
mod proof;
mod reading;
mod refused_requests;
mod refused_sites;
mod request_body;
mod revocation_bounds;
mod revocations;
mod revoke;
mod sandbox;
mod setup;
mod sightings;
mod sign_in;
mod site_test;
mod tokens;
mod upkeep;
mod uses;

pub use acting::{Acting, RequestInfo};
pub use ambient::{Clock, Entropy};
#[cfg(feature = "testing")]
pub use ambient::{CountedEntropy, ManualClock};
pub use attributes::{AttributeEdit, AttributeView};
pub use connect::{Admitted, Call, Caller, Presented, Session};
pub use consequences::{AttributeUse, Consequence, DroppedAttribute};
pub use doctor::Finding;
pub use first_steps::FirstSteps;
pub use introspect::ActiveToken;
pub use keys::{CreatedKey, KeyState, KeyView, NewKeyForm, RevocationPreview};
pub use ladder::{Fix, Place, Step};
pub use limits::Limits;
pub use live_tokens::LiveTokens;
pub use mint::Minted;
pub use origins::{OriginEdit, OriginView};
pub use people::{
    Continued, LeftKey, NewPersonForm, OrganizationChoice, OwnPasswordForm, PersonAccess,
};
pub use perch::{Perch, PerchParts, StartFault};
pub use perch_domain::Refusal;
pub use perch_domain::origin_list::Environment;
pub use perch_jwe::{MasterKeyFault, MasterKeys};
pub use perch_store::{AttributeId, KeyId, OrganizationId, OriginId, PersonId, PersonaId};
pub use personas::{PersonaForm, PersonaView, ViewerForm};
pub use proof::KeyHolder;
pub use reading::{Reading, TokenRecord, TokenView};
pub use refused_requests::RefusedRequest;
pub use refused_sites::{RefusedSiteView, RefusedSites};
pub use revoke::{Ending, EndingPreview};
pub use sandbox::{RequestPreview, SandboxForm, SandboxKey, SandboxKeyView};
pub use setup::{OneTimeSecret, SetupForm};
pub use sign_in::{SignInForm, SignedIn};
pub use site_test::{Instead, SiteForm, SiteOutcome, SiteReading, SiteVerdict};
