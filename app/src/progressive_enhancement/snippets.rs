//! Keeps the snippets up to date.

use crate::browser::{all, by_id, text_of};
use crate::json_for_raw_string::json_for_raw_string;
use web_sys::{Element, HtmlTextAreaElement};

/// Puts the token, the request and the component into the snippets.
pub fn fill() {
    let token = by_id::<HtmlTextAreaElement>("sandbox-token").map(|field| field.value());
    let body = by_id::<Element>("request-body")
        .map(|place| text_of(&place))
        .unwrap_or_default();
    let tag = all("input[name=embed]:checked")
        .first()
        .and_then(|choice| choice.get_attribute("data-tag"));
    for place in all("[data-fill]") {
        let text = match place
            .get_attribute("data-fill")
            .unwrap_or_default()
            .as_str()
        {
            "token" => token.clone(),
            "tag" => tag.clone(),
            "body" => Some(json_for_raw_string(&body, false)),
            _ => Some(json_for_raw_string(&body, true)),
        };
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            place.set_text_content(Some(&text));
        }
    }
}
