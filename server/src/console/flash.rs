//! What a form has just done, for the page that the browser asks for next. It is kept in the session and removed when it is told:
//! an address that said it could be made up by anybody.

use serde::{Deserialize, Serialize};
use tower_sessions::Session;

/// The member of a session's data that holds it.
const FLASH: &str = "flash";
/// Milliseconds after which nobody waits for it any more.
const LIFETIME: i64 = 60_000;

/// Where it is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Place {
    Keys,
    SignIns,
    Origins,
    Attributes,
}

#[derive(Serialize, Deserialize)]
struct Flash {
    place: Place,
    told: String,
    /// Unix milliseconds.
    at: i64,
}

/// Leaves word. What was done is done: where the session cannot keep this, the page says nothing about it.
pub(super) async fn leave(session: &Session, place: Place, told: String, now: i64) {
    if let Err(error) = session
        .insert(
            FLASH,
            Flash {
                place,
                told,
                at: now,
            },
        )
        .await
    {
        tracing::warn!(%error, "the session could not keep what was done");
    }
}

/// Takes what was left for one of these places. The session is only written where there is something to take.
pub(super) async fn take(session: &Session, places: &[Place], now: i64) -> Option<(Place, String)> {
    let flash = session
        .get::<Flash>(FLASH)
        .await
        .ok()?
        .filter(|flash| places.contains(&flash.place))?;
    forget(session).await;
    (now - flash.at < LIFETIME).then_some((flash.place, flash.told))
}

/// Takes it away untold.
pub(super) async fn forget(session: &Session) {
    if let Err(error) = session.remove_value(FLASH).await {
        tracing::warn!(%error, "the session could not be changed");
    }
}
