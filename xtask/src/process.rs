//! Runs other programs and shows their progress. Every other file of xtask may import it; it imports none of them.

use crate::Done;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map_or_else(PathBuf::new, Path::to_path_buf)
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A cargo command of the current toolchain, run in the repository.
pub fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Runs a command with its output visible, and prints the name and the duration of the step.
pub fn step(what: &str, command: &mut Command) -> Done {
    println!("\n== {what}");
    let begun = now();
    let status = command.status().map_err(|error| {
        format!(
            "{what}: {} cannot be started: {error}",
            command.get_program().display()
        )
    })?;
    if !status.success() {
        return Err(format!("{what} failed ({status})"));
    }
    println!("-- {what}: {:.1} s", begun.elapsed().as_secs_f32());
    Ok(())
}

/// Runs a command quietly and returns its standard output. A failure contains its standard error.
pub fn output(command: &mut Command) -> Done<String> {
    let name = command.get_program().display().to_string();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{name} cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!(
            "{name} failed: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        ));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a program is installed.
pub fn is_installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok()
}

/// The monotonic clock, for measuring durations.
#[expect(
    clippy::disallowed_methods,
    reason = "a tool for developers measures durations"
)]
pub fn now() -> Instant {
    Instant::now()
}
