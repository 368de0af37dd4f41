//! The command line. Commands call the same service functions as the console and REST; each fails with one clear line.

mod arguments;
mod commands;
mod operator;
mod outcome;
mod password;
mod people;
mod serve;

use crate::config::Config;
use crate::telemetry;
use arguments::{Cli, Command};
use clap::Parser;
use outcome::Outcome;
use std::process::ExitCode;

/// Runs the process.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.json;
    let outcome = run(cli);
    match outcome {
        Ok(said) => {
            if json {
                println!("{}", said.value);
            } else if !said.line.is_empty() {
                println!("{}", said.line);
            }
            ExitCode::SUCCESS
        }
        Err(fault) if json => {
            eprintln!("{}", serde_json::json!({ "error": fault.to_string() }));
            ExitCode::FAILURE
        }
        Err(fault) => {
            eprintln!("perch: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Outcome {
    let config = Config::from_environment()?;
    telemetry::log(&config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => serve::serve(&config).await,
            other => commands::run(&config, other, cli.org, cli.json).await,
        }
    })
}
