//! In memory and by tokio's own clock, which moves on when everybody waits.

use super::*;
use axum::body::Body;
use axum::response::Response;
use futures_util::stream;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::timeout;

const BOUNDS: Bounds = Bounds {
    connections: 6,
    heads: 3,
    head_time: Duration::from_secs(10),
    idle_time: Duration::from_secs(75),
};
/// Longer than anything lasts here.
const LONG: Duration = Duration::from_hours(1);
const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

struct Street(tokio::sync::Mutex<mpsc::UnboundedReceiver<io::Result<DuplexStream>>>);

impl Door for Street {
    type Io = DuplexStream;

    async fn next(&self) -> io::Result<(DuplexStream, IpAddr)> {
        let next = self.0.lock().await.recv().await;
        let io = next.unwrap_or_else(|| Err(io::Error::other("nobody comes any more")))?;
        Ok((io, Ipv4Addr::LOCALHOST.into()))
    }
}

/// A server, the way to it, and what lets its slow answers go.
struct Town {
    to: mpsc::UnboundedSender<io::Result<DuplexStream>>,
    slow: Arc<Notify>,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Town {
    fn open() -> Self {
        let (to, from) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let slow = Arc::new(Notify::new());
        let lets_go = slow.clone();
        let handler = move |_| {
            let slow = lets_go.clone();
            move |request: Request| -> Answer {
                let slow = slow.clone();
                Box::pin(async move {
                    let body = match request.uri().path() {
                        "/slow" => {
                            slow.notified().await;
                            Body::from("slow")
                        }
                        // As long as somebody listens.
                        "/live" => Body::from_stream(stream::unfold((), |()| async {
                            tokio::time::sleep(Duration::from_secs(20)).await;
                            Some((Ok::<_, Infallible>("beat\n".repeat(1_000)), ()))
                        })),
                        _ => Body::from("quick"),
                    };
                    Ok(Response::new(body))
                })
            }
        };
        let served = tokio::spawn(serve(
            Street(tokio::sync::Mutex::new(from)),
            BOUNDS,
            handler,
            async move {
                let _ = stopped.await;
            },
        ));
        Self {
            to,
            slow,
            stop,
            served,
        }
    }

    /// A connection on which this was sent.
    async fn connect(&self, sent: &[u8]) -> DuplexStream {
        let (mut ours, theirs) = duplex(64 * 1024);
        self.to.send(Ok(theirs)).unwrap();
        ours.write_all(sent).await.unwrap();
        ours
    }
}

/// Reads one answer with this body.
async fn hears(connection: &mut DuplexStream, body: &str) {
    let mut heard = String::new();
    while !heard.ends_with(body) {
        let mut piece = [0; 1_024];
        let read = timeout(LONG, connection.read(&mut piece))
            .await
            .expect("an answer")
            .unwrap();
        assert!(read > 0, "closed after {heard:?}");
        heard.push_str(std::str::from_utf8(&piece[..read]).unwrap());
    }
}

/// Seconds until it is closed, whatever is said before that.
async fn closed_after(connection: &mut DuplexStream) -> u64 {
    let begun = Instant::now();
    let mut rest = Vec::new();
    let _ = timeout(LONG, connection.read_to_end(&mut rest)).await;
    begun.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn a_head_has_ten_seconds_however_it_trickles() {
    let town = Town::open();
    let mut silent = town.connect(b"").await;
    assert_eq!(closed_after(&mut silent).await, 10);
    let mut slow = town.connect(b"GET / HTTP/1.1\r\n").await;
    let begun = Instant::now();
    while slow.write_all(b"a").await.is_ok() {
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(begun.elapsed().as_secs() < 12);
    }
    // Also the head of a later request, on a connection that was good for one.
    let mut kept = town.connect(WHOLE).await;
    hears(&mut kept, "quick").await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    kept.write_all(b"GET / HT").await.unwrap();
    assert_eq!(closed_after(&mut kept).await, 10);
}

#[tokio::test(start_paused = true)]
async fn a_kept_connection_outlives_a_proxys_minute_and_is_closed_in_the_end() {
    let town = Town::open();
    let mut kept = town.connect(WHOLE).await;
    hears(&mut kept, "quick").await;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_mins(1)).await;
        kept.write_all(WHOLE).await.unwrap();
        hears(&mut kept, "quick").await;
    }
    let left = closed_after(&mut kept).await;
    assert!((75..=150).contains(&left), "{left}");
}

#[tokio::test(start_paused = true)]
async fn unfinished_heads_make_room_for_a_proper_request() {
    let town = Town::open();
    let mut silent = VecDeque::new();
    for _ in 0..20 {
        silent.push_back(town.connect(b"GET / HT").await);
        tokio::task::yield_now().await;
    }
    let mut proper = town.connect(b"GET / HTTP/1.1\r\nhost: x\r\n").await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    proper.write_all(b"\r\n").await.unwrap();
    hears(&mut proper, "quick").await;
    // The oldest went at once; those within the bound have their ten seconds.
    for _ in 0..18 {
        assert_eq!(closed_after(&mut silent.pop_front().unwrap()).await, 0);
    }
    assert_eq!(closed_after(&mut silent.pop_back().unwrap()).await, 9);
}

#[tokio::test(start_paused = true)]
async fn idle_connections_make_room_and_those_in_use_do_not() {
    let town = Town::open();
    let mut idle = Vec::new();
    for _ in 0..BOUNDS.connections {
        let mut connection = town.connect(WHOLE).await;
        hears(&mut connection, "quick").await;
        idle.push(connection);
    }
    let mut busy = Vec::new();
    for _ in 0..BOUNDS.connections {
        busy.push(town.connect(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await);
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    for mut connection in idle {
        assert_eq!(closed_after(&mut connection).await, 0);
    }
    let mut refused = town.connect(b"").await;
    assert_eq!(closed_after(&mut refused).await, 0);
    town.slow.notify_waiters();
    for mut connection in busy {
        hears(&mut connection, "slow").await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_system_that_gives_no_connection_does_not_stop_the_server() {
    let town = Town::open();
    let begun = Instant::now();
    for _ in 0..5 {
        town.to.send(Err(io::Error::from_raw_os_error(24))).unwrap();
    }
    let mut connection = town.connect(WHOLE).await;
    hears(&mut connection, "quick").await;
    assert_eq!(
        begun.elapsed().as_millis(),
        5 * PAUSE.as_millis(),
        "it pauses instead of spinning"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_requests_under_way_finish() {
    let town = Town::open();
    let mut idle = town.connect(WHOLE).await;
    hears(&mut idle, "quick").await;
    let mut silent = town.connect(b"").await;
    let mut busy = town.connect(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    town.stop.send(()).unwrap();
    assert_eq!(
        [
            closed_after(&mut idle).await,
            closed_after(&mut silent).await
        ],
        [0, 0]
    );
    assert!(!town.served.is_finished());
    town.slow.notify_waiters();
    hears(&mut busy, "slow").await;
    town.served.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_is_still_being_told_stays_as_long_as_somebody_listens() {
    let town = Town::open();
    let mut live = town.connect(b"GET /live HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut deaf = town.connect(b"GET /live HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let begun = Instant::now();
    let mut piece = [0; 16 * 1024];
    while begun.elapsed() < Duration::from_secs(1_000) {
        assert!(live.read(&mut piece).await.unwrap() > 0);
    }
    let mut sent = 0;
    while let Ok(read @ 1..) = timeout(LONG, deaf.read(&mut piece)).await.unwrap_or(Ok(0)) {
        sent += read;
    }
    assert!(
        sent < 128 * 1024,
        "what it never read was not kept for it: {sent}"
    );
}

#[test]
fn a_process_that_may_open_few_files_takes_few_connections() {
    let of = |files| {
        (
            Bounds::within(files).connections,
            Bounds::within(files).heads,
        )
    };
    assert_eq!(
        [of(1_048_576), of(1_024), of(0)],
        [(25_000, 1_000), (512, 256), (64, 32)]
    );
}
