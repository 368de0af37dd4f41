//! `test interop`: other JWE libraries open tokens of Perch: panva/jose in Node, jwcrypto in Python.

use crate::process::{cargo, output, root, step, target};
use crate::{Done, node};
use std::path::PathBuf;
use std::process::Command;

/// Perch's tokens, opened by the other libraries. The other direction is `crates/jwe/tests/vectors.rs`.
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

/// A Python virtual environment with the libraries of the tests.
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
