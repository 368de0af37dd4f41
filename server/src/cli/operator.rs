//! The operator at the command line, and the organization that a command acts on.

use super::outcome::told;
use perch_service::{ActorContext, OrganizationChoice, OrganizationId, Perch};

pub(super) async fn organization(
    perch: &Perch,
    choice: &OrganizationChoice,
) -> Result<OrganizationId, Box<dyn std::error::Error>> {
    let found = perch
        .people
        .choose_organization(choice)
        .await
        .map_err(told)?;
    Ok(found
        .ok_or("there is no organization yet; use the setup link or perch admin create")?
        .id)
}

pub(super) fn operator(perch: &Perch, organization: OrganizationId) -> ActorContext {
    ActorContext::operator(organization, request_id(perch))
}

pub(super) fn request_id(perch: &Perch) -> String {
    perch.system.new_id().to_string()
}
