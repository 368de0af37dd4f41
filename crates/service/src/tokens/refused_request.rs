//! What happened to a request, by the id that its caller was told: on a visitor's screen, in an error, in a header.

use crate::config::Organization;
use crate::tokens::Tokens;
use crate::tokens::checks::{Facts, refused_site};
use crate::tokens::verify::authorize_origin;
use crate::{ActorContext, CheckResult, Fix, error::Error};
use perch_domain::check::{Check, CheckOutcome};
use perch_domain::origin::Origin;
use perch_domain::{Action, Code, api_key};
use uuid::Uuid;

/// A refused request, as people see it.
#[derive(Clone, Debug)]
pub struct RefusedRequest {
    pub request_id: Uuid,
    pub route: String,
    pub code: Code,
    /// Every check of a viewer's request in order; empty for other requests.
    pub checks: Vec<CheckResult>,
    /// Faults of the input: field and code.
    pub faults: Vec<String>,
    /// The site, where the browser named one.
    pub origin: String,
    /// Name and prefix of the key.
    pub key: String,
    pub token_id: Option<Uuid>,
    /// Unix seconds.
    pub at: i64,
}

impl Tokens {
    /// A refused request of this organization, or one that belongs to nobody.
    ///
    /// # Errors
    /// `NOT_FOUND` where none with this id is kept; another organization's is not.
    pub async fn refused_request(
        &self,
        acting: &ActorContext,
        request_id: Uuid,
    ) -> Result<RefusedRequest, Error> {
        acting.may(Action::ReadToken)?;
        self.activity.flush().await;
        let found = self
            .store
            .refused_request(acting.organization, request_id)
            .await?;
        let row = found.ok_or(Code::NotFound)?;
        let code = Code::parse(&row.code).ok_or_else(|| {
            Error::internal(&format!(
                "refused_request.code of row {request_id} cannot be read"
            ))
        })?;
        let keys = self.store.keys(acting.organization, None).await?;
        let key = row.secret_id.as_ref().map(|id| {
            let prefix = api_key::visible_prefix(id);
            keys.iter()
                .find(|key| key.secret_id == *id)
                .map_or_else(|| prefix.clone(), |key| format!("{} ({prefix})", key.name))
        });
        let organization = self
            .config
            .snapshot()
            .organization(acting.organization)
            .ok_or(Code::NotFound)?;
        let site = Origin::from_header(&row.origin);
        let facts = Facts {
            keys: &keys,
            site: site.as_ref(),
            now: self.system.now_seconds(),
            revoked: None,
            preview: self.preview(),
        };
        let minted = match row.token_id {
            Some(token_id) => self.store.mint(acting.organization, token_id).await?,
            None => None,
        };
        let sandbox = minted.is_some_and(|minted| minted.sandbox_by.is_some());
        Ok(RefusedRequest {
            request_id,
            code,
            checks: Check::parse(&row.check)
                .map(|check| checks(check, code, sandbox, &facts, &organization))
                .unwrap_or_default(),
            faults: row.faults.lines().map(str::to_owned).collect(),
            key: key.unwrap_or_default(),
            route: row.route,
            origin: row.origin,
            token_id: row.token_id,
            at: row.at.div_euclid(1_000),
        })
    }
}

/// The checks as they went then; what to do is told as it stands now.
fn checks(
    failed: Check,
    code: Code,
    sandbox: bool,
    facts: &Facts<'_>,
    organization: &Organization,
) -> Vec<CheckResult> {
    let step = |check: Check| {
        let outcome = match check.cmp(&failed) {
            std::cmp::Ordering::Less => CheckOutcome::Passed,
            std::cmp::Ordering::Equal => CheckOutcome::Failed,
            std::cmp::Ordering::Greater => CheckOutcome::NotReached,
        };
        let (evidence, fix) = if check == failed {
            told(code, sandbox, facts, organization)
        } else {
            (String::new(), None)
        };
        CheckResult {
            check,
            outcome,
            evidence,
            fix,
            code: (check == failed).then_some(code),
        }
    };
    Check::ALL.map(step).to_vec()
}

fn told(
    code: Code,
    sandbox: bool,
    facts: &Facts<'_>,
    organization: &Organization,
) -> (String, Option<Fix>) {
    match facts.site {
        Some(site)
            if matches!(
                code,
                Code::OriginNotAuthorized | Code::SandboxTokenOnProductionOrigin
            ) =>
        {
            match authorize_origin(organization, sandbox, site, facts.preview) {
                Ok(_) => (
                    format!("{site} could not use the token then. It could now."),
                    None,
                ),
                // What stands in the way now is what has to be mended.
                Err(now) => refused_site(now, facts, Some(organization)),
            }
        }
        _ => (
            code.message().to_owned(),
            Some(Fix {
                sentence: code.fix().to_owned(),
                place: None,
            }),
        ),
    }
}
