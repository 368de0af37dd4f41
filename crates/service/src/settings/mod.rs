//! What an organization decides about its embeds: origins, attributes, migration mode.

pub(crate) mod attribute_impact;
pub(crate) mod attributes;
pub(crate) mod first_steps;
pub(crate) mod list_edits;
pub(crate) mod migration_mode;
pub(crate) mod origin_check;
pub(crate) mod origins;
