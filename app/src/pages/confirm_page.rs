//! Asks once before keys or tokens are revoked: the consequences, and Cancel in focus.

use super::shell::Frame;
use leptos::prelude::*;

/// `action` is the path that going ahead posts to; `verb` is the label of its button.
pub(super) fn confirm_page(
    frame: &Frame,
    title: AnyView,
    paragraphs: [String; 2],
    action: String,
    verb: String,
) -> AnyView {
    let content = view! {
        <header class="page-header"><p class="crumb"><a href="/account#api-keys">"API Keys"</a></p><h1>{title}</h1></header>
        <div class="sections">
            <section class="card">
                {paragraphs.map(|text| view! { <p>{text}</p> }).collect_view()}
                <form method="post" action=action class="actions">
                    <a class="button" href="/account#api-keys" autofocus>"Cancel"</a>
                    <button type="submit" class="button danger">{verb}</button>
                </form>
            </section>
        </div>
    };
    frame.around(content.into_any())
}
