//! `crash`: kills the server under load on both databases and checks that no answered token is missing, then floods the server and
//! measures its memory.

use crate::process::{cargo, root, step, target};
use crate::{Done, postgres, system};

/// Uses the release binary if it exists: it answers more requests in the same time, and the memory limits apply to it.
pub fn crash() -> Done {
    system::openssl()?;
    let (addresses, own) = postgres::start_durable()?;
    let mut tests = cargo(&[
        "test",
        "--package",
        "perch",
        "--test",
        "processes",
        "--locked",
        "--",
        "--nocapture",
        "--test-threads=1",
    ]);
    tests
        .env("TEST_POSTGRES_URL", addresses.url)
        .env("PERCH_LONG", "1");
    if own.is_some() {
        tests.env("PERCH_KILL_BACKENDS", "1");
    }
    let release = target().join("release/perch");
    if release.exists() {
        println!("of {}", release.display());
        // `CARGO_TARGET_DIR` may be relative to the repository.
        tests.env("PERCH_BINARY", root().join(release));
    }
    step("50 kills a database, and floods", &mut tests)
}
