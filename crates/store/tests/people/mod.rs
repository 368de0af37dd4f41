//! People, their sign-ins, their personas.

use super::*;

both!(
    a_setup_link_is_used_once_and_only_in_time,
    |TestDb { store, .. }: TestDb| async move {
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
    an_email_signs_in_one_person,
    |TestDb { store, .. }: TestDb| async move {
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
    }
);

both!(
    a_session_is_never_overwritten_by_a_new_one,
    |TestDb { store, .. }: TestDb| async move {
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
    |TestDb { store, .. }: TestDb| async move {
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
    |TestDb { store, .. }: TestDb| async move {
        store.installation(Uuid::from_u128(5), 1).await.unwrap();
        assert!(store.open_setup(&[1; 32], 100).await.unwrap());
        furnished(&store).await;
        assert!(!store.open_setup(&[2; 32], 100).await.unwrap());
        let mut change = store.act().await.unwrap();
        assert!(!change.consume_setup(&[1; 32], 50).await.unwrap());
    }
);

both!(
    sign_in_links_work_once_and_the_newest_counts,
    |TestDb { store, .. }: TestDb| async move {
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
    personas_are_their_owners_or_shared,
    async |TestDb { store, .. }: TestDb| {
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
    }
);

both!(
    first_steps_tick_themselves_off,
    async |TestDb { store, .. }: TestDb| {
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
    }
);
