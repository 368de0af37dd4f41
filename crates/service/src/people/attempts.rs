//! Attempts to sign in, counted in memory before anything is written or hashed: by the caller's network over all accounts,
//! by account over all networks, and by known device. The tables have a fixed bound; what failed least is forgotten first.

use perch_domain::{Code, Refusal};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// How one kind of subject is slowed down.
#[derive(Clone, Copy)]
struct Rule {
    /// Failures without a wait. From there on the wait doubles with each failure, beginning at a second.
    free: u32,
    /// Milliseconds. The longest wait between two attempts.
    longest: i64,
    /// Milliseconds after the last wait in which one failure is forgotten.
    forgotten_after: i64,
    /// Attempts at a time.
    at_once: u32,
}

/// An office behind one address mistypes often and still gets in.
const NETWORK: Rule = Rule {
    free: 30,
    longest: 900_000,
    forgotten_after: 120_000,
    at_once: 4,
};
/// About a hundred guesses an hour at one account, from wherever they come.
const ACCOUNT: Rule = Rule {
    free: 100,
    longest: 36_000,
    forgotten_after: 36_000,
    at_once: u32::MAX,
};
/// The device is that of somebody who signed in before, or was taken from them.
const DEVICE: Rule = Rule {
    free: 10,
    longest: 900_000,
    forgotten_after: 120_000,
    at_once: 2,
};

/// Subjects that share a place of a table, and places of a table.
const WAYS: usize = 8;
const PLACES: usize = 1_024;
/// Milliseconds after which another try makes sense where too many attempts are under way.
const SOON: i64 = 1_000;

/// Who is counted, as a keyed hash: nobody can choose texts that share a place.
type Subject = [u8; 16];

struct Tally {
    subject: Subject,
    failures: u32,
    running: u32,
    /// Unix milliseconds: no attempt before; afterwards failures are forgotten one by one, counted from here.
    free_from: i64,
}

impl Rule {
    /// Milliseconds to wait after that many failures.
    fn wait(self, failures: u32) -> i64 {
        match failures.checked_sub(self.free) {
            None => 0,
            Some(over) => 1_000i64
                .checked_shl(over)
                .unwrap_or(self.longest)
                .min(self.longest),
        }
    }

    /// More failures than this lengthen nothing, and would only take longer to be forgotten.
    fn most(self) -> u32 {
        self.free + 10
    }

    fn settle(self, tally: &mut Tally, now: i64) {
        // A clock that was ahead and went back must not make anybody wait longer.
        tally.free_from = tally.free_from.min(now + self.longest);
        let forgotten = (now - tally.free_from)
            .max(0)
            .div_euclid(self.forgotten_after);
        tally.failures = tally
            .failures
            .saturating_sub(u32::try_from(forgotten).unwrap_or(u32::MAX));
        tally.free_from = if tally.failures == 0 {
            now
        } else {
            tally.free_from + forgotten * self.forgotten_after
        };
    }
}

struct Table {
    rule: Rule,
    places: Vec<Vec<Tally>>,
}

impl Table {
    fn new(rule: Rule) -> Self {
        Self {
            rule,
            places: (0..PLACES).map(|_| Vec::new()).collect(),
        }
    }

    fn place(&mut self, subject: &Subject) -> Option<&mut Vec<Tally>> {
        let [a, b, ..] = *subject;
        let at = usize::from(u16::from_be_bytes([a, b])) % self.places.len().max(1);
        self.places.get_mut(at)
    }

    /// Counts an attempt as a failure until it proves to be none; otherwise the milliseconds to wait.
    fn begin(&mut self, subject: Subject, now: i64) -> Result<(), i64> {
        let rule = self.rule;
        let place = self.place(&subject).ok_or(SOON)?;
        for tally in place.iter_mut() {
            rule.settle(tally, now);
        }
        if !place.iter().any(|tally| tally.subject == subject) {
            if place.len() >= WAYS {
                let idle = place
                    .iter()
                    .enumerate()
                    .filter(|(_, tally)| tally.running == 0);
                let (least, _) = idle
                    .min_by_key(|(_, tally)| (tally.failures, tally.free_from))
                    .ok_or(SOON)?;
                place.swap_remove(least);
            }
            place.push(Tally {
                subject,
                failures: 0,
                running: 0,
                free_from: now,
            });
        }
        let tally = place
            .iter_mut()
            .find(|tally| tally.subject == subject)
            .ok_or(SOON)?;
        if now < tally.free_from {
            return Err(tally.free_from - now);
        }
        if tally.running >= rule.at_once {
            return Err(SOON);
        }
        tally.running += 1;
        tally.failures = (tally.failures + 1).min(rule.most());
        let wait = rule.wait(tally.failures);
        if wait > 0 {
            tally.free_from = now + wait;
        }
        Ok(())
    }

    /// An attempt is over. One that does not count leaves the table as if it had not been made.
    fn end(&mut self, subject: &Subject, counts: bool) {
        let rule = self.rule;
        let Some(tally) = self
            .place(subject)
            .and_then(|place| place.iter_mut().find(|tally| tally.subject == *subject))
        else {
            return;
        };
        tally.running = tally.running.saturating_sub(1);
        if !counts {
            tally.free_from -= rule.wait(tally.failures);
            tally.failures = tally.failures.saturating_sub(1);
        }
    }
}

struct Tables {
    networks: Table,
    accounts: Table,
    devices: Table,
}

/// Everything that is counted.
pub(crate) struct Attempts {
    tables: Mutex<Tables>,
    key: [u8; 16],
}

#[derive(Clone, Copy)]
enum Who {
    Device(Subject),
    Stranger { network: Subject, account: Subject },
}

/// An attempt under way. Dropped, it counts as a failure.
#[must_use = "an attempt that is dropped at once bounds nothing"]
pub(crate) struct Attempt<'a> {
    attempts: &'a Attempts,
    who: Who,
    counts: bool,
}

impl Attempts {
    pub fn new(key: [u8; 16]) -> Self {
        let tables = Tables {
            networks: Table::new(NETWORK),
            accounts: Table::new(ACCOUNT),
            devices: Table::new(DEVICE),
        };
        Self {
            tables: Mutex::new(tables),
            key,
        }
    }

    fn subject(&self, value: &[u8]) -> Subject {
        let digest = Sha256::new()
            .chain_update(self.key)
            .chain_update(value)
            .finalize();
        let mut subject = Subject::default();
        subject
            .iter_mut()
            .zip(digest)
            .for_each(|(to, from)| *to = from);
        subject
    }

    fn with<T>(&self, f: impl FnOnce(&mut Tables) -> T) -> T {
        f(&mut self.tables.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// An attempt from a browser that this account is not known on. `now` in Unix milliseconds.
    pub fn by_stranger(
        &self,
        network: &str,
        email: &str,
        now: i64,
    ) -> Result<Attempt<'_>, Refusal> {
        let (network, account) = (
            self.subject(network.as_bytes()),
            self.subject(email.as_bytes()),
        );
        let begun = self.with(|tables| {
            tables.networks.begin(network, now)?;
            tables
                .accounts
                .begin(account, now)
                .inspect_err(|_| tables.networks.end(&network, false))
        });
        begun.map_err(refused)?;
        Ok(Attempt {
            attempts: self,
            who: Who::Stranger { network, account },
            counts: true,
        })
    }

    /// An attempt from a device that the account is known on: bounded by the device alone, so that nobody else's failures
    /// stand in the way. `now` in Unix milliseconds.
    pub fn by_device(&self, device: &[u8], now: i64) -> Result<Attempt<'_>, Refusal> {
        let device = self.subject(device);
        self.with(|tables| tables.devices.begin(device, now))
            .map_err(refused)?;
        Ok(Attempt {
            attempts: self,
            who: Who::Device(device),
            counts: true,
        })
    }
}

impl Attempt<'_> {
    /// The attempt was no wrong guess.
    pub fn uncounted(mut self) {
        self.counts = false;
    }
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.attempts.with(|tables| match &self.who {
            Who::Device(device) => tables.devices.end(device, self.counts),
            Who::Stranger { network, account } => {
                tables.networks.end(network, self.counts);
                tables.accounts.end(account, self.counts);
            }
        });
    }
}

/// `TOO_MANY_REQUESTS` with whole seconds to wait.
fn refused(milliseconds: i64) -> Refusal {
    Refusal::retry(
        Code::TooManyRequests,
        u32::try_from((milliseconds + 999).div_euclid(1_000))
            .unwrap_or(1)
            .max(1),
    )
}

/// Whose attempts count together: an IPv4 address, or the /64 of an IPv6 address, whose holder may use all of it.
pub(crate) fn network_of(address: &str) -> String {
    match address
        .parse()
        .map(|address: IpAddr| address.to_canonical())
    {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(address) => address.to_string(),
        Err(_) => address.to_owned(),
    }
}

#[cfg(test)]
mod tests;
