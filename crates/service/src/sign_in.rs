//! Signing in with email and password, or by a one-time link from the operator.

use crate::fault;
use crate::memory::Memory;
use crate::perch::Perch;
use crate::setup::hash_secret;
use crate::{Acting, OneTimeSecret, RequestInfo};
use perch_domain::{Action, Actor, Code, ConsoleRole, Refusal};
use perch_store::{NewPerson, OrganizationId, PersonId, PersonRow};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Failed attempts that cost nothing.
const FREE_ATTEMPTS: i64 = 5;
/// Seconds. The longest wait between two attempts.
const LONGEST_WAIT: i64 = 900;
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
        }
    }

    /// This person asking for something in a request.
    pub fn acting(&self, actor: Actor, request: RequestInfo) -> Acting {
        Acting { organization: self.organization, actor, person: Some(self.person), name: self.name.clone(), request }
    }
}

impl Perch {
    /// Signs in. Somebody unknown and a wrong password take the same time and get the same answer.
    pub async fn sign_in(&self, form: SignInForm, request: &RequestInfo) -> Result<SignedIn, Refusal> {
        let email = form.email.trim().to_lowercase();
        // A text that no database stores is nobody's email.
        let person = if email.contains('\0') { None } else { self.store.person_by_email(&email).await.map_err(fault::store)? };
        // Account and address together: nobody can lock somebody else out from another address.
        let subject: [u8; 32] = Sha256::digest(format!("{email}\n{}", request.address)).into();
        let known = self.is_known_device(form.device.as_deref(), person.as_ref().map(|person| person.id)).await?;
        if !known && !self.store.begin_sign_in(&subject, self.now()).await.map_err(fault::store)? {
            return Err(self.wait(&subject).await?);
        }
        let active = person.filter(|person| person.active);
        let stored = active.as_ref().map(|person| person.password_hash.clone());
        let fits = self.verify_password(form.password, stored).await?;
        let person = active.filter(|_| fits).ok_or(Code::SignInFailed)?;
        self.store.clear_sign_in_failures(&subject, 0).await.map_err(fault::store)?;
        self.welcome(person).await
    }

    async fn welcome(&self, person: PersonRow) -> Result<SignedIn, Refusal> {
        let name = |memory: &Memory| memory.organization(person.organization).map(|organization| organization.row.name.clone());
        let organization_name = self.decide(|memory| name(memory).ok_or_else(|| Refusal::from(Code::Internal))).await?;
        Ok(SignedIn {
            organization: person.organization,
            person: person.id,
            name: person.name,
            email: person.email,
            role: person.role,
            organization_name,
        })
    }

    async fn is_known_device(&self, device: Option<&str>, person: Option<PersonId>) -> Result<bool, Refusal> {
        let (Some(device), Some(person)) = (device, person) else { return Ok(false) };
        self.store.is_known_device(&hash_secret(device), person).await.map_err(fault::store)
    }

    /// How long a subject with failed attempts has to wait. The store decides by the same figures.
    async fn wait(&self, subject: &[u8]) -> Result<Refusal, Refusal> {
        let seen = self.store.sign_in_failures(subject).await.map_err(fault::store)?;
        let over = u32::try_from(seen.failures - FREE_ATTEMPTS).unwrap_or(0);
        let wait = 1i64.checked_shl(over).unwrap_or(LONGEST_WAIT).clamp(1, LONGEST_WAIT);
        let left = (seen.last_at + wait * 1_000 - self.now()).div_euclid(1_000) + 1;
        Ok(Refusal::retry(Code::TooManyRequests, u32::try_from(left).unwrap_or(1).max(1)))
    }

    /// Remembers this browser for this person and records the sign-in. Returns the value of the device cookie. A value that
    /// was not this person's before is not adopted: somebody else may have put it there.
    pub async fn remember_device(&self, signed_in: &SignedIn, device: Option<String>, request: &RequestInfo) -> Result<OneTimeSecret, Refusal> {
        let known = self.is_known_device(device.as_deref(), Some(signed_in.person)).await?;
        let device = device.filter(|_| known).map_or_else(|| self.new_secret(), |device| OneTimeSecret(Zeroizing::new(device)));
        let acting = signed_in.acting(Actor::Person(signed_in.role), request.clone());
        let mut change = self.store.act().await.map_err(fault::store)?;
        change.add_known_device(&hash_secret(&device.0), signed_in.organization, signed_in.person, self.now()).await.map_err(fault::store)?;
        change.commit(&self.entry(&acting, "person.sign_in", &signed_in.email)).await.map_err(fault::store)?;
        Ok(device)
    }

    /// The person of a session as they are today; `None` where they may no longer sign in.
    pub async fn signed_in(&self, organization: OrganizationId, person: PersonId) -> Result<Option<SignedIn>, Refusal> {
        let found = self.store.person(organization, person).await.map_err(fault::store)?;
        let Some(person) = found.filter(|person| person.active) else { return Ok(None) };
        self.welcome(person).await.map(Some)
    }

    /// Makes a one-time link for an account whose person is locked out. For the operator.
    pub async fn open_sign_in_link(&self, email: &str, request_id: String) -> Result<OneTimeSecret, Refusal> {
        let found = self.store.person_by_email(&email.trim().to_lowercase()).await.map_err(fault::store)?;
        let person =
            found.filter(|person| person.active).ok_or_else(|| Refusal::because(Code::NotFound, "Nobody active signs in with this email."))?;
        let secret = self.new_secret();
        let acting = Acting::operator(person.organization, request_id);
        acting.may(Action::OpenSignInLink)?;
        let mut change = self.store.act().await.map_err(fault::store)?;
        change.add_sign_in_link(&hash_secret(&secret.0), person.organization, person.id, self.now() + LINK_LIFETIME).await.map_err(fault::store)?;
        change.commit(&self.entry(&acting, "person.sign_in_link", &person.email)).await.map_err(fault::store)?;
        Ok(secret)
    }

    /// Whether a sign-in link is good. Looking uses nothing up.
    pub async fn check_sign_in_link(&self, secret: &str) -> Result<(), Refusal> {
        let good = self.store.is_sign_in_link(&hash_secret(secret), self.now()).await.map_err(fault::store)?;
        if good { Ok(()) } else { Err(sign_in_link_ended()) }
    }

    /// Signs in by a link and uses it up.
    pub async fn use_sign_in_link(&self, secret: &str, request: &RequestInfo) -> Result<SignedIn, Refusal> {
        let mut change = self.store.act().await.map_err(fault::store)?;
        let used = change.consume_sign_in_link(&hash_secret(secret), self.now()).await.map_err(fault::store)?;
        let (organization, person) = used.ok_or_else(sign_in_link_ended)?;
        let signed_in = self.signed_in(organization, person).await?.ok_or_else(sign_in_link_ended)?;
        let acting = signed_in.acting(Actor::Person(signed_in.role), request.clone());
        change.commit(&self.entry(&acting, "person.sign_in_by_link", &signed_in.email)).await.map_err(fault::store)?;
        Ok(signed_in)
    }

    /// Ends every sign-in of a person.
    pub async fn sign_out_everywhere(&self, signed_in: &SignedIn, request: &RequestInfo) -> Result<(), Refusal> {
        let acting = signed_in.acting(Actor::Person(signed_in.role), request.clone());
        acting.may(Action::SignOutEverywhere)?;
        let mut change = self.store.act().await.map_err(fault::store)?;
        change.delete_sessions_of(signed_in.organization, signed_in.person).await.map_err(fault::store)?;
        change.commit(&self.entry(&acting, "person.sign_out_everywhere", &signed_in.email)).await.map_err(fault::store)
    }
}

fn sign_in_link_ended() -> Refusal {
    Refusal::because(Code::SetupLinkInvalid, "This sign-in link has ended; it works once, for one hour.")
}
