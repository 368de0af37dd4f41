//! Minting: a request in, a sealed token out, and its record on disk in between.

use crate::api_keys::authenticate::AuthenticatedKey;
use crate::config::Organization;
use crate::error::Error;
use crate::tokens::Tokens;
use perch_domain::claims::{AUDIENCE, MAX_TOKEN_BYTES, NewClaims, VERSION};
use perch_domain::mint_request::{MintRequest, Rules};
use perch_domain::refusal::Violations;
use perch_domain::{Action, Code, Refusal, ViolationCode};
use perch_store::{MintRow, OrganizationId, PersonId};
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Tokens one content key may seal: random nonces of 96 bits are safe that far (NIST SP 800-38D, section 8.3).
const MAX_TOKENS: i64 = 1 << 32;
/// From here on the log warns, about once in a million tokens.
const WARN_TOKENS: i64 = 1 << 31;

/// A token that was recorded and may be answered.
#[derive(Clone)]
pub struct Minted {
    pub token: String,
    pub token_id: Uuid,
    /// Unix seconds.
    pub expires_at: i64,
    /// Seconds, after every cap.
    pub lifetime: u32,
}

impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Minted")
            .field("token_id", &self.token_id)
            .finish_non_exhaustive()
    }
}

/// What a token depends on besides its request.
pub(crate) struct Terms<'a> {
    pub organization: OrganizationId,
    /// When its key ends, Unix milliseconds.
    pub key_ends: Option<i64>,
    /// The encoded header of its key's tokens.
    pub header: &'a str,
}

/// Claims that may be sealed. Times are Unix seconds.
pub(crate) struct Composed {
    claims: Zeroizing<Vec<u8>>,
    issued_at: i64,
    expires_at: i64,
    /// Seconds.
    lifetime: u32,
}

impl Tokens {
    /// Mints a token from a request's body.
    ///
    /// # Errors
    /// `API_KEY_SCOPE_MISSING`, `BODY_NOT_JSON`, `REQUEST_INVALID`, `KEY_CEILING_EXCEEDED`, `UNAVAILABLE` where it could not be
    /// recorded.
    pub async fn mint(&self, holder: &AuthenticatedKey, body: &[u8]) -> Result<Minted, Error> {
        self.mint_for(holder, body, None).await
    }

    pub(crate) async fn mint_for(
        &self,
        holder: &AuthenticatedKey,
        body: &[u8],
        sandbox_by: Option<PersonId>,
    ) -> Result<Minted, Error> {
        holder.may(Action::Mint)?;
        let request = self.read_request(holder, body).await?;
        let row = &holder.secret.row;
        // Younger than whatever ended tokens of its like, even where another node's clock was ahead when that was done.
        let ended = holder
            .organization
            .revocations
            .cut_off(holder.key(), &request.subject);
        let maker_ended = sandbox_by
            .and_then(|issued_by| {
                self.config
                    .snapshot()
                    .sandbox_cut_off(row.organization_id, issued_by)
            })
            .unwrap_or(0);
        let ended = ended
            .max(holder.organization.row.cut_off)
            .max(row.cut_off)
            .max(maker_ended);
        let token_id = self.system.new_id_after(ended);
        let token_key = self.token_keys.of(&holder.secret, &self.master_keys)?;
        let terms = Terms {
            organization: row.organization_id,
            key_ends: row.expires_at,
            header: token_key.header(),
        };
        let Composed {
            claims,
            issued_at,
            expires_at,
            lifetime,
        } = self.compose(&terms, &request, token_id, sandbox_by)?;
        match holder.secret.count_mint() {
            MAX_TOKENS.. => {
                return Err(Code::KeyCeilingExceeded.into());
            }
            many @ WARN_TOKENS.. if many % 1_000_000 == 0 => {
                tracing::warn!(key = %row.id, "this API key has issued more than half of the tokens that are safe; replace it soon");
            }
            _ => {}
        }
        let token = token_key.seal(&claims)?;
        let record = MintRow {
            token_id,
            organization: holder.secret.row.organization_id,
            secret_id: row.id.clone(),
            subject: request.subject,
            sandbox_by,
            issued_at,
            expires_at,
        };
        self.usage.count(
            row.organization_id,
            row.key_id,
            &request.attributes,
            &request.dropped,
            self.system.now(),
        );
        self.recorder.record(record).await?;
        Ok(Minted {
            token,
            token_id,
            expires_at,
            lifetime,
        })
    }

    /// What will be sealed for a request. Everything that can refuse a body once it was read is in here, and the sandbox asks
    /// here too, so that its verdict is the API's.
    ///
    /// # Errors
    /// `API_KEY_EXPIRED` where the key ends now, `REQUEST_INVALID` with `TOKEN_TOO_LARGE`.
    pub(crate) fn compose(
        &self,
        terms: &Terms<'_>,
        request: &MintRequest,
        token_id: Uuid,
        sandbox_by: Option<PersonId>,
    ) -> Result<Composed, Refusal> {
        let now = self.system.now_seconds();
        let asked = now + i64::from(request.lifetime);
        let expires_at = terms
            .key_ends
            .map_or(asked, |key_ends| asked.min(key_ends.div_euclid(1_000)));
        let lifetime = u32::try_from(expires_at - now).unwrap_or(0);
        if lifetime == 0 {
            return Err(Code::ApiKeyExpired.into());
        }
        let claims = NewClaims {
            v: VERSION,
            iss: self.issuer,
            aud: AUDIENCE,
            sub: &request.subject,
            org: terms.organization.0,
            jti: token_id,
            iat: now,
            nbf: now,
            exp: expires_at,
            role: request.role,
            permissions: request.permissions,
            attributes: &request.attributes,
            context_clues: request.context_clues.as_deref(),
            sandbox: sandbox_by.map(|person| person.0),
        };
        let claims =
            Zeroizing::new(serde_json::to_vec(&claims).map_err(|error| Error::internal(&error))?);
        check_size(perch_jwe::token_length(terms.header, claims.len()))?;
        Ok(Composed {
            claims,
            issued_at: now,
            expires_at,
            lifetime,
        })
    }

    /// Reads the request against the registry. One that is refused is held against the registry as it is now, so that an
    /// attribute another process declared a moment ago counts at once.
    async fn read_request(
        &self,
        holder: &AuthenticatedKey,
        body: &[u8],
    ) -> Result<MintRequest, Error> {
        let read = |organization: &Organization| {
            MintRequest::parse(
                body,
                rules(
                    organization,
                    holder.secret.row.longest_lifetime,
                    self.system.now_seconds(),
                ),
            )
        };
        let decided = read(&holder.organization);
        if decided
            .as_ref()
            .err()
            .is_none_or(|refusal| refusal.code != Code::RequestInvalid)
        {
            return Ok(decided?);
        }
        self.config.refresh_once_since(self.system.now()).await?;
        // Somebody else may have replaced memory in between, so what counts is what was decided from.
        let organization = self
            .config
            .snapshot()
            .organization(holder.secret.row.organization_id)
            .ok_or(Code::ApiKeyUnknown)?;
        if Arc::ptr_eq(&organization, &holder.organization) {
            Ok(decided?)
        } else {
            Ok(read(&organization)?)
        }
    }
}

/// What a request of this organization is checked against. `now` in Unix seconds.
pub(crate) fn rules(organization: &Organization, longest_lifetime: i64, now: i64) -> Rules<'_> {
    Rules {
        declarations: &organization.declarations,
        longest_lifetime: u32::try_from(longest_lifetime.min(organization.row.longest_lifetime))
            .unwrap_or(0),
        drop_undeclared: organization
            .row
            .drop_undeclared_until
            .is_some_and(|until| now < until),
    }
}

fn check_size(length: usize) -> Result<(), Refusal> {
    let mut faults = Violations::default();
    if length > MAX_TOKEN_BYTES {
        faults.add(
            "",
            ViolationCode::TokenTooLarge,
            format!("The token would have {length} bytes; at most {MAX_TOKEN_BYTES} fit common proxies. Send fewer or shorter attributes."),
        );
    }
    faults.into_result()
}
