//! What was revoked in an organization, in memory. It only grows until what it names has expired, so one set lives through
//! every replacement of the memory around it, and a change brings only what is new.

use perch_domain::claims::{Claims, SKEW};
use perch_store::{KeyId, MintRow, PersonId, RevocationRow};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use uuid::Uuid;

/// What a revocation is held against. The id tells the millisecond it was issued in (UUID v7, RFC 9562, section 5.7).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Issued<'a> {
    pub token_id: Uuid,
    pub subject: &'a str,
    /// Who made it in the sandbox.
    pub maker: Option<PersonId>,
}

impl<'a> Issued<'a> {
    pub fn claimed(claims: &'a Claims<'_>) -> Self {
        Self { token_id: claims.jti, subject: &claims.sub, maker: claims.sandbox.map(PersonId) }
    }

    pub fn recorded(row: &'a MintRow) -> Self {
        Self { token_id: row.token_id, subject: &row.subject, maker: row.sandbox_by }
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
    Maker,
}

/// Milliseconds after which the last token of a revocation has expired, and a day more: a clock that is ahead by less than that
/// never lets a revoked token back in.
pub(crate) const OUTLIVES: i64 = (perch_domain::lifetime::LONGEST as i64 + SKEW + 86_400) * 1_000;

#[derive(Debug, Default)]
pub(crate) struct Revocations(RwLock<Sets>);

#[derive(Debug, Default)]
struct Sets {
    /// Until when each has to be known, Unix milliseconds.
    tokens: HashMap<Uuid, i64>,
    viewers: HashMap<String, Vec<CutOff>>,
}

/// A viewer's tokens up to a moment, of one key or of every key.
#[derive(Debug)]
struct CutOff {
    key: Option<KeyId>,
    at: i64,
    expires_at: i64,
}

impl Revocations {
    pub fn add(&self, rows: Vec<RevocationRow>) {
        let mut sets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for row in rows {
            if let Some(id) = row.token_id {
                sets.tokens.insert(id, row.expires_at);
            }
            let Some(subject) = row.subject else { continue };
            let known = sets.viewers.entry(subject).or_default();
            match known.iter_mut().find(|cut_off| cut_off.key == row.key_id) {
                Some(cut_off) => {
                    cut_off.at = cut_off.at.max(row.cut_off);
                    cut_off.expires_at = cut_off.expires_at.max(row.expires_at);
                }
                None => known.push(CutOff { key: row.key_id, at: row.cut_off, expires_at: row.expires_at }),
            }
        }
    }

    /// Whether a token of this key is among them.
    pub fn find(&self, key: KeyId, issued: Issued<'_>) -> Option<RevokedBy> {
        let sets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if sets.tokens.contains_key(&issued.token_id) {
            return Some(RevokedBy::Token);
        }
        let concerns = |cut_off: &CutOff| cut_off.key.is_none_or(|only| only == key) && issued.at() <= cut_off.at;
        sets.viewers.get(issued.subject).is_some_and(|known| known.iter().any(concerns)).then_some(RevokedBy::Viewer)
    }

    /// Until when the tokens of this viewer and key were ended, Unix milliseconds; 0 where they never were.
    pub fn cut_off(&self, key: KeyId, subject: &str) -> i64 {
        let sets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let own = sets.viewers.get(subject).into_iter().flatten().filter(|cut_off| cut_off.key.is_none_or(|only| only == key));
        own.map(|cut_off| cut_off.at).max().unwrap_or(0)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        let sets = self.0.read().unwrap_or_else(PoisonError::into_inner);
        sets.tokens.len() + sets.viewers.len()
    }

    /// Drops what names only expired tokens.
    pub fn forget(&self, now: i64) {
        let mut sets = self.0.write().unwrap_or_else(PoisonError::into_inner);
        sets.tokens.retain(|_, expires_at| *expires_at >= now);
        sets.viewers.retain(|_, known| {
            known.retain(|cut_off| cut_off.expires_at >= now);
            !known.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use perch_store::OrganizationId;

    fn token(milliseconds: u64) -> Uuid {
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &[7; 10]).into_uuid()
    }

    fn row(key: Option<u128>, token_id: Option<Uuid>, subject: Option<&str>, cut_off: i64) -> RevocationRow {
        RevocationRow {
            organization: OrganizationId(Uuid::nil()),
            key_id: key.map(|key| KeyId(Uuid::from_u128(key))),
            token_id,
            subject: subject.map(str::to_owned),
            cut_off,
            expires_at: 10_000,
        }
    }

    #[test]
    fn a_token_a_viewer_of_a_key_a_viewer_everywhere() {
        let set = Revocations::default();
        set.add(vec![row(None, Some(token(5)), None, 0), row(Some(1), None, Some("ann"), 100), row(None, None, Some("bob"), 100)]);
        let told = |key, at, subject| set.find(KeyId(Uuid::from_u128(key)), Issued { token_id: token(at), subject, maker: None });
        assert_eq!(told(1, 5, "eve"), Some(RevokedBy::Token));
        assert_eq!(told(1, 6, "eve"), None);
        assert_eq!((told(1, 100, "ann"), told(1, 101, "ann"), told(2, 100, "ann")), (Some(RevokedBy::Viewer), None, None));
        assert_eq!((told(1, 100, "bob"), told(2, 100, "bob"), told(2, 101, "bob")), (Some(RevokedBy::Viewer), Some(RevokedBy::Viewer), None));
        // A later one reaches further; an earlier one takes nothing back.
        set.add(vec![row(None, None, Some("bob"), 200), row(None, None, Some("bob"), 50)]);
        assert_eq!((told(2, 200, "bob"), told(2, 201, "bob")), (Some(RevokedBy::Viewer), None));
        set.forget(10_000);
        assert_eq!(told(2, 200, "bob"), Some(RevokedBy::Viewer));
        set.forget(10_001);
        assert_eq!((told(2, 200, "bob"), told(1, 5, "eve")), (None, None));
    }
}
