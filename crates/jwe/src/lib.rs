//! Embed tokens on the wire: compact JWE (RFC 7516, section 7.1) with `dir` and `A256GCM` (RFC 7518, sections 4.5, 5.3).
//!
//! josekit seals, because every input is ours. Opening is a strict parser over one AEAD call, because every input is a
//! stranger's: a token has exactly one spelling, and anything else is refused before a key is touched. Strictness is
//! what makes a token's text its identity; a second accepted spelling would be a second token nobody issued.
//!
//! Only `service` may import this crate. It is the only one that knows josekit and ring.

mod content_key;
mod gate;
mod master_key;
mod seal;

pub use content_key::ContentKey;
pub use gate::{MAX_TOKEN_BYTES, OpenError, Opened, open};
pub use master_key::{MasterKeyError, MasterKeys};
pub use seal::{SealError, TokenKey, token_length};
