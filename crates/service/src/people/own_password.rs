//! Changing one's own password.

use crate::actor_context::audit_entry;
use crate::people::People;
use crate::people::one_time_secret::hash_secret;
use crate::{OneTimeSecret, RequestInfo, SignInForm, SignedIn, error::Error};
use perch_domain::refusal::Violations;
use perch_domain::{Action, Actor, Code, Refusal, Violation, ViolationCode, text};
use zeroize::Zeroizing;

/// What the page asks for.
#[derive(Clone, Default)]
pub struct OwnPasswordForm {
    pub current: Zeroizing<String>,
    pub new: Zeroizing<String>,
}

/// The one sign-in that goes on.
#[derive(Debug)]
pub struct Continued {
    pub signed_in: SignedIn,
    /// The value of this browser's new device cookie.
    pub device: OneTimeSecret,
}

impl People {
    /// Changes the password of the person who is signed in. Every sign-in, sign-in link and known device of theirs ends; what is
    /// returned begins the one that goes on.
    ///
    /// # Errors
    /// `REQUEST_INVALID`; `SIGN_IN_FAILED` beside `current_password`; `TOO_MANY_REQUESTS` after wrong ones; `CONFLICT` where the
    /// password was changed meanwhile.
    pub async fn change_own_password(
        &self,
        signed_in: &SignedIn,
        form: OwnPasswordForm,
        request: &RequestInfo,
    ) -> Result<Continued, Error> {
        let acting = signed_in.acting(Actor::Person(signed_in.role), request.clone());
        acting.may(Action::ChangeOwnPassword)?;
        let mut faults = Violations::default();
        if form.current.is_empty() {
            faults.add(
                "current_password",
                ViolationCode::Required,
                "Enter your current password.",
            );
        }
        text::new_password(&mut faults, "new_password", &form.new);
        faults.into_result()?;
        let proved = self
            .prove_current_password(signed_in, form.current, request)
            .await?;
        let hash = self.passwords.hash(form.new).await?;
        let device = OneTimeSecret::new(&self.system);
        let (organization, person) = (proved.organization, proved.person);
        let mut change = self.store.act().await?;
        if !change
            .may_sign_in(organization, person, proved.sign_ins_ended)
            .await?
        {
            return Err(Error::because(
                Code::Conflict,
                "Your password or your access was changed meanwhile. Sign in again.",
            ));
        }
        change.set_password(organization, person, &hash).await?;
        let sign_ins_ended = change.end_sign_ins(organization, person).await?;
        change
            .add_known_device(
                &hash_secret(&device.0),
                organization,
                person,
                self.system.now(),
            )
            .await?;
        change
            .commit(&audit_entry(
                &self.system,
                &acting,
                "person.own_password",
                &proved.email,
            ))
            .await?;
        Ok(Continued {
            signed_in: SignedIn {
                sign_ins_ended,
                ..proved
            },
            device,
        })
    }

    /// A wrong password counts as a failed sign-in. The device cookie is left out on purpose, because it would exempt this browser
    /// from the back-off: a stranger at a browser that is signed in must not be able to guess the password.
    async fn prove_current_password(
        &self,
        signed_in: &SignedIn,
        password: Zeroizing<String>,
        request: &RequestInfo,
    ) -> Result<SignedIn, Error> {
        let form = SignInForm {
            email: signed_in.email.clone(),
            password,
            device: None,
        };
        let wrong = || {
            let message = "This is not your current password.".to_owned();
            let violation = Violation {
                field: "current_password".to_owned(),
                code: ViolationCode::InvalidValue,
                message,
            };
            Error::from(Refusal {
                violations: vec![violation],
                ..Refusal::because(Code::SignInFailed, "Your password was not changed.")
            })
        };
        match self.sign_in(form, request).await {
            Ok(proved) if proved.person == signed_in.person => Ok(proved),
            Ok(_) => Err(wrong()),
            Err(refused) if refused.code() == Code::SignInFailed => Err(wrong()),
            Err(refused) => Err(refused),
        }
    }
}
