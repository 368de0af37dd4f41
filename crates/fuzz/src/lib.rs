//! What must hold for any input: one function of bytes for each reader of strangers' texts. The fuzzer calls them with what
//! it makes up, `tests/replay.rs` with the corpus that is kept. Nothing imports this crate.
//!
//! Each function panics where a rule is broken, and returns whether the input was accepted as what it tries to be.

mod form;
mod gate;
mod key;
mod mint;
mod origin;

pub use form::form;
pub use gate::gate;
pub use key::key;
pub use mint::mint;
pub use origin::origin;

/// A function of bytes, by the name of its corpus.
pub type Target = (&'static str, fn(&[u8]) -> bool);

pub const TARGETS: [Target; 5] = [
    ("gate", gate),
    ("origin", origin),
    ("key", key),
    ("mint", mint),
    ("form", form),
];

/// The first bytes of an input, which choose what is done with the rest; zeros where the input is shorter.
fn choices<const N: usize>(input: &[u8]) -> ([u8; N], &[u8]) {
    let mut chosen = [0; N];
    let (front, rest) = input.split_at(N.min(input.len()));
    for (to, from) in chosen.iter_mut().zip(front) {
        *to = *from;
    }
    (chosen, rest)
}
