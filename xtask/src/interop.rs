//! Tokens against libraries that nobody here wrote: panva/jose in Node, jwcrypto in Python.

use crate::process::{cargo, output, root, step, target};
use crate::{Done, node};
use std::path::PathBuf;
use std::process::Command;

/// Ours opened there; theirs, which are kept as vectors, are opened here by `crates/jwe/tests/vectors.rs`.
pub fn run() -> Done {
    node::packages()?;
    let python = python()?;
    let sealed = output(&mut cargo(&[
        "run",
        "--quiet",
        "--package",
        "perch-jwe",
        "--example",
        "seal",
        "--locked",
    ]))?;
    let file = target().join("sealed-by-perch.json");
    std::fs::write(&file, sealed).map_err(|error| error.to_string())?;
    let folder = root().join("crates/jwe/tests/vectors");
    step(
        "our tokens opened by panva/jose",
        Command::new("node")
            .arg(folder.join("open.mjs"))
            .arg(&file)
            .current_dir(root()),
    )?;
    step(
        "our tokens opened by jwcrypto",
        Command::new(python).arg(folder.join("open.py")).arg(&file),
    )
}

/// A Python with the libraries the tests use, in a folder of its own.
pub fn python() -> Done<PathBuf> {
    let folder = target().join("python");
    let python = folder.join("bin/python");
    let requirements = root().join("end2end/requirements.txt");
    let wanted = std::fs::read(&requirements)
        .map_err(|error| format!("{}: {error}", requirements.display()))?;
    let stamp = folder.join(".perch-requirements");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    if !crate::process::is_installed("python3") {
        crate::system::install("Python", &["python3", "python3-venv"])?;
    }
    if step(
        "making a Python environment",
        Command::new("python3").args(["-m", "venv"]).arg(&folder),
    )
    .is_err()
    {
        crate::system::install("Python's venv", &["python3-venv"])?;
        step(
            "making a Python environment",
            Command::new("python3").args(["-m", "venv"]).arg(&folder),
        )?;
    }
    step(
        "installing Python packages",
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--requirement",
            ])
            .arg(&requirements),
    )?;
    std::fs::write(&stamp, wanted).map_err(|error| error.to_string())?;
    Ok(python)
}
