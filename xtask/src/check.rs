//! `check`: everything that can be checked without running tests.

use crate::browser_files::{BuildFor, build};
use crate::process::{cargo, root, step};
use crate::{Done, circles, layers, node, sizes, system};
use std::process::Command;

/// Format, lints, types of the components, layers, circles, lengths of files.
pub fn quick() -> Done {
    system::openssl()?;
    step("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    layers::check()?;
    circles::check()?;
    sizes::sources()?;
    node::packages()?;
    // The components first without their tests, because tests bring the types of Node.
    for project in ["components", "components/tsconfig.tests.json"] {
        step(
            "types of the components",
            Command::new("node")
                .arg(root().join("node_modules/typescript/bin/tsc"))
                .args(["-p", project])
                .current_dir(root()),
        )?;
    }
    step(
        "lints",
        &mut cargo(&[
            "clippy",
            "--workspace",
            "--exclude",
            "perch-frontend",
            "--all-targets",
            "--locked",
            "--",
            "-D",
            "warnings",
        ]),
    )
}

/// The same, and the sizes of the browser files.
pub fn check() -> Done {
    quick()?;
    build(BuildFor::Release)?;
    sizes::browser_files()
}
