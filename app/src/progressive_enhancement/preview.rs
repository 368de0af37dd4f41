//! The preview of a component in a frame.

use crate::browser::by_id;
use leptos::prelude::document;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Event, HtmlIFrameElement, HtmlTextAreaElement, MessageEvent};

/// Hands the new token to the preview once the preview is ready. Another page in the frame gets nothing, because only the
/// preview's own origin receives the message.
pub fn hand_over(event: &Event) -> Option<()> {
    let event = event.dyn_ref::<MessageEvent>()?;
    let frame: HtmlIFrameElement = by_id("preview")?;
    let origin = frame.src().trim_end_matches('/').to_owned();
    let root = document().document_element()?;
    if event.origin() != origin {
        return None;
    }
    let token: HtmlTextAreaElement = by_id("sandbox-token")?;
    let text = format!(
        "{}\n{}\n{}",
        frame.get_attribute("data-tag")?,
        root.get_attribute("data-theme").unwrap_or_default(),
        token.value()
    );
    frame
        .content_window()?
        .post_message(&text.into(), &origin)
        .ok()
}
