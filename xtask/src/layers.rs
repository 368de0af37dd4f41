//! Which crate may import which crate and which library, and which licences may be shipped. `cargo xtask check` fails on anything that
//! the tables here do not allow.

use crate::Done;
use crate::process::{cargo, output};
use serde_json::Value;

/// Each crate of this workspace with the workspace crates that it may import, lowest layer first.
const LAYERS: [(&str, &[&str]); 10] = [
    ("perch-domain", &[]),
    ("perch-jwe", &[]),
    ("perch-store", &["perch-domain"]),
    (
        "perch-service",
        &["perch-domain", "perch-jwe", "perch-store"],
    ),
    ("perch-app", &["perch-domain", "perch-service"]),
    ("perch-frontend", &["perch-app"]),
    (
        "perch",
        &["perch-app", "perch-domain", "perch-service", "perch-store"],
    ),
    // Tests only: rules for every parser of untrusted input, used by the fuzzer and the corpus.
    ("perch-fuzz", &["perch-app", "perch-domain", "perch-jwe"]),
    ("xtask", &[]),
    ("bundler", &[]),
];

/// Libraries that only certain crates may import.
const KEPT_IN: [(&str, &[&str]); 13] = [
    ("axum", &["perch"]),
    ("hyper", &["perch"]),
    ("hyper-util", &["perch"]),
    ("rustix", &["perch"]),
    ("tower-sessions", &["perch"]),
    ("tower-http", &["perch"]),
    ("leptos", &["perch-app", "perch-frontend", "perch"]),
    ("leptos_axum", &["perch-app", "perch"]),
    ("sqlx", &["perch-store"]),
    ("josekit", &["perch-jwe"]),
    ("ring", &["perch-jwe", "perch-fuzz"]),
    ("argon2", &["perch-service"]),
    ("clap", &["perch"]),
];

/// Licences of dependencies that may be shipped.
const LICENCES: [&str; 16] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "CC0-1.0",
    "MPL-2.0",
    "MPL-2.0+",
    "0BSD",
    "Unlicense",
    "BSL-1.0",
    "CDLA-Permissive-2.0",
    "MIT-0",
    // LLVM's licence, for libFuzzer.
    "NCSA",
];

pub fn check() -> Done {
    println!("\n== layers and licences");
    let text = output(&mut cargo(&[
        "metadata",
        "--format-version",
        "1",
        "--locked",
    ]))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let packages = metadata
        .get("packages")
        .and_then(Value::as_array)
        .ok_or("cargo metadata names no packages")?;
    let mut violations = Vec::new();
    for package in packages {
        let name = text_of(package, "name");
        if package.get("source").is_some_and(Value::is_null) {
            violations.extend(imports(package, &name));
        } else {
            violations.extend(licence(package, &name));
        }
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(violations.join("\n       "))
    }
}

fn text_of(value: &Value, member: &str) -> String {
    value
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn imports(package: &Value, name: &str) -> Vec<String> {
    let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == name) else {
        return vec![format!(
            "{name} has no layer; add it to xtask/src/layers.rs"
        )];
    };
    let dependencies = package
        .get("dependencies")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|dependency| dependency.get("kind").is_some_and(Value::is_null));
    let ours = |dependency: &str| LAYERS.iter().any(|(layer, _)| *layer == dependency);
    let kept_from = |dependency: &str| {
        KEPT_IN
            .iter()
            .any(|(library, crates)| *library == dependency && !crates.contains(&name))
    };
    dependencies
        .map(|dependency| text_of(dependency, "name"))
        .filter(|dependency| {
            (ours(dependency) && !allowed.contains(&dependency.as_str())) || kept_from(dependency)
        })
        .map(|dependency| format!("{name} must not import {dependency}"))
        .collect()
}

fn licence(package: &Value, name: &str) -> Option<String> {
    let licence = text_of(package, "license");
    // Of alternatives joined by OR one must be allowed; of parts joined by AND all.
    let fine = licence.replace('/', " OR ").split(" OR ").any(|choice| {
        choice
            .trim_matches(['(', ')', ' '])
            .split(" AND ")
            .all(|part| {
                LICENCES.contains(
                    &part
                        .trim_matches(['(', ')', ' '])
                        .split(" WITH ")
                        .next()
                        .unwrap_or_default(),
                )
            })
    });
    (!fine).then(|| {
        format!("{name} has the licence {licence:?}, which is not among those that may be shipped")
    })
}
