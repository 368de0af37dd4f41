//! The component script: its modules made into one file by esbuild, and beside it every version that was released, as it was.

use crate::{Done, write};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha384};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Writes `embed/…` into the site; returns a line `<version> <integrity>` for each released version, the newest last.
pub fn bundle(sources: &Path, esbuild: &Path, site: &Path, packed: bool) -> Done<String> {
    let folder = site.join("embed");
    fs::create_dir_all(&folder)?;
    for name in ["embed.js", "preview.js"] {
        let out = folder.join(name);
        let status = Command::new("node")
            .arg(esbuild)
            .arg(sources.join(name))
            .args([
                "--bundle",
                "--minify",
                "--format=esm",
                "--target=es2022",
                "--log-level=warning",
            ])
            .arg(format!("--outfile={}", out.display()))
            .status()?;
        if !status.success() {
            return Err(format!("esbuild failed on {name}").into());
        }
        write(&out, &fs::read(&out)?, packed)?;
    }
    let mut released: Vec<_> = match fs::read_dir(sources.join("released")) {
        Ok(files) => files
            .flatten()
            .map(|file| file.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "js"))
            .collect(),
        Err(_) => Vec::new(),
    };
    released.sort_by_key(|path| {
        version(path)
            .split('.')
            .map(|part| part.parse::<u32>().unwrap_or_default())
            .collect::<Vec<_>>()
    });
    let mut lines = Vec::new();
    for path in released {
        let (version, content) = (version(&path), fs::read(&path)?);
        let at = folder.join(&version);
        fs::create_dir_all(&at)?;
        write(&at.join("embed.js"), &content, packed)?;
        lines.push(format!(
            "{version} sha384-{}\n",
            BASE64.encode(Sha384::digest(&content))
        ));
    }
    Ok(lines.concat())
}

fn version(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
