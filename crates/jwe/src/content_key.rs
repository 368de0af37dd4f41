//! The content encryption key of one API key secret.

use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 256 random bits that seal and open the tokens of one secret, and of no other. Wiped when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ContentKey([u8; 32]);

impl ContentKey {
    /// Takes over random bytes; the caller's copy is wiped.
    pub fn from_random(random: &mut [u8; 32]) -> Self {
        let key = Self(*random);
        random.zeroize();
        key
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey(..)")
    }
}
