//! The way to a database, with faults on it: a TCP proxy on loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What becomes of bytes on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Open,
    /// Nothing arrives, in either direction, and nothing is closed.
    Silent,
    /// What the server says does not arrive.
    HalfOpen,
    /// Every piece takes a while.
    Slow,
    /// Connections are reset, and new ones too.
    Reset,
}

/// A proxy to a port of this machine.
pub struct Proxy {
    pub port: u16,
    way: watch::Sender<Way>,
    connections: Arc<AtomicU64>,
    /// Connections up to this number stay silent for ever.
    dead: watch::Sender<u64>,
}

/// One direction of one connection.
struct Carrier {
    number: u64,
    from_server: bool,
    way: watch::Receiver<Way>,
    dead: watch::Receiver<u64>,
}

impl Proxy {
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (way, dead, connections) = (
            watch::Sender::new(Way::Open),
            watch::Sender::new(0),
            Arc::new(AtomicU64::new(0)),
        );
        let proxy = Self {
            port: listener.local_addr().unwrap().port(),
            way: way.clone(),
            connections: connections.clone(),
            dead: dead.clone(),
        };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = connections.fetch_add(1, Ordering::SeqCst) + 1;
                if *way.borrow() == Way::Reset {
                    client.set_zero_linger().unwrap();
                    continue;
                }
                let carrier = |from_server| Carrier {
                    number,
                    from_server,
                    way: way.subscribe(),
                    dead: dead.subscribe(),
                };
                tokio::spawn(connect(client, port, carrier(false), carrier(true)));
            }
        });
        proxy
    }

    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }

    /// Silences the connections there are, for ever; new ones work. A failover behind a balancer looks like this.
    pub fn silence_existing(&self) {
        self.dead
            .send_replace(self.connections.load(Ordering::SeqCst));
    }
}

async fn connect(client: TcpStream, port: u16, up: Carrier, down: Carrier) {
    let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await else {
        return;
    };
    // A connection that is dropped is reset, not closed in good order.
    client.set_zero_linger().unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = up.carry(from_client, to_server) => {}
        () = down.carry(from_server, to_client) => {}
    }
}

impl Carrier {
    async fn carry(mut self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let read = tokio::select! {
                read = from.read(&mut buffer) => read.unwrap_or(0),
                _ = self.way.wait_for(|way| *way == Way::Reset) => return,
            };
            if read == 0 || !self.may_pass().await || to.write_all(&buffer[..read]).await.is_err() {
                return;
            }
        }
    }

    /// Waits until this direction is open; `false` where the connection is over.
    async fn may_pass(&mut self) -> bool {
        let (number, from_server) = (self.number, self.from_server);
        if *self.dead.borrow() >= number {
            return std::future::pending().await;
        }
        let way = self
            .way
            .wait_for(|way| {
                !matches!(
                    (*way, from_server),
                    (Way::Silent, _) | (Way::HalfOpen, true)
                )
            })
            .await
            .map(|way| *way);
        if matches!(way, Ok(Way::Slow)) {
            // The slowness itself is what is tested, not a wait for something else.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        *self.dead.borrow() < number && !matches!(way, Ok(Way::Reset) | Err(_))
    }
}
