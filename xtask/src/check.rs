//! `check`: what can be said without running anything.

use crate::browser_files::{Care, build};
use crate::process::{cargo, step};
use crate::{Done, layers, sizes, system};

/// Format, lints, layers, lengths of files.
pub fn quick() -> Done {
    system::openssl()?;
    step("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    layers::check()?;
    sizes::sources()?;
    step("lints", &mut cargo(&["clippy", "--workspace", "--exclude", "perch-frontend", "--all-targets", "--locked", "--", "-D", "warnings"]))
}

/// The same and the sizes of the browser files.
pub fn check() -> Done {
    quick()?;
    build(Care::Release)?;
    sizes::browser_files()
}
