//! `perch serve`.

use super::outcome::{Outcome, Said};
use crate::config::Config;
use crate::data_dir;
use crate::run::{Server, open, remove_link_once_set_up, setup_link_file};
use std::io::{IsTerminal, Write};

pub(super) async fn serve(config: &Config) -> Outcome {
    // Every visitor who looks keeps a connection open; what the system allows at most is asked for, and less does no harm.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let perch = open(config, true).await?;
    let server = Server::bind(config, perch.clone()).await?;
    if server.state().public_address.trusts_a_proxy() {
        // What cannot be written is in the log.
        let _ = perch.doctor.forget_untrusted_proxy().await;
    }
    say(&format!("listening on http://{}", server.bound));
    let link_file = setup_link_file(config);
    // A link of an earlier run is replaced or of no use; either way its file goes.
    data_dir::remove_link(&link_file)?;
    if let Some(secret) = perch.people.open_setup_link().await? {
        let link = format!(
            "{}/setup/{}",
            server.state().public_address.public_url,
            secret.0.as_str()
        );
        if std::io::stdout().is_terminal() {
            say(&format!("set up Perch at {link}"));
        } else {
            data_dir::write_link(&link_file, &link)?;
            say(&format!("the setup link is in {}", link_file.display()));
            tokio::spawn(remove_link_once_set_up(perch.clone(), link_file));
        }
    }
    server.serve(stopped()).await?;
    Ok(Said {
        line: String::new(),
        value: serde_json::json!({ "stopped": true }),
    })
}

/// Standard output may be a pipe that nobody reads any more; the server goes on.
fn say(line: &str) {
    let mut out = std::io::stdout();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

/// Ctrl-C, or what a service manager sends.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    let Ok(mut terminate) =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())
    else {
        let _ = interrupt.await;
        return;
    };
    tokio::select! {
        _ = interrupt => {}
        _ = terminate.recv() => {}
    }
}
