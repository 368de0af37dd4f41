//! `POST /embed/session` with short and long lists, compared with an answer that needs no work. All servers run at the same time on
//! one core, and rounds alternate between them.

use super::{REPORT, ROUNDS, Server, load, report};
use crate::process::{is_installed, output};
use crate::{Done, system};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

const ORIGIN: &str = "https://app.example";

/// The numbers of origins and revocations of an organization.
const SIZES: [(usize, usize); 4] = [(1, 1), (1_000, 1), (1, 1_000), (1, 100_000)];

pub fn measure(folder: &Path) -> Done {
    if !is_installed("python3") {
        system::install("Python", &["python3"])?;
    }
    let mut servers = Vec::new();
    for (origins, revocations) in SIZES {
        let data = folder.join(format!("verify-{origins}-{revocations}"));
        let server = Server::start(&data)?;
        let key = Server::furnish(&data)?;
        grow(&data, origins, revocations)?;
        let script = script(&server, &key, &data)?;
        servers.push((server, script, origins, revocations));
    }
    println!("\n== opening tokens, 16 connections, median of {ROUNDS} rounds (least to most)");
    let plain = folder.join("get.lua");
    let mut hello = Vec::new();
    let mut rates: Vec<Vec<[f64; 3]>> = vec![Vec::new(); servers.len()];
    for round in 0..=ROUNDS {
        let answered = servers
            .first()
            .map(|(server, ..)| load(&server.url("/healthz"), &plain, 16))
            .transpose()?;
        if round > 0 {
            hello.extend(answered.map(|[rate, ..]| rate));
        }
        for ((server, script, ..), rates) in servers.iter().zip(&mut rates) {
            let measured = load(&server.url("/embed/session"), script, 16)?;
            if round > 0 {
                rates.push(measured);
            }
        }
    }
    report("hello: requests/s", &hello);
    for ((_, _, origins, revocations), rates) in servers.iter().zip(&rates) {
        let name = format!("{origins} origins, {revocations} revocations");
        report(
            &format!("{name}: requests/s"),
            &rates.iter().map(|[rate, ..]| *rate).collect::<Vec<_>>(),
        );
        report(
            &format!("{name}: p99, ms"),
            &rates.iter().map(|[.., p99]| *p99).collect::<Vec<_>>(),
        );
    }
    for (server, _, origins, revocations) in &servers {
        println!(
            "{:>10}  KiB resident with {origins} origins, {revocations} revocations",
            server.resident().unwrap_or_default()
        );
    }
    Ok(())
}

/// Adds rows to the server's database directly and raises the generation, so that the server reads them.
fn grow(data: &Path, origins: usize, revocations: usize) -> Done {
    const FILL: &str = "import sqlite3,sys,time,uuid\n\
        db=sqlite3.connect(sys.argv[1],timeout=30); origins,revocations=int(sys.argv[2]),int(sys.argv[3])\n\
        org=db.execute('SELECT id FROM organization').fetchone()[0]; now=int(time.time()*1000)\n\
        db.execute('UPDATE generation SET value=value+1'); generation=db.execute('SELECT value FROM generation').fetchone()[0]\n\
        db.executemany('INSERT INTO origin (id,organization_id,canonical,changed_at,changed_by) VALUES (?,?,?,?,?)', [(uuid.uuid4().bytes,org,f'https://site-{n}.example.com',now,'bench') for n in range(origins-1)])\n\
        db.executemany('INSERT INTO revocation (id,organization_id,token_id,cut_off,created_at,expires_at,generation) VALUES (?,?,?,?,?,?,?)', [(uuid.uuid4().bytes,org,uuid.uuid4().bytes,now,now,now+86400000,generation) for n in range(revocations)])\n\
        db.commit()";
    let counts = [origins.to_string(), revocations.to_string()];
    output(
        Command::new("python3")
            .args(["-c", FILL])
            .arg(data.join("perch.sqlite3"))
            .args(counts),
    )
    .map(drop)
}

/// A script for the load generator with a token of this server. Opens the token once, which proves that the server has read the
/// origins.
pub(super) fn script(server: &Server, key: &str, data: &Path) -> Done<PathBuf> {
    let minted = server.post(
        "/embed/generate-token",
        &[("x-api-key", key), ("content-type", "application/json")],
        super::BODY,
    )?;
    let token = minted
        .split("\"token\":\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .ok_or(format!("no token in {minted}"))?;
    let bearer = format!("Bearer {token}");
    let opened = server.post(
        "/embed/session",
        &[("authorization", &bearer), ("origin", ORIGIN)],
        "",
    )?;
    if !opened.contains("distinctId") {
        return Err(format!("the token was not opened: {opened}"));
    }
    let path = data.join("verify.lua");
    let lua = format!(
        "wrk.method = 'POST'\nwrk.headers['authorization'] = '{bearer}'\nwrk.headers['origin'] = '{ORIGIN}'\n{REPORT}"
    );
    std::fs::write(&path, lua).map_err(|error| error.to_string())?;
    Ok(path)
}

impl Server {
    /// Sends one request and returns the answer, whatever its status.
    fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Done<String> {
        let failed = |error: std::io::Error| format!("{path}: {error}");
        let mut connection = TcpStream::connect(&self.address).map_err(failed)?;
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect::<Vec<_>>()
            .concat();
        let length = body.len();
        write!(connection, "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}", self.address)
            .map_err(failed)?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer).map_err(failed)?;
        Ok(answer)
    }
}
