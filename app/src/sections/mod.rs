//! The sections of console pages, a folder or file for each. Only the server compiles them.
//!
//! A section is a type that implements [`section::Section`]: `state` is what its view shows, `fields` reads its form, `read`
//! and `submit` ask the service, `view` renders. A section of the settings page has a line in `registry` and a place in
//! `pages/settings`. Pages and the server import sections; a section imports another one only downwards (`sandbox` shows
//! what `introspection` finds).

pub mod attributes;
pub mod fields;
pub mod first_steps;
pub mod introspection;
mod list_edit;
mod list_part;
pub mod live;
pub mod migration_mode;
pub mod new_key;
pub mod origins;
pub mod reader;
pub mod registry;
pub mod sandbox;
pub mod section;
pub mod server_function;
pub mod snippets;
pub mod words;
