//! The server from outside: every test drives the real router over a real database.

mod harness;

mod accounts;
mod bad_input;
mod command_line;
mod console_pages;
mod documents;
mod introspection;
mod minting;
mod restarts;
mod secrets;
mod server_functions;
mod setup;
mod walls;
