//! The binary itself: its commands, its one line on failure, a running server that sees what they change.

use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

pub fn perch(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_perch"))
        .args(arguments)
        .env("PERCH_DATA_DIR", folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A server on a port of its own; ended when dropped.
pub struct Running(Child, pub String);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn serve(folder: &Path) -> Running {
    use std::io::BufRead;
    let mut child = Command::new(env!("CARGO_BIN_EXE_perch"))
        .arg("serve")
        .env("PERCH_DATA_DIR", folder)
        .env("PERCH_ADDR", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines
        .next()
        .unwrap()
        .unwrap()
        .strip_prefix("listening on http://")
        .unwrap()
        .to_owned();
    let link = lines.next().map(|line| line.unwrap());
    if let Some(file) = link
        .as_deref()
        .and_then(|line| line.strip_prefix("the setup link is in "))
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(
            std::fs::read_to_string(file)
                .unwrap()
                .starts_with(&format!("http://{address}/setup/"))
        );
    }
    Running(child, address)
}

/// One HTTP exchange, by hand; `more` are further header lines.
pub fn post(address: &str, path: &str, headers: &str, body: &str) -> String {
    use std::io::Read;
    let mut connection = std::net::TcpStream::connect(address).unwrap();
    write!(
        connection,
        "POST {path} HTTP/1.1\r\nHost: {address}\r\n{headers}content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn only_serve_makes_a_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for command in [
        vec!["doctor"],
        vec!["setup-link"],
        vec!["key", "create", "--name", "x"],
        vec!["origin", "add", "https://a.test"],
        vec!["attribute", "add", "a", "String"],
    ] {
        let refused = perch(&data, &command, "");
        assert!(!refused.status.success(), "{command:?}");
        let said = text(&refused.stderr);
        assert!(
            said.starts_with("perch: there is no Perch data in") && said.lines().count() == 1,
            "{command:?}: {said}"
        );
        assert!(!data.exists());
    }
    assert!(
        text(&perch(&data, &["openapi"], "").stdout).contains("/embed/generate-token"),
        "needs no data"
    );
}

#[tokio::test]
async fn a_running_server_sees_what_commands_change() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let server = serve(&data);
    assert!(
        json(&perch(&data, &["setup-link", "--json"], ""))["link"]
            .as_str()
            .unwrap()
            .contains("/setup/")
    );
    let added = json(&perch(
        &data,
        &[
            "admin",
            "create",
            "--email",
            "Ada@Example.com",
            "--name",
            "Ada",
            "--json",
        ],
        "correct horse battery\n",
    ));
    assert_eq!(
        (
            added["email"].as_str(),
            added["role"].as_str(),
            added["organization"].as_str()
        ),
        (
            Some("ada@example.com"),
            Some("admin"),
            Some("My organization")
        )
    );
    assert!(text(&perch(&data, &["setup-link"], "").stderr).contains("an admin exists already"));
    assert!(
        json(&perch(
            &data,
            &["setup-link", "--email", "ada@example.com", "--json"],
            ""
        ))["link"]
            .as_str()
            .unwrap()
            .contains("/sign-in/link/")
    );
    assert!(
        perch(&data, &["origin", "add", "https://app.example/"], "")
            .status
            .success()
    );
    assert!(
        perch(
            &data,
            &["attribute", "add", "tags", "String", "--list", "--required"],
            ""
        )
        .status
        .success()
    );
    let made = perch(&data, &["key", "create", "--name", "bench"], "");
    let key = text(&made.stdout).lines().last().unwrap().to_owned();
    assert!(key.starts_with("perch_sk_"));
    let body = r#"{"user":{"distinctId":"u","role":"explorer","attributes":{"tags":["a"]}}}"#;
    let minted = post(
        &server.1,
        "/embed/generate-token",
        &format!("x-api-key: {key}\r\n"),
        body,
    );
    assert!(minted.starts_with("HTTP/1.1 200"), "{minted}");
    let findings = json(&perch(&data, &["doctor", "--json"], ""));
    assert!(
        findings
            .as_array()
            .unwrap()
            .iter()
            .all(|finding| finding["good"] == true),
        "{findings}"
    );
    // What is done over a connection is in the audit log with who opened it.
    let other = text(&perch(&data, &["key", "create", "--name", "other"], "").stdout)
        .lines()
        .last()
        .unwrap()
        .to_owned();
    for (path, key) in [("/embed/generate-token", key), ("/embed/session", other)] {
        let headers = format!("authorization: Bearer {key}\r\norigin: https://page.test\r\n");
        assert!(
            post(&server.1, path, &headers, body).contains("API_KEY_IN_BROWSER"),
            "{path}"
        );
    }
    let database = sqlx::SqlitePool::connect(&format!(
        "sqlite://{}",
        data.join("perch.sqlite3").display()
    ))
    .await
    .unwrap();
    let addresses: Vec<String> =
        sqlx::query_scalar("SELECT address FROM audit WHERE action = 'api_key.exposed'")
            .fetch_all(&database)
            .await
            .unwrap();
    assert_eq!(addresses, ["127.0.0.1", "127.0.0.1"]);
}

#[test]
fn every_failure_is_one_clear_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    drop(serve(&data));
    let said = |arguments: &[&str], input: &str| {
        let output = perch(&data, arguments, input);
        assert!(!output.status.success(), "{arguments:?}");
        text(&output.stderr).trim().to_owned()
    };
    assert!(said(&["key", "create", "--name", "x"], "").contains("there is no organization yet"));
    assert!(
        said(
            &["admin", "create", "--email", "a@b.test", "--name", "Ada"],
            "short\n"
        )
        .contains("at least 12 characters")
    );
    assert!(
        said(
            &[
                "admin", "create", "--email", "a@b.test", "--name", "Ada", "--role", "king"
            ],
            "correct horse battery\n"
        )
        .contains("admin, maker or explorer")
    );
    assert!(
        perch(
            &data,
            &["admin", "create", "--email", "a@b.test", "--name", "Ada"],
            "correct horse battery\n"
        )
        .status
        .success()
    );
    assert!(
        said(
            &["admin", "create", "--email", "a@b.test", "--name", "Ada"],
            "correct horse battery\n"
        )
        .contains("already signs in with this email")
    );
    assert!(said(&["origin", "add", "http://example.com"], "").contains("use https://example.com"));
    assert!(
        perch(&data, &["origin", "add", "https://example.com"], "")
            .status
            .success()
    );
    assert!(said(&["origin", "add", "https://EXAMPLE.com/"], "").contains("already listed"));
    assert!(said(&["attribute", "add", "role", "String"], "").contains("meaning of its own"));
    assert!(said(&["attribute", "add", "a", "Text"], "").contains("String, Integer"));
    assert!(
        said(&["key", "create", "--name", "x", "--as", "eve@b.test"], "").contains("eve@b.test")
    );
    let wrong = Command::new(env!("CARGO_BIN_EXE_perch"))
        .env("PERCH_ADDR", "nonsense")
        .output()
        .unwrap();
    assert_eq!(
        text(&wrong.stderr).trim(),
        "perch: PERCH_ADDR is \"nonsense\"; it must be an address and a port, such as 127.0.0.1:3000"
    );
}
