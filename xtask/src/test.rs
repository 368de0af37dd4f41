//! `test`: everything CI runs.

use crate::browser_files::{BuildFor, build};
use crate::process::{cargo, now, root, step, target};
use crate::{Done, api_tester, check, interop, node, postgres, sizes, system};
use std::process::Command;

/// Runs everything, or the named parts: `check`, `components`, `rust`, `interop`, `api`, `browser`.
pub fn test(parts: &[String]) -> Done {
    let begun = now();
    let wants = |part: &str| parts.is_empty() || parts.iter().any(|named| named == part);
    if wants("check") {
        check::quick()?;
    }
    if wants("components") {
        components()?;
    }
    if ["check", "rust", "api", "browser"].into_iter().any(wants) {
        system::openssl()?;
        build(BuildFor::Release)?;
        sizes::browser_files()?;
    }
    if wants("rust") {
        rust(&[])?;
    }
    if wants("interop") {
        interop::run()?;
    }
    if wants("api") {
        api_tester::run()?;
    }
    if wants("browser") {
        browser(&[])?;
    }
    println!(
        "\nall of it passed in {:.0} s",
        begun.elapsed().as_secs_f32()
    );
    Ok(())
}

/// Runs the unit tests of the components.
fn components() -> Done {
    node::packages()?;
    step(
        "unit tests of the components",
        Command::new("node")
            .arg(root().join("node_modules/vitest/vitest.mjs"))
            .args(["run", "--root", "components"])
            .current_dir(root()),
    )
}

/// Runs every Rust test. The store's tests run on `SQLite` and on a temporary `PostgreSQL`.
fn rust(environment: &[(&str, &str)]) -> Done {
    let (addresses, _running) = postgres::start()?;
    let mut tests = cargo(&[
        "test",
        "--workspace",
        "--exclude",
        "perch-frontend",
        "--exclude",
        "bundler",
        "--locked",
    ]);
    step(
        "Rust tests, on SQLite and PostgreSQL",
        tests
            .env("TEST_POSTGRES_URL", addresses.url)
            .envs(addresses.tls_url.map(|url| ("TEST_POSTGRES_TLS_URL", url)))
            .envs(environment.iter().copied()),
    )
}

/// Saves a picture of every page and every state of its sections, in both themes, at 360 and 1280 px, to `end2end/screenshots`.
pub fn screenshots() -> Done {
    system::openssl()?;
    build(BuildFor::Release)?;
    let folder = root().join("end2end/screenshots");
    let _ = std::fs::remove_dir_all(&folder);
    browser(&["pages", "states"])?;
    println!("the pictures are in {}", folder.display());
    Ok(())
}

/// Runs the browser tests against a server of this build. With file names, runs only those and saves pictures.
fn browser(files: &[&str]) -> Done {
    let chromium = system::chromium()?;
    node::packages()?;
    let python = interop::python()?;
    system::languages()?;
    system::certificates()?;
    step(
        "building the server",
        &mut cargo(&["build", "--package", "perch", "--locked"]),
    )?;
    let mut playwright = Command::new("node");
    playwright
        .arg(root().join("node_modules/@playwright/test/cli.js"))
        .args(["test", "--config", "end2end/playwright.config.ts"])
        .args(files)
        .current_dir(root())
        .env("CHROMIUM", chromium)
        .env("PYTHON", python)
        .env("PERCH_BINARY", target().join("debug/perch"));
    if !files.is_empty() {
        playwright.env("SCREENSHOTS", root().join("end2end/screenshots"));
    }
    step("browser tests", &mut playwright)
}
