//! Time and chance, passed in. The server gives the system's; tests give their own.

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

/// `N` random bytes.
pub(crate) fn random<const N: usize>(entropy: &dyn Entropy) -> [u8; N] {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes);
    bytes
}

/// A new id that sorts by its time (UUID v7, RFC 9562, section 5.7).
pub(crate) fn new_id(now: i64, entropy: &dyn Entropy) -> Uuid {
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
