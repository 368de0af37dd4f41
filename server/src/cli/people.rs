//! `perch admin`: adding people, ending their access, giving it back.

use super::arguments::{AdminCommand, AdminCreate};
use super::operator::{operator, organization, request_id};
use super::outcome::{Outcome, Said, told};
use super::password::new_password;
use perch_domain::ConsoleRole;
use perch_service::{NewPersonForm, OrganizationChoice, Perch, PersonAccess};
use serde_json::json;

pub(super) async fn act(perch: &Perch, org: &OrganizationChoice, command: AdminCommand) -> Outcome {
    let acting = async || {
        Ok::<_, Box<dyn std::error::Error>>(operator(perch, organization(perch, org).await?))
    };
    match command {
        AdminCommand::Create(person) => create(perch, org, person).await,
        AdminCommand::Deactivate { email, revoke_keys } => {
            let person = perch
                .people
                .deactivate_person(&acting().await?, &email, revoke_keys)
                .await
                .map_err(told)?;
            let line = format!(
                "{} can no longer sign in. Sign-ins, sign-in links, known devices and sandbox tokens have ended.",
                person.email
            );
            Ok(said(line, &person))
        }
        AdminCommand::Reactivate { email } => {
            let person = perch
                .people
                .reactivate_person(&acting().await?, &email)
                .await
                .map_err(told)?;
            Ok(said(
                format!(
                    "{} can sign in as {}. What ended does not come back.",
                    person.email,
                    person.role.as_str()
                ),
                &person,
            ))
        }
        AdminCommand::Role {
            email,
            role,
            revoke_keys,
        } => {
            let person = perch
                .people
                .change_role(&acting().await?, &email, role_of(&role)?, revoke_keys)
                .await
                .map_err(told)?;
            Ok(said(
                format!(
                    "{} has the console role {}.",
                    person.email,
                    person.role.as_str()
                ),
                &person,
            ))
        }
        AdminCommand::Password { email } => {
            let acting = acting().await?;
            let person = perch
                .people
                .set_password(&acting, &email, new_password()?)
                .await
                .map_err(told)?;
            let still = if person.active {
                ""
            } else {
                " They are still deactivated."
            };
            Ok(said(
                format!(
                    "{} has a new password. Sign-ins, sign-in links and known devices have ended.{still}",
                    person.email
                ),
                &person,
            ))
        }
    }
}

async fn create(perch: &Perch, org: &OrganizationChoice, person: AdminCreate) -> Outcome {
    let form = NewPersonForm {
        email: person.email,
        name: person.name,
        role: role_of(&person.role)?,
        password: new_password()?,
        new_organization: person.organization,
    };
    let added = perch
        .people
        .add_person(org, form, request_id(perch))
        .await
        .map_err(told)?;
    Ok(Said {
        line: format!(
            "{} can sign in to {} as {}.",
            added.email,
            added.organization_name,
            added.role.as_str()
        ),
        value: json!({ "email": added.email, "role": added.role, "organization": added.organization_name }),
    })
}

fn role_of(text: &str) -> Result<ConsoleRole, &'static str> {
    ConsoleRole::parse(text).ok_or("the role must be admin, maker or explorer")
}

/// What was done, and what became of the keys.
fn said(line: String, person: &PersonAccess) -> Said {
    let keys: Vec<_> = person
        .keys
        .iter()
        .map(|key| json!({ "name": key.name, "prefix": key.prefix, "revoked": key.revoked }))
        .collect();
    let mut lines = vec![line];
    for (revoked, what) in [
        (true, "Revoked, and their tokens have ended"),
        (
            false,
            "These API keys of theirs still work (end them with --revoke-keys or under Account settings > API Keys)",
        ),
    ] {
        let named: Vec<_> = person
            .keys
            .iter()
            .filter(|key| key.revoked == revoked)
            .map(|key| format!("{} ({})", key.name, key.prefix))
            .collect();
        if !named.is_empty() {
            lines.push(format!("{what}: {}.", named.join(", ")));
        }
    }
    Said {
        line: lines.join("\n"),
        value: json!({ "email": person.email, "name": person.name, "role": person.role, "active": person.active, "keys": keys }),
    }
}
