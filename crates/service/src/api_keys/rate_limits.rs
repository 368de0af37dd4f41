//! How many requests a second are answered: of an address as far as they proved nothing, of an API key and of an organization as
//! far as they did. A caller who proves to hold a key or a token is never counted by address.

use crate::ports::System;
use perch_domain::{Code, Refusal};
use perch_store::{KeyId, OrganizationId};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// Requests a second; 0 is no limit. As many may come at once after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub key: u32,
    pub organization: u32,
    pub address: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            key: 0,
            organization: 0,
            address: 60,
        }
    }
}

/// The highest limit that can be set.
const MAX_LIMIT: u32 = 1_000_000;

impl Limits {
    /// Reads `key=0,organization=0,address=60`. What is not named keeps its default.
    pub fn parse(text: &str) -> Option<Self> {
        let mut limits = Self::default();
        for entry in text.split([',', ' ']).filter(|entry| !entry.is_empty()) {
            let (name, value) = entry.split_once('=')?;
            let value = value
                .trim()
                .parse()
                .ok()
                .filter(|value| *value <= MAX_LIMIT)?;
            match name.trim() {
                "key" => limits.key = value,
                "organization" => limits.organization = value,
                "address" => limits.address = value,
                _ => return None,
            }
        }
        Some(limits)
    }
}

/// Counts requests against the limits, as long as the service runs.
pub struct RateLimits {
    system: System,
    key: Gauge<KeyId>,
    organization: Gauge<OrganizationId>,
    address: Gauge<Network>,
}

/// Who is counted as one: an IPv4 address, or the 64 bits of IPv6 that one subscriber has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Network {
    v4: bool,
    bits: u64,
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self {
                v4: true,
                bits: address.to_bits().into(),
            },
            IpAddr::V6(address) => Self {
                v4: false,
                bits: u64::try_from(address.to_bits() >> 64).unwrap_or_default(),
            },
        }
    }
}

/// Microseconds.
const SECOND: i64 = 1_000_000;
/// Callers that are counted apart from each other at one time. Further ones share one count: none of them is forgotten, and a
/// flood from everywhere is not let through.
const MOST: usize = 65_536;

/// A leaky bucket for each `K`, as the generic cell rate algorithm keeps it (ITU-T I.371): one number, the moment at which the
/// bucket has run empty.
#[derive(Debug)]
struct Gauge<K> {
    /// Microseconds that one request fills the bucket for; 0 where nothing is counted.
    each: i64,
    buckets: Mutex<Buckets<K>>,
}

/// When each is empty, Unix microseconds.
#[derive(Debug)]
struct Buckets<K> {
    empty_at: HashMap<K, i64>,
    /// Of all who found no place of their own.
    others: i64,
    swept_at: i64,
}

impl<K: Eq + Hash> Gauge<K> {
    fn new(per_second: u32) -> Self {
        let each = if per_second == 0 {
            0
        } else {
            SECOND / i64::from(per_second)
        };
        Self {
            each,
            buckets: Mutex::new(Buckets {
                empty_at: HashMap::new(),
                others: 0,
                swept_at: 0,
            }),
        }
    }

    /// Counts one request at `now` (Unix milliseconds). Over the limit it is not counted, and the seconds to wait are told.
    fn count(&self, key: K, now: i64) -> Result<(), u32> {
        if self.each == 0 {
            return Ok(());
        }
        let now = now.saturating_mul(1_000);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let empty_at = buckets.of(key, now);
        // By a clock that was stepped back a bucket seems to be filled for long; it is never more than full.
        *empty_at = (*empty_at).clamp(now, now + SECOND);
        let over = *empty_at + self.each - (now + SECOND);
        if over > 0 {
            return Err(u32::try_from((over + SECOND - 1).div_euclid(SECOND)).unwrap_or(1));
        }
        *empty_at += self.each;
        Ok(())
    }
}

impl<K: Eq + Hash> Buckets<K> {
    fn of(&mut self, key: K, now: i64) -> &mut i64 {
        if self.empty_at.len() >= MOST && !self.empty_at.contains_key(&key) {
            if (now - self.swept_at).abs() >= SECOND {
                self.swept_at = now;
                self.empty_at
                    .retain(|_, empty_at| (now..=now + 2 * SECOND).contains(empty_at));
            }
            if self.empty_at.len() >= MOST {
                return &mut self.others;
            }
        }
        self.empty_at.entry(key).or_default()
    }
}

/// Whether a request that proved nothing came from an address that is over its limit: set where that is found out, asked where
/// the answer is made.
#[derive(Debug, Default)]
pub(crate) struct Over(AtomicU32);

impl Over {
    /// The refusal to answer with instead.
    pub fn refusal(&self) -> Option<Refusal> {
        let seconds = self.0.load(Ordering::Relaxed);
        (seconds > 0)
            .then(|| refused(seconds, "Too many requests without a valid API key or token came from this address; wait before trying again."))
    }
}

fn refused(seconds: u32, message: &'static str) -> Refusal {
    Refusal {
        message: message.into(),
        ..Refusal::retry(Code::TooManyRequests, seconds)
    }
}

impl RateLimits {
    pub(crate) fn new(limits: Limits, system: System) -> Self {
        Self {
            system,
            key: Gauge::new(limits.key),
            organization: Gauge::new(limits.organization),
            address: Gauge::new(limits.address),
        }
    }

    /// Counts a request that proved nothing by memory alone. `true` where its address is over the limit: then nobody else is
    /// asked, neither the database nor the caller's patience. A caller whose key is newer than memory is counted once.
    pub(crate) fn counts_against(&self, address: Option<IpAddr>, over: &Over) -> bool {
        let Some(address) = address else { return false };
        match self.address.count(address.into(), self.system.now()) {
            Ok(()) => false,
            Err(seconds) => {
                over.0.store(seconds, Ordering::Relaxed);
                true
            }
        }
    }

    /// The answer to a request that came without anything to prove.
    pub fn refuse_unproven(&self, refusal: Refusal, address: Option<IpAddr>) -> Refusal {
        let over = Over::default();
        self.counts_against(address, &over);
        over.refusal().unwrap_or(refusal)
    }

    /// Counts a request of a proven key, or of one of its tokens.
    ///
    /// # Errors
    /// `TOO_MANY_REQUESTS` over the key's or the organization's limit.
    pub(crate) fn count_proven(
        &self,
        key: KeyId,
        organization: OrganizationId,
    ) -> Result<(), Refusal> {
        if self.key.each == 0 && self.organization.each == 0 {
            return Ok(());
        }
        let now = self.system.now();
        self.key.count(key, now).map_err(|seconds| {
            refused(
                seconds,
                "Too many requests by this API key and its tokens; wait before trying again.",
            )
        })?;
        self.organization
            .count(organization, now)
            .map_err(|seconds| refused(seconds, "Too many requests by the API keys and tokens of this organization; wait before trying again."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(gauge: &Gauge<u32>, key: u32, now: i64, tries: usize) -> usize {
        (0..tries).filter(|_| gauge.count(key, now).is_ok()).count()
    }

    #[test]
    fn settings() {
        assert_eq!(Limits::parse(""), Some(Limits::default()));
        assert_eq!(
            Limits::parse("key=5, organization=7,address=0"),
            Some(Limits {
                key: 5,
                organization: 7,
                address: 0
            })
        );
        for wrong in [
            "key",
            "key=-1",
            "viewer=3",
            "address=1000001",
            "key=1;organization=2",
        ] {
            assert_eq!(Limits::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_second_has_so_many_and_a_pause_gives_them_back() {
        let gauge = Gauge::new(60);
        assert_eq!(passed(&gauge, 1, 0, 100), 60);
        assert_eq!(passed(&gauge, 2, 0, 100), 60, "each has its own");
        assert_eq!(passed(&gauge, 1, 500, 100), 30);
        assert_eq!(
            passed(&gauge, 1, 10_000, 100),
            60,
            "never more than a second's"
        );
        assert_eq!(passed(&gauge, 1, 10_000 - 86_400_000, 100), 0);
        assert_eq!(
            passed(&gauge, 1, 11_000 - 86_400_000, 100),
            60,
            "a clock that was stepped back costs a second"
        );
        assert_eq!(passed(&Gauge::new(0), 1, 0, 1_000), 1_000);
        let slow = Gauge::new(1);
        assert_eq!(
            [
                passed(&slow, 1, 0, 3),
                passed(&slow, 1, 999, 3),
                passed(&slow, 1, 1_000, 3)
            ],
            [1, 0, 1]
        );
        assert_eq!(slow.count(1, 1_000), Err(1));
    }

    #[test]
    fn what_is_kept_is_bounded_and_a_flood_from_everywhere_is_not_let_through() {
        let gauge = Gauge::new(2);
        let many = u32::try_from(MOST).unwrap();
        let passed_by_all = (0..2 * many)
            .filter(|key| gauge.count(*key, 1_000_000).is_ok())
            .count();
        assert_eq!(
            (gauge.buckets.lock().unwrap().empty_at.len(), passed_by_all),
            (MOST, MOST + 2),
            "whoever has no place shares two"
        );
        assert_eq!(
            passed(&gauge, 0, 1_000_000, 2),
            1,
            "known ones keep their own count"
        );
        assert_eq!(
            passed(&gauge, 2 * many, 1_002_000, 3),
            2,
            "places come free when their second has passed"
        );
        assert_eq!(gauge.buckets.lock().unwrap().empty_at.len(), 1);
    }

    #[test]
    fn one_subscriber_is_one_network() {
        let network = |text: &str| Network::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_ne!(network("::1"), network("0.0.0.0"));
    }
}
