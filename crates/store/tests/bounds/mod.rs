//! What keeps looks at the record bounded, on both databases.

use crate::both::{TestDb, both};
use crate::{KEY, ORG, OTHER, entry, furnished};
use perch_store::{MintRecorder, MintRow, OrganizationId, RevocationRow, SubjectHash, WantedMints};
use uuid::Uuid;

fn wanted<'a>(
    organization: OrganizationId,
    secrets: &'a [String],
    subject: Option<&'a str>,
) -> WantedMints<'a> {
    WantedMints {
        organization,
        secrets,
        subject,
        expires_after: 0,
        ids_from: Uuid::nil(),
        ids_before: Uuid::max(),
    }
}

both!(
    a_look_ends_whosever_tokens_it_passes,
    |TestDb { store, .. }: TestDb| async move {
        furnished(&store).await;
        let recorder = MintRecorder::start(&store);
        let other = "bbbbbbbbbbb";
        // Ten tokens of one key, of two viewers, then twenty of another organization's.
        for n in 0..30u128 {
            let (organization, secret_id) = if n < 10 {
                (ORG, "aaaaaaaaaaa")
            } else {
                (OTHER, other)
            };
            let subject = if n % 2 == 0 { "ann" } else { "bob" };
            let row = MintRow {
                token_id: Uuid::from_u128(1_000 + n),
                organization,
                secret_id: secret_id.into(),
                subject: subject.into(),
                sandbox_by: None,
                issued_at: 1_000,
                expires_at: 4_600,
            };
            recorder.record(row).await.unwrap();
        }
        let (own, theirs) = (
            ["aaaaaaaaaaa".to_owned()],
            ["aaaaaaaaaaa".to_owned(), other.to_owned()],
        );
        let page = async |wanted: &WantedMints<'_>, look, most| {
            let page = store.mint_page(wanted, look, most).await.unwrap();
            let found: Vec<_> = page
                .found
                .iter()
                .map(|row| row.token_id.as_u128() - 1_000)
                .collect();
            (found, page.next.map(|next| next.as_u128() - 1_000))
        };
        let ann = wanted(ORG, &own, Some("ann"));
        assert_eq!(page(&ann, 100, 100).await, (vec![8, 6, 4, 2, 0], None));
        // Ten rows from the newest on none is of this key, and the next look goes on from there.
        assert_eq!(page(&ann, 10, 100).await, (vec![], Some(20)));
        assert_eq!(
            page(
                &WantedMints {
                    ids_before: Uuid::from_u128(1_020),
                    ..ann
                },
                15,
                100
            )
            .await,
            (vec![8, 6], Some(5))
        );
        assert_eq!(
            page(
                &WantedMints {
                    ids_before: Uuid::from_u128(1_005),
                    ..ann
                },
                15,
                100
            )
            .await,
            (vec![4, 2, 0], None)
        );
        // No more than wanted, and what was not brought is looked at again.
        assert_eq!(page(&ann, 100, 2).await, (vec![8, 6], Some(6)));
        assert_eq!(
            page(
                &WantedMints {
                    ids_from: Uuid::from_u128(1_003),
                    ..ann
                },
                100,
                100
            )
            .await,
            (vec![8, 6, 4], None)
        );
        assert_eq!(
            page(
                &WantedMints {
                    expires_after: 4_600,
                    ..ann
                },
                100,
                100
            )
            .await,
            (vec![], None)
        );
        assert_eq!(
            page(&wanted(ORG, &theirs, None), 100, 100).await.0.len(),
            10,
            "organizations are walls"
        );
    }
);

both!(
    a_revoked_viewer_is_a_hash_and_a_name_of_before_is_still_read,
    |TestDb { store, .. }: TestDb| async move {
        furnished(&store).await;
        let row = |subject_hash: Option<u128>, subject: Option<&str>, cut_off| RevocationRow {
            organization: ORG,
            key_id: Some(KEY),
            token_id: None,
            subject_hash: subject_hash.map(|hash| SubjectHash(Uuid::from_u128(hash))),
            subject: subject.map(str::to_owned),
            cut_off,
            expires_at: 100,
        };
        for (id, row) in [
            (1, row(None, Some("ann"), 5)),
            (2, row(Some(7), None, 6)),
            (3, row(Some(8), None, 6)),
            (4, row(Some(7), None, 9)),
        ] {
            let mut change = store.change().await.unwrap();
            change
                .add_revocation(Uuid::from_u128(id), &row, 1)
                .await
                .unwrap();
            change.commit(&entry(ORG)).await.unwrap();
        }
        let mut stored = store.snapshot(-1).await.unwrap().revocations;
        stored.sort_by_key(|row| (row.subject_hash, row.cut_off));
        assert_eq!(
            stored,
            [
                row(None, Some("ann"), 5),
                row(Some(7), None, 9),
                row(Some(8), None, 6)
            ],
            "the later one says all that the earlier one said"
        );
    }
);
