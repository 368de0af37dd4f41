//! Settings, all from the environment: the one place that reads it.

use perch_service::Limits;
use perch_store::Location;
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;

/// A setting that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {value:?}; it must be {wanted}")]
pub struct ConfigError {
    pub name: &'static str,
    pub value: String,
    pub wanted: &'static str,
}

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Config {
    pub addr: SocketAddr,
    pub data_dir: PathBuf,
    pub database_url: Option<String>,
    /// Without a slash at the end; from the address where it is not set.
    pub public_url: Option<String>,
    pub allowed_hosts: Vec<String>,
    /// Addresses whose forwarding headers count.
    pub trusted_proxies: Vec<Network>,
    pub http_origins: Vec<String>,
    /// Where the sandbox's preview listens, and how browsers reach it.
    pub preview_addr: Option<SocketAddr>,
    pub preview_url: Option<String>,
    pub record_days: u32,
    pub limits: Limits,
    pub master_key_file: Option<PathBuf>,
    pub log: String,
}

impl Config {
    /// Reads the process's environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::from_variables(
            &std::env::vars()
                .filter(|(name, _)| name.starts_with("PERCH_"))
                .collect(),
        )
    }

    /// Reads settings by their names.
    pub fn from_variables(variables: &HashMap<String, String>) -> Result<Self, ConfigError> {
        let get = |name: &str| {
            variables
                .get(name)
                .map(|value| value.trim())
                .filter(|value| !value.is_empty())
        };
        let list = |name: &str| {
            get(name)
                .map(|value| {
                    value
                        .split([',', ' '])
                        .filter(|item| !item.is_empty())
                        .map(str::to_owned)
                        .collect::<Vec<_>>()
                })
                .unwrap_or_default()
        };
        let fault = |name: &'static str, wanted: &'static str| {
            move |value: &str| ConfigError {
                name,
                value: value.to_owned(),
                wanted,
            }
        };
        let addr = get("PERCH_ADDR").unwrap_or("127.0.0.1:3000");
        let public_url = get("PERCH_PUBLIC_URL").map(|url| url.trim_end_matches('/'));
        let shaped = |url: &str| {
            url.strip_prefix("https://")
                .or_else(|| url.strip_prefix("http://"))
                .is_some_and(|host| !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ']))
        };
        if let Some(url) = public_url.filter(|url| !shaped(url)) {
            return Err(fault(
                "PERCH_PUBLIC_URL",
                "a scheme and a host, such as https://perch.example.com",
            )(url));
        }
        let preview_url = get("PERCH_PREVIEW_URL").map(|url| url.trim_end_matches('/'));
        if let Some(url) = preview_url.filter(|url| !shaped(url)) {
            return Err(fault(
                "PERCH_PREVIEW_URL",
                "a scheme and a host other than the console's, such as https://perch-preview.example.com",
            )(url));
        }
        let preview_addr = get("PERCH_PREVIEW_ADDR")
            .map(|addr| {
                addr.parse().map_err(|_| {
                    fault(
                        "PERCH_PREVIEW_ADDR",
                        "an address and a port, such as 127.0.0.1:3001",
                    )(addr)
                })
            })
            .transpose()?;
        if let (Some(url), None) = (preview_url, preview_addr) {
            return Err(fault(
                "PERCH_PREVIEW_URL",
                "accompanied by PERCH_PREVIEW_ADDR, where the preview listens",
            )(url));
        }
        let host = |url: &str| {
            url.split_once("://")
                .map(|(_, authority)| crate::authority::host_name(authority).to_ascii_lowercase())
        };
        if let (Some(preview), Some(console)) = (preview_url, public_url)
            && host(preview) == host(console)
        {
            return Err(fault(
                "PERCH_PREVIEW_URL",
                "on another host than PERCH_PUBLIC_URL: two ports of one host share their cookies",
            )(preview));
        }
        if let (None, Some(addr)) = (
            preview_url,
            preview_addr.filter(|addr: &SocketAddr| addr.ip().is_unspecified()),
        ) {
            return Err(fault(
                "PERCH_PREVIEW_ADDR",
                "accompanied by PERCH_PREVIEW_URL, how browsers reach it",
            )(&addr.to_string()));
        }
        let proxies = list("PERCH_TRUSTED_PROXIES");
        let trusted_proxies = proxies
            .iter()
            .map(|text| {
                Network::parse(text).ok_or_else(|| {
                    fault(
                        "PERCH_TRUSTED_PROXIES",
                        "networks such as 10.0.0.0/8 or ::1",
                    )(text)
                })
            })
            .collect::<Result<_, _>>()?;
        let limits = get("PERCH_LIMITS").unwrap_or_default();
        let days = get("PERCH_RECORD_DAYS").unwrap_or("90");
        Ok(Self {
            addr: addr.parse().map_err(|_| {
                fault(
                    "PERCH_ADDR",
                    "an address and a port, such as 127.0.0.1:3000",
                )(addr)
            })?,
            data_dir: get("PERCH_DATA_DIR").unwrap_or("./data").into(),
            database_url: get("PERCH_DATABASE_URL").map(str::to_owned),
            public_url: public_url.map(str::to_owned),
            allowed_hosts: list("PERCH_ALLOWED_HOSTS")
                .into_iter()
                .map(|host| host.to_ascii_lowercase())
                .collect(),
            trusted_proxies,
            http_origins: list("PERCH_HTTP_ORIGINS"),
            preview_addr,
            preview_url: preview_url.map(str::to_owned),
            record_days: days
                .parse()
                .map_err(|_| fault("PERCH_RECORD_DAYS", "a number of days")(days))?,
            limits: Limits::parse(limits).ok_or_else(|| {
                fault(
                    "PERCH_LIMITS",
                    "requests a second, such as key=0,organization=0,address=60 (0 is no limit)",
                )(limits)
            })?,
            master_key_file: get("PERCH_MASTER_KEY_FILE").map(PathBuf::from),
            log: get("PERCH_LOG").unwrap_or("info").to_owned(),
        })
    }

    /// Where the database is; `create` allows a new `SQLite` file.
    pub fn location(&self, create: bool) -> Location {
        match &self.database_url {
            Some(url) => Location::Postgres(url.clone()),
            None => Location::File {
                path: self.data_dir.join(crate::data_dir::DATABASE),
                create,
            },
        }
    }
}

/// A network in CIDR form, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: u128,
    mask: u128,
}

impl Network {
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text
            .split_once('/')
            .map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: std::net::IpAddr = address.parse().ok()?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let prefix: u32 = prefix
            .map_or(Some(widest), |prefix| prefix.parse().ok())
            .filter(|prefix| *prefix <= widest)?;
        // IPv4 is held as mapped into IPv6, whose first 96 bits always count.
        let mask = u128::MAX.checked_shl(widest - prefix).unwrap_or(0);
        Some(Self {
            address: number(address) & mask,
            mask,
        })
    }

    pub fn contains(&self, address: std::net::IpAddr) -> bool {
        number(address) & self.mask == self.address
    }
}

fn number(address: std::net::IpAddr) -> u128 {
    match address {
        std::net::IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        std::net::IpAddr::V6(v6) => v6.to_bits(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        Config::from_variables(
            &pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn defaults_and_faults() {
        let config = read(&[]).unwrap();
        assert_eq!(
            (
                config.addr.to_string().as_str(),
                config.record_days,
                config.log.as_str()
            ),
            ("127.0.0.1:3000", 90, "info")
        );
        assert_eq!(
            read(&[("PERCH_PUBLIC_URL", "https://perch.example.com/")])
                .unwrap()
                .public_url
                .as_deref(),
            Some("https://perch.example.com")
        );
        for (name, value) in [
            ("PERCH_ADDR", "3000"),
            ("PERCH_PUBLIC_URL", "perch.example.com"),
            ("PERCH_PUBLIC_URL", "https://a/b"),
            ("PERCH_RECORD_DAYS", "soon"),
            ("PERCH_LIMITS", "address=many"),
            ("PERCH_PREVIEW_URL", "https://preview.example.com"),
            ("PERCH_PREVIEW_ADDR", "0.0.0.0:3001"),
            ("PERCH_TRUSTED_PROXIES", "10.0.0.0/33"),
        ] {
            assert_eq!(read(&[(name, value)]).unwrap_err().name, name);
        }
        let both = |preview| {
            read(&[
                ("PERCH_PUBLIC_URL", "https://perch.example.com"),
                ("PERCH_PREVIEW_ADDR", "0.0.0.0:3001"),
                ("PERCH_PREVIEW_URL", preview),
            ])
        };
        assert!(both("https://perch-preview.example.com").is_ok());
        assert!(
            both("https://perch.example.com:8443")
                .unwrap_err()
                .to_string()
                .contains("share their cookies")
        );
    }

    #[test]
    fn networks() {
        let inside = |network: &str, address: &str| {
            Network::parse(network)
                .unwrap()
                .contains(address.parse().unwrap())
        };
        assert!(inside("10.0.0.0/8", "10.200.3.4"));
        assert!(!inside("10.0.0.0/8", "11.0.0.1"));
        assert!(inside("::1", "::1"));
        assert!(!inside("127.0.0.1", "127.0.0.2"));
        assert!(inside("0.0.0.0/0", "8.8.8.8"));
        assert!(!inside("0.0.0.0/0", "2001:db8::1"));
    }
}
