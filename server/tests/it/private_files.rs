//! Nothing of an installation can be read by others, whatever the folder was like before. With the binary, because the mask for new
//! files belongs to a process.

use std::io::BufRead;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A server that is up.
fn serve(folder: &Path) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_perch"));
    command
        .env("PERCH_DATA_DIR", folder)
        .env("PERCH_ADDR", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    // The second line comes after everything that is made at the start.
    assert_eq!(
        std::io::BufReader::new(child.stdout.take().unwrap())
            .lines()
            .take(2)
            .count(),
        2
    );
    Running(child)
}

fn doctor(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_perch"))
        .arg("doctor")
        .env("PERCH_DATA_DIR", folder)
        .output()
        .unwrap()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn open_up(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Name and mode of everything in it.
fn modes(folder: &Path) -> Vec<(String, u32)> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut modes: Vec<_> = entries
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                mode(&path),
            )
        })
        .collect();
    modes.sort();
    modes
}

#[test]
fn what_serve_makes_is_for_its_owner_only_also_in_a_folder_that_was_open() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("data");
    std::fs::create_dir(&folder).unwrap();
    open_up(&folder, 0o755);
    let server = serve(&folder);
    let files = [
        "master.key",
        "perch.sqlite3",
        "perch.sqlite3-shm",
        "perch.sqlite3-wal",
        "setup-link",
    ];
    assert_eq!(modes(&folder), files.map(|name| (name.to_owned(), 0o600)));
    assert_eq!(mode(&folder), 0o700);
    drop(server);

    // As an installation of before, or a careless copy, may have left them.
    open_up(&folder, 0o755);
    for name in ["perch.sqlite3", "perch.sqlite3-shm", "perch.sqlite3-wal"] {
        open_up(&folder.join(name), 0o644);
    }
    let said = String::from_utf8(doctor(&folder).stdout).unwrap();
    let line = said
        .lines()
        .find(|line| line.contains("Data folder"))
        .unwrap();
    assert!(
        line.starts_with("BAD")
            && line.contains("perch.sqlite3-wal")
            && line.contains("chmod go= "),
        "{line}"
    );
    let server = serve(&folder);
    assert_eq!(modes(&folder), files.map(|name| (name.to_owned(), 0o600)));
    assert_eq!(mode(&folder), 0o700);
    let said = String::from_utf8(doctor(&folder).stdout).unwrap();
    assert!(said.contains("ok   Data folder"), "{said}");
    drop(server);
}

#[test]
fn a_folder_that_holds_other_things_too_is_not_shut() {
    let folder = tempfile::tempdir().unwrap();
    open_up(folder.path(), 0o755);
    std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
    open_up(&folder.path().join("notes.txt"), 0o644);
    let _server = serve(folder.path());
    assert_eq!(
        (mode(folder.path()), mode(&folder.path().join("notes.txt"))),
        (0o755, 0o644)
    );
    assert_eq!(mode(&folder.path().join("perch.sqlite3")), 0o600);
}
