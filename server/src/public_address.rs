//! Where this server is: its public address, the hosts it answers to, its cookies.

use crate::authority::host_name;
use crate::config::{Config, Network};
use axum::http::HeaderMap;
use std::net::{IpAddr, SocketAddr};

/// The server's place in the world.
#[derive(Clone, Debug)]
pub struct PublicAddress {
    /// Without a slash at the end.
    pub public_url: String,
    /// Where the console is opened, besides its public address: this machine by its other names.
    twins: Vec<String>,
    hosts: Vec<String>,
    trusted_proxies: Vec<Network>,
}

impl PublicAddress {
    /// From the settings and the address that was bound.
    pub fn new(config: &Config, bound: SocketAddr) -> Self {
        let public_url = config
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{bound}"));
        let bare = public_url
            .split_once("://")
            .map_or(public_url.as_str(), |(_, authority)| host_name(authority));
        let twins = if is_loopback_name(bare) {
            // A content policy knows no IPv6 addresses.
            ["localhost", "127.0.0.1"]
                .map(|name| format!("http://{name}:{}", bound.port()))
                .into_iter()
                .filter(|twin| *twin != public_url)
                .collect()
        } else {
            Vec::new()
        };
        let own = public_url
            .split_once("://")
            .map(|(_, authority)| host_name(authority).to_owned());
        let hosts = own
            .into_iter()
            .chain(config.allowed_hosts.iter().cloned())
            .collect();
        Self {
            public_url,
            twins,
            hosts,
            trusted_proxies: config.trusted_proxies.clone(),
        }
    }

    /// Every origin that the console may be opened at.
    pub fn console_origins(&self) -> Vec<&str> {
        std::iter::once(&self.public_url)
            .chain(&self.twins)
            .map(String::as_str)
            .collect()
    }

    /// Whether browsers reach it on this machine only.
    pub fn is_loopback(&self) -> bool {
        LOOPBACK.iter().any(|name| self.is_named(name))
    }

    /// Whether its public address has this host.
    pub fn is_named(&self, host: &str) -> bool {
        self.public_url
            .split_once("://")
            .is_some_and(|(_, authority)| host_name(authority).eq_ignore_ascii_case(host))
    }

    pub fn is_https(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Browsers drop a `__Host-` cookie that is not Secure, so plain http gets the plain name.
    pub fn cookie_name(&self, name: &str) -> String {
        if self.is_https() {
            format!("__Host-{name}")
        } else {
            name.to_owned()
        }
    }

    /// Whether a request for this `Host` is ours: the public host, an allowed one, or this machine by a loopback name.
    pub fn serves(&self, host: &str) -> bool {
        let name = host_name(host);
        is_loopback_name(name)
            || self
                .hosts
                .iter()
                .any(|ours| ours.eq_ignore_ascii_case(name))
    }

    /// The caller's address. A forwarding header counts only as far as trusted proxies wrote it: it is read from its end, and
    /// the first entry that no trusted proxy vouches for, or that cannot be read, is where it stops.
    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusts_a_proxy() {
            return peer;
        }
        let trusted = |address: IpAddr| {
            self.trusted_proxies
                .iter()
                .any(|network| network.contains(address))
        };
        let entries: Vec<&str> = headers
            .get_all("x-forwarded-for")
            .iter()
            .flat_map(|value| value.to_str().unwrap_or("?").split(','))
            .collect();
        let mut client = peer;
        for entry in entries.into_iter().rev() {
            match entry.trim().parse() {
                Ok(address) if trusted(client) => client = address,
                _ => break,
            }
        }
        client
    }

    /// Whether any proxy's word counts.
    pub fn trusts_a_proxy(&self) -> bool {
        !self.trusted_proxies.is_empty()
    }
}

/// The names of this very machine.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];

fn is_loopback_name(name: &str) -> bool {
    LOOPBACK
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// Whether an origin is this machine by a loopback name.
pub(crate) fn is_loopback_origin(origin: &str) -> bool {
    origin
        .split_once("://")
        .is_some_and(|(_, authority)| is_loopback_name(host_name(authority)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn site(pairs: &[(&str, &str)]) -> PublicAddress {
        let variables: HashMap<_, _> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        PublicAddress::new(
            &Config::from_variables(&variables).unwrap(),
            "127.0.0.1:4000".parse().unwrap(),
        )
    }

    #[test]
    fn hosts_that_are_ours() {
        let site = site(&[
            ("PERCH_PUBLIC_URL", "https://perch.example.com"),
            ("PERCH_ALLOWED_HOSTS", "perch.internal"),
        ]);
        for ours in [
            "perch.example.com",
            "PERCH.example.com:443",
            "perch.internal:8080",
            "localhost:1",
            "127.0.0.1",
            "[::1]:3000",
        ] {
            assert!(site.serves(ours), "{ours}");
        }
        for other in [
            "evil.test",
            "perch.example.com.evil.test",
            "",
            "localhost.evil.test",
            "127.0.0.2",
        ] {
            assert!(!site.serves(other), "{other}");
        }
    }

    #[test]
    fn forwarded_addresses_count_from_trusted_proxies_only() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            "6.6.6.6, 1.2.3.4, 10.0.0.9".parse().unwrap(),
        );
        let peer = "10.0.0.1".parse().unwrap();
        let of = |site: &PublicAddress, headers: &HeaderMap| {
            site.client_address(peer, headers).to_string()
        };
        let behind = site(&[("PERCH_TRUSTED_PROXIES", "10.0.0.0/8")]);
        assert_eq!(of(&site(&[]), &headers), "10.0.0.1");
        let forged: HeaderMap = [(
            axum::http::HeaderName::from_static("x-forwarded-for"),
            "9.9.9.9, x, 1.2.3.4".parse().unwrap(),
        )]
        .into_iter()
        .collect();
        assert_eq!(
            of(&behind, &forged),
            "1.2.3.4",
            "what is left of an unreadable entry is of no interest"
        );
        let unreadable: HeaderMap = [(
            axum::http::HeaderName::from_static("x-forwarded-for"),
            "1.2.3.4, x".parse().unwrap(),
        )]
        .into_iter()
        .collect();
        assert_eq!(of(&behind, &unreadable), "10.0.0.1");
        assert_eq!(of(&behind, &headers), "1.2.3.4");
    }
}
