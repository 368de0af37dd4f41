//! Known devices.

use super::both::{TestDb, both};
use super::{ADA, ORG, OTHER, entry, furnished};
use perch_store::{OrganizationId, PersonId};
use uuid::Uuid;

both!(
    known_devices_are_refreshed_bounded_and_forgotten,
    |TestDb { store, .. }: TestDb| async move {
        furnished(&store).await;
        let use_device =
            async |device: u8, person: PersonId, organization: OrganizationId, now: i64| {
                let mut change = store.act().await.unwrap();
                change
                    .add_known_device(&[device; 32], organization, person, now)
                    .await
                    .unwrap();
                change.commit(&entry(organization)).await.unwrap();
            };
        let known = async |device: u8, used_after: i64| {
            let owners = store
                .device_owners(&[device; 32], used_after)
                .await
                .unwrap();
            owners
                .into_iter()
                .map(|owner| (owner.person, owner.email))
                .collect::<Vec<_>>()
        };
        let bob = PersonId(Uuid::from_u128(12));
        let ada = vec![(ADA, "ada@a.test".to_owned())];
        use_device(1, bob, OTHER, 10).await;
        for (device, now) in (2..).zip(10..).take(20).chain([(2, 40)]) {
            use_device(device, ADA, ORG, now).await;
        }
        assert_eq!(
            (known(2, 39).await, known(2, 40).await),
            (ada.clone(), vec![]),
            "used again"
        );
        assert_eq!(known(3, 0).await, ada);
        use_device(30, ADA, ORG, 40).await;
        assert_eq!(
            (known(3, 0).await, known(4, 0).await),
            (vec![], ada.clone()),
            "one too many, so the longest unused went"
        );
        // Many of one millisecond: the one that was just used stays.
        for device in 31..61 {
            use_device(device, ADA, ORG, 40).await;
            assert_eq!(known(device, 0).await, ada);
        }
        assert_eq!(
            known(1, 0).await,
            [(bob, "bob@b.test".to_owned())],
            "somebody else's are counted by themselves"
        );
        store.forget_devices(10).await.unwrap();
        assert_eq!(
            (known(1, 0).await, known(60, 0).await),
            (vec![], ada.clone())
        );
        let mut change = store.act().await.unwrap();
        change.delete_known_devices_of(OTHER, ADA).await.unwrap();
        change.commit(&entry(ORG)).await.unwrap();
        assert_eq!(known(60, 0).await, ada, "another organization's person");
        let mut change = store.act().await.unwrap();
        change.delete_known_devices_of(ORG, ADA).await.unwrap();
        change.commit(&entry(ORG)).await.unwrap();
        assert_eq!(known(60, 0).await, []);
    }
);
