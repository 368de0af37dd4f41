//! What happens without being asked: memory follows the database, and what has outlived its time is removed.

use crate::ambient::new_id;
use crate::perch::{Inner, Perch};
use perch_store::StoreFault;
use std::sync::Weak;
use std::time::Duration;
use tokio::time::Interval;

/// How often memory is compared with the database: well under the second within which a change must count everywhere.
const LOOK: Duration = Duration::from_millis(100);
/// How often what was counted in memory is written down.
const WRITE: Duration = Duration::from_secs(1);
/// How often, in turns of writing, expired rows are removed: once an hour.
const SWEEP_EVERY: u32 = 3_600;
const DAY: i64 = 86_400;

/// Starts two tasks: looking must not wait for writing and sweeping.
pub(crate) fn start(inner: &Weak<Inner>) {
    let (looking, writing) = (inner.clone(), inner.clone());
    tokio::spawn(async move {
        let mut tick = ticking(LOOK);
        while let Some(perch) = next(&mut tick, &looking).await {
            // A failure is already in the log, and the next look comes soon.
            let _ = perch.refresh().await;
        }
    });
    tokio::spawn(async move {
        let mut tick = ticking(WRITE);
        let mut until_sweep = 0u32;
        while let Some(perch) = next(&mut tick, &writing).await {
            perch.write_uses().await;
            perch.write_sightings().await;
            if let Some(fewer) = until_sweep.checked_sub(1) {
                until_sweep = fewer;
            } else {
                until_sweep = SWEEP_EVERY;
                perch.sweep().await;
            }
        }
    });
}

fn ticking(period: Duration) -> Interval {
    let mut tick = tokio::time::interval(period);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tick
}

/// The service at the next tick; none once it is gone or its database closed.
async fn next(tick: &mut Interval, inner: &Weak<Inner>) -> Option<Perch> {
    tick.tick().await;
    let perch = Perch::from_inner(inner.upgrade()?);
    (!perch.store.is_closed()).then_some(perch)
}

impl Perch {
    /// Removes expired sessions, forgotten failures, and mint records past their retention.
    async fn sweep(&self) {
        let now = self.now();
        let kept_since = self.now_seconds() - i64::from(self.record_days) * DAY;
        // Ids begin with their time, so the index finds what is old enough to look at.
        let bound = least_id(kept_since * 1_000);
        let swept: Result<(), StoreFault> = async {
            self.recount().await?;
            self.forget_dropped().await?;
            self.forget_sightings().await?;
            self.store.forget_revocations(now).await?;
            self.memory.load().organizations().for_each(|organization| organization.revocations.forget(now));
            self.store.delete_expired_sessions(now).await?;
            self.store.clear_sign_in_failures(&[], now - DAY * 1_000).await?;
            self.store.forget_mints(bound, kept_since).await?;
            Ok(())
        }
        .await;
        if let Err(error) = swept.or_else(|fault| if matches!(fault, StoreFault::Closed) { Ok(()) } else { Err(fault) }) {
            tracing::warn!(%error, "expired rows could not be removed; the next hour tries again");
        }
    }
}

/// The least id that a moment (Unix milliseconds) can give.
pub(crate) fn least_id(unix_milliseconds: i64) -> uuid::Uuid {
    new_id(unix_milliseconds.max(0), &Floor)
}

struct Floor;

impl crate::Entropy for Floor {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}
