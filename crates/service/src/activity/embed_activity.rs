//! What embeds do: the sites that connected, the sites that were refused, and the refused requests.
//!
//! Requests note it in memory, within bounds, and a writer stores it about once a second. A crash loses a second of these
//! notes, never a token.

use crate::activity::connected_sites::{self, Connected, ConnectedSites};
use crate::activity::refused_sites::{self, Refusals, RefusedSite, RefusedSites};
use crate::activity::rejection::{Rejection, viewer_hash};
use crate::activity::write_behind::WriteBehind;
use crate::actor_context::ActorContext;
use crate::caller::{Call, Caller};
use crate::config::{ConfigCache, Secret};
use crate::error::Error;
use crate::ports::System;
use perch_domain::check::Check;
use perch_domain::{Action, Code, Refusal};
use perch_store::{RefusedRequestRow, Store, StoreError};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Refused requests that are noted between two writes: of one organization (or of none), and of one token. A flood of one
/// caller must not drive out what others will look for.
const MAX_REQUESTS: usize = 100;
const MAX_REQUESTS_OF_A_TOKEN: usize = 10;
/// Refused requests of all organizations that are noted between two writes.
const MAX_REQUESTS_OF_ALL: usize = 1_000;
/// Refused sites that are noted between two writes: of one organization, and of all.
const MAX_REFUSED_SITES: usize = 200;
const MAX_REFUSED_SITES_OF_ALL: usize = 2_000;

/// Notes what embeds do and writes the notes to the database.
pub struct EmbedActivity {
    store: Store,
    config: Arc<ConfigCache>,
    system: System,
    pending: WriteBehind<PendingActivity>,
}

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

    fn note_rejection(&mut self, call: &Call<'_>, rejection: &Rejection, now: i64) {
        let origin = match &call.caller {
            Caller::Site(origin) => origin.to_string(),
            _ => String::new(),
        };
        let owner = rejection.owner.as_deref();
        if let (Some(owner), Caller::Site(_), Code::OriginNotAuthorized) =
            (owner, &call.caller, rejection.refusal.code)
        {
            let site = RefusedSite {
                organization: owner.organization,
                viewer: viewer_hash(owner.organization, &owner.subject),
                day: now.div_euclid(refused_sites::DAY),
                origin: origin.clone(),
            };
            self.note_refused_site(site, now);
        }
        self.note_request(RefusedRequestRow {
            check: rejection
                .check
                .map(Check::as_str)
                .unwrap_or_default()
                .to_owned(),
            organization_id: owner.map(|owner| owner.organization),
            secret_id: owner.map(|owner| owner.secret_id.clone()),
            token_id: owner.and_then(|owner| owner.token_id),
            ..row(call.request_id, call.route, &rejection.refusal, origin, now)
        });
    }

    fn note_refused_site(&mut self, site: RefusedSite, now: i64) {
        if let Some(refusals) = self.refused_sites.get_mut(&site) {
            *refusals = Refusals {
                count: refusals.count + 1,
                last_at: now,
            };
        } else if self.has_room_for(&site) {
            let first = Refusals {
                count: 1,
                last_at: now,
            };
            self.refused_sites.insert(site, first);
        }
    }

    fn note_request(&mut self, row: RefusedRequestRow) {
        let count = |same: &dyn Fn(&RefusedRequestRow) -> bool| {
            self.requests.iter().filter(|known| same(known)).count()
        };
        let of_the_token = row
            .token_id
            .map_or(0, |_| count(&|known| known.token_id == row.token_id));
        let of_the_organization = count(&|known| known.organization_id == row.organization_id);
        let room = of_the_token < MAX_REQUESTS_OF_A_TOKEN && of_the_organization < MAX_REQUESTS;
        if room && self.requests.len() < MAX_REQUESTS_OF_ALL {
            self.requests.push(row);
        }
    }
}

impl EmbedActivity {
    pub(crate) fn new(store: Store, config: Arc<ConfigCache>, system: System) -> Self {
        Self {
            store,
            config,
            system,
            pending: WriteBehind::default(),
        }
    }

    /// A site connected.
    pub(crate) fn connected(&self, site: Connected<'_>) {
        let now = self.system.now();
        self.pending
            .with(|pending| pending.connected.note(site, now));
    }

    /// A viewer's request was refused.
    pub(crate) fn record_rejection(&self, call: &Call<'_>, rejection: &Rejection) {
        let now = self.system.now();
        self.pending
            .with(|pending| pending.note_rejection(call, rejection, now));
    }

    /// A request with an API key was refused; `secret` is the one that the request proved to hold.
    pub(crate) fn record_refused_key(
        &self,
        secret: Option<&Secret>,
        route: &str,
        request_id: Uuid,
        refusal: &Refusal,
    ) {
        // A flood is not noted request by request.
        if secret.is_none() && refusal.code == Code::TooManyRequests {
            return;
        }
        let row = RefusedRequestRow {
            organization_id: secret.map(|secret| secret.row.organization_id),
            secret_id: secret.map(|secret| secret.row.id.clone()),
            ..row(request_id, route, refusal, String::new(), self.system.now())
        };
        self.pending.with(|pending| pending.note_request(row));
    }

    /// Writes the notes to the database: every second, before the service stops, and before somebody reads them. Never
    /// on the path of a viewer's request. Notes that cannot be written are lost; the log has the reason.
    pub(crate) async fn flush(&self) {
        let batch = self
            .pending
            .take(|pending| {
                (
                    pending.connected.take(),
                    std::mem::take(&mut pending.refused_sites),
                    std::mem::take(&mut pending.requests),
                )
            })
            .await;
        let (connected, refused, requests) = &batch.taken;
        let written: Result<(), StoreError> = async {
            let now = self.system.now();
            connected_sites::write(&self.store, &self.config, connected, now).await?;
            if !requests.is_empty() {
                self.store.add_refused_requests(requests).await?;
            }
            refused_sites::write(&self.store, refused).await
        }
        .await;
        if let Err(error) = written {
            // The conversion logs what must not happen.
            drop(Refusal::from(Error::from(error)));
            // The next connection of a site is noted again.
            self.pending.with(|pending| pending.connected.forget());
        }
    }

    /// The sites that were refused in the last days and are not listed now.
    pub async fn refused_sites(&self, acting: &ActorContext) -> Result<RefusedSites, Error> {
        acting.may(Action::SeeSettings)?;
        self.flush().await;
        let rows = self.store.refused_sites(acting.organization).await?;
        let organization = self
            .config
            .snapshot()
            .organization(acting.organization)
            .ok_or(Code::NotFound)?;
        if rows.is_empty() {
            return Ok(RefusedSites::default());
        }
        // Comparing 20 sites with 1,000 entries takes milliseconds, which belong on a thread of their own.
        let describing = tokio::task::spawn_blocking(move || {
            refused_sites::describe(rows, &organization.origins)
        });
        describing.await.map_err(|error| Error::internal(&error))
    }

    /// Deletes refusals that are too old to be shown.
    pub(crate) async fn forget(&self, now: i64) -> Result<(), StoreError> {
        self.store
            .forget_refused_sites(now.div_euclid(refused_sites::DAY) - refused_sites::KEPT_DAYS)
            .await
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::rejection::RequestOwner;
    use crate::caller::BearerCredential;
    use perch_store::OrganizationId;

    #[test]
    fn a_flood_between_two_writings_is_bounded_and_hides_nobody_else() {
        let pending = WriteBehind::<PendingActivity>::default();
        let organization = OrganizationId(Uuid::nil());
        let site = |at: u128| {
            Caller::Site(
                perch_domain::origin::Origin::from_header(&format!("https://{at}.test")).unwrap(),
            )
        };
        let refused = |viewer: u128, at: u128| {
            let token_id = Some(Uuid::from_u128(viewer));
            let owner = RequestOwner {
                organization,
                secret_id: String::new(),
                token_id,
                subject: viewer.to_string(),
            };
            let rejection = Rejection::of(Check::Origin, Code::OriginNotAuthorized.into(), owner);
            let call = Call {
                route: "r",
                request_id: Uuid::from_u128(at),
                address: None,
                caller: site(at),
                presented: BearerCredential::Nothing,
            };
            pending.with(|pending| pending.note_rejection(&call, &rejection, 1));
        };
        let noted =
            || pending.with(|pending| (pending.requests.len(), pending.refused_sites.len()));
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
