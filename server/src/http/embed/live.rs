//! `POST /embed/live`: a connection that stays open as long as its token is good, and is told at once when it is not. Server-sent
//! events (HTML, section 9.2), read with fetch because that can carry the token in a header.

use super::browser::{call, readable_by};
use crate::http::errors::refuse;
use crate::live_connections::{LIVE_ROUTE, LiveConnection};
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use futures_util::stream;
use perch_service::{Caller, Perch, Refusal};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Something is sent that often, so that neither a proxy nor the component takes the connection for dead.
const HEARTBEAT: Duration = Duration::from_secs(20);

pub(crate) async fn handle(State(state): State<Arc<AppState>>, request: Request) -> Response {
    let (call, origin) = call(
        &state,
        request.headers(),
        request.extensions(),
        LIVE_ROUTE,
        Caller::MissingOrigin,
    );
    let entered = async {
        let admitted = state.perch.tokens.admit(&call).await?;
        let place = state.connected.enter(admitted, call.request_id)?;
        // What changed before it had its place was told to nobody.
        state
            .perch
            .tokens
            .recheck(&place.seat.admitted, LIVE_ROUTE, call.request_id)?;
        Ok::<_, Refusal>(place)
    };
    let mut response = match entered.await {
        Ok(place) => events(Stream {
            perch: state.perch.clone(),
            stopping: state.connected.stopping(),
            place,
            sent: Sent::Nothing,
        }),
        Err(refusal) => refuse(refusal, request.extensions()),
    };
    readable_by(origin, response.headers_mut());
    response
}

struct Stream {
    perch: Perch,
    stopping: watch::Receiver<bool>,
    place: LiveConnection,
    sent: Sent,
}

enum Sent {
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
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/event-stream"),
    );
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that hold answers back would hold back the news.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

impl Stream {
    /// The next piece of the answer; none where it is over.
    async fn next(&mut self) -> Option<Bytes> {
        match self.sent {
            Sent::Everything => return None,
            Sent::Nothing => {
                self.sent = Sent::Hello;
                return Some(Bytes::from_static(b": connected\n\n"));
            }
            Sent::Hello => {}
        }
        let seat = self.place.seat.clone();
        let beat = tokio::time::sleep(HEARTBEAT.min(Duration::from_secs(
            self.perch.tokens.seconds_left(&seat.admitted),
        )));
        let ended = tokio::select! {
            _ = self.stopping.wait_for(|stopping| *stopping) => return None,
            refusal = seat.ended() => Some(refusal.clone()),
            () = beat => None,
        };
        // Where nothing can be known the component asks again, and is told that. A change was just read.
        if ended.is_none() && self.perch.config.is_stale() {
            return None;
        }
        let ended = ended.or_else(|| {
            self.perch
                .tokens
                .recheck(&seat.admitted, LIVE_ROUTE, seat.request_id)
                .err()
        });
        Some(match ended {
            Some(refusal) => {
                self.sent = Sent::Everything;
                refused(&refusal, seat.request_id)
            }
            None => Bytes::from_static(b":\n\n"),
        })
    }
}

/// The event that ends a connection: the same envelope as a refused request's.
fn refused(refusal: &Refusal, request_id: Uuid) -> Bytes {
    let envelope = serde_json::json!({ "code": refusal.code.as_str(), "message": refusal.message, "requestId": request_id });
    Bytes::from(format!("event: refused\ndata: {envelope}\n\n"))
}
