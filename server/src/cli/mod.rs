//! The command line. Commands call the same service functions as the console and REST; each fails with one clear line.

mod commands;
mod password;
mod people;
mod serve;

use crate::config::Config;
use clap::{Args, Parser, Subcommand};
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Self-hosted embed & access: who may embed, who the viewers are, what they may see.
#[derive(Debug, Parser)]
#[command(name = "perch", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    /// The organization to act on, by name or id, where there are several.
    #[arg(long, global = true, value_name = "NAME")]
    org: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server (the default).
    Serve,
    /// Print a one-time link: for the first admin, or with --email for somebody locked out.
    SetupLink {
        #[arg(long)]
        email: Option<String>,
    },
    /// People who administer.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// API keys.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Authorized origins.
    Origin {
        #[command(subcommand)]
        command: OriginCommand,
    },
    /// Token attributes.
    Attribute {
        #[command(subcommand)]
        command: AttributeCommand,
    },
    /// Print the `OpenAPI` document.
    Openapi,
    /// Check what tokens depend on.
    Doctor,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Add a person. The password is asked for at a terminal; otherwise it is one line of standard input.
    Create(AdminCreate),
    /// Keep a person out. Their sign-ins, sign-in links, known devices and sandbox tokens end; their API keys are named.
    Deactivate {
        #[arg(long)]
        email: String,
        /// Revoke their API keys too, and with them every token of these keys.
        #[arg(long)]
        revoke_keys: bool,
    },
    /// Let a person in again. What ended does not come back.
    Reactivate {
        #[arg(long)]
        email: String,
    },
    /// Give a person another console role. It counts at once; the API keys of a new Explorer are named.
    Role {
        #[arg(long)]
        email: String,
        /// admin, maker or explorer.
        #[arg(long)]
        role: String,
        /// Revoke their API keys too, and with them every token of these keys.
        #[arg(long)]
        revoke_keys: bool,
    },
    /// Set a person's password, read as for create. Their sign-ins, sign-in links and known devices end.
    Password {
        #[arg(long)]
        email: String,
    },
}

#[derive(Debug, Args)]
struct AdminCreate {
    #[arg(long)]
    email: String,
    #[arg(long)]
    name: String,
    /// admin, maker or explorer.
    #[arg(long, default_value = "admin")]
    role: String,
    /// Name of the organization, if this makes the first one.
    #[arg(long, default_value = "My organization")]
    organization: String,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Make a key and print its secret, once, on the last line.
    Create {
        #[arg(long)]
        name: String,
        /// Whose key it is; the oldest active admin's otherwise.
        #[arg(long = "as", value_name = "EMAIL")]
        owner: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum OriginCommand {
    /// Authorize a site, as Development.
    Add { url: String },
}

#[derive(Debug, Subcommand)]
enum AttributeCommand {
    /// Declare an attribute: String, Integer, Numeric, Boolean or Date.
    Add {
        name: String,
        #[arg(value_name = "TYPE")]
        kind: String,
        /// Its value is a list of that type.
        #[arg(long)]
        list: bool,
        /// Every token must carry it.
        #[arg(long)]
        required: bool,
    },
}

/// What a command says when it is done: a line for people, a value for programs.
struct Said {
    line: String,
    value: serde_json::Value,
}

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

fn run(cli: Cli) -> Result<Said, Box<dyn std::error::Error>> {
    let config = Config::from_environment()?;
    log(&config.log);
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

/// What a library says at every request with a made-up session is silent, unless it is asked for by name.
const QUIET: &str = "tower_sessions=error,tower_sessions_core=error";

/// The filter that `PERCH_LOG` asks for. Whatever it asks, libraries do not log addresses: one-time links are addresses.
pub fn log_filter(wanted: &str) -> EnvFilter {
    let filter = EnvFilter::try_new(format!("{QUIET},{wanted}"))
        .unwrap_or_else(|_| EnvFilter::new(format!("{QUIET},info")));
    ["tower_http=warn", "hyper=info", "axum=info"]
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(filter, EnvFilter::add_directive)
}

/// Lines for people at a terminal, JSON for whatever collects them elsewhere.
fn log(filter: &str) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(log_filter(filter))
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().init();
    }
}
