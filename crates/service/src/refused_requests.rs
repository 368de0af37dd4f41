//! What happened to a request, by the id that its caller was told: on a visitor's screen, in an error, in a header.

use crate::config::Organization;
use crate::ladder::{Facts, refused_site};
use crate::perch::Perch;
use crate::tokens::judge_site;
use crate::{Acting, Fix, Step, fault};
use perch_domain::origin::Origin;
use perch_domain::verdict::{Outcome, Rung};
use perch_domain::{Action, Code, Refusal, api_key};
use uuid::Uuid;

/// A refused request, as people see it.
#[derive(Clone, Debug)]
pub struct RefusedRequest {
    pub request_id: Uuid,
    pub route: String,
    pub code: Code,
    /// Every check of a viewer's request in order; empty for other requests.
    pub ladder: Vec<Step>,
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

impl Perch {
    /// A refused request of this organization, or one that belongs to nobody.
    ///
    /// # Errors
    /// `NOT_FOUND` where none with this id is kept; another organization's is not.
    pub async fn refused_request(
        &self,
        acting: &Acting,
        request_id: Uuid,
    ) -> Result<RefusedRequest, Refusal> {
        acting.may(Action::ReadToken)?;
        self.write_sightings().await;
        let found = self
            .store
            .refused_request(acting.organization, request_id)
            .await
            .map_err(fault::store)?;
        let row = found.ok_or(Code::NotFound)?;
        let code = Code::parse(&row.code).ok_or_else(|| {
            fault::broken(&format!(
                "refused_request.code of row {request_id} cannot be read"
            ))
        })?;
        let keys = self
            .store
            .keys(acting.organization, None)
            .await
            .map_err(fault::store)?;
        let key = row.secret_id.as_ref().map(|id| {
            let prefix = api_key::visible_prefix(id);
            keys.iter()
                .find(|key| key.secret_id == *id)
                .map_or_else(|| prefix.clone(), |key| format!("{} ({prefix})", key.name))
        });
        let organization = self
            .memory
            .load()
            .organization(acting.organization)
            .ok_or(Code::NotFound)?;
        let site = Origin::from_header(&row.origin);
        let facts = Facts {
            keys: &keys,
            site: site.as_ref(),
            now: self.now_seconds(),
            revoked: None,
            preview: self.preview(),
        };
        let minted = match row.token_id {
            Some(token_id) => self
                .store
                .mint(acting.organization, token_id)
                .await
                .map_err(fault::store)?,
            None => None,
        };
        let sandbox = minted.is_some_and(|minted| minted.sandbox_by.is_some());
        Ok(RefusedRequest {
            request_id,
            code,
            ladder: Rung::parse(&row.rung)
                .map(|rung| ladder(rung, code, sandbox, &facts, &organization))
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
fn ladder(
    failed: Rung,
    code: Code,
    sandbox: bool,
    facts: &Facts<'_>,
    organization: &Organization,
) -> Vec<Step> {
    let step = |rung: Rung| {
        let outcome = match rung.cmp(&failed) {
            std::cmp::Ordering::Less => Outcome::Passed,
            std::cmp::Ordering::Equal => Outcome::Failed,
            std::cmp::Ordering::Greater => Outcome::NotReached,
        };
        let (evidence, fix) = if rung == failed {
            told(code, sandbox, facts, organization)
        } else {
            (String::new(), None)
        };
        Step {
            rung,
            outcome,
            evidence,
            fix,
            code: (rung == failed).then_some(code),
        }
    };
    Rung::ALL.map(step).to_vec()
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
            match judge_site(organization, sandbox, site, facts.preview) {
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
