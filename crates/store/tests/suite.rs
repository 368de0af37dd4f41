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
mod lists;
mod people;

use both::{TestDb, both};
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
    |TestDb { store, .. }: TestDb| async move {
        let first = store.installation(Uuid::from_u128(5), 1).await.unwrap().id;
        assert_eq!(
            store.installation(Uuid::from_u128(6), 2).await.unwrap().id,
            first
        );
    }
);

both!(
    a_change_that_is_dropped_never_happened,
    |TestDb { store, .. }: TestDb| async move {
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

both!(
    keys_are_listed_revoked_and_marked_by_organization,
    |TestDb { store, .. }: TestDb| async move {
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
    mints_are_recorded_together_counted_and_forgotten,
    |TestDb { store, .. }: TestDb| async move {
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
    |TestDb { store, .. }: TestDb| async move {
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
    |db: TestDb| async move {
        furnished(&db.store).await;
        db.execute("UPDATE person SET role = 'emperor' WHERE email = 'ada@a.test'")
            .await;
        let fault = db.store.person(ORG, ADA).await.unwrap_err().to_string();
        assert_eq!(fault, format!("person.role of row {ADA} cannot be read"));
    }
);

both!(
    keys_are_opened_and_attributes_dropped_for_their_organization_only,
    async |TestDb { store, .. }: TestDb| {
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
