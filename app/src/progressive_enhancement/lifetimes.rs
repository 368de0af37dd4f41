//! The remaining lifetimes of tokens on the page.

use crate::browser::all;

/// Shows every remaining lifetime. Call this every second.
pub fn count_down() {
    // Whole seconds, because formatting fractions would make the WebAssembly larger.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the seconds since 1970 fit"
    )]
    let now = (js_sys::Date::now() / 1_000.0) as i64;
    for place in all("[data-left]") {
        let attribute = |name: &str| {
            place
                .get_attribute(name)
                .and_then(|text| text.parse::<i64>().ok())
        };
        let ends = attribute("data-ends").unwrap_or_else(|| {
            let ends = now + attribute("data-left").unwrap_or_default();
            let _ = place.set_attribute("data-ends", &ends.to_string());
            ends
        });
        let left = ends - now;
        let text = match left {
            ..1 => "Expired".to_owned(),
            1..60 => format!("Expires in {left} s"),
            60..3_600 => format!("Expires in {} min {:02} s", left / 60, left % 60),
            _ => format!("Expires in {} h {:02} min", left / 3_600, left % 3_600 / 60),
        };
        place.set_text_content(Some(&text));
    }
}
