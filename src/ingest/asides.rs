//! What few records say and pivots need: handed-out credentials, the id shared by two accounts,
//! transferred bytes, and how the connection was secured.
//!
//! Everything here reads one raw value. It must not keep anything, and must not
//! look into records that cannot have what it looks for: this runs for every event.

use std::borrow::Cow;
use std::hash::BuildHasher as _;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use memchr::memmem;

use crate::json::{self, member, scalar, skip_space, skip_value};
use crate::store::dicts::Grant;
use crate::store::id::uuid_in;

/// Whether an event of this name can hand out credentials.
pub(super) fn may_grant(name: &str) -> bool {
    name.starts_with("AssumeRo")
        || name == "CreateAccessKey"
        || name == "CreateSession"
        || name.contains("Token")
        || name.contains("Credentials")
}

/// The credentials in an answer, as texts that may have had to be decoded.
#[derive(Default, Debug)]
pub(super) struct Granted<'a> {
    key: Cow<'a, str>,
    principal_id: Cow<'a, str>,
}

impl Granted<'_> {
    /// As the dictionaries want it; `None` when nothing was handed out.
    pub(super) fn grant(&self) -> Option<Grant<'_>> {
        let grant = Grant { key: &self.key, principal_id: &self.principal_id };
        (grant != Grant::default()).then_some(grant)
    }
}

/// The credentials that a `responseElements` hands out.
pub(super) fn granted(response: &[u8]) -> Granted<'_> {
    // The most usual place first; where several have a key, the first in this order counts.
    let (mut keys, mut principals) = ([None, None, None], [None, None]);
    for part in json::members(response) {
        let (place, name) = match part.key {
            b"credentials" => (&mut keys[0], "accessKeyId"),
            b"accessKey" => (&mut keys[1], "accessKeyId"),
            b"roleCredentials" => (&mut keys[2], "accessKeyId"),
            b"assumedRoleUser" => (&mut principals[0], "assumedRoleId"),
            b"federatedUser" => (&mut principals[1], "federatedUserId"),
            _ => continue,
        };
        *place = member(part.value, name).and_then(scalar);
    }
    // What was masked is no key: `HIDDEN_DUE_TO_SECURITY_REASONS`, `***`.
    let plain = |text: &Cow<'_, str>| text.bytes().all(|b| b.is_ascii_alphanumeric());
    Granted {
        key: keys.into_iter().flatten().next().filter(plain).unwrap_or_default(),
        principal_id: principals.into_iter().flatten().next().unwrap_or_default(),
    }
}

/// The bytes that came in and went out, of an `additionalEventData`.
pub(super) fn transferred(additional: &[u8]) -> (u64, u64) {
    let (mut inward, mut outward) = (None, None);
    let mut left = additional;
    // An iterator would take what the search knows of the text it looks for along, which costs as much as the search.
    while let Some(at) = BYTES.find(left) {
        let rest = left.get(at + BYTES.needle().len()..).unwrap_or_default();
        left = rest;
        let (direction, key) = match rest.first() {
            Some(b'I') => (&mut inward, &b"In\""[..]),
            _ => (&mut outward, &b"Out\""[..]),
        };
        if let Some(rest) = rest.strip_prefix(key)
            && let Some(rest) = rest.get(skip_space(rest, 0)..).and_then(|rest| rest.strip_prefix(b":"))
            && direction.is_none()
        {
            let from = skip_space(rest, 0);
            let value = skip_value(rest, from).and_then(|end| rest.get(from..end));
            *direction = value.map(number);
        }
        if inward.is_some() && outward.is_some() {
            break;
        }
    }
    (inward.unwrap_or(0), outward.unwrap_or(0))
}

static BYTES: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(b"\"bytesTransferred"));
static TLS_HOST: LazyLock<memmem::Finder<'static>> =
    LazyLock::new(|| memmem::Finder::new(b"\"clientProvidedHostHeader\""));

/// A whole number that may be written as `1.5E7` or as a string; 0 for anything else.
fn number(value: &[u8]) -> u64 {
    // Nearly all are plain digits, of which eighteen fit without a check.
    if value.len() <= 18 && value.iter().all(u8::is_ascii_digit) {
        return value.iter().fold(0, |n, digit| n * 10 + u64::from(digit - b'0'));
    }
    let Some(text) = scalar(value) else { return 0 };
    text.parse().unwrap_or_else(|_| text.parse::<f64>().map_or(0, |n| n as u64))
}

/// A number for a `sharedEventID`: the same text gives the same number in every load, 0 for none.
#[inline(never)]
pub(super) fn shared(raw: &[u8]) -> u64 {
    let text = scalar(raw).unwrap_or_default();
    match uuid_in(text.as_bytes()) {
        Some(uuid) => (uuid ^ uuid >> 64) as u64,
        None if text.is_empty() => 0,
        None => FixedState::default().hash_one(&*text),
    }
}

/// The part of a `tlsDetails` that does not change with every host.
pub(super) fn tls_span(raw: &[u8]) -> &[u8] {
    match TLS_HOST.find(raw) {
        Some(at) if at > TLS_HOST.needle().len() => raw.get(..at).unwrap_or(raw),
        _ => raw,
    }
}

/// The protocol and the cipher of a span of [`tls_span`]: `TLSv1.3 TLS_AES_128_GCM_SHA256`.
pub(super) fn tls_text(span: &[u8]) -> (Cow<'_, str>, bool) {
    let part = |key: &str| member(span, key).map(json::unquote).unwrap_or_default();
    let ((version, a), (cipher, b)) = (part("tlsVersion"), part("cipherSuite"));
    (format!("{version} {cipher}").trim().to_owned().into(), a || b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_in_every_kind_of_answer() {
        for (response, key, principal_id) in [
            (
                r#"{"credentials":{"accessKeyId":"ASIAX","expiration":"x"},"assumedRoleUser":{"assumedRoleId":"AROAX:s","arn":"a"}}"#,
                "ASIAX",
                "AROAX:s",
            ),
            (r#"{"accessKey":{"userName":"eve","accessKeyId":"AKIAX","status":"Active"}}"#, "AKIAX", ""),
            (
                r#"{"credentials":{"accessKeyId":"ASIAX"},"federatedUser":{"federatedUserId":"1:f"}}"#,
                "ASIAX",
                "1:f",
            ),
            (r#"{"roleCredentials":{"accessKeyId":"HIDDEN_DUE_TO_SECURITY_REASONS"}}"#, "", ""),
            (r#"{"assumedRoleUser":{"assumedRoleId":"AROAX:s"}}"#, "", "AROAX:s"),
            (r#"{"credentials":"x"}"#, "", ""),
            ("null", "", ""),
            ("", "", ""),
        ] {
            let found = granted(response.as_bytes());
            assert_eq!((&*found.key, &*found.principal_id), (key, principal_id), "{response}");
            assert_eq!(found.grant().is_some(), !(key.is_empty() && principal_id.is_empty()));
        }
    }

    #[test]
    fn bytes_are_read_as_numbers_however_they_are_written() {
        for (additional, expected) in [
            (r#"{"bytesTransferredIn": 0,"x":7,"bytesTransferredOut":4096}"#, (0, 4096)),
            (r#"{"bytesTransferredIn" : 3,"bytesTransferredOut"  :4}"#, (3, 4)),
            (r#"{"bytesTransferredIn":"12","bytesTransferredOut":1.5E7}"#, (12, 15_000_000)),
            (r#"{"bytesTransferredIn":-4,"bytesTransferredOut":null}"#, (0, 0)),
            (r#"{"note":"\"bytesTransferredIn\":7"}"#, (0, 0)),
            (r#"{"bytesTransferredIn":"#, (0, 0)),
            (
                r#"{"bytesTransferredIn":1,"bytesTransferredIn":2,"bytesTransferredOut":3,"bytesTransferredOut":4}"#,
                (1, 3),
            ),
            (
                r#"{"bytesTransferred"bytesTransferredIn":7,"bytesTransferred":1,"bytesTransferredInto":2}"#,
                (7, 0),
            ),
            (r#"{"bytesTransferred":"bytesTransferredIn","bytesTransferredOut":5}"#, (0, 5)),
            ("null", (0, 0)),
        ] {
            assert_eq!(transferred(additional.as_bytes()), expected, "{additional}");
        }
    }

    #[test]
    fn shared_ids_agree_with_themselves_only() {
        let a = shared(br#""1eccc8c2-9cad-423c-afb4-54c55f419ebd""#);
        assert_eq!(a, shared(br#""1eccc8c2-9cad-423c-afb4-54c55f419ebd""#));
        assert_ne!(a, shared(br#""1eccc8c2-9cad-423c-afb4-54c55f419ebe""#));
        assert_ne!(shared(br#""odd""#), 0);
        assert_eq!((shared(b"null"), shared(b""), shared(br#""""#)), (0, 0, 0));
    }

    #[test]
    fn hosts_do_not_tell_connections_apart() {
        let text = |raw: &str| tls_text(tls_span(raw.as_bytes())).0.into_owned();
        for raw in [
            r#"{"tlsVersion":"TLSv1.3","cipherSuite":"AES","clientProvidedHostHeader":"a.example.com"}"#,
            r#"{"clientProvidedHostHeader":"a","tlsVersion":"TLSv1.3","cipherSuite":"AES"}"#,
            r#"{"tlsVersion":"TLSv1.3","cipherSuite":"AES"}"#,
        ] {
            assert_eq!(text(raw), "TLSv1.3 AES", "{raw}");
        }
        assert_eq!((text("{}").as_str(), text("null").as_str(), text("7").as_str()), ("", "", ""));
    }

    #[test]
    fn only_some_names_are_looked_into() {
        for name in [
            "AssumeRole",
            "AssumeRoleWithSAML",
            "AssumeRoot",
            "GetSessionToken",
            "GetSigninToken",
            "CreateAccessKey",
        ] {
            assert!(may_grant(name), "{name}");
        }
        assert!(!may_grant("GetObject") && !may_grant("ListAccessKeys"));
    }
}
