//! What Perch keeps, in `SQLite` or `PostgreSQL`. The only crate that knows SQL.
//!
//! One text of SQL serves both databases wherever it can; every statement on an organization's rows is scoped by its
//! id. Configuration changes go through [`Change`], which cannot be committed without an audit entry.
//!
//! Only `service` (and the server, to open it) may import this crate.

mod access;
mod attribute_usage;
mod attributes;
mod audit;
mod console_sessions;
mod db;
mod error;
mod first_steps;
mod ids;
mod installation;
mod keys;
mod mint_pages;
mod mints;
mod origins;
mod people;
mod personas;
mod refused_requests;
mod revocations;
mod sign_ins;
mod sites;
mod snapshot;

pub use attribute_usage::AttributeUsageRow;
pub use attributes::{AttributeRow, NewAttribute};
pub use audit::{AuditEntry, AuditRow};
pub use console_sessions::ConsoleSession;
pub use db::{Change, Following, Heard, Location, Store};
pub use error::StoreError;
pub use first_steps::FirstStepsRow;
pub use ids::{AttributeId, KeyId, OrganizationId, OriginId, PersonId, PersonaId, SubjectHash};
pub use installation::Installation;
pub use keys::{KeyRow, NewKey, NewSecret, SecretRow};
pub use mint_pages::{FoundMint, MintPage, WantedMints};
pub use mints::{MintRecorder, MintRow};
pub use origins::{NewOrigin, OriginRow};
pub use people::{NewPerson, OrganizationRow, PersonRow};
pub use personas::{NewPersona, PersonaRow};
pub use refused_requests::{MAX_REFUSED_REQUESTS, RefusedRequestRow};
pub use revocations::RevocationRow;
pub use sign_ins::{DeviceOwner, Failures, MAX_DEVICES};
pub use sites::{ConnectedSiteRow, ConnectedSitesPlan, RefusedSiteRow, RefusedSitesPlan};
pub use snapshot::{SecretState, Snapshot};
