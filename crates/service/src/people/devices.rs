//! Known devices: browsers that somebody signed in on. What bounds strangers does not bound them.

use crate::actor_context::audit_entry;
use crate::error::Error;
use crate::people::People;
use crate::people::one_time_secret::hash_secret;
use crate::{OneTimeSecret, RequestInfo, SignedIn};
use perch_domain::{Actor, Code, Refusal};
use perch_store::DeviceOwner;
use zeroize::Zeroizing;

/// Milliseconds without a sign-in after which a device is a stranger's again. Its cookie lives as long.
pub(crate) const DEVICE_LIFETIME: i64 = 365 * 24 * 3_600 * 1_000;

impl People {
    /// The hash of this device, if the account of this email is known on it. The database is asked by the device alone, so
    /// the work tells nothing about the email.
    pub(crate) async fn known_device(
        &self,
        device: Option<&str>,
        email: &str,
    ) -> Result<Option<[u8; 32]>, Refusal> {
        let Some(device) = device.filter(|device| is_device(device)).map(hash_secret) else {
            return Ok(None);
        };
        let owners = self.device_owners(&device).await?;
        Ok(owners
            .iter()
            .any(|owner| owner.email == email)
            .then_some(device))
    }

    async fn device_owners(&self, device: &[u8]) -> Result<Vec<DeviceOwner>, Error> {
        Ok(self
            .store
            .device_owners(device, self.system.now() - DEVICE_LIFETIME)
            .await?)
    }

    /// Remembers this browser for this person and records the sign-in. Returns the value of the device cookie. A value that
    /// was not this person's before is not adopted: somebody else may have put it there.
    pub async fn remember_device(
        &self,
        signed_in: &SignedIn,
        device: Option<String>,
        request: &RequestInfo,
    ) -> Result<OneTimeSecret, Error> {
        let known = match device.filter(|device| is_device(device)) {
            Some(device)
                if self
                    .device_owners(&hash_secret(&device))
                    .await?
                    .iter()
                    .any(|owner| owner.person == signed_in.person) =>
            {
                Some(device)
            }
            _ => None,
        };
        let device = known.map_or_else(
            || OneTimeSecret::new(&self.system),
            |device| OneTimeSecret(Zeroizing::new(device)),
        );
        let acting = signed_in.acting(Actor::Person(signed_in.role), request.clone());
        let mut change = self.store.act().await?;
        // The access may have ended since the password was looked at.
        if !change
            .may_sign_in(
                signed_in.organization,
                signed_in.person,
                signed_in.sign_ins_ended,
            )
            .await?
        {
            return Err(Code::SignInFailed.into());
        }
        change
            .add_known_device(
                &hash_secret(&device.0),
                signed_in.organization,
                signed_in.person,
                self.system.now(),
            )
            .await?;
        change
            .commit(&audit_entry(
                &self.system,
                &acting,
                "person.sign_in",
                &signed_in.email,
            ))
            .await?;
        Ok(device)
    }
}

/// Whether this can be the value of a device cookie: anything else is not worth a question to the database.
fn is_device(value: &str) -> bool {
    value.len() == 43
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}
