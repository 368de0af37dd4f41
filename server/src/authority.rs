//! The authority of an address: host and port (RFC 3986, section 3.2).

/// The host without its port.
pub(crate) fn host_name(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority.ends_with(']') => authority.get(..colon).unwrap_or(authority),
        _ => authority,
    }
}
