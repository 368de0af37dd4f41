//! The use cases of Perch: one function for each thing a person or a machine can ask for.
//!
//! The console, the REST handlers and the command line call the functions here and nothing below them, so a rule exists
//! once. Each function that acts for somebody asks `perch_domain::authorize` first, and answers with a value or with a
//! [`Refusal`] that may be shown as it is.
//!
//! Folders are nouns, in this order: `config`, `activity`, `api_keys`, `tokens`, `settings`, `sandbox`, `people`,
//! `runtime`. A folder imports only the folders before it; [`Perch`] joins them all.

mod activity;
mod actor_context;
mod api_keys;
mod caller;
mod config;
mod error;
mod people;
mod perch;
mod ports;
mod runtime;
mod sandbox;
mod settings;
mod tokens;

pub use activity::live_tokens::LiveTokens;
pub use activity::refused_sites::{RefusedSiteView, RefusedSites};
pub use actor_context::{ActorContext, RequestInfo};
pub use api_keys::authenticate::AuthenticatedKey;
pub use api_keys::manage::{
    CreatedKey, KeyRevocationPreview, KeyState, KeyView, NewKeyForm, OrganizationKeys,
};
pub use api_keys::rate_limits::Limits;
pub use caller::{BearerCredential, Call, Caller};
pub use error::Error;
pub use people::access::{LeftKey, PersonAccess};
pub use people::manage::{NewPersonForm, OrganizationChoice};
pub use people::one_time_secret::OneTimeSecret;
pub use people::own_password::{Continued, OwnPasswordForm};
pub use people::setup::SetupForm;
pub use people::sign_in::{SignInForm, SignedIn};
pub use perch::{Perch, PerchParts, StartError};
pub use perch_domain::Refusal;
pub use perch_domain::origin_list::Environment;
pub use perch_jwe::{MasterKeyError, MasterKeys};
pub use perch_store::{AttributeId, KeyId, OrganizationId, OriginId, PersonId, PersonaId};
pub use ports::{Clock, Entropy};
#[cfg(feature = "testing")]
pub use ports::{CountedEntropy, ManualClock};
pub use runtime::doctor::Finding;
pub use sandbox::generate::{RequestPreview, SandboxForm, SandboxKey, SandboxKeyView};
pub use sandbox::personas::{PersonaForm, PersonaView, ViewerForm};
pub use settings::attribute_impact::{
    AttributeImpact, AttributeReport, DroppedAttribute, UsageByKey,
};
pub use settings::attributes::{AttributeEdit, AttributeView};
pub use settings::first_steps::FirstSteps;
pub use settings::origin_check::{
    CanonicalOrigin, OriginOutcome, OriginReading, OriginVerdict, PlaygroundOrigin,
};
pub use settings::origins::{OriginEdit, OriginView};
pub use tokens::Tokens;
pub use tokens::checks::CheckResult;
pub use tokens::fix::{ConsolePlace, Fix};
pub use tokens::inspect::{TokenInspection, TokenRecord};
pub use tokens::introspect::ActiveToken;
pub use tokens::issue::Minted;
pub use tokens::refused_request::RefusedRequest;
pub use tokens::revoke::{TokenRevocationPreview, TokenSelection};
pub use tokens::session::{Connection, EmbedSession};
pub use tokens::token_view::TokenView;
