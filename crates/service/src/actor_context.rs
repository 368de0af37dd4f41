//! Who acts, in which organization, through which request.

use perch_domain::{Action, Actor, ConsoleRole, Refusal, authorize};
use perch_store::{OrganizationId, PersonId};

/// What is known of a request, for the audit log.
#[derive(Clone, Debug, Default)]
pub struct RequestInfo {
    /// Our id of the request.
    pub id: String,
    /// What the caller called it, if it did.
    pub caller_id: String,
    /// The caller's address; forwarding headers count only behind configured proxies.
    pub address: String,
}

/// Someone who may ask for something. Holding one is not yet a right: every function asks the table.
#[derive(Clone, Debug)]
pub struct ActorContext {
    pub organization: OrganizationId,
    pub actor: Actor,
    /// The person, or for the command line the person it acts for.
    pub person: Option<PersonId>,
    pub name: String,
    pub request: RequestInfo,
}

impl ActorContext {
    /// Whoever runs commands on the server, in this organization.
    pub fn operator(organization: OrganizationId, request_id: String) -> Self {
        Self {
            organization,
            actor: Actor::Operator,
            person: None,
            name: "Command line".to_owned(),
            request: RequestInfo {
                id: request_id,
                ..RequestInfo::default()
            },
        }
    }

    pub(crate) fn may(&self, action: Action) -> Result<(), Refusal> {
        authorize(self.actor, action)
    }

    pub fn can(&self, action: Action) -> bool {
        perch_domain::access::allows(self.actor, action)
    }

    pub fn role(&self) -> Option<ConsoleRole> {
        match self.actor {
            Actor::Person(role) => Some(role),
            Actor::Key(_) | Actor::Operator => None,
        }
    }
}
