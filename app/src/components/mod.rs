//! Pieces that sections and pages are made of. They import nothing of sections or pages.

mod confirm;
mod copy;
mod feedback;
mod field;
mod origin_feedback;
mod paging;
mod raw_text;

pub use confirm::{Confirm, default_submit};
pub use copy::{copy_button, copy_button_of, read_only};
pub use feedback::{Outcome, feedback, feedback_or};
pub use field::{Field, checkbox, choice, text_area, text_field};
pub use origin_feedback::{OriginFeedback, origin_feedback};
pub use paging::{Paging, filter, pages};
