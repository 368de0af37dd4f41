//! Renders a sandbox token, which is shown once.

use super::embed_kind::EmbedKind;
use super::state::{SandboxToken, TokenPreview};
use crate::components::{copy_button, read_only};
use crate::sections::introspection::token_report::token_report;
use leptos::prelude::*;

/// The token with its report. `unsaved` names attributes that the token cannot carry yet.
pub fn token_result(result: SandboxToken, unsaved: &[String], embed: EmbedKind) -> AnyView {
    let unsaved = (!unsaved.is_empty()).then(|| {
        view! { <p class="notice caution">{format!("Not saved yet under Token Attributes: {}. A token can carry it once it is.", unsaved.join(", "))}</p> }
    });
    view! {
        <section class="stack result" id="sandbox-result" tabindex="-1" aria-labelledby="sandbox-result-title">
            <h4 id="sandbox-result-title">"Your sandbox token"</h4>
            {unsaved}
            {read_only("sandbox-token", Some("sandbox-token"), "Token", result.token, "3")}
            <div class="actions">
                {copy_button("sandbox-token")}
                <button type="submit" class="button" name="intent" value="introspect" data-introspect="sandbox-token">"Introspect"</button>
                <a class="button" href="#snippets">"Snippets with this token"</a>
                <span class="meta"><span data-left=result.seconds_left.to_string()>{format!("Lives {}", result.expires_in)}</span>{format!(", {}.", result.size)}</span>
            </div>
            {preview(result.preview, embed.tag())}
            <p class="notice">"This token is for trying things out. In production "<a href="#snippets">"your backend makes tokens by API"</a>"; keep the API key in a password manager, not this token."</p>
            {token_report(result.report)}
        </section>
    }
    .into_any()
}

/// The component with this token, in a frame on another host; or a test page to download.
fn preview(preview: TokenPreview, tag: &'static str) -> AnyView {
    match preview {
        TokenPreview::Frame(origin) => view! {
            <section class="stack preview" aria-labelledby="preview-title">
                <h5 id="preview-title">"Preview"</h5>
                <p class="meta">"The component with this token on another site, as far as the browser is concerned: your own sign-in cannot help it."</p>
                <noscript><p class="notice">"The preview needs JavaScript."</p></noscript>
                <iframe id="preview" title="Preview of the component" src=format!("{origin}/") data-tag=tag></iframe>
            </section>
        }
        .into_any(),
        TokenPreview::TestPage(address) => view! {
            <p class="meta">"To see the component at work, save " <a href=address download="perch-test.html">"a test page"</a> " and put it on a site that is listed above as Development."</p>
        }
        .into_any(),
    }
}
