//! Settings > Embed & access. Each section's plain form posts to this page and is rendered again with what was typed.

use super::current_user::CurrentUser;
use super::extract::QueryParams;
use super::flash::{self, Place as FlashPlace};
use super::form_body::FormBody;
use super::render::{Answer, frame, page, problem, refusal, see_other};
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use perch_app::flows::{self, Asked as Part, Turn};
use perch_app::model::{IntrospectionState, OriginsState};
use perch_app::pages::{EmbedPage, embed};
use perch_app::wire::{Fields, WireError};
use perch_app::{forms, present};
use perch_domain::{Action, Code};
use perch_service::Refusal;
use std::sync::Arc;
use tower_sessions::Session;

const TITLE: &str = "Embed & access";

/// The page as it is stored; the address chooses parts of long lists, a site to add, a site to test, a token to find.
async fn stored(
    state: &AppState,
    user: &CurrentUser,
    asked: &QueryParams,
) -> Result<EmbedPage, Refusal> {
    let (perch, acting) = (&state.perch, user.acting());
    let part = |list: &str| Part::read(list, |name| asked.value(name).to_owned());
    let edits_origins = acting.can(Action::EditOrigins);
    Ok(EmbedPage {
        first_steps: present::first_steps(perch, &acting).await?,
        origins: if edits_origins {
            flows::origins::stored(perch, &acting, &part("origins"), asked.value("add")).await?
        } else {
            listed(state, user).await?
        },
        edits_origins,
        tester: flows::tester::answer(perch, &acting, asked.value("site-test")).await?,
        attributes: flows::attributes::stored(perch, &acting, &part("attributes")).await?,
        edits_attributes: acting.can(Action::EditAttributes),
        migration: present::migration(perch, &acting).await?,
        sandbox: flows::sandbox::stored(perch, &acting).await?,
        may_have_keys: acting.can(Action::CreateKey),
        introspection: flows::introspection::stored(perch, &acting, asked.value("token")).await?,
        server: state.public_address.public_url.clone(),
        pinned: state.assets.pinned.clone(),
    })
}

/// The list for those who only read it.
async fn listed(state: &AppState, user: &CurrentUser) -> Result<OriginsState, Refusal> {
    let (perch, acting) = (&state.perch, user.acting());
    let (rows, refused_lately) = (
        present::origin_rows(perch, &acting).await?,
        present::refused_sites(perch, &acting).await?,
    );
    let mut listed = OriginsState {
        rows,
        refused_lately,
        ..OriginsState::default()
    };
    listed.paging.total = listed.rows.len();
    Ok(listed)
}

async fn show_page(
    state: &AppState,
    user: &CurrentUser,
    answer: Answer,
    shown: EmbedPage,
) -> Response {
    let frame = frame(user, "/settings/embed", "settings");
    page(state, &user.anyone, answer, move || {
        embed(&frame, shown.clone())
    })
    .await
}

pub(crate) async fn show(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    session: Session,
    asked: QueryParams,
) -> Response {
    match stored(&state, &user, &asked).await {
        Err(refused) => refusal(&state, &user.anyone, TITLE, refused).await,
        Ok(mut shown) => {
            match flash::take(
                &session,
                &[FlashPlace::Origins, FlashPlace::Attributes],
                state.perch.system.now(),
            )
            .await
            {
                Some((FlashPlace::Origins, told)) => shown.origins.outcome.done = Some(told),
                Some((_, told)) => shown.attributes.outcome.done = Some(told),
                None => {}
            }
            show_page(&state, &user, Answer::ok(TITLE), shown).await
        }
    }
}

pub(crate) async fn submit(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    session: Session,
    form: FormBody,
) -> Response {
    match submitted(&state, &user, &session, &form).await {
        Ok(response) => response,
        Err(refused) => refusal(&state, &user.anyone, TITLE, refused).await,
    }
}

/// Where what came of a submission stands on the page.
type Place = Box<dyn FnOnce(&mut EmbedPage) + Send>;

async fn submitted(
    state: &AppState,
    user: &CurrentUser,
    session: &Session,
    form: &FormBody,
) -> Result<Response, Refusal> {
    let (perch, acting, fields) = (&state.perch, user.acting(), &form.0);
    let mut after = After {
        user,
        refused: None,
    };
    let place: Place = match form.value("form").as_str() {
        "origins" => {
            let turn = flows::origins::submit(perch, &acting, fields).await;
            if let Some(changes) = saved(&turn) {
                return Ok(
                    to_list(state, user, session, FlashPlace::Origins, changes, fields).await,
                );
            }
            let origins = match after.settle(turn) {
                Ok(origins) => origins,
                Err(problem) => flows::origins::refused(perch, &acting, fields, problem).await?,
            };
            Box::new(|page| page.origins = origins)
        }
        "attributes" => {
            let turn = flows::attributes::submit(perch, &acting, fields).await;
            if let Some(changes) = saved(&turn) {
                return Ok(to_list(
                    state,
                    user,
                    session,
                    FlashPlace::Attributes,
                    changes,
                    fields,
                )
                .await);
            }
            let attributes = match after.settle(turn) {
                Ok(attributes) => attributes,
                Err(problem) => flows::attributes::refused(perch, &acting, fields, problem).await?,
            };
            Box::new(|page| page.attributes = attributes)
        }
        "sandbox" if forms::intent(fields).0 == "introspect" => {
            let made: Fields = vec![("token".to_owned(), form.value("sandbox-token"))];
            let sandbox = flows::sandbox::kept(perch, &acting, fields).await?;
            let introspection = introspected(&mut after, state, &made).await?;
            Box::new(|page| (page.sandbox, page.introspection) = (sandbox, introspection))
        }
        "sandbox" => {
            let turn = flows::sandbox::submit(perch, &acting, fields).await;
            let sandbox = match after.settle(turn) {
                Ok(sandbox) => sandbox,
                Err(problem) => flows::sandbox::refused(perch, &acting, fields, problem).await?,
            };
            Box::new(|page| page.sandbox = sandbox)
        }
        "introspection" => {
            let introspection = introspected(&mut after, state, fields).await?;
            Box::new(|page| page.introspection = introspection)
        }
        "tester" => {
            let tester = flows::tester::answer(perch, &acting, &form.value("site-test")).await?;
            Box::new(|page| page.tester = tester)
        }
        "migration" => {
            let day = form.value("migration_until");
            let until = Some(day.as_str()).filter(|_| forms::intent(fields).0 != "stop");
            let Err(refused) = perch.settings.set_migration(&acting, until).await else {
                return Ok(see_other("/settings/embed#attributes"));
            };
            let problem = after.refuse(refused.into());
            Box::new(|page| (page.migration.typed, page.migration.problem) = (day, Some(problem)))
        }
        "first-steps" => {
            perch
                .settings
                .hide_first_steps(&acting, forms::intent(fields).0 == "hide")
                .await?;
            return Ok(see_other("/settings/embed"));
        }
        _ => return Ok(see_other("/settings/embed")),
    };
    let answer = Answer::after(TITLE, after.refused.as_ref());
    // Read after the submission: the other sections show what it has changed.
    let mut shown = stored(state, user, &QueryParams::nothing()).await?;
    place(&mut shown);
    Ok(show_page(state, user, answer, shown).await)
}

async fn introspected(
    after: &mut After<'_>,
    state: &AppState,
    fields: &Fields,
) -> Result<IntrospectionState, Refusal> {
    let acting = after.user.acting();
    let turn = flows::introspection::submit(&state.perch, &acting, fields).await;
    match after.settle(turn) {
        Ok(introspection) => Ok(introspection),
        Err(problem) => flows::introspection::refused(&state.perch, &acting, fields, problem).await,
    }
}

/// What came of a submission, for the status and the title of the page.
struct After<'a> {
    user: &'a CurrentUser,
    refused: Option<Refusal>,
}

impl After<'_> {
    fn settle<S>(&mut self, turn: Result<Turn<S>, Refusal>) -> Result<S, WireError> {
        let turn = turn.map_err(|refused| self.refuse(refused))?;
        if turn.conflict {
            self.refused = Some(Code::Conflict.into());
        }
        Ok(turn.state)
    }

    fn refuse(&mut self, refused: Refusal) -> WireError {
        self.refused = Some(refused.clone());
        problem(refused, &self.user.anyone)
    }
}

/// How many changes were saved, where the list was saved.
fn saved<S>(turn: &Result<Turn<S>, Refusal>) -> Option<usize> {
    turn.as_ref().ok()?.saved
}

/// After a list was saved: to the same part of it, which then tells how many changes there were. Reloading repeats nothing.
async fn to_list(
    state: &AppState,
    user: &CurrentUser,
    session: &Session,
    place: FlashPlace,
    changes: usize,
    fields: &Fields,
) -> Response {
    flash::leave(
        session,
        place,
        present::saved(&state.perch, &user.acting(), changes),
        state.perch.system.now(),
    )
    .await;
    let list = if place == FlashPlace::Origins {
        "origins"
    } else {
        "attributes"
    };
    let kept = [format!("{list}-filter"), format!("{list}-page")].map(|name| {
        let value = forms::value(fields, &name).to_owned();
        (name, value)
    });
    let kept = kept
        .into_iter()
        .filter(|(_, value)| !matches!(value.as_str(), "" | "1"));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .finish();
    let query = if query.is_empty() {
        query
    } else {
        format!("?{query}")
    };
    see_other(&format!("/settings/embed{query}#{list}"))
}
