//! Budgets: what the browser downloads, and how long a file may grow before it holds two things.

use crate::Done;
use crate::process::{output, root};
use std::path::Path;
use std::process::Command;

/// Bytes of the console's WebAssembly, brotli.
const WASM: u64 = 100_000;
/// Bytes of everything a first page brings besides its HTML, brotli.
const FIRST_PAGE: u64 = 130_000;
/// Lines of a source file.
const LINES: usize = 400;

pub fn browser_files() -> Done {
    println!("\n== sizes of the browser files (brotli)");
    let pkg = root().join("target/site/pkg");
    let files = std::fs::read_dir(&pkg).map_err(|error| format!("{}: {error}", pkg.display()))?;
    let (mut total, mut wasm) = (0, 0);
    for file in files.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let size = file.metadata().map(|metadata| metadata.len()).unwrap_or_default();
        if name.contains(".br") {
            println!("{size:>8}  {name}");
            total += size;
            wasm += if name.contains(".wasm.") { size } else { 0 };
        }
    }
    println!("{total:>8}  together; budget {FIRST_PAGE}, of which WebAssembly {WASM}");
    if wasm == 0 || wasm > WASM || total > FIRST_PAGE {
        return Err(format!("the browser files are over budget: {wasm} bytes of WebAssembly, {total} in all"));
    }
    Ok(())
}

pub fn sources() -> Done {
    let listed = output(Command::new("git").args(["ls-files", "*.rs", "*.ts", "*.mjs", "*.css"]).current_dir(root()))?;
    let long: Vec<_> = listed
        .lines()
        .filter_map(|name| lines(&root().join(name)).filter(|count| *count > LINES).map(|count| format!("{name}: {count} lines")))
        .collect();
    if long.is_empty() { Ok(()) } else { Err(format!("files over {LINES} lines hold more than one thing: {}", long.join(", "))) }
}

fn lines(path: &Path) -> Option<usize> {
    std::fs::read_to_string(path).ok().map(|text| text.lines().count())
}
