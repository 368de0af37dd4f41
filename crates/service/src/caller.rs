//! A viewer's request as the handlers read it: where it comes from and what it presents as a token.
//!
//! Everything in this crate may import this file; it decides nothing.

use crate::actor_context::RequestInfo;
use perch_domain::api_key;
use perch_domain::origin::Origin;
use std::net::IpAddr;
use uuid::Uuid;

/// Where a request says it comes from.
#[derive(Clone, Debug)]
pub enum Caller {
    /// No browser: whoever holds the token reads from a backend.
    Backend,
    /// A page of this site.
    Site(Origin),
    /// A page whose origin cannot be listed: `null`, several, or none a browser writes.
    Unlistable,
    /// A route for browsers was called without an origin.
    MissingOrigin,
}

/// A viewer's request.
#[derive(Clone)]
pub struct Call<'a> {
    pub route: &'static str,
    pub request_id: Uuid,
    /// Where it came from, as far as that is to be counted.
    pub address: Option<IpAddr>,
    pub caller: Caller,
    pub presented: BearerCredential<'a>,
}

/// What was sent as a token.
#[derive(Clone)]
pub enum BearerCredential<'a> {
    Nothing,
    Token(&'a str),
    /// An API key, which belongs elsewhere.
    Key(Box<MisplacedKey<'a>>),
}

/// An API key where a token belongs.
#[derive(Clone)]
pub struct MisplacedKey<'a> {
    pub(crate) text: &'a str,
    /// Whether it came from a browser, with or without an origin.
    pub(crate) in_browser: bool,
    pub(crate) request: RequestInfo,
}

impl<'a> BearerCredential<'a> {
    /// What a bearer sent; `asked` is only looked at for a key.
    pub fn read(bearer: Option<&'a str>, asked: impl FnOnce() -> (bool, RequestInfo)) -> Self {
        match bearer.unwrap_or_default() {
            "" => Self::Nothing,
            text if text.starts_with(api_key::PREFIX) => {
                let (in_browser, request) = asked();
                Self::Key(Box::new(MisplacedKey {
                    text,
                    in_browser,
                    request,
                }))
            }
            text => Self::Token(text),
        }
    }
}
