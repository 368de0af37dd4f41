//! Renders the form of Token Introspection, and the report about a token.

use super::state::IntrospectionState;
use super::token_report::{lookup_report, token_report};
use crate::components::{Field, default_submit, feedback_or, text_area, text_field};
use leptos::prelude::*;

pub fn introspection(state: &IntrospectionState) -> AnyView {
    let result = match (state.report.clone(), state.lookup.clone()) {
        (Some(report), _) => Some(token_report(report)),
        (None, Some(report)) => Some(lookup_report(report)),
        (None, None) => None,
    };
    let result =
        result.map(|result| view! { <div id="introspection-result" tabindex="-1">{result}</div> });
    let problem = state.outcome.problem.as_ref();
    let sites = state
        .sites
        .iter()
        .map(|site| view! { <option value=site.clone()></option> })
        .collect_view();
    let token = Field::new("token", "JWT Token", &state.pasted, problem).mono();
    let site = Field::new("site", "As seen from this site", &state.site, problem)
        .mono()
        .suggestions("sites");
    view! {
        {default_submit()}
        <input type="hidden" name="form" value="introspection" />
        {feedback_or("introspection", &state.outcome, state.confirm.as_ref())}
        {text_area(token.hint("Quotes, blanks and Bearer around it are ignored. A token id works too, and so does the reference from a visitor’s screen. The token is not stored."), "4")}
        {text_field(site.hint("Optional: whether that site may use the token."), "text", "off")}
        <datalist id="sites">{sites}</datalist>
        <div class="actions"><button type="submit" class="button primary" data-busy="Reading…">"Introspect Token"</button></div>
        {result}
    }
    .into_any()
}
