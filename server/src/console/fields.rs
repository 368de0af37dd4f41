//! A plain form's fields, in the order of the document.

use crate::http::{AppState, FORM_LIMIT, read_body, refuse};
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use perch_app::wire::Fields;
use zeroize::Zeroizing;

/// The fields of an `application/x-www-form-urlencoded` body.
pub(super) struct Form(pub Fields);

impl FromRequest<AppState> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, _: &AppState) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let body = read_body(&parts.headers, body, FORM_LIMIT).await.map_err(|refusal| refuse(refusal, &parts.extensions))?;
        Ok(Self(form_urlencoded::parse(&body).into_owned().collect()))
    }
}

impl Form {
    pub fn value(&self, name: &str) -> String {
        perch_app::forms::value(&self.0, name).to_owned()
    }

    /// A value that is wiped when it is dropped.
    pub fn secret(&self, name: &str) -> Zeroizing<String> {
        Zeroizing::new(self.value(name))
    }
}

impl Drop for Form {
    /// Passwords and pasted keys are among the fields.
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            zeroize::Zeroize::zeroize(value);
        }
    }
}
