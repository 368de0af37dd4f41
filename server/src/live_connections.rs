//! Viewers who stay connected: how many of whom, and one task that judges them all again when something changed, so that a
//! change wakes only those whom it ends.

use perch_domain::Code;
use perch_service::{Connection, KeyId, OrganizationId, Refusal, Tokens};
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

/// Viewers' connections that may be open at once: 10,000 of a key, 15,000 of an organization, 20,000 in all where the system lets
/// the server have as many connections as it would.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    pub viewer: usize,
    pub key: usize,
    pub organization: usize,
    pub all: usize,
}

impl ConnectionLimits {
    /// Of so many connections in all: some are left for everybody else, and no key and no organization has all of the rest.
    pub fn of(connections: usize) -> Self {
        let fifths = |share: usize| connections / 5 * share;
        Self {
            viewer: 20,
            key: fifths(2),
            organization: fifths(3),
            all: fifths(4),
        }
    }
}

/// The route of live connections, as refused requests name it.
pub(crate) const LIVE_ROUTE: &str = "POST /embed/live";
/// Seconds after which somebody who found no room may ask again.
const RETRY_AFTER: u32 = 60;
/// Connections that are judged before other tasks have their turn, and the least time between two judgements of all: many
/// revocations at once cost as much as a few, and a change still counts well within the second it is promised for.
const AT_ONCE: usize = 256;
const PAUSE: Duration = Duration::from_millis(100);

/// Who is connected; and whether the server is stopping.
#[derive(Clone, Debug)]
pub struct LiveConnections {
    most: ConnectionLimits,
    open: Arc<Mutex<Open>>,
    stopping: Arc<watch::Sender<bool>>,
}

/// How many of each, and every seat by a number that only grows.
#[derive(Debug, Default)]
struct Open {
    viewers: HashMap<[u8; 32], usize>,
    keys: HashMap<KeyId, usize>,
    organizations: HashMap<OrganizationId, usize>,
    seats: BTreeMap<u64, Arc<Seat>>,
    last: u64,
}

impl LiveConnections {
    pub fn bounded(most: ConnectionLimits) -> Self {
        Self {
            most,
            open: Arc::default(),
            stopping: Arc::new(watch::Sender::new(false)),
        }
    }

    /// Ends every open connection; components come back to whoever answers then.
    pub fn end(&self) {
        self.stopping.send_replace(true);
    }

    pub(crate) fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    fn locked<T>(&self, f: impl FnOnce(&mut Open) -> T) -> T {
        f(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A place for somebody who was let in. Whoever takes it judges once more afterwards: what changed before is seen then, and
    /// what changes later is told.
    pub(crate) fn enter(
        &self,
        admitted: Connection,
        request_id: Uuid,
    ) -> Result<LiveConnection, Refusal> {
        let (viewer, key, organization) =
            (admitted.viewer(), admitted.key(), admitted.organization());
        let ConnectionLimits {
            viewer: of_a_viewer,
            key: of_a_key,
            organization: of_an_organization,
            all,
        } = self.most;
        let seat = Arc::new(Seat {
            viewer,
            request_id,
            admitted,
            ended: OnceLock::new(),
            told: Notify::new(),
        });
        let number = self.locked(|open| {
            let full = if count(&open.viewers, &viewer) >= of_a_viewer {
                Some(("this viewer", of_a_viewer))
            } else if count(&open.keys, &key) >= of_a_key {
                Some(("viewers of this API key", of_a_key))
            } else if count(&open.organizations, &organization) >= of_an_organization {
                Some(("viewers of this organization", of_an_organization))
            } else {
                (open.seats.len() >= all).then_some(("all viewers of this server", all))
            };
            if let Some((whose, most)) = full {
                let message = format!("{most} connections of {whose} are open, which is the most; wait before trying again.");
                return Err(Refusal { message: message.into(), ..Refusal::retry(Code::TooManyRequests, RETRY_AFTER) });
            }
            *open.viewers.entry(viewer).or_default() += 1;
            *open.keys.entry(key).or_default() += 1;
            *open.organizations.entry(organization).or_default() += 1;
            open.last += 1;
            open.seats.insert(open.last, seat.clone());
            Ok(open.last)
        })?;
        Ok(LiveConnection {
            number,
            seat,
            connected: self.clone(),
        })
    }

    /// The next seats from this number on.
    fn next(&self, from: u64) -> Vec<(u64, Arc<Seat>)> {
        self.locked(|open| {
            open.seats
                .range(from..)
                .take(AT_ONCE)
                .map(|(number, seat)| (*number, seat.clone()))
                .collect()
        })
    }

    /// Rechecks every connection whenever the configuration changed, as long as the service lives.
    pub async fn recheck_on_changes(self, tokens: Weak<Tokens>, mut changes: watch::Receiver<i64>) {
        while changes.changed().await.is_ok() {
            let mut from = 0;
            loop {
                let Some(tokens) = tokens.upgrade() else {
                    return;
                };
                let seats = self.next(from);
                let Some((last, _)) = seats.last() else { break };
                from = last + 1;
                for (_, seat) in seats.iter().filter(|(_, seat)| seat.ended.get().is_none()) {
                    if let Err(refusal) =
                        tokens.recheck(&seat.admitted, LIVE_ROUTE, seat.request_id)
                    {
                        seat.end(refusal);
                    }
                }
                drop(tokens);
                tokio::task::yield_now().await;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn count<K: Eq + Hash>(of: &HashMap<K, usize>, key: &K) -> usize {
    of.get(key).copied().unwrap_or_default()
}

fn one_less<K: Eq + Hash>(of: &mut HashMap<K, usize>, key: &K) {
    match of.get_mut(key) {
        Some(count) if *count > 1 => *count -= 1,
        _ => drop(of.remove(key)),
    }
}

/// Somebody who is connected.
#[derive(Debug)]
pub(crate) struct Seat {
    viewer: [u8; 32],
    pub request_id: Uuid,
    pub admitted: Connection,
    ended: OnceLock<Refusal>,
    told: Notify,
}

impl Seat {
    fn end(&self, refusal: Refusal) {
        let _ = self.ended.set(refusal);
        self.told.notify_one();
    }

    /// Why it ended, once it has.
    pub async fn ended(&self) -> &Refusal {
        loop {
            if let Some(refusal) = self.ended.get() {
                return refusal;
            }
            self.told.notified().await;
        }
    }
}

/// One open connection.
pub(crate) struct LiveConnection {
    number: u64,
    pub seat: Arc<Seat>,
    connected: LiveConnections,
}

impl Drop for LiveConnection {
    fn drop(&mut self) {
        self.connected.locked(|open| {
            open.seats.remove(&self.number);
            one_less(&mut open.viewers, &self.seat.viewer);
            one_less(&mut open.keys, &self.seat.admitted.key());
            one_less(&mut open.organizations, &self.seat.admitted.organization());
        });
    }
}
