//! `fuzz`: cargo-fuzz with libFuzzer over `crates/fuzz`, then the mutation suite of tokens in its long form.
//!
//! No sanitizer is used, so the stable compiler is enough. Memory errors are not a target, because unsafe code is forbidden.

use crate::process::{cargo, is_installed, output, root, step, target};
use crate::{Done, system};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The targets, each with the largest input in bytes.
const TARGETS: [(&str, u32); 5] = [
    ("gate", 1_024),
    ("origin", 512),
    ("key", 256),
    ("mint", 2_048),
    ("form", 1_024),
];
const EXECUTIONS: &str = "10000000";
/// How many inputs of a target the corpus keeps.
const MAX_KEPT: usize = 250;
/// Prefix of the inputs that were written by hand.
const BY_HAND: &str = "seed-";
/// The version of cargo-fuzz, which is built once into the target folder.
const VERSION: &str = "0.13.2";

/// Takes names of targets (default: all), `--executions N` for each target, and `keep` to only update the corpus.
pub fn fuzz(arguments: &[String]) -> Done {
    let executions = arguments
        .iter()
        .position(|argument| argument == "--executions")
        .map(|at| arguments.get(at + 1));
    let executions = match executions {
        None => EXECUTIONS,
        Some(count) => count
            .filter(|count| count.parse::<u64>().is_ok())
            .ok_or("--executions needs a number")?,
    };
    let wanted: Vec<_> = TARGETS
        .into_iter()
        .filter(|(name, _)| arguments.iter().any(|argument| argument == name))
        .collect();
    let wanted = if wanted.is_empty() {
        TARGETS.to_vec()
    } else {
        wanted
    };
    system::openssl()?;
    if !is_installed("c++") {
        system::install("a C++ compiler", &["g++"])?;
    }
    let tools = tools()?;
    if arguments.iter().any(|argument| argument == "keep") {
        return wanted
            .iter()
            .try_for_each(|(name, longest)| keep(&tools, name, *longest));
    }
    for (name, longest) in &wanted {
        let found = found(name);
        std::fs::create_dir_all(&found).map_err(|error| format!("{}: {error}", found.display()))?;
        let options = [
            format!("-runs={executions}"),
            format!("-max_len={longest}"),
            "-print_final_stats=1".to_owned(),
        ];
        let mut run = cargo_fuzz(&tools, "run", name);
        run.arg(&found).arg(kept(name)).arg("--").args(options);
        step(&format!("{executions} inputs for {name}"), &mut run)?;
    }
    let mut tests = cargo(&[
        "test",
        "--release",
        "--package",
        "perch-jwe",
        "--test",
        "gate",
        "--",
        "--nocapture",
    ]);
    step(
        "mutations of tokens, long form",
        tests.env("PERCH_FUZZ", "1"),
    )
}

/// The folder with cargo-fuzz.
fn tools() -> Done<PathBuf> {
    let folder = target().join("tools");
    let there = output(Command::new(folder.join("bin/cargo-fuzz")).arg("--version"))
        .is_ok_and(|said| said.trim().ends_with(VERSION));
    if !there {
        let mut install = cargo(&[
            "install",
            "cargo-fuzz",
            "--version",
            VERSION,
            "--locked",
            "--root",
        ]);
        step("installing cargo-fuzz", install.arg(&folder))?;
    }
    Ok(folder.join("bin"))
}

/// The inputs that runs found. The next run starts from them.
fn found(name: &str) -> PathBuf {
    target().join("fuzz/found").join(name)
}

/// The corpus in the repository.
fn kept(name: &str) -> PathBuf {
    root().join("crates/fuzz/corpus").join(name)
}

fn cargo_fuzz(tools: &Path, verb: &str, name: &str) -> Command {
    let mut command = Command::new(tools.join("cargo-fuzz"));
    command.args([
        verb,
        "--fuzz-dir",
        "crates/fuzz",
        "--sanitizer",
        "none",
        "--no-cfg-fuzzing",
        "--features",
        "libfuzzer",
        "--target-dir",
    ]);
    command
        .arg(target().join("fuzz"))
        .arg(name)
        .current_dir(root());
    // Link-time optimization would only slow the build down.
    command
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_STRIP", "none");
    command
}

/// Keeps the inputs written by hand and the smallest set of others that reaches every known branch.
fn keep(tools: &Path, name: &str, longest: u32) -> Done {
    let fresh = target().join("fuzz/fresh").join(name);
    let failed = |error: std::io::Error| format!("the corpus of {name}: {error}");
    let _ = std::fs::remove_dir_all(&fresh);
    std::fs::create_dir_all(&fresh).map_err(failed)?;
    std::fs::create_dir_all(found(name)).map_err(failed)?;
    for path in files(&kept(name))
        .map_err(failed)?
        .iter()
        .filter(|path| file_name(path).starts_with(BY_HAND))
    {
        std::fs::copy(path, fresh.join(file_name(path))).map_err(failed)?;
    }
    let mut merge = cargo_fuzz(tools, "run", name);
    let options = ["--", "-set_cover_merge=1", "-use_counters=0"];
    merge
        .arg(&fresh)
        .arg(kept(name))
        .arg(found(name))
        .args(options)
        .arg(format!("-max_len={longest}"));
    step(&format!("the least corpus of {name}"), &mut merge)?;
    for path in files(&kept(name)).map_err(failed)? {
        std::fs::remove_file(path).map_err(failed)?;
    }
    let mut fresh = files(&fresh).map_err(failed)?;
    // Each entry of a table of names counts as a branch, so the set may be too large. The longest inputs reach the most branches.
    let length = |path: &PathBuf| {
        std::fs::metadata(path)
            .map(|metadata| metadata.len())
            .unwrap_or_default()
    };
    fresh.sort_by_key(|path| {
        (
            !file_name(path).starts_with(BY_HAND),
            std::cmp::Reverse(length(path)),
        )
    });
    for path in fresh.iter().take(MAX_KEPT) {
        std::fs::copy(path, kept(name).join(file_name(path))).map_err(failed)?;
    }
    println!(
        "{} of {} inputs are kept",
        fresh.len().min(MAX_KEPT),
        fresh.len()
    );
    Ok(())
}

fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect()
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
