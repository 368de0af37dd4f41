//! What a flood leaves in memory: for each kind of flood the most that was ever resident, over what an idle server needs.

use crate::http::Connection;
use crate::is_long;
use crate::perch::{BODY, Installation, ORIGIN, Running};

/// KiB over idle, at the peak of a flood and after it.
const MOST: u64 = 64 * 1024;

/// A server that has minted, so that what every server needs is there, and what it has resident then.
struct Flooded {
    running: Running,
    key: String,
    idle: u64,
    _installation: Installation,
}

impl Flooded {
    async fn new() -> Self {
        // Both ends of every connection of a flood; the server raises its own bound.
        rlimit::increase_nofile_limit(8_192).unwrap();
        let installation = Installation::new(None);
        let (running, key) = installation.furnished().await;
        assert_eq!(running.mint(&key, BODY).await.status, 200);
        let (idle, _) = running.memory();
        Self {
            running,
            key,
            idle,
            _installation: installation,
        }
    }

    async fn token(&self, viewer: &str) -> String {
        let answer = self
            .running
            .mint(&self.key, &BODY.replace("user-1", viewer))
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.member("token")
    }

    /// The bound, and that the server still answers.
    async fn holds(&self, flood: &str) {
        assert_eq!(
            self.running.connect().await.get("/healthz").await.status,
            200
        );
        let (now, most) = self.running.memory();
        let (now, most) = (
            now.saturating_sub(self.idle),
            most.saturating_sub(self.idle),
        );
        println!(
            "{flood}: {most} KiB over {} KiB at the peak, {now} KiB afterwards",
            self.idle
        );
        assert!(
            most <= MOST && now <= MOST,
            "{flood}: {most} KiB over idle at the peak, {now} KiB afterwards"
        );
    }
}

/// So many callers at once, each with what it does on a connection of its own. A refusal may end the connection; the flood then
/// goes on with the next caller.
async fn at_once<Doing: Future<Output = std::io::Result<()>> + Send + 'static>(
    callers: usize,
    address: &str,
    what: impl Fn(usize, Connection) -> Doing,
) {
    let mut flood = tokio::task::JoinSet::new();
    for caller in 0..callers {
        if let Ok(connection) = Connection::to(address).await {
            flood.spawn(what(caller, connection));
        }
    }
    while flood.join_next().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn large_sign_ins() {
    let server = Flooded::new().await;
    at_once(
        40,
        &server.running.address,
        |caller, mut connection| async move {
            let front = format!("email=nobody-{caller}%40example.com&password=x&");
            let body = format!("{front}{}", "a&".repeat((1024 * 1024 - front.len()) / 2));
            connection.form("/sign-in", &body).await.map(drop)
        },
    )
    .await;
    server.holds("40 large posts to /sign-in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_many_fields() {
    let server = Flooded::new().await;
    at_once(8, &server.running.address, |_, mut connection| async move {
        connection
            .form("/theme", &"a&".repeat(524_288))
            .await
            .map(drop)
    })
    .await;
    server.holds("8 forms of 524,288 fields to /theme").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_from_one_address() {
    let server = Flooded::new().await;
    let attempts = if is_long() { 100 } else { 20 };
    at_once(
        100,
        &server.running.address,
        |caller, mut connection| async move {
            for attempt in 0..attempts {
                connection
                    .form(
                        "/sign-in",
                        &format!(
                            "email=nobody-{caller}-{attempt}%40example.com&password=wrong&next=%2F"
                        ),
                    )
                    .await?;
            }
            Ok(())
        },
    )
    .await;
    server
        .holds(&format!("{} sign-ins from one address", attempts * 100))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_bodies_to_mint() {
    let server = Flooded::new().await;
    let members = (0..1_200)
        .map(|at| format!("\"field{at}\":1,"))
        .collect::<Vec<_>>()
        .concat();
    let body = format!("{{{members}\"user\":[]}}");
    assert!(
        (15 * 1024..16 * 1024 + 2_000).contains(&body.len()),
        "{}",
        body.len()
    );
    let body = body[..body.len().min(16 * 1024)].to_owned();
    at_once(64, &server.running.address, |caller, mut connection| {
        let (key, body) = (server.key.clone(), body.clone());
        async move {
            for attempt in 0..8 {
                let body = if (caller + attempt) % 2 == 0 {
                    body.as_str()
                } else {
                    "{\"user\":{\"attributes\":{\"a\":1,\"b\":2}}}"
                };
                connection.mint(&key, body).await?;
            }
            Ok(())
        }
    })
    .await;
    server.holds("512 bad bodies to mint").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn revocations_of_viewers_who_never_were() {
    let server = Flooded::new().await;
    at_once(32, &server.running.address, |caller, mut connection| {
        let key = server.key.clone();
        async move {
            for attempt in 0..60 {
                let viewer = format!("{caller}-{attempt}-{}", "ü".repeat(240));
                connection
                    .post(
                        "/embed/revoke",
                        &key,
                        &format!("{{\"distinctId\":\"{viewer}\"}}"),
                    )
                    .await?;
            }
            Ok(())
        }
    })
    .await;
    server.holds("1,920 revocations of made-up viewers").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_origins() {
    let server = Flooded::new().await;
    let bearer = format!("Bearer {}", server.token("viewer").await);
    at_once(32, &server.running.address, |caller, mut connection| {
        let bearer = bearer.clone();
        async move {
            for attempt in 0..150 {
                let origin = format!("https://site-{attempt}-{caller}.{}.example", "a".repeat(60));
                connection
                    .send(
                        "POST /embed/session",
                        &[("authorization", &bearer), ("origin", &origin)],
                        "",
                    )
                    .await?;
            }
            Ok(())
        }
    })
    .await;
    server.holds("4,800 refused origins").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn live_connections() {
    let server = Flooded::new().await;
    let (mut open, mut admitted) = (Vec::new(), 0);
    for viewer in 0..25 {
        let bearer = format!("Bearer {}", server.token(&format!("viewer-{viewer}")).await);
        for _ in 0..20 {
            let mut connection = server.running.connect().await;
            let answer = connection
                .open(
                    "POST /embed/live",
                    &[("authorization", &bearer), ("origin", ORIGIN)],
                )
                .await
                .unwrap();
            admitted += u32::from(answer.status == 200);
            open.push(connection);
        }
    }
    assert!(
        admitted >= 20,
        "only {admitted} live connections were admitted"
    );
    server.holds("500 live connections").await;
}

/// Begins heads and never ends them; a server that has seen enough may close the connection.
async fn heads(server: &Flooded, connections: usize, length: usize) -> Vec<Connection> {
    let front = format!(
        "GET /healthz HTTP/1.1\r\nHost: {}\r\n",
        server.running.address
    );
    let mut open = Vec::new();
    for _ in 0..connections {
        if let Ok(mut connection) = Connection::to(&server.running.address).await {
            let _ = connection
                .write(format!("{front}X-Slow: {}", "a".repeat(length)).as_bytes())
                .await;
            open.push(connection);
        }
    }
    open
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads() {
    let server = Flooded::new().await;
    let open = heads(&server, 1_000, 0).await;
    server.holds("1,000 slow heads").await;
    drop(open);
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_long_heads() {
    let server = Flooded::new().await;
    let open = heads(&server, 1_000, 100 * 1024).await;
    server.holds("1,000 slow heads of 100 KiB").await;
    drop(open);
}
