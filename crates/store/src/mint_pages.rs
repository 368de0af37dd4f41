//! Looking through the mint record, the newest token first and a piece at a time. There is no index by key or by viewer, and a
//! look must end whoever minted most of what is there.

use crate::db::each;
use crate::{OrganizationId, PersonId, Store, StoreError};
use uuid::Uuid;

/// The tokens that are looked for.
#[derive(Clone, Copy, Debug)]
pub struct WantedMints<'a> {
    pub organization: OrganizationId,
    /// Only tokens of these secrets.
    pub secrets: &'a [String],
    /// Only tokens of this viewer.
    pub subject: Option<&'a str>,
    /// Only tokens that end after this Unix second; `i64::MIN` for every one.
    pub expires_after: i64,
    /// The least id, and the id before which the look begins.
    pub ids_from: Uuid,
    pub ids_before: Uuid,
}

/// A token that was found.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FoundMint {
    pub token_id: Uuid,
    pub secret_id: String,
    pub subject: String,
    pub sandbox_by: Option<PersonId>,
}

/// What a look found, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MintPage {
    pub found: Vec<FoundMint>,
    /// The id before which the next look begins; none where nothing is left to look at.
    pub next: Option<Uuid>,
}

/// The id of the row at which a look ends.
const END: &str = "SELECT token_id FROM mint WHERE token_id >= $1 AND token_id < $2 ORDER BY token_id DESC LIMIT 1 OFFSET $3";
const FOUND: &str = "SELECT token_id, secret_id, subject, sandbox_by FROM mint WHERE token_id >= $1 AND token_id < $2 AND organization_id = $3 \
    AND secret_id IN (SELECT value->>0 FROM json_each($4)) AND ($5 IS NULL OR subject = $5) AND expires_at > $6 ORDER BY token_id DESC LIMIT $7";

impl Store {
    /// Looks at no more than `look` rows, whosever they are, and brings no more than `most` of them.
    pub async fn mint_page(
        &self,
        wanted: &WantedMints<'_>,
        look: u32,
        most: u32,
    ) -> Result<MintPage, StoreError> {
        let WantedMints {
            organization,
            secrets,
            subject,
            expires_after,
            ids_from,
            ids_before,
        } = *wanted;
        let last = i64::from(look.saturating_sub(1));
        let end: Option<Uuid> = each!(read self, pool => sqlx::query_scalar(END).bind(ids_from).bind(ids_before).bind(last).fetch_optional(pool).await)?;
        // Lists of texts always become JSON.
        let secrets =
            serde_json::to_string(&secrets.iter().map(|secret| [secret]).collect::<Vec<_>>())
                .unwrap_or_default();
        let found: Vec<FoundMint> = each!(read self, pool => sqlx::query_as(FOUND)
            .bind(end.unwrap_or(ids_from)).bind(ids_before).bind(organization).bind(secrets).bind(subject).bind(expires_after).bind(i64::from(most))
            .fetch_all(pool).await)?;
        let full = u32::try_from(found.len()).is_ok_and(|count| count >= most);
        let next = if full {
            found.last().map(|row| row.token_id)
        } else {
            end
        };
        Ok(MintPage { found, next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Location;
    use crate::db::Db;

    #[tokio::test]
    #[expect(
        clippy::panic,
        reason = "a test that cannot go on may stop where it stands"
    )]
    async fn sqlite_reads_the_record_in_its_order_and_sorts_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&Location::File {
            path: folder.path().join("perch.sqlite3"),
            create: true,
        })
        .await
        .unwrap();
        let Db::Lite { read, .. } = &store.db else {
            panic!("this is SQLite")
        };
        for sql in [END, FOUND] {
            let plan: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")))
                    .fetch_all(read)
                    .await
                    .unwrap();
            let told = plan
                .into_iter()
                .map(|step| step.3)
                .collect::<Vec<_>>()
                .join("; ");
            assert!(
                told.contains("SEARCH mint USING PRIMARY KEY (token_id>? AND token_id<?)")
                    && !told.contains("TEMP B-TREE FOR ORDER"),
                "{told}"
            );
        }
    }
}
