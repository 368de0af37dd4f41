//! `perch admin`, by the binary itself: what it says, what a running server makes of it, how it asks for a password.

use crate::command_line::{json, perch, post, serve, text};
use crate::harness::BODY;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use serde_json::json;
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PASSWORD: &str = "correct horse battery";
/// Nothing takes that long, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(30);
const MIA: [&str; 2] = ["--email", "mia@example.com"];

fn add(data: &Path, email: &str, role: &str) {
    let added = perch(
        data,
        &[
            "admin", "create", "--email", email, "--name", "Ada", "--role", role,
        ],
        &format!("{PASSWORD}\n"),
    );
    assert!(added.status.success(), "{}", text(&added.stderr));
}

fn admin<'a>(verb: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["admin", verb][..], &MIA, more].concat()
}

#[test]
fn a_running_server_sees_that_access_ended() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = serve(&data);
    add(&data, "ada@example.com", "admin");
    add(&data, MIA[1], "maker");
    let key = text(
        &perch(
            &data,
            &["key", "create", "--name", "Backend", "--as", MIA[1]],
            "",
        )
        .stdout,
    )
    .lines()
    .last()
    .unwrap()
    .to_owned();
    let prefix = format!("{}…", &key[..21]);
    let mint = || {
        post(
            &server.1,
            "/embed/generate-token",
            &format!("x-api-key: {key}\r\n"),
            BODY,
        )
    };
    assert!(mint().starts_with("HTTP/1.1 200"));

    let named = json!([{ "name": "Backend", "prefix": prefix, "revoked": false }]);
    let demoted = json(&perch(
        &data,
        &admin("role", &["--role", "explorer", "--json"]),
        "",
    ));
    assert_eq!(
        demoted,
        json!({ "email": MIA[1], "name": "Ada", "role": "explorer", "active": true, "keys": named })
    );
    let gone = text(&perch(&data, &admin("deactivate", &[]), "").stdout);
    assert!(
        gone.starts_with("mia@example.com can no longer sign in.")
            && gone.contains("still work (end them with --revoke-keys"),
        "{gone}"
    );
    assert!(gone.contains(&format!("Backend ({prefix})")), "{gone}");
    assert!(mint().starts_with("HTTP/1.1 200"), "named, not ended");
    let gone = text(&perch(&data, &admin("deactivate", &["--revoke-keys"]), "").stdout);
    assert!(
        gone.contains(&format!(
            "Revoked, and their tokens have ended: Backend ({prefix})."
        )),
        "{gone}"
    );
    // Another process learns of it within a second; this machine may be busy.
    let since = Instant::now();
    while !mint().contains("API_KEY_REVOKED") {
        assert!(since.elapsed() < PATIENCE);
    }
    let set = text(
        &perch(
            &data,
            &admin("password", &[]),
            "another long password\nsecond line\n",
        )
        .stdout,
    );
    assert!(
        set.contains("has a new password") && set.contains("still deactivated"),
        "{set}"
    );
    let back = json(&perch(&data, &admin("reactivate", &["--json"]), ""));
    assert_eq!(
        (
            back["active"].as_bool(),
            back["role"].as_str(),
            back["keys"].as_array().map(Vec::len)
        ),
        (Some(true), Some("explorer"), Some(0))
    );
}

#[test]
fn every_refusal_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let said = |arguments: &[&str], input: &str| {
        let output = perch(&data, arguments, input);
        let said = text(&output.stderr).trim().to_owned();
        assert!(
            !output.status.success() && said.lines().count() == 1,
            "{arguments:?}: {said}"
        );
        said
    };
    let all = [
        admin("deactivate", &[]),
        admin("reactivate", &[]),
        admin("role", &["--role", "maker"]),
        admin("password", &[]),
    ];
    for command in &all {
        assert!(
            said(command, "").starts_with("perch: there is no Perch data in"),
            "{command:?}"
        );
    }
    drop(serve(&data));
    for command in &all {
        assert!(
            said(command, &format!("{PASSWORD}\n")).contains("there is no organization yet"),
            "{command:?}"
        );
    }
    add(&data, "ada@example.com", "admin");
    for command in &all {
        assert!(
            said(command, &format!("{PASSWORD}\n"))
                .contains("Nobody in this organization signs in as \"mia@example.com\"."),
            "{command:?}"
        );
        assert!(
            said(&[command, &["--org", "Other"][..]].concat(), "")
                .contains("There is no organization \"Other\""),
            "{command:?}"
        );
    }
    add(&data, MIA[1], "maker");
    assert!(said(&admin("role", &["--role", "king"]), "").contains("admin, maker or explorer"));
    assert!(said(&admin("password", &[]), "short\n").contains("at least 12 characters"));
    for command in [
        vec!["admin", "deactivate", "--email", "ada@example.com"],
        vec![
            "admin",
            "role",
            "--role",
            "maker",
            "--email",
            "ada@example.com",
        ],
    ] {
        assert!(
            said(&command, "").contains("ada@example.com is the last active admin"),
            "{command:?}"
        );
    }
}

/// A command at a terminal: standard input and standard error are one, standard output is not.
struct AtTerminal {
    child: Child,
    terminal: File,
    shown: String,
}

impl Drop for AtTerminal {
    /// A test that failed leaves no command behind that waits for its password.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl AtTerminal {
    fn start(data: &Path, arguments: &[&str]) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let path = ptsname(&terminal, Vec::new())
            .unwrap()
            .into_string()
            .unwrap();
        let end = || Stdio::from(File::options().read(true).write(true).open(&path).unwrap());
        let mut command = Command::new(env!("CARGO_BIN_EXE_perch"));
        command
            .args(arguments)
            .env("PERCH_DATA_DIR", data)
            .stdin(end())
            .stderr(end())
            .stdout(Stdio::piped());
        Self {
            child: command.spawn().unwrap(),
            terminal: terminal.into(),
            shown: String::new(),
        }
    }

    /// Reads what the terminal shows, until it asks this. Once the command is gone there is nothing to read.
    fn until(&mut self, prompt: &str) {
        let mut some = [0; 256];
        while !self.shown.ends_with(prompt) {
            let many = self.terminal.read(&mut some).unwrap_or(0);
            assert!(many > 0, "{prompt:?} was not asked: {:?}", self.shown);
            self.shown += std::str::from_utf8(&some[..many]).unwrap();
        }
    }

    /// Types a line once the terminal shows nothing of it.
    fn type_unseen(&mut self, line: &str) {
        let since = Instant::now();
        while tcgetattr(&self.terminal)
            .unwrap()
            .local_modes
            .contains(LocalModes::ECHO)
        {
            let ended = self.child.try_wait().unwrap();
            assert!(
                ended.is_none() && since.elapsed() < PATIENCE,
                "echo was not switched off: {ended:?} {:?}",
                self.shown
            );
            std::thread::yield_now();
        }
        self.terminal
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
    }

    /// Whether it succeeded, what it answered, and all that was shown.
    fn end(mut self) -> (bool, String, String) {
        let mut rest = Vec::new();
        let _ = self.terminal.read_to_end(&mut rest);
        let mut answer = Vec::new();
        self.child
            .stdout
            .take()
            .unwrap()
            .read_to_end(&mut answer)
            .unwrap();
        let succeeded = self.child.wait().unwrap().success();
        (
            succeeded,
            text(&answer),
            std::mem::take(&mut self.shown) + &text(&rest),
        )
    }
}

#[test]
fn a_terminal_asks_twice_and_shows_no_password() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    drop(serve(&data));
    let create = [
        "admin",
        "create",
        "--email",
        "ada@example.com",
        "--name",
        "Ada",
        "--json",
    ];
    for (second, good) in [("another horse battery", false), (PASSWORD, true)] {
        let mut asked = AtTerminal::start(&data, &create);
        asked.until("New password: ");
        asked.type_unseen(PASSWORD);
        asked.until("The same password again: ");
        asked.type_unseen(second);
        let (succeeded, answer, shown) = asked.end();
        assert_eq!(succeeded, good, "{shown}");
        assert!(
            !shown.contains("horse battery") && !answer.contains("horse battery"),
            "{shown}"
        );
        assert_eq!(
            shown.contains("the two passwords are not the same"),
            !good,
            "{shown}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&answer).is_ok(),
            good,
            "standard output is the answer alone: {answer}"
        );
    }
}
