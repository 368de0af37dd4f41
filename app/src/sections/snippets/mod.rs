//! Embed snippets: code for the page and the backend, filled in from the sandbox. They have no form and no state of their own.

mod texts;
mod view;

pub use texts::{BACKEND, Filling, PRODUCTION, Snippet, TRYING};
pub use view::snippets;
