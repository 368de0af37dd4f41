//! The session's cookie and what a session says: who signed in, and since when.

use super::flash;
use super::session_store::{IDLE_HOURS, SIGN_IN, Sessions};
use crate::state::AppState;
use perch_service::{OrganizationId, PersonId, SignedIn};
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::Duration;
use tower_sessions::{Expiry, Session, SessionManagerLayer};

/// Milliseconds after which it ends in any case.
const LONGEST: i64 = 7 * 24 * 3_600 * 1_000;
/// Milliseconds between two writes of a session that is in use.
const TOUCH_EVERY: i64 = 5 * 60 * 1_000;

/// A sign-in as the session keeps it. Times in Unix milliseconds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct SignIn {
    pub organization: OrganizationId,
    pub person: PersonId,
    /// The number it counts under; see [`SignedIn::sign_ins_ended`].
    #[serde(default)]
    sign_ins_ended: i64,
    since: i64,
    seen: i64,
}

pub(crate) fn layer(state: &AppState) -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions(state.perch.clone()))
        .with_name(state.public_address.cookie_name("perch"))
        .with_secure(state.public_address.is_https())
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(Duration::hours(IDLE_HOURS)))
}

/// Begins a sign-in under a new session id, so that an id known before is worth nothing.
pub(super) async fn begin(
    session: &Session,
    signed_in: &SignedIn,
    now: i64,
) -> Result<(), tower_sessions::session::Error> {
    session.cycle_id().await?;
    flash::forget(session).await;
    let SignedIn {
        organization,
        person,
        sign_ins_ended,
        ..
    } = *signed_in;
    session
        .insert(
            SIGN_IN,
            SignIn {
                organization,
                person,
                sign_ins_ended,
                since: now,
                seen: now,
            },
        )
        .await
}

impl SignIn {
    /// The person as they are today, unless their sign-ins were ended since this one began.
    pub fn of(self, person: Option<SignedIn>) -> Option<SignedIn> {
        person.filter(|person| person.sign_ins_ended == self.sign_ins_ended)
    }
}

/// The sign-in of a session, unless it is over. One in use is kept alive.
pub(super) async fn current(
    session: &Session,
    now: i64,
) -> Result<Option<SignIn>, tower_sessions::session::Error> {
    let Some(mut sign_in) = session.get::<SignIn>(SIGN_IN).await? else {
        return Ok(None);
    };
    if now - sign_in.since > LONGEST {
        session.flush().await?;
        return Ok(None);
    }
    if now - sign_in.seen > TOUCH_EVERY {
        sign_in.seen = now;
        session.insert(SIGN_IN, sign_in).await?;
    }
    Ok(Some(sign_in))
}
