//! The state of one connection: what it is doing, whether bytes move, and what it was told to do.

use futures_util::task::AtomicWaker;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::Waker;

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
    pub fn awaits_head(self) -> bool {
        matches!(self, Self::New | Self::Head)
    }

    /// Whether nothing is lost to the caller when the connection closes.
    pub fn may_close(self) -> bool {
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

    pub fn is_told(&self, wish: Wish) -> bool {
        self.wish.load(Ordering::Acquire) >= wish as u8
    }

    /// Wakes this task when the connection is told something.
    pub fn register(&self, waker: &Waker) {
        self.waker.register(waker);
    }

    /// Whether bytes went either way since this was asked last.
    pub fn take_moved(&self) -> bool {
        self.moved.swap(false, Ordering::Relaxed)
    }
}
