//! What is shown once: a new API key, a sandbox token.

use super::{raw_text, reading};
use crate::model::{NewKey, Preview, TokenResult};
use leptos::prelude::*;

/// Copies what the read-only field `target` holds. Hidden until the form is alive: without JavaScript it could do nothing.
pub fn copy_button(target: &'static str) -> AnyView {
    copy_button_of(target.to_owned())
}

/// The same for a target whose id is made.
pub fn copy_button_of(target: String) -> AnyView {
    view! { <span class="copy"><button type="button" class="button" data-copy=target>"Copy"</button><span role="status" class="meta"></span></span> }
        .into_any()
}

fn read_only(
    id: &'static str,
    name: Option<&'static str>,
    label: &'static str,
    value: String,
    rows: &'static str,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea id=id name=name class="mono" readonly rows=rows spellcheck="false">{raw_text(&value)}</textarea>
        </div>
    }
    .into_any()
}

/// A new key's secret with what to do about it.
pub fn new_key(key: NewKey) -> AnyView {
    let line = format!("PERCH_API_KEY={}", key.secret);
    view! {
        <p>"This is the only time the key " <strong><bdi>{key.name}</bdi></strong> " is shown. Store it in a password manager or your backend's secret store."</p>
        {read_only("new-key", None, "API key", key.secret, "2")}
        {copy_button("new-key")}
        <p class="notice caution">"Never put it in a web page or an app: whoever reads it can make tokens for any viewer."</p>
        {read_only("new-key-env", None, "Line for your backend's .env file", line, "2")}
        {copy_button("new-key-env")}
    }
    .into_any()
}

/// A sandbox token and what it says.
pub fn token_result(result: TokenResult, draft: &[String], tag: &'static str) -> AnyView {
    let draft = (!draft.is_empty()).then(|| {
        view! { <p class="notice caution">{format!("Not saved yet under Token Attributes: {}. A token can carry it once it is.", draft.join(", "))}</p> }
    });
    view! {
        <section class="stack result" id="sandbox-result" tabindex="-1" aria-labelledby="sandbox-result-title">
            <h4 id="sandbox-result-title">"Your sandbox token"</h4>
            {draft}
            {read_only("sandbox-token", Some("sandbox-token"), "Token", result.token, "3")}
            <div class="actions">
                {copy_button("sandbox-token")}
                <button type="submit" class="button" name="intent" value="introspect" data-introspect="sandbox-token">"Introspect"</button>
                <a class="button" href="#snippets">"Snippets with this token"</a>
                <span class="meta"><span data-left=result.seconds_left.to_string()>{format!("Lives {}", result.expires_in)}</span>{format!(", {}.", result.size)}</span>
            </div>
            {preview(result.preview, tag)}
            <p class="notice">"This token is for trying things out. In production "<a href="#snippets">"your backend makes tokens by API"</a>"; keep the API key in a password manager, not this token."</p>
            {reading(result.reading)}
        </section>
    }
    .into_any()
}

/// The component itself with this token, in a frame on another host; or a page to try it out elsewhere.
fn preview(preview: Preview, tag: &'static str) -> AnyView {
    match preview {
        Preview::Frame(origin) => view! {
            <section class="stack preview" aria-labelledby="preview-title">
                <h5 id="preview-title">"Preview"</h5>
                <p class="meta">"The component with this token on another site, as far as the browser is concerned: your own sign-in cannot help it."</p>
                <noscript><p class="notice">"The preview needs JavaScript."</p></noscript>
                <iframe id="preview" title="Preview of the component" src=format!("{origin}/") data-tag=tag></iframe>
            </section>
        }
        .into_any(),
        Preview::Page(address) => view! {
            <p class="meta">"To see the component at work, save " <a href=address download="perch-test.html">"a test page"</a> " and put it on a site that is listed above as Development."</p>
        }
        .into_any(),
    }
}
