//! Packages from npm: esbuild, wasm-opt, TypeScript, vitest, Playwright, axe, and the JWE library of the interoperability tests.

use crate::Done;
use crate::process::{root, step};
use crate::system;
use std::process::Command;

/// Installs the packages of the lock file if it changed since the last time.
pub fn packages() -> Done {
    system::node()?;
    let root = root();
    let lock = std::fs::read(root.join("package-lock.json"))
        .map_err(|error| format!("package-lock.json: {error}"))?;
    let stamp = root.join("node_modules/.perch-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel=error",
    ])
    .current_dir(&root);
    step("installing npm packages", &mut npm)?;
    std::fs::write(&stamp, lock).map_err(|error| format!("{}: {error}", stamp.display()))
}
