//! The interactive part of the console: one island. Only this folder and `progressive_enhancement` use `client`.

mod form;
mod live_form;

pub use live_form::LiveForm;
