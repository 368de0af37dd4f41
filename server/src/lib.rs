//! The Perch server: configuration, HTTP, command line. `main` and the tests start the same application.

pub mod ambient;
pub mod assets;
pub mod cli;
pub mod config;
pub mod connections;
pub mod console;
pub mod data_dir;
pub mod http;
pub mod preview;
pub mod run;
pub mod site;
