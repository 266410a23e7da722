//! The names of events: the operations of AWS by service, what else is logged, and what is logged under another name.
//!
//! Two tables are shipped: `rules/operations.txt.gz`, which a tool makes from the service models that AWS
//! publishes, and `rules/event_names.toml`, written by hand from its documents. A name that is in neither
//! may still be logged: the tables are for advice and must never decide whether a rule fires.

use std::collections::{BTreeMap, HashMap};
use std::io::Read as _;

use serde::Deserialize;

use crate::text::nearest;

/// The operations as shipped, compressed.
const OPERATIONS: &[u8] = include_bytes!("../../rules/operations.txt.gz");

/// The other names as shipped.
const EVENT_NAMES: &str = include_str!("../../rules/event_names.toml");

/// What stands behind the service in eventSource.
const DOMAIN: &str = ".amazonaws.com";

/// The names of events by service. Services are meant by the first part of eventSource: `iam`.
#[derive(Clone, Default, Debug)]
pub struct Operations {
    services: Vec<String>,
    /// Of each service the first one of its block: they are one service under several names.
    block: Vec<usize>,
    by_service: HashMap<String, usize>,
    /// By the name in lower case.
    names: HashMap<String, Name>,
    /// By the name in lower case: the service, and how it is logged there.
    renamed: HashMap<String, Vec<(usize, String)>>,
    called: BTreeMap<String, String>,
}

#[derive(Clone, Debug)]
struct Name {
    spelling: String,
    services: Vec<usize>,
}

/// Why a table cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OperationsError {
    /// A line of the operations stands where it means nothing.
    #[error("operations:{0}: a line before the first [service]; begin a block with the name of its service")]
    NoService(usize),
    /// The other names are no TOML of the kind that is expected.
    #[error("event names: {0}")]
    EventNames(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventNames {
    logged: BTreeMap<String, Vec<String>>,
    renamed: BTreeMap<String, BTreeMap<String, String>>,
    sources: BTreeMap<String, String>,
}

impl Operations {
    /// The tables as shipped.
    pub fn shipped() -> Self {
        let mut text = String::new();
        // A test reads the same files, so a fault in them cannot be shipped.
        match flate2::read::GzDecoder::new(OPERATIONS).read_to_string(&mut text) {
            Ok(_) => Self::parse(&text, EVENT_NAMES).unwrap_or_default(),
            Err(_) => Self::default(),
        }
    }

    /// Reads both tables.
    ///
    /// # Errors
    /// At the first fault.
    pub fn parse(operations: &str, event_names: &str) -> Result<Self, OperationsError> {
        let mut out = Self::default();
        out.read_operations(operations)?;
        let more: EventNames =
            toml::from_str(event_names).map_err(|e| OperationsError::EventNames(e.to_string()))?;
        for (service, names) in more.logged {
            let service = out.service(&service);
            for name in names {
                out.add(service, name);
            }
        }
        for (service, names) in more.renamed {
            let service = out.service(&service);
            for (name, logged) in names {
                out.add(service, logged.clone());
                out.renamed.entry(name.to_lowercase()).or_default().push((service, logged));
            }
        }
        out.called = more.sources;
        Ok(out)
    }

    fn read_operations(&mut self, text: &str) -> Result<(), OperationsError> {
        let mut services: Vec<usize> = Vec::new();
        for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            if let Some(names) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                services = names.split_whitespace().map(|name| self.service(name)).collect();
                let first = services.first().copied();
                for service in &services {
                    if let (Some(block), Some(first)) = (self.block.get_mut(*service), first) {
                        *block = first;
                    }
                }
                continue;
            }
            let mut words = line.split_whitespace();
            let Some(verb) = words.next() else { continue };
            if services.is_empty() {
                return Err(OperationsError::NoService(n + 1));
            }
            for rest in words {
                let name = if rest == "-" { verb.to_owned() } else { format!("{verb}{rest}") };
                for service in &services {
                    self.add(*service, name.clone());
                }
            }
        }
        Ok(())
    }

    fn service(&mut self, name: &str) -> usize {
        let lower = name.to_lowercase();
        if let Some(known) = self.by_service.get(&lower) {
            return *known;
        }
        let service = self.services.len();
        self.services.push(lower.clone());
        self.block.push(service);
        self.by_service.insert(lower, service);
        service
    }

    fn add(&mut self, service: usize, spelling: String) {
        let name = self.names.entry(spelling.to_lowercase());
        let name = name.or_insert_with(|| Name { spelling, services: Vec::new() });
        if !name.services.contains(&service) {
            name.services.push(service);
        }
    }

    /// A name as it is known; a version at its end need not be: `ListTags20170331`.
    fn find(&self, name: &str) -> Option<&Name> {
        let lower = name.to_lowercase();
        self.names.get(&lower).or_else(|| self.names.get(without_version(&lower)))
    }

    /// How many names there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Every name, in no order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.values().map(|name| name.spelling.as_str())
    }

    /// The names that are known of a service.
    pub fn names_of(&self, service: &str) -> impl Iterator<Item = &str> {
        let service = self.by_service.get(service);
        let of = move |name: &&Name| service.is_some_and(|service| name.services.contains(service));
        self.names.values().filter(of).map(|name| name.spelling.as_str())
    }

    /// Every service.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.iter().map(String::as_str)
    }

    /// Whether anything is known of a service.
    pub fn has_service(&self, service: &str) -> bool {
        self.by_service.contains_key(service)
    }

    /// What eventSource calls a service that people call otherwise: `events` for `eventbridge`.
    pub fn called(&self, service: &str) -> Option<&str> {
        self.called.get(service).map(String::as_str)
    }

    /// A known name as it is spelled, found without regard to case; its version, if any, is left out.
    pub fn spelling(&self, name: &str) -> Option<&str> {
        self.find(name).map(|name| name.spelling.as_str())
    }

    /// The services that log a name.
    pub fn services_of(&self, name: &str) -> Vec<&str> {
        let services = self.find(name).map_or(&[][..], |name| &name.services);
        services.iter().filter_map(|n| self.services.get(*n)).map(String::as_str).collect()
    }

    /// Whether a service logs a name.
    pub fn logs(&self, service: &str, name: &str) -> bool {
        self.by_service.get(service).is_some_and(|n| self.find(name).is_some_and(|f| f.services.contains(n)))
    }

    /// Under which name something is logged instead; only where no other of `services` (or, without any,
    /// no service at all) logs it under the name itself.
    pub fn renamed(&self, name: &str, services: &[&str]) -> Option<&str> {
        let renamed = self.renamed.get(&name.to_lowercase())?;
        let within = |n: usize| self.services.get(n).is_some_and(|s| services.contains(&s.as_str()));
        let (_, logged) = renamed.iter().find(|(n, _)| services.is_empty() || within(*n))?;
        let elsewhere = self.names.get(&name.to_lowercase()).is_some_and(|name| {
            let same = |n: &usize| renamed.iter().any(|(s, _)| self.block.get(*s) == self.block.get(*n));
            let others = name.services.iter().filter(|n| !same(n));
            others.copied().any(|n| services.is_empty() || within(n))
        });
        (!elsewhere).then_some(logged)
    }

    /// The name that was probably meant, if possible one of these services.
    pub fn nearest(&self, name: &str, services: &[&str]) -> Option<&str> {
        self.nearest_of(name, services).or_else(|| nearest_among(name, self.names()))
    }

    /// The name of one of these services that was probably meant.
    pub fn nearest_of(&self, name: &str, services: &[&str]) -> Option<&str> {
        nearest_among(name, services.iter().flat_map(|service| self.names_of(service)))
    }
}

fn nearest_among<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut alike: Vec<&str> = names.filter(|known| can_be_near(name, known)).collect();
    // The table is in no order; advice has to be the same each time.
    alike.sort_unstable();
    nearest(name, alike.into_iter())
}

/// Whether two names can be three edits apart: what it costs to be sure is paid for few.
fn can_be_near(one: &str, other: &str) -> bool {
    if one.len().abs_diff(other.len()) > 3 {
        return false;
    }
    let same = |(a, b): &(u8, u8)| a.eq_ignore_ascii_case(b);
    let start = one.bytes().zip(other.bytes()).take_while(same).count();
    let end = one.bytes().rev().zip(other.bytes().rev()).take_while(same).count();
    if start < 4 && end < 4 {
        return false;
    }
    // An edit changes the count of two letters at most.
    let mut counts = [0i32; 26];
    let mut add = |text: &str, n: i32| {
        for letter in text.bytes() {
            let place = letter.to_ascii_lowercase().wrapping_sub(b'a');
            if let Some(count) = counts.get_mut(usize::from(place)) {
                *count += n;
            }
        }
    };
    add(one, 1);
    add(other, -1);
    counts.iter().map(|count| count.abs()).sum::<i32>() <= 6
}

/// The service in an eventSource: `iam` of `iam.amazonaws.com`.
pub fn service_of(source: &str) -> Option<String> {
    let (service, _) = source.split_once(DOMAIN)?;
    Some(service.to_lowercase())
}

/// The eventSource of a service.
pub fn source_of(service: &str) -> String {
    format!("{service}{DOMAIN}")
}

/// A name without the version that some services write behind it: `20150331`, `20150331v2`, `2020_05_31`.
pub fn without_version(name: &str) -> &str {
    let digit = |c: char| c.is_ascii_digit();
    let version = name.rfind('v').filter(|at| *at > 0 && name.len() - at <= 3);
    let body = match version.map(|at| name.split_at(at)) {
        Some((body, end)) if end.len() > 1 && end.chars().skip(1).all(digit) => body,
        _ => name,
    };
    for form in ["20dddddd", "20dd_dd_dd"] {
        let Some((start, end)) = body.len().checked_sub(form.len()).and_then(|at| body.split_at_checked(at))
        else {
            continue;
        };
        let fits = |(c, f): (char, char)| if f == 'd' { digit(c) } else { c == f };
        if !start.is_empty() && end.chars().zip(form.chars()).all(fits) {
            return start;
        }
    }
    name
}

#[cfg(test)]
mod tests;
