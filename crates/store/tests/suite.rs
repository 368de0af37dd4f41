//! The store on both databases: every test here runs on a `SQLite` file and on a `PostgreSQL` database of its own.

#![expect(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test that cannot go on may stop where it stands"
)]

mod both;
mod bounds;
mod devices;
mod embedding;

use both::both;
use perch_domain::ConsoleRole;
use perch_domain::access::Scopes;
use perch_domain::attribute::{Declaration, Kind};
use perch_store::{
    AttributeId, AttributeUsageRow, AuditEntry, ConsoleSession, KeyId, MintRecorder, MintRow,
    NewAttribute, NewKey, NewOrigin, NewPerson, NewPersona, NewSecret, OrganizationId, OriginId,
    PersonId, PersonaId, Store,
};
use uuid::Uuid;

const ORG: OrganizationId = OrganizationId(Uuid::from_u128(1));
const OTHER: OrganizationId = OrganizationId(Uuid::from_u128(2));
const ADA: PersonId = PersonId(Uuid::from_u128(11));
const KEY: KeyId = KeyId(Uuid::from_u128(21));

fn entry(organization: OrganizationId) -> AuditEntry {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let id = Uuid::from_u128(u128::from(
        NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
    ));
    AuditEntry {
        id,
        organization,
        actor: "Ada".into(),
        actor_id: Some(ADA.0),
        action: "test",
        target: "t".into(),
        before: None,
        after: Some("{}".into()),
        address: String::new(),
        request_id: "r".into(),
        caller_request_id: String::new(),
        at: 5,
    }
}

fn person(id: PersonId, organization: OrganizationId, email: &str) -> NewPerson {
    NewPerson {
        id,
        organization,
        email: email.into(),
        name: "Ada".into(),
        role: ConsoleRole::Admin,
        password_hash: "$x".into(),
    }
}

fn key(id: KeyId, organization: OrganizationId, owner: PersonId, secret: &str) -> NewKey {
    let secret = NewSecret {
        id: secret.into(),
        hash: [7; 32],
        wrapped_key: vec![1, 2, 3],
        expires_at: None,
    };
    NewKey {
        id,
        organization,
        owner,
        name: "backend".into(),
        scopes: Scopes::ALL,
        sandbox_shared: false,
        secret,
    }
}

/// Two organizations, each with a person and a key.
async fn furnished(store: &Store) {
    for (organization, ada, email, id, secret) in [
        (ORG, ADA, "ada@a.test", KEY, "aaaaaaaaaaa"),
        (
            OTHER,
            PersonId(Uuid::from_u128(12)),
            "bob@b.test",
            KeyId(Uuid::from_u128(22)),
            "bbbbbbbbbbb",
        ),
    ] {
        let mut change = store.change().await.unwrap();
        change.add_organization(organization, "O", 1).await.unwrap();
        assert!(
            change
                .add_person(&person(ada, organization, email), 1)
                .await
                .unwrap()
        );
        assert!(
            change
                .add_key(&key(id, organization, ada, secret), 1)
                .await
                .unwrap()
        );
        assert!(
            !change
                .add_key(&key(id, organization, ada, "other"), 1)
                .await
                .unwrap(),
            "an id is used once"
        );
        change.commit(&entry(organization)).await.unwrap();
    }
}

both!(
    the_installation_keeps_its_first_id,
    |store: Store| async move {
        let first = store.installation(Uuid::from_u128(5), 1).await.unwrap().id;
        assert_eq!(
            store.installation(Uuid::from_u128(6), 2).await.unwrap().id,
            first
        );
    }
);

both!(
    a_setup_link_is_used_once_and_only_in_time,
    |store: Store| async move {
        store.installation(Uuid::from_u128(5), 1).await.unwrap();
        store.open_setup(&[1; 32], 100).await.unwrap();
        let mut late = store.act().await.unwrap();
        assert!(!late.consume_setup(&[1; 32], 100).await.unwrap(), "expired");
        drop(late);
        let mut wrong = store.act().await.unwrap();
        assert!(
            !wrong.consume_setup(&[2; 32], 50).await.unwrap(),
            "another link"
        );
        drop(wrong);
        let mut change = store.act().await.unwrap();
        assert!(change.consume_setup(&[1; 32], 50).await.unwrap());
        change.add_organization(ORG, "O", 1).await.unwrap();
        change.commit(&entry(ORG)).await.unwrap();
        let mut again = store.act().await.unwrap();
        assert!(!again.consume_setup(&[1; 32], 50).await.unwrap(), "used");
    }
);

both!(
    a_change_that_is_dropped_never_happened,
    |store: Store| async move {
        let before = store.generation().await.unwrap();
        let mut change = store.change().await.unwrap();
        change.add_organization(ORG, "O", 1).await.unwrap();
        drop(change);
        assert_eq!(store.organizations().await.unwrap(), []);
        assert_eq!(store.generation().await.unwrap(), before);
        let mut change = store.change().await.unwrap();
        change.add_organization(ORG, "O", 1).await.unwrap();
        change.commit(&entry(ORG)).await.unwrap();
        assert_eq!(store.organizations().await.unwrap().len(), 1);
        assert!(store.generation().await.unwrap() > before);
        assert_eq!(store.audit(ORG, 10).await.unwrap().len(), 1);
    }
);

both!(an_email_signs_in_one_person, |store: Store| async move {
    furnished(&store).await;
    let mut change = store.change().await.unwrap();
    assert!(
        !change
            .add_person(
                &person(PersonId(Uuid::from_u128(13)), OTHER, "ada@a.test"),
                1
            )
            .await
            .unwrap()
    );
    drop(change);
    assert_eq!(
        store
            .person_by_email("ada@a.test")
            .await
            .unwrap()
            .unwrap()
            .id,
        ADA
    );
    assert!(store.has_admin().await.unwrap());
    assert!(
        store.person(OTHER, ADA).await.unwrap().is_none(),
        "another organization's person"
    );
});

both!(
    a_session_is_never_overwritten_by_a_new_one,
    |store: Store| async move {
        furnished(&store).await;
        let row = ConsoleSession {
            id_hash: vec![9; 32],
            organization_id: Some(ORG),
            person_id: Some(ADA),
            data: "{\"a\":1}".into(),
            created_at: 1,
            expires_at: 100,
        };
        assert!(store.add_session(&row).await.unwrap());
        assert!(
            !store
                .add_session(&ConsoleSession {
                    data: "{}".into(),
                    ..row.clone()
                })
                .await
                .unwrap()
        );
        assert_eq!(
            store.session(&[9; 32], 50).await.unwrap(),
            Some(row.clone())
        );
        assert_eq!(store.session(&[9; 32], 100).await.unwrap(), None, "expired");
        store
            .update_session(&ConsoleSession {
                data: "{\"b\":2}".into(),
                ..row
            })
            .await
            .unwrap();
        let mut change = store.act().await.unwrap();
        assert_eq!(change.delete_sessions_of(OTHER, ADA).await.unwrap(), 0);
        assert_eq!(change.delete_sessions_of(ORG, ADA).await.unwrap(), 1);
        change.commit(&entry(ORG)).await.unwrap();
        assert_eq!(store.session(&[9; 32], 50).await.unwrap(), None);
    }
);

both!(
    attempts_are_counted_before_they_are_looked_at,
    |store: Store| async move {
        let attempts = (0..20).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.begin_sign_in(&[1; 32], 1_000).await.unwrap() })
        });
        let mut authorize_call = 0;
        for attempt in attempts.collect::<Vec<_>>() {
            authorize_call += i32::from(attempt.await.unwrap());
        }
        assert_eq!(authorize_call, 5, "sent together, five are free");
        assert!(!store.begin_sign_in(&[1; 32], 1_999).await.unwrap());
        assert!(
            store.begin_sign_in(&[1; 32], 2_000).await.unwrap(),
            "after a second one more"
        );
        assert!(!store.begin_sign_in(&[1; 32], 3_999).await.unwrap());
        assert!(
            store.begin_sign_in(&[1; 32], 4_000).await.unwrap(),
            "after two seconds one more"
        );
        assert!(
            store.begin_sign_in(&[2; 32], 4_000).await.unwrap(),
            "somebody else"
        );
        let failures = store.sign_in_failures(&[1; 32]).await.unwrap();
        assert_eq!((failures.failures, failures.last_at), (7, 4_000));
        store.clear_sign_in_failures(&[1; 32], 0).await.unwrap();
        assert_eq!(store.sign_in_failures(&[1; 32]).await.unwrap().failures, 0);
    }
);

both!(
    no_setup_link_opens_or_works_beside_an_admin,
    |store: Store| async move {
        store.installation(Uuid::from_u128(5), 1).await.unwrap();
        assert!(store.open_setup(&[1; 32], 100).await.unwrap());
        furnished(&store).await;
        assert!(!store.open_setup(&[2; 32], 100).await.unwrap());
        let mut change = store.act().await.unwrap();
        assert!(!change.consume_setup(&[1; 32], 50).await.unwrap());
    }
);

both!(
    rows_can_trade_what_must_be_unique,
    |store: Store| async move {
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
    sign_in_links_work_once_and_the_newest_counts,
    |store: Store| async move {
        furnished(&store).await;
        for hash in [[1; 32], [2; 32]] {
            let mut change = store.act().await.unwrap();
            change.add_sign_in_link(&hash, ORG, ADA, 100).await.unwrap();
            change.commit(&entry(ORG)).await.unwrap();
        }
        assert!(!store.is_sign_in_link(&[1; 32], 50).await.unwrap());
        assert!(store.is_sign_in_link(&[2; 32], 50).await.unwrap());
        let mut change = store.act().await.unwrap();
        assert_eq!(
            change.consume_sign_in_link(&[2; 32], 50).await.unwrap(),
            Some((ORG, ADA))
        );
        change.commit(&entry(ORG)).await.unwrap();
        assert!(!store.is_sign_in_link(&[2; 32], 50).await.unwrap());
    }
);

both!(
    keys_are_listed_revoked_and_marked_by_organization,
    |store: Store| async move {
        furnished(&store).await;
        let listed = store.keys(ORG, None).await.unwrap();
        assert_eq!(
            (
                listed.len(),
                listed[0].secret_id.as_str(),
                listed[0].owner_name.as_str()
            ),
            (1, "aaaaaaaaaaa", "Ada")
        );
        assert_eq!(store.keys(ORG, Some(ADA)).await.unwrap().len(), 1);
        assert_eq!(
            store
                .keys(ORG, Some(PersonId(Uuid::from_u128(99))))
                .await
                .unwrap()
                .len(),
            0
        );
        let mut change = store.change().await.unwrap();
        assert!(
            !change.revoke_key(OTHER, KEY, 5).await.unwrap(),
            "another organization's key"
        );
        assert!(!change.mark_exposed(OTHER, KEY, 5).await.unwrap());
        assert!(change.mark_exposed(ORG, KEY, 5).await.unwrap());
        assert!(
            !change.mark_exposed(ORG, KEY, 6).await.unwrap(),
            "the first time counts"
        );
        assert!(change.revoke_key(ORG, KEY, 5).await.unwrap());
        assert!(!change.revoke_key(ORG, KEY, 6).await.unwrap());
        change.commit(&entry(ORG)).await.unwrap();
        let key = &store.keys(ORG, None).await.unwrap()[0];
        assert_eq!((key.revoked_at, key.exposed_at), (Some(5), Some(5)));
    }
);

both!(
    origins_keep_their_version_and_their_organization,
    |store: Store| async move {
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
    |store: Store| async move {
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
    mints_are_recorded_together_counted_and_forgotten,
    |store: Store| async move {
        furnished(&store).await;
        let recorder = MintRecorder::start(&store);
        let row = |n: u128| MintRow {
            token_id: Uuid::from_u128(1_000 + n),
            organization: ORG,
            secret_id: "aaaaaaaaaaa".into(),
            subject: format!("user \"{n}\" 'é' \\ \u{1F600}"),
            sandbox_by: (n == 0).then_some(ADA),
            issued_at: 1_000,
            expires_at: 4_600,
        };
        let rows: Vec<_> = (0..200).map(row).collect();
        let writing = rows.iter().cloned().map(|row| {
            let recorder = recorder.clone();
            tokio::spawn(async move { recorder.record(row).await.unwrap() })
        });
        for done in writing.collect::<Vec<_>>() {
            done.await.unwrap();
        }
        for row in &rows {
            assert_eq!(
                store.mint(ORG, row.token_id).await.unwrap().as_ref(),
                Some(row)
            );
        }
        assert_eq!(
            store.mint(OTHER, rows[0].token_id).await.unwrap(),
            None,
            "another organization's token"
        );
        let key = &store.keys(ORG, None).await.unwrap()[0];
        assert_eq!((key.minted, key.last_used_at), (200, Some(1_000_000)));
        assert_eq!(
            store
                .forget_mints(Uuid::from_u128(1_100), 4_600)
                .await
                .unwrap(),
            0,
            "not yet expired"
        );
        assert_eq!(
            store
                .forget_mints(Uuid::from_u128(1_100), 4_601)
                .await
                .unwrap(),
            100
        );
    }
);

both!(
    the_snapshot_holds_every_organization,
    |store: Store| async move {
        furnished(&store).await;
        let snapshot = store.snapshot(-1).await.unwrap();
        assert_eq!(
            (
                snapshot.organizations.len(),
                snapshot.secrets.len(),
                snapshot.active_people.len()
            ),
            (2, 2, 2)
        );
        let secret = &snapshot
            .secrets
            .iter()
            .find(|secret| secret.row.id == "aaaaaaaaaaa")
            .unwrap()
            .row;
        assert_eq!(
            (
                secret.organization_id,
                secret.key_id,
                secret.hash.as_slice(),
                secret.longest_lifetime
            ),
            (ORG, KEY, &[7; 32][..], 86_400)
        );
    }
);

both!(
    what_no_version_writes_is_named_with_its_place,
    |store: Store| async move {
        furnished(&store).await;
        both::execute(
            &store,
            "UPDATE person SET role = 'emperor' WHERE email = 'ada@a.test'",
        )
        .await;
        let fault = store.person(ORG, ADA).await.unwrap_err().to_string();
        assert_eq!(fault, format!("person.role of row {ADA} cannot be read"));
    }
);

both!(
    uses_add_up_and_stay_in_their_organization,
    async |store: Store| {
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

both!(personas_are_their_owners_or_shared, async |store: Store| {
    furnished(&store).await;
    let grace = PersonId(Uuid::from_u128(13));
    let mut change = store.change().await.unwrap();
    change
        .add_person(&person(grace, ORG, "grace@a.test"), 1)
        .await
        .unwrap();
    let persona = |id, owner, name: &str, shared| NewPersona {
        id: PersonaId(Uuid::from_u128(id)),
        owner,
        name: name.into(),
        shared,
        content: "{}".into(),
    };
    change
        .add_persona(ORG, &persona(1, ADA, "Paris", false), "Ada", 5)
        .await
        .unwrap();
    change
        .add_persona(ORG, &persona(2, ADA, "Lyon", true), "Ada", 5)
        .await
        .unwrap();
    assert!(
        change
            .persona_name_taken(ORG, &persona(3, ADA, "Lyon", true))
            .await
            .unwrap()
    );
    assert!(
        !change
            .persona_name_taken(ORG, &persona(2, ADA, "Lyon", true))
            .await
            .unwrap(),
        "one's own name is free"
    );
    assert!(
        !change
            .persona_name_taken(OTHER, &persona(3, ADA, "Lyon", true))
            .await
            .unwrap()
    );
    assert!(
        change
            .update_persona(ORG, &persona(1, ADA, "Nice", false), "Ada", 6)
            .await
            .unwrap()
    );
    assert!(
        !change
            .update_persona(OTHER, &persona(1, ADA, "Theirs", true), "Bob", 6)
            .await
            .unwrap(),
        "another organization's id is nobody's"
    );
    assert!(
        !change
            .remove_persona(OTHER, PersonaId(Uuid::from_u128(1)))
            .await
            .unwrap()
    );
    change.commit(&entry(ORG)).await.unwrap();
    let names = async |organization, person| {
        store
            .personas(organization, person)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(ORG, ADA).await, ["Lyon", "Nice"]);
    assert_eq!(names(ORG, grace).await, ["Lyon"]);
    let content = async |organization, person, id| {
        store
            .persona_content(organization, person, PersonaId(Uuid::from_u128(id)))
            .await
            .unwrap()
    };
    assert_eq!(
        (
            content(ORG, grace, 2).await.as_deref(),
            content(ORG, grace, 1).await,
            content(OTHER, ADA, 2).await
        ),
        (Some("{}"), None, None)
    );
    assert!(names(OTHER, ADA).await.is_empty());
    let mut change = store.change().await.unwrap();
    assert!(
        change
            .remove_persona(ORG, PersonaId(Uuid::from_u128(1)))
            .await
            .unwrap()
    );
    change.commit(&entry(ORG)).await.unwrap();
    assert_eq!(names(ORG, ADA).await, ["Lyon"]);
});

both!(first_steps_tick_themselves_off, async |store: Store| {
    furnished(&store).await;
    let before = store.first_steps(ORG, ADA).await.unwrap();
    assert!(
        before.has_key
            && !before.has_origin
            && !before.has_attribute
            && !before.made_sandbox_token
            && !before.saw_embed
            && !before.hidden
    );
    store.note_sandbox_token(ORG, 7).await.unwrap();
    store.hide_first_steps(OTHER, ADA, Some(9)).await.unwrap();
    let after = store.first_steps(ORG, ADA).await.unwrap();
    assert!(
        after.made_sandbox_token && !after.hidden,
        "only one's own organization counts"
    );
    store.hide_first_steps(ORG, ADA, Some(9)).await.unwrap();
    assert!(store.first_steps(ORG, ADA).await.unwrap().hidden);
    assert!(
        !store
            .first_steps(OTHER, PersonId(Uuid::from_u128(12)))
            .await
            .unwrap()
            .made_sandbox_token
    );
});

both!(
    keys_are_opened_and_attributes_dropped_for_their_organization_only,
    async |store: Store| {
        furnished(&store).await;
        let mut change = store.change().await.unwrap();
        assert!(!change.share_key(OTHER, KEY, true).await.unwrap());
        assert!(change.share_key(ORG, KEY, true).await.unwrap());
        change.drop_undeclared(ORG, Some(99)).await.unwrap();
        change.commit(&entry(ORG)).await.unwrap();
        assert!(
            store
                .keys(ORG, None)
                .await
                .unwrap()
                .iter()
                .all(|key| key.sandbox_shared)
        );
        let until: Vec<_> = store
            .snapshot(-1)
            .await
            .unwrap()
            .organizations
            .into_iter()
            .map(|row| (row.id, row.drop_undeclared_until))
            .collect();
        assert_eq!(until, [(ORG, Some(99)), (OTHER, None)]);
    }
);
