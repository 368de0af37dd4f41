//! The API held against its own document by schemathesis: `end2end/api`.

use crate::Done;
use crate::interop::python;
use crate::process::{cargo, root, step, target};
use std::process::Command;

/// Against a server of this build.
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
