//! Whether files can be read one at a time: no circle between the files of a crate, folders in a declared order, and every inherent
//! `impl` block beside its type, so that imports tell everything a file depends on.

mod modules;
mod source;
#[cfg(test)]
mod tests;

use crate::Done;
use crate::process::root;
use modules::Modules;
use std::collections::{BTreeMap, BTreeSet};

/// The crates that are checked, each with the order of its folders and root files, lowest first. A row may import from its own row
/// and from lower rows; `lib` is the crate's root. An empty order allows every direction.
const CRATES: [(&str, &[&[&str]]); 3] = [
    (
        "crates/service/src",
        &[
            &["error", "ports"],
            &["actor_context"],
            &["caller"],
            &["config"],
            &["activity"],
            &["api_keys"],
            &["tokens"],
            &["settings"],
            &["sandbox"],
            &["people"],
            &["runtime"],
            &["lib", "perch"],
        ],
    ),
    ("app/src", &[]),
    ("server/src", &[]),
];

/// Imports that may close a circle: the crate, the importing module, the imported module, and why.
const ALLOWED: [(&str, &str, &str, &str); 0] = [];

pub fn check() -> Done {
    println!("\n== circles, order of folders, impl blocks");
    let mut findings = Vec::new();
    for (folder, order) in CRATES {
        let allowed = ALLOWED.iter().filter(|(of, ..)| *of == folder);
        let allowed: Vec<_> = allowed.map(|(_, from, to, _)| (*from, *to)).collect();
        let found = findings_of(&files(folder)?, order, &allowed);
        findings.extend(
            found
                .into_iter()
                .map(|finding| format!("{folder}: {finding}")),
        );
    }
    if findings.is_empty() {
        Ok(())
    } else {
        Err(findings.join("\n       "))
    }
}

/// Everything that is wrong with one crate.
fn findings_of(
    files: &[(String, String)],
    order: &[&[&str]],
    allowed: &[(&str, &str)],
) -> Vec<String> {
    let modules = Modules::read(files);
    let mut edges = modules.edges();
    edges.retain(|(from, to), _| !allowed.contains(&(from.as_str(), to.as_str())));
    let mut findings = circles(&edges);
    findings.extend(upward_imports(&edges, order));
    findings.extend(modules.strayed_impls());
    findings
}

/// The circles, each with the imports that close it.
fn circles(edges: &BTreeMap<(String, String), String>) -> Vec<String> {
    let modules: BTreeSet<&str> = edges
        .keys()
        .flat_map(|(from, to)| [from.as_str(), to.as_str()])
        .collect();
    let reached: BTreeMap<&str, BTreeSet<&str>> = modules
        .iter()
        .map(|module| (*module, reached_from(edges, module)))
        .collect();
    let leads = |from: &str, to: &str| reached.get(from).is_some_and(|found| found.contains(to));
    let circles: BTreeSet<Vec<&str>> = modules
        .iter()
        .filter(|module| leads(module, module))
        .map(|module| {
            modules
                .iter()
                .copied()
                .filter(|other| leads(module, other) && leads(other, module))
                .collect()
        })
        .collect();
    circles
        .into_iter()
        .map(|circle| {
            let inside = edges.iter().filter(|((from, to), _)| {
                circle.contains(&from.as_str()) && circle.contains(&to.as_str())
            });
            let imports: String = inside
                .map(|((from, to), path)| format!("\n    {from} -> {to} by {path}"))
                .collect::<Vec<_>>()
                .concat();
            format!("a circle of {} files:{imports}", circle.len())
        })
        .collect()
}

/// The modules that a module imports, directly or through others.
fn reached_from<'a>(
    edges: &'a BTreeMap<(String, String), String>,
    module: &str,
) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next = vec![module];
    while let Some(from) = next.pop() {
        for (_, to) in edges.keys().filter(|(importing, _)| importing == from) {
            if reached.insert(to.as_str()) {
                next.push(to);
            }
        }
    }
    reached
}

/// Imports from a row further down, and modules without a row.
fn upward_imports(
    edges: &BTreeMap<(String, String), String>,
    order: &[&[&str]],
) -> BTreeSet<String> {
    let row = |module: &str| {
        let folder = module.split("::").next().unwrap_or_default();
        order.iter().position(|row| row.contains(&folder))
    };
    let mut findings = BTreeSet::new();
    if order.is_empty() {
        return findings;
    }
    for ((from, to), path) in edges {
        match (row(from), row(to)) {
            (Some(importing), Some(imported)) if imported > importing => {
                findings.insert(format!(
                    "{from} must not import {to}, which is higher: {path}"
                ));
            }
            (Some(_), Some(_)) => {}
            (None, _) => {
                findings.insert(format!("{from} has no place in the order of folders"));
            }
            (_, None) => {
                findings.insert(format!("{to} has no place in the order of folders"));
            }
        }
    }
    findings
}

/// The Rust files below a folder: their names below it, and their texts.
fn files(folder: &str) -> Done<Vec<(String, String)>> {
    let top = root().join(folder);
    let mut found = Vec::new();
    let mut folders = vec![top.clone()];
    while let Some(path) = folders.pop() {
        let failed = |error: std::io::Error| format!("{}: {error}", path.display());
        for entry in std::fs::read_dir(&path).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).map_err(failed)?;
                let name = path.strip_prefix(&top).unwrap_or(&path);
                found.push((name.display().to_string(), text));
            }
        }
    }
    found.sort();
    Ok(found)
}
