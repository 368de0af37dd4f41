//! Account settings: API keys, sign-ins.

use super::current_user::CurrentUser;
use super::extract::PathId;
use super::flash::{self, Place};
use super::form_body::FormBody;
use super::render::{Answer, frame, page, refusal, see_other};
use super::sign_in::signed_out;
use crate::state::AppState;
use axum::extract::State;
use axum::response::Response;
use perch_app::pages::{
    AccountPage, account, end_tokens as end_tokens_page, new_key as new_key_page, revoke,
};
use perch_app::sections::new_key::NewKey;
use perch_app::sections::new_key::state::NewKeyState;
use perch_app::sections::section::{Section, SectionUpdate, Submission, submit};
use perch_domain::{Action, Code};
use perch_service::{KeyId, Refusal, TokenSelection};
use std::sync::Arc;
use tower_sessions::Session;

pub(crate) async fn show(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    session: Session,
) -> Response {
    let acting = user.acting();
    let may_create = acting.can(Action::CreateKey);
    let keys = if acting.can(Action::SeeOwnKeys) {
        state.perch.api_keys.keys(&acting).await
    } else {
        Ok(Vec::new())
    };
    match keys {
        Err(refused) => refusal(&state, &user.anyone, "Account settings", refused.into()).await,
        Ok(keys) => {
            let done = flash::take(
                &session,
                &[Place::Keys, Place::SignIns],
                state.perch.system.now(),
            )
            .await;
            let done_at = |wanted: Place| {
                done.as_ref()
                    .filter(|(place, _)| *place == wanted)
                    .map(|(_, told)| told.clone())
            };
            let shown = AccountPage {
                keys,
                may_create,
                sees_all: acting.can(Action::SeeAllKeys),
                ends_all: acting.can(Action::RevokeAnyTokens),
                now: state.perch.system.now().div_euclid(1_000),
                keys_done: done_at(Place::Keys),
                sign_ins_done: done_at(Place::SignIns),
            };
            let frame = frame(&user, "/account", "account");
            page(
                &state,
                &user.anyone,
                Answer::ok("Account settings"),
                move || account(&frame, shown.clone()),
            )
            .await
        }
    }
}

pub(crate) async fn sign_out_everywhere(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    session: Session,
) -> Response {
    if let Err(refused) = state
        .perch
        .people
        .sign_out_everywhere(&user.signed_in, &user.anyone.request)
        .await
    {
        refusal(&state, &user.anyone, "Sign out everywhere", refused.into()).await
    } else {
        // The row is gone with the others; this forgets the cookie too.
        let _ = session.flush().await;
        signed_out()
    }
}

/// The title of the page for a new key.
const NEW_KEY: &str = "Create API Key";

pub(crate) async fn new_key(State(state): State<Arc<AppState>>, user: CurrentUser) -> Response {
    let mut reader = user.reader(&state.perch);
    match NewKey::read(&mut reader, &Vec::new()).await {
        Err(refused) => refusal(&state, &user.anyone, NEW_KEY, refused).await,
        Ok(blank) => show_new_key(&state, &user, blank, None).await,
    }
}

/// The plain form. The answer is the only page that holds the new key.
pub(crate) async fn create_key(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    form: FormBody,
) -> Response {
    let mut reader = user.reader(&state.perch);
    let (shown, refused) = match submit::<NewKey>(&mut reader, &form.0).await {
        Ok(Submission::Updated(SectionUpdate::Shown { state, .. })) => (state, None),
        Ok(Submission::Refused { state, refusal }) => (state, Some(refusal)),
        Ok(Submission::Updated(_)) => return see_other("/account#api-keys"),
        Err(refused) => return refusal(&state, &user.anyone, NEW_KEY, refused).await,
    };
    show_new_key(&state, &user, shown, refused).await
}

async fn show_new_key(
    state: &AppState,
    user: &CurrentUser,
    shown: NewKeyState,
    refused: Option<Refusal>,
) -> Response {
    let answer = Answer::after(NEW_KEY, refused.as_ref());
    let frame = frame(user, "/account/keys/new", "account");
    page(state, &user.anyone, answer, move || {
        new_key_page(&frame, &shown)
    })
    .await
}

/// An id that cannot be read names no key.
fn key_id(text: &str) -> Result<KeyId, Refusal> {
    text.parse().map(KeyId).map_err(|_| Code::NotFound.into())
}

pub(crate) async fn confirm_revocation(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    PathId(id): PathId,
) -> Response {
    let preview = async {
        state
            .perch
            .api_keys
            .preview_key_revocation(&user.acting(), key_id(&id)?)
            .await
    }
    .await;
    match preview {
        Err(refused) => refusal(&state, &user.anyone, "Revoke API key", refused.into()).await,
        Ok(preview) => {
            let frame = frame(&user, "/account", "account");
            let now = state.perch.system.now().div_euclid(1_000);
            page(
                &state,
                &user.anyone,
                Answer::ok("Revoke API key"),
                move || revoke(&frame, preview.clone(), now),
            )
            .await
        }
    }
}

/// Opens a key for the sandbox of the whole organization, or closes it.
pub(crate) async fn share_key_with_sandbox(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    PathId(id): PathId,
    form: FormBody,
) -> Response {
    let opened = async {
        state
            .perch
            .api_keys
            .share_key_with_sandbox(&user.acting(), key_id(&id)?, form.value("open") == "yes")
            .await
    }
    .await;
    match opened {
        Err(refused) => refusal(&state, &user.anyone, "API key", refused.into()).await,
        Ok(()) => see_other("/account#api-keys"),
    }
}

pub(crate) async fn revoke_key(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    session: Session,
    PathId(id): PathId,
) -> Response {
    let revoked = async {
        state
            .perch
            .api_keys
            .revoke_key(&user.acting(), key_id(&id)?)
            .await
    }
    .await;
    match revoked {
        Err(refused) => refusal(&state, &user.anyone, "Revoke API key", refused.into()).await,
        Ok(preview) => {
            to_keys(
                &state,
                &session,
                format!(
                    "The key {} is revoked; its tokens have ended.",
                    preview.key.name
                ),
            )
            .await
        }
    }
}

pub(crate) async fn confirm_ending(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    PathId(id): PathId,
) -> Response {
    ask_ending(&state, &user, key_id(&id).map(TokenSelection::Key)).await
}

pub(crate) async fn confirm_ending_all(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
) -> Response {
    ask_ending(&state, &user, Ok(TokenSelection::Everything)).await
}

pub(crate) async fn end_tokens(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    session: Session,
    PathId(id): PathId,
) -> Response {
    end(
        &state,
        &user,
        &session,
        key_id(&id).map(TokenSelection::Key),
    )
    .await
}

pub(crate) async fn end_all_tokens(
    State(state): State<Arc<AppState>>,
    user: CurrentUser,
    session: Session,
) -> Response {
    end(&state, &user, &session, Ok(TokenSelection::Everything)).await
}

const ENDING: &str = "End tokens";

async fn ask_ending(
    state: &AppState,
    user: &CurrentUser,
    ending: Result<TokenSelection, Refusal>,
) -> Response {
    match async {
        state
            .perch
            .tokens
            .preview_token_revocation(&user.acting(), ending?)
            .await
    }
    .await
    {
        Err(refused) => refusal(state, &user.anyone, ENDING, refused.into()).await,
        Ok(preview) => {
            let frame = frame(user, "/account", "account");
            page(state, &user.anyone, Answer::ok(ENDING), move || {
                end_tokens_page(&frame, preview.clone())
            })
            .await
        }
    }
}

async fn end(
    state: &AppState,
    user: &CurrentUser,
    session: &Session,
    ending: Result<TokenSelection, Refusal>,
) -> Response {
    match async {
        state
            .perch
            .tokens
            .revoke_tokens(&user.acting(), ending?)
            .await
    }
    .await
    {
        Err(refused) => refusal(state, &user.anyone, ENDING, refused.into()).await,
        Ok(ended) => {
            let told = match ended.ending {
                TokenSelection::Everything => {
                    "Every token of the organization has ended; the keys go on.".to_owned()
                }
                _ => format!("The tokens of {} have ended; the key goes on.", ended.whose),
            };
            to_keys(state, session, told).await
        }
    }
}

/// Back to the list of keys, which then tells what was done.
async fn to_keys(state: &AppState, session: &Session, told: String) -> Response {
    flash::leave(session, Place::Keys, told, state.perch.system.now()).await;
    see_other("/account#api-keys")
}
