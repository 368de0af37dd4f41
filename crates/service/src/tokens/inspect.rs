//! What people are told about a token of their organization: what it says, and the ladder of checks with the reason.

use crate::config::ConfigSnapshot;
use crate::config::revocations::IssuedToken;
use crate::config::revoked_by;
use crate::config::verify_key_state;
use crate::config::verify_not_revoked;
use crate::tokens::Tokens;
use crate::tokens::checks::{CheckResult, Facts, checks, revoked};
use crate::tokens::token_view::TokenView;
use crate::tokens::verify::authorize_origin;
use crate::{ActorContext, error::Error};
use perch_domain::api_key::{self, ApiKeyText};
use perch_domain::check::Check;
use perch_domain::check::FailedCheck;
use perch_domain::origin::Origin;
use perch_domain::token_input::{self, NotAToken, Removed};
use perch_domain::{Action, Code, Refusal, ViolationCode, time};
use perch_store::{KeyId, OrganizationId};
use uuid::Uuid;

/// What a person is told about a token.
#[derive(Clone, Debug)]
pub struct TokenInspection {
    /// Why it is refused; `None` where it is valid.
    pub refused: Option<Code>,
    /// The verdict in one sentence.
    pub verdict: String,
    /// Every check in order.
    pub checks: Vec<CheckResult>,
    /// The claims, once the seal was verified.
    pub token: Option<TokenView>,
    /// What was taken away to get at the token.
    pub removed: Vec<Removed>,
    /// An API key was pasted instead, and this is the one, if this person may revoke it.
    pub api_key: Option<KeyId>,
}

/// What the record tells of a token by its id alone. Times are Unix seconds.
#[derive(Clone, Debug)]
pub struct TokenRecord {
    pub token_id: Uuid,
    pub subject: String,
    pub key: String,
    pub sandbox: bool,
    pub issued_at: i64,
    pub expires_at: i64,
    /// Whether it would still work, in one sentence.
    pub verdict: String,
    pub refused: Option<Code>,
}

/// What a text is that the gate did not take, held against the keys of this organization.
fn diagnose(memory: &ConfigSnapshot, organization: OrganizationId, text: &str) -> NotAToken {
    let headers: Vec<_> = memory.headers(organization).collect();
    token_input::diagnose(text, headers.iter().map(String::as_str))
}

impl Tokens {
    /// Reads a token for a person of its organization, as seen from a site where one is named. What they pasted is not kept.
    pub async fn inspect_token(
        &self,
        acting: &ActorContext,
        pasted: &str,
        site: &str,
    ) -> Result<TokenInspection, Error> {
        acting.may(Action::ReadToken)?;
        let site = match site.trim() {
            "" => None,
            site => {
                let read = Origin::parse_asked(site).map_err(|fault| {
                    Refusal::fault("site", ViolationCode::InvalidValue, fault.to_string())
                });
                Some(read?.0)
            }
        };
        let (text, removed) = token_input::extract_token(pasted);
        if text.is_empty() {
            return Ok(TokenInspection {
                refused: Some(Code::TokenMissing),
                verdict: "Paste a token.".into(),
                checks: Vec::new(),
                token: None,
                removed,
                api_key: None,
            });
        }
        // Wherever it stands: a line of an environment file has its name in front.
        if let Some(key) = text.find(api_key::PREFIX).and_then(|at| text.get(at..)) {
            return self.pasted_key(acting, key, removed).await;
        }
        // Memory is looked at once more before a refusal counts, as everywhere.
        self.config.refresh().await?;
        let keys = self.store.keys(acting.organization, None).await?;
        let memory = self.config.current();
        let facts = Facts {
            keys: &keys,
            site: site.as_ref(),
            now: self.system.now_seconds(),
            revoked: None,
            preview: self.preview(),
        };
        Ok(TokenInspection {
            removed,
            ..self.read_from_memory(acting, &memory, &text, &facts)
        })
    }

    fn read_from_memory(
        &self,
        acting: &ActorContext,
        memory: &ConfigSnapshot,
        text: &str,
        facts: &Facts<'_>,
    ) -> TokenInspection {
        let mine = |organization| organization == acting.organization;
        let organization = memory.organization(acting.organization);
        let told = |failed: Option<FailedCheck>,
                    checks: Vec<CheckResult>,
                    verdict: String,
                    token: Option<TokenView>| TokenInspection {
            refused: failed.map(|failed| failed.1),
            verdict,
            checks,
            token,
            removed: Vec::new(),
            api_key: None,
        };
        let opened = match self.open_seal(memory, text, |secret| mine(secret.row.organization_id)) {
            Ok(opened) => opened,
            Err(failed) => {
                let foreign = diagnose(memory, acting.organization, text);
                // What looks whole to the gate but names no key of ours, and the reverse, is told as what it looks like.
                let failed = match foreign {
                    NotAToken::OtherKey { .. } | NotAToken::OtherSystem { .. }
                        if failed.0 == Check::Shape =>
                    {
                        FailedCheck(Check::Key, Code::TokenUnknownKey)
                    }
                    _ => failed,
                };
                let steps = checks(
                    facts,
                    Some(failed),
                    None,
                    organization.as_deref(),
                    Some(&foreign),
                );
                let verdict = steps
                    .iter()
                    .find(|step| step.check == failed.0)
                    .map(|step| step.evidence.clone())
                    .unwrap_or_default();
                return told(Some(failed), steps, verdict, None);
            }
        };
        let (claims, verdict) = self.judge(memory, &opened);
        let secret = &opened.key.secret;
        let revoked =
            claims
                .as_ref()
                .zip(organization.as_deref())
                .and_then(|(claims, organization)| {
                    revoked_by(memory, organization, secret, IssuedToken::claimed(claims))
                });
        let facts = &Facts { revoked, ..*facts };
        let sandbox = claims
            .as_ref()
            .is_some_and(|claims| claims.sandbox.is_some());
        let by_site = || match (facts.site, &organization) {
            (Some(site), Some(organization)) => {
                authorize_origin(organization, sandbox, site, self.preview())
                    .map(drop)
                    .map_err(|code| FailedCheck(Check::Origin, code))
            }
            _ => Ok(()),
        };
        let failed = verdict.and_then(|()| by_site()).err();
        let steps = checks(
            facts,
            failed,
            claims.as_ref().map(|claims| (claims, &**secret)),
            organization.as_deref(),
            None,
        );
        let token = claims
            .as_ref()
            .map(|claims| TokenView::of(claims, &secret.row.id));
        let sentence = match (failed, &token) {
            (None, Some(token)) => {
                let open = steps
                    .iter()
                    .filter(|step| step.outcome == perch_domain::check::CheckOutcome::Failed)
                    .count();
                let but = if open == 0 {
                    String::new()
                } else {
                    ", but look at what is marked below".to_owned()
                };
                format!("Valid for {}{but}.", duration(token.expires_at - facts.now))
            }
            (Some(FailedCheck(Check::Time, Code::TokenExpired)), Some(token)) => {
                format!(
                    "Expired {}, {}.",
                    time::relative(token.expires_at, facts.now),
                    time::readable(token.expires_at)
                )
            }
            (Some(failed), _) => steps
                .iter()
                .find(|step| step.check == failed.0)
                .map(|step| step.evidence.clone())
                .unwrap_or_default(),
            (None, None) => Code::TokenInvalid.message().to_owned(),
        };
        told(failed, steps, sentence, token)
    }

    /// An API key where a token belongs: said as what it is and, where this person may revoke it, offered to be revoked.
    async fn pasted_key(
        &self,
        acting: &ActorContext,
        text: &str,
        removed: Vec<Removed>,
    ) -> Result<TokenInspection, Error> {
        let whole = ApiKeyText::parse(text);
        let verdict = match &whole {
            Ok(_) => {
                "This is an API key, not a token. Keep API keys on your backend; if others could see this one, revoke it."
            }
            Err(_) => "This looks like part of an API key, not a token.",
        };
        // Only who proves to hold the key is told that it is one of ours.
        let holder = match whole {
            Ok(_) => self
                .api_keys
                .authenticate_key(text, None)
                .await
                .ok()
                .filter(|holder| holder.secret.row.organization_id == acting.organization),
            Err(_) => None,
        };
        let mut api_key = None;
        if let Some(holder) = holder {
            api_key = self
                .api_keys
                .revocable(acting, holder.key())
                .await
                .ok()
                .map(|key| key.id);
        }
        Ok(TokenInspection {
            refused: Some(Code::TokenMalformed),
            verdict: verdict.to_owned(),
            checks: Vec::new(),
            token: None,
            removed,
            api_key,
        })
    }

    /// What is known of a token by its id: who, by which key, until when; nothing it carries.
    ///
    /// # Errors
    /// `NOT_FOUND` for an id that is not in the record of this organization.
    pub async fn token_record(
        &self,
        acting: &ActorContext,
        token_id: &str,
    ) -> Result<TokenRecord, Error> {
        acting.may(Action::ReadToken)?;
        let not_found = || {
            Refusal::because(
                Code::NotFound,
                "No token with this id is in the record of your organization.",
            )
        };
        let id = Uuid::parse_str(token_id.trim()).map_err(|_| not_found())?;
        let row = self
            .store
            .mint(acting.organization, id)
            .await?
            .ok_or_else(not_found)?;
        self.config.refresh().await?;
        let memory = self.config.snapshot();
        let keys = self.store.keys(acting.organization, None).await?;
        let key = keys.iter().find(|key| key.secret_id == row.secret_id);
        let now = self.system.now_seconds();
        let expired = if row.expires_at <= now {
            Err(FailedCheck(Check::Time, Code::TokenExpired))
        } else {
            Ok(())
        };
        let judged = match memory.secret(&row.secret_id) {
            None => Err(FailedCheck(Check::Key, Code::TokenUnknownKey)),
            Some(secret) => verify_key_state(&secret, self.system.now())
                .and(expired)
                .and_then(|()| verify_not_revoked(&memory, &secret, IssuedToken::recorded(&row))),
        };
        let when = |at: Option<i64>| {
            at.map_or_else(String::new, |at| {
                format!(" {}", time::relative(at.div_euclid(1_000), now))
            })
        };
        let verdict = match judged {
            Ok(()) => format!(
                "Valid for {}, by its record.",
                duration(row.expires_at - now)
            ),
            Err(FailedCheck(Check::KeyState, Code::TokenRevoked)) => format!(
                "Its API key was revoked{}.",
                when(key.and_then(|key| key.revoked_at))
            ),
            Err(FailedCheck(Check::KeyState, _)) => format!(
                "Its API key expired{}.",
                when(key.and_then(|key| key.expires_at))
            ),
            Err(FailedCheck(Check::Time, _)) => {
                format!("Expired {}.", time::relative(row.expires_at, now))
            }
            Err(FailedCheck(Check::Revocation, _)) => {
                let secret = memory
                    .secret(&row.secret_id)
                    .zip(memory.organization(acting.organization));
                revoked(secret.and_then(|(secret, organization)| {
                    revoked_by(&memory, &organization, &secret, IssuedToken::recorded(&row))
                }))
                .to_owned()
            }
            Err(FailedCheck(_, code)) => code.message().to_owned(),
        };
        let refused = judged.err().map(|failed| failed.1);
        Ok(TokenRecord {
            token_id: id,
            subject: row.subject,
            key: key.map_or_else(
                || api_key::visible_prefix(&row.secret_id),
                |key| key.name.clone(),
            ),
            sandbox: row.sandbox_by.is_some(),
            issued_at: row.issued_at,
            expires_at: row.expires_at,
            verdict,
            refused,
        })
    }
}

fn duration(seconds: i64) -> String {
    let (count, unit) = match seconds {
        ..120 => (seconds.max(0), "second"),
        120..7_200 => (seconds / 60, "minute"),
        _ => (seconds / 3_600, "hour"),
    };
    format!("{count} more {unit}{}", if count == 1 { "" } else { "s" })
}
