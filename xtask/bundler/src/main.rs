//! Makes the browser files from what cargo built: `bundler <frontend.wasm> <style/main.css> <public> <site> <esbuild> [wasm-opt]`.
//!
//! A process of its own, so that the first line of `cargo xtask` does not wait for these libraries to compile.

mod embed;

use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::ParserOptions;
use sha2::{Digest, Sha256};
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

type Done<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Done {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [wasm, style, public, site, esbuild, rest @ ..] = arguments.as_slice() else {
        return Err("usage: bundler <wasm> <css> <public> <site> <esbuild> [wasm-opt]".into());
    };
    let wasm_opt = rest.first();
    let work = site.with_extension("new");
    let _ = fs::remove_dir_all(&work);
    let pkg = work.join("pkg");
    fs::create_dir_all(&pkg)?;

    let (script, module) = bind(wasm, &work, wasm_opt.map(PathBuf::as_path))?;
    let css = stylesheet(style)?;
    // Script and module are one thing to the browser, so they share a hash.
    let bundle = format!("perch-{}", hash(&[&script, &module]));
    let sheet = format!("perch-{}.css", hash(&[css.as_bytes()]));
    // A page that is read in development can do without the slow compression.
    let packed = wasm_opt.is_some();
    write(&pkg.join(format!("{bundle}.js")), &script, packed)?;
    write(&pkg.join(format!("{bundle}.wasm")), &module, packed)?;
    write(&pkg.join(&sheet), css.as_bytes(), packed)?;
    fs::copy(public.join("favicon.svg"), work.join("favicon.svg"))?;
    let released = embed::bundle(&public.join("embed"), esbuild, &work, packed)?;
    fs::write(
        work.join("manifest.txt"),
        format!("{bundle}\n{sheet}\n{released}"),
    )?;
    let _ = fs::remove_dir_all(site);
    fs::rename(&work, site)?;
    Ok(())
}

/// Runs wasm-bindgen, and wasm-opt where one is given. Returns the script and the module.
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

fn stylesheet(entry: &Path) -> Done<String> {
    let provider = FileProvider::new();
    let mut bundler = Bundler::new(&provider, None, ParserOptions::default());
    let mut sheet = bundler.bundle(entry).map_err(|error| error.to_string())?;
    sheet
        .minify(lightningcss::stylesheet::MinifyOptions::default())
        .map_err(|error| error.to_string())?;
    Ok(sheet
        .to_css(PrinterOptions {
            minify: true,
            ..PrinterOptions::default()
        })?
        .code)
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

/// Writes a file and, for a release, what browsers would rather have.
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
