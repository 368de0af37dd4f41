//! Refused lately: the sites that presented a token of this organization and are not listed. Whoever holds tokens can name any
//! site, so a viewer counts for a few a day and the whole list is bounded.

use perch_domain::origin::Origin;
use perch_domain::origin_list::{Miss, OriginList};
use perch_store::{OrganizationId, RefusedSiteRow, RefusedSitesPlan, Store, StoreError};
use std::collections::{HashMap, HashSet};

/// Milliseconds of a day.
pub(crate) const DAY: i64 = 86_400_000;
/// Days that a refusal is shown.
pub(crate) const KEPT_DAYS: i64 = 14;
/// Different sites that one viewer's refusals count for on one day.
pub(crate) const MAX_OF_A_VIEWER: usize = 3;
/// Rows kept for an organization; those not seen for longest make room.
const MAX_OF_AN_ORGANIZATION: usize = 500;
/// Sites that are shown at once: each is compared with the whole list.
const SHOWN: usize = 20;

/// A refused site of a viewer on a day (days since 1970).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RefusedSite {
    pub organization: OrganizationId,
    pub viewer: [u8; 32],
    pub day: i64,
    pub origin: String,
}

/// How often, and when last (Unix milliseconds).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusals {
    pub count: i64,
    pub last_at: i64,
}

type Counted = (RefusedSite, Refusals);

/// A site that was refused, as people see it.
#[derive(Clone, Debug)]
pub struct RefusedSiteView {
    pub origin: String,
    /// Different viewers, and refusals of all of them.
    pub viewers: usize,
    pub refusals: i64,
    /// Unix seconds.
    pub last_at: i64,
    pub nearest: Option<(String, Miss)>,
    /// Its name is written in ASCII here and with other letters in browsers.
    pub international: bool,
}

/// The sites that were refused lately, the latest first.
#[derive(Clone, Debug, Default)]
pub struct RefusedSites {
    pub shown: Vec<RefusedSiteView>,
    /// How many there are besides.
    pub more: usize,
}

/// Stores the sites that were refused, within the bounds of each organization.
pub(super) async fn write(
    store: &Store,
    refused: &HashMap<RefusedSite, Refusals>,
) -> Result<(), StoreError> {
    let mut of: HashMap<OrganizationId, Vec<Counted>> = HashMap::new();
    for (site, refusals) in refused {
        of.entry(site.organization)
            .or_default()
            .push((site.clone(), *refusals));
    }
    for (organization, sites) in of {
        store
            .count_refused_sites(organization, |stored| plan(stored, sites))
            .await?;
    }
    Ok(())
}

/// What is told of these rows, the latest first. Whether a site is listed is one lookup; what it misses is looked for only where it
/// is shown.
pub(super) fn describe(rows: Vec<RefusedSiteRow>, list: &OriginList) -> RefusedSites {
    let mut sites: Vec<(Origin, RefusedSiteView)> = Vec::new();
    // The place of each site, if it is not listed.
    let mut at: HashMap<String, Option<usize>> = HashMap::new();
    let mut viewers: HashSet<(String, Vec<u8>)> = HashSet::new();
    for row in rows {
        let new_viewer = viewers.insert((row.origin.clone(), row.viewer));
        if let Some(known) = at.get(&row.origin) {
            if let Some((_, site)) = known.and_then(|at| sites.get_mut(at)) {
                site.viewers += usize::from(new_viewer);
                site.refusals += row.refusals;
            }
            continue;
        }
        let origin = Origin::from_header(&row.origin).filter(|origin| list.find(origin).is_none());
        at.insert(row.origin.clone(), origin.is_some().then_some(sites.len()));
        let Some(origin) = origin else { continue };
        let view = RefusedSiteView {
            international: origin
                .host()
                .split('.')
                .any(|label| label.starts_with("xn--")),
            nearest: None,
            origin: row.origin,
            viewers: 1,
            refusals: row.refusals,
            last_at: row.last_at.div_euclid(1_000),
        };
        sites.push((origin, view));
    }
    let more = sites.len().saturating_sub(SHOWN);
    let near = |(origin, site): (Origin, RefusedSiteView)| RefusedSiteView {
        nearest: list
            .nearest(&origin)
            .map(|(entry, miss)| (entry.origin.to_string(), miss)),
        ..site
    };
    RefusedSites {
        shown: sites.into_iter().take(SHOWN).map(near).collect(),
        more,
    }
}

/// What counts of the sites that were refused since the last time; `stored` has the latest first.
fn plan(mut stored: Vec<RefusedSiteRow>, mut sites: Vec<Counted>) -> RefusedSitesPlan {
    // In the order they were seen: the first ones of a viewer count.
    sites.sort_by(|(one, first), (other, later)| {
        first
            .last_at
            .cmp(&later.last_at)
            .then_with(|| one.cmp(other))
    });
    let mut plan = RefusedSitesPlan::default();
    for (
        site,
        Refusals {
            count: refusals,
            last_at,
        },
    ) in sites
    {
        let row = RefusedSiteRow {
            origin: site.origin,
            viewer: site.viewer.to_vec(),
            day: site.day,
            refusals,
            last_at,
        };
        let of_viewer =
            |known: &&RefusedSiteRow| known.viewer == row.viewer && known.day == row.day;
        if let Some(at) = stored
            .iter()
            .position(|known| of_viewer(&known) && known.origin == row.origin)
        {
            // Seen again, it is not the one that makes room.
            stored.remove(at);
        } else if stored.iter().filter(of_viewer).count() >= MAX_OF_A_VIEWER {
            continue;
        }
        while stored.len() >= MAX_OF_AN_ORGANIZATION {
            plan.dropped.extend(stored.pop());
        }
        stored.insert(0, row.clone());
        plan.counted.push(row);
    }
    plan
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(viewer: u8, origin: &str, last_at: i64) -> Counted {
        let organization = OrganizationId(uuid::Uuid::nil());
        (
            RefusedSite {
                organization,
                viewer: [viewer; 32],
                day: 1,
                origin: origin.into(),
            },
            Refusals { count: 1, last_at },
        )
    }

    fn origins(rows: &[RefusedSiteRow]) -> Vec<&str> {
        rows.iter().map(|row| row.origin.as_str()).collect()
    }

    #[test]
    fn three_sites_of_a_viewer_count_on_a_day() {
        let many = [
            "https://d.test",
            "https://a.test",
            "https://c.test",
            "https://b.test",
        ];
        let first = plan(
            Vec::new(),
            many.iter()
                .zip(0..)
                .map(|(origin, at)| refused(1, origin, at))
                .collect(),
        );
        assert_eq!(origins(&first.counted), &many[..3]);
        // Those three go on counting, another viewer has three of its own, and so has another day.
        let again = plan(
            first.counted.clone(),
            vec![
                refused(1, "https://a.test", 9),
                refused(1, "https://e.test", 9),
                refused(2, "https://e.test", 9),
            ],
        );
        assert_eq!(
            origins(&again.counted),
            ["https://a.test", "https://e.test"]
        );
        let (mut tomorrow, counted) = refused(1, "https://e.test", 9);
        tomorrow.day = 2;
        assert_eq!(
            origins(&plan(first.counted, vec![(tomorrow, counted)]).counted),
            ["https://e.test"]
        );
    }

    #[test]
    fn a_full_list_makes_room() {
        let row = |at: i64| RefusedSiteRow {
            origin: format!("https://{at}.test"),
            viewer: vec![9; 32],
            day: at + 5,
            refusals: 1,
            last_at: 1_000 - at,
        };
        let stored: Vec<_> = (0..500).map(row).collect();
        let full = plan(
            stored,
            vec![
                refused(1, "https://new.test", 2_000),
                refused(2, "https://newer.test", 2_001),
            ],
        );
        assert_eq!(
            (full.counted.len(), origins(&full.dropped)),
            (2, vec!["https://499.test", "https://498.test"])
        );
        // The oldest, seen again, stays; the next oldest goes.
        let mut again = refused(9, "https://499.test", 2_000);
        again.0.day = 504;
        let full = plan(
            (0..500).map(row).collect(),
            vec![again, refused(1, "https://new.test", 2_001)],
        );
        assert_eq!(
            (full.counted.len(), origins(&full.dropped)),
            (2, vec!["https://498.test"])
        );
    }
}
