use super::*;

const KEY: [u8; 16] = [7; 16];

const NOW: i64 = 1_795_168_800_000;

fn fails(begun: Result<Attempt<'_>, Refusal>) -> Result<(), u32> {
    begun.map(drop).map_err(|refusal| {
        assert_eq!(refusal.code, Code::TooManyRequests);
        refusal.retry_after.unwrap()
    })
}

#[test]
fn networks_are_addresses_of_ipv4_and_halves_of_ipv6() {
    for (address, network) in [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("::1", "0:0:0:0::/64"),
        ("", ""),
        ("no address", "no address"),
    ] {
        assert_eq!(network_of(address), network, "{address}");
    }
}

#[test]
fn a_network_waits_ever_longer_over_all_accounts_and_is_let_in_again() {
    let attempts = Attempts::new(KEY);
    let fail = |at: i64, email: &str| fails(attempts.by_stranger("203.0.113.7", email, at));
    for count in 0..30 {
        assert_eq!(fail(NOW, &format!("{count}@a.test")), Ok(()));
    }
    assert_eq!(fail(NOW, "x@a.test"), Err(1));
    assert_eq!(
        fail(NOW, "x@a.test"),
        Err(1),
        "asking again does not lengthen the wait"
    );
    assert!(
        fails(attempts.by_stranger("203.0.113.8", "x@a.test", NOW)).is_ok(),
        "another address"
    );
    let mut now = NOW;
    for wait in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900] {
        assert_eq!(fail(now, "x@a.test"), Err(wait));
        assert_eq!(fail(now + i64::from(wait) * 1_000 - 1, "x@a.test"), Err(1));
        now += i64::from(wait) * 1_000;
        assert_eq!(fail(now, "x@a.test"), Ok(()));
    }
    // Quiet for the last wait and twenty minutes: ten failures are forgotten.
    now += 900_000 + 20 * 60_000;
    assert_eq!(fail(now, "x@a.test"), Ok(()));
    assert_eq!(fail(now, "x@a.test"), Err(2));
    // A clock that goes back by a day keeps nobody out for a day.
    assert_eq!(fail(now - 86_400_000, "x@a.test"), Err(900));
}

#[test]
fn few_attempts_of_a_network_run_at_a_time_and_good_ones_do_not_count() {
    let attempts = Attempts::new(KEY);
    let begin = |email: &str| attempts.by_stranger("203.0.113.7", email, NOW);
    for _ in 0..100 {
        begin("a@a.test").unwrap().uncounted();
    }
    let running: Vec<_> = ["a", "b", "c", "d"]
        .iter()
        .map(|email| begin(email).unwrap())
        .collect();
    assert_eq!(fails(begin("e")), Err(1));
    drop(running);
    assert_eq!(fails(begin("e")), Ok(()));
    for _ in 0..25 {
        assert_eq!(fails(begin("f")), Ok(()));
    }
    assert_eq!(fails(begin("f")), Err(1));
    // The right password after thirty failures leaves things as they were.
    attempts
        .by_stranger("203.0.113.7", "f", NOW + 1_000)
        .unwrap()
        .uncounted();
    attempts
        .by_stranger("203.0.113.7", "f", NOW + 1_000)
        .unwrap()
        .uncounted();
}

#[test]
fn an_account_has_a_slow_ceiling_over_all_networks_and_known_devices_do_not() {
    let attempts = Attempts::new(KEY);
    let fail = |count: u32, at: i64| {
        fails(attempts.by_stranger(&format!("net-{count}"), "ada@a.test", at))
    };
    for count in 0..100 {
        assert_eq!(fail(count, NOW), Ok(()));
    }
    assert_eq!(fail(1_000, NOW), Err(1));
    let (mut authorize_call, mut at) = (0u32, NOW);
    for count in 0..7_200 {
        at += 500;
        authorize_call += u32::from(fail(2_000 + count, at).is_ok());
    }
    assert!(
        (90..=110).contains(&authorize_call),
        "about a hundred guesses in the next hour, not {authorize_call}"
    );
    assert!(fail(9_999, at).is_err());
    for _ in 0..10 {
        assert_eq!(fails(attempts.by_device(b"laptop", at)), Ok(()));
    }
    // Somebody else from a network of the flood: its one attempt counted only where it was let in.
    assert!(fails(attempts.by_stranger("net-9999", "eve@a.test", at)).is_ok());
}

#[test]
fn a_device_has_a_bound_of_its_own() {
    let attempts = Attempts::new(KEY);
    let twice = (
        attempts.by_device(b"laptop", NOW).unwrap(),
        attempts.by_device(b"laptop", NOW).unwrap(),
    );
    assert_eq!(fails(attempts.by_device(b"laptop", NOW)), Err(1));
    drop(twice);
    for _ in 0..8 {
        assert_eq!(fails(attempts.by_device(b"laptop", NOW)), Ok(()));
    }
    assert_eq!(fails(attempts.by_device(b"laptop", NOW)), Err(1));
    assert_eq!(fails(attempts.by_device(b"phone", NOW)), Ok(()));
}

#[test]
fn however_many_networks_and_accounts_there_are_memory_is_bounded_and_guessing_is_not_forgotten() {
    let attempts = Attempts::new(KEY);
    for count in 0..100 {
        assert_eq!(
            fails(attempts.by_stranger(&format!("net-{count}"), "ada@a.test", NOW)),
            Ok(())
        );
    }
    for count in 0..50_000 {
        let _ =
            fails(attempts.by_stranger(&format!("other-{count}"), &format!("{count}@a.test"), NOW));
    }
    let kept = attempts.with(|tables| {
        [&tables.networks, &tables.accounts, &tables.devices]
            .map(|table| table.places.iter().map(Vec::len).sum::<usize>())
    });
    assert!(kept.iter().all(|kept| *kept <= WAYS * PLACES), "{kept:?}");
    assert!(
        kept[0] > WAYS * PLACES / 2,
        "the bound was reached: {kept:?}"
    );
    assert_eq!(
        fails(attempts.by_stranger("net-new", "ada@a.test", NOW)),
        Err(1),
        "a flood of others does not wash a count away"
    );
}
