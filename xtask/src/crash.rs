//! `crash`: kills the server under load, many times, on both databases, and looks whether anything that was answered is missing.

use crate::process::{cargo, step, target};
use crate::{Done, postgres, system};

const KILLS: &str = "50";

/// With the release binary where there is one: it answers more in the same time.
pub fn crash() -> Done {
    system::openssl()?;
    let (addresses, own) = postgres::start_durable()?;
    let mut tests = cargo(&["test", "--package", "perch", "--test", "processes", "--locked", "crash", "--", "--nocapture", "--test-threads=1"]);
    tests.env("TEST_POSTGRES_URL", addresses.url).env("PERCH_CRASH_KILLS", KILLS);
    if own.is_some() {
        tests.env("PERCH_CRASH_BACKENDS", "1");
    }
    let release = target().join("release/perch");
    if release.exists() {
        tests.env("PERCH_BINARY", release);
    }
    step(&format!("{KILLS} kills on SQLite, {KILLS} on PostgreSQL"), &mut tests)
}
