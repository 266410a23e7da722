//! The names of events and services that a rule asks for: whether they are logged, and by whom.

use super::{Finding, Kind, Known, Weight, is_about, note, required, warning};
use crate::detect::operations::{Operations, service_of, source_of, without_version};
use crate::detect::sigma::item::{Item, Test};
use crate::detect::sigma::rule::Rule;
use crate::query::{Part, Pattern, Shape};
use crate::text::{nearest, plural};

pub(super) fn check(rule: &Rule, operations: &Operations, known: &Known<'_>, out: &mut Vec<Finding>) {
    let required = required(rule);
    for (n, (_, search)) in rule.searches.iter().enumerate() {
        for group in &search.groups {
            let others = required.iter().filter(|(other, _)| *other != n).flat_map(|(_, items)| items.iter());
            let source =
                group.iter().chain(others).find(|item| is_about(item, "eventSource") && !item.negated);
            let services = source.map_or(Services::Any, |item| Services::of(item, operations));
            let names = Names { operations, known, services };
            for item in group {
                if is_about(item, "eventName") {
                    names.check(item, out);
                } else if is_about(item, "eventSource") {
                    check_source(item, operations, out);
                }
            }
        }
    }
}

/// The services that a rule asks for.
enum Services<'o> {
    /// It does not ask.
    Any,
    /// One at least of which nothing is known.
    Unknown,
    /// These.
    These(Vec<&'o str>),
}

impl<'o> Services<'o> {
    fn of(item: &Item, operations: &'o Operations) -> Self {
        let mut found = Vec::new();
        for test in &item.tests {
            let before = found.len();
            found.extend(operations.services().filter(|service| passes(test, &source_of(service))));
            if found.len() == before {
                return Self::Unknown;
            }
        }
        Self::These(found)
    }

    fn list(&self) -> &[&'o str] {
        match self {
            Self::These(list) => list,
            Self::Any | Self::Unknown => &[],
        }
    }
}

/// The eventSources of some services; of many, the first few.
fn sources(services: &[&str]) -> String {
    let some: Vec<String> = services.iter().take(3).map(|service| source_of(service)).collect();
    let more = if services.len() > some.len() { " and others" } else { "" };
    format!("{}{more}", some.join(", "))
}

/// A pattern as a rule writes it.
fn written(pattern: &Pattern) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Many => "*".to_owned(),
        Part::One => "?".to_owned(),
    };
    pattern.parts().iter().map(part).collect()
}

/// Whether a text passes, as far as text alone decides.
fn passes(test: &Test, text: &str) -> bool {
    match test {
        Test::Text(pattern) => pattern.matches(text),
        Test::Regex(regex) => regex.is_match(text),
        _ => false,
    }
}

struct Names<'a, 'o> {
    operations: &'o Operations,
    known: &'a Known<'a>,
    services: Services<'o>,
}

/// After so many findings about the values of one item the rest is not looked at: a list of another kind stands there, and to look for
/// what is near to each takes long.
const MOST: usize = 50;

/// Says that some values are not looked at.
fn rest(item: &Item, from: usize) -> Option<Finding> {
    let left = plural((item.tests.len() - from) as u64, "more value");
    let text = format!("{left} of this list: not looked at, as {MOST} are told; correct these first");
    item.lines.get(from).map(|line| warning(*line, Kind::UnknownEvent, text))
}

impl Names<'_, '_> {
    fn check(&self, item: &Item, out: &mut Vec<Finding>) {
        let before = out.len();
        for (n, (test, line)) in item.tests.iter().zip(&item.lines).enumerate() {
            if out.len() - before >= MOST {
                return out.extend(rest(item, n));
            }
            let finding = match test {
                Test::Text(pattern) => match pattern.shape() {
                    Shape::Any => None,
                    Shape::Exact(name) => self.name(name, *line, item),
                    _ => self.pattern(test, &written(pattern), *line),
                },
                Test::Regex(regex) => match cased(regex.as_str()) {
                    Some(name) => self.cased(&name, *line),
                    None => self.pattern(test, regex.as_str(), *line),
                },
                _ => None,
            };
            out.extend(finding);
        }
    }

    fn seen(&self, name: &str) -> bool {
        self.known.event.is_some_and(|seen| seen(name))
    }

    fn name(&self, name: &str, line: usize, item: &Item) -> Option<Finding> {
        if self.seen(name) {
            return None;
        }
        let services = self.services.list();
        let about_unknown = matches!(self.services, Services::Unknown);
        // With a version behind it a name is matched as well.
        let logged = self.operations.renamed(name, services).filter(|logged| without_version(logged) != name);
        if let Some(logged) = logged.filter(|_| !about_unknown) {
            return Some(renamed(name, logged, line, item));
        }
        let Some(spelling) = self.operations.spelling(name) else {
            return (!about_unknown).then(|| self.unknown(name, line));
        };
        let own = self.operations.services_of(name);
        if !services.is_empty() && !services.iter().any(|service| own.contains(service)) {
            return Some(self.other_service(name, &own, line));
        }
        let written = name.get(..spelling.len()).unwrap_or(name);
        (written != spelling).then(|| {
            let text =
                format!("`{name}` is logged as `{spelling}`; it matches here, and not where case counts");
            note(line, Kind::Case, text)
        })
    }

    fn unknown(&self, name: &str, line: usize) -> Finding {
        let services = self.services.list();
        let near = match self.operations.nearest(name, services) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "look the name up in a log or in the documents of the service".to_owned(),
        };
        warning(line, Kind::UnknownEvent, format!("no service is known to log an event `{name}`; {near}"))
    }

    fn other_service(&self, name: &str, own: &[&str], line: usize) -> Finding {
        let near = self.operations.nearest_of(name, self.services.list());
        let near = near.map_or_else(String::new, |near| format!(", or mean `{near}`"));
        let text = format!(
            "`{name}` is logged by {}, not by {}; ask for that eventSource{near}",
            sources(own),
            sources(self.services.list())
        );
        warning(line, Kind::OtherService, text)
    }

    /// A pattern that no name fits.
    fn pattern(&self, test: &Test, what: &str, line: usize) -> Option<Finding> {
        if matches!(self.services, Services::Unknown) {
            return None;
        }
        // A name may have a version behind it, so a pattern is held against that as well.
        let services = self.services.list();
        let fits = |name: &str| passes(test, name);
        let known = match services {
            [] => self.operations.names().any(fits),
            _ => services.iter().any(|service| self.operations.names_of(service).any(fits)),
        };
        if known {
            return None;
        }
        let elsewhere = !services.is_empty() && self.operations.names().any(fits);
        let (kind, text) = match elsewhere {
            true => (
                Kind::OtherService,
                format!("no event of {} fits `{what}`, but those of others do", source_of(services.first()?)),
            ),
            false => (Kind::UnknownEvent, format!("no known name of an event fits `{what}`")),
        };
        Some(warning(line, kind, format!("{text}; look for a letter too many, or a missing `*`")))
    }

    /// A name of which the case counts.
    fn cased(&self, name: &str, line: usize) -> Option<Finding> {
        if self.seen(name) || matches!(self.services, Services::Unknown) {
            return None;
        }
        match self.operations.spelling(name) {
            None => Some(self.unknown(name, line)),
            Some(spelling) if name.starts_with(spelling) => None,
            Some(spelling) => {
                let text =
                    format!("`{name}` is logged as `{spelling}`, and with `cased` that is another word");
                Some(warning(line, Kind::Case, text))
            }
        }
    }
}

fn renamed(name: &str, logged: &str, line: usize, item: &Item) -> Finding {
    let beside = item.tests.iter().any(|test| passes(test, logged));
    let text = match beside {
        true => format!("CloudTrail logs `{name}` as `{logged}`, which stands here as well; leave it out"),
        false => format!("CloudTrail never logs `{name}`: it is `{logged}` there; write that"),
    };
    let weight = if beside { Weight::Note } else { Weight::Warning };
    Finding { line, kind: Kind::Renamed, weight, text }
}

/// The word that an expression made of `cased` stands for; `None` when it is anything more.
fn cased(expression: &str) -> Option<String> {
    let word = expression.strip_prefix("(?s)^")?.strip_suffix('$')?.replace("\\_", "_");
    word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some(word)
}

fn check_source(item: &Item, operations: &Operations, out: &mut Vec<Finding>) {
    let before = out.len();
    for (n, (test, line)) in item.tests.iter().zip(&item.lines).enumerate() {
        if out.len() - before >= MOST {
            return out.extend(rest(item, n));
        }
        let Test::Text(pattern) = test else { continue };
        let Shape::Exact(source) = pattern.shape() else { continue };
        out.extend(source_fault(source, operations).map(|text| warning(*line, Kind::UnknownSource, text)));
    }
}

/// What is wrong with an eventSource; a service of which nothing is known may well be one.
fn source_fault(source: &str, operations: &Operations) -> Option<String> {
    if !source.contains('.') {
        let service = source.to_lowercase();
        let service = operations.called(&service).unwrap_or(&service);
        return operations
            .has_service(service)
            .then(|| format!("an eventSource is written in full: `{}`", source_of(service)));
    }
    let service = service_of(source)?;
    let meant = match operations.called(&service) {
        Some(called) => called,
        None if operations.has_service(&service) || service.len() < 3 => return None,
        None => nearest(&service, operations.services())
            .filter(|near| near.len().abs_diff(service.len()) <= 1 && near.len() > 2)?,
    };
    Some(format!("no service is known as `{source}`; did you mean `{}`?", source_of(meant)))
}
