//! What was revoked in an organization, in memory. It only grows until what it names has expired, so one set lives through
//! every replacement of the memory around it, and a change brings only what is new.

use perch_domain::claims::{Claims, SKEW};
use perch_store::{KeyId, MintRow, PersonId, RevocationRow, SubjectHash};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use uuid::Uuid;

/// What a revocation is held against. The id tells the millisecond it was issued in (UUID v7, RFC 9562, section 5.7).
#[derive(Clone, Copy, Debug)]
pub(crate) struct IssuedToken<'a> {
    pub token_id: Uuid,
    pub subject: &'a str,
    /// Who made it in the sandbox.
    pub issued_by: Option<PersonId>,
}

impl<'a> IssuedToken<'a> {
    pub fn claimed(claims: &'a Claims<'_>) -> Self {
        Self {
            token_id: claims.jti,
            subject: &claims.sub,
            issued_by: claims.sandbox.map(PersonId),
        }
    }

    pub fn recorded(row: &'a MintRow) -> Self {
        Self {
            token_id: row.token_id,
            subject: &row.subject,
            issued_by: row.sandbox_by,
        }
    }

    /// Unix milliseconds.
    pub fn at(&self) -> i64 {
        issued_at(self.token_id)
    }
}

/// The Unix millisecond a token id was made in.
pub(crate) fn issued_at(token_id: Uuid) -> i64 {
    i64::try_from(token_id.as_u128() >> 80).unwrap_or(i64::MAX)
}

/// What ended a token before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RevokedBy {
    Token,
    Viewer,
    Key,
    Organization,
    /// The access of its maker in the sandbox ended after it was issued.
    Issuer,
}

/// Milliseconds after which the last token of a revocation has expired, and a day more: a clock that is ahead by less than that
/// never lets a revoked token back in.
pub(crate) const REVOCATION_TTL: i64 = (perch_domain::lifetime::MAX as i64 + SKEW + 86_400) * 1_000;

/// A viewer without the name: half of a SHA-256. 200,000 names of whatever length cost no more than so many hashes.
pub(crate) fn subject_hash(subject: &str) -> SubjectHash {
    let hash: [u8; 32] = Sha256::new()
        .chain_update("perch revoked viewer\0")
        .chain_update(subject)
        .finalize()
        .into();
    SubjectHash(Uuid::from_bytes(
        hash.first_chunk().copied().unwrap_or_default(),
    ))
}

#[derive(Debug, Default)]
pub(crate) struct Revocations(RwLock<Sets>);

/// A key by its place in [`Sets::made`]; people have the first.
type By = u32;
const PEOPLE: By = 0;

#[derive(Debug, Default)]
struct Sets {
    /// One by one. `by` is who revoked it.
    tokens: HashMap<Uuid, Ended>,
    /// A viewer's tokens up to a moment, of one key or, by people, of every key.
    viewers: HashMap<(SubjectHash, By), CutOff>,
    keys: HashMap<KeyId, By>,
    /// How many of all these each key made.
    made: Vec<usize>,
}

/// Times are Unix milliseconds; each has to be known until it expires.
#[derive(Debug)]
struct Ended {
    expires_at: i64,
    by: By,
}

#[derive(Debug)]
struct CutOff {
    at: i64,
    expires_at: i64,
}

impl Sets {
    fn number(&mut self, key: Option<KeyId>) -> By {
        if self.made.is_empty() {
            self.made.push(0);
        }
        let Some(key) = key else { return PEOPLE };
        *self.keys.entry(key).or_insert_with(|| {
            self.made.push(0);
            By::try_from(self.made.len() - 1).unwrap_or(PEOPLE)
        })
    }

    fn add(&mut self, row: &RevocationRow) {
        let by = self.number(row.key_id);
        let mut new = 0;
        if let Some(id) = row.token_id {
            let known = self.tokens.len();
            let ended = self.tokens.entry(id).or_insert(Ended {
                expires_at: row.expires_at,
                by,
            });
            ended.expires_at = ended.expires_at.max(row.expires_at);
            new += self.tokens.len() - known;
        }
        // Rows that were written before there were hashes have the name.
        if let Some(subject) = row
            .subject_hash
            .or_else(|| row.subject.as_deref().map(subject_hash))
        {
            let known = self.viewers.len();
            let cut_off = self.viewers.entry((subject, by)).or_insert(CutOff {
                at: row.cut_off,
                expires_at: row.expires_at,
            });
            *cut_off = CutOff {
                at: cut_off.at.max(row.cut_off),
                expires_at: cut_off.expires_at.max(row.expires_at),
            };
            new += self.viewers.len() - known;
        }
        if let Some(made) = self.made_by(by) {
            *made += new;
        }
    }

    fn made_by(&mut self, by: By) -> Option<&mut usize> {
        usize::try_from(by)
            .ok()
            .and_then(|by| self.made.get_mut(by))
    }

    /// The cut-offs that concern a viewer's tokens of a key.
    fn cut_offs(&self, key: KeyId, subject: &str) -> impl Iterator<Item = i64> {
        // Mostly nothing was revoked, and then nothing is hashed.
        let hash = (!self.viewers.is_empty()).then(|| subject_hash(subject));
        let of = |by: Option<By>| {
            hash.zip(by)
                .and_then(|both| self.viewers.get(&both))
                .map(|cut_off| cut_off.at)
        };
        let own = hash.and_then(|_| self.keys.get(&key).copied());
        [of(own), of(Some(PEOPLE))].into_iter().flatten()
    }
}

impl Revocations {
    pub fn add(&self, rows: impl IntoIterator<Item: Borrow<RevocationRow>>) {
        let mut sets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        rows.into_iter().for_each(|row| sets.add(row.borrow()));
    }

    /// Whether a token of this key is among them.
    pub fn find(&self, key: KeyId, issued: IssuedToken<'_>) -> Option<RevokedBy> {
        let sets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if sets.tokens.contains_key(&issued.token_id) {
            return Some(RevokedBy::Token);
        }
        sets.cut_offs(key, issued.subject)
            .any(|at| issued.at() <= at)
            .then_some(RevokedBy::Viewer)
    }

    /// Until when the tokens of this viewer and key were ended, Unix milliseconds; 0 where they never were.
    pub fn cut_off(&self, key: KeyId, subject: &str) -> i64 {
        let sets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sets.cut_offs(key, subject).max().unwrap_or(0)
    }

    /// Whether this viewer was revoked by this key, or by people, before: once more takes no more room.
    pub fn knows(&self, by: Option<KeyId>, subject: &str) -> bool {
        let sets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let by = by.map_or(Some(PEOPLE), |key| sets.keys.get(&key).copied());
        by.is_some_and(|by| sets.viewers.contains_key(&(subject_hash(subject), by)))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        let sets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sets.tokens.len() + sets.viewers.len()
    }

    /// How many of them this key made.
    pub fn made_by(&self, key: KeyId) -> usize {
        let sets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let by = sets.keys.get(&key).and_then(|by| usize::try_from(*by).ok());
        by.and_then(|by| sets.made.get(by)).copied().unwrap_or(0)
    }

    /// What the two large maps hold, with a byte of their own for each place.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        let sets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (token, viewer) = (
            size_of::<(Uuid, Ended)>() + 1,
            size_of::<((SubjectHash, By), CutOff)>() + 1,
        );
        (sets.tokens.capacity() * token + sets.viewers.capacity() * viewer) * 8 / 7
    }

    /// Drops what names only expired tokens.
    pub fn forget(&self, now: i64) {
        let mut sets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Sets {
            tokens,
            viewers,
            made,
            ..
        } = &mut *sets;
        tokens.retain(|_, ended| ended.expires_at >= now);
        viewers.retain(|_, cut_off| cut_off.expires_at >= now);
        made.fill(0);
        for by in tokens
            .values()
            .map(|ended| ended.by)
            .chain(viewers.keys().map(|(_, by)| *by))
        {
            if let Some(made) = usize::try_from(by).ok().and_then(|by| made.get_mut(by)) {
                *made += 1;
            }
        }
        // After a flood the room goes back.
        tokens.shrink_to(2 * tokens.len());
        viewers.shrink_to(2 * viewers.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use perch_store::OrganizationId;

    fn token(milliseconds: u64) -> Uuid {
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &[7; 10]).into_uuid()
    }

    fn row(
        key: Option<u128>,
        token_id: Option<Uuid>,
        subject: Option<&str>,
        cut_off: i64,
    ) -> RevocationRow {
        RevocationRow {
            organization: OrganizationId(Uuid::nil()),
            key_id: key.map(|key| KeyId(Uuid::from_u128(key))),
            token_id,
            subject: None,
            subject_hash: subject.map(subject_hash),
            cut_off,
            expires_at: 10_000,
        }
    }

    #[test]
    fn a_token_a_viewer_of_a_key_a_viewer_everywhere() {
        let set = Revocations::default();
        set.add(vec![
            row(None, Some(token(5)), None, 0),
            row(Some(1), None, Some("ann"), 100),
            row(None, None, Some("bob"), 100),
        ]);
        let told = |key, at, subject| {
            set.find(
                KeyId(Uuid::from_u128(key)),
                IssuedToken {
                    token_id: token(at),
                    subject,
                    issued_by: None,
                },
            )
        };
        assert_eq!(told(1, 5, "eve"), Some(RevokedBy::Token));
        assert_eq!(told(1, 6, "eve"), None);
        assert_eq!(
            (
                told(1, 100, "ann"),
                told(1, 101, "ann"),
                told(2, 100, "ann")
            ),
            (Some(RevokedBy::Viewer), None, None)
        );
        assert_eq!(
            (
                told(1, 100, "bob"),
                told(2, 100, "bob"),
                told(2, 101, "bob")
            ),
            (Some(RevokedBy::Viewer), Some(RevokedBy::Viewer), None)
        );
        // A later one reaches further; an earlier one takes nothing back.
        set.add(vec![
            row(None, None, Some("bob"), 200),
            row(None, None, Some("bob"), 50),
        ]);
        assert_eq!(
            (told(2, 200, "bob"), told(2, 201, "bob")),
            (Some(RevokedBy::Viewer), None)
        );
        set.forget(10_000);
        assert_eq!(told(2, 200, "bob"), Some(RevokedBy::Viewer));
        set.forget(10_001);
        assert_eq!((told(2, 200, "bob"), told(1, 5, "eve")), (None, None));
    }

    #[test]
    fn what_each_key_made_is_counted_once() {
        let set = Revocations::default();
        let key = |key: u128| KeyId(Uuid::from_u128(key));
        let told = || (set.len(), set.made_by(key(1)), set.made_by(key(2)));
        set.add(vec![
            row(Some(1), Some(token(1)), None, 0),
            row(Some(1), None, Some("ann"), 5),
            row(Some(2), None, Some("ann"), 5),
        ]);
        set.add(vec![
            row(Some(1), None, Some("ann"), 9),
            row(None, Some(token(1)), None, 0),
            row(None, None, Some("ann"), 1),
        ]);
        assert_eq!(told(), (4, 2, 1));
        assert_eq!(
            (
                set.knows(Some(key(1)), "ann"),
                set.knows(Some(key(3)), "ann"),
                set.knows(None, "ann"),
                set.knows(None, "bob")
            ),
            (true, false, true, false)
        );
        set.forget(10_001);
        assert_eq!(told(), (0, 0, 0));
    }

    #[test]
    fn a_name_that_was_stored_counts_like_its_hash() {
        let set = Revocations::default();
        set.add(vec![RevocationRow {
            subject: Some("ann".into()),
            subject_hash: None,
            ..row(None, None, None, 100)
        }]);
        let told = |subject| {
            set.find(
                KeyId(Uuid::nil()),
                IssuedToken {
                    token_id: token(100),
                    subject,
                    issued_by: None,
                },
            )
        };
        assert_eq!((told("ann"), told("bob")), (Some(RevokedBy::Viewer), None));
    }
}
