//! `crash`: kills the server under load, many times, on both databases, and looks whether anything that was answered is missing;
//! then floods it and measures its memory.

use crate::process::{cargo, root, step, target};
use crate::{Done, postgres, system};

/// With the release binary where there is one: it answers more in the same time, and its memory is what is promised.
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
        // A target folder that is set may be named from the repository.
        tests.env("PERCH_BINARY", root().join(release));
    }
    step("50 kills a database, and floods", &mut tests)
}
