//! An installation of a given size: its own organization by commands and the console, the rest as rows of the `SQLite` file.

use super::Size;
use crate::Done;
use crate::bench::{Server, page};
use crate::process::{now, output};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Adds rows while no server runs and prints the id of the organization that was there. Its key stays the newest one: the server
/// checks at its start whether the master key opens the newest key.
const FILL: &str = r"
import os, random, sqlite3, sys, time, uuid

db = sqlite3.connect(sys.argv[1], timeout=30)
db.execute('PRAGMA synchronous = OFF')
keys, organizations, records = map(int, sys.argv[2:])
now = int(time.time() * 1000)
home = db.execute('SELECT id FROM organization').fetchone()[0]
owner = db.execute('SELECT id FROM person').fetchone()[0]
secret, wrapped = db.execute('SELECT id, wrapped_key FROM api_secret').fetchone()
scopes = db.execute('SELECT scopes FROM api_key').fetchone()[0]

others = [(uuid.uuid4().bytes, uuid.uuid4().bytes) for _ in range(organizations - 1)]
everyone = [(home, owner)] + others
db.executemany('INSERT INTO organization (id, name, created_at) VALUES (?, ?, ?)',
    ((id, f'Organization {n}', now) for n, (id, _) in enumerate(others)))
db.executemany('INSERT INTO person (id, organization_id, email, name, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ((person, id, f'person-{n}@example.com', 'Person', 'admin', '', now) for n, (id, person) in enumerate(others)))
db.executemany('INSERT INTO origin (id, organization_id, canonical, changed_at, changed_by) VALUES (?, ?, ?, ?, ?)',
    ((uuid.uuid4().bytes, id, f'https://site-{n}.example.com', now, 'bench') for n, (id, _) in enumerate(others)))

letters = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
added = [(uuid.uuid4().bytes, *everyone[n % organizations], f'{n:05d}' + ''.join(random.choices(letters, k=6))) for n in range(keys - 1)]
db.executemany('INSERT INTO api_key (id, organization_id, owner_id, name, scopes, created_at) VALUES (?, ?, ?, ?, ?, 1)',
    ((key, id, person, f'Key {text}', scopes) for key, id, person, text in added))
db.executemany('INSERT INTO api_secret (id, organization_id, key_id, hash, wrapped_key, created_at) VALUES (?, ?, ?, ?, ?, 1)',
    ((text, id, key, os.urandom(32), wrapped) for key, id, _, text in added))

def token_id(at):
    return (at << 80 | 7 << 76 | random.getrandbits(12) << 64 | 2 << 62 | random.getrandbits(62)).to_bytes(16, 'big')

day = 86400000
db.executemany('INSERT INTO mint (token_id, organization_id, secret_id, subject, issued_at, expires_at) VALUES (?, ?, ?, ?, ?, ?)',
    ((token_id(at), everyone[n % organizations][0], secret, f'user-{n % 1000}', at // 1000, at // 1000 + 600)
        for n, at in ((n, now - day + n * (day // 2) // records) for n in range(records))))
db.execute('UPDATE generation SET value = value + 1')
db.commit()
print(uuid.UUID(bytes=home))
";

pub struct Installation {
    pub data: PathBuf,
    /// A key of the organization that everything is measured in.
    pub key: String,
    /// The cookie of its admin.
    pub cookie: String,
    /// The id of the organization.
    pub organization: String,
}

impl Installation {
    pub fn fill(folder: &Path, size: Size) -> Done<Self> {
        let Size {
            keys,
            organizations,
            records,
        } = size;
        let begun = now();
        let data = folder.join(format!("growth-{keys}-{organizations}-{records}"));
        let server = Server::start(&data)?;
        let key = Server::furnish(&data)?;
        let (_, cookie) = page::script(&server, &data, [2, 6, 1, 0])?;
        drop(server);
        let printed = output(
            Command::new("python3")
                .args(["-c", FILL])
                .arg(data.join("perch.sqlite3"))
                .args([keys, organizations, records].map(|count| count.to_string())),
        )?;
        println!(
            "{keys} keys, {organizations} organizations, {records} records: {:.1} s",
            begun.elapsed().as_secs_f32()
        );
        Ok(Self {
            data,
            key,
            cookie,
            organization: printed.trim().to_owned(),
        })
    }
}
