//! One connection: what it is doing, and how long it may go on doing that.

use super::served::Served;
use super::table::Seat;
use super::wire::Wire;
use super::{Answer, Bounds};
use axum::extract::Request;
use futures_util::task::AtomicWaker;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::Poll;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep};

/// Bytes of a request's head. Tokens have at most 6 KiB; a thousand unfinished heads must not fill the memory.
const MAX_HEAD: usize = 32 * 1024;

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Phase {
    /// Nobody has sent a whole request yet.
    New,
    /// A request is being answered.
    Busy,
    /// The answer is on its way.
    Answering,
    /// Between two requests.
    Idle,
    /// The next request began, and its head is not complete.
    Head,
}

impl Phase {
    fn awaits_head(self) -> bool {
        matches!(self, Self::New | Self::Head)
    }

    /// Whether nothing is lost to the caller when the connection closes.
    fn may_close(self) -> bool {
        self.awaits_head() || self == Self::Idle
    }
}

/// What a connection was told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Wish {
    Stay,
    /// To close once the request under way is answered.
    Finish,
    /// To make room: to close now, or like `Finish` where a request is under way.
    Leave,
}

/// What the pieces of one connection and the table of all know of it.
#[derive(Debug)]
pub(super) struct Line {
    phase: AtomicU8,
    /// Whether bytes went either way since this was last looked at.
    moved: AtomicBool,
    wish: AtomicU8,
    waker: AtomicWaker,
}

impl Line {
    pub fn new() -> Self {
        Self {
            phase: AtomicU8::new(Phase::New as u8),
            moved: AtomicBool::new(false),
            wish: AtomicU8::new(Wish::Stay as u8),
            waker: AtomicWaker::new(),
        }
    }

    pub fn phase(&self) -> Phase {
        const PHASES: [Phase; 5] = [
            Phase::New,
            Phase::Busy,
            Phase::Answering,
            Phase::Idle,
            Phase::Head,
        ];
        let phase = self.phase.load(Ordering::Acquire);
        PHASES
            .into_iter()
            .find(|known| *known as u8 == phase)
            .unwrap_or(Phase::New)
    }

    pub fn turn(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::Release);
    }

    /// From one phase to the next, unless it is in another.
    pub fn pass(&self, from: Phase, to: Phase) {
        let _ =
            self.phase
                .compare_exchange(from as u8, to as u8, Ordering::AcqRel, Ordering::Relaxed);
    }

    pub fn move_on(&self) {
        self.moved.store(true, Ordering::Relaxed);
    }

    pub fn tell(&self, wish: Wish) {
        self.wish.fetch_max(wish as u8, Ordering::AcqRel);
        self.waker.wake();
    }

    fn is_told(&self, wish: Wish) -> bool {
        self.wish.load(Ordering::Acquire) >= wish as u8
    }
}

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
        line.waker.register(context.waker());
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
                None if !line.moved.swap(false, Ordering::Relaxed) && phase != Phase::Busy => {
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
