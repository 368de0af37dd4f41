//! Starting: from settings to a server that listens. `main` and the tests start the same application.

use crate::config::Config;
use crate::connections::{self, Answer, Bounds};
use crate::data_dir::{self, DataDirError};
use crate::edge::Edge;
use crate::preview;
use crate::public_address::PublicAddress;
use crate::router;
use crate::state::AppState;
use crate::system::{SystemClock, SystemEntropy};
use axum::Router;
use axum::extract::Request;
use perch_service::{Clock, Entropy, Perch, PerchParts, Refusal, StartError};
use perch_store::{Store, StoreError};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tower::{Service, ServiceExt};

/// Why the server could not start or go on. Each is one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot listen on {addr}: {source}")]
    Listen {
        addr: SocketAddr,
        source: std::io::Error,
    },
    #[error("{}", .0.message)]
    Refused(#[from] Refusal),
}

/// Opens the data of an installation. Only `serve` may create it, brings it up to date, and removes what has expired.
pub async fn open(config: &Config, create: bool) -> Result<Perch, RunError> {
    open_with(
        config,
        create,
        Arc::new(SystemClock),
        Arc::new(SystemEntropy),
    )
    .await
}

/// The same with another clock or other chance, for tests.
pub async fn open_with(
    config: &Config,
    create: bool,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<Perch, RunError> {
    if create {
        data_dir::create(&config.data_dir)?;
        data_dir::close_to_others(&config.data_dir);
        if config.database_url.is_none() {
            data_dir::create_database(&config.data_dir.join(data_dir::DATABASE))?;
        }
    }
    let master_key_file = config
        .master_key_file
        .clone()
        .unwrap_or_else(|| config.data_dir.join("master.key"));
    if !create && !master_key_file.exists() {
        return Err(DataDirError::Missing(config.data_dir.clone()).into());
    }
    // Only a server brings the database up to date: a command beside it must not change what the server works with.
    let location = config.location(create);
    let store = if create {
        Store::open(&location).await?
    } else {
        Store::open_current(&location).await?
    };
    // Only an installation without keys gets a new master key; anything else would make a second one beside the real one.
    let wrapped = store.a_wrapped_key().await?;
    if wrapped.is_some() && !master_key_file.exists() {
        return Err(DataDirError::Lost(master_key_file).into());
    }
    let master_keys = data_dir::master_keys(&master_key_file, create.then_some(&*entropy))?;
    let foreign = wrapped.is_some_and(|(id, wrapped)| master_keys.unwrap(&id, &wrapped).is_err());
    if create && foreign {
        return Err(DataDirError::Foreign(master_key_file).into());
    }
    let parts = PerchParts {
        store,
        master_keys,
        clock,
        entropy,
        http_hosts: config.http_origins.clone(),
        record_days: config.record_days,
        maintenance: create,
        limits: config.limits,
    };
    Ok(Perch::start(parts).await?)
}

/// How long requests under way may take once the server was told to stop.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(10);

/// A server that is bound and ready to run.
pub struct Server {
    listener: TcpListener,
    preview: Option<(TcpListener, Router)>,
    state: Arc<AppState>,
    pub bound: SocketAddr,
}

impl Server {
    /// Binds the address; port 0 picks one.
    pub async fn bind(config: &Config, perch: Perch) -> Result<Self, RunError> {
        let listen = |source| RunError::Listen {
            addr: config.addr,
            source,
        };
        let listener = TcpListener::bind(config.addr).await.map_err(listen)?;
        let bound = listener.local_addr().map_err(listen)?;
        let state = AppState::new(perch, PublicAddress::new(config, bound));
        let preview = preview(config, &state, bound).await?;
        Ok(Self {
            listener,
            preview,
            state,
            bound,
        })
    }

    pub fn state(&self) -> &Arc<AppState> {
        &self.state
    }

    /// Serves until `stop`, then finishes the requests under way.
    pub async fn serve(
        self,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), RunError> {
        let edge = Edge::new(self.state.clone(), router::routes(&self.state));
        let console = move |from| {
            let edge = edge.to(from);
            move |request: Request| -> Answer { edge.clone().call(request) }
        };
        let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
        let connected = self.state.connected.clone();
        let stop = async move {
            stop.await;
            connected.end();
            let _ = stopping.send(());
        };
        // It has nothing to finish, so it ends with the rest.
        let preview = async move {
            if let Some((listener, router)) = self.preview {
                let page = move |_| {
                    let router = router.clone();
                    move |request: Request| -> Answer { Box::pin(router.clone().oneshot(request)) }
                };
                connections::serve(listener, Bounds::of_preview(), page, std::future::pending())
                    .await;
            }
            std::future::pending::<()>().await;
        };
        let patience = async move {
            let _ = stopped.await;
            tokio::time::sleep(SHUTDOWN_GRACE).await;
        };
        // Whoever is in the middle of a request may finish it, but not hold the server for ever.
        tokio::select! {
            () = connections::serve(self.listener, Bounds::of_process(), console, stop) => {}
            () = preview => {}
            () = patience => {}
        }
        self.state.perch.close().await;
        Ok(())
    }
}

/// The sandbox's preview on a listener of its own, where there is a host for it.
async fn preview(
    config: &Config,
    state: &AppState,
    console: SocketAddr,
) -> Result<Option<(TcpListener, Router)>, RunError> {
    let addresses = preview::addresses(config, &state.public_address, console);
    let Some(addr) = addresses.last().copied() else {
        return Ok(None);
    };
    let listen = |source| RunError::Listen { addr, source };
    let listener = TcpListener::bind(addresses.as_slice())
        .await
        .map_err(listen)?;
    let bound = listener.local_addr().map_err(listen)?;
    let Some(origin) = preview::origin(config, &state.public_address, bound) else {
        tracing::warn!(
            "the sandbox's preview is off: its host must be another than the console's (PERCH_PREVIEW_URL)"
        );
        return Ok(None);
    };
    state.perch.offer_preview(origin.clone());
    Ok(Some((
        listener,
        preview::router(origin, state.public_address.clone()),
    )))
}

/// Where a setup link is written when standard output is no terminal.
pub fn setup_link_file(config: &Config) -> PathBuf {
    config.data_dir.join(data_dir::LINK)
}

/// Removes the file of a setup link as soon as there is an admin, whoever made them: from then on the link opens nothing.
pub async fn remove_link_once_set_up(perch: Perch, file: PathBuf) {
    let mut changes = perch.config.changes();
    while !matches!(perch.people.has_admin().await, Ok(true)) {
        if changes.changed().await.is_err() {
            return;
        }
    }
    if let Err(error) = data_dir::remove_link(&file) {
        tracing::warn!(%error, "the setup link is of no use any more, but its file could not be removed");
    }
}
