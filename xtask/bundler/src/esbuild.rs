//! Calls esbuild, which bundles and minifies scripts and stylesheets.

use crate::Done;
use std::path::Path;
use std::process::{Command, Stdio};

/// Bundles the entry file and everything it imports. Returns the minified text.
pub fn bundle(esbuild: &Path, entry: &Path, options: &[&str]) -> Done<Vec<u8>> {
    let output = Command::new("node")
        .arg(esbuild)
        .arg(entry)
        .args(["--bundle", "--minify", "--log-level=warning"])
        .args(options)
        .stderr(Stdio::inherit())
        .output()?;
    if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(format!("esbuild failed on {}", entry.display()).into())
    }
}
