//! Finds a compiler for the WebAssembly target: the current toolchain if it has the target, else rustup where rustup may install,
//! else Debian's compiler with a standard library that is built once.

use crate::Done;
use crate::process::{is_installed, output, step};
use crate::system::install;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
/// The name that links Debian's compiler in rustup.
const LINKED: &str = "debian";

/// The rustup toolchain that builds the frontend; `None` for the current toolchain.
pub fn toolchain() -> Done<Option<String>> {
    if has_std(Path::new(
        output(Command::new("rustc").args(["--print", "sysroot"]))?.trim(),
    )) {
        return Ok(None);
    }
    let may_install = std::env::var("RUSTUP_AUTO_INSTALL").map_or(true, |value| value != "0");
    if may_install
        && is_installed("rustup")
        && step(
            "adding the wasm32 target",
            Command::new("rustup").args(["target", "add", TARGET]),
        )
        .is_ok()
    {
        return Ok(None);
    }
    if !has_std(Path::new("/usr")) {
        build_std()?;
    }
    if !is_installed("rustup") {
        return Err(format!(
            "the wasm32 target is missing; run: rustup target add {TARGET}"
        ));
    }
    if !output(Command::new("rustup").args(["toolchain", "list"]))?
        .lines()
        .any(|line| line.starts_with(LINKED))
    {
        step(
            "linking Debian's compiler",
            Command::new("rustup").args(["toolchain", "link", LINKED, "/usr"]),
        )?;
    }
    Ok(Some(LINKED.to_owned()))
}

fn has_std(sysroot: &Path) -> bool {
    let lib = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    std::fs::read_dir(lib).is_ok_and(|files| {
        files
            .flatten()
            .any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

/// Builds the WebAssembly standard library from Debian's sources and installs it beside Debian's compiler.
fn build_std() -> Done {
    let failed = |error: std::io::Error| {
        format!("the wasm32 standard library could not be put in place: {error}")
    };
    install(
        "a compiler for the browser half",
        &["rustc-web", "cargo-web", "rust-web-src", "lld-22"],
    )?;
    let scratch = crate::process::target().join("wasm-std");
    let _ = std::fs::remove_dir_all(&scratch);
    std::fs::create_dir_all(scratch.join("src")).map_err(failed)?;
    std::fs::write(
        scratch.join("Cargo.toml"),
        "[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )
    .map_err(failed)?;
    std::fs::write(scratch.join("src/lib.rs"), "").map_err(failed)?;
    // Debian's compiler expects its linker beside its libraries.
    let linker = Path::new("/usr/lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-lld");
    std::fs::create_dir_all(linker.parent().unwrap_or(linker)).map_err(failed)?;
    if !linker.exists() {
        std::os::unix::fs::symlink("/usr/bin/lld-22", linker).map_err(failed)?;
    }
    let target_dir = scratch.join("target");
    let mut cargo = Command::new("/usr/bin/cargo");
    cargo
        .args([
            "build",
            "--release",
            "--quiet",
            "-Zbuild-std=std,panic_abort,proc_macro",
            "--target",
            TARGET,
        ])
        .current_dir(&scratch)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| {
            matches!(
                name.to_str(),
                Some(
                    "HOME"
                        | "CARGO_HOME"
                        | "SSL_CERT_FILE"
                        | "SSL_CERT_DIR"
                        | "http_proxy"
                        | "https_proxy"
                        | "no_proxy"
                        | "HTTP_PROXY"
                        | "HTTPS_PROXY"
                        | "NO_PROXY"
                )
            )
        }))
        .env("PATH", "/usr/bin:/bin")
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("CARGO_TARGET_DIR", &target_dir);
    step(
        "building the standard library for the browser (once)",
        &mut cargo,
    )?;
    let lib = PathBuf::from("/usr/lib/rustlib").join(TARGET).join("lib");
    std::fs::create_dir_all(&lib).map_err(failed)?;
    for file in std::fs::read_dir(target_dir.join(TARGET).join("release/deps"))
        .map_err(failed)?
        .flatten()
    {
        let name = file.file_name();
        let text = name.to_string_lossy();
        if text.ends_with(".rlib") && !text.starts_with("libscratch") {
            std::fs::copy(file.path(), lib.join(&name)).map_err(failed)?;
        }
    }
    Ok(())
}
