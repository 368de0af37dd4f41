//! What connecting components need of the store, on both databases: revocations, sites, refused requests.

use crate::both::{TestDb, both};
use perch_store::{
    AuditEntry, ConnectedSiteRow, ConnectedSitesPlan, MAX_REFUSED_REQUESTS, OrganizationId,
    RefusedRequestRow, RefusedSiteRow, RefusedSitesPlan, RevocationRow, Store, SubjectHash,
};
use uuid::Uuid;

const ORG: OrganizationId = OrganizationId(Uuid::from_u128(1));
const OTHER: OrganizationId = OrganizationId(Uuid::from_u128(2));

fn entry(organization: OrganizationId) -> AuditEntry {
    AuditEntry {
        id: fresh(),
        organization,
        actor: "Ada".into(),
        actor_id: None,
        action: "test",
        target: "t".into(),
        before: None,
        after: None,
        address: String::new(),
        request_id: "r".into(),
        caller_request_id: String::new(),
        at: 5,
    }
}

fn fresh() -> Uuid {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    Uuid::from_u128(u128::from(
        NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
    ))
}

async fn two_organizations(store: &Store) {
    for organization in [ORG, OTHER] {
        let mut change = store.change().await.unwrap();
        change.add_organization(organization, "O", 1).await.unwrap();
        change.commit(&entry(organization)).await.unwrap();
    }
}

both!(
    revocations_are_read_by_generation_and_forgotten,
    |TestDb { store, .. }: TestDb| async move {
        two_organizations(&store).await;
        let row = |subject: &str, expires_at| RevocationRow {
            organization: ORG,
            key_id: None,
            token_id: None,
            subject_hash: Some(SubjectHash(Uuid::from_u128(if subject == "ann" {
                71
            } else {
                72
            }))),
            subject: None,
            cut_off: 7,
            expires_at,
        };
        let mut generations = Vec::new();
        for (subject, expires_at) in [("ann", 100), ("bob", 200)] {
            let mut change = store.change().await.unwrap();
            change
                .add_revocation(fresh(), &row(subject, expires_at), 1)
                .await
                .unwrap();
            change.commit(&entry(ORG)).await.unwrap();
            generations.push(store.generation().await.unwrap());
        }
        assert_eq!(
            store.snapshot(-1).await.unwrap().revocations,
            [row("ann", 100), row("bob", 200)]
        );
        assert_eq!(
            store.snapshot(generations[0]).await.unwrap().revocations,
            [row("bob", 200)],
            "only what is new"
        );
        assert!(
            store
                .snapshot(generations[1])
                .await
                .unwrap()
                .revocations
                .is_empty()
        );
        store.forget_revocations(150).await.unwrap();
        assert_eq!(
            store.snapshot(-1).await.unwrap().revocations,
            [row("bob", 200)]
        );
        let mut change = store.change().await.unwrap();
        change.cut_off_organization(ORG, 50).await.unwrap();
        change.commit(&entry(ORG)).await.unwrap();
        let cut_offs: Vec<_> = store
            .snapshot(i64::MAX)
            .await
            .unwrap()
            .organizations
            .into_iter()
            .map(|row| row.cut_off)
            .collect();
        assert_eq!(cut_offs, [50, 0], "one organization's, and no other's");
    }
);

both!(
    connected_sites_keep_the_first_live_token,
    |TestDb { store, .. }: TestDb| async move {
        two_organizations(&store).await;
        let site = |origin: &str, first_at, live_at, last_at| ConnectedSiteRow {
            origin: origin.into(),
            first_at,
            live_at,
            last_at,
        };
        let note = |rows: Vec<ConnectedSiteRow>| ConnectedSitesPlan {
            noted: rows,
            dropped: Vec::new(),
        };
        for (live_at, at) in [(None, 1), (Some(2), 2), (Some(3), 3), (None, 4)] {
            store
                .note_connected(ORG, at, |_| {
                    note(vec![site("https://a.test", at, live_at, at)])
                })
                .await
                .unwrap();
        }
        assert_eq!(
            store.connected_sites(ORG).await.unwrap(),
            [site("https://a.test", 1, Some(2), 4)]
        );
        assert!(store.connected_sites(OTHER).await.unwrap().is_empty());
        let more = site("https://b.test", 5, None, 5);
        store
            .note_connected(ORG, 5, |stored| ConnectedSitesPlan {
                noted: vec![more.clone()],
                dropped: vec![stored[0].origin.clone()],
            })
            .await
            .unwrap();
        assert_eq!(store.connected_sites(ORG).await.unwrap(), [more]);
    }
);

both!(
    refused_sites_are_counted_by_plan,
    |TestDb { store, .. }: TestDb| async move {
        two_organizations(&store).await;
        let row = |origin: &str, refusals, last_at| RefusedSiteRow {
            origin: origin.into(),
            viewer: vec![7; 32],
            day: 3,
            refusals,
            last_at,
        };
        let count = |rows: Vec<RefusedSiteRow>| RefusedSitesPlan {
            counted: rows,
            dropped: Vec::new(),
        };
        store
            .count_refused_sites(ORG, |stored| {
                count([stored, vec![row("https://a.test", 1, 1)]].concat())
            })
            .await
            .unwrap();
        store
            .count_refused_sites(ORG, |_| {
                count(vec![
                    row("https://a.test", 2, 5),
                    row("https://b.test", 1, 4),
                ])
            })
            .await
            .unwrap();
        assert_eq!(
            store.refused_sites(ORG).await.unwrap(),
            [row("https://a.test", 3, 5), row("https://b.test", 1, 4)]
        );
        assert!(store.refused_sites(OTHER).await.unwrap().is_empty());
        store
            .count_refused_sites(ORG, |stored| RefusedSitesPlan {
                counted: Vec::new(),
                dropped: stored[1..].to_vec(),
            })
            .await
            .unwrap();
        assert_eq!(
            store.refused_sites(ORG).await.unwrap(),
            [row("https://a.test", 3, 5)]
        );
        store.forget_refused_sites(4).await.unwrap();
        assert!(store.refused_sites(ORG).await.unwrap().is_empty());
    }
);

both!(
    refused_requests_are_found_by_their_own_organization_and_bounded,
    |TestDb { store, .. }: TestDb| async move {
        two_organizations(&store).await;
        let row = |id: u128, organization_id| RefusedRequestRow {
            request_id: Uuid::from_u128(id),
            organization_id,
            route: "POST /embed/session".into(),
            code: "TOKEN_EXPIRED".into(),
            check: "time".into(),
            faults: "a B\nc \"D\"".into(),
            origin: "https://a.test".into(),
            secret_id: organization_id.map(|_| "aaaaaaaaaaa".to_owned()),
            token_id: organization_id.map(|_| Uuid::from_u128(9)),
            at: 5,
        };
        store
            .add_refused_requests(&[row(1, Some(ORG)), row(2, Some(OTHER)), row(3, None)])
            .await
            .unwrap();
        let found = |organization, id| {
            let store = store.clone();
            async move {
                store
                    .refused_request(organization, Uuid::from_u128(id))
                    .await
                    .unwrap()
            }
        };
        assert_eq!(found(ORG, 1).await, Some(row(1, Some(ORG))));
        assert_eq!(
            (found(ORG, 2).await, found(OTHER, 1).await),
            (None, None),
            "organizations are walls"
        );
        assert_eq!(found(ORG, 3).await, Some(row(3, None)));
        let many: Vec<_> = (10..10 + u128::from(MAX_REFUSED_REQUESTS.unsigned_abs()))
            .map(|id| row(id, Some(ORG)))
            .collect();
        store.add_refused_requests(&many).await.unwrap();
        assert_eq!(
            store.count_refused_requests(Some(ORG)).await.unwrap(),
            MAX_REFUSED_REQUESTS
        );
        assert_eq!(found(ORG, 1).await, None, "the oldest went");
        assert!(found(OTHER, 2).await.is_some());
    }
);
