//! The interactive part of the console.

mod live_form;

pub use live_form::{FormKind, LiveForm};
