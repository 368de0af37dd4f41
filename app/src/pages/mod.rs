//! Pages: plain HTML from values that were read before. Nothing here calls the service.

mod account;
mod confirm_page;
mod end_tokens;
mod errors;
mod message;
mod new_key;
mod password;
mod revoke;
mod settings;
mod setup;
mod shell;
mod sign_in;

pub use account::{AccountPage, account};
pub use end_tokens::end_tokens;
pub use errors::errors;
pub use message::message;
pub use new_key::new_key;
pub use password::{PasswordPage, password};
pub use revoke::revoke;
pub use settings::{Installation, settings};
pub use setup::{SetupPage, setup};
pub use shell::{Frame, Head, SignedInUser, Theme, document, plain};
pub use sign_in::{SignInPage, sign_in, sign_in_link};
