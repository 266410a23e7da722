//! Where a call came from: what `sourceIPAddress` says.
//!
//! The field holds an address, the DNS name of an AWS service, `AWS Internal`,
//! a masked value or plain nonsense. Only a public address is "external".

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

/// What kind of thing a `sourceIPAddress` is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AddressKind {
    /// No value.
    Absent,
    /// An address that can be reached from the internet.
    Public,
    /// RFC 1918, 100.64.0.0/10, loopback, link-local, fc00::/7.
    Private,
    /// The DNS name of an AWS service that called on somebody's behalf.
    Service,
    /// `AWS Internal`.
    Internal,
    /// A host name, a masked value, anything else.
    Other,
}

impl AddressKind {
    /// Tells what kind of thing `text` is.
    pub fn of(text: &str) -> Self {
        match text {
            "" => Self::Absent,
            "AWS Internal" => Self::Internal,
            _ => match parse_ip(text) {
                Some(ip) if is_private(ip) => Self::Private,
                Some(_) => Self::Public,
                None if is_service_name(text) => Self::Service,
                None => Self::Other,
            },
        }
    }

    /// The word that queries and tables use for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Public => "public",
            Self::Private => "private",
            Self::Service => "service",
            Self::Internal => "internal",
            Self::Other => "other",
        }
    }
}

/// Whether a network is so wide that anybody may be in it, as half the world is.
pub fn is_wide(network: &IpNet) -> bool {
    // Where S3 draws the line.
    match network {
        IpNet::V4(network) => network.prefix_len() < 8,
        IpNet::V6(network) => network.prefix_len() < 32,
    }
}

/// The address in `text`; an IPv4 address inside of an IPv6 one is unwrapped.
pub fn parse_ip(text: &str) -> Option<IpAddr> {
    match text.parse().ok()? {
        IpAddr::V6(v6) => Some(v6.to_ipv4_mapped().map_or(IpAddr::V6(v6), IpAddr::V4)),
        v4 @ IpAddr::V4(_) => Some(v4),
    }
}

/// Whether `text` is the name of an AWS service, in any partition.
pub fn is_service_name(text: &str) -> bool {
    text.ends_with(".amazonaws.com") || text.ends_with(".amazonaws.com.cn") || text.ends_with(".aws.internal")
}

/// Whether an address belongs to nobody on the internet.
///
/// The documentation ranges (192.0.2.0/24 and its like) count as public: they
/// stand for public addresses wherever data was anonymised.
pub fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => is_private_v4(v4),
        IpAddr::V6(v6) => is_private_v6(v6),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, ..] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    ip.is_private() || shared || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified()
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    ip.is_unique_local() || ip.is_loopback() || ip.is_unicast_link_local() || ip.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_told_apart() {
        use AddressKind::*;
        for (text, kind) in [
            ("", Absent),
            ("AWS Internal", Internal),
            ("203.0.113.7", Public),
            ("8.8.8.8", Public),
            ("2001:db8::1", Public),
            ("2a02:26f0::1", Public),
            ("10.0.0.1", Private),
            ("172.16.0.1", Private),
            ("172.32.0.1", Public),
            ("192.168.10.20", Private),
            ("100.64.0.1", Private),
            ("100.63.255.255", Public),
            ("100.128.0.1", Public),
            ("127.0.0.1", Private),
            ("169.254.169.254", Private),
            ("::1", Private),
            ("fd00::1", Private),
            ("fe80::1", Private),
            ("::ffff:10.0.0.1", Private),
            ("::ffff:8.8.8.8", Public),
            ("ec2.amazonaws.com", Service),
            ("s3.cn-north-1.amazonaws.com.cn", Service),
            ("AWS  Internal", Other),
            ("***", Other),
            ("host.example.com", Other),
            ("evil-amazonaws.com", Other),
            ("203.0.113.7:443", Other),
        ] {
            assert_eq!(AddressKind::of(text), kind, "{text}");
        }
    }
}
