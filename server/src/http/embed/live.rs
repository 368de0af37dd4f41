//! `POST /embed/live`: a connection that stays open as long as its token is good, and is told at once when it is not. Server-sent
//! events (HTML, section 9.2), read with fetch because that can carry the token in a header.

use super::browser::{call, readable_by};
use crate::http::{AppState, refuse};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use perch_domain::Code;
use perch_service::{Admitted, Caller, Perch, Refusal};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

const ROUTE: &str = "POST /embed/live";
/// Something is sent that often, so that neither a proxy nor the component takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(20);
/// Connections of one viewer, and of all.
const MOST_OF_A_VIEWER: usize = 20;
const MOST: usize = 20_000;

/// Who is connected, to bound it; and whether the server is stopping.
#[derive(Clone, Debug)]
pub struct Connected {
    open: Arc<Mutex<Open>>,
    stopping: Arc<watch::Sender<bool>>,
}

/// Connections of each viewer, and of all.
#[derive(Debug, Default)]
struct Open {
    viewers: HashMap<[u8; 32], usize>,
    all: usize,
}

impl Default for Connected {
    fn default() -> Self {
        Self { open: Arc::default(), stopping: Arc::new(watch::Sender::new(false)) }
    }
}

impl Connected {
    /// Ends every open connection; components come back to whoever answers then.
    pub fn end(&self) {
        self.stopping.send_replace(true);
    }

    fn locked<T>(&self, f: impl FnOnce(&mut Open) -> T) -> T {
        f(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn enter(&self, viewer: [u8; 32]) -> Result<Place, Refusal> {
        self.locked(|open| {
            let own = open.viewers.get(&viewer).copied().unwrap_or_default();
            if own >= MOST_OF_A_VIEWER || open.all >= MOST {
                let full = Refusal::retry(Code::TooManyRequests, 60);
                return Err(Refusal { message: "Too many connections are open; wait before trying again.".into(), ..full });
            }
            open.viewers.insert(viewer, own + 1);
            open.all += 1;
            Ok(Place { viewer, connected: self.clone() })
        })
    }
}

/// One open connection.
struct Place {
    viewer: [u8; 32],
    connected: Connected,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connected.locked(|open| {
            open.all -= 1;
            match open.viewers.get_mut(&self.viewer) {
                Some(count) if *count > 1 => *count -= 1,
                _ => drop(open.viewers.remove(&self.viewer)),
            }
        });
    }
}

pub(super) async fn handle(State(state): State<AppState>, request: Request) -> Response {
    let (call, origin) = call(&state, request.headers(), request.extensions(), ROUTE, Caller::Unnamed);
    let entered = async {
        // Subscribed before it is judged: what changes in between is not missed.
        let changes = state.perch.changes();
        let admitted = state.perch.admit(&call).await?;
        let place = state.connected.enter(admitted.viewer())?;
        Ok::<_, Refusal>((changes, admitted, place))
    };
    let mut response = match entered.await {
        Ok((changes, admitted, place)) => {
            let stopping = state.connected.stopping.subscribe();
            events(Stream {
                perch: state.perch.clone(),
                request_id: call.request_id,
                changes,
                stopping,
                admitted,
                _place: place,
                said: Said::Nothing,
            })
        }
        Err(refusal) => refuse(refusal, request.extensions()),
    };
    readable_by(origin, response.headers_mut());
    response
}

struct Stream {
    perch: Perch,
    request_id: Uuid,
    changes: watch::Receiver<i64>,
    stopping: watch::Receiver<bool>,
    admitted: Admitted,
    _place: Place,
    said: Said,
}

enum Said {
    Nothing,
    Hello,
    /// Why it ended.
    Everything,
}

fn events(open: Stream) -> Response {
    let body = Body::from_stream(stream::unfold(open, |mut open| async move {
        let event = open.next().await?;
        Some((Ok::<_, Infallible>(event), open))
    }));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that hold answers back would hold back the news.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

impl Stream {
    /// The next piece of the answer; none where it is over.
    async fn next(&mut self) -> Option<Bytes> {
        match self.said {
            Said::Everything => return None,
            Said::Nothing => {
                self.said = Said::Hello;
                return Some(Bytes::from_static(b": connected\n\n"));
            }
            Said::Hello => {}
        }
        let beat = tokio::time::sleep(HEARTBEAT.min(Duration::from_secs(self.perch.seconds_left(&self.admitted))));
        tokio::pin!(beat);
        loop {
            let only_alive = tokio::select! {
                _ = self.stopping.wait_for(|stopping| *stopping) => return None,
                changed = self.changes.changed() => { changed.ok()?; false }
                () = &mut beat => true,
            };
            // Where nothing can be known the component asks again, and is told that. A change was just read.
            if only_alive && self.perch.is_cut_off() {
                return None;
            }
            if let Err(refusal) = self.perch.still_admitted(&self.admitted, ROUTE, self.request_id) {
                self.said = Said::Everything;
                return Some(refused(&refusal, self.request_id));
            }
            if only_alive {
                return Some(Bytes::from_static(b":\n\n"));
            }
        }
    }
}

/// The event that ends a connection: the same envelope as a refused request's.
fn refused(refusal: &Refusal, request_id: Uuid) -> Bytes {
    let envelope = serde_json::json!({ "code": refusal.code.as_str(), "message": refusal.message, "requestId": request_id });
    Bytes::from(format!("event: refused\ndata: {envelope}\n\n"))
}
