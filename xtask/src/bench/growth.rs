//! `bench growth`: what requests, commands, a start and memory cost as an installation grows.
//!
//! Every size is an installation of its own. A round starts the server of each size in turn, so only one server runs at a time
//! and a machine that slows down slows all sizes.

mod connection;
mod installation;
mod table;

use super::{BODY, MINT, Server, binary};
use crate::Done;
use crate::process::{is_installed, now, output};
use crate::system;
use connection::Connection;
use installation::Installation;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const ROUNDS: usize = 7;
const ORIGIN: &str = "https://app.example";
/// A round repeats a request until it has this many samples or has taken this long.
const MAX_REQUESTS: usize = 200;
/// The same for what changes the configuration, which each repetition makes larger.
const MAX_CHANGES: usize = 20;
const MIN_SAMPLES: usize = 3;
const MAX_SAMPLING: Duration = Duration::from_millis(300);
/// How long to wait for a server to become ready.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// What an installation contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    keys: usize,
    organizations: usize,
    records: usize,
}

/// The first size is the one that the others are compared with.
const SIZES: [Size; 8] = [
    size(10, 1, 100),
    size(10_000, 1, 100),
    size(100_000, 1, 100),
    size(10, 1_000, 100),
    size(10_000, 1_000, 100),
    size(100_000, 1_000, 100),
    size(10, 1, 1_000_000),
    size(100_000, 1_000, 1_000_000),
];

const fn size(keys: usize, organizations: usize, records: usize) -> Size {
    Size {
        keys,
        organizations,
        records,
    }
}

/// What a round measures of a size. Times are milliseconds, memory is MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    Mint,
    Session,
    Revocation,
    /// A change in the console.
    Save,
    /// `perch origin add`.
    OriginCommand,
    /// `perch key create`.
    KeyCommand,
    /// The first mint with the key that the command created.
    FirstMint,
    Start,
    MemoryAtStart,
    Memory,
}

const MEASURES: [(Measure, &str); 10] = [
    (Measure::Mint, "mint, ms"),
    (Measure::Session, "session, ms"),
    (Measure::Revocation, "revocation, ms"),
    (Measure::Save, "save in the console, ms"),
    (Measure::OriginCommand, "perch origin add, ms"),
    (Measure::KeyCommand, "perch key create, ms"),
    (Measure::FirstMint, "first mint of that key, ms"),
    (Measure::Start, "start to ready, ms"),
    (Measure::MemoryAtStart, "memory when ready, MiB"),
    (Measure::Memory, "memory afterwards, MiB"),
];

/// One figure for each measure, in the order of [`MEASURES`].
type Figures = [f64; MEASURES.len()];

pub fn measure(folder: &Path) -> Done {
    for (program, package) in [("curl", "curl"), ("python3", "python3")] {
        if !is_installed(program) {
            system::install(program, &[package])?;
        }
    }
    println!("\n== filling {} installations", SIZES.len());
    let installations = SIZES
        .iter()
        .map(|size| Installation::fill(folder, *size))
        .collect::<Done<Vec<_>>>()?;
    let mut rounds: Vec<Vec<Figures>> = Vec::new();
    for round in 0..ROUNDS {
        println!("-- round {} of {ROUNDS}", round + 1);
        rounds.push(
            installations
                .iter()
                .zip(SIZES)
                .map(|(installation, size)| {
                    figures(installation, round).map_err(|error| format!("{size:?}: {error}"))
                })
                .collect::<Done<_>>()?,
        );
    }
    table::print(&rounds);
    Ok(())
}

/// One round of one size.
fn figures(installation: &Installation, round: usize) -> Done<Figures> {
    let begun = now();
    let server = Server::start(&installation.data)?;
    until_ready(&server, begun)?;
    let start = milliseconds(begun);
    let memory_at_start = mebibytes(&server);
    let connection = &mut Connection::open(&server.address)?;
    let mint = |connection: &mut Connection, key: &str| {
        let headers = [("x-api-key", key), ("content-type", "application/json")];
        connection.post(MINT, &headers, BODY)
    };
    // The first requests after a start prepare what later ones reuse.
    let (_, minted) = mint(connection, &installation.key)?;
    let bearer = format!("Bearer {}", member(&minted, "token")?);
    let session = |connection: &mut Connection| {
        let headers = [("authorization", bearer.as_str()), ("origin", ORIGIN)];
        connection.post("/embed/session", &headers, "")
    };
    session(connection)?;
    let mint_time = median_time(MAX_REQUESTS, || {
        mint(connection, &installation.key).map(|(time, _)| time)
    })?;
    let session_time = median_time(MAX_REQUESTS, || session(connection).map(|(time, _)| time))?;
    let revocation = median_time(MAX_CHANGES, || {
        let (_, minted) = mint(connection, &installation.key)?;
        let body = format!(r#"{{"tokenId":"{}"}}"#, member(&minted, "tokenId")?);
        let headers = [
            ("x-api-key", installation.key.as_str()),
            ("content-type", "application/json"),
        ];
        connection
            .post("/embed/revoke", &headers, &body)
            .map(|(time, _)| time)
    })?;
    let mut saved = 0;
    let save = median_time(MAX_CHANGES, || {
        saved += 1;
        let body = format!(
            "form=origins&origins%5B0%5D.origin=https%3A%2F%2Fsave-{round}-{saved}.example&origins%5B0%5D.label=Shop"
        );
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "text/html"),
            ("sec-fetch-site", "same-origin"),
            ("cookie", installation.cookie.as_str()),
        ];
        connection
            .post("/settings/embed", &headers, &body)
            .map(|(time, _)| time)
    })?;
    let origin = format!("https://command-{round}.example");
    let (origin_command, _) = command(installation, &["origin", "add", &origin])?;
    let name = format!("command {round}");
    let (key_command, created) = command(installation, &["key", "create", "--name", &name])?;
    let key = created.lines().last().unwrap_or_default();
    let (first_mint, _) = mint(connection, key)?;
    let memory = mebibytes(&server);
    Ok([
        mint_time,
        session_time,
        revocation,
        save,
        origin_command,
        key_command,
        first_mint,
        start,
        memory_at_start,
        memory,
    ])
}

fn until_ready(server: &Server, begun: Instant) -> Done {
    loop {
        match server.get("/readyz") {
            Err(error) if begun.elapsed() > START_TIMEOUT => return Err(error),
            Err(_) => {}
            Ok(()) => return Ok(()),
        }
    }
}

/// Runs a command beside the server: how long it took, and what it printed.
fn command(installation: &Installation, arguments: &[&str]) -> Done<(f64, String)> {
    let begun = now();
    let printed = output(
        Command::new(binary())
            .args(arguments)
            .args(["--org", &installation.organization])
            .env("PERCH_DATA_DIR", &installation.data),
    )?;
    Ok((milliseconds(begun), printed))
}

/// The median of several samples.
fn median_time(max_samples: usize, mut sample: impl FnMut() -> Done<f64>) -> Done<f64> {
    let begun = now();
    let mut samples = Vec::new();
    while samples.len() < MIN_SAMPLES
        || (samples.len() < max_samples && begun.elapsed() < MAX_SAMPLING)
    {
        samples.push(sample()?);
    }
    Ok(table::median(samples))
}

fn milliseconds(begun: Instant) -> f64 {
    begun.elapsed().as_secs_f64() * 1_000.0
}

fn mebibytes(server: &Server) -> f64 {
    let kibibytes = server.resident().unwrap_or_default();
    f64::from(u32::try_from(kibibytes).unwrap_or(u32::MAX)) / 1_024.0
}

/// A member of a JSON object, which must be text.
fn member(json: &str, name: &str) -> Done<String> {
    serde_json::from_str::<serde_json::Value>(json)
        .ok()
        .and_then(|value| value.get(name)?.as_str().map(str::to_owned))
        .ok_or_else(|| format!("no {name} in {json}"))
}
