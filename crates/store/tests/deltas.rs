//! A configuration that is followed change by change is the configuration that is read from scratch.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test that cannot go on may stop where it stands"
)]

mod both;

use both::{TestDb, both};
use perch_domain::ConsoleRole;
use perch_domain::access::Scopes;
use perch_domain::attribute::{Declaration, Kind};
use perch_store::{
    AttributeId, AttributeRow, AuditEntry, Change, KeyId, NewAttribute, NewKey, NewOrigin,
    NewPerson, NewSecret, OrganizationId, OrganizationRow, OriginId, OriginRow, PersonId,
    SecretRow, Snapshot, Store,
};
use std::collections::BTreeMap;
use uuid::Uuid;

const FIRST: OrganizationId = OrganizationId(Uuid::from_u128(1));
const SECOND: OrganizationId = OrganizationId(Uuid::from_u128(2));

fn entry(organization: OrganizationId) -> AuditEntry {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let id = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    AuditEntry {
        id: Uuid::from_u128(id.into()),
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

/// What a node holds.
#[derive(Clone, Debug, Default, PartialEq)]
struct Held {
    generation: i64,
    organizations: BTreeMap<OrganizationId, OrganizationRow>,
    secrets: BTreeMap<String, SecretRow>,
    attributes: BTreeMap<OrganizationId, Vec<AttributeRow>>,
    origins: BTreeMap<OrganizationId, Vec<OriginRow>>,
    people: BTreeMap<(OrganizationId, PersonId), i64>,
}

impl Held {
    async fn scratch(store: &Store) -> Self {
        let mut held = Self::default();
        held.apply(store.snapshot(-1).await.unwrap());
        held
    }

    /// Follows, and tells whether everything was read again.
    async fn follow(&mut self, store: &Store) -> bool {
        let read = store.snapshot(self.generation).await.unwrap();
        let whole = read.whole;
        self.apply(read);
        assert_eq!(*self, Self::scratch(store).await);
        whole
    }

    fn apply(&mut self, read: Snapshot) {
        if read.whole {
            *self = Self::default();
        }
        self.generation = read.generation;
        for row in read.organizations {
            self.organizations.insert(row.id, row);
        }
        for secret in read.secrets {
            self.secrets.insert(secret.row.id.clone(), secret.row);
        }
        for organization in read.attributes_of {
            self.attributes.insert(organization, Vec::new());
        }
        for (organization, row) in read.attributes {
            self.attributes.get_mut(&organization).unwrap().push(row);
        }
        for organization in read.origins_of {
            self.origins.insert(organization, Vec::new());
        }
        for (organization, row) in read.origins {
            self.origins.get_mut(&organization).unwrap().push(row);
        }
        for (organization, person, cut_off) in read.active_people {
            self.people.insert((organization, person), cut_off);
        }
        for person in read.inactive_people {
            self.people.remove(&person);
        }
    }
}

/// Ids of rows: the same few again and again, so that rows are changed and removed as often as added.
fn id(organization: OrganizationId, n: u64) -> Uuid {
    Uuid::from_u128(organization.0.as_u128() * 1_000 + u128::from(n))
}

async fn person(change: &mut Change, organization: OrganizationId, n: u64) {
    let person = NewPerson {
        id: PersonId(id(organization, n)),
        organization,
        email: format!("{}@a.test", id(organization, n)),
        name: "Ada".into(),
        role: ConsoleRole::Admin,
        password_hash: "$x".into(),
    };
    change.add_person(&person, 1).await.unwrap();
}

fn key(organization: OrganizationId, n: u64) -> NewKey {
    NewKey {
        id: KeyId(id(organization, n)),
        organization,
        owner: PersonId(id(organization, 0)),
        name: "backend".into(),
        scopes: Scopes::ALL,
        sandbox_shared: false,
        secret: NewSecret {
            id: format!("secret{organization:.3}{n}")
                .chars()
                .rev()
                .collect(),
            hash: [7; 32],
            wrapped_key: vec![1; 60],
            expires_at: None,
        },
    }
}

fn attribute(organization: OrganizationId, n: u64, description: &str) -> NewAttribute {
    NewAttribute {
        id: AttributeId(id(organization, n)),
        declaration: Declaration {
            name: format!("a{n}"),
            kind: Kind::String,
            list: false,
            required: false,
        },
        description: description.to_owned(),
        example: String::new(),
    }
}

fn origin(organization: OrganizationId, n: u64, label: &str) -> NewOrigin {
    NewOrigin {
        id: OriginId(id(organization, n)),
        canonical: format!("https://site-{n}.test"),
        label: label.to_owned(),
        environment: "development".into(),
    }
}

/// One change of those there are, by two numbers.
async fn act(store: &Store, organization: OrganizationId, action: u64, n: u64) {
    let now = i64::try_from(action * 100 + n).unwrap();
    let (known_key, known_person) = (KeyId(id(organization, n)), PersonId(id(organization, n)));
    let mut change = store.change().await.unwrap();
    match action {
        0 => drop(
            change
                .add_origin(organization, &origin(organization, n, ""), "Ada", now)
                .await
                .unwrap(),
        ),
        1 => drop(
            change
                .update_origin(
                    organization,
                    &origin(organization, n, "other"),
                    1,
                    "Ada",
                    now,
                )
                .await
                .unwrap(),
        ),
        2 => {
            for version in 1..3 {
                change
                    .remove_origin(organization, OriginId(id(organization, n)), version)
                    .await
                    .unwrap();
            }
        }
        3 => drop(
            change
                .add_attribute(organization, &attribute(organization, n, ""), "Ada", now)
                .await
                .unwrap(),
        ),
        4 => drop(
            change
                .update_attribute(
                    organization,
                    &attribute(organization, n, "other"),
                    1,
                    "Ada",
                    now,
                )
                .await
                .unwrap(),
        ),
        5 => {
            for version in 1..3 {
                change
                    .remove_attribute(organization, AttributeId(id(organization, n)), version)
                    .await
                    .unwrap();
            }
        }
        6 => drop(change.add_key(&key(organization, n), now).await.unwrap()),
        7 => drop(
            change
                .revoke_key(organization, known_key, now)
                .await
                .unwrap(),
        ),
        8 => drop(
            change
                .share_key(organization, known_key, now % 2 == 0)
                .await
                .unwrap(),
        ),
        9 => drop(
            change
                .mark_exposed(organization, known_key, now)
                .await
                .unwrap(),
        ),
        10 => drop(
            change
                .cut_off_key(organization, known_key, now)
                .await
                .unwrap(),
        ),
        11 => person(&mut change, organization, n).await,
        12 => change
            .deactivate_person(organization, known_person, now, now)
            .await
            .unwrap(),
        13 => change
            .reactivate_person(organization, known_person, now)
            .await
            .unwrap(),
        14 => change
            .cut_off_organization(organization, now)
            .await
            .unwrap(),
        _ => drop(
            change
                .drop_undeclared(organization, (n > 1).then_some(now))
                .await
                .unwrap(),
        ),
    }
    change.commit(&entry(organization)).await.unwrap();
}

async fn furnished(store: &Store) -> Held {
    for organization in [FIRST, SECOND] {
        let mut change = store.change().await.unwrap();
        change.add_organization(organization, "O", 1).await.unwrap();
        person(&mut change, organization, 0).await;
        change.commit(&entry(organization)).await.unwrap();
        for action in [0, 3, 6, 11] {
            act(store, organization, action, 1).await;
        }
    }
    Held::scratch(store).await
}

both!(
    any_changes_that_are_followed_are_what_is_there,
    |db: TestDb| async move {
        let store = &db.store;
        let mut held = furnished(store).await;
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state % below
        };
        for _ in 0..300 {
            let organization = [FIRST, SECOND][usize::try_from(next(2)).unwrap()];
            act(store, organization, next(16), next(4)).await;
            // A node may hear of several changes at once.
            if next(3) > 0 {
                assert!(!held.follow(store).await);
            }
        }
        held.follow(store).await;
    }
);

both!(
    a_change_reads_only_what_it_changed,
    |db: TestDb| async move {
        let store = &db.store;
        let mut held = furnished(store).await;
        // The last change once more, which nobody can tell from one that a node has not seen.
        act(store, SECOND, 14, 3).await;
        held.follow(store).await;
        act(store, FIRST, 0, 2).await;
        act(store, FIRST, 10, 1).await;
        let read = store.snapshot(held.generation).await.unwrap();
        let organizations: Vec<_> = read.organizations.iter().map(|row| row.id).collect();
        assert_eq!(organizations, [FIRST, SECOND]);
        assert_eq!((read.origins_of, read.origins.len()), (vec![FIRST], 2));
        assert_eq!((read.attributes_of, read.attributes.len()), (vec![], 0));
        assert_eq!(read.secrets.len(), 1);
        assert_eq!(
            (read.active_people.len(), read.inactive_people.len()),
            (0, 0)
        );
        // What a mint, a sign-in and a first connection write is no change.
        held.follow(store).await;
        act(store, FIRST, 15, 3).await;
        held.follow(store).await;
        for statement in [
            "UPDATE api_secret SET minted = 5, last_used_at = 6",
            "UPDATE person SET sign_ins_ended = sign_ins_ended + 1, password_hash = 'x'",
            "UPDATE organization SET first_embed_at = 5, first_sandbox_at = 5",
            "UPDATE organization SET name = name",
        ] {
            db.execute(statement).await;
        }
        let read = store.snapshot(held.generation).await.unwrap();
        assert_eq!(
            (
                read.organizations.len(),
                read.secrets.len(),
                read.active_people.len()
            ),
            (1, 0, 0)
        );
        let mut minted = store.minted().await.unwrap();
        minted.dedup_by_key(|(_, minted)| *minted);
        assert_eq!(minted.len(), 1);
    }
);

both!(
    what_cannot_be_told_by_the_rows_left_is_read_whole,
    |db: TestDb| async move {
        let store = &db.store;
        let mut held = furnished(store).await;
        assert!(!held.follow(store).await);
        // A restored backup lost the last change, and another change came before anybody looked.
        act(store, FIRST, 0, 3).await;
        assert!(!held.follow(store).await);
        for statement in [
            "DELETE FROM origin WHERE canonical = 'https://site-3.test'",
            "UPDATE organization SET generation = 0, origins_generation = 0",
            "DELETE FROM past_generation WHERE value = (SELECT value FROM generation)",
        ] {
            db.execute(statement).await;
        }
        act(store, SECOND, 0, 3).await;
        assert!(held.follow(store).await);
        // An earlier number.
        db.execute("UPDATE generation SET value = 7").await;
        assert!(held.follow(store).await);
        assert_eq!(held.generation, 7);
        // Rows that are gone.
        for statement in [
            "DELETE FROM api_secret WHERE key_id IN (SELECT id FROM api_key WHERE sandbox_shared = FALSE)",
            "DELETE FROM api_key WHERE sandbox_shared = FALSE",
            "DELETE FROM person WHERE id NOT IN (SELECT owner_id FROM api_key)",
        ] {
            db.execute(statement).await;
            db.execute("UPDATE generation SET value = value + 1").await;
            assert!(held.follow(store).await, "{statement}");
        }
        assert!(held.secrets.is_empty() && held.people.is_empty());
        // More changes than are remembered.
        act(store, FIRST, 14, 1).await;
        assert!(!held.follow(store).await);
        for n in 0..300 {
            act(store, FIRST, 14, n).await;
        }
        assert!(held.follow(store).await);
        act(store, FIRST, 14, 400).await;
        assert!(!held.follow(store).await);
    }
);
