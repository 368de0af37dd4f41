//! The clock and the source of randomness, which are injected: the server passes the system's, tests pass their own.
//!
//! Everything in this crate may import this file; it imports nothing of this crate.

use std::sync::Arc;
use uuid::Uuid;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Unix milliseconds.
    fn now(&self) -> i64;
}

/// Gives unpredictable bytes.
pub trait Entropy: Send + Sync {
    fn fill(&self, bytes: &mut [u8]);
}

/// The clock and the source of randomness as the parts of the service hold them.
#[derive(Clone)]
pub struct System {
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl System {
    pub(crate) fn new(clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { clock, entropy }
    }

    /// Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    pub(crate) fn now_seconds(&self) -> i64 {
        self.now().div_euclid(1_000)
    }

    /// `N` random bytes.
    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        random(&*self.entropy)
    }

    /// A new id: of a row, a request or a form.
    pub fn new_id(&self) -> Uuid {
        new_id(self.now(), &*self.entropy)
    }

    /// A new id of a time after `moment`, Unix milliseconds.
    pub(crate) fn new_id_after(&self, moment: i64) -> Uuid {
        new_id(self.now().max(moment.saturating_add(1)), &*self.entropy)
    }

    /// New ids in ascending order: rows that are added together keep the order they were given in.
    pub(crate) fn new_ids(&self, count: usize) -> Vec<Uuid> {
        let mut ids: Vec<_> = (0..count).map(|_| self.new_id()).collect();
        ids.sort_unstable();
        ids
    }

    /// A nonce for the content policy of one answer.
    pub fn new_nonce(&self) -> String {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(self.random::<16>())
    }
}

/// The smallest id that a moment (Unix milliseconds) can give.
pub(crate) fn least_id(unix_milliseconds: i64) -> Uuid {
    new_id(unix_milliseconds.max(0), &ZeroBytes)
}

struct ZeroBytes;

impl Entropy for ZeroBytes {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// `N` random bytes.
fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// A new id that sorts by its time (UUID v7, RFC 9562, section 5.7).
fn new_id(now: i64, entropy: &dyn Entropy) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(now.unsigned_abs(), &random(entropy)).into_uuid()
}

/// A clock that is moved by hand.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub struct ManualClock(std::sync::atomic::AtomicI64);

#[cfg(feature = "testing")]
impl ManualClock {
    pub fn at(unix_milliseconds: i64) -> Self {
        Self(unix_milliseconds.into())
    }

    pub fn advance_seconds(&self, seconds: i64) {
        self.advance_milliseconds(seconds * 1_000);
    }

    pub fn advance_milliseconds(&self, milliseconds: i64) {
        self.0
            .fetch_add(milliseconds, std::sync::atomic::Ordering::SeqCst);
    }
}

#[cfg(feature = "testing")]
impl Clock for ManualClock {
    fn now(&self) -> i64 {
        self.0.load(std::sync::atomic::Ordering::SeqCst)
    }
}

/// Bytes that differ on every call and are the same in every run.
#[cfg(feature = "testing")]
#[derive(Debug, Default)]
pub struct CountedEntropy(std::sync::atomic::AtomicU64);

#[cfg(feature = "testing")]
impl Entropy for CountedEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        use sha2::{Digest, Sha256};
        for chunk in bytes.chunks_mut(32) {
            let count = self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let block = Sha256::digest(count.to_be_bytes());
            for (to, from) in chunk.iter_mut().zip(block) {
                *to = from;
            }
        }
    }
}
