//! `run` and `dev`: build both halves and start the server.

use crate::browser_files::{BuildFor, build};
use crate::process::{cargo, root, step, target};
use crate::{Done, system};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

fn build_both() -> Done {
    system::openssl()?;
    // The halves have target folders of their own, so neither waits for the other's lock. Nothing is embedded in development.
    std::thread::scope(|scope| {
        let server = scope.spawn(|| {
            step(
                "building the server",
                &mut cargo(&["build", "--package", "perch", "--package", "bundler"]),
            )
        });
        let browser = build(BuildFor::Development);
        let server = server
            .join()
            .unwrap_or_else(|_| Err("building the server failed".to_owned()));
        browser.and(server)
    })
}

fn server() -> Command {
    let mut command = Command::new(target().join("debug/perch"));
    command
        .arg("serve")
        .current_dir(root())
        .stdin(Stdio::null());
    command
}

/// Builds and starts the server, and prints the setup link.
pub fn run() -> Done {
    println!("building Perch; the first time takes some minutes");
    build_both()?;
    println!();
    let mut child = start()?;
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the server stopped ({status})"))
    }
}

/// Starts the server and prints its output. The server writes the setup link to a file, because its output is a pipe; this prints the
/// link itself, since the person at this terminal is the one who needs it.
fn start() -> Done<Child> {
    let mut child = server()
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the server cannot be started: {error}"))?;
    let lines = child.stdout.take().map(BufReader::new);
    std::thread::spawn(move || {
        for line in lines
            .into_iter()
            .flat_map(BufRead::lines)
            .map_while(Result::ok)
        {
            match line
                .strip_prefix("the setup link is in ")
                .map(|path| std::fs::read_to_string(root().join(path)))
            {
                Some(Ok(link)) => println!("set up Perch at {}", link.trim()),
                _ => println!("{line}"),
            }
        }
    });
    Ok(child)
}

/// Rebuilds and restarts the server whenever a source file changes.
pub fn dev() -> Done {
    let mut running: Option<Child> = None;
    loop {
        let seen = newest_change();
        if let Err(error) = build_both() {
            eprintln!("{error}; waiting for a change");
        } else {
            stop(&mut running);
            running = Some(start()?);
        }
        while newest_change() <= seen {
            std::thread::sleep(Duration::from_millis(300));
        }
    }
}

fn stop(running: &mut Option<Child>) {
    if let Some(mut child) = running.take() {
        // Everything that must survive is on disk.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// When a source file was last changed.
fn newest_change() -> SystemTime {
    let sources = [
        "app",
        "frontend",
        "server",
        "crates",
        "style",
        "public",
        "components",
        "migrations",
        "Cargo.toml",
    ];
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut folders: Vec<_> = sources.iter().map(|name| root().join(name)).collect();
    while let Some(path) = folders.pop() {
        if let Ok(entries) = std::fs::read_dir(&path) {
            folders.extend(entries.flatten().map(|entry| entry.path()));
        } else if let Ok(modified) =
            std::fs::metadata(&path).and_then(|metadata| metadata.modified())
        {
            newest = newest.max(modified);
        }
    }
    newest
}
