//! The console's pages, and what the browser runs of them.
//!
//! The browser gets one island, the conveniences of `progressive_enhancement`, and `client`. Everything that renders or calls the
//! service is compiled for the server only (feature `ssr`), which keeps the WebAssembly small. Only the crates `perch` and
//! `perch-frontend` may import this crate, and `perch-fuzz` its form readers.
//!
//! A form is plain HTML. Its fields have the names that the service uses, so that a violation finds its field by name.

pub mod browser;
pub mod client;
pub mod islands;
pub mod json_for_raw_string;
pub mod progressive_enhancement;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod sections;

/// The element id for a field's name. The server writes it, the browser finds it.
pub fn field_id(name: &str) -> String {
    name.chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect()
}
