//! Programs of the operating system: installed where this user may install, otherwise an error names the command that does.

use crate::Done;
use crate::process::{is_installed, output, step};
use std::path::Path;
use std::process::Command;

/// The headers of OpenSSL, which josekit needs.
pub fn openssl() -> Done {
    let found = Command::new("pkg-config")
        .args(["--exists", "openssl"])
        .status()
        .is_ok_and(|status| status.success());
    if found
        || Path::new("/usr/include/openssl/opensslv.h").exists()
        || std::env::var_os("OPENSSL_DIR").is_some()
    {
        Ok(())
    } else {
        install("OpenSSL's headers", &["libssl-dev", "pkg-config"])
    }
}

/// The path of a Chromium for the browser tests.
pub fn chromium() -> Done<String> {
    let find = || {
        ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .find(|name| is_installed(name))
            .map(str::to_owned)
    };
    if let Some(found) = std::env::var("CHROMIUM").ok().or_else(find) {
        return which(&found);
    }
    install("Chromium", &["chromium"])?;
    which(&find().ok_or("Chromium was installed but is not on the PATH")?)
}

fn which(name: &str) -> Done<String> {
    if name.contains('/') {
        return Ok(name.to_owned());
    }
    output(Command::new("which").arg(name)).map(|path| path.trim().to_owned())
}

/// Go, PHP and Java, which run the snippets besides Node, Python and Rust.
pub fn languages() -> Done {
    for (what, command, package) in [
        ("Go", "go", "golang-go"),
        ("PHP", "php", "php-cli"),
        ("Java", "java", "default-jdk-headless"),
    ] {
        if !is_installed(command) {
            install(what, &[package])?;
        }
    }
    Ok(())
}

/// The openssl command, which makes the certificates of the tests.
pub fn certificates() -> Done {
    if is_installed("openssl") {
        Ok(())
    } else {
        install("the openssl command", &["openssl"])
    }
}

/// Node, for wasm-opt and the browser tests.
pub fn node() -> Done {
    if is_installed("node") && is_installed("npm") {
        Ok(())
    } else {
        install("Node", &["nodejs", "npm"])
    }
}

/// Installs Debian packages if this user may; otherwise the error contains the command that does.
pub fn install(what: &str, packages: &[&str]) -> Done {
    let line = format!("apt-get install -y {}", packages.join(" "));
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if !is_installed("apt-get") {
        return Err(format!(
            "{what} is missing; install it (on Debian: sudo {line})"
        ));
    }
    if !root {
        return Err(format!("{what} is missing; run: sudo {line}"));
    }
    let quiet = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        command
            .args(["-qq", "-o", "Dpkg::Use-Pty=0"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(std::process::Stdio::null());
        command
    };
    step(
        &format!("looking for packages ({what})"),
        &mut quiet(&["update"]),
    )?;
    let mut arguments = vec!["install", "-y", "--no-install-recommends"];
    arguments.extend(packages);
    step(
        &format!("installing {}", packages.join(" ")),
        &mut quiet(&arguments),
    )
}
