//! A client that keeps its cookies, as a browser does.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, header};
use http_body_util::BodyExt;
use perch::edge::Edge;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Mutex;
use tower::ServiceExt;

pub struct Client {
    edge: Edge,
    cookies: Mutex<BTreeMap<String, String>>,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// `field CODE` of every violation.
    pub fn violations(&self) -> Vec<String> {
        let json = self.json();
        let list = json["violations"].as_array().cloned().unwrap_or_default();
        list.iter()
            .map(|violation| {
                format!(
                    "{} {}",
                    violation["field"].as_str().unwrap(),
                    violation["code"].as_str().unwrap()
                )
            })
            .collect()
    }
}

/// An answer that goes on.
pub struct Stream(Body);

impl Stream {
    /// The next piece; none where it is over.
    pub async fn next(&mut self) -> Option<String> {
        let frame = self.0.frame().await?.unwrap();
        Some(String::from_utf8_lossy(&frame.into_data().unwrap()).into_owned())
    }
}

impl Client {
    pub fn new(edge: Edge) -> Self {
        Self {
            edge,
            cookies: Mutex::default(),
        }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Puts a cookie into the browser.
    pub fn keep_cookie(&self, name: &str, value: &str) {
        self.cookies
            .lock()
            .unwrap()
            .insert(name.to_owned(), value.to_owned());
    }

    /// Sends one request with these headers on top of a browser's least.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let (mut answer, body) = self.begin(method, path, headers, body).await;
        answer.text =
            String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
        answer
    }

    /// The same for an answer that has no end: its text is what came first.
    pub async fn head(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
        let (mut answer, body) = self.begin(method, path, headers, "").await;
        answer.text = Stream(body).next().await.unwrap_or_default();
        answer
    }

    /// Stays connected as a component does.
    pub async fn live(&self, token: &str, origin: &str) -> (Answer, Stream) {
        let (answer, body) = self
            .begin(
                Method::POST,
                "/embed/live",
                &[
                    ("authorization", &format!("Bearer {token}")),
                    ("origin", origin),
                ],
                "",
            )
            .await;
        (answer, Stream(body))
    }

    /// Opens a token as a component does.
    pub async fn session(&self, token: &str, origin: &str) -> Answer {
        self.send(
            Method::POST,
            "/embed/session",
            &[
                ("authorization", &format!("Bearer {token}")),
                ("origin", origin),
            ],
            "",
        )
        .await
    }

    /// `POST` of JSON with a key.
    pub async fn revoke(&self, key: &str, body: &str) -> Answer {
        self.send(
            Method::POST,
            "/embed/revoke",
            &[("x-api-key", key), ("content-type", "application/json")],
            body.to_owned(),
        )
        .await
    }

    async fn begin(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> (Answer, Body) {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header(header::HOST, "127.0.0.1:3000");
        }
        let cookies = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self
            .edge
            .clone()
            .oneshot(request.body(body.into()).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.lock().unwrap().remove(name);
            } else {
                self.cookies
                    .lock()
                    .unwrap()
                    .insert(name.to_owned(), value.to_owned());
            }
        }
        (
            Answer {
                status: parts.status.as_u16(),
                headers: parts.headers,
                text: String::new(),
            },
            body,
        )
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(
            Method::GET,
            path,
            &[("accept", "text/html"), ("sec-fetch-site", "same-origin")],
            Body::empty(),
        )
        .await
    }

    /// A plain form, as a browser without JavaScript sends it.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let headers = [
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
            ("origin", "http://127.0.0.1:3000"),
        ];
        self.send(Method::POST, path, &headers, encode(fields))
            .await
    }

    /// A server function, as the island calls it.
    pub async fn call(&self, endpoint: &str, fields: &[(&str, &str)]) -> Answer {
        let body = serde_json::json!({ "fields": fields }).to_string();
        self.send(
            Method::POST,
            &format!("/_console/{endpoint}"),
            &[
                ("content-type", "application/json"),
                ("sec-fetch-site", "same-origin"),
                ("accept", "application/json"),
            ],
            body,
        )
        .await
    }

    /// `POST` of JSON, as a backend sends it.
    pub async fn mint(&self, key: &str, body: &str) -> Answer {
        self.send(
            Method::POST,
            "/embed/generate-token",
            &[("x-api-key", key), ("content-type", "application/json")],
            body.to_owned(),
        )
        .await
    }

    pub async fn token(&self, key: &str, body: &str) -> String {
        let answer = self.mint(key, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["token"].as_str().unwrap().to_owned()
    }

    pub async fn introspect(&self, key: &str, token: &str) -> Answer {
        let headers = [
            ("x-api-key", key),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(
            Method::POST,
            "/embed/introspect",
            &headers,
            encode(&[("token", token)]),
        )
        .await
    }

    /// A sandbox token by a pasted key, as the console makes it.
    pub async fn sandbox_token(&self, key: &str) -> String {
        let fields = [
            ("api_key", key),
            ("distinctId", "v"),
            ("role", "explorer"),
            ("permissions", "chart.can_view"),
        ];
        let made = self.call("generate-sandbox-token", &fields).await;
        assert_eq!(made.status, 200, "{}", made.text);
        let result = made.json()["html"]
            .as_str()
            .unwrap()
            .split("id=\"sandbox-token\"")
            .nth(1)
            .unwrap()
            .to_owned();
        between(&result, ">", "<").trim().to_owned()
    }

    /// Makes a key through the plain form and reads its secret from that one answer.
    pub async fn create_key(&self, more: &[(&str, &str)]) -> String {
        let form = self.get("/account/keys/new").await;
        let form_id = between(&form.text, "name=\"form_id\" value=\"", "\"");
        let mut fields = vec![
            ("form_id", form_id.as_str()),
            ("name", "Production backend"),
        ];
        fields.extend_from_slice(more);
        let answer = self.form("/account/keys/new", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        format!("perch_sk_{}", between(&answer.text, ">\nperch_sk_", "<"))
    }
}

pub fn encode(fields: &[(&str, &str)]) -> String {
    let mut encoder = form_urlencoded::Serializer::new(String::new());
    encoder.extend_pairs(fields);
    encoder.finish()
}

/// The text with another letter in one place, counted from its end.
pub fn mistyped(text: &str, from_end: usize) -> String {
    let at = text.len() - from_end;
    let other = if text[at..].starts_with('A') {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// What stands between two texts, the first time.
pub fn between(text: &str, before: &str, after: &str) -> String {
    let start = text
        .find(before)
        .unwrap_or_else(|| panic!("{before:?} is not in {text}"))
        + before.len();
    let end = text[start..].find(after).unwrap() + start;
    text[start..end].to_owned()
}
