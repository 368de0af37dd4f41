//! Settings > Embed & access: takes the request apart, lets the sections read or submit, and renders the page.

use super::current_user::CurrentUser;
use super::extract::QueryParams;
use super::flash::{self, Place};
use super::form_body::FormBody;
use super::render::{Answer, frame, page, refusal, see_other};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use perch_app::pages::{Installation, settings};
use perch_app::sections::{SettingsAnswer, SettingsPage};
use std::sync::Arc;
use tower_sessions::Session;

const TITLE: &str = "Embed & access";
/// The sections that say on the next page what was done.
const FLASHES: [(&str, Place); 2] = [
    ("origins", Place::Origins),
    ("attributes", Place::Attributes),
];

pub(crate) async fn show(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    session: Session,
    asked: QueryParams,
) -> Response {
    let mut reader = user.reader(&state.perch);
    let mut shown = match SettingsPage::read(&mut reader, asked.fields()).await {
        Ok(shown) => shown,
        Err(refused) => return refusal(&state, &user.anyone, TITLE, refused).await,
    };
    let now = state.perch.system.now();
    let flash = flash::take(&session, &FLASHES.map(|(_, place)| place), now).await;
    if let Some((place, done)) = flash
        && let Some((section, _)) = FLASHES.iter().find(|(_, of)| *of == place)
    {
        shown.set_done(section, done);
    }
    render(&state, &user, Answer::ok(TITLE), shown).await
}

pub(crate) async fn submit(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    session: Session,
    form: FormBody,
) -> Response {
    let mut reader = user.reader(&state.perch);
    match SettingsPage::submit(&mut reader, &form.0).await {
        Err(refused) => refusal(&state, &user.anyone, TITLE, refused).await,
        Ok(SettingsAnswer::Page { page, refused }) => {
            let answer = Answer::after(TITLE, refused.as_ref());
            render(&state, &user, answer, *page).await
        }
        Ok(SettingsAnswer::Elsewhere { address, done }) => {
            if let Some((section, done)) = done
                && let Some((_, place)) = FLASHES.iter().find(|(of, _)| *of == section)
            {
                flash::leave(&session, *place, done, state.perch.system.now()).await;
            }
            see_other(&address)
        }
    }
}

async fn render(
    state: &AppState,
    user: &CurrentUser,
    answer: Answer,
    shown: SettingsPage,
) -> Response {
    let frame = frame(user, "/settings/embed", "settings");
    let installation = Installation {
        server: state.public_address.public_url.clone(),
        pinned: state.assets.pinned.clone(),
    };
    page(state, &user.anyone, answer, move || {
        settings(&frame, &shown, &installation)
    })
    .await
}
