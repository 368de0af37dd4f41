//! Signing in with email and password, or by a one-time link from the operator.

use crate::actor_context::audit_entry;
use crate::config::ConfigSnapshot;
use crate::error::Error;
use crate::people::People;
use crate::people::attempts::network_of;
use crate::people::one_time_secret::hash_secret;
use crate::people::password::HashPriority;
use crate::{ActorContext, OneTimeSecret, RequestInfo};
use perch_domain::{Action, Actor, Code, ConsoleRole, Refusal};
use perch_store::{Failures, NewPerson, OrganizationId, PersonId, PersonRow};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Failed attempts that cost nothing.
const FREE_ATTEMPTS: i64 = 5;
/// Seconds. The longest wait between two attempts.
const MAX_WAIT: i64 = 900;
/// Milliseconds that a one-time sign-in link lives.
const LINK_LIFETIME: i64 = 3_600 * 1_000;

/// What the sign-in page asks for.
#[derive(Clone, Default)]
pub struct SignInForm {
    pub email: String,
    pub password: Zeroizing<String>,
    /// The value of the device cookie, where the browser has one.
    pub device: Option<String>,
}

/// Somebody whose password or link was good.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub organization: OrganizationId,
    pub person: PersonId,
    pub name: String,
    pub email: String,
    pub role: ConsoleRole,
    pub organization_name: String,
    /// The number this sign-in counts under, until the person's sign-ins are ended.
    pub sign_ins_ended: i64,
}

impl SignedIn {
    pub(crate) fn new(person: &NewPerson, organization_name: &str) -> Self {
        Self {
            organization: person.organization,
            person: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            role: person.role,
            organization_name: organization_name.to_owned(),
            sign_ins_ended: 0,
        }
    }

    /// This person asking for something in a request.
    pub fn acting(&self, actor: Actor, request: RequestInfo) -> ActorContext {
        ActorContext {
            organization: self.organization,
            actor,
            person: Some(self.person),
            name: self.name.clone(),
            request,
        }
    }
}

impl People {
    /// Signs in. Somebody unknown and a wrong password take the same time and get the same answer. An attempt has its place
    /// in memory before anything is written or hashed, so that a flood of them costs little.
    pub async fn sign_in(
        &self,
        form: SignInForm,
        request: &RequestInfo,
    ) -> Result<SignedIn, Error> {
        let email = form.email.trim().to_lowercase();
        let network = network_of(&request.address);
        let device = self.known_device(form.device.as_deref(), &email).await?;
        let attempt = match &device {
            Some(device) => self.attempts.by_device(device, self.system.now())?,
            None => self
                .attempts
                .by_stranger(&network, &email, self.system.now())?,
        };
        let stranger = device.is_none().then_some(network.as_str());
        let found = self.find_person(&email, form.password, stranger).await;
        if !matches!(&found, Err(refusal) if refusal.code() == Code::SignInFailed) {
            attempt.uncounted();
        }
        self.signed_in_person(found?).await
    }

    /// Who signs in with this email and password; `stranger` is the network of a browser that is not known.
    async fn find_person(
        &self,
        email: &str,
        password: Zeroizing<String>,
        stranger: Option<&str>,
    ) -> Result<PersonRow, Error> {
        let place = self.passwords.place(if stranger.is_some() {
            HashPriority::Stranger
        } else {
            HashPriority::Known
        })?;
        // Account and network together: nobody can lock somebody else out from another one.
        let subject =
            stranger.map(|network| <[u8; 32]>::from(Sha256::digest(format!("{email}\n{network}"))));
        if let Some(subject) = &subject {
            self.begin(subject).await?;
        }
        // A text that no database stores is nobody's email.
        let person = if email.contains('\0') {
            None
        } else {
            self.store.person_by_email(email).await?
        };
        let active = person.filter(|person| person.active);
        let stored = active.as_ref().map(|person| person.password_hash.clone());
        let fits = self.passwords.verify(place, password, stored).await?;
        let person = active.filter(|_| fits).ok_or(Code::SignInFailed)?;
        if let Some(subject) = &subject {
            self.store.clear_sign_in_failures(subject, 0).await?;
        }
        Ok(person)
    }

    /// Counts an attempt of a subject in the database. One that has to wait is told so, and nothing is written.
    async fn begin(&self, subject: &[u8]) -> Result<(), Error> {
        let now = self.system.now();
        let held_back = |seconds| Err(Refusal::retry(Code::TooManyRequests, seconds).into());
        if let Some(seconds) = left_to_wait(self.store.sign_in_failures(subject).await?, now) {
            return held_back(seconds);
        }
        if self.store.begin_sign_in(subject, now).await? {
            return Ok(());
        }
        // Another attempt was counted in between.
        held_back(left_to_wait(self.store.sign_in_failures(subject).await?, now).unwrap_or(1))
    }

    async fn signed_in_person(&self, person: PersonRow) -> Result<SignedIn, Error> {
        let name = |memory: &ConfigSnapshot| {
            memory
                .organization(person.organization)
                .map(|organization| organization.row.name.clone())
        };
        let organization_name = self
            .config
            .read_fresh(|memory| name(memory).ok_or_else(|| Refusal::from(Code::Internal)))
            .await?;
        Ok(SignedIn {
            organization: person.organization,
            person: person.id,
            name: person.name,
            email: person.email,
            role: person.role,
            organization_name,
            sign_ins_ended: person.sign_ins_ended,
        })
    }

    /// The person of a session as they are today; `None` where they may no longer sign in.
    pub async fn signed_in(
        &self,
        organization: OrganizationId,
        person: PersonId,
    ) -> Result<Option<SignedIn>, Error> {
        let found = self.store.person(organization, person).await?;
        let Some(person) = found.filter(|person| person.active) else {
            return Ok(None);
        };
        self.signed_in_person(person).await.map(Some)
    }

    /// Makes a one-time link for an account whose person is locked out. For the operator.
    pub async fn open_sign_in_link(
        &self,
        email: &str,
        request_id: String,
    ) -> Result<OneTimeSecret, Error> {
        let found = self
            .store
            .person_by_email(&email.trim().to_lowercase())
            .await?;
        let person = found.filter(|person| person.active).ok_or_else(|| {
            Refusal::because(Code::NotFound, "Nobody active signs in with this email.")
        })?;
        let secret = OneTimeSecret::new(&self.system);
        let acting = ActorContext::operator(person.organization, request_id);
        acting.may(Action::OpenSignInLink)?;
        let mut change = self.store.act().await?;
        if !change
            .may_sign_in(person.organization, person.id, person.sign_ins_ended)
            .await?
        {
            return Err(Code::Conflict.into());
        }
        change
            .add_sign_in_link(
                &hash_secret(&secret.0),
                person.organization,
                person.id,
                self.system.now() + LINK_LIFETIME,
            )
            .await?;
        change
            .commit(&audit_entry(
                &self.system,
                &acting,
                "person.sign_in_link",
                &person.email,
            ))
            .await?;
        Ok(secret)
    }

    /// Whether a sign-in link is good. Looking uses nothing up.
    pub async fn check_sign_in_link(&self, secret: &str) -> Result<(), Error> {
        let good = self
            .store
            .is_sign_in_link(&hash_secret(secret), self.system.now())
            .await?;
        if good {
            Ok(())
        } else {
            Err(sign_in_link_ended())
        }
    }

    /// Signs in by a link and uses it up.
    pub async fn use_sign_in_link(
        &self,
        secret: &str,
        request: &RequestInfo,
    ) -> Result<SignedIn, Error> {
        // A link that was made up takes no turn of those who write.
        self.check_sign_in_link(secret).await?;
        let mut change = self.store.act().await?;
        let used = change
            .consume_sign_in_link(&hash_secret(secret), self.system.now())
            .await?;
        let (organization, person) = used.ok_or_else(sign_in_link_ended)?;
        let signed_in = self
            .signed_in(organization, person)
            .await?
            .ok_or_else(sign_in_link_ended)?;
        let acting = signed_in.acting(Actor::Person(signed_in.role), request.clone());
        change
            .commit(&audit_entry(
                &self.system,
                &acting,
                "person.sign_in_by_link",
                &signed_in.email,
            ))
            .await?;
        Ok(signed_in)
    }

    /// Ends every sign-in of a person and forgets every device of theirs, this one too: whoever holds a copy of one of its
    /// cookies is a stranger from here on.
    pub async fn sign_out_everywhere(
        &self,
        signed_in: &SignedIn,
        request: &RequestInfo,
    ) -> Result<(), Error> {
        let acting = signed_in.acting(Actor::Person(signed_in.role), request.clone());
        acting.may(Action::SignOutEverywhere)?;
        let mut change = self.store.act().await?;
        change
            .end_sign_ins(signed_in.organization, signed_in.person)
            .await?;
        Ok(change
            .commit(&audit_entry(
                &self.system,
                &acting,
                "person.sign_out_everywhere",
                &signed_in.email,
            ))
            .await?)
    }
}

/// Seconds that a subject with these failures still has to wait. The store decides by the same figures.
fn left_to_wait(seen: Failures, now: i64) -> Option<u32> {
    let over = u32::try_from(seen.failures - FREE_ATTEMPTS).ok()?;
    let wait = 1i64
        .checked_shl(over)
        .unwrap_or(MAX_WAIT)
        .clamp(1, MAX_WAIT);
    let left = seen.last_at + wait * 1_000 - now;
    (left > 0).then(|| u32::try_from((left + 999).div_euclid(1_000)).unwrap_or(1))
}

fn sign_in_link_ended() -> Error {
    Error::because(
        Code::SetupLinkInvalid,
        "This sign-in link has ended; it works once, for one hour.",
    )
}
