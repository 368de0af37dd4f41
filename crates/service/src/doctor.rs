//! What the operator should know before it hurts.

use crate::perch::Perch;
use perch_domain::Refusal;

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Finding {
    pub good: bool,
    pub subject: &'static str,
    pub detail: String,
}

impl Perch {
    /// Looks at what tokens depend on: the database, the master key, the way in.
    pub async fn doctor(&self) -> Result<Vec<Finding>, Refusal> {
        self.ready().await?;
        let mut findings = vec![Finding { good: true, subject: "Database", detail: format!("{} answers and is up to date.", self.store.kind()) }];
        let admin = self.has_admin().await?;
        let way_in = if admin { "An admin can sign in." } else { "Nobody can sign in yet; run perch setup-link." };
        findings.push(Finding { good: admin, subject: "Sign-in", detail: way_in.to_owned() });
        let snapshot = self.store.snapshot(i64::MAX).await.map_err(crate::fault::store)?;
        let total = snapshot.secrets.len();
        let foreign: Vec<_> = snapshot
            .secrets
            .iter()
            .filter(|secret| self.master_keys.unwrap(&secret.row.id, &secret.row.wrapped_key).is_err())
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
        let exposed = snapshot.secrets.iter().filter(|secret| secret.row.exposed_at.is_some() && secret.row.key_revoked_at.is_none()).count();
        findings.push(Finding {
            good: exposed == 0,
            subject: "API keys",
            detail: if exposed == 0 {
                "No active key was seen in a browser.".to_owned()
            } else {
                format!("{exposed} active keys were used from a browser; revoke and replace them.")
            },
        });
        Ok(findings)
    }
}
