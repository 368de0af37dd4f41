//! Secrets leave no trace: a pasted key, a setup link, a password are found nowhere afterwards.

use crate::harness::{PASSWORD, TestApp};
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

/// Everything that was logged while a test ran.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every file of the data folder: database, write-ahead log, whatever else is there.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect()
}

fn contains(haystack: &[u8], needle: &str) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn pasted_keys_links_and_passwords_are_found_nowhere() {
    let log = Log::default();
    let writer = log.clone();
    // For the whole process, so for every thread of it: a subscriber of one thread misses what other threads log, and which
    // statements reach it depends on who came by them first. Other tests' lines are only more to look through.
    tracing_subscriber::fmt()
        .with_env_filter(perch::telemetry::log_filter("trace"))
        .with_writer(move || writer.clone())
        .init();

    let app = TestApp::empty().await;
    let link = app
        .perch
        .people
        .open_setup_link()
        .await
        .unwrap()
        .unwrap()
        .0
        .as_str()
        .to_owned();
    let client = app.nobody();
    let done = client
        .form(
            &format!("/setup/{link}"),
            &[
                ("name", "Ada"),
                ("organization", "O"),
                ("email", "ada@example.com"),
                ("password", PASSWORD),
            ],
        )
        .await;
    assert_eq!(done.status, 303);
    let key = client.create_key(&[("scopes", "mint")]).await;
    let secret = key.rsplit('_').next().unwrap();
    let mut answers = String::new();
    let fields = [
        ("form", "sandbox"),
        ("api_key", key.as_str()),
        ("distinctId", "v"),
        ("role", "explorer"),
    ];
    answers += &client.form("/settings/embed", &fields).await.text;
    answers += &client.call("generate-sandbox-token", &fields).await.text;
    // Refused ones too: a wrong field, a key pasted as a token, a key that is cut.
    answers += &client
        .form(
            "/settings/embed",
            &[
                ("form", "sandbox"),
                ("api_key", &key),
                ("distinctId", ""),
                ("role", "x"),
            ],
        )
        .await
        .text;
    answers += &client
        .form(
            "/settings/embed",
            &[("form", "introspection"), ("token", &key)],
        )
        .await
        .text;
    answers += &client
        .call("introspect-token", &[("token", &key)])
        .await
        .text;
    answers += &client
        .call(
            "generate-sandbox-token",
            &[
                ("api_key", &key[..60]),
                ("distinctId", "v"),
                ("role", "explorer"),
            ],
        )
        .await
        .text;
    answers += &app.nobody().mint(&key, "{}").await.text;
    answers += &client
        .call(
            "introspect-token",
            &[("token", &format!("{{\"token\":\"{key}\"}}"))],
        )
        .await
        .text;
    // A persona made while a key stands in its field, and the preview of a request.
    let persona = [
        ("api_key", key.as_str()),
        ("intent", "persona-new"),
        ("persona_name", "Paris"),
        ("distinctId", "v"),
        ("role", "explorer"),
    ];
    answers += &client.call("generate-sandbox-token", &persona).await.text;
    answers += &client
        .form(
            "/settings/embed",
            &[persona.as_slice(), &[("form", "sandbox")]].concat(),
        )
        .await
        .text;
    answers += &client.call("describe-request", &persona).await.text;
    for page in ["/settings/embed", "/account", "/account/keys/new"] {
        answers += &client.get(page).await.text;
    }
    assert!(answers.contains("Your sandbox token"), "the key worked");
    let token = crate::harness::between(&answers, "id=\"sandbox-token\"", "</textarea>");
    let token = token.rsplit('>').next().unwrap().trim().to_owned();

    let cookie = client.cookie("perch").unwrap();
    let log = log.0.lock().unwrap().clone();
    assert!(
        contains(&log, "INSERT INTO api_key"),
        "the log is being watched, down to single statements"
    );
    for (what, needle) in [
        ("the key", secret),
        ("the setup link", link.as_str()),
        ("the password", PASSWORD),
        ("the token", token.as_str()),
        ("the session's cookie", cookie.as_str()),
    ] {
        for (file, content) in files(&app.folder.path().join("data")) {
            assert!(!contains(&content, needle), "{what} is in {file}");
        }
        if let Some(line) = log
            .split(|byte| *byte == b'\n')
            .find(|line| contains(line, needle))
        {
            panic!("{what} is in the log: {}", String::from_utf8_lossy(line));
        }
    }
    assert!(!answers.contains(secret), "the key is in an answer");
}

#[tokio::test]
async fn the_master_key_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let app = TestApp::empty().await;
    let path = app.folder.path().join("data/master.key");
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(
        std::fs::metadata(app.folder.path().join("data"))
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
    // One that is lost is not replaced behind its owner's back.
    app.add_person("ada@example.com", perch_domain::ConsoleRole::Admin)
        .await;
    app.api_key().await;
    let aside = app.folder.path().join("aside");
    std::fs::rename(&path, &aside).unwrap();
    let variables = [(
        "PERCH_DATA_DIR".to_owned(),
        app.folder.path().join("data").display().to_string(),
    )]
    .into_iter()
    .collect();
    let config = perch::config::Config::from_variables(&variables).unwrap();
    let lost = perch::run::open(&config, true)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        lost.contains("is missing, but the database holds keys"),
        "{lost}"
    );
    let mut other: [u8; 32] = std::array::from_fn(|at| u8::try_from(at).unwrap() ^ 0x55);
    std::fs::write(
        &path,
        perch_service::MasterKeys::file_for(&mut other).as_bytes(),
    )
    .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let foreign = perch::run::open(&config, true)
        .await
        .unwrap_err()
        .to_string();
    assert!(foreign.contains("is not the one that wrapped"), "{foreign}");
    std::fs::rename(&aside, &path).unwrap();
    assert!(perch::run::open(&config, true).await.is_ok());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let fault = perch::data_dir::master_keys(&path, None)
        .unwrap_err()
        .to_string();
    assert!(
        fault.contains("can be read by others; run `chmod 600"),
        "{fault}"
    );
}
