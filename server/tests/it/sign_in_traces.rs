//! What sign-in leaves in the log of a running server: nothing for made-up cookies, and the same statements for everybody.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

struct Running(Child, String);

impl Running {
    fn start(folder: &Path, log: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_perch"))
            .env("PERCH_DATA_DIR", folder.join("data"))
            .env("PERCH_ADDR", "127.0.0.1:0")
            .env("PERCH_LOG", log)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.join("log")).unwrap())
            .spawn()
            .unwrap();
        let first = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .next()
            .unwrap()
            .unwrap();
        Self(
            child,
            first
                .strip_prefix("listening on http://")
                .unwrap()
                .to_owned(),
        )
    }

    fn send(&self, head: &str, cookie: &str, body: &str) -> String {
        let mut request = format!(
            "{head} HTTP/1.1\r\nhost: {}\r\ncookie: {cookie}\r\nconnection: close\r\n",
            self.1
        );
        let kind = "content-type: application/x-www-form-urlencoded\r\nsec-fetch-site: same-origin";
        write!(
            request,
            "{kind}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut connection = TcpStream::connect(&self.1).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Asks it to stop and waits until it did: everything it logged is in the file then.
    fn log(mut self, folder: &Path) -> String {
        assert!(
            Command::new("sh")
                .args(["-c", &format!("kill {}", self.0.id())])
                .status()
                .unwrap()
                .success()
        );
        assert!(self.0.wait().unwrap().success());
        std::fs::read_to_string(folder.join("log")).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_made_up_session_cookie_leaves_nothing_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), "info");
    let before = std::fs::read_to_string(folder.path().join("log")).unwrap();
    for cookie in [
        "perch=AAAAAAAAAAAAAAAAAAAAAA",
        "perch=x",
        "perch-device=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ] {
        assert!(
            server
                .send("GET /sign-in", cookie, "")
                .starts_with("HTTP/1.1 200")
        );
        assert!(
            server
                .send("GET /account", cookie, "")
                .starts_with("HTTP/1.1 303")
        );
    }
    let log = server.log(folder.path());
    let said = log.strip_prefix(&before).unwrap();
    assert!(
        !said.contains("WARN") && !said.contains("ERROR") && !said.contains("tower_sessions"),
        "{said}"
    );
}

/// The statements about people, devices and failures that a wrong password leads to, and one that is held back.
async fn statements(email: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    drop(Running::start(folder.path(), "info"));
    let mut create = Command::new(env!("CARGO_BIN_EXE_perch"));
    create
        .args([
            "admin",
            "create",
            "--email",
            "ada@example.com",
            "--name",
            "Ada",
        ])
        .env("PERCH_DATA_DIR", folder.path().join("data"));
    let mut creating = create
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    creating
        .stdin
        .take()
        .unwrap()
        .write_all(b"correct horse battery\n")
        .unwrap();
    assert!(creating.wait().unwrap().success());

    let server = Running::start(folder.path(), "info,sqlx=debug");
    let device = "perch-device=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let guess = || {
        server.send(
            "POST /sign-in",
            device,
            &format!("email={email}&password=guess+guess+guess"),
        )
    };
    assert!(guess().starts_with("HTTP/1.1 401"));
    let database = sqlx::SqlitePool::connect(&format!(
        "sqlite://{}",
        folder.path().join("data/perch.sqlite3").display()
    ))
    .await
    .unwrap();
    let held_back = sqlx::query("UPDATE sign_in_failure SET failures = 20")
        .execute(&database)
        .await
        .unwrap();
    assert_eq!(held_back.rows_affected(), 1);
    database.close().await;
    assert!(guess().starts_with("HTTP/1.1 429"));

    let log = server.log(folder.path());
    // The hourly removal of old rows is no part of it.
    let of_sign_in = |line: &&str| {
        let tables = ["sign_in_failure", "known_device", "FROM person WHERE email"];
        tables.iter().any(|table| line.contains(table)) && !line.contains("DELETE FROM")
    };
    let summary = |line: &str| crate::harness::between(line, "summary\":\"", "\"");
    // Connections write their lines a little after they answered, so their order is not the statements'.
    let mut summaries: Vec<_> = log.lines().filter(of_sign_in).map(summary).collect();
    summaries.sort_unstable();
    summaries
}

#[tokio::test]
async fn no_statement_tells_a_known_email_from_an_unknown_one() {
    let (known, unknown) = (
        statements("ada%40example.com").await,
        statements("eve%40example.com").await,
    );
    // By device, failures, count, person; held back, by device and failures.
    assert_eq!(known.len(), 6, "{known:?}");
    assert_eq!(known, unknown);
}
