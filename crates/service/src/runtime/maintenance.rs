//! Background tasks: follow the generation of the configuration, write what was noted in memory, delete expired rows.
//!
//! Only a server runs them; commands do not.

use crate::activity::attribute_usage::AttributeUsage;
use crate::activity::embed_activity::EmbedActivity;
use crate::config::ConfigCache;
use crate::config::revocations::REVOCATION_TTL;
use crate::people::DEVICE_LIFETIME;
use crate::ports::{System, least_id};
use crate::runtime::doctor::Doctor;
use perch_store::{Store, StoreError};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::time::{Instant, Interval};

/// How often notes are written, and how often a write is tried while writing fails.
const WRITE: Duration = Duration::from_secs(1);
/// Expired rows are deleted once in so many writes: once an hour, the first time after an hour.
const SWEEP_EVERY: u32 = 3_600;
/// Milliseconds.
const DAY: i64 = 86_400_000;

/// What the background tasks work on. They end when it is dropped or its database is closed.
pub(crate) struct Maintenance {
    store: Store,
    config: Arc<ConfigCache>,
    system: System,
    activity: Arc<EmbedActivity>,
    usage: Arc<AttributeUsage>,
    doctor: Arc<Doctor>,
    record_days: u32,
}

impl Maintenance {
    pub fn new(
        store: Store,
        config: Arc<ConfigCache>,
        system: System,
        activity: Arc<EmbedActivity>,
        usage: Arc<AttributeUsage>,
        doctor: Arc<Doctor>,
        record_days: u32,
    ) -> Self {
        Self {
            store,
            config,
            system,
            activity,
            usage,
            doctor,
            record_days,
        }
    }

    /// Starts three tasks: following the database must wait neither for writes nor for deletions.
    pub fn run(this: &Arc<Self>, trusted_clock: TrustedClock) {
        let maintenance = Arc::downgrade(this);
        let (following, trying, writing) = (maintenance.clone(), maintenance.clone(), maintenance);
        tokio::spawn(follow(following));
        tokio::spawn(async move {
            let mut tick = ticking(WRITE);
            while let Some(this) = next(&mut tick, &trying).await {
                if !this.store.writes_work() {
                    // The store remembers the outcome.
                    let _ = this.store.try_writing().await;
                }
            }
        });
        tokio::spawn(async move {
            let started = Instant::now();
            let mut tick = ticking(WRITE);
            let mut until_sweep = SWEEP_EVERY;
            while let Some(this) = next(&mut tick, &writing).await {
                this.flush().await;
                if let Some(fewer) = until_sweep.checked_sub(1) {
                    until_sweep = fewer;
                } else {
                    until_sweep = SWEEP_EVERY;
                    let lived = i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX);
                    this.sweep(trusted_clock.until(this.system.now(), lived))
                        .await;
                }
            }
        });
    }

    /// Writes everything that was noted in memory.
    pub async fn flush(&self) {
        self.usage.flush().await;
        self.activity.flush().await;
        self.doctor.flush().await;
    }

    /// Removes what has expired by this moment (Unix milliseconds): sessions, forgotten failures, revocations, and mint records
    /// past their retention.
    pub async fn sweep(&self, until: i64) {
        let kept_since = until - i64::from(self.record_days) * DAY;
        // Ids begin with their time, so the index finds what is old enough to look at.
        let bound = least_id(kept_since);
        let swept: Result<(), StoreError> = async {
            self.config.recount().await?;
            self.usage.forget(until).await?;
            self.activity.forget(until).await?;
            self.store.forget_revocations(until).await?;
            self.config
                .snapshot()
                .organizations()
                .for_each(|organization| organization.revocations.forget(until));
            self.store.delete_expired_sessions(until).await?;
            self.store.clear_sign_in_failures(&[], until - DAY).await?;
            self.store.forget_devices(until - DEVICE_LIFETIME).await?;
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
}

/// Keeps the snapshot equal to the database. The store remembers a failure, and the next look comes soon.
async fn follow(maintenance: Weak<Maintenance>) {
    let Some(mut following) = alive(&maintenance).map(|this| this.store.follow()) else {
        return;
    };
    while let Some(this) = alive(&maintenance) {
        let _ = this.config.refresh_from(following.ask()).await;
        drop(this);
        following.wait().await;
    }
}

fn ticking(period: Duration) -> Interval {
    let mut tick = tokio::time::interval(period);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    tick
}

/// Waits for the next tick; `None` once the service is gone or its database is closed.
async fn next(tick: &mut Interval, maintenance: &Weak<Maintenance>) -> Option<Arc<Maintenance>> {
    tick.tick().await;
    alive(maintenance)
}

fn alive(maintenance: &Weak<Maintenance>) -> Option<Arc<Maintenance>> {
    maintenance.upgrade().filter(|this| !this.store.is_closed())
}

/// How far a clock is believed when rows are removed for their age. A machine can start with a clock that is days or years
/// ahead, and what it removed by that clock would be missing once the clock is right: a revoked token would be good again. So
/// the clock counts only as far as the newest record from before the start says, plus the time this process has lived; and in
/// full once the process has lived so long that every token from before its start has expired in any case. Unix milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct TrustedClock {
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
