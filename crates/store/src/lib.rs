//! What Perch keeps, in `SQLite` or `PostgreSQL`. The only crate that knows SQL.
//!
//! One text of SQL serves both databases wherever it can; every statement on an organization's rows is scoped by its
//! id. Configuration changes go through [`Change`], which cannot be committed without an audit entry.
//!
//! Only `service` (and the server, to open it) may import this crate.

mod access;
mod attributes;
mod audit;
mod db;
mod fault;
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
mod sessions;
mod sign_ins;
mod sites;
mod snapshot;
mod uses;

pub use attributes::{AttributeRow, NewAttribute};
pub use audit::{AuditEntry, AuditRow};
pub use db::{Change, Following, Heard, Location, Store};
pub use fault::StoreFault;
pub use first_steps::FirstStepsRow;
pub use ids::{AttributeId, KeyId, OrganizationId, OriginId, PersonId, PersonaId, SubjectHash};
pub use installation::Installation;
pub use keys::{KeyRow, NewKey, NewSecret, SecretRow};
pub use mint_pages::{FoundMint, MintPage, WantedMints};
pub use mints::{MintRecorder, MintRow};
pub use origins::{NewOrigin, OriginRow};
pub use people::{NewPerson, OrganizationRow, PersonRow};
pub use personas::{NewPersona, PersonaRow};
pub use refused_requests::{MOST_REFUSED_REQUESTS, RefusedRequestRow};
pub use revocations::RevocationRow;
pub use sessions::SessionRow;
pub use sign_ins::{DeviceOwner, Failures, MOST_DEVICES};
pub use sites::{ConnectedSiteRow, ConnectedSitesPlan, RefusedSiteRow, RefusedSitesPlan};
pub use snapshot::{SecretState, Snapshot};
pub use uses::UseRow;
