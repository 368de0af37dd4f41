//! Whether a revocation would change anything: what was revoked before is not written again.

use crate::config::revocations::{IssuedToken, RevokedBy, subject_hash};
use crate::config::revoked_by;
use crate::error::Error;
use crate::ports::least_id;
use crate::tokens::Tokens;
use perch_store::{KeyId, MintRow, OrganizationId, WantedMints};
use std::time::Duration;
use uuid::Uuid;

/// Rows of the mint record that are looked at for a viewer, and how long: past that the revocation is made.
const LOOK: u32 = 5_000;
const MAX_LOOK: Duration = Duration::from_millis(250);

impl Tokens {
    /// Whether a token ended before its time already, in a way that lasts. What only memory remembers does not count: a database
    /// that was put back to an earlier state has forgotten it.
    pub(crate) async fn ended_before(&self, row: &MintRow) -> Result<bool, Error> {
        let by = {
            let memory = self.config.snapshot();
            let Some((secret, organization)) = memory
                .secret(&row.secret_id)
                .zip(memory.organization(row.organization))
            else {
                return Ok(false);
            };
            revoked_by(&memory, &organization, &secret, IssuedToken::recorded(row))
        };
        match by {
            Some(RevokedBy::Key | RevokedBy::Organization) => Ok(true),
            Some(RevokedBy::Token) => Ok(self
                .store
                .is_token_revoked(row.organization, row.token_id)
                .await?),
            _ => Ok(false),
        }
    }

    /// Whether a cut-off for this viewer of a key would end anything. It would, unless one is written down already and no younger
    /// token of theirs is on record: a viewer of whom nothing is known may hold a token whose record a failover lost. Neither
    /// the token's time nor this node's clock counts, and where the look has to stop the answer is yes.
    pub(crate) async fn would_end(
        &self,
        organization: OrganizationId,
        key: KeyId,
        subject: &str,
    ) -> Result<bool, Error> {
        let written = self
            .store
            .viewer_cut_off(organization, key, subject_hash(subject))
            .await?;
        let Some(written) = written else {
            return Ok(true);
        };
        let look = async {
            let Ok(_one_at_a_time) = self.revocation_bounds.looking.acquire().await else {
                return Ok(true);
            };
            let memory = self.config.current();
            let Some(known) = memory.organization(organization) else {
                return Ok(true);
            };
            let own: Vec<_> = memory.secrets_of_key(organization, key).collect();
            let key_ended = own
                .iter()
                .map(|secret| secret.row.cut_off)
                .min()
                .unwrap_or(0);
            let covered = written.max(known.row.cut_off).max(key_ended);
            let secrets: Vec<String> = own.iter().map(|secret| secret.row.id.clone()).collect();
            let wanted = WantedMints {
                organization,
                secrets: &secrets,
                subject: Some(subject),
                expires_after: i64::MIN,
                ids_from: least_id(covered.saturating_add(1)),
                ids_before: Uuid::max(),
            };
            let page = self.store.mint_page(&wanted, LOOK, 1).await?;
            Ok(!page.found.is_empty() || page.next.is_some())
        };
        tokio::time::timeout(MAX_LOOK, look)
            .await
            .unwrap_or(Ok(true))
    }
}
