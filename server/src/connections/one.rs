//! Serves one connection, and ends the connection where it takes too long.

use super::bounds::{Answer, Bounds};
use super::line::{Phase, Wish};
use super::served::Served;
use super::table::Seat;
use super::wire::Wire;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep};

/// Bytes of a request's head. Tokens have at most 6 KiB; a thousand unfinished heads must not fill the memory.
const MAX_HEAD: usize = 32 * 1024;

/// Serves one connection to its end.
pub(super) async fn serve<I, H>(io: I, handler: H, seat: Seat, bounds: Bounds)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request) -> Answer,
{
    let line = seat.line().clone();
    let served = Served::new(handler, line.clone());
    // hyper's own timer for heads runs between requests too, so it would close what a proxy keeps for later after ten seconds.
    let connection = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(Wire::new(io, line.clone())), served);
    let mut connection = pin!(connection);
    let mut patience = pin!(sleep(bounds.head_time));
    // The head that is awaited: its place in the table, and until when.
    let mut head: Option<(u64, Instant)> = None;
    let mut finishing = false;
    poll_fn(|context| {
        line.register(context.waker());
        loop {
            if connection.as_mut().poll(context).is_ready() {
                return Poll::Ready(());
            }
            let phase = line.phase();
            match head {
                None if phase.awaits_head() => {
                    let until = Instant::now() + bounds.head_time;
                    head = Some((seat.await_head(), until));
                    if patience.deadline() > until {
                        patience.as_mut().reset(until);
                    }
                }
                Some((place, _)) if !phase.awaits_head() => {
                    seat.heard_head(place);
                    head = None;
                }
                _ => {}
            }
            if line.is_told(Wish::Leave) && phase.may_close() {
                return Poll::Ready(());
            }
            if line.is_told(Wish::Finish) && !finishing {
                finishing = true;
                connection.as_mut().graceful_shutdown();
                continue;
            }
            if patience.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            let now = Instant::now();
            match head {
                Some((_, until)) if until <= now => return Poll::Ready(()),
                Some((_, until)) => patience.as_mut().reset(until),
                // Handlers end by deadlines of their own.
                None if !line.take_moved() && phase != Phase::Busy => {
                    return Poll::Ready(());
                }
                None => patience.as_mut().reset(now + bounds.idle_time),
            }
        }
    })
    .await;
    if let Some((place, _)) = head {
        seat.heard_head(place);
    }
}
