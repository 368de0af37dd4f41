//! Text inside `<textarea>`. Leptos writes such text without escaping it, so it is escaped here.

/// The content of a `<textarea>` that shows exactly this text. HTML drops the line break in front.
pub fn raw_text(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_neither_end_the_element_nor_begin_a_reference() {
        assert_eq!(
            raw_text("</textarea><script>&lt;"),
            "\n&lt;/textarea>&lt;script>&amp;lt;"
        );
        assert_eq!(raw_text("\nkept"), "\n\nkept");
    }
}
