//! `bench against <binary>`: the processor time of a request, compared with another build of the server.
//!
//! Processor time is the user and system time of the server's process, divided by its requests. It depends far less on the load of
//! the machine than requests per second do. Both servers run on one core and the load generator on another; rounds alternate, and so
//! does the order of the two servers.

use super::{MINT, Server, binary, mint_script, page, pinned, report, run, verify};
use crate::Done;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const ROUNDS: usize = 15;
/// The requests of a round, two seconds each, with their numbers of connections.
const CELLS: [(&str, &str, u32); 3] = [
    ("mint", MINT, 16),
    ("session", "/embed/session", 16),
    ("settings page", "/settings/embed", 2),
];

struct Side {
    name: &'static str,
    server: Server,
    scripts: [PathBuf; 3],
}

pub fn measure(folder: &Path, other: &Path) -> Done {
    let sides = [
        side("this build", &binary(), folder)?,
        side("the other", other, folder)?,
    ];
    println!(
        "\n== processor time of a request, microseconds; median of {ROUNDS} rounds (least to most)"
    );
    let mut times: [[Vec<f64>; 2]; 3] = Default::default();
    for round in 0..=ROUNDS {
        for (cell, ((_, path, connections), times)) in CELLS.iter().zip(&mut times).enumerate() {
            let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
            for at in order {
                let (Some(side), Some(times)) = (sides.get(at), times.get_mut(at)) else {
                    continue;
                };
                let script = side.scripts.get(cell).ok_or("no script for the cell")?;
                let cost = cost(&side.server, path, script, *connections)?;
                // The first round is a warm-up.
                if round > 0 {
                    times.push(cost);
                }
            }
        }
    }
    for ((name, ..), [ours, theirs]) in CELLS.iter().zip(&times) {
        for (side, times) in sides.iter().zip([ours, theirs]) {
            report(&format!("{name}, {}", side.name), times);
        }
        let ratios: Vec<_> = ours
            .iter()
            .zip(theirs)
            .map(|(ours, theirs)| ours / theirs)
            .collect();
        report(&format!("{name}: this build over the other"), &ratios);
    }
    for side in &sides {
        flood(side)?;
    }
    Ok(())
}

/// Starts a build in its own folder, with the data that the three requests need.
fn side(name: &'static str, binary: &Path, folder: &Path) -> Done<Side> {
    let data = folder.join(name.replace(' ', "-"));
    let server = Server::start_as(binary, &data)?;
    let key = Server::furnish_as(binary, &data)?;
    let mint = mint_script(&key, &data)?;
    let session = verify::script(&server, &key, &data)?;
    let page = page::script(&server, &data, [20, 20, 5, 3])?.0;
    Ok(Side {
        name,
        server,
        scripts: [mint, session, page],
    })
}

/// Microseconds of processor time for one request.
fn cost(server: &Server, path: &str, script: &Path, connections: u32) -> Done<f64> {
    let before = server.processor_time()?;
    match run(&server.url(path), script, connections)? {
        [.., 0.0, requests] if requests > 0.0 => {
            Ok((server.processor_time()? - before) / requests * 1e6)
        }
        [.., errors, requests] => Err(format!("{path}: {errors} of {requests} requests failed")),
    }
}

/// Compares mints during a flood of sign-ins with mints without one.
fn flood(side: &Side) -> Done {
    let script = side.scripts.first().ok_or("no script")?;
    let flooding = script.with_file_name("flood.lua");
    let lua = "local n = 0\nwrk.method = 'POST'\nwrk.headers['content-type'] = 'application/x-www-form-urlencoded'\nwrk.headers['sec-fetch-site'] = 'same-origin'\n\
        delay = function() return 30 end\n\
        request = function() n = n + 1\n return wrk.format(nil, nil, nil, 'email=nobody-' .. n .. '%40example.com&password=wrong') end\n";
    std::fs::write(&flooding, lua).map_err(|error| error.to_string())?;
    let url = side.server.url(MINT);
    let (mut calm, mut flooded) = (Vec::new(), Vec::new());
    let mut failed = 0.0;
    for round in 0..=ROUNDS {
        let [_, _, alone, ..] = run(&url, script, 16)?;
        let flood = Flood::start(side, &flooding)?;
        let [_, _, beside, errors, _] = run(&url, script, 16)?;
        failed += errors;
        drop(flood);
        if round > 0 {
            calm.push(alone);
            flooded.push(beside);
        }
    }
    println!(
        "\n{failed:>10}  mints failed beside the flood, {}",
        side.name
    );
    report(&format!("mint p99, {}, ms", side.name), &calm);
    report(
        &format!("mint p99 beside a flood of sign-ins, {}, ms", side.name),
        &flooded,
    );
    report(
        &format!("with the flood over without, {}", side.name),
        &flooded
            .iter()
            .zip(&calm)
            .map(|(with, without)| with / without)
            .collect::<Vec<_>>(),
    );
    Ok(())
}

/// About a thousand sign-ins per second from one address. Dropping it ends the flood.
struct Flood(Child);

impl Flood {
    fn start(side: &Side, script: &Path) -> Done<Self> {
        let mut wrk: Command = pinned(1, "wrk");
        wrk.args(["-t1", "-c32", "-d60s", "-s"])
            .arg(script)
            .arg(side.server.url("/sign-in"));
        wrk.stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Self)
            .map_err(|error| format!("wrk cannot be started: {error}"))
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
