//! A plain form's fields, in the order of the document. How much is read depends on who may send it.

use crate::http::body::FORM_FIELDS;
use crate::http::body::FORM_LIMIT;
use crate::http::body::read_body;
use crate::http::errors::refuse;
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use perch_app::wire::Fields;
use perch_domain::Code;
use perch_service::Refusal;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Bytes, and fields, of a form that anybody may send.
const PUBLIC_LIMIT: usize = 16 * 1024;
const PUBLIC_FIELDS: usize = 64;

/// The fields of an `application/x-www-form-urlencoded` body from somebody signed in: take a `CurrentUser` before it.
pub(crate) struct FormBody(pub Fields);

/// The same from anybody, so little of it.
pub(crate) struct PublicFormBody(pub FormBody);

impl FromRequest<Arc<AppState>> for FormBody {
    type Rejection = Response;

    async fn from_request(request: Request, _: &Arc<AppState>) -> Result<Self, Response> {
        Self::read(request, FORM_LIMIT, FORM_FIELDS).await
    }
}

impl FromRequest<Arc<AppState>> for PublicFormBody {
    type Rejection = Response;

    async fn from_request(request: Request, _: &Arc<AppState>) -> Result<Self, Response> {
        FormBody::read(request, PUBLIC_LIMIT, PUBLIC_FIELDS)
            .await
            .map(Self)
    }
}

impl FormBody {
    async fn read(request: Request, bytes: usize, fields: usize) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let read =
            async { Self::parse(&read_body(&parts.headers, body, bytes).await?, fields) }.await;
        read.map_err(|refusal| refuse(refusal, &parts.extensions))
    }

    fn parse(body: &Bytes, most: usize) -> Result<Self, Refusal> {
        let mut form = Self(Fields::new());
        for (name, value) in form_urlencoded::parse(body) {
            if form.0.len() == most {
                return Err(Refusal::because(
                    Code::BodyTooLarge,
                    format!("The form has more than {most} fields."),
                ));
            }
            form.0.push((name.into_owned(), value.into_owned()));
        }
        Ok(form)
    }

    pub fn value(&self, name: &str) -> String {
        perch_app::sections::fields::value(&self.0, name).to_owned()
    }

    /// A value that is wiped when it is dropped.
    pub fn secret(&self, name: &str) -> Zeroizing<String> {
        Zeroizing::new(self.value(name))
    }
}

impl Drop for FormBody {
    /// Passwords and pasted keys are among the fields.
    fn drop(&mut self) {
        for (_, value) in &mut self.0 {
            zeroize::Zeroize::zeroize(value);
        }
    }
}
