//! How many tokens would end. The count goes through the mint record, the newest first, and stops: at a number that nobody counts
//! beyond, at as many rows as may be looked at, at a deadline; and one count runs at a time. A page that asks for it costs
//! viewers nothing.

use crate::config::revocations::IssuedToken;
use crate::config::{ConfigCache, Secret, revoked_by, verify_key_state};
use crate::error::Error;
use crate::ports::{System, least_id};
use perch_store::{KeyId, OrganizationId, Store, WantedMints};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Tokens are counted up to here.
const MOST: i64 = 10_000;
/// Rows that are looked at together, and how often that is done: 200,000 rows, whosever tokens they are.
const PIECE: u32 = 20_000;
const PIECES: usize = 10;
/// How long somebody waits for a count, those before it included.
const DEADLINE: Duration = Duration::from_secs(2);

/// Tokens that would end, as far as they were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiveTokens {
    Exactly(i64),
    /// More than 10,000.
    More,
    /// So many were found before the count had to stop.
    AtLeast(i64),
    /// The count had to stop before any was found.
    Unknown,
}

impl fmt::Display for LiveTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count @ 1_000..) => write!(f, "{},{:03}", count / 1_000, count % 1_000),
            Self::Exactly(count) => write!(f, "{count}"),
            Self::More => f.write_str("more than 10,000"),
            Self::AtLeast(count) => write!(f, "at least {}", Self::Exactly(*count)),
            Self::Unknown => f.write_str("not known"),
        }
    }
}

impl LiveTokens {
    fn stopped_at(count: i64) -> Self {
        if count == 0 {
            Self::Unknown
        } else {
            Self::AtLeast(count)
        }
    }

    /// For the audit log.
    pub(crate) fn to_json(self) -> serde_json::Value {
        match self {
            Self::Exactly(count) => count.into(),
            _ => self.to_string().into(),
        }
    }
}

/// Whose tokens are counted.
struct Counted<'a> {
    organization: OrganizationId,
    key: Option<KeyId>,
    subject: Option<&'a str>,
}

/// Counts live tokens, one count at a time.
pub(crate) struct LiveTokenCounter {
    store: Store,
    config: Arc<ConfigCache>,
    system: System,
    turn: Semaphore,
}

impl LiveTokenCounter {
    pub fn new(store: Store, config: Arc<ConfigCache>, system: System) -> Self {
        Self {
            store,
            config,
            system,
            turn: Semaphore::new(1),
        }
    }

    /// Tokens that still work as far as key, organization and time go: of a key, or of every key that is active.
    pub async fn count(
        &self,
        organization: OrganizationId,
        key: Option<KeyId>,
        subject: Option<&str>,
    ) -> Result<LiveTokens, Error> {
        let mut count = 0;
        match tokio::time::timeout(
            DEADLINE,
            self.count_in_turn(
                &Counted {
                    organization,
                    key,
                    subject,
                },
                &mut count,
            ),
        )
        .await
        {
            Ok(counted) => counted,
            Err(_) => Ok(LiveTokens::stopped_at(count)),
        }
    }

    async fn count_in_turn(
        &self,
        counted: &Counted<'_>,
        count: &mut i64,
    ) -> Result<LiveTokens, Error> {
        let _one_at_a_time = self
            .turn
            .acquire()
            .await
            .map_err(|error| Error::internal(&error))?;
        self.count_pages(counted, count).await
    }

    async fn count_pages(
        &self,
        counted: &Counted<'_>,
        count: &mut i64,
    ) -> Result<LiveTokens, Error> {
        let memory = self.config.current();
        let Some(organization) = memory.organization(counted.organization) else {
            return Ok(LiveTokens::Exactly(0));
        };
        let now = self.system.now();
        let concerned: Vec<&Arc<Secret>> = match counted.key {
            Some(key) => memory.secrets_of_key(counted.organization, key).collect(),
            None => memory.secrets_of(counted.organization).collect(),
        };
        let secrets: HashMap<&str, &Arc<Secret>> = concerned
            .into_iter()
            .filter(|secret| verify_key_state(secret, now).is_ok())
            .map(|secret| (secret.row.id.as_str(), secret))
            .collect();
        let now = now.div_euclid(1_000);
        let born = (now - i64::from(perch_domain::lifetime::MAX)) * 1_000;
        let key_ended = secrets
            .values()
            .map(|secret| secret.row.cut_off)
            .min()
            .unwrap_or(0);
        let names: Vec<String> = secrets.keys().map(|id| (*id).to_owned()).collect();
        let mut wanted = WantedMints {
            organization: counted.organization,
            secrets: &names,
            subject: counted.subject,
            expires_after: now,
            ids_from: least_id(born.max(organization.row.cut_off + 1).max(key_ended + 1)),
            ids_before: Uuid::max(),
        };
        for _ in 0..PIECES {
            let most = u32::try_from(MOST - *count + 1).unwrap_or(1);
            let page = self.store.mint_page(&wanted, PIECE, most).await?;
            let live = page.found.iter().filter(|row| {
                let issued = IssuedToken {
                    token_id: row.token_id,
                    subject: &row.subject,
                    issued_by: row.sandbox_by,
                };
                secrets.get(row.secret_id.as_str()).is_some_and(|secret| {
                    revoked_by(&memory, &organization, secret, issued).is_none()
                })
            });
            *count += i64::try_from(live.count()).unwrap_or(MOST);
            if *count > MOST {
                return Ok(LiveTokens::More);
            }
            let Some(next) = page.next else {
                return Ok(LiveTokens::Exactly(*count));
            };
            wanted.ids_before = next;
        }
        Ok(LiveTokens::stopped_at(*count))
    }
}
