//! The system's clock and randomness: the one place that asks for them.

use perch_service::{Clock, Entropy};
use std::cell::RefCell;

/// The wall clock.
#[derive(Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is given"
    )]
    fn now(&self) -> i64 {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// The operating system's random bytes. Every request has an id, so what ids are made of is asked for many at a time; what keys
/// are made of never waits in memory.
#[derive(Debug)]
pub struct SystemEntropy;

/// Bytes that no key or one-time secret is as short as.
const SHORT: usize = 16;
/// Bytes asked for at a time.
const STORE: usize = 1_024;

thread_local! {
    /// Bytes nobody was given yet, and how many of them are used up.
    static AHEAD: RefCell<([u8; STORE], usize)> = const { RefCell::new(([0; STORE], STORE)) };
}

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        if bytes.len() > SHORT {
            return ask(bytes);
        }
        AHEAD.with_borrow_mut(|(ahead, used)| {
            if STORE - *used < bytes.len() {
                ask(ahead);
                *used = 0;
            }
            for (to, from) in bytes.iter_mut().zip(ahead.iter_mut().skip(*used)) {
                *to = std::mem::take(from);
            }
            *used += bytes.len();
        });
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the source that everything else is given"
)]
fn ask(bytes: &mut [u8]) {
    if getrandom::fill(bytes).is_err() {
        // Keys made of anything else would be worse than no process at all.
        eprintln!("perch: the operating system gives no random bytes");
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_given_twice() {
        let mut seen = std::collections::HashSet::new();
        // Past the end of several stores, in a length that does not divide one.
        for _ in 0..1_000 {
            let mut id = [0; 10];
            SystemEntropy.fill(&mut id);
            assert!(id != [0; 10] && seen.insert(id), "{id:?}");
        }
        let mut key = [0; 32];
        SystemEntropy.fill(&mut key);
        assert!(
            key.chunks(10)
                .all(|part| part.iter().any(|byte| *byte != 0))
        );
    }
}
