use super::*;
use crate::config::TokenKeys;
use perch_domain::ConsoleRole;
use perch_domain::access::Scopes;
use perch_jwe::{ContentKey, MasterKeys};
use perch_store::{
    AuditEntry, Change, Location, NewKey, NewOrigin, NewPerson, NewSecret, OriginId,
};

const FIRST: OrganizationId = OrganizationId(Uuid::from_u128(1));
const SECOND: OrganizationId = OrganizationId(Uuid::from_u128(2));

fn id(organization: OrganizationId, n: u128) -> Uuid {
    Uuid::from_u128(organization.0.as_u128() * 1_000 + n)
}

async fn commit(change: Change, organization: OrganizationId) {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    let next = NEXT.fetch_add(1, Ordering::Relaxed).unsigned_abs();
    let entry = AuditEntry {
        id: Uuid::from_u128(next.into()),
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
    };
    change.commit(&entry).await.unwrap();
}

async fn add_key(change: &mut Change, organization: OrganizationId, n: u128) {
    let key = NewKey {
        id: KeyId(id(organization, n)),
        organization,
        owner: PersonId(id(organization, 0)),
        name: "backend".into(),
        scopes: Scopes::ALL,
        sandbox_shared: false,
        secret: NewSecret {
            id: format!("key{:08}", id(organization, n).as_u128()),
            hash: [7; 32],
            wrapped_key: vec![1; 60],
            expires_at: None,
        },
    };
    assert!(change.add_key(&key, 1).await.unwrap());
}

async fn list(store: &Store, organization: OrganizationId, n: u128) {
    let mut change = store.change().await.unwrap();
    let origin = NewOrigin {
        id: OriginId(id(organization, n)),
        canonical: format!("https://site-{n}.test"),
        label: String::new(),
        environment: "development".into(),
    };
    assert!(
        change
            .add_origin(organization, &origin, "Ada", 1)
            .await
            .unwrap()
    );
    commit(change, organization).await;
}

async fn furnished(folder: &tempfile::TempDir) -> Store {
    let location = Location::File {
        path: folder.path().join("perch.sqlite3"),
        create: true,
    };
    let store = Store::open(&location).await.unwrap();
    for organization in [FIRST, SECOND] {
        let mut change = store.change().await.unwrap();
        change.add_organization(organization, "O", 1).await.unwrap();
        let person = NewPerson {
            id: PersonId(id(organization, 0)),
            organization,
            email: format!("{}@a.test", organization.0),
            name: "Ada".into(),
            role: ConsoleRole::Admin,
            password_hash: "$x".into(),
        };
        assert!(change.add_person(&person, 1).await.unwrap());
        for n in 1..4 {
            add_key(&mut change, organization, n).await;
        }
        commit(change, organization).await;
        list(&store, organization, 1).await;
    }
    store
}

/// Everything that is decided from, as words in an order of their own: hash maps have none.
fn told(memory: &ConfigSnapshot) -> Vec<String> {
    let text = format!("{memory:?}");
    let mut words: Vec<_> = text
        .split([' ', ',', '{', '}'])
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    words.sort();
    words
}

#[tokio::test]
async fn a_change_leaves_everything_else_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = furnished(&folder).await;
    let before = ConfigSnapshot::empty().next(&store).await.unwrap();
    // A change in another organization first: the last one is always read again.
    list(&store, SECOND, 2).await;
    let before = before.next(&store).await.unwrap();
    list(&store, SECOND, 3).await;
    let mut change = store.change().await.unwrap();
    change
        .cut_off_key(SECOND, KeyId(id(SECOND, 1)), 5)
        .await
        .unwrap();
    commit(change, SECOND).await;
    let after = before.next(&store).await.unwrap();
    let same = |organization: OrganizationId| {
        Arc::ptr_eq(
            &before.organization(organization).unwrap(),
            &after.organization(organization).unwrap(),
        )
    };
    assert_eq!([same(FIRST), same(SECOND)], [true, false]);
    let (then, now) = (
        before.organization(SECOND).unwrap(),
        after.organization(SECOND).unwrap(),
    );
    assert!(Arc::ptr_eq(&then.declarations, &now.declarations));
    assert!(Arc::ptr_eq(&then.revocations, &now.revocations));
    assert!(!Arc::ptr_eq(&then.origins, &now.origins));
    let kept = |organization: OrganizationId| {
        before
            .secrets_of(organization)
            .zip(after.secrets_of(organization))
            .map(|(then, now)| Arc::ptr_eq(then, now))
            .collect::<Vec<_>>()
    };
    assert_eq!(kept(FIRST), [true, true, true]);
    assert_eq!(kept(SECOND), [false, true, true]);
    assert_eq!(
        told(&after),
        told(&ConfigSnapshot::empty().next(&store).await.unwrap())
    );
    store.close().await;
}

#[tokio::test]
async fn secrets_are_found_by_id_header_key_and_organization() {
    let folder = tempfile::tempdir().unwrap();
    let store = furnished(&folder).await;
    let memory = ConfigSnapshot::empty().next(&store).await.unwrap();
    let name = |secret: &Arc<Secret>| secret.row.id.clone();
    let key = KeyId(id(FIRST, 2));
    let secret = memory.secret_of_key(FIRST, key).unwrap();
    assert_eq!(name(&secret), "key00001002");
    assert!(memory.secret_of_key(SECOND, key).is_none());
    let header = TokenKey::header_of("key00001002", TOKEN_TYPE);
    assert!(Arc::ptr_eq(
        &memory.secret_by_header(&header).unwrap(),
        &secret
    ));
    for unknown in ["", "key0000100", "key000010021", "key00009999"] {
        assert!(memory.secret(unknown).is_none(), "{unknown}");
        let header = TokenKey::header_of(unknown, TOKEN_TYPE);
        assert!(memory.secret_by_header(&header).is_none(), "{unknown}");
    }
    let own: Vec<_> = memory.secrets_of(SECOND).map(name).collect();
    assert_eq!(own, ["key00002001", "key00002002", "key00002003"]);
    assert_eq!(memory.headers(SECOND).count(), 3);
    // Counts go on where other nodes mint, and where a key changes.
    memory.count_up_to(vec![("key00001002".into(), 40), ("gone".into(), 1)]);
    assert_eq!(secret.count_mint(), 41);
    let mut change = store.change().await.unwrap();
    change.share_key(FIRST, key, true).await.unwrap();
    commit(change, FIRST).await;
    let next = memory.next(&store).await.unwrap();
    let changed = next.secret_of_key(FIRST, key).unwrap();
    assert!(changed.row.sandbox_shared);
    assert_eq!(changed.count_mint(), 42);
    store.close().await;
}

#[test]
fn expanded_keys_are_bounded_and_the_oldest_goes() {
    let master_keys = MasterKeys::parse(&MasterKeys::file_for(&mut std::array::from_fn(|i| {
        u8::try_from(i).unwrap() ^ 1
    })))
    .unwrap();
    let secret = |n: u32| {
        let id = format!("key{n:08}");
        let content = ContentKey::from_random(&mut [5; 32]);
        let wrapped = master_keys.wrap(&id, &content, [9; 12]).unwrap();
        Secret {
            row: SecretRow {
                id,
                organization_id: FIRST,
                key_id: KeyId(Uuid::nil()),
                owner_id: PersonId(Uuid::nil()),
                hash: [7; 32],
                wrapped_key: wrapped.into_boxed_slice(),
                expires_at: None,
                secret_revoked_at: None,
                key_revoked_at: None,
                exposed_at: None,
                scopes: Scopes::ALL,
                sandbox_shared: false,
                longest_lifetime: 1,
                cut_off: 0,
            },
            minted: 0.into(),
        }
    };
    let keys = TokenKeys::default();
    let of = |secret: &Secret| keys.of(secret, &master_keys);
    let first = of(&secret(0)).unwrap();
    let second = of(&secret(1)).unwrap();
    for n in 2..1_001 {
        assert!(Arc::ptr_eq(&of(&secret(0)).unwrap(), &first));
        of(&secret(n)).unwrap();
    }
    assert_eq!(keys.len(), 1_000);
    assert!(Arc::ptr_eq(&of(&secret(0)).unwrap(), &first));
    assert!(!Arc::ptr_eq(&of(&secret(1)).unwrap(), &second));
    // Another wrapped key under the same id is not answered with the cipher of the one before.
    let mut other = secret(0);
    other.row.wrapped_key = vec![1; 60].into_boxed_slice();
    assert!(of(&other).is_err());
}
