//! A page with one message: what happened, why, and what to do.

use crate::wire::WireError;
use leptos::prelude::*;

pub fn message(title: String, problem: WireError, fix: String) -> AnyView {
    view! {
        <h1>{title}</h1>
        <p class="lead">{problem.message}</p>
        <p>{fix}</p>
        <p class="meta">"Code " <a href=format!("/docs/errors#{}", problem.code)><code>{problem.code.clone()}</code></a> ", request " <code>{problem.request_id}</code></p>
        <p><a href="/">"Go to the console"</a></p>
    }
    .into_any()
}
