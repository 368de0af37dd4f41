//! The rules of Perch: what an origin, an attribute, a permission, a key and a claim are, and who may do what.
//!
//! Everyone may import this crate. It has no I/O, no clock and no randomness: whatever a rule needs to know is an
//! argument. It compiles to WebAssembly, so the console shows the very rules the service enforces.

pub mod access;
pub mod api_key;
pub mod attribute;
pub mod check;
pub mod claims;
pub mod code;
pub mod json;
pub mod lifetime;
pub mod mint_request;
pub mod origin;
pub mod origin_list;
pub mod permission;
pub mod refusal;
pub mod revoke_request;
pub mod sample;
pub mod text;
pub mod time;
pub mod token_input;
pub mod visitor_message;

pub use access::{Action, Actor, ConsoleRole, authorize};
pub use code::{Code, ViolationCode};
pub use refusal::{Refusal, Violation};
