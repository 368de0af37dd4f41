//! The arguments of the command line. Their comments are the help texts.

use clap::{Args, Parser, Subcommand};

/// Self-hosted embed & access: who may embed, who the viewers are, what they may see.
#[derive(Debug, Parser)]
#[command(name = "perch", version, about)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// The organization to act on, by name or id, where there are several.
    #[arg(long, global = true, value_name = "NAME")]
    pub org: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
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
pub(super) enum AdminCommand {
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
pub(super) struct AdminCreate {
    #[arg(long)]
    pub email: String,
    #[arg(long)]
    pub name: String,
    /// admin, maker or explorer.
    #[arg(long, default_value = "admin")]
    pub role: String,
    /// Name of the organization, if this makes the first one.
    #[arg(long, default_value = "My organization")]
    pub organization: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum KeyCommand {
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
pub(super) enum OriginCommand {
    /// Authorize a site, as Development.
    Add { url: String },
}

#[derive(Debug, Subcommand)]
pub(super) enum AttributeCommand {
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
