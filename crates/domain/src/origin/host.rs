//! The host and the port of an origin in their canonical form.

use super::{Adjustment, OriginError};
use std::net::{Ipv4Addr, Ipv6Addr};

pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| ip.is_loopback())
}

pub(super) fn split_port(authority: &str) -> Result<(&str, Option<u16>), OriginError> {
    let bracket = authority.rfind(']').unwrap_or(0);
    match authority
        .rfind(':')
        .filter(|colon| *colon > bracket || bracket == 0)
    {
        None => Ok((authority, None)),
        Some(colon) => {
            let (host, port) = authority.split_at(colon);
            let digits = port.trim_start_matches(':');
            if digits.is_empty() {
                return Ok((host, None));
            }
            let number = digits
                .bytes()
                .all(|digit| digit.is_ascii_digit())
                .then(|| digits.parse::<u16>().ok())
                .flatten();
            number
                .filter(|number| *number > 0)
                .map(|number| (host, Some(number)))
                .ok_or(OriginError::Port)
        }
    }
}

pub(super) fn canonical_host(
    host: &str,
    adjusted: &mut Vec<Adjustment>,
) -> Result<String, OriginError> {
    let fault = || OriginError::Host(host.chars().take(80).collect());
    if let Some(inner) = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
    {
        let ip: Ipv6Addr = inner.parse().map_err(|_| fault())?;
        return Ok(format!("[{}]", ipv6(ip)));
    }
    let host = match host.strip_suffix('.') {
        Some(rest) if !rest.is_empty() => {
            adjusted.push(Adjustment::TrailingDotDropped);
            rest
        }
        _ => host,
    };
    let host = if host.is_ascii() {
        host.to_ascii_lowercase()
    } else {
        to_ascii(host).map_err(|unknown| unknown.unwrap_or_else(fault))?
    };
    let labels: Vec<_> = host.split('.').collect();
    let label_ok = |(at, label): (usize, &&str)| {
        (at == 0 && *label == "*")
            || (!label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')))
    };
    // A `*` anywhere else is told as what it is, not as a bad host.
    if host.contains('*') && !labels.iter().enumerate().all(label_ok) {
        return Err(OriginError::Wildcard);
    }
    if host.len() > 253 || !labels.iter().enumerate().all(label_ok) {
        return Err(fault());
    }
    // A last label of digits makes it an IPv4 address in every browser, whatever its spelling (URL standard, section 3.5).
    if labels.last().is_some_and(|label| {
        label.starts_with("0x") || label.bytes().all(|byte| byte.is_ascii_digit())
    }) {
        return host
            .parse::<Ipv4Addr>()
            .map(|ip| ip.to_string())
            .map_err(|_| fault());
    }
    Ok(host)
}

#[cfg(feature = "tables")]
fn to_ascii(host: &str) -> Result<String, Option<OriginError>> {
    idna::domain_to_ascii(host).map_err(|_| None)
}

#[cfg(not(feature = "tables"))]
fn to_ascii(_: &str) -> Result<String, Option<OriginError>> {
    Err(Some(OriginError::NeedsTables))
}

/// As the URL standard serializes it: unlike [`Ipv6Addr`], never with an embedded IPv4 address.
fn ipv6(ip: Ipv6Addr) -> String {
    match ip.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => format!("::ffff:{high:x}:{low:x}"),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => format!("::{high:x}:{low:x}"),
        _ => ip.to_string(),
    }
}
