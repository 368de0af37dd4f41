//! The server from outside: every test drives the real router over a real database.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on may stop where it stands"
)]
#![expect(
    clippy::too_many_lines,
    reason = "a table of cases is one thing, however long it is"
)]

mod harness;

mod access_ends;
mod accounts;
mod admin_commands;
mod bad_input;
mod coercion;
mod command_line;
mod connecting;
mod console_pages;
mod documents;
mod edge;
mod every_code;
mod faults;
mod finding;
mod introspection;
mod ladder;
mod minting;
mod on_postgres;
mod order;
mod origins_at_work;
mod outer_edges;
mod own_password;
mod personas;
mod private_files;
mod restarts;
mod restores;
mod revoking;
mod revoking_within_bounds;
mod same_verdict;
mod secrets;
mod server_functions;
mod settings;
mod setup;
mod sign_in_floods;
mod sign_in_traces;
mod sites_within_bounds;
mod statements;
mod tenant_isolation;
mod told_once;
