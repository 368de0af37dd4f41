//! What people see. The browser gets one island, the rules it needs, and the stubs of the server functions; everything
//! that renders or knows the service exists on the server only (`ssr`).
//!
//! A form is plain HTML whose fields are named as the service names them, so that one reading (`forms`) serves the page's
//! own POST and the server function, and a violation finds its field by name.

pub mod api;
pub mod behaviours;
pub mod browser;
pub mod islands;
pub mod literal;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod components;
#[cfg(feature = "ssr")]
pub mod flows;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod present;
#[cfg(feature = "ssr")]
pub mod snippets;

/// The element id of a field by its name; the server writes it, the browser finds it.
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
