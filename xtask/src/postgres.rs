//! A temporary `PostgreSQL` for tests: a cluster in a temporary folder that listens on a socket and, with TLS by a temporary
//! certificate authority, on loopback. Dropping it removes everything.

use crate::Done;
use crate::process::{output, target};
use crate::system::{certificates, install};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A running cluster. Dropping it stops and removes the cluster.
pub struct Postgres {
    folder: PathBuf,
    bin: PathBuf,
    user: Option<&'static str>,
}

/// The addresses of a `PostgreSQL` for the tests.
pub struct Addresses {
    /// Through a socket.
    pub url: String,
    /// Over TCP with verified TLS; `None` if `TEST_POSTGRES_URL` is set and `TEST_POSTGRES_TLS_URL` is not.
    pub tls_url: Option<String>,
}

/// Uses `TEST_POSTGRES_URL` and `TEST_POSTGRES_TLS_URL` if they are set; otherwise starts a cluster.
pub fn start() -> Done<(Addresses, Option<Postgres>)> {
    // Most tests do not kill the database, so commits need not wait for the disk.
    start_with("fsync=off")
}

/// The same, but commits wait for the disk.
pub fn start_durable() -> Done<(Addresses, Option<Postgres>)> {
    start_with("fsync=on")
}

fn start_with(setting: &str) -> Done<(Addresses, Option<Postgres>)> {
    if let Ok(url) = std::env::var("TEST_POSTGRES_URL") {
        return Ok((
            Addresses {
                url,
                tls_url: std::env::var("TEST_POSTGRES_TLS_URL").ok(),
            },
            None,
        ));
    }
    let bin = if let Some(bin) = binaries() {
        bin
    } else {
        install("PostgreSQL", &["postgresql"])?;
        binaries()
            .ok_or("PostgreSQL was installed, but its server is not under /usr/lib/postgresql")?
    };
    println!("\n== starting a throw-away PostgreSQL");
    // The server refuses to run as root; Debian's package creates a user for it.
    let root = output(Command::new("id").arg("-u"))?.trim() == "0";
    let user = root.then_some("postgres");
    // The path of a socket must be short, so the folder is in the system's temporary folder.
    let folder = std::env::temp_dir().join(format!("perch-pg-{}", std::process::id()));
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(failed)?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).map_err(failed)?;
    std::fs::create_dir_all(target()).map_err(failed)?;
    let port = free_port().map_err(failed)?;
    let at = folder.display().to_string();
    let tls_url = Some(format!(
        "postgres://perch@localhost:{port}/postgres?sslmode=verify-full&sslrootcert={at}/ca.pem"
    ));
    let addresses = Addresses {
        url: format!("postgres://perch@localhost:{port}/postgres?host={at}"),
        tls_url,
    };
    let postgres = Postgres { folder, bin, user };
    let data = postgres.folder.join("data");
    postgres.run(
        "initdb",
        &[
            "--auth=trust",
            "--username=perch",
            "--encoding=UTF8",
            "--no-sync",
            "-D",
        ],
        &data,
    )?;
    postgres.certify()?;
    let options = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='{at}' -c {setting} -c max_connections=300 \
         -c ssl=on -c ssl_cert_file='{at}/server.pem' -c ssl_key_file='{at}/server.key'"
    );
    let log = postgres.folder.join("log");
    postgres.run(
        "pg_ctl",
        &[
            "start",
            "-w",
            "-s",
            "-l",
            &log.display().to_string(),
            "-o",
            &options,
            "-D",
        ],
        &data,
    )?;
    Ok((addresses, Some(postgres)))
}

/// A free port on loopback.
fn free_port() -> std::io::Result<u16> {
    std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()
        .map(|addr| addr.port())
}

fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<_> = versions
        .flatten()
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("pg_ctl").exists())
        .collect();
    found.sort();
    found.pop()
}

impl Postgres {
    /// Makes a certificate authority and a certificate for localhost.
    fn certify(&self) -> Done {
        certificates()?;
        let openssl = |arguments: &str| {
            output(
                Command::new("openssl")
                    .args(arguments.split(' '))
                    .current_dir(&self.folder),
            )
            .map(drop)
        };
        openssl(
            "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=perch-tests -addext basicConstraints=critical,CA:TRUE",
        )?;
        openssl(
            "req -newkey rsa:2048 -nodes -keyout server.key -out server.csr -subj /CN=localhost",
        )?;
        let names = self.folder.join("names");
        std::fs::write(
            &names,
            "subjectAltName=DNS:localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n",
        )
        .map_err(|error| error.to_string())?;
        openssl(
            "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names",
        )?;
        // The server only accepts a key file that its own user owns.
        match self.user {
            Some(user) => output(
                Command::new("chown")
                    .arg(user)
                    .arg(self.folder.join("server.key")),
            )
            .map(drop),
            None => Ok(()),
        }
    }

    fn run(&self, program: &str, arguments: &[&str], data: &Path) -> Done {
        let program = self.bin.join(program);
        let mut command = match self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command
                    .args([
                        &format!("--reuid={user}"),
                        &format!("--regid={user}"),
                        "--clear-groups",
                        "--",
                    ])
                    .arg(program);
                command
            }
            None => Command::new(program),
        };
        output(command.args(arguments).arg(data).current_dir(&self.folder)).map(drop)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(error) = self.run(
            "pg_ctl",
            &["stop", "-s", "-m", "immediate", "-D"],
            &self.folder.join("data"),
        ) {
            eprintln!("the throw-away PostgreSQL could not be stopped: {error}");
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
