//! Token Introspection: a token is read, or found in the record by its id.

use super::Turn;
use crate::forms;
use crate::model::{IntrospectionState, Outcome};
use crate::present;
use crate::wire::{Fields, WireError};
use perch_service::{Acting, Perch, Refusal};

/// The section as it opens; with the id of a token, what is known of that.
pub async fn stored(perch: &Perch, acting: &Acting, token_id: &str) -> Result<IntrospectionState, Refusal> {
    let sites = present::sites(perch, acting).await?;
    let mut state = IntrospectionState { sites, ..IntrospectionState::default() };
    if !token_id.is_empty() {
        match perch.token_record(acting, token_id).await {
            Ok(record) => state.record = Some(present::record(record, perch.now())),
            Err(refusal) => state.outcome.problem = Some(crate::api::wire_error(refusal, acting.request.id.clone())),
        }
    }
    Ok(state)
}

async fn typed(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<IntrospectionState, Refusal> {
    Ok(IntrospectionState {
        pasted: present::shown_again(forms::value(fields, "token")).to_owned(),
        site: forms::value(fields, "site").to_owned(),
        ..stored(perch, acting, "").await?
    })
}

pub async fn submit(perch: &Perch, acting: &Acting, fields: &Fields) -> Result<Turn<IntrospectionState>, Refusal> {
    let state = typed(perch, acting, fields).await?;
    let pasted = forms::value(fields, "token").trim();
    // A token's id is no token, but it finds the record of one.
    if present::is_token_id(pasted) {
        let record = Some(present::record(perch.token_record(acting, pasted).await?, perch.now()));
        return Ok(Turn::show(IntrospectionState { record, ..state }, "introspection-result"));
    }
    let read = perch.read_token(acting, pasted, &state.site).await?;
    let reading = Some(present::reading(read, acting, perch.now()));
    Ok(Turn::show(IntrospectionState { reading, ..state }, "introspection-result"))
}

pub async fn refused(perch: &Perch, acting: &Acting, fields: &Fields, problem: WireError) -> Result<IntrospectionState, Refusal> {
    let state = typed(perch, acting, fields).await?;
    Ok(IntrospectionState { outcome: Outcome { problem: Some(problem), done: None }, ..state })
}
