//! Passwords: argon2id (RFC 9106) with the parameters OWASP recommends, on blocking threads, few at a time, with places kept
//! for callers who proved something.

use crate::error::Error;
use crate::ports::System;
use argon2::password_hash::{Output, PasswordHash, SaltString};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use perch_domain::{Code, Refusal};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

/// 19 MiB, two passes, one lane.
fn params() -> Params {
    Params::new(19_456, 2, 1, None).unwrap_or_default()
}

/// What one hash works in. It is used again by whoever is next: asked for anew each time, a flood of sign-ins has the allocator
/// keep several times as much.
type HashBlocks = Vec<Block>;

/// Hashes into as many bytes as `out` has, and leaves nothing of the password in the memory.
fn fill(
    params: Params,
    password: &str,
    salt: &[u8],
    out: &mut [u8],
    memory: &mut HashBlocks,
) -> Option<()> {
    memory.resize(params.block_count(), Block::default());
    let argon2id = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let done = argon2id.hash_password_into_with_memory(
        password.as_bytes(),
        salt,
        out,
        memory.as_mut_slice(),
    );
    memory.fill(Block::default());
    done.ok()
}

/// A PHC string of a new hash.
fn hash(password: &str, salt: [u8; 16], memory: &mut HashBlocks) -> Option<String> {
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    fill(params(), password, &salt, &mut out, memory)?;
    let salt = SaltString::encode_b64(&salt).ok()?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: (&params()).try_into().ok()?,
        salt: Some(salt.as_salt()),
        hash: Some(Output::new(&out).ok()?),
    };
    Some(hash.to_string())
}

/// Whether the password fits a hash that was made here, compared in constant time.
fn fits(password: &str, stored: &str, memory: &mut HashBlocks) -> Option<bool> {
    let stored = PasswordHash::new(stored).ok()?;
    let (salt, expected) = stored.salt.zip(stored.hash)?;
    let ours = stored.algorithm == Algorithm::Argon2id.ident()
        && stored.version == Some(Version::V0x13.into());
    let mut decoded = [0; 64];
    let salt = salt.decode_b64(&mut decoded).ok()?;
    let mut out = vec![0; expected.len()];
    fill(
        Params::try_from(&stored).ok()?,
        password,
        salt,
        &mut out,
        memory,
    )?;
    Some(
        ours && bool::from(subtle::ConstantTimeEq::ct_eq(
            out.as_slice(),
            expected.as_bytes(),
        )),
    )
}

/// A hash in the right form that no password fits, made without the cost of hashing.
fn decoy(random: [u8; 32]) -> String {
    use base64::Engine;
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes);
    let (salt, output) = random.split_at(16);
    format!(
        "$argon2id$v=19$m=19456,t=2,p=1${}${}",
        encode(salt),
        encode(&[output, output].concat())
    )
}

/// Who waits for a password to be hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HashPriority {
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
struct HashQueue {
    known: Arc<Semaphore>,
    strangers: Arc<Semaphore>,
    running: Arc<Semaphore>,
    strangers_running: Arc<Semaphore>,
    /// Memory for whoever is next; none is kept while nobody waits.
    memory: Arc<Mutex<Vec<HashBlocks>>>,
}

/// A place in the queue, until the password is hashed.
#[must_use]
pub(crate) struct QueuePlace {
    hasher: HashPriority,
    _waiting: OwnedSemaphorePermit,
}

impl Default for HashQueue {
    fn default() -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self {
            known: places(KNOWN_WAITING),
            strangers: places(STRANGERS_WAITING),
            running: places(RUNNING),
            strangers_running: places(STRANGERS_RUNNING),
            memory: Arc::default(),
        }
    }
}

impl HashQueue {
    /// A place in the queue. Beyond a bounded queue it is better to say so than to keep everybody waiting.
    pub fn place(&self, hasher: HashPriority) -> Result<QueuePlace, Refusal> {
        let waiting = if hasher == HashPriority::Known {
            &self.known
        } else {
            &self.strangers
        };
        let waiting = waiting.clone().try_acquire_owned().map_err(|_| busy())?;
        Ok(QueuePlace {
            hasher,
            _waiting: waiting,
        })
    }

    /// Works on a blocking thread when it is this place's turn. The work keeps its turn to its end, also where the caller has
    /// gone: those who hang up must not make room for more.
    async fn run<T: Send + 'static>(
        &self,
        place: QueuePlace,
        work: impl FnOnce(&mut HashBlocks) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let turn = |places: &Arc<Semaphore>| places.clone().acquire_owned();
        let strangers = match place.hasher {
            HashPriority::Stranger => Some(
                turn(&self.strangers_running)
                    .await
                    .map_err(|_| Code::Unavailable)?,
            ),
            HashPriority::Known => None,
        };
        let running = turn(&self.running).await.map_err(|_| Code::Unavailable)?;
        let (memory, known, unknown) = (
            self.memory.clone(),
            self.known.clone(),
            self.strangers.clone(),
        );
        let working = tokio::task::spawn_blocking(move || {
            let _until_done = (place, strangers, running);
            let spare = || memory.lock().unwrap_or_else(PoisonError::into_inner);
            let mut own = spare().pop().unwrap_or_default();
            let done = work(&mut own);
            let waiting = KNOWN_WAITING + STRANGERS_WAITING
                - known.available_permits()
                - unknown.available_permits();
            if waiting > 1 {
                spare().push(own);
            } else {
                spare().clear();
            }
            done
        });
        working.await.map_err(|_| Code::Internal.into())
    }
}

/// Hashes and verifies passwords.
pub(crate) struct PasswordHasher {
    queue: HashQueue,
    system: System,
    /// A hash for accounts that do not exist, so that their check takes the same time.
    decoy: String,
}

impl PasswordHasher {
    pub fn new(system: System) -> Self {
        Self {
            queue: HashQueue::default(),
            decoy: decoy(system.random()),
            system,
        }
    }

    /// A place in the queue of hashes.
    pub fn place(&self, priority: HashPriority) -> Result<QueuePlace, Refusal> {
        self.queue.place(priority)
    }

    /// Hashes a new password. The caller proved who they are before.
    pub async fn hash(&self, password: Zeroizing<String>) -> Result<String, Error> {
        let salt = self.system.random();
        let place = self.queue.place(HashPriority::Known)?;
        self.queue
            .run(place, move |memory| hash(&password, salt, memory))
            .await?
            .ok_or_else(|| Code::Internal.into())
    }

    /// Whether the password fits; with no hash it takes the same time and does not.
    pub async fn verify(
        &self,
        place: QueuePlace,
        password: Zeroizing<String>,
        stored: Option<String>,
    ) -> Result<bool, Error> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy.clone());
        let verify = move |memory: &mut HashBlocks| {
            known & fits(&password, &stored, memory).unwrap_or(false)
        };
        self.queue.run(place, verify).await
    }
}

fn busy() -> Refusal {
    let message = "Many people are signing in right now; try again in a moment.";
    Refusal {
        message: message.into(),
        ..Refusal::retry(Code::TooManyRequests, QUEUE_MOVES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordVerifier;

    /// The library's own way, to hold ours against.
    fn argon2id() -> Argon2<'static> {
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params())
    }

    #[test]
    fn memory_that_was_used_before_changes_no_hash_and_keeps_no_password() {
        let mut memory = HashBlocks::new();
        let first = hash("correct horse battery", [1; 16], &mut memory).unwrap();
        assert_eq!(
            hash("correct horse battery", [1; 16], &mut memory),
            Some(first.clone())
        );
        assert!(
            memory
                .iter()
                .all(|block| block.as_ref().iter().all(|word| *word == 0))
        );
        for (password, stored, expected) in [
            ("correct horse battery", first.as_str(), Some(true)),
            ("another", &first, Some(false)),
            ("x", "$argon2id$v=19", None),
            ("x", "", None),
        ] {
            assert_eq!(fits(password, stored, &mut memory), expected, "{stored}");
        }
    }

    #[test]
    fn the_decoy_is_a_hash_that_costs_the_same_and_fits_nothing() {
        let decoy = decoy([7; 32]);
        let parsed = PasswordHash::new(&decoy).unwrap();
        assert_eq!(
            (
                parsed.params.get_str("m"),
                parsed.params.get_str("t"),
                parsed.params.get_str("p")
            ),
            (Some("19456"), Some("2"), Some("1"))
        );
        assert!(argon2id().verify_password(b"anything", &parsed).is_err());
        let real = hash("correct horse battery", [1; 16], &mut HashBlocks::new()).unwrap();
        assert!(real.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            argon2id()
                .verify_password(b"correct horse battery", &PasswordHash::new(&real).unwrap())
                .is_ok()
        );
    }

    #[tokio::test]
    async fn strangers_leave_places_for_the_known_waiting_and_running() {
        let hashing = Arc::new(HashQueue::default());
        let places: Vec<_> = (0..STRANGERS_WAITING)
            .map(|_| hashing.place(HashPriority::Stranger).unwrap())
            .collect();
        let refused = hashing.place(HashPriority::Stranger).err().unwrap();
        assert_eq!(
            (refused.code, refused.retry_after),
            (Code::TooManyRequests, Some(QUEUE_MOVES))
        );
        let (end, wait) = std::sync::mpsc::channel::<()>();
        let wait = Arc::new(std::sync::Mutex::new(wait));
        let strangers: Vec<_> = places
            .into_iter()
            .map(|place| {
                let (hashing, wait) = (hashing.clone(), wait.clone());
                tokio::spawn(async move {
                    hashing
                        .run(place, move |_| wait.lock().unwrap().recv().is_err())
                        .await
                })
            })
            .collect();
        let known = hashing.place(HashPriority::Known).unwrap();
        assert!(
            hashing.run(known, |_| true).await.unwrap(),
            "while strangers hold every turn that is theirs"
        );
        drop(end);
        for stranger in strangers {
            assert!(stranger.await.unwrap().unwrap());
        }
        assert!(hashing.place(HashPriority::Stranger).is_ok());
    }

    #[tokio::test]
    async fn a_caller_who_hangs_up_keeps_the_turn_until_the_work_is_done() {
        let hashing = Arc::new(HashQueue::default());
        let (end, wait) = std::sync::mpsc::channel::<()>();
        let (begun, begins) = tokio::sync::oneshot::channel();
        let place = hashing.place(HashPriority::Stranger).unwrap();
        let caller = tokio::spawn({
            let hashing = hashing.clone();
            async move {
                let work = move |_: &mut HashBlocks| {
                    begun.send(()).unwrap();
                    wait.recv().is_err()
                };
                hashing.run(place, work).await
            }
        });
        begins.await.unwrap();
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        assert_eq!(
            (
                hashing.running.available_permits(),
                hashing.strangers_running.available_permits()
            ),
            (RUNNING - 1, 0)
        );
        drop(end);
        let next = hashing.place(HashPriority::Stranger).unwrap();
        assert!(hashing.run(next, |_| true).await.unwrap());
    }
}
