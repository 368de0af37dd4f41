//! Passwords: argon2id (RFC 9106) with the parameters OWASP recommends, on blocking threads, few at a time, with places kept
//! for callers who proved something.

use crate::perch::Perch;
use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};
use perch_domain::{Code, Refusal};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

/// 19 MiB, two passes, one lane.
fn argon2id() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).unwrap_or_default();
    Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
}

fn hash(password: &str, salt: [u8; 16]) -> Option<String> {
    let salt = SaltString::encode_b64(&salt).ok()?;
    argon2id().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

/// A hash in the right form that no password fits, made without the cost of hashing.
pub(crate) fn decoy(random: [u8; 32]) -> String {
    use base64::Engine;
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes);
    let (salt, output) = random.split_at(16);
    format!("$argon2id$v=19$m=19456,t=2,p=1${}${}", encode(salt), encode(&[output, output].concat()))
}

/// Who waits for a password to be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hasher {
    /// Somebody on a known device, signed in, or with a one-time link.
    Known,
    Stranger,
}

/// Passwords that wait to be hashed, by who asks.
const STRANGERS_WAITING: usize = 32;
const KNOWN_WAITING: usize = 32;
/// Passwords hashed at a time (19 MiB each), and those of them that may be strangers'.
const RUNNING: usize = 2;
const STRANGERS_RUNNING: usize = 1;
/// Seconds after which a full queue has room again.
const QUEUE_MOVES: u32 = 2;

/// The places where passwords wait and are hashed. Strangers never have all of them.
pub(crate) struct Hashing {
    known: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    running: Arc<Semaphore>,
    strangers_running: Arc<Semaphore>,
}

/// A place in the queue, until the password is hashed.
#[must_use]
pub(crate) struct Place {
    hasher: Hasher,
    _waiting: OwnedSemaphorePermit,
}

impl Default for Hashing {
    fn default() -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self {
            known: places(KNOWN_WAITING),
            strangers: places(STRANGERS_WAITING),
            running: places(RUNNING),
            strangers_running: places(STRANGERS_RUNNING),
        }
    }
}

impl Hashing {
    /// A place in the queue. Beyond a bounded queue it is better to say so than to keep everybody waiting.
    pub fn place(&self, hasher: Hasher) -> Result<Place, Refusal> {
        let waiting = if hasher == Hasher::Known { &self.known } else { &self.strangers };
        let waiting = waiting.clone().try_acquire_owned().map_err(|_| busy())?;
        Ok(Place { hasher, _waiting: waiting })
    }

    /// Works on a blocking thread when it is this place's turn. The work keeps its turn to its end, also where the caller has
    /// gone: those who hang up must not make room for more.
    async fn run<T: Send + 'static>(&self, place: Place, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        let turn = |places: &Arc<Semaphore>| places.clone().acquire_owned();
        let strangers = match place.hasher {
            Hasher::Stranger => Some(turn(&self.strangers_running).await.map_err(|_| Code::Unavailable)?),
            Hasher::Known => None,
        };
        let running = turn(&self.running).await.map_err(|_| Code::Unavailable)?;
        let working = tokio::task::spawn_blocking(move || {
            let _until_done = (place, strangers, running);
            work()
        });
        working.await.map_err(|_| Code::Internal.into())
    }
}

fn busy() -> Refusal {
    let message = "Many people are signing in right now; try again in a moment.";
    Refusal { message: message.into(), ..Refusal::retry(Code::TooManyRequests, QUEUE_MOVES) }
}

impl Perch {
    /// Hashes a new password. The caller proved who they are before.
    pub(crate) async fn hash_password(&self, password: Zeroizing<String>) -> Result<String, Refusal> {
        let salt = crate::ambient::random(&*self.entropy);
        let place = self.hashing.place(Hasher::Known)?;
        self.hashing.run(place, move || hash(&password, salt)).await?.ok_or_else(|| Code::Internal.into())
    }

    /// Whether the password fits; with no hash it takes the same time and does not.
    pub(crate) async fn verify_password(&self, place: Place, password: Zeroizing<String>, stored: Option<String>) -> Result<bool, Refusal> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy_hash.clone());
        let verify = move || {
            let parsed = PasswordHash::new(&stored);
            known & parsed.is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok())
        };
        self.hashing.run(place, verify).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoy_is_a_hash_that_costs_the_same_and_fits_nothing() {
        let decoy = decoy([7; 32]);
        let parsed = PasswordHash::new(&decoy).unwrap();
        assert_eq!((parsed.params.get_str("m"), parsed.params.get_str("t"), parsed.params.get_str("p")), (Some("19456"), Some("2"), Some("1")));
        assert!(argon2id().verify_password(b"anything", &parsed).is_err());
        let real = hash("correct horse battery", [1; 16]).unwrap();
        assert!(real.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(argon2id().verify_password(b"correct horse battery", &PasswordHash::new(&real).unwrap()).is_ok());
    }

    #[tokio::test]
    async fn strangers_leave_places_for_the_known_waiting_and_running() {
        let hashing = Arc::new(Hashing::default());
        let places: Vec<_> = (0..STRANGERS_WAITING).map(|_| hashing.place(Hasher::Stranger).unwrap()).collect();
        let refused = hashing.place(Hasher::Stranger).err().unwrap();
        assert_eq!((refused.code, refused.retry_after), (Code::TooManyRequests, Some(QUEUE_MOVES)));
        let (end, wait) = std::sync::mpsc::channel::<()>();
        let wait = Arc::new(std::sync::Mutex::new(wait));
        let strangers: Vec<_> = places
            .into_iter()
            .map(|place| {
                let (hashing, wait) = (hashing.clone(), wait.clone());
                tokio::spawn(async move { hashing.run(place, move || wait.lock().unwrap().recv().is_err()).await })
            })
            .collect();
        let known = hashing.place(Hasher::Known).unwrap();
        assert!(hashing.run(known, || true).await.unwrap(), "while strangers hold every turn that is theirs");
        drop(end);
        for stranger in strangers {
            assert!(stranger.await.unwrap().unwrap());
        }
        assert!(hashing.place(Hasher::Stranger).is_ok());
    }

    #[tokio::test]
    async fn a_caller_who_hangs_up_keeps_the_turn_until_the_work_is_done() {
        let hashing = Arc::new(Hashing::default());
        let (end, wait) = std::sync::mpsc::channel::<()>();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let place = hashing.place(Hasher::Stranger).unwrap();
        let caller = tokio::spawn({
            let hashing = hashing.clone();
            async move {
                let work = move || {
                    begun.send(()).unwrap();
                    wait.recv().is_err()
                };
                hashing.run(place, work).await
            }
        });
        begins.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        assert_eq!((hashing.running.available_permits(), hashing.strangers_running.available_permits()), (RUNNING - 1, 0));
        drop(end);
        let next = hashing.place(Hasher::Stranger).unwrap();
        assert!(hashing.run(next, || true).await.unwrap());
    }
}
