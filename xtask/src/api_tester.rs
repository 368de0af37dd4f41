//! `test api`: schemathesis compares the API with its `OpenAPI` document; see `end2end/api`.

use crate::Done;
use crate::interop::python;
use crate::process::{cargo, root, step, target};
use std::process::Command;

/// Builds the server and runs the tester against it.
pub fn run() -> Done {
    let python = python()?;
    step(
        "building the server",
        &mut cargo(&["build", "--package", "perch", "--locked"]),
    )?;
    step(
        "the API against its document",
        Command::new(python)
            .arg(root().join("end2end/api/run.py"))
            .arg(target().join("debug/perch"))
            .current_dir(root()),
    )
}
