//! A throw-away `PostgreSQL`: its own cluster in a temporary folder, on a socket, gone afterwards.

use crate::Done;
use crate::process::{output, target};
use crate::system::install;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A running cluster; dropping it stops and removes it.
pub struct Postgres {
    folder: PathBuf,
    bin: PathBuf,
    user: Option<&'static str>,
    pub url: String,
}

/// The address of a `PostgreSQL` for the tests: `TEST_POSTGRES_URL`, or one that is started for them.
pub fn start() -> Done<(String, Option<Postgres>)> {
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        return Ok((url, None));
    }
    let bin = if let Some(bin) = binaries() {
        bin
    } else {
        install("PostgreSQL", &["postgresql"])?;
        binaries().ok_or("PostgreSQL was installed, but its server is not under /usr/lib/postgresql")?
    };
    println!("\n== starting a throw-away PostgreSQL");
    // The server refuses to run as root; Debian's package brings a user for it.
    let root = output(Command::new("id").arg("-u"))?.trim() == "0";
    let user = root.then_some("postgres");
    // A socket's path is short, so the folder is in the system's temporary one.
    let folder = std::env::temp_dir().join(format!("perch-pg-{}", std::process::id()));
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(failed)?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).map_err(failed)?;
    std::fs::create_dir_all(target()).map_err(failed)?;
    let url = format!("postgres://perch@localhost/postgres?host={}", folder.display());
    let postgres = Postgres { folder, bin, user, url };
    let data = postgres.folder.join("data");
    postgres.run("initdb", &["--auth=trust", "--username=perch", "--encoding=UTF8", "--no-sync", "-D"], &data)?;
    // Tests of durability are SQLite's; here speed matters more than power cuts.
    let options = format!("-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c max_connections=300", postgres.folder.display());
    let log = postgres.folder.join("log");
    postgres.run("pg_ctl", &["start", "-w", "-s", "-l", &log.display().to_string(), "-o", &options, "-D"], &data)?;
    Ok((postgres.url.clone(), Some(postgres)))
}

fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<_> = versions.flatten().map(|version| version.path().join("bin")).filter(|bin| bin.join("pg_ctl").exists()).collect();
    found.sort();
    found.pop()
}

impl Postgres {
    fn run(&self, program: &str, arguments: &[&str], data: &Path) -> Done {
        let program = self.bin.join(program);
        let mut command = match self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command.args([&format!("--reuid={user}"), &format!("--regid={user}"), "--clear-groups", "--"]).arg(program);
                command
            }
            None => Command::new(program),
        };
        output(command.args(arguments).arg(data).current_dir(&self.folder)).map(drop)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(fault) = self.run("pg_ctl", &["stop", "-s", "-m", "immediate", "-D"], &self.folder.join("data")) {
            eprintln!("the throw-away PostgreSQL could not be stopped: {fault}");
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
