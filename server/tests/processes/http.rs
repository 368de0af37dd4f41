//! HTTP/1.1 by hand: a flood says what no well-behaved client would.

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A connection that is used again for every request.
pub struct Connection {
    stream: BufReader<TcpStream>,
    host: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
}

impl Answer {
    /// The value of a member that is text, without taking the JSON apart.
    pub fn member(&self, name: &str) -> String {
        let (_, rest) = self
            .text
            .split_once(&format!("\"{name}\":\""))
            .unwrap_or_else(|| panic!("no {name} in {}", self.text));
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Connection {
    pub async fn to(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::new(stream),
            host: address.to_owned(),
        })
    }

    /// Bytes as they are.
    pub async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// A whole request, and the whole answer.
    pub async fn send(
        &mut self,
        request: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> std::io::Result<Answer> {
        self.begin(request, headers, body).await?;
        self.answer(true).await
    }

    /// A whole request, and the head of an answer that has no end.
    pub async fn open(
        &mut self,
        request: &str,
        headers: &[(&str, &str)],
    ) -> std::io::Result<Answer> {
        self.begin(request, headers, "").await?;
        self.answer(false).await
    }

    async fn begin(
        &mut self,
        request: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> std::io::Result<()> {
        let headers = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect::<Vec<_>>()
            .concat();
        let head = format!(
            "{request} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{headers}\r\n",
            self.host,
            body.len()
        );
        self.write(head.as_bytes()).await?;
        self.write(body.as_bytes()).await
    }

    async fn answer(&mut self, whole: bool) -> std::io::Result<Answer> {
        let (mut status, mut length, mut chunked) = (0, 0, false);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            match line.split_once(':') {
                _ if line.is_empty() => break,
                None => {
                    status = line
                        .split(' ')
                        .nth(1)
                        .and_then(|status| status.parse().ok())
                        .unwrap_or(0);
                }
                Some(("content-length", value)) => length = value.trim().parse().unwrap(),
                Some(("transfer-encoding", value)) => chunked = value.trim() == "chunked",
                Some(_) => {}
            }
        }
        let mut body = Vec::new();
        while whole && chunked {
            let mut size = String::new();
            self.stream.read_line(&mut size).await?;
            let size = usize::from_str_radix(size.trim(), 16).map_err(std::io::Error::other)?;
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk).await?;
            body.extend_from_slice(&chunk[..size]);
            chunked = size > 0;
        }
        if whole && length > 0 {
            body.resize(length, 0);
            self.stream.read_exact(&mut body).await?;
        }
        Ok(Answer {
            status,
            text: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(&format!("GET {path}"), &[], "").await.unwrap()
    }

    /// `POST` of JSON with a key.
    pub async fn post(&mut self, path: &str, key: &str, body: &str) -> std::io::Result<Answer> {
        self.send(
            &format!("POST {path}"),
            &[("x-api-key", key), ("content-type", "application/json")],
            body,
        )
        .await
    }

    pub async fn mint(&mut self, key: &str, body: &str) -> std::io::Result<Answer> {
        self.post("/embed/generate-token", key, body).await
    }

    /// A plain form, as a browser sends it from a page of this server.
    pub async fn form(&mut self, path: &str, body: &str) -> std::io::Result<Answer> {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("accept", "text/html"),
        ];
        self.send(&format!("POST {path}"), &headers, body).await
    }
}
