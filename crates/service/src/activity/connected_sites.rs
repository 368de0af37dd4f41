//! The sites that components connected from. A token that may be used under a wildcard can name any number of subdomains, so a
//! viewer names a few new ones a day, and where there is no more room what was known first stays.

use crate::activity::refused_sites::DAY;
use crate::activity::rejection::viewer_hash;
use crate::config::{ConfigCache, Organization};
use perch_domain::origin::Origin;
use perch_store::{ConnectedSiteRow, ConnectedSitesPlan, OrganizationId, Store, StoreError};
use std::collections::HashMap;

/// Sites kept for an organization.
const MOST: usize = 1_000;
/// Milliseconds after which a site that nobody connects from any more makes room.
const KEPT: i64 = 30 * DAY;
/// Sites of an organization that this node knows to have connected; past that all are looked at anew.
const MAX_KNOWN: usize = 10_000;
/// Sites that are noted between two writings, of an organization and of all.
const MAX_NEW: usize = 100;
const MAX_NEW_OF_ALL: usize = 1_000;
/// New sites under wildcards that one viewer may name on a day, and viewers of an organization whose sites are counted.
const MAX_OF_A_VIEWER: u8 = 3;
const MAX_VIEWERS: usize = 2_000;
/// How old the time may become that a site is said to have connected last, in milliseconds.
const RESEEN_AFTER: i64 = 3_600_000;

/// A site that connected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Connected<'a> {
    pub organization: OrganizationId,
    pub origin: &'a Origin,
    /// It is listed by a wildcard.
    pub by_wildcard: bool,
    pub subject: &'a str,
    /// With a token of a backend, not of the sandbox.
    pub live: bool,
}

/// What is noted of an organization until it is written down.
#[derive(Debug, Default)]
struct Noted {
    /// Whether a live token connected from the site, and when that was last noted, Unix milliseconds.
    known: HashMap<String, (bool, i64)>,
    /// How many new sites each viewer (a hash) named on `day`.
    named: HashMap<[u8; 32], u8>,
    day: i64,
    new: Vec<ConnectedSiteRow>,
}

impl Noted {
    /// Whether this viewer may name one more on a day.
    fn may_name(&mut self, viewer: [u8; 32], day: i64) -> bool {
        if self.day != day || (self.named.len() >= MAX_VIEWERS && !self.named.contains_key(&viewer))
        {
            self.named.clear();
            self.day = day;
        }
        let named = self.named.entry(viewer).or_default();
        *named = named.saturating_add(1);
        *named <= MAX_OF_A_VIEWER
    }
}

/// The sites that connected since they were last written down.
#[derive(Debug, Default)]
pub(crate) struct ConnectedSites(HashMap<OrganizationId, Noted>);

pub(crate) type NewSites = Vec<(OrganizationId, Vec<ConnectedSiteRow>)>;

impl ConnectedSites {
    /// A site connected at `now`, Unix milliseconds. Mostly it is known, and then nothing happens.
    pub fn note(&mut self, site: Connected<'_>, now: i64) {
        let Connected {
            organization,
            origin,
            by_wildcard,
            subject,
            live,
        } = site;
        let origin = origin.as_str();
        let known = self
            .0
            .get(&organization)
            .and_then(|noted| noted.known.get(origin))
            .copied();
        if known.is_some_and(|(known_live, at)| (known_live || !live) && now - at < RESEEN_AFTER) {
            return;
        }
        let new = self.0.values().map(|noted| noted.new.len()).sum::<usize>();
        let noted = self.0.entry(organization).or_default();
        if new >= MAX_NEW_OF_ALL || noted.new.len() >= MAX_NEW {
            return;
        }
        if known.is_none()
            && by_wildcard
            && !noted.may_name(viewer_hash(organization, subject), now.div_euclid(DAY))
        {
            return;
        }
        if noted.known.len() >= MAX_KNOWN {
            noted.known.clear();
        }
        noted.known.insert(
            origin.to_owned(),
            (live || known.is_some_and(|(live, _)| live), now),
        );
        noted.new.push(ConnectedSiteRow {
            origin: origin.to_owned(),
            first_at: now,
            live_at: live.then_some(now),
            last_at: now,
        });
    }

    /// What is to be written down.
    pub fn take(&mut self) -> NewSites {
        let taken = self.0.iter_mut().filter(|(_, noted)| !noted.new.is_empty());
        let mut taken: NewSites = taken
            .map(|(organization, noted)| (*organization, std::mem::take(&mut noted.new)))
            .collect();
        taken.sort_by_key(|(organization, _)| *organization);
        taken
    }

    /// Seen again, everything is noted again.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}

/// Stores the sites that connected, within the bounds of each organization. `now` in Unix milliseconds.
pub(super) async fn write(
    store: &Store,
    config: &ConfigCache,
    connected: &NewSites,
    now: i64,
) -> Result<(), StoreError> {
    for (organization, sites) in connected {
        let Some(known) = config.snapshot().organization(*organization) else {
            continue;
        };
        store
            .note_connected(*organization, now, |stored| {
                plan(stored, sites.clone(), |site| entry(&known, site), now)
            })
            .await?;
    }
    Ok(())
}

/// The entry that lists a site; empty where none does any more.
fn entry(organization: &Organization, site: &str) -> String {
    let listed = Origin::from_header(site).and_then(|site| {
        organization
            .origins
            .find(&site)
            .map(|entry| entry.origin.to_string())
    });
    listed.unwrap_or_default()
}

/// What is kept of the sites that connected, `stored` and `sites`. Where there is no room for a new one, it takes the place of one that is
/// listed no more or was not seen for a month; else of the youngest of the entry that has most, if its own entry has fewer.
fn plan(
    stored: Vec<ConnectedSiteRow>,
    sites: Vec<ConnectedSiteRow>,
    entry: impl Fn(&str) -> String,
    now: i64,
) -> ConnectedSitesPlan {
    let mut plan = ConnectedSitesPlan::default();
    // Whose entry each is counts only where there may be too many.
    let crowded = stored.len() + sites.len() > MOST;
    let entry = |site: &ConnectedSiteRow| {
        if crowded {
            entry(&site.origin)
        } else {
            String::new()
        }
    };
    let mut stored: Vec<_> = stored
        .into_iter()
        .map(|site| (entry(&site), site))
        .collect();
    for site in sites {
        if let Some((_, known)) = stored
            .iter_mut()
            .find(|(_, known)| known.origin == site.origin)
        {
            known.last_at = site.last_at;
        } else {
            let own = entry(&site);
            if stored.len() >= MOST {
                let Some(at) = gives_way(&stored, &own, now) else {
                    continue;
                };
                let (_, gone) = stored.swap_remove(at);
                plan.noted
                    .retain(|noted: &ConnectedSiteRow| noted.origin != gone.origin);
                plan.dropped.push(gone.origin);
            }
            stored.push((own, site.clone()));
        }
        plan.noted.push(site);
    }
    plan
}

/// The place of the site that gives way to one of this entry; none where that one has to. Each site has its entry beside it.
fn gives_way(stored: &[(String, ConnectedSiteRow)], own: &str, now: i64) -> Option<usize> {
    let over = stored
        .iter()
        .enumerate()
        .filter(|(_, (entry, site))| entry.is_empty() || now - site.last_at > KEPT);
    if let Some((at, _)) = over.min_by_key(|(_, (_, site))| site.last_at) {
        return Some(at);
    }
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    for (entry, _) in stored {
        *sizes.entry(entry).or_default() += 1;
    }
    let (most, size) = sizes.iter().max_by_key(|(entry, size)| (**size, **entry))?;
    if *size <= sizes.get(own).copied().unwrap_or(0) + 1 {
        return None;
    }
    let of_it = stored
        .iter()
        .enumerate()
        .filter(|(_, (entry, _))| entry == most);
    of_it
        .max_by_key(|(_, (_, site))| site.first_at)
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests;
