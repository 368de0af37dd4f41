//! Makes the browser files from the compiled frontend, the stylesheets and the components:
//! `bundler <frontend.wasm> <style/main.css> <public> <components> <site> <esbuild> [wasm-opt]`.
//!
//! A separate process, so that `cargo xtask` starts before these libraries are compiled.

mod components;
mod esbuild;

use sha2::{Digest, Sha256};
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

type Done<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Done {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [wasm, style, public, components, site, esbuild, rest @ ..] = arguments.as_slice() else {
        return Err(
            "usage: bundler <wasm> <css> <public> <components> <site> <esbuild> [wasm-opt]".into(),
        );
    };
    let wasm_opt = rest.first();
    let work = site.with_extension("new");
    let _ = fs::remove_dir_all(&work);
    let pkg = work.join("pkg");
    fs::create_dir_all(&pkg)?;

    let (script, module) = bind(wasm, &work, wasm_opt.map(PathBuf::as_path))?;
    let css = esbuild::bundle(esbuild, style, &[])?;
    // The browser uses script and module together, so they share a hash.
    let bundle = format!("perch-{}", hash(&[&script, &module]));
    let sheet = format!("perch-{}.css", hash(&[&css]));
    // Compression is slow, and development does not need it.
    let packed = wasm_opt.is_some();
    write(&pkg.join(format!("{bundle}.js")), &script, packed)?;
    write(&pkg.join(format!("{bundle}.wasm")), &module, packed)?;
    write(&pkg.join(&sheet), &css, packed)?;
    fs::copy(public.join("favicon.svg"), work.join("favicon.svg"))?;
    let released = components::bundle(components, esbuild, &work, packed)?;
    fs::write(
        work.join("manifest.txt"),
        format!("{bundle}\n{sheet}\n{released}"),
    )?;
    let _ = fs::remove_dir_all(site);
    fs::rename(&work, site)?;
    Ok(())
}

/// Runs wasm-bindgen, and wasm-opt if a path to it is given. Returns the script and the module.
fn bind(wasm: &Path, work: &Path, wasm_opt: Option<&Path>) -> Done<(Vec<u8>, Vec<u8>)> {
    let out = work.join("bindgen");
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(wasm)
        .out_name("perch")
        .web(true)?
        .typescript(false)
        .generate(&out)
        .map_err(|error| format!("wasm-bindgen: {error:?}"))?;
    let module = out.join("perch_bg.wasm");
    if let Some(wasm_opt) = wasm_opt {
        let flags = [
            "-Oz",
            "--enable-bulk-memory",
            "--enable-nontrapping-float-to-int",
            "--enable-sign-ext",
            "--enable-mutable-globals",
            "--enable-reference-types",
            "--enable-multivalue",
            "--strip-debug",
            "--strip-producers",
        ];
        let status = Command::new("node")
            .arg(wasm_opt)
            .args(flags)
            .arg(&module)
            .arg("-o")
            .arg(&module)
            .status()?;
        if !status.success() {
            return Err("wasm-opt failed".into());
        }
    }
    let files = (fs::read(out.join("perch.js"))?, fs::read(&module)?);
    fs::remove_dir_all(&out)?;
    Ok(files)
}

fn hash(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    let digest = hasher.finalize();
    format!(
        "{:016x}",
        digest
            .iter()
            .take(8)
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte))
    )
}

/// Writes a file and, for a release, its compressed copies.
fn write(path: &Path, content: &[u8], packed: bool) -> Done {
    fs::write(path, content)?;
    if packed {
        let mut brotli = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams {
            quality: 11,
            ..Default::default()
        };
        brotli::BrotliCompress(&mut &content[..], &mut brotli, &parameters)?;
        fs::write(with_ending(path, "br"), brotli)?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(content)?;
        fs::write(with_ending(path, "gz"), gzip.finish()?)?;
    }
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    PathBuf::from(format!("{}.{ending}", path.display()))
}
