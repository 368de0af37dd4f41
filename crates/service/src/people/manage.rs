//! People, as far as the command line adds them; how their access ends and changes.

use crate::actor_context::audit_entry;
use crate::error::Error;
use crate::people::People;
use crate::{ActorContext, SignedIn};
use perch_domain::refusal::Violations;
use perch_domain::{Action, Code, ConsoleRole, ViolationCode, text};
use perch_store::{NewPerson, OrganizationId, OrganizationRow, PersonId, PersonRow};
use zeroize::Zeroizing;

/// Which organization a command acts on.
#[derive(Clone, Debug, Default)]
pub struct OrganizationChoice(pub Option<String>);

/// What `perch admin create` asks for.
#[derive(Clone)]
pub struct NewPersonForm {
    pub email: String,
    pub name: String,
    pub role: ConsoleRole,
    pub password: Zeroizing<String>,
    /// Name for the organization, if this makes the first one.
    pub new_organization: String,
}

impl People {
    /// The organization a command means: the only one, or the one that is named.
    pub async fn choose_organization(
        &self,
        choice: &OrganizationChoice,
    ) -> Result<Option<OrganizationRow>, Error> {
        let organizations = self.store.organizations().await?;
        let names = organizations
            .iter()
            .map(|row| row.name.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        match &choice.0 {
            Some(wanted) => {
                let found = organizations
                    .iter()
                    .find(|row| row.name == *wanted || row.id.to_string() == *wanted)
                    .cloned();
                found.map(Some).ok_or_else(|| {
                    Error::because(
                        Code::NotFound,
                        format!("There is no organization {wanted:?}; there are: {names}."),
                    )
                })
            }
            None if organizations.len() > 1 => Err(Error::because(
                Code::RequestInvalid,
                format!("There are several organizations; choose one with --org: {names}."),
            )),
            None => Ok(organizations.into_iter().next()),
        }
    }

    /// Adds a person, and the organization if there is none yet. For the operator.
    pub async fn add_person(
        &self,
        choice: &OrganizationChoice,
        form: NewPersonForm,
        request_id: String,
    ) -> Result<SignedIn, Error> {
        let existing = self.choose_organization(choice).await?;
        let organization = existing
            .as_ref()
            .map_or_else(|| OrganizationId(self.system.new_id()), |row| row.id);
        let acting = ActorContext::operator(organization, request_id);
        acting.may(Action::AddPerson)?;
        let mut faults = Violations::default();
        let name = text::line(&mut faults, "name", "a name", &form.name, 100, true);
        let email = text::email(&mut faults, "email", &form.email);
        text::new_password(&mut faults, "password", &form.password);
        if existing.is_none() && form.role != ConsoleRole::Admin {
            faults.add(
                "role",
                ViolationCode::InvalidValue,
                "The first person of an organization must be an admin.",
            );
        }
        let new_organization = text::line(
            &mut faults,
            "organization",
            "the organization's name",
            &form.new_organization,
            100,
            true,
        );
        faults.into_result()?;
        let password_hash = self.passwords.hash(form.password).await?;
        let person = NewPerson {
            id: PersonId(self.system.new_id()),
            organization,
            email,
            name,
            role: form.role,
            password_hash,
        };
        let now = self.system.now();
        let mut change = self.store.change().await?;
        if existing.is_none() {
            change
                .add_organization(organization, &new_organization, now)
                .await?;
        }
        if !change.add_person(&person, now).await? {
            return Err(Error::fault(
                "email",
                ViolationCode::InvalidValue,
                "Somebody already signs in with this email.",
            ));
        }
        if person.role == ConsoleRole::Admin {
            change.close_setup().await?;
        }
        let mut entry = audit_entry(&self.system, &acting, "person.create", &person.email);
        entry.after = Some(
            serde_json::json!({ "role": person.role, "name": person.name, "new_organization": existing.is_none().then_some(&new_organization) })
                .to_string(),
        );
        change.commit(&entry).await?;
        self.config.refresh_after_commit().await;
        Ok(SignedIn::new(
            &person,
            &existing.map_or(new_organization, |row| row.name),
        ))
    }

    /// Who a command acts for: the named person, or the oldest active admin.
    pub async fn person_for_command(
        &self,
        organization: OrganizationId,
        email: Option<&str>,
    ) -> Result<PersonRow, Error> {
        let people = self.store.people(organization).await?;
        let mut active = people.into_iter().filter(|person| person.active);
        match email {
            Some(email) => active.find(|person| person.email == email.trim().to_lowercase()),
            None => active.find(|person| person.role == ConsoleRole::Admin),
        }
        .ok_or_else(|| match email {
            Some(email) => Error::because(
                Code::NotFound,
                format!("Nobody active in this organization signs in as {email}."),
            ),
            None => Error::because(
                Code::NotFound,
                "This organization has no active admin; create one with perch admin create.",
            ),
        })
    }
}
