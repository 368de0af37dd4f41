//! Budgets for the sizes of the browser files and the lengths of source files.

use crate::Done;
use crate::process::{output, root};
use std::path::Path;
use std::process::Command;

/// Bytes of the console's WebAssembly, brotli.
const MAX_WASM: u64 = 100_000;
/// Bytes that a first page downloads besides its HTML, brotli.
const MAX_FIRST_PAGE: u64 = 130_000;
/// Bytes of the component script, brotli.
const MAX_EMBED: u64 = 8_000;
/// Lines of a source file.
const MAX_LINES: usize = 400;

pub fn browser_files() -> Done {
    println!("\n== sizes of the browser files (brotli)");
    let pkg = root().join("target/site/pkg");
    let files = std::fs::read_dir(&pkg).map_err(|error| format!("{}: {error}", pkg.display()))?;
    let (mut total, mut wasm) = (0, 0);
    for file in files.flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let size = file
            .metadata()
            .map(|metadata| metadata.len())
            .unwrap_or_default();
        if name.contains(".br") {
            println!("{size:>8}  {name}");
            total += size;
            wasm += if name.contains(".wasm.") { size } else { 0 };
        }
    }
    println!("{total:>8}  together; budget {MAX_FIRST_PAGE}, of which WebAssembly {MAX_WASM}");
    let script = root()
        .join("target/site/embed/embed.js.br")
        .metadata()
        .map(|metadata| metadata.len())
        .unwrap_or_default();
    println!("{script:>8}  embed/embed.js; budget {MAX_EMBED}");
    if script == 0 || script > MAX_EMBED {
        return Err(format!(
            "the component script is over budget: {script} bytes"
        ));
    }
    released()?;
    if wasm == 0 || wasm > MAX_WASM || total > MAX_FIRST_PAGE {
        return Err(format!(
            "the browser files are over budget: {wasm} bytes of WebAssembly, {total} in all"
        ));
    }
    Ok(())
}

/// A released version of the component script must not change: pages pin it by its hash.
fn released() -> Done {
    let version = env!("CARGO_PKG_VERSION");
    let kept = root().join(format!("components/embed/released/{version}.js"));
    let built = std::fs::read(root().join("target/site/embed/embed.js"))
        .map_err(|error| error.to_string())?;
    match std::fs::read(&kept) {
        Ok(kept) if kept != built => Err(format!(
            "the component script differs from the released {version}: raise the version, or, if {version} is not out yet, run cargo xtask freeze"
        )),
        _ => Ok(()),
    }
}

/// Saves the current component script as the released script of this version.
pub fn freeze() -> Done {
    let kept = root().join(format!(
        "components/embed/released/{}.js",
        env!("CARGO_PKG_VERSION")
    ));
    std::fs::create_dir_all(root().join("components/embed/released"))
        .map_err(|error| error.to_string())?;
    std::fs::copy(root().join("target/site/embed/embed.js"), &kept)
        .map_err(|error| error.to_string())?;
    println!("kept as {}; commit it", kept.display());
    Ok(())
}

pub fn sources() -> Done {
    let listed = output(
        Command::new("git")
            .args([
                "ls-files",
                "*.rs",
                "*.js",
                "*.ts",
                "*.tsx",
                "*.mjs",
                "*.css",
                ":!*/released/*",
            ])
            .current_dir(root()),
    )?;
    let long: Vec<_> = listed
        .lines()
        .filter_map(|name| {
            lines(&root().join(name))
                .filter(|count| *count > MAX_LINES)
                .map(|count| format!("{name}: {count} lines"))
        })
        .collect();
    if long.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "files over {MAX_LINES} lines hold more than one thing: {}",
            long.join(", ")
        ))
    }
}

fn lines(path: &Path) -> Option<usize> {
    std::fs::read_to_string(path)
        .ok()
        .map(|text| text.lines().count())
}
