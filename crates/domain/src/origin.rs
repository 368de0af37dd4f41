//! Authorized origins: what may be listed, and in which one form (RFC 6454, section 6; the URL standard, section 4.5).
//!
//! Entry is forgiving, storage is strict: a pasted page address becomes the origin a browser would send, and everything
//! that was dropped on the way is said.

mod host;

use host::{canonical_host, is_loopback, split_port};
use std::fmt;
use std::net::Ipv4Addr;

/// Schemes of app shells that send an `Origin` of their own.
const APP_SCHEMES: [&str; 3] = ["capacitor", "ionic", "tauri"];

/// A listed origin in its one canonical form: `scheme://host[:port]`, or `https://*.parent` for one label below a parent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    text: String,
    /// Where scheme and host end in the text.
    scheme_end: usize,
    host_end: usize,
    port: Option<u16>,
}

/// What was changed to get from what was typed to the canonical form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    SchemeAdded,
    PlainSchemeAdded,
    PathDropped,
    DefaultPortDropped,
    TrailingDotDropped,
}

impl Adjustment {
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::SchemeAdded => "https:// was added.",
            Self::PlainSchemeAdded => "http:// was added: this machine seldom has https.",
            Self::PathDropped => "The path was dropped: an origin is a whole site.",
            Self::DefaultPortDropped => "The port was dropped: it is the scheme's own.",
            Self::TrailingDotDropped => "The dot at the end of the host was dropped.",
        }
    }
}

/// Why a text cannot be listed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginError {
    #[error("Enter a site such as https://app.example.com.")]
    Empty,
    #[error(
        "“null” is what a browser sends when it hides the site; listing it would admit every hidden site."
    )]
    Null,
    #[error(
        "“*” would admit every site; list the sites that embed, or one level of subdomains as https://*.example.com."
    )]
    Everything,
    #[error("Leave out the user name and password before the @.")]
    UserInfo,
    #[error("{0}:// cannot be listed; use https, or http for this machine.")]
    Scheme(String),
    #[error(
        "http is only possible for this machine (localhost, 127.0.0.1, [::1]) and for hosts in PERCH_HTTP_ORIGINS; use https://{0}."
    )]
    PlainHttp(String),
    #[error("This is not a host name: {0:?}.")]
    Host(String),
    #[error("The port must be a number from 1 to 65535.")]
    Port,
    #[error(
        "A wildcard stands for exactly one label at the beginning, as in https://*.example.com."
    )]
    Wildcard,
    #[error(
        "Anyone can get a name under {0}, so a wildcard there would admit strangers; list the site itself."
    )]
    PublicSuffix(String),
    #[error("Enter one site; a wildcard stands for many.")]
    OneSite,
    #[error("Names with letters outside a to z cannot be read here.")]
    NeedsTables,
}

/// Hosts that may be listed with plain `http`, besides this machine's own: exact hosts the operator named.
pub type HttpHosts = [String];

impl Origin {
    /// Reads what a person typed to be listed.
    pub fn parse(
        typed: &str,
        http_hosts: &HttpHosts,
    ) -> Result<(Self, Vec<Adjustment>), OriginError> {
        let (origin, adjusted) = Self::read(typed)?;
        origin.check(http_hosts)?;
        Ok((origin, adjusted))
    }

    /// Reads what a person typed as a site that asks: as forgiving, but no list entry, so it may be plain `http` anywhere and
    /// never a wildcard.
    pub fn parse_asked(typed: &str) -> Result<(Self, Vec<Adjustment>), OriginError> {
        let (origin, adjusted) = Self::read(typed)?;
        if origin.host().contains('*') {
            Err(OriginError::OneSite)
        } else {
            Ok((origin, adjusted))
        }
    }

    /// Reads an `Origin` header. Browsers send the one canonical form (RFC 6454, section 6.2); anything else is no origin.
    pub fn from_header(text: &str) -> Option<Self> {
        if let Some(origin) = Self::plain(text) {
            return Some(origin);
        }
        let (origin, adjusted) = Self::parse_asked(text).ok()?;
        (adjusted.is_empty() && origin.text == text).then_some(origin)
    }

    /// Whether a text is what some browser sends for an origin of its own, listable or not: a scheme, an authority, nothing more
    /// (the HTML standard, serialization of an origin).
    pub fn is_serialized(text: &str) -> bool {
        let Some((scheme, authority)) = text.split_once("://") else {
            return false;
        };
        let in_scheme =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
        let in_authority = |byte: u8| {
            byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && !b"/?#@\\,<>\"".contains(&byte)
        };
        scheme.starts_with(|first: char| first.is_ascii_lowercase())
            && scheme.bytes().all(in_scheme)
            && (1..=255).contains(&authority.len())
            && authority.bytes().all(in_authority)
    }

    /// Reads a listed origin back from its canonical form.
    pub fn from_canonical(text: &str) -> Option<Self> {
        let (origin, adjusted) = Self::read(text).ok()?;
        adjusted.is_empty().then_some(origin)
    }

    /// What nearly every browser sends: `https://` or `http://` and a name of lower-case letters, digits and single hyphens. It
    /// is its own canonical form, so nothing has to be taken apart; a test holds that against the long way.
    fn plain(text: &str) -> Option<Self> {
        let scheme = if text.starts_with("https://") {
            "https"
        } else {
            text.starts_with("http://").then_some("http")?
        };
        let host = text.get(scheme.len() + 3..)?;
        let name = |label: &str| {
            let bytes = label.as_bytes();
            (1..=63).contains(&bytes.len())
                && bytes
                    .iter()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let last_is_a_word = host
            .rsplit('.')
            .next()
            .and_then(|label| label.bytes().next())
            .is_some_and(|first| first.is_ascii_lowercase());
        (host.len() <= 253 && last_is_a_word && host.split('.').all(name))
            .then(|| Self::new(scheme, host, None))
    }

    fn new(scheme: &str, host: &str, port: Option<u16>) -> Self {
        let mut text = String::with_capacity(scheme.len() + host.len() + 9);
        text.push_str(scheme);
        text.push_str("://");
        text.push_str(host);
        let host_end = text.len();
        if let Some(port) = port {
            text.push(':');
            text.push_str(&port.to_string());
        }
        Self {
            text,
            scheme_end: scheme.len(),
            host_end,
            port,
        }
    }

    fn read(typed: &str) -> Result<(Self, Vec<Adjustment>), OriginError> {
        let mut adjusted = Vec::new();
        let text = typed.trim();
        match text {
            "" => return Err(OriginError::Empty),
            "*" => return Err(OriginError::Everything),
            _ if text.eq_ignore_ascii_case("null") => return Err(OriginError::Null),
            _ => {}
        }
        let (scheme, rest) = if let Some((scheme, rest)) = text.split_once("://") {
            (scheme.to_ascii_lowercase(), rest)
        } else {
            adjusted.push(Adjustment::SchemeAdded);
            ("https".to_owned(), text)
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        if authority.contains('@') {
            return Err(OriginError::UserInfo);
        }
        // Nobody means https by localhost:3000.
        let bare = adjusted.contains(&Adjustment::SchemeAdded)
            && split_port(authority).is_ok_and(|(host, _)| is_loopback(&host.to_ascii_lowercase()));
        let scheme = if bare {
            adjusted = vec![Adjustment::PlainSchemeAdded];
            "http".to_owned()
        } else {
            scheme
        };
        if !matches!(path, "" | "/") {
            adjusted.push(Adjustment::PathDropped);
        }
        let app = APP_SCHEMES.contains(&scheme.as_str());
        if !app && scheme != "https" && scheme != "http" {
            return Err(OriginError::Scheme(scheme));
        }
        let (host, port) = split_port(authority)?;
        let host = canonical_host(host, &mut adjusted)?;
        let port = match (port, scheme.as_str()) {
            (Some(443), "https") | (Some(80), "http") => {
                adjusted.push(Adjustment::DefaultPortDropped);
                None
            }
            (port, _) => port,
        };
        Ok((Self::new(&scheme, &host, port), adjusted))
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn scheme(&self) -> &str {
        self.text.get(..self.scheme_end).unwrap_or_default()
    }

    /// In the form of a URL: IPv6 in brackets, internationalized names in ASCII.
    pub fn host(&self) -> &str {
        self.text
            .get(self.scheme_end + 3..self.host_end)
            .unwrap_or_default()
    }

    /// The port as it is written; absent where it is the scheme's own.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The wildcard that would cover this site: the same with `*` for its first label.
    pub(crate) fn covering(&self) -> Option<Self> {
        let (_, parent) = self.host().split_once('.')?;
        let name = self.scheme() == "https"
            && !self.host().starts_with('[')
            && self.host().parse::<Ipv4Addr>().is_err();
        name.then(|| Self::new(self.scheme(), &format!("*.{parent}"), self.port))
    }

    /// Whether it names this very machine, for the label beside it.
    pub fn is_loopback(&self) -> bool {
        is_loopback(self.host())
    }

    /// Whether it belongs to an app shell rather than a site.
    pub fn is_app(&self) -> bool {
        APP_SCHEMES.contains(&self.scheme())
    }

    /// Whether it stands for one label below a parent.
    pub fn is_wildcard(&self) -> bool {
        self.host().starts_with("*.")
    }

    fn check(&self, http_hosts: &HttpHosts) -> Result<(), OriginError> {
        let (scheme, host) = (self.scheme(), self.host());
        if let Some(parent) = host.strip_prefix("*.") {
            if scheme != "https" || parent.contains('*') || !parent.contains('.') {
                return Err(OriginError::Wildcard);
            }
            #[cfg(feature = "tables")]
            if psl::suffix_str(parent) == Some(parent) {
                return Err(OriginError::PublicSuffix(parent.to_owned()));
            }
        } else if host.contains('*') {
            return Err(OriginError::Wildcard);
        }
        if scheme == "http" && !self.is_loopback() {
            let written = self
                .port
                .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
            let allowed = http_hosts.iter().any(|known| {
                *known == host || *known == written || *known == format!("http://{written}")
            });
            if !allowed {
                return Err(OriginError::PlainHttp(written));
            }
        }
        Ok(())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
