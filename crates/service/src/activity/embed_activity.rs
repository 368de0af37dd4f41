//! What was seen of viewers: sites that connected, sites that were refused, refused requests. Noted in memory on the way of a
//! request, bounded there, and written down about once a second; a crash loses a second of it, never a token.

use crate::activity::connected_sites::{Connected, ConnectedSites};
use crate::activity::refused_sites;
use crate::config::Secret;
use crate::error::Error;
use crate::perch::Perch;
use crate::tokens::session::{Call, Caller};
use crate::tokens::verify::FailedCheck;
use perch_domain::check::Check;
use perch_domain::claims::Claims;
use perch_domain::{Code, Refusal};
use perch_store::{OrganizationId, RefusedRequestRow, StoreError};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Refused requests that are noted between two writings, of each organization and of nobody, and of each token: a flood of one
/// must not drive out what somebody else will ask for.
const MAX_REQUESTS: usize = 100;
const MAX_REQUESTS_OF_A_TOKEN: usize = 10;
/// The same of all organizations together.
const MAX_REQUESTS_OF_ALL: usize = 1_000;
/// Refused sites likewise, of an organization and of all; of a viewer no more than are kept of a day.
const MAX_REFUSED_SITES: usize = 200;
const MAX_REFUSED_SITES_OF_ALL: usize = 2_000;
/// A viewer's request that was refused, and whose it was as far as it proved to be somebody's.
pub(crate) struct Rejection {
    pub refusal: Refusal,
    check: Option<Check>,
    about: Option<Box<RequestOwner>>,
}

/// Whose a request was.
pub(crate) struct RequestOwner {
    pub organization: OrganizationId,
    pub secret_id: String,
    pub token_id: Option<Uuid>,
    pub subject: String,
}

impl Rejection {
    /// Nothing about it proved to belong to an organization.
    pub fn nobody(FailedCheck(check, code): FailedCheck) -> Self {
        Self {
            refusal: code.into(),
            check: Some(check),
            about: None,
        }
    }

    /// Its seal was ours.
    pub fn known(
        check: Check,
        refusal: Refusal,
        secret: &Secret,
        claims: Option<&Claims<'_>>,
    ) -> Self {
        let about = RequestOwner {
            organization: secret.row.organization_id,
            secret_id: secret.row.id.clone(),
            token_id: claims.map(|claims| claims.jti),
            subject: claims
                .map(|claims| claims.sub.clone().into_owned())
                .unwrap_or_default(),
        };
        Self::told(check, refusal, about)
    }

    /// Whether the caller showed nothing that was made here.
    pub fn proved_nothing(&self) -> bool {
        self.check.is_some() && self.about.is_none()
    }

    /// Whether looking at the database again cannot change it: what is no token is none.
    pub fn is_settled(&self) -> bool {
        self.check == Some(Check::Shape)
    }

    pub fn told(check: Check, refusal: Refusal, about: RequestOwner) -> Self {
        Self {
            refusal,
            check: Some(check),
            about: Some(Box::new(about)),
        }
    }
}

impl From<Error> for Rejection {
    fn from(error: Error) -> Self {
        Refusal::from(error).into()
    }
}

impl From<Refusal> for Rejection {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal,
            check: None,
            about: None,
        }
    }
}

/// A viewer without the name: SHA-256 of organization and `distinctId`.
pub(crate) fn viewer(organization: OrganizationId, subject: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(organization.0.as_bytes())
        .chain_update(subject.as_bytes())
        .finalize()
        .into()
}

/// A refused site of a viewer on a day (days since 1970).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RefusedSite {
    pub organization: OrganizationId,
    pub viewer: [u8; 32],
    pub day: i64,
    pub origin: String,
}

/// How often, and when last (Unix milliseconds).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refusals {
    pub count: i64,
    pub last_at: i64,
}

#[derive(Default)]
pub(crate) struct EmbedActivity(Mutex<PendingActivity>);

#[derive(Default)]
struct PendingActivity {
    connected: ConnectedSites,
    refused_sites: HashMap<RefusedSite, Refusals>,
    requests: Vec<RefusedRequestRow>,
}

impl PendingActivity {
    fn has_room_for(&self, site: &RefusedSite) -> bool {
        let own = self
            .refused_sites
            .keys()
            .filter(|known| known.organization == site.organization);
        let of_the_viewer = own
            .clone()
            .filter(|known| known.viewer == site.viewer && known.day == site.day)
            .count();
        let room =
            of_the_viewer < refused_sites::MAX_OF_A_VIEWER && own.count() < MAX_REFUSED_SITES;
        room && self.refused_sites.len() < MAX_REFUSED_SITES_OF_ALL
    }
}

impl EmbedActivity {
    fn locked<T>(&self, f: impl FnOnce(&mut PendingActivity) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A site connected.
    pub fn connected(&self, site: Connected<'_>, now: i64) {
        self.locked(|seen| seen.connected.note(site, now));
    }

    /// A viewer's request was refused.
    pub fn record_rejection(&self, call: &Call<'_>, turned: &Rejection, now: i64) {
        let origin = match &call.caller {
            Caller::Site(origin) => origin.to_string(),
            _ => String::new(),
        };
        let about = turned.about.as_deref();
        if let (Some(about), Caller::Site(_), Code::OriginNotAuthorized) =
            (about, &call.caller, turned.refusal.code)
        {
            let viewer = viewer(about.organization, &about.subject);
            let site = RefusedSite {
                organization: about.organization,
                viewer,
                day: now.div_euclid(refused_sites::DAY),
                origin: origin.clone(),
            };
            self.locked(|seen| {
                if let Some(refusals) = seen.refused_sites.get_mut(&site) {
                    *refusals = Refusals {
                        count: refusals.count + 1,
                        last_at: now,
                    };
                } else if seen.has_room_for(&site) {
                    seen.refused_sites.insert(
                        site,
                        Refusals {
                            count: 1,
                            last_at: now,
                        },
                    );
                }
            });
        }
        self.note(RefusedRequestRow {
            check: turned
                .check
                .map(Check::as_str)
                .unwrap_or_default()
                .to_owned(),
            organization_id: about.map(|about| about.organization),
            secret_id: about.map(|about| about.secret_id.clone()),
            token_id: about.and_then(|about| about.token_id),
            ..row(call.request_id, call.route, &turned.refusal, origin, now)
        });
    }

    fn note(&self, row: RefusedRequestRow) {
        self.locked(|seen| {
            let alike = |same: &dyn Fn(&RefusedRequestRow) -> bool| {
                seen.requests.iter().filter(|known| same(known)).count()
            };
            let of_the_token = row
                .token_id
                .map_or(0, |_| alike(&|known| known.token_id == row.token_id));
            let of_the_organization = alike(&|known| known.organization_id == row.organization_id);
            let room = of_the_token < MAX_REQUESTS_OF_A_TOKEN && of_the_organization < MAX_REQUESTS;
            if room && seen.requests.len() < MAX_REQUESTS_OF_ALL {
                seen.requests.push(row);
            }
        });
    }
}

/// What is kept of a refusal; field names and codes, never a value.
fn row(
    request_id: Uuid,
    route: &str,
    refusal: &Refusal,
    origin: String,
    now: i64,
) -> RefusedRequestRow {
    let faults: Vec<_> = refusal
        .violations
        .iter()
        .take(20)
        .map(|fault| format!("{} {}", fault.field, fault.code.as_str()))
        .collect();
    RefusedRequestRow {
        request_id,
        organization_id: None,
        route: route.to_owned(),
        code: refusal.code.as_str().to_owned(),
        check: String::new(),
        // A field's name is whatever the caller sent.
        faults: faults
            .join("\n")
            .replace('\0', "")
            .chars()
            .take(2_000)
            .collect(),
        origin,
        secret_id: None,
        token_id: None,
        at: now,
    }
}

impl Perch {
    /// Notes that a backend's request was refused, with the key it proved to hold.
    pub fn record_refused_key_request(
        &self,
        holder: Option<&crate::AuthenticatedKey>,
        route: &str,
        request_id: Uuid,
        refusal: &Refusal,
    ) {
        // A flood is not noted request by request.
        if holder.is_none() && refusal.code == Code::TooManyRequests {
            return;
        }
        let secret = holder.map(|holder| &holder.secret.row);
        self.sightings.note(RefusedRequestRow {
            organization_id: secret.map(|secret| secret.organization_id),
            secret_id: secret.map(|secret| secret.id.clone()),
            ..row(request_id, route, refusal, String::new(), self.now())
        });
    }

    /// Writes down what was seen. Called by the upkeep, before stopping, and by whoever is about
    /// to read it; never on the way of a viewer's request. What cannot be
    /// written is lost: it tells of refusals, and the log has why.
    pub(crate) async fn flush_activity(&self) {
        // Whoever reads afterwards finds what another call is just writing.
        let _one_at_a_time = self.writing_sightings.lock().await;
        let (connected, refused, requests) = self.sightings.locked(|seen| {
            (
                seen.connected.take(),
                std::mem::take(&mut seen.refused_sites),
                std::mem::take(&mut seen.requests),
            )
        });
        let written: Result<(), StoreError> = async {
            self.write_connected_sites(connected).await?;
            if !requests.is_empty() {
                self.store.add_refused_requests(&requests).await?;
            }
            self.write_refused_sites(refused).await
        }
        .await;
        if let Err(error) = written {
            // The conversion logs what must not happen.
            drop(Refusal::from(Error::from(error)));
            // Seen again, it is noted again.
            self.sightings.locked(|seen| seen.connected.forget());
        }
    }

    /// Forgets what is too old to be of use.
    pub(crate) async fn forget_activity(&self, now: i64) -> Result<(), StoreError> {
        self.store
            .forget_refused_sites(now.div_euclid(refused_sites::DAY) - refused_sites::KEPT_DAYS)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::session::BearerCredential;

    #[test]
    fn a_flood_between_two_writings_is_bounded_and_hides_nobody_else() {
        let (sightings, organization) = (EmbedActivity::default(), OrganizationId(Uuid::nil()));
        let site = |at: u128| {
            Caller::Site(
                perch_domain::origin::Origin::from_header(&format!("https://{at}.test")).unwrap(),
            )
        };
        let refused = |viewer: u128, at: u128| {
            let token_id = Some(Uuid::from_u128(viewer));
            let about = RequestOwner {
                organization,
                secret_id: String::new(),
                token_id,
                subject: viewer.to_string(),
            };
            let turned = Rejection::told(Check::Origin, Code::OriginNotAuthorized.into(), about);
            let call = Call {
                route: "r",
                request_id: Uuid::from_u128(at),
                address: None,
                caller: site(at),
                presented: BearerCredential::Nothing,
            };
            sightings.record_rejection(&call, &turned, 1);
        };
        let noted = || sightings.locked(|seen| (seen.requests.len(), seen.refused_sites.len()));
        (0..1_000).for_each(|at| refused(0, at));
        assert_eq!(
            noted(),
            (MAX_REQUESTS_OF_A_TOKEN, refused_sites::MAX_OF_A_VIEWER)
        );
        refused(1, 5_000);
        assert_eq!(
            noted(),
            (
                MAX_REQUESTS_OF_A_TOKEN + 1,
                refused_sites::MAX_OF_A_VIEWER + 1
            )
        );
        (2..1_000).for_each(|viewer| refused(viewer, 10_000 + viewer));
        assert_eq!(noted(), (MAX_REQUESTS, MAX_REFUSED_SITES));
    }
}
