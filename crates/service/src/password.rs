//! Passwords: argon2id (RFC 9106) with the parameters OWASP recommends, on blocking threads, few at a time.

use crate::perch::Perch;
use argon2::password_hash::{PasswordHash, SaltString};
use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};
use perch_domain::{Code, Refusal};
use zeroize::Zeroizing;

/// 19 MiB, two passes, one lane.
fn argon2id() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).unwrap_or_default();
    Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params)
}

fn hash(password: &str, salt: [u8; 16]) -> Option<String> {
    let salt = SaltString::encode_b64(&salt).ok()?;
    argon2id().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

/// A hash in the right form that no password fits, made without the cost of hashing.
pub(crate) fn decoy(random: [u8; 32]) -> String {
    use base64::Engine;
    let encode = |bytes: &[u8]| base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes);
    let (salt, output) = random.split_at(16);
    format!("$argon2id$v=19$m=19456,t=2,p=1${}${}", encode(salt), encode(&[output, output].concat()))
}

impl Perch {
    /// Hashes a new password.
    pub(crate) async fn hash_password(&self, password: Zeroizing<String>) -> Result<String, Refusal> {
        let salt = crate::ambient::random(&*self.entropy);
        self.on_a_hashing_thread(move || hash(&password, salt)).await?.ok_or_else(|| Code::Internal.into())
    }

    /// Whether the password fits; with no hash it takes the same time and does not.
    pub(crate) async fn verify_password(&self, password: Zeroizing<String>, stored: Option<String>) -> Result<bool, Refusal> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.decoy_hash.clone());
        self.on_a_hashing_thread(move || {
            let parsed = PasswordHash::new(&stored);
            known & parsed.is_ok_and(|hash| argon2id().verify_password(password.as_bytes(), &hash).is_ok())
        })
        .await
    }

    async fn on_a_hashing_thread<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Refusal> {
        // Beyond a bounded queue it is better to say so than to keep everybody waiting.
        let _waiting = self.hash_queue.try_acquire().map_err(|_| Code::Unavailable)?;
        let _slot = self.hashing.acquire().await.map_err(|_| Code::Unavailable)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Code::Internal.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_decoy_is_a_hash_that_costs_the_same_and_fits_nothing() {
        let decoy = decoy([7; 32]);
        let parsed = PasswordHash::new(&decoy).unwrap();
        assert_eq!((parsed.params.get_str("m"), parsed.params.get_str("t"), parsed.params.get_str("p")), (Some("19456"), Some("2"), Some("1")));
        assert!(argon2id().verify_password(b"anything", &parsed).is_err());
        let real = hash("correct horse battery", [1; 16]).unwrap();
        assert!(real.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(argon2id().verify_password(b"correct horse battery", &PasswordHash::new(&real).unwrap()).is_ok());
    }
}
