//! Pieces that pages are made of.

mod feedback;
mod field;
mod live;
mod raw_text;
mod reading;
mod secret;

pub use feedback::feedback;
pub use field::{Field, checkbox, choice, text_area, text_field};
pub use live::live;
pub use raw_text::raw_text;
pub use reading::reading;
pub use secret::{copy_button, new_key, token_result};
