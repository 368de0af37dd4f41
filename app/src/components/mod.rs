//! Pieces that pages are made of.

mod confirm;
mod feedback;
mod field;
mod live;
mod paging;
mod raw_text;
mod reading;
mod said;
mod secret;

pub use confirm::{confirm, default_submit};
pub use feedback::{feedback, feedback_or};
pub use field::{Field, checkbox, choice, text_area, text_field};
pub use live::live;
pub use paging::{filter, pages};
pub use raw_text::raw_text;
pub use reading::{reading, record};
pub use said::site_said;
pub use secret::{copy_button, copy_button_of, new_key, token_result};
