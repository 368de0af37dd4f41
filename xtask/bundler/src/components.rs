//! The component script: one bundled file, and beside it every released version, unchanged.

use crate::{Done, esbuild, write};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha384};
use std::fs;
use std::path::Path;

/// Bundles the components into `embed/` of the site. Returns a line `<version> <integrity>` for each released version, the newest last.
pub fn bundle(components: &Path, esbuild: &Path, site: &Path, packed: bool) -> Done<String> {
    let (sources, folder) = (components.join("embed"), site.join("embed"));
    fs::create_dir_all(&folder)?;
    for name in ["embed", "preview"] {
        let entry = sources.join(name).with_extension("ts");
        let script = esbuild::bundle(esbuild, &entry, &["--format=esm", "--target=es2022"])?;
        write(&folder.join(name).with_extension("js"), &script, packed)?;
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
