//! Sessions in our own database. The cookie's value is stored as its hash only.

use async_trait::async_trait;
use perch_service::{OrganizationId, Perch, PersonId};
use perch_store::ConsoleSession;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

/// `tower-sessions` over the service's pools.
#[derive(Clone, Debug)]
pub struct Sessions(pub Perch);

/// The member of a session's data that names who is signed in.
pub(super) const SIGN_IN: &str = "sign_in";

/// Hours without a request after which a sign-in ends.
pub(super) const IDLE_HOURS: i64 = 12;

fn hash(id: &Id) -> Vec<u8> {
    Sha256::digest(id.0.to_be_bytes()).to_vec()
}

fn backend(error: impl std::fmt::Display) -> Error {
    Error::Backend(error.to_string())
}

impl Sessions {
    fn row(&self, record: &Record) -> Result<ConsoleSession> {
        let id = |name: &str| {
            record
                .data
                .get(SIGN_IN)
                .and_then(|sign_in| sign_in.get(name))
                .and_then(|value| value.as_str()?.parse().ok())
        };
        Ok(ConsoleSession {
            id_hash: hash(&record.id),
            organization_id: id("organization").map(OrganizationId),
            person_id: id("person").map(PersonId),
            data: serde_json::to_string(&record.data)
                .map_err(|error| Error::Encode(error.to_string()))?,
            created_at: self.0.system.now(),
            // By our own clock, against which it is held when it is loaded; the record's date is the system's.
            expires_at: self.0.system.now() + IDLE_HOURS * 3_600_000,
        })
    }
}

#[async_trait]
impl SessionStore for Sessions {
    /// Never overwrites: an id that exists gets another.
    async fn create(&self, record: &mut Record) -> Result<()> {
        while !self
            .0
            .store()
            .add_session(&self.row(record)?)
            .await
            .map_err(backend)?
        {
            record.id = Id::default();
        }
        Ok(())
    }

    async fn save(&self, record: &Record) -> Result<()> {
        self.0
            .store()
            .update_session(&self.row(record)?)
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(row) = self
            .0
            .store()
            .session(&hash(id), self.0.system.now())
            .await
            .map_err(backend)?
        else {
            return Ok(None);
        };
        let data: HashMap<String, serde_json::Value> =
            serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(row.expires_at.div_euclid(1_000))
            .map_err(backend)?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.0
            .store()
            .delete_session(&hash(id))
            .await
            .map_err(backend)
    }
}
