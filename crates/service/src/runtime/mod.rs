//! What runs beside the requests: maintenance and the operator's check.

pub(crate) mod doctor;
pub(crate) mod maintenance;
