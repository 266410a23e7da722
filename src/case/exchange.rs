//! Indicators from and for others: as CSV, and as STIX 2.1.
//!
//! What comes in is another's: a line that cannot be used is told with its place, and the others
//! are taken. What goes out is for others' programs: a spreadsheet runs nothing of it, and the same
//! indicators give the same bytes and ids each time.

pub mod csv;
pub mod pattern;
pub mod stix;

use std::fmt;

use super::model::{Kind, NewIndicator};
use crate::event::account;
use crate::event::address::{AddressKind, parse_ip};
use crate::event::identity::Arn;
use crate::event::time::Time;
use crate::text::{clip, visible};

/// Something that could not be taken in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The line it stands in, from 1; for STIX the number of the object in its bundle.
    pub at: u64,
    /// What is wrong with it, and the way out.
    pub reason: String,
}

/// A file of indicators as far as it could be read.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Imported {
    /// What was read.
    pub indicators: Vec<NewIndicator>,
    /// What was not.
    pub faults: Vec<Fault>,
    /// What `at` counts in the faults: `line`, `object`.
    pub counted: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.reason)
    }
}

/// Reads a file of indicators, whichever of the two forms it has; `source` is the name that they get as origin.
pub fn import(bytes: &[u8], source: &str) -> Imported {
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with(['{', '[']) {
        stix::import(text, source)
    } else {
        csv::import(text, source)
    }
}

/// Makes an indicator of a value that somebody wrote down; the reason where it is none.
pub(super) fn indicator(kind: Option<Kind>, value: &str, source: &str) -> Result<NewIndicator, String> {
    let value = plain(value.trim());
    if value.is_empty() {
        return Err("there is no value".to_owned());
    }
    if value.len() > super::write::LONGEST_VALUE {
        return Err(format!("the value has {} bytes; it cannot be meant", value.len()));
    }
    let shown = || clip(&visible(&value), 60).into_owned();
    let Some(kind) = kind.or_else(|| guess(&value)) else {
        return Err(format!("`{}`: it cannot be told what this is; add a column `kind`", shown()));
    };
    // Only what would never match is refused.
    let fits = match kind {
        Kind::Ip => parse_ip(&value).is_some() || value.parse::<ipnet::IpNet>().is_ok(),
        Kind::Account => account::is_id(&value),
        Kind::Arn => Arn::parse(&value).is_some(),
        Kind::Domain => is_domain(&value),
        Kind::AccessKey | Kind::UserAgent | Kind::Bucket | Kind::Session => true,
    };
    if !fits {
        return Err(format!("`{}` is no value of kind {}", shown(), kind.name()));
    }
    let private = kind == Kind::Ip && AddressKind::of(&value) == AddressKind::Private;
    let (first, last) = (Time::UNKNOWN, Time::UNKNOWN);
    Ok(NewIndicator { kind, value, private, first, last, source: source.to_owned(), note: String::new() })
}

/// What a value looks like, where that can only be one thing.
pub fn guess(value: &str) -> Option<Kind> {
    if parse_ip(value).is_some() || value.parse::<ipnet::IpNet>().is_ok() {
        Some(Kind::Ip)
    } else if Arn::parse(value).is_some() {
        Some(Kind::Arn)
    } else if account::is_id(value) {
        Some(Kind::Account)
    } else if is_key(value) {
        Some(Kind::AccessKey)
    } else if is_domain(value) {
        Some(Kind::Domain)
    } else {
        None
    }
}

fn is_key(value: &str) -> bool {
    (value.starts_with("AKIA") || value.starts_with("ASIA"))
        && (16..=128).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// Whether a text is a host name of two labels or more, the last of them no number.
pub(crate) fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 253
        && text.rsplit_once('.').is_some_and(|(_, last)| last.bytes().any(|b| b.is_ascii_alphabetic()))
        && text.split('.').all(label)
}

/// A value without what makes it harmless in mails and spreadsheets: `203[.]0[.]113[.]7`, `'=x`.
fn plain(value: &str) -> String {
    let value = match value.strip_prefix('\'') {
        Some(rest) if rest.trim_start().starts_with(['=', '+', '-', '@', '\t', '＝', '＋', '－', '＠']) => {
            rest
        }
        _ => value,
    };
    value.replace("[.]", ".").replace("(.)", ".").replace("[:]", ":")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_value_is_can_be_seen_or_is_asked_for() {
        for (value, kind) in [
            ("203.0.113.7", Some(Kind::Ip)),
            ("198.51.100.0/24", Some(Kind::Ip)),
            ("2001:db8::1", Some(Kind::Ip)),
            ("arn:aws:iam::111122223333:user/alice", Some(Kind::Arn)),
            ("111122223333", Some(Kind::Account)),
            ("AKIAEXAMPLEEXAMPLE12", Some(Kind::AccessKey)),
            ("evil.example.com", Some(Kind::Domain)),
            ("1.2.3.4.5", None),
            ("bucket-name", None),
            ("python-requests/2.31", None),
            ("", None),
        ] {
            assert_eq!(guess(value), kind, "{value}");
        }
    }

    #[test]
    fn values_are_taken_out_of_their_wrapping_and_checked() {
        let of = |kind, value: &str| indicator(kind, value, "x").map(|i| (i.kind, i.value, i.private));
        assert_eq!(of(None, " 203[.]0[.]113[.]7 "), Ok((Kind::Ip, "203.0.113.7".into(), false)));
        assert_eq!(of(None, "10.0.0.1"), Ok((Kind::Ip, "10.0.0.1".into(), true)));
        assert_eq!(of(Some(Kind::UserAgent), "'=cmd()"), Ok((Kind::UserAgent, "=cmd()".into(), false)));
        assert_eq!(of(Some(Kind::Session), "'quoted'"), Ok((Kind::Session, "'quoted'".into(), false)));
        for (kind, value, said) in [
            (None, "", "no value"),
            (None, "what is this", "add a column `kind`"),
            (Some(Kind::Ip), "203.0.113.700", "no value of kind ip"),
            (Some(Kind::Account), "1234", "no value of kind account"),
            (Some(Kind::Domain), "\u{1b}[31m.com", "␛[31m"),
        ] {
            let fault = of(kind, value).unwrap_err();
            assert!(fault.contains(said), "{value}: {fault}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_read_without_a_panic(bytes: Vec<u8>, text: String) {
            let _ = import(&bytes, "x");
            let _ = import(text.as_bytes(), "x");
            let _ = guess(&text);
        }
    }
}
