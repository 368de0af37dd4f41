//! Pages. Plain HTML from values that were already read; nothing here asks the service.

mod account;
mod asking;
mod embed;
mod end_tokens;
mod errors;
mod message;
mod new_key;
mod password;
mod revoke;
pub mod sections;
mod setup;
mod shell;
mod sign_in;

pub use account::{AccountPage, account};
pub use embed::{EmbedPage, embed};
pub use end_tokens::end_tokens;
pub use errors::errors;
pub use message::message;
pub use new_key::new_key;
pub use password::{PasswordPage, password};
pub use revoke::revoke;
pub use setup::{SetupPage, setup};
pub use shell::{Frame, Head, Theme, Viewer, document, plain};
pub use sign_in::{SignInPage, sign_in, sign_in_link};
