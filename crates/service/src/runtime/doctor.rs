//! What the operator should know before it hurts.

use crate::activity::WriteBehind;
use crate::config::ConfigCache;
use crate::error::Error;
use crate::ports::System;
use perch_jwe::MasterKeys;
use perch_store::Store;
use std::net::IpAddr;
use std::sync::Arc;
use uuid::Uuid;

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Finding {
    pub good: bool,
    pub subject: &'static str,
    pub detail: String,
}

/// Looks for problems, and keeps what the server noticed for the command that looks.
pub struct Doctor {
    store: Store,
    config: Arc<ConfigCache>,
    system: System,
    master_keys: Arc<MasterKeys>,
    /// The stored random id of the installation.
    installation: Uuid,
    /// Who sent a forwarding header that does not count, and when (Unix milliseconds), until that is written.
    untrusted_proxy: WriteBehind<Option<(IpAddr, i64)>>,
}

impl Doctor {
    pub(crate) fn new(
        store: Store,
        config: Arc<ConfigCache>,
        system: System,
        master_keys: Arc<MasterKeys>,
        installation: Uuid,
    ) -> Self {
        Self {
            store,
            config,
            system,
            master_keys,
            installation,
            untrusted_proxy: WriteBehind::default(),
        }
    }

    /// Looks at what tokens depend on: the database, the master key, the way in.
    pub async fn findings(&self) -> Result<Vec<Finding>, Error> {
        self.config.ready().await?;
        let mut findings = vec![Finding {
            good: true,
            subject: "Database",
            detail: format!("{} answers and is up to date.", self.store.kind()),
        }];
        let admin = self.store.has_admin().await?;
        let way_in = if admin {
            "An admin can sign in."
        } else {
            "Nobody can sign in yet; run perch setup-link."
        };
        findings.push(Finding {
            good: admin,
            subject: "Sign-in",
            detail: way_in.to_owned(),
        });
        let snapshot = self.store.snapshot(i64::MAX).await?;
        let total = snapshot.secrets.len();
        let foreign: Vec<_> = snapshot
            .secrets
            .iter()
            .filter(|secret| {
                self.master_keys
                    .unwrap(&secret.row.id, &secret.row.wrapped_key)
                    .is_err()
            })
            .map(|secret| secret.row.id.clone())
            .collect();
        findings.push(if foreign.is_empty() {
            Finding {
                good: true,
                subject: "Master key",
                detail: format!(
                    "It opens all {total} content keys. Keep a copy of it away from the database: without it no token works until keys are replaced."
                ),
            }
        } else {
            Finding {
                good: false,
                subject: "Master key",
                detail: format!(
                    "It does not open the content keys of {}; their tokens fail. Restore the master key file they were made with.",
                    foreign.join(", ")
                ),
            }
        });
        let exposed = snapshot
            .secrets
            .iter()
            .filter(|secret| secret.row.exposed_at.is_some() && secret.row.key_revoked_at.is_none())
            .count();
        findings.push(Finding {
            good: exposed == 0,
            subject: "API keys",
            detail: if exposed == 0 {
                "No active key was seen in a browser.".to_owned()
            } else {
                format!("{exposed} active keys were used from a browser; revoke and replace them.")
            },
        });
        findings.extend(self.untrusted_proxy_seen().await?);
        Ok(findings)
    }

    /// Notes for `doctor` that a proxy seems to stand before the server and is not trusted. Written down with the next upkeep.
    pub fn note_untrusted_proxy(&self, from: IpAddr) {
        let now = self.system.now();
        self.untrusted_proxy
            .with(|noted| *noted = Some((from, now)));
    }

    /// Writes what the server noticed.
    pub(crate) async fn flush(&self) {
        let batch = self.untrusted_proxy.take(Option::take).await;
        if let Some((from, at)) = batch.taken {
            // The store logs what cannot be written.
            let _ = self
                .store
                .note_untrusted_proxy(Some((&from.to_string(), at)))
                .await;
        }
    }

    /// Forgets it: proxies are trusted now.
    pub async fn forget_untrusted_proxy(&self) -> Result<(), Error> {
        Ok(self.store.note_untrusted_proxy(None).await?)
    }

    async fn untrusted_proxy_seen(&self) -> Result<Option<Finding>, Error> {
        let installation = self
            .store
            .installation(self.installation, self.system.now())
            .await?;
        let (Some(from), Some(at)) = (
            installation.untrusted_proxy,
            installation.untrusted_proxy_at,
        ) else {
            return Ok(None);
        };
        let seen = perch_domain::time::rfc3339(at.div_euclid(1_000));
        // On a network of one's own it is a proxy; from elsewhere anybody may have written the header.
        let own = from.parse().is_ok_and(is_private);
        let detail = if own {
            format!(
                "{from} sends X-Forwarded-For (seen {seen}), but no proxy is trusted, so everybody behind it counts as one address. Set PERCH_TRUSTED_PROXIES to its network."
            )
        } else {
            format!(
                "{from} sent X-Forwarded-For (seen {seen}), and no proxy is trusted. If it is a proxy of yours, set PERCH_TRUSTED_PROXIES to its network: until then everybody behind it counts as one address. If it is not, the header changes nothing."
            )
        };
        Ok(Some(Finding {
            good: !own,
            subject: "Proxy",
            detail,
        }))
    }
}

/// An address of this machine or of a network that the internet does not reach.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}
