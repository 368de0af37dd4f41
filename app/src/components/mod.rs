//! Pieces that pages are made of.

mod feedback;
mod field;
mod live;
mod reading;
mod secret;

pub use feedback::feedback;
pub use field::{checkbox, choice, text_area, text_field, Field};
pub use live::live;
pub use reading::reading;
pub use secret::{copy_button, new_key, token_result};
