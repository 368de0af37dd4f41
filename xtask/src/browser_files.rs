//! Builds the browser files: cargo compiles the WebAssembly, the bundler turns it into files.

use crate::process::{cargo, root, step, target};
use crate::{Done, node, system, wasm_target};
use std::process::Command;

/// What a build is optimized for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BuildFor {
    /// Short rebuilds.
    Development,
    /// Small files.
    Release,
}

/// Builds the browser files into `target/site`.
pub fn build(build_for: BuildFor) -> Done {
    let toolchain = wasm_target::toolchain()?;
    node::packages()?;
    let profile = if build_for == BuildFor::Release {
        "wasm-release"
    } else {
        "wasm-dev"
    };
    let wasm_dir = target().join("wasm");
    let mut frontend = Command::new("cargo");
    frontend
        .args([
            "build",
            "--package",
            "perch-frontend",
            "--lib",
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            profile,
            "--target-dir",
        ])
        .arg(&wasm_dir)
        .current_dir(root())
        // Cargo passes its toolchain to child processes, but the frontend may need a different one.
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN");
    if let Some(toolchain) = toolchain {
        frontend.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    step("building the browser half", &mut frontend)?;
    step(
        "building the bundler",
        &mut cargo(&["build", "--package", "bundler"]),
    )?;
    let root = root();
    let mut bundler = Command::new(target().join("debug/bundler"));
    bundler
        .arg(
            wasm_dir
                .join("wasm32-unknown-unknown")
                .join(profile)
                .join("perch_frontend.wasm"),
        )
        .arg(root.join("style/main.css"))
        .arg(root.join("public"))
        .arg(root.join("components"))
        .arg(root.join("target/site"))
        .arg(root.join("node_modules/esbuild/bin/esbuild"));
    if build_for == BuildFor::Release {
        bundler.arg(root.join("node_modules/binaryen/bin/wasm-opt"));
    }
    step("bundling the browser files", &mut bundler)
}

/// `cargo xtask build`: the release binary with the browser files embedded.
pub fn release() -> Done {
    system::openssl()?;
    build(BuildFor::Release)?;
    step(
        "building target/release/perch",
        &mut cargo(&["build", "--release", "--package", "perch"]),
    )
}
