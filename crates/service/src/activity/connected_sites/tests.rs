use super::*;
use uuid::Uuid;

const ORGANIZATION: OrganizationId = OrganizationId(Uuid::nil());

fn origin(at: usize) -> Origin {
    Origin::from_header(&format!("https://s{at}.shop.test")).unwrap()
}

fn note(
    sites: &mut ConnectedSites,
    organization: OrganizationId,
    at: usize,
    subject: &str,
    now: i64,
) {
    sites.note(
        Connected {
            organization,
            origin: &origin(at),
            by_wildcard: true,
            subject,
            live: true,
        },
        now,
    );
}

fn count(sites: &ConnectedSites) -> usize {
    sites.0.values().map(|noted| noted.new.len()).sum()
}

#[test]
fn a_viewer_names_few_new_sites_a_day() {
    let mut sites = ConnectedSites::default();
    (0..50).for_each(|at| note(&mut sites, ORGANIZATION, at, "ann", 1));
    assert_eq!(count(&sites), 3);
    note(&mut sites, ORGANIZATION, 50, "bob", 1);
    // What is known is no new one, however often it comes, and tomorrow there are more.
    (0..3).for_each(|at| note(&mut sites, ORGANIZATION, at, "ann", 1 + RESEEN_AFTER));
    assert_eq!(count(&sites), 7);
    note(&mut sites, ORGANIZATION, 51, "ann", DAY);
    assert_eq!(count(&sites), 8);
    // A site that is listed by itself is bounded by the list.
    let own = Origin::from_header("https://own.test").unwrap();
    sites.note(
        Connected {
            organization: ORGANIZATION,
            origin: &own,
            by_wildcard: false,
            subject: "ann",
            live: true,
        },
        1,
    );
    assert_eq!(count(&sites), 9);
}

#[test]
fn a_flood_of_one_organization_is_not_anothers() {
    let mut sites = ConnectedSites::default();
    (0..1_000).for_each(|at| note(&mut sites, ORGANIZATION, at, &at.to_string(), 1));
    assert_eq!(count(&sites), MAX_NEW);
    let other = |at: usize| OrganizationId(Uuid::from_u128(u128::try_from(at).unwrap()));
    note(&mut sites, other(1), 0, "ann", 1);
    assert_eq!(count(&sites), MAX_NEW + 1);
    (1..50).for_each(|organization| {
        (0..100).for_each(|at| note(&mut sites, other(organization), at, &at.to_string(), 1));
    });
    assert_eq!(count(&sites), MAX_NEW_OF_ALL);
    assert_eq!(
        sites
            .take()
            .iter()
            .map(|(_, sites)| sites.len())
            .sum::<usize>(),
        MAX_NEW_OF_ALL
    );
    assert_eq!(count(&sites), 0);
}

#[test]
fn a_known_site_is_noted_again_once_an_hour_or_when_its_first_live_token_comes() {
    let mut sites = ConnectedSites::default();
    for (live, now) in [
        (false, 1),
        (false, 2),
        (true, 3),
        (false, 4),
        (true, 5),
        (true, 3 + RESEEN_AFTER),
    ] {
        sites.note(
            Connected {
                organization: ORGANIZATION,
                origin: &origin(1),
                by_wildcard: false,
                subject: "ann",
                live,
            },
            now,
        );
    }
    let told: Vec<_> = sites
        .take()
        .into_iter()
        .flat_map(|(_, sites)| sites)
        .map(|site| (site.live_at, site.last_at))
        .collect();
    assert_eq!(
        told,
        [
            (None, 1),
            (Some(3), 3),
            (Some(3 + RESEEN_AFTER), 3 + RESEEN_AFTER)
        ]
    );
}

fn row(origin: String, first_at: i64, last_at: i64) -> ConnectedSiteRow {
    ConnectedSiteRow {
        origin,
        first_at,
        live_at: Some(first_at),
        last_at,
    }
}

/// The wildcard of the last two labels, or the site itself.
fn listed(site: &str) -> String {
    if site.contains("gone") {
        String::new()
    } else if site.contains("shop") {
        "https://*.shop.test".to_owned()
    } else {
        site.to_owned()
    }
}

#[test]
fn made_up_subdomains_wash_nothing_away() {
    let mut stored = vec![
        row("https://real.shop.test".into(), 1, 1),
        row("https://own.test".into(), 2, 2),
    ];
    // A flood, a hundred a second: what was there first stays, and what comes after is not kept.
    for second in 0..40i64 {
        let new = (0..100)
            .map(|at| {
                row(
                    format!("https://{second}-{at}.shop.test"),
                    10 + second,
                    10 + second,
                )
            })
            .collect();
        let ConnectedSitesPlan { noted, dropped } = plan(stored.clone(), new, listed, 10 + second);
        stored.extend(noted);
        stored.retain(|site| !dropped.contains(&site.origin));
    }
    assert_eq!(stored.len(), MOST);
    assert!(
        [
            "https://real.shop.test",
            "https://own.test",
            "https://0-0.shop.test"
        ]
        .iter()
        .all(|origin| stored.iter().any(|site| site.origin == *origin))
    );
    // Another entry still gets its place, from the youngest of the one that has most.
    let youngest = stored.iter().map(|site| site.first_at).max();
    let told = plan(
        stored.clone(),
        vec![row("https://late.test".into(), 99, 99)],
        listed,
        99,
    );
    assert_eq!((told.noted.len(), told.dropped.len()), (1, 1));
    assert_eq!(
        stored
            .iter()
            .find(|site| site.origin == told.dropped[0])
            .map(|site| site.first_at),
        youngest
    );
    // Seen again, a known site is noted; it takes no room.
    let told = plan(
        stored.clone(),
        vec![row("https://real.shop.test".into(), 99, 99)],
        listed,
        99,
    );
    assert_eq!((told.noted.len(), told.dropped.len()), (1, 0));
    // What is listed no more, or was not seen for a month, makes room first.
    stored[5] = row("https://gone.test".into(), 0, 98);
    assert_eq!(
        plan(
            stored.clone(),
            vec![row("https://new.shop.test".into(), 99, 99)],
            listed,
            99
        )
        .dropped,
        ["https://gone.test"]
    );
    for site in &mut stored {
        site.last_at = if site.origin == "https://real.shop.test" {
            KEPT
        } else {
            10
        };
    }
    stored[5] = row("https://x.shop.test".into(), 0, 9);
    assert_eq!(
        plan(
            stored,
            vec![row("https://new.shop.test".into(), KEPT, KEPT)],
            listed,
            KEPT + 11
        )
        .dropped,
        ["https://x.shop.test"]
    );
}
