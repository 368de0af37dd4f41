//! Answers of one kind, counted so that a flood of them writes one line a second.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Milliseconds between two lines.
const APART: i64 = 1_000;

/// How many there were since the last line, and when that was (Unix milliseconds).
#[derive(Debug, Default)]
pub(crate) struct Tally {
    count: AtomicU64,
    told_at: AtomicI64,
}

impl Tally {
    /// Counts one; where a line is due, how many it stands for.
    pub fn count(&self, now: i64) -> Option<u64> {
        self.count.fetch_add(1, Ordering::Relaxed);
        let told_at = self.told_at.load(Ordering::Relaxed);
        // A clock that went back does not silence it either.
        let due = !(told_at..told_at + APART).contains(&now);
        let mine = due
            && self
                .told_at
                .compare_exchange(told_at, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        mine.then(|| self.count.swap(0, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_one_line_a_second() {
        let tally = Tally::default();
        let now = 1_795_168_800_000;
        assert_eq!(tally.count(now), Some(1), "the first is told at once");
        let lines: Vec<_> = (1..5_000)
            .filter_map(|count| tally.count(now + count))
            .collect();
        assert_eq!(lines, [1_000; 4]);
        assert_eq!(tally.count(now - 1), Some(1_000), "a clock that went back");
    }
}
