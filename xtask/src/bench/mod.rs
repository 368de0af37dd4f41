//! `bench`: measures the release binary and prints the figures; it asserts nothing. The load comes from `wrk`. With two cores, the
//! server and the load each have their own. Rounds alternate between the things compared, so a machine that slows down slows all.

mod against;
mod growth;
mod page;
mod verify;

use crate::process::{is_installed, now, output, root, target};
use crate::{Done, browser_files, system};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const ROUNDS: usize = 5;
const BODY: &str = r#"{"user":{"distinctId":"user-123456","role":"explorer","attributes":{"region":"North","department":"sales","location":"Paris","tier":3,"tags":["a","b","c"]}}}"#;

/// `bench`, `bench growth`, or `bench against <binary>` with another build of `perch`. `PERCH_BINARY` names a build to measure instead
/// of building one.
pub fn bench(arguments: &[String]) -> Done {
    enum What<'a> {
        Everything,
        Growth,
        Against(&'a Path),
    }
    let what = match arguments {
        [] => What::Everything,
        [growth] if growth == "growth" => What::Growth,
        [against, binary] if against == "against" => What::Against(Path::new(binary)),
        _ => {
            return Err(
                "run cargo xtask bench, bench growth, or bench against <binary>".to_owned(),
            );
        }
    };
    if std::env::var_os("PERCH_BINARY").is_none() {
        browser_files::release()?;
    }
    if !matches!(what, What::Growth) && !is_installed("wrk") {
        system::install("the load generator wrk", &["wrk"])?;
    }
    let folder = std::env::temp_dir().join(format!("perch-bench-{}", std::process::id()));
    let measured = match what {
        What::Everything => measure(&folder),
        What::Growth => growth::measure(&folder),
        What::Against(other) => against::measure(&folder, other),
    };
    let _ = std::fs::remove_dir_all(&folder);
    measured
}

fn measure(folder: &Path) -> Done {
    println!("\n== start to first answer, migrations included, ms (new folder each time)");
    let mut starts = Vec::new();
    for round in 0..ROUNDS {
        let begun = now();
        let server = Server::start(&folder.join(format!("cold-{round}")))?;
        server.get("/healthz")?;
        starts.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    report("cold start", &starts);

    let data = folder.join("load");
    let server = Server::start(&data)?;
    let key = Server::furnish(&data)?;
    let script = mint_script(&key, folder)?;
    let plain = folder.join("get.lua");
    std::fs::write(&plain, REPORT).map_err(|error| error.to_string())?;

    println!(
        "\n== requests a second, p50 and p99 in ms; median of {ROUNDS} rounds (least to most)"
    );
    let cells = [
        ("hello, 16 connections", "/healthz", &plain, 16),
        ("mint, 1 connection", MINT, &script, 1),
        ("mint, 16 connections", MINT, &script, 16),
        ("mint, 64 connections", MINT, &script, 64),
    ];
    let mut rates: Vec<Vec<[f64; 3]>> = vec![Vec::new(); cells.len()];
    for round in 0..=ROUNDS {
        for ((_, path, script, connections), rates) in cells.iter().zip(&mut rates) {
            let measured = load(&server.url(path), script, *connections)?;
            // The first round is a warm-up.
            if round > 0 {
                rates.push(measured);
            }
        }
    }
    for ((name, ..), rates) in cells.iter().zip(&rates) {
        report(
            &format!("{name}: requests/s"),
            &rates.iter().map(|[rate, ..]| *rate).collect::<Vec<_>>(),
        );
        report(
            &format!("{name}: p50"),
            &rates.iter().map(|[_, p50, _]| *p50).collect::<Vec<_>>(),
        );
        report(
            &format!("{name}: p99"),
            &rates.iter().map(|[.., p99]| *p99).collect::<Vec<_>>(),
        );
    }
    verify::measure(folder)?;
    page::measure(folder)?;
    println!(
        "\n== resident memory after the load, KiB\n{:>10}",
        server.resident().unwrap_or_default()
    );
    let binary = std::fs::metadata(binary())
        .map(|metadata| metadata.len())
        .unwrap_or_default();
    println!("\n== release binary, bytes\n{binary:>10}");
    Ok(())
}

/// A script for the load generator that mints with this key.
fn mint_script(key: &str, folder: &Path) -> Done<PathBuf> {
    let path = folder.join("mint.lua");
    let lua = format!(
        "wrk.method = 'POST'\nwrk.headers['content-type'] = 'application/json'\nwrk.headers['x-api-key'] = '{key}'\nwrk.body = '{BODY}'\n{REPORT}"
    );
    std::fs::write(&path, lua).map_err(|error| error.to_string())?;
    Ok(path)
}

const MINT: &str = "/embed/generate-token";
const REPORT: &str = "function done(sum, lat) io.write(string.format('RESULT %.0f %.3f %.3f %d %d\\n', sum.requests / sum.duration * 1e6, lat:percentile(50) / 1000, lat:percentile(99) / 1000, sum.errors.status + sum.errors.connect + sum.errors.read + sum.errors.write + sum.errors.timeout, sum.requests)) end\n";

fn binary() -> PathBuf {
    std::env::var_os("PERCH_BINARY").map_or_else(|| target().join("release/perch"), PathBuf::from)
}

/// Runs `wrk` for two seconds and returns rate, p50 and p99. Any failed request is an error.
fn load(url: &str, script: &Path, connections: u32) -> Done<[f64; 3]> {
    match run(url, script, connections)? {
        [rate, p50, p99, 0.0, _] => Ok([rate, p50, p99]),
        [.., errors, requests] => Err(format!("{errors} of {requests} requests failed")),
    }
}

/// Runs `wrk` for two seconds and returns rate, p50, p99, errors and requests.
fn run(url: &str, script: &Path, connections: u32) -> Done<[f64; 5]> {
    let text = output(
        pinned(1, "wrk")
            .args(["-t1", &format!("-c{connections}"), "-d2s", "-s"])
            .arg(script)
            .arg(url),
    )?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("RESULT "))
        .ok_or("wrk reported nothing")?;
    let numbers: Vec<f64> = line
        .split(' ')
        .filter_map(|number| number.parse().ok())
        .collect();
    numbers
        .try_into()
        .map_err(|_| format!("wrk reported {line}"))
}

/// A command pinned to one core, where the system allows it.
fn pinned(core: u32, program: impl AsRef<std::ffi::OsStr>) -> Command {
    if is_installed("taskset")
        && std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1)
    {
        let mut command = Command::new("taskset");
        command
            .arg("-c")
            .arg(core.to_string())
            .arg(program.as_ref());
        return command;
    }
    Command::new(program.as_ref())
}

fn report(what: &str, figures: &[f64]) {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default();
    println!(
        "{:>10.2}  {what} ({:.2} to {:.2})",
        at(sorted.len() / 2),
        at(0),
        at(sorted.len().saturating_sub(1))
    );
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(data: &Path) -> Done<Self> {
        Self::start_as(&binary(), data)
    }

    fn start_as(binary: &Path, data: &Path) -> Done<Self> {
        let mut child = pinned(0, binary)
            .arg("serve")
            .env("PERCH_DATA_DIR", data)
            .env("PERCH_ADDR", "127.0.0.1:0")
            .current_dir(root())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("the release binary cannot be started: {error}"))?;
        let line = child
            .stdout
            .take()
            .and_then(|out| BufReader::new(out).lines().next())
            .and_then(Result::ok)
            .unwrap_or_default();
        let address = line
            .strip_prefix("listening on http://")
            .ok_or(format!("the server said {line:?}"))?
            .to_owned();
        Ok(Self { child, address })
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends one request and waits for its answer.
    fn get(&self, path: &str) -> Done {
        let failed = |error: std::io::Error| format!("{path}: {error}");
        let mut connection = TcpStream::connect(&self.address).map_err(failed)?;
        connection
            .set_read_timeout(Some(Duration::from_secs(10)))
            .map_err(failed)?;
        write!(
            connection,
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address
        )
        .map_err(failed)?;
        let mut status = String::new();
        BufReader::new(connection)
            .read_line(&mut status)
            .map_err(failed)?;
        if status.starts_with("HTTP/1.1 200") {
            Ok(())
        } else {
            Err(format!("{path} answered {status}"))
        }
    }

    /// Adds an admin, an origin and the body's attributes by commands while the server runs. Returns an API key.
    fn furnish(data: &Path) -> Done<String> {
        Self::furnish_as(&binary(), data)
    }

    fn furnish_as(binary: &Path, data: &Path) -> Done<String> {
        let perch = |arguments: &str| {
            let mut command = Command::new(binary);
            command
                .args(arguments.split(' '))
                .env("PERCH_DATA_DIR", data);
            command
        };
        let mut admin = perch("admin create --email bench@example.com --name Bench")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        if let Some(mut input) = admin.stdin.take() {
            input
                .write_all(b"a password for the bench\n")
                .map_err(|error| error.to_string())?;
        }
        admin.wait().map_err(|error| error.to_string())?;
        for arguments in [
            "origin add https://app.example",
            "attribute add region String",
            "attribute add department String",
            "attribute add location String",
            "attribute add tier Integer",
            "attribute add tags String --list",
        ] {
            output(&mut perch(arguments))?;
        }
        output(&mut perch("key create --name bench"))
            .map(|text| text.lines().last().unwrap_or_default().to_owned())
    }

    /// Seconds of processor time of all threads, including ended ones, in steps of a hundredth.
    fn processor_time(&self) -> Done<f64> {
        let path = format!("/proc/{}/stat", self.child.id());
        let stat = std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
        // After the name in brackets, user time is the twelfth field and system time the thirteenth, in hundredths of a second.
        let fields = stat
            .rsplit_once(')')
            .map_or("", |(_, fields)| fields)
            .split_whitespace();
        Ok(fields
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<f64>().ok())
            .sum::<f64>()
            / 100.0)
    }

    fn resident(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))?
            .split_whitespace()
            .next()?
            .parse()
            .ok()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
