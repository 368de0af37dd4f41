//! The binary as a process of its own, over loopback: what it has written when it is killed, what it keeps in memory when it is
//! flooded. `PERCH_BINARY` names another build of it; `PERCH_LONG` (`cargo xtask crash`) asks for more of both.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on may stop where it stands, and reads its own environment"
)]

mod crash;
mod floods;
mod http;
mod perch;

fn is_long() -> bool {
    std::env::var_os("PERCH_LONG").is_some()
}
