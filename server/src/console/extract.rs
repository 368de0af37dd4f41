//! What an address says. Nothing in it is an error: what cannot be read is absent.

use crate::http::errors::refuse;
use crate::state::AppState;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::Response;
use perch_app::wire::Fields;
use perch_domain::Code;
use std::convert::Infallible;
use std::sync::Arc;

/// The query of an address.
pub(crate) struct QueryParams(Fields);

impl QueryParams {
    /// Names and values.
    pub const fn fields(&self) -> &Fields {
        &self.0
    }

    /// The first value of a name; empty where there is none.
    pub fn value(&self, name: &str) -> &str {
        perch_app::sections::fields::value(&self.0, name)
    }
}

impl FromRequestParts<Arc<AppState>> for QueryParams {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<AppState>) -> Result<Self, Infallible> {
        Ok(Self(
            form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes())
                .into_owned()
                .collect(),
        ))
    }
}

/// The part of the path that names something.
pub(crate) struct PathId(pub String);

impl FromRequestParts<Arc<AppState>> for PathId {
    type Rejection = Response;

    /// A part that is no text names nothing.
    async fn from_request_parts(
        parts: &mut Parts,
        state: &Arc<AppState>,
    ) -> Result<Self, Response> {
        let named = Path::<String>::from_request_parts(parts, state).await;
        named
            .map(|Path(name)| Self(name))
            .map_err(|_| refuse(Code::NotFound.into(), &parts.extensions))
    }
}
