//! What breaks inside, turned into what may be said outside: in one place, with the detail in the log only.

use perch_domain::{Code, Refusal};
use perch_jwe::{MasterKeyFault, SealFault};
use perch_store::StoreFault;

/// The database failed: the caller learns that it may try again. The store has said in the log what is wrong.
pub(crate) fn store(fault: StoreFault) -> Refusal {
    match fault {
        StoreFault::Inconsistent { .. } => broken(&fault),
        StoreFault::Unconfirmed => Refusal::because(
            Code::Unavailable,
            "The database did not confirm in time whether this was saved. Look whether it was, or repeat it: repeating does no harm.",
        ),
        _ => Code::Unavailable.into(),
    }
}

pub(crate) fn seal(fault: SealFault) -> Refusal {
    broken(&fault)
}

pub(crate) fn master(fault: MasterKeyFault) -> Refusal {
    broken(&fault)
}

/// Something that should not happen did: the caller learns nothing but the request id.
pub(crate) fn broken(fault: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(error = %fault, "an invariant does not hold");
    Code::Internal.into()
}
