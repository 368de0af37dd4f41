//! The browser half: cargo builds it, the bundler makes files of it.

use crate::process::{cargo, root, step, target};
use crate::{Done, node, system, wasm_target};
use std::process::Command;

/// How much care is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// Quick to build again.
    Development,
    /// Small to send.
    Release,
}

/// Builds the browser files into `target/site`.
pub fn build(care: Care) -> Done {
    let toolchain = wasm_target::toolchain()?;
    node::packages()?;
    let profile = if care == Care::Release {
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
        // The cargo that runs this names its own toolchain to its children; the frontend may need another.
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
        .arg(root.join("target/site"))
        .arg(root.join("node_modules/esbuild/bin/esbuild"));
    if care == Care::Release {
        bundler.arg(root.join("node_modules/binaryen/bin/wasm-opt"));
    }
    step("bundling the browser files", &mut bundler)
}

/// `cargo xtask build`: one binary with everything inside.
pub fn release() -> Done {
    system::openssl()?;
    build(Care::Release)?;
    step(
        "building target/release/perch",
        &mut cargo(&["build", "--release", "--package", "perch"]),
    )
}
