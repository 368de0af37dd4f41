//! `run` and `dev`.

use crate::browser_files::{Care, build};
use crate::process::{cargo, root, step, target};
use crate::{Done, system};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

fn build_both() -> Done {
    system::openssl()?;
    build(Care::Development)?;
    step(
        "building the server",
        &mut cargo(&["build", "--package", "perch"]),
    )
}

fn server() -> Command {
    let mut command = Command::new(target().join("debug/perch"));
    command
        .arg("serve")
        .current_dir(root())
        .stdin(Stdio::null());
    command
}

/// Builds, starts, prints the setup link.
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

/// Starts the server and repeats its lines. Where it wrote the setup link to a file, because its output is a pipe, the
/// link itself is printed: whoever runs this is the person it is for.
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

/// Builds again whenever a source changes, and starts the server anew.
pub fn dev() -> Done {
    let mut running: Option<Child> = None;
    loop {
        let seen = newest_change();
        if let Err(fault) = build_both() {
            eprintln!("{fault}; waiting for a change");
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
        // Ended by its own id; it has nothing to lose that is not on disk.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// When a source was last written.
fn newest_change() -> SystemTime {
    let sources = [
        "app",
        "frontend",
        "server",
        "crates",
        "style",
        "public",
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
