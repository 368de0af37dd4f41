//! What keeps revocation there for everybody: how fast and how much one key may revoke one by one, what an organization keeps for
//! people, and that nothing is written where nothing would end.

use crate::config::revocations::Revocations;
use perch_domain::{Code, Refusal};
use perch_store::KeyId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;

/// Tokens and viewers that are revoked one by one at a time, each known until its tokens have expired: of a key, of an organization,
/// and besides of people.
const MAX_OF_A_KEY: usize = 50_000;
const MAX_OF_AN_ORGANIZATION: usize = 200_000;
const RESERVE_OF_PEOPLE: usize = 20_000;
/// Milliseconds that one revocation of a key counts for, and how many of them a key may be ahead: 100 at once, 100 a second.
const EACH: i64 = 10;
const AHEAD: i64 = 1_000;
/// Keys whose rate is remembered before those that are idle are forgotten.
const MAX_IDLE_RATES: usize = 1_000;

/// What the clones of the service share.
#[derive(Debug)]
pub(crate) struct RevocationBounds {
    /// One look for a viewer's tokens at a time.
    pub(super) looking: Semaphore,
    /// By key, the moment at which nothing counts any more, Unix milliseconds.
    rates: Mutex<HashMap<KeyId, i64>>,
}

impl Default for RevocationBounds {
    fn default() -> Self {
        Self {
            looking: Semaphore::new(1),
            rates: Mutex::default(),
        }
    }
}

impl RevocationBounds {
    /// Counts a revocation by a key.
    ///
    /// # Errors
    /// `TOO_MANY_REQUESTS` past 100 a second.
    pub fn pass(&self, key: KeyId, now: i64) -> Result<(), Refusal> {
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        if rates.len() >= MAX_IDLE_RATES {
            rates.retain(|_, free_at| *free_at > now);
        }
        let free_at = rates.entry(key).or_insert(now);
        // Further ahead than that it can only be by a clock that was set back, and then it tells nothing.
        let next = if *free_at > now + AHEAD {
            now
        } else {
            now.max(*free_at)
        } + EACH;
        if next > now + AHEAD {
            let message = "This API key revokes more than 100 tokens and viewers a second; to end all of its tokens, send {\"all\": true}.";
            return Err(Refusal {
                message: message.into(),
                ..Refusal::retry(Code::TooManyRequests, 1)
            });
        }
        *free_at = next;
        Ok(())
    }
}

/// Whether one more token or viewer can be revoked by a key, or where none is named by a person.
///
/// # Errors
/// `TOO_MANY_REQUESTS` where the bound is reached.
pub(crate) fn room(revocations: &Revocations, by: Option<KeyId>) -> Result<(), Refusal> {
    let most = if by.is_some() {
        MAX_OF_AN_ORGANIZATION
    } else {
        MAX_OF_AN_ORGANIZATION + RESERVE_OF_PEOPLE
    };
    let message = if by.is_some_and(|key| revocations.made_by(key) >= MAX_OF_A_KEY) {
        "This API key has revoked 50,000 tokens and viewers that have not expired yet; end all of its tokens instead."
    } else if revocations.len() >= most {
        "So many tokens were revoked today that it is time to end all of a key."
    } else {
        return Ok(());
    };
    Err(Refusal {
        message: message.into(),
        ..Refusal::retry(Code::TooManyRequests, 3_600)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::revocations::subject_hash;
    use perch_store::OrganizationId;
    use perch_store::RevocationRow;
    use uuid::Uuid;

    const KEY: KeyId = KeyId(Uuid::nil());

    fn fill(revocations: &Revocations, by: Option<u128>, viewers: std::ops::Range<usize>) {
        revocations.add(viewers.map(|viewer| RevocationRow {
            organization: OrganizationId(Uuid::nil()),
            key_id: by.map(|key| KeyId(Uuid::from_u128(key))),
            token_id: None,
            subject_hash: Some(subject_hash(&viewer.to_string())),
            subject: None,
            cut_off: 1,
            expires_at: 1,
        }));
    }

    #[test]
    fn a_key_an_organization_and_people_have_room_of_their_own() {
        let revocations = Revocations::default();
        let told = |by: Option<u128>| {
            room(&revocations, by.map(|key| KeyId(Uuid::from_u128(key))))
                .map_err(|refusal| (refusal.code, refusal.retry_after))
        };
        let full = Err((Code::TooManyRequests, Some(3_600)));
        fill(&revocations, Some(0), 0..MAX_OF_A_KEY);
        assert_eq!(
            [told(Some(0)), told(Some(1)), told(None)],
            [full, Ok(()), Ok(())]
        );
        (1..4u128).for_each(|key| fill(&revocations, Some(key), 0..MAX_OF_A_KEY));
        assert_eq!([told(Some(9)), told(None)], [full, Ok(())]);
        fill(&revocations, None, 0..RESERVE_OF_PEOPLE);
        assert_eq!([told(Some(9)), told(None)], [full, full]);
        // All of it is well under the 20 MiB that a flood may cost here.
        assert!(
            revocations.bytes() < 20 << 20,
            "{} bytes",
            revocations.bytes()
        );
    }

    #[test]
    fn a_hundred_a_second_of_each_key_and_few_keys_are_remembered() {
        let bounds = RevocationBounds::default();
        let passed =
            |now: i64, tries: usize| (0..tries).filter(|_| bounds.pass(KEY, now).is_ok()).count();
        assert_eq!(
            (
                passed(0, 150),
                passed(9, 5),
                passed(10, 5),
                passed(510, 100),
                passed(10_000, 150)
            ),
            (100, 0, 1, 50, 100)
        );
        assert_eq!(
            passed(0, 150),
            100,
            "a clock that is set back holds nobody up"
        );
        (0..5_000u128).for_each(|key| {
            bounds
                .pass(
                    KeyId(Uuid::from_u128(key)),
                    20_000 + i64::try_from(key).unwrap(),
                )
                .unwrap();
        });
        assert!(bounds.rates.lock().unwrap().len() <= MAX_IDLE_RATES);
    }
}
