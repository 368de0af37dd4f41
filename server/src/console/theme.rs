//! The colours, kept in a cookie so that the first paint is right.

use super::current_user::MaybeUser;
use super::form_body::PublicFormBody;
use super::render::see_other;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use perch_app::pages::Theme;
use std::sync::Arc;

pub(crate) async fn choose(
    State(state): State<Arc<AppState>>,
    _: MaybeUser,
    PublicFormBody(form): PublicFormBody,
) -> Response {
    let theme = Theme::parse(&form.value("theme"));
    let mut response = see_other(local_path(&form.value("return")));
    let secure = if state.public_address.is_https() {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!(
        "perch-theme={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly{secure}",
        theme.as_str()
    );
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// A path of this console, or the start: never another site.
pub(super) fn local_path(path: &str) -> &str {
    // Browsers drop tabs and line breaks from addresses and take a backslash for a slash.
    let local = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    if local { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_console_are_followed() {
        assert_eq!(local_path("/account"), "/account");
        for foreign in [
            "//evil.test",
            "https://evil.test",
            "/\\evil.test",
            "",
            "/a\r\nx",
            "/\t/evil.test",
            "/\u{1}",
        ] {
            assert_eq!(local_path(foreign), "/", "{foreign:?}");
        }
    }
}
