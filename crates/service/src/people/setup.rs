//! First run: the one-time link that lets the first admin in.

use crate::actor_context::audit_entry;
use crate::error::Error;
use crate::people::People;
use crate::people::one_time_secret::{OneTimeSecret, hash_secret};
use crate::{RequestInfo, SignedIn};
use perch_domain::refusal::Violations;
use perch_domain::{Actor, Code, ConsoleRole, text};
use perch_store::{NewPerson, OrganizationId, PersonId};
use zeroize::Zeroizing;

/// Milliseconds that a setup link lives.
const LINK_LIFETIME: i64 = 24 * 3_600 * 1_000;

/// What the setup page asks for.
#[derive(Clone, Default)]
pub struct SetupForm {
    pub name: String,
    pub organization: String,
    pub email: String,
    pub password: Zeroizing<String>,
}

impl People {
    /// Whether anybody can sign in yet.
    pub async fn has_admin(&self) -> Result<bool, Error> {
        Ok(self.store.has_admin().await?)
    }

    /// Opens a setup link and ends an earlier one. `None` once an admin exists.
    pub async fn open_setup_link(&self) -> Result<Option<OneTimeSecret>, Error> {
        let secret = OneTimeSecret::new(&self.system);
        let opened = self
            .store
            .open_setup(&hash_secret(&secret.0), self.system.now() + LINK_LIFETIME)
            .await?;
        Ok(opened.then_some(secret))
    }

    /// Whether a setup link is good. Looking uses nothing up.
    pub async fn check_setup_link(&self, secret: &str) -> Result<(), Error> {
        let installation = self
            .store
            .installation(self.installation, self.system.now())
            .await?;
        let fits = installation.setup_hash.is_some_and(|hash| {
            subtle::ConstantTimeEq::ct_eq(hash.as_slice(), &hash_secret(secret)[..]).into()
        });
        let open = installation
            .setup_expires_at
            .is_some_and(|expires_at| expires_at > self.system.now());
        if fits && open {
            Ok(())
        } else {
            Err(Code::SetupLinkInvalid.into())
        }
    }

    /// Makes the organization and its first admin, and uses the link up: all of it or none.
    pub async fn complete_setup(
        &self,
        secret: &str,
        form: SetupForm,
        request: RequestInfo,
    ) -> Result<SignedIn, Error> {
        self.check_setup_link(secret).await?;
        let mut faults = Violations::default();
        let name = text::line(&mut faults, "name", "your name", &form.name, 100, true);
        let organization = text::line(
            &mut faults,
            "organization",
            "the organization's name",
            &form.organization,
            100,
            true,
        );
        let email = text::email(&mut faults, "email", &form.email);
        text::new_password(&mut faults, "password", &form.password);
        faults.into_result()?;
        let password_hash = self.passwords.hash(form.password).await?;
        let person = NewPerson {
            id: PersonId(self.system.new_id()),
            organization: OrganizationId(self.system.new_id()),
            email,
            name,
            role: ConsoleRole::Admin,
            password_hash,
        };
        let now = self.system.now();
        let mut change = self.store.change().await?;
        // The one statement that decides among submissions that arrive together.
        if !change.consume_setup(&hash_secret(secret), now).await? {
            return Err(Code::SetupLinkInvalid.into());
        }
        change
            .add_organization(person.organization, &organization, now)
            .await?;
        if !change.add_person(&person, now).await? {
            return Err(Code::SetupLinkInvalid.into());
        }
        let signed_in = SignedIn::new(&person, &organization);
        let acting = signed_in.acting(Actor::Person(ConsoleRole::Admin), request);
        let mut entry = audit_entry(&self.system, &acting, "organization.create", &organization);
        entry.after = Some(serde_json::json!({ "admin": person.email }).to_string());
        change.commit(&entry).await?;
        self.config.refresh_after_commit().await;
        Ok(signed_in)
    }
}
