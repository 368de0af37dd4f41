//! The Perch server: configuration, HTTP, command line. `main` and the tests start the same application.

pub mod assets;
mod authority;
pub mod cli;
pub mod config;
pub mod connections;
pub mod console;
pub mod data_dir;
pub mod edge;
pub mod http;
pub mod live_connections;
pub mod preview;
pub mod public_address;
pub mod router;
pub mod run;
pub mod state;
pub mod system;
pub mod telemetry;
