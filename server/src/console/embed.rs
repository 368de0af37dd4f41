//! Settings > Embed & access. Each section's plain form posts to this page and is rendered again with what was typed.

use super::address::Asked;
use super::fields::Form;
use super::render::{Answer, frame, page, problem, refusal, see_other};
use super::visitor::Visitor;
use crate::http::AppState;
use axum::extract::State;
use axum::response::Response;
use perch_app::model::{AttributeRow, OriginRow};
use perch_app::pages::{EmbedPage, Outcomes, embed};
use perch_app::wire::Fields;
use perch_app::{forms, present};
use perch_domain::Action;
use perch_service::Refusal;

const TITLE: &str = "Embed & access";

/// The page as it is stored.
async fn stored(state: &AppState, visitor: &Visitor) -> Result<EmbedPage, Refusal> {
    let acting = visitor.acting();
    let edits_origins = acting.can(Action::EditOrigins);
    let origins = present::origin_rows(&state.perch, &acting).await?;
    Ok(EmbedPage {
        origins: if edits_origins { forms::with_one_more(origins, OriginRow::default()) } else { origins },
        edits_origins,
        attributes: present::attribute_rows(&state.perch, &acting).await?,
        edits_attributes: acting.can(Action::EditAttributes),
        sandbox: present::sandbox(&state.perch, &acting).await?,
        may_have_keys: acting.can(Action::CreateKey),
        outcomes: Outcomes::default(),
    })
}

async fn show_page(state: &AppState, visitor: &Visitor, answer: Answer, shown: EmbedPage) -> Response {
    let frame = frame(visitor, "/settings/embed", "settings");
    page(state, &visitor.anyone, answer, move || embed(&frame, shown.clone())).await
}

pub(super) async fn show(State(state): State<AppState>, visitor: Visitor, asked: Asked) -> Response {
    match stored(&state, &visitor).await {
        Err(refused) => refusal(&state, &visitor.anyone, TITLE, refused).await,
        Ok(mut shown) => {
            let done = Some(present::saved(&state.perch, asked.value("changes").parse().unwrap_or(0)));
            match asked.value("saved") {
                "origins" => shown.outcomes.origins.done = done,
                "attributes" => shown.outcomes.attributes.done = done,
                _ => {}
            }
            show_page(&state, &visitor, Answer::ok(TITLE), shown).await
        }
    }
}

pub(super) async fn submit(State(state): State<AppState>, visitor: Visitor, form: Form) -> Response {
    let submitted = match form.value("form").as_str() {
        "origins" => submit_origins(&state, &visitor, &form.0).await,
        "attributes" => submit_attributes(&state, &visitor, &form.0).await,
        "sandbox" => submit_sandbox(&state, &visitor, &form.0).await,
        "introspection" => submit_introspection(&state, &visitor, &form.0).await,
        _ => Ok(see_other("/settings/embed")),
    };
    match submitted {
        Ok(response) => response,
        Err(refused) => refusal(&state, &visitor.anyone, TITLE, refused).await,
    }
}

async fn submit_origins(state: &AppState, visitor: &Visitor, fields: &Fields) -> Result<Response, Refusal> {
    let saved =
        if forms::adds_a_row(fields) { None } else { Some(state.perch.save_origins(&visitor.acting(), &forms::origins::edits(fields)).await) };
    if let Some(Ok(changes)) = saved {
        return Ok(see_other(&format!("/settings/embed?saved=origins&changes={changes}#origins")));
    }
    let refused = saved.and_then(Result::err);
    let answer = Answer::after(TITLE, refused.as_ref());
    let mut shown = stored(state, visitor).await?;
    shown.origins = forms::origins::typed(fields);
    if refused.is_none() {
        shown.origins.push(OriginRow::default());
    }
    shown.outcomes.origins.problem = refused.map(|refused| problem(refused, &visitor.anyone));
    Ok(show_page(state, visitor, answer, shown).await)
}

async fn submit_attributes(state: &AppState, visitor: &Visitor, fields: &Fields) -> Result<Response, Refusal> {
    let saved =
        if forms::adds_a_row(fields) { None } else { Some(state.perch.save_attributes(&visitor.acting(), &forms::attributes::edits(fields)).await) };
    if let Some(Ok(changes)) = saved {
        return Ok(see_other(&format!("/settings/embed?saved=attributes&changes={changes}#attributes")));
    }
    let refused = saved.and_then(Result::err);
    let answer = Answer::after(TITLE, refused.as_ref());
    let mut shown = stored(state, visitor).await?;
    shown.attributes = forms::attributes::typed(fields);
    if refused.is_none() {
        shown.attributes.push(AttributeRow::blank());
    }
    shown.outcomes.attributes.problem = refused.map(|refused| problem(refused, &visitor.anyone));
    Ok(show_page(state, visitor, answer, shown).await)
}

async fn submit_sandbox(state: &AppState, visitor: &Visitor, fields: &Fields) -> Result<Response, Refusal> {
    let acting = visitor.acting();
    let mut shown = stored(state, visitor).await?;
    shown.sandbox = forms::sandbox::typed(fields, shown.sandbox);
    let answer = match state.perch.generate_sandbox_token(&acting, &forms::sandbox::form(fields)).await {
        Ok(minted) => {
            shown.outcomes.token = Some(present::token_result(&state.perch, &acting, minted).await?);
            Answer::ok(TITLE)
        }
        Err(refused) => {
            let answer = Answer::after(TITLE, Some(&refused));
            shown.sandbox.problem = Some(problem(refused, &visitor.anyone));
            answer
        }
    };
    Ok(show_page(state, visitor, answer, shown).await)
}

async fn submit_introspection(state: &AppState, visitor: &Visitor, fields: &Fields) -> Result<Response, Refusal> {
    let mut shown = stored(state, visitor).await?;
    let read = state.perch.read_token(&visitor.acting(), forms::value(fields, "token")).await;
    let answer = Answer::after(TITLE, read.as_ref().err());
    match read {
        Ok(read) => shown.outcomes.reading = Some(present::reading(read, state.perch.now())),
        Err(refused) => shown.outcomes.introspection.problem = Some(problem(refused, &visitor.anyone)),
    }
    present::shown_again(forms::value(fields, "token")).clone_into(&mut shown.outcomes.pasted);
    Ok(show_page(state, visitor, answer, shown).await)
}
