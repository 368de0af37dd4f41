//! Who acts, in which organization, through which request.

use crate::ports::System;
use perch_domain::{Action, Actor, Refusal, authorize};
use perch_store::{AuditEntry, OrganizationId, PersonId};

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

    /// Whether the sandbox offers only shared personas: a person without an API key of their own.
    pub fn only_shared_personas(&self) -> bool {
        !self.can(Action::SandboxWithSharedKey)
    }

    pub fn can(&self, action: Action) -> bool {
        perch_domain::access::allows(self.actor, action)
    }
}

/// An audit entry about something this actor does now.
pub(crate) fn audit_entry(
    system: &System,
    acting: &ActorContext,
    action: &'static str,
    target: impl Into<String>,
) -> AuditEntry {
    AuditEntry {
        id: system.new_id(),
        organization: acting.organization,
        actor: acting.name.clone(),
        // A command may act for a person; the operator is still the actor.
        actor_id: acting
            .person
            .filter(|_| matches!(acting.actor, Actor::Person(_)))
            .map(|person| person.0),
        action,
        target: target.into(),
        before: None,
        after: None,
        address: acting.request.address.clone(),
        request_id: acting.request.id.clone(),
        caller_request_id: acting.request.caller_id.clone(),
        at: system.now(),
    }
}
