//! What the process tells about itself while it runs: the log.

use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// A library logs every request with a made-up session; such lines appear only where they are asked for by name.
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
pub fn log(filter: &str) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(log_filter(filter))
        .with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() {
        builder.init();
    } else {
        builder.json().init();
    }
}
