//! The settings page with few and with many rows: server time and size of the page.

use super::{ROUNDS, Server, load, report};
use crate::process::{is_installed, output};
use crate::{Done, system};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A name, then the numbers of origins, attributes, keys and personas.
const AMOUNTS: [(&str, [usize; 4]); 3] = [
    ("10 of each", [10; 4]),
    ("20 origins, 20 attributes", [20, 20, 5, 3]),
    (
        "500 origins, 200 attributes, 50 keys, 30 personas",
        [500, 200, 50, 30],
    ),
];
const PATH: &str = "/settings/embed";

pub fn measure(folder: &Path) -> Done {
    if !is_installed("curl") {
        system::install("curl", &["curl"])?;
    }
    println!(
        "\n== Settings > Embed & access, 1 connection: server time in ms, median of {ROUNDS} rounds (least to most)"
    );
    let mut pages = Vec::new();
    for (name, amounts) in AMOUNTS {
        let data = folder.join(format!("page-{}", amounts.iter().sum::<usize>()));
        let server = Server::start(&data)?;
        Server::furnish(&data)?;
        let (script, cookie) = script(&server, &data, amounts)?;
        let html = output(Command::new("curl").args([
            "--silent",
            "--fail",
            "--cookie",
            &cookie,
            &server.url(PATH),
        ]))?;
        pages.push((name, server, script, html.len()));
    }
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); pages.len()];
    for round in 0..=ROUNDS {
        for ((_, server, script, _), times) in pages.iter().zip(&mut times) {
            let [_, p50, _] = load(&server.url(PATH), script, 1)?;
            if round > 0 {
                times.push(p50);
            }
        }
    }
    for ((name, _, _, bytes), times) in pages.iter().zip(&times) {
        report(&format!("{name}: p50"), times);
        println!("{bytes:>10}  {name}: bytes of HTML");
    }
    Ok(())
}

/// Fills an organization and signs in. Returns a script for the load generator that requests the page, and its cookie.
pub(super) fn script(server: &Server, data: &Path, amounts: [usize; 4]) -> Done<(PathBuf, String)> {
    let cookie = furnish(server, data, amounts)?;
    let script = data.join("page.lua");
    std::fs::write(
        &script,
        format!("wrk.headers['cookie'] = '{cookie}'\n{}", super::REPORT),
    )
    .map_err(|error| error.to_string())?;
    Ok((script, cookie))
}

/// Fills an organization, signs in, and returns the cookie.
fn furnish(
    server: &Server,
    data: &Path,
    [origins, attributes, keys, personas]: [usize; 4],
) -> Done<String> {
    let jar = data.join("cookies");
    let jar = jar.to_string_lossy();
    let curl = |path: &str, parts: &[&str]| {
        let mut command = Command::new("curl");
        command.args([
            "--silent",
            "--show-error",
            "--fail",
            "--output",
            "/dev/null",
            "--cookie",
            &jar,
            "--cookie-jar",
            &jar,
            "--header",
            "sec-fetch-site: same-origin",
        ]);
        output(command.args(parts).arg(server.url(path))).map(drop)
    };
    let form = |path: &str, fields: &[(String, String)]| {
        let encoded: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let parts: Vec<&str> = encoded
            .iter()
            .flat_map(|field| ["--data-urlencode", field.as_str()])
            .collect();
        curl(path, &parts)
    };
    let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    form(
        "/sign-in",
        &[
            field("email", "bench@example.com"),
            field("password", "a password for the bench"),
            field("next", PATH),
        ],
    )?;
    let rows = |list: &str, count: usize, row: &dyn Fn(usize) -> Vec<(String, String)>| {
        let rows = (0..count).flat_map(|at| {
            row(at)
                .into_iter()
                .map(move |(name, value)| (at, name, value))
        });
        let mut fields: Vec<_> = rows
            .map(|(at, name, value)| (format!("{list}[{at}].{name}"), value))
            .collect();
        fields.push(field("form", list));
        form(PATH, &fields)
    };
    // The commands have already added one origin and five attributes.
    rows("origins", origins.saturating_sub(1), &|at| {
        vec![
            field("origin", &format!("https://shop-{at}.example")),
            field("label", "Shop"),
        ]
    })?;
    rows("attributes", attributes.saturating_sub(5), &|at| {
        vec![
            field("name", &format!("attribute_{at}")),
            field("type", "String"),
            field("example", "North"),
        ]
    })?;
    for at in 1..keys {
        form(
            "/account/keys/new",
            &[field("name", &format!("Key {at}")), field("scopes", "mint")],
        )?;
    }
    for at in 0..personas {
        form(
            PATH,
            &[
                field("form", "sandbox"),
                field("intent", "persona-new"),
                field("persona_name", &format!("Persona {at}")),
                field("persona_shared", "yes"),
                field("distinctId", "viewer"),
            ],
        )?;
    }
    let jar = std::fs::read_to_string(&*jar).map_err(|error| error.to_string())?;
    // Netscape's cookie file: the last two of seven columns are the name and the value.
    let cookies = jar
        .lines()
        .filter_map(|line| Some((line.split('\t').nth(5)?, line.split('\t').nth(6)?)));
    Ok(cookies
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("; "))
}
