//! The live part of each form: what its page shows first, and what its server function renders anew.

mod attributes;
mod introspection;
mod new_key;
mod origins;
mod personas;
mod refused_sites;
mod sandbox;
mod snippets;

pub use attributes::attributes;
pub use introspection::introspection;
pub use new_key::{created, created_dialog, new_key};
pub use origins::{origins, tester};
pub use refused_sites::refused_sites;
pub use sandbox::{request, sandbox};
pub use snippets::snippets;
