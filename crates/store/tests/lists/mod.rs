//! Lists that people edit, and what keys send.

use super::*;

both!(
    rows_can_trade_what_must_be_unique,
    |TestDb { store, .. }: TestDb| async move {
        furnished(&store).await;
        let origin = |id: u128, canonical: &str| NewOrigin {
            id: OriginId(Uuid::from_u128(id)),
            canonical: canonical.into(),
            label: String::new(),
            environment: "development".into(),
        };
        let mut change = store.change().await.unwrap();
        for new in [origin(31, "https://a.test"), origin(32, "https://b.test")] {
            assert!(change.add_origin(ORG, &new, "Ada", 7).await.unwrap());
        }
        for id in [31, 32] {
            change
                .park_origin(ORG, OriginId(Uuid::from_u128(id)))
                .await
                .unwrap();
        }
        for new in [origin(31, "https://b.test"), origin(32, "https://a.test")] {
            assert!(change.update_origin(ORG, &new, 1, "Ada", 8).await.unwrap());
        }
        change.commit(&entry(ORG)).await.unwrap();
        let listed: Vec<_> = store
            .origins(ORG)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.canonical)
            .collect();
        assert_eq!(listed, ["https://b.test", "https://a.test"]);
    }
);

both!(
    origins_keep_their_version_and_their_organization,
    |TestDb { store, .. }: TestDb| async move {
        furnished(&store).await;
        let origin = |canonical: &str| NewOrigin {
            id: OriginId(Uuid::from_u128(31)),
            canonical: canonical.into(),
            label: "L".into(),
            environment: "development".into(),
        };
        let mut change = store.change().await.unwrap();
        assert!(
            change
                .add_origin(ORG, &origin("https://a.test"), "Ada", 7)
                .await
                .unwrap()
        );
        let twin = NewOrigin {
            id: OriginId(Uuid::from_u128(32)),
            ..origin("https://a.test")
        };
        assert!(
            !change.add_origin(ORG, &twin, "Ada", 7).await.unwrap(),
            "listed already"
        );
        assert!(
            change.add_origin(OTHER, &twin, "Bob", 7).await.unwrap(),
            "another organization may list the same"
        );
        assert!(
            !change
                .update_origin(OTHER, &origin("https://b.test"), 1, "Bob", 8)
                .await
                .unwrap()
        );
        assert!(
            !change
                .update_origin(ORG, &origin("https://b.test"), 2, "Ada", 8)
                .await
                .unwrap(),
            "another version"
        );
        assert!(
            change
                .update_origin(ORG, &origin("https://b.test"), 1, "Eve", 8)
                .await
                .unwrap()
        );
        change.commit(&entry(ORG)).await.unwrap();
        let listed = store.origins(ORG).await.unwrap();
        assert_eq!(
            (
                listed.len(),
                listed[0].canonical.as_str(),
                listed[0].version,
                listed[0].changed_by.as_str()
            ),
            (1, "https://b.test", 2, "Eve")
        );
        let mut change = store.change().await.unwrap();
        assert!(!change.remove_origin(OTHER, origin("").id, 2).await.unwrap());
        assert!(!change.remove_origin(ORG, origin("").id, 1).await.unwrap());
        assert!(change.remove_origin(ORG, origin("").id, 2).await.unwrap());
        change.commit(&entry(ORG)).await.unwrap();
        assert_eq!(
            (
                store.origins(ORG).await.unwrap().len(),
                store.origins(OTHER).await.unwrap().len()
            ),
            (0, 1)
        );
    }
);

both!(
    attributes_keep_their_version_and_their_organization,
    |TestDb { store, .. }: TestDb| async move {
        furnished(&store).await;
        let attribute = |name: &str| NewAttribute {
            id: AttributeId(Uuid::from_u128(41)),
            declaration: Declaration {
                name: name.into(),
                kind: Kind::Date,
                list: true,
                required: true,
            },
            description: "d".into(),
            example: "2026-11-20".into(),
        };
        let mut change = store.change().await.unwrap();
        assert!(
            change
                .add_attribute(ORG, &attribute("since"), "Ada", 7)
                .await
                .unwrap()
        );
        assert!(
            !change
                .add_attribute(
                    ORG,
                    &NewAttribute {
                        id: AttributeId(Uuid::from_u128(42)),
                        ..attribute("since")
                    },
                    "Ada",
                    7
                )
                .await
                .unwrap()
        );
        assert!(
            !change
                .update_attribute(OTHER, &attribute("until"), 1, "Bob", 8)
                .await
                .unwrap()
        );
        assert!(
            change
                .update_attribute(ORG, &attribute("until"), 1, "Ada", 8)
                .await
                .unwrap()
        );
        assert!(
            !change
                .update_attribute(ORG, &attribute("x"), 1, "Ada", 8)
                .await
                .unwrap(),
            "another version"
        );
        change.commit(&entry(ORG)).await.unwrap();
        let listed = store.attributes(ORG).await.unwrap();
        assert_eq!(
            (listed[0].declaration.clone(), listed[0].version),
            (attribute("until").declaration, 2)
        );
        assert_eq!(
            store.snapshot(-1).await.unwrap().attributes,
            [(ORG, listed[0].clone())]
        );
        let mut change = store.change().await.unwrap();
        assert!(
            !change
                .remove_attribute(OTHER, attribute("").id, 2)
                .await
                .unwrap()
        );
        assert!(
            change
                .remove_attribute(ORG, attribute("").id, 2)
                .await
                .unwrap()
        );
        change.commit(&entry(ORG)).await.unwrap();
        assert!(store.attributes(ORG).await.unwrap().is_empty());
    }
);

both!(
    uses_add_up_and_stay_in_their_organization,
    async |TestDb { store, .. }: TestDb| {
        furnished(&store).await;
        let row = |organization, key_id, tokens, last_at| AttributeUsageRow {
            organization,
            key_id,
            name: "region".into(),
            dropped: false,
            kind: "String".into(),
            tokens,
            last_at,
        };
        store
            .add_attribute_usage(vec![
                row(ORG, KEY, 2, 50),
                row(OTHER, KeyId(Uuid::from_u128(22)), 1, 60),
            ])
            .await
            .unwrap();
        store
            .add_attribute_usage(vec![
                row(ORG, KEY, 3, 40),
                AttributeUsageRow {
                    dropped: true,
                    ..row(ORG, KEY, 1, 70)
                },
            ])
            .await
            .unwrap();
        let uses = store.attribute_usage(ORG).await.unwrap();
        assert_eq!(
            uses,
            [
                AttributeUsageRow {
                    dropped: true,
                    ..row(ORG, KEY, 1, 70)
                },
                row(ORG, KEY, 5, 50)
            ]
        );
        assert_eq!(store.attribute_usage(OTHER).await.unwrap().len(), 1);
        store.forget_dropped(71).await.unwrap();
        assert_eq!(
            store.attribute_usage(ORG).await.unwrap(),
            [row(ORG, KEY, 5, 50)]
        );
    }
);
