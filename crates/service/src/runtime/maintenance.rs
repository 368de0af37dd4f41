//! What happens without being asked: memory follows the database, and what has outlived its time is removed.

use crate::config::revocations::REVOCATION_TTL;
use crate::perch::{Inner, Perch};
use crate::ports::new_id;
use perch_store::StoreError;
use std::sync::Weak;
use std::time::Duration;
use tokio::time::{Instant, Interval};

/// How often what was counted in memory is written down, and how often a write is tried while writing fails.
const WRITE: Duration = Duration::from_secs(1);
/// How often, in turns of writing, expired rows are removed: once an hour, the first time after an hour.
const SWEEP_EVERY: u32 = 3_600;
/// Milliseconds.
const DAY: i64 = 86_400_000;

/// Starts three tasks: following the database must wait neither for writing nor for sweeping.
pub(crate) fn start(inner: &Weak<Inner>, trusted_clock: TrustedClock) {
    let (following, trying, writing) = (inner.clone(), inner.clone(), inner.clone());
    tokio::spawn(follow(following));
    tokio::spawn(async move {
        let mut tick = ticking(WRITE);
        while let Some(perch) = next(&mut tick, &trying).await {
            if !perch.store.writes_work() {
                // What came of it is known to the store.
                let _ = perch.store.try_writing().await;
            }
        }
    });
    tokio::spawn(async move {
        let started = Instant::now();
        let mut tick = ticking(WRITE);
        let mut until_sweep = SWEEP_EVERY;
        while let Some(perch) = next(&mut tick, &writing).await {
            perch.flush_attribute_usage().await;
            perch.flush_activity().await;
            perch.write_untrusted_proxy().await;
            if let Some(fewer) = until_sweep.checked_sub(1) {
                until_sweep = fewer;
            } else {
                until_sweep = SWEEP_EVERY;
                let lived = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
                perch.sweep(trusted_clock.until(perch.now(), lived)).await;
            }
        }
    });
}

/// Keeps memory what the database holds. A failure is known to the store, and the next look comes soon.
async fn follow(inner: Weak<Inner>) {
    let Some(mut following) = alive(&inner).map(|perch| perch.store.follow()) else {
        return;
    };
    while let Some(perch) = alive(&inner) {
        let _ = perch.refresh_from(following.ask()).await;
        drop(perch);
        following.wait().await;
    }
}

fn ticking(period: Duration) -> Interval {
    let mut tick = tokio::time::interval(period);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tick
}

/// The service at the next tick; none once it is gone or its database closed.
async fn next(tick: &mut Interval, inner: &Weak<Inner>) -> Option<Perch> {
    tick.tick().await;
    alive(inner)
}

fn alive(inner: &Weak<Inner>) -> Option<Perch> {
    let perch = Perch::from_inner(inner.upgrade()?);
    (!perch.store.is_closed()).then_some(perch)
}

/// How far a clock is believed when rows are removed for their age. A machine can start with a clock that is days or years
/// ahead, and what it removed by that clock would be missing once the clock is right: a revoked token would be good again. So
/// the clock counts only as far as the newest record from before the start says, plus the time this process has lived; and in
/// full once the process has lived so long that every token from before its start has expired in any case. Unix milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TrustedClock {
    started: i64,
    newest_record: i64,
}

impl TrustedClock {
    /// `newest_mint` is the time of the newest token on record; the generation is the time of the newest change.
    pub fn at_start(now: i64, newest_mint: Option<i64>, generation: i64) -> Self {
        Self {
            started: now,
            newest_record: newest_mint.unwrap_or(0).max(generation),
        }
    }

    /// Up to when rows may have expired, at this clock's time after this many milliseconds of life.
    pub fn until(self, now: i64, lived: i64) -> i64 {
        let believed = if lived >= REVOCATION_TTL {
            self.started
        } else {
            self.started.min(self.newest_record)
        };
        now.min(believed.saturating_add(lived))
    }
}

impl Perch {
    /// Removes what has expired by this moment (Unix milliseconds): sessions, forgotten failures, revocations, and mint records
    /// past their retention.
    pub(crate) async fn sweep(&self, until: i64) {
        let kept_since = until - i64::from(self.record_days) * DAY;
        // Ids begin with their time, so the index finds what is old enough to look at.
        let bound = least_id(kept_since);
        let swept: Result<(), StoreError> = async {
            self.recount().await?;
            self.forget_dropped(until).await?;
            self.forget_activity(until).await?;
            self.store.forget_revocations(until).await?;
            self.memory
                .load()
                .organizations()
                .for_each(|organization| organization.revocations.forget(until));
            self.store.delete_expired_sessions(until).await?;
            self.store.clear_sign_in_failures(&[], until - DAY).await?;
            self.forget_devices(until).await?;
            self.store
                .forget_mints(bound, kept_since.div_euclid(1_000))
                .await?;
            Ok(())
        }
        .await;
        if let Err(error) = swept.or_else(|fault| {
            if matches!(fault, StoreError::Closed) {
                Ok(())
            } else {
                Err(fault)
            }
        }) {
            tracing::warn!(%error, "expired rows could not be removed; the next hour tries again");
        }
    }

    /// What the upkeep would remove at this clock's time after so many milliseconds of life, for tests.
    #[cfg(feature = "testing")]
    pub async fn sweep_after(&self, started: i64, newest_mint: Option<i64>, lived: i64) {
        let trusted_clock = TrustedClock::at_start(started, newest_mint, 0);
        self.sweep(trusted_clock.until(self.now(), lived)).await;
    }
}

/// The least id that a moment (Unix milliseconds) can give.
pub(crate) fn least_id(unix_milliseconds: i64) -> uuid::Uuid {
    new_id(unix_milliseconds.max(0), &ZeroBytes)
}

struct ZeroBytes;

impl crate::Entropy for ZeroBytes {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_168_800_000;

    #[test]
    fn a_clock_is_believed_as_far_as_records_and_life_say() {
        let right = TrustedClock::at_start(NOW, Some(NOW - 60_000), 5);
        assert_eq!(right.until(NOW + DAY, DAY), NOW - 60_000 + DAY);
        // A start a year ahead, a step ahead in the middle of life, and a step back.
        let ahead = TrustedClock::at_start(NOW + 365 * DAY, Some(NOW), 5);
        assert_eq!(
            ahead.until(NOW + 365 * DAY + 3_600_000, 3_600_000),
            NOW + 3_600_000
        );
        assert_eq!(
            right.until(NOW + 9 * DAY, 3_600_000),
            NOW - 60_000 + 3_600_000
        );
        assert_eq!(right.until(NOW - DAY, 3_600_000), NOW - DAY);
        // A server that was off for weeks catches up once every token from before has expired.
        let back = TrustedClock::at_start(NOW, Some(NOW - 21 * DAY), 5);
        assert_eq!(back.until(NOW + DAY, DAY), NOW - 20 * DAY);
        assert_eq!(
            back.until(NOW + REVOCATION_TTL, REVOCATION_TTL),
            NOW + REVOCATION_TTL
        );
        // The newest change counts as a record; a generation of an early version is no time.
        assert_eq!(
            TrustedClock::at_start(NOW, None, NOW - 5).until(NOW, 0),
            NOW - 5
        );
    }
}
