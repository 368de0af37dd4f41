//! Text inside `<textarea>`. Leptos takes it for raw text and escapes nothing there, so it is escaped here.

/// The content of a `<textarea>` that shows exactly this text. A line break in front is what HTML drops.
pub fn raw_text(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_ends_the_element_or_begins_a_reference() {
        assert_eq!(
            raw_text("</textarea><script>&lt;"),
            "\n&lt;/textarea>&lt;script>&amp;lt;"
        );
        assert_eq!(raw_text("\nkept"), "\n\nkept");
    }
}
