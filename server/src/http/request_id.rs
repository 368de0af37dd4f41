//! What is known of a request before it is read: its id and where it came from.

use axum::http::{Extensions, HeaderName};
use std::net::IpAddr;
use uuid::Uuid;

/// What is known of a request before it is read; one extension, for each is an allocation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestMeta {
    /// Our id of it; a caller's own is only noted beside it.
    pub id: Uuid,
    pub peer: Option<IpAddr>,
}

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request these extensions belong to.
pub(crate) fn request_id(extensions: &Extensions) -> Uuid {
    extensions
        .get::<RequestMeta>()
        .map_or(Uuid::nil(), |meta| meta.id)
}

/// Who opened the connection it came by.
pub(crate) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<RequestMeta>().and_then(|meta| meta.peer)
}
