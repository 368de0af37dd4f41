//! A `perch serve` in a folder of its own.

use crate::http::{Answer, Connection};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

pub const ORIGIN: &str = "https://app.example";
pub const BODY: &str = r#"{"user":{"distinctId":"user-1","role":"explorer"}}"#;
const PASSWORD: &str = "correct horse battery";

/// Where an installation is, whether or not it runs.
#[derive(Clone)]
pub struct Installation {
    folder: Arc<TempDir>,
    database: Option<String>,
}

/// A running server; it is killed when it is dropped.
pub struct Running {
    child: Child,
    pub address: String,
    /// From its start to its first answer.
    pub took: Duration,
}

fn binary() -> PathBuf {
    std::env::var_os("PERCH_BINARY")
        .map_or_else(|| env!("CARGO_BIN_EXE_perch").into(), PathBuf::from)
}

impl Installation {
    pub fn new(database: Option<String>) -> Self {
        Self {
            folder: Arc::new(tempfile::tempdir().unwrap()),
            database,
        }
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("data/perch.sqlite3")
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new(binary());
        command
            .args(arguments.split(' '))
            .current_dir(self.folder.path())
            .kill_on_drop(true);
        command
            .env("PERCH_DATA_DIR", self.folder.path().join("data"))
            .env("PERCH_ADDR", "127.0.0.1:0")
            .env("PERCH_LOG", "off");
        command
            .env("NO_PROXY", "*")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        if let Some(url) = &self.database {
            command.env("PERCH_DATABASE_URL", url);
        }
        command
    }

    /// Starts the server and waits for its first answer.
    pub async fn start(&self) -> Running {
        let begun = Instant::now();
        let mut child = self.command("serve").spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines
            .next_line()
            .await
            .unwrap()
            .expect("the server stopped before it listened");
        let address = line
            .strip_prefix("listening on http://")
            .unwrap_or_else(|| panic!("the server said {line:?}"))
            .to_owned();
        let mut running = Running {
            child,
            address,
            took: Duration::ZERO,
        };
        assert_eq!(running.connect().await.get("/healthz").await.status, 200);
        running.took = begun.elapsed();
        running
    }

    /// Starts an installation for the first time, with an admin, an origin and a key.
    pub async fn furnished(&self) -> (Running, String) {
        let running = self.start().await;
        let mut admin = self
            .command("admin create --email ada@example.com --name Ada")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        admin
            .stdin
            .take()
            .unwrap()
            .write_all(format!("{PASSWORD}\n").as_bytes())
            .await
            .unwrap();
        assert!(admin.wait().await.unwrap().success());
        assert!(
            self.command(&format!("origin add {ORIGIN}"))
                .output()
                .await
                .unwrap()
                .status
                .success()
        );
        let made = self
            .command("key create --name Production")
            .output()
            .await
            .unwrap();
        let key = String::from_utf8(made.stdout)
            .unwrap()
            .lines()
            .last()
            .unwrap()
            .to_owned();
        (running, key)
    }
}

impl Running {
    pub async fn connect(&self) -> Connection {
        Connection::to(&self.address).await.unwrap()
    }

    /// A token, and its id.
    pub async fn mint(&self, key: &str, body: &str) -> Answer {
        let mut connection = self.connect().await;
        connection.mint(key, body).await.unwrap()
    }

    /// SIGKILL, and its end.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Resident memory now and the most it ever was, KiB.
    pub fn memory(&self) -> (u64, u64) {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let figure = |name: &str| {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .unwrap();
            line.split_whitespace().next().unwrap().parse().unwrap()
        };
        (figure("VmRSS:"), figure("VmHWM:"))
    }
}
