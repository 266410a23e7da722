//! The calls that can be made, read from `catalog.txt`, and who makes how many of them, from `behaviors.txt`.
//!
//! Both are data of the repository. A line that makes no sense is left out; the
//! tests see to it that there is none.

use std::collections::BTreeMap;

use crate::synth::rng::Rng;
use crate::synth::template::Template;

/// An AWS service, as far as its records show it.
#[derive(Debug)]
pub(crate) struct Service {
    /// The first part of its `eventSource`: `ec2`.
    pub(crate) prefix: &'static str,
    /// The `eventVersion` of its records.
    pub(crate) version: &'static str,
    /// Whether its calls are logged in us-east-1 wherever they are made.
    pub(crate) global: bool,
    /// The error code of a call that was not allowed.
    pub(crate) denied: &'static str,
    /// The error code of a call too many.
    pub(crate) throttled: &'static str,
    /// The host name that clients ask for.
    pub(crate) host: Template<'static>,
}

/// An error that a call ends with now and then.
#[derive(Debug)]
pub(crate) struct Failure {
    /// In how many of a thousand calls.
    pub(crate) permille: u32,
    /// `errorCode`.
    pub(crate) code: &'static str,
    /// `errorMessage`.
    pub(crate) message: Template<'static>,
}

/// A call: one kind of event.
#[derive(Debug)]
pub(crate) struct Action {
    /// The number of its service.
    pub(crate) service: usize,
    /// `eventName`.
    pub(crate) name: &'static str,
    /// The service that makes this call on its caller's behalf.
    pub(crate) via: Option<&'static str>,
    /// `readOnly`.
    pub(crate) read: bool,
    /// Whether it is a data event.
    pub(crate) data: bool,
    /// The alternatives for `requestParameters`; none means `null`.
    pub(crate) params: Vec<Template<'static>>,
    /// The alternatives for `responseElements`; none means `null`.
    pub(crate) response: Vec<Template<'static>>,
    /// The alternatives for `additionalEventData`; none means that there is no such field.
    pub(crate) extra: Vec<Template<'static>>,
    /// The alternatives for `resources`; none means that there is no such field.
    pub(crate) resources: Vec<Template<'static>>,
    /// How it fails.
    pub(crate) failures: Vec<Failure>,
}

/// The calls that one kind of actor makes, in their shares.
#[derive(Debug, Default)]
pub(crate) struct Behavior {
    /// Actions with the sum of the shares up to and including theirs.
    anywhere: Vec<(u32, usize)>,
    /// The same without the calls that are logged in us-east-1 only.
    regional: Vec<(u32, usize)>,
}

/// All calls and all behaviors.
#[derive(Debug, Default)]
pub(crate) struct Catalog {
    /// The services.
    pub(crate) services: Vec<Service>,
    /// The calls.
    pub(crate) actions: Vec<Action>,
    behaviors: BTreeMap<&'static str, Behavior>,
    index: BTreeMap<(&'static str, &'static str), usize>,
}

impl Catalog {
    /// Reads the data of the repository.
    pub(crate) fn load() -> Self {
        let mut catalog = Self::default();
        for line in include_str!("catalog.txt").lines() {
            catalog.read_line(line);
        }
        let mut name = "";
        for line in include_str!("behaviors.txt").lines() {
            match line.strip_prefix("B ") {
                Some(new) => name = new,
                None => catalog.read_share(name, line).unwrap_or_default(),
            }
        }
        catalog
    }

    /// Reads a line of `catalog.txt`; `None` when it says nothing.
    fn read_line(&mut self, line: &'static str) -> Option<()> {
        let (mark, text) = line.split_once(' ').unwrap_or((line, ""));
        match mark {
            "S" => self.services.push(service(text)?),
            "A" => self.read_action(text)?,
            "p" => self.actions.last_mut()?.params.push(Template::parse(text)),
            "r" => self.actions.last_mut()?.response.push(Template::parse(text)),
            "x" => self.actions.last_mut()?.extra.push(Template::parse(text)),
            "a" => self.actions.last_mut()?.resources.push(Template::parse(text)),
            "e" => {
                let failure = failure(text)?;
                self.actions.last_mut()?.failures.push(failure);
            }
            _ => return None,
        }
        Some(())
    }

    fn read_action(&mut self, text: &'static str) -> Option<()> {
        let (key, mode) = text.split_once(' ')?;
        let (name, via) = key.split_once('@').map_or((key, None), |(name, via)| (name, Some(via)));
        let service = self.services.len().checked_sub(1)?;
        self.index.insert((self.services.last()?.prefix, key), self.actions.len());
        self.actions.push(Action {
            service,
            name,
            via,
            read: mode.eq_ignore_ascii_case("r"),
            data: mode.bytes().all(|b| b.is_ascii_lowercase()),
            params: Vec::new(),
            response: Vec::new(),
            extra: Vec::new(),
            resources: Vec::new(),
            failures: Vec::new(),
        });
        Some(())
    }

    /// Reads a line of `behaviors.txt`: a share and the calls that have it, `30 s3 GetObject PutObject`.
    fn read_share(&mut self, behavior: &'static str, line: &'static str) -> Option<()> {
        let mut words = line.split_ascii_whitespace();
        let share: u32 = words.next()?.parse().ok()?;
        let service = words.next()?;
        for name in words {
            let number = *self.index.get(&(service, name))?;
            let global = self.services.get(self.actions.get(number)?.service)?.global;
            let lists = self.behaviors.entry(behavior).or_default();
            add(&mut lists.anywhere, share, number);
            if !global {
                add(&mut lists.regional, share, number);
            }
        }
        Some(())
    }

    /// The call of that service and key (`Decrypt@s3`).
    pub(crate) fn find(&self, service: &str, key: &str) -> Option<&Action> {
        self.actions.get(*self.index.get(&(service, key))?)
    }

    /// The service of a call.
    pub(crate) fn service(&self, action: &Action) -> Option<&Service> {
        self.services.get(action.service)
    }

    /// A call that this behavior makes: one that is logged in us-east-1 only where `home` says so.
    pub(crate) fn choose(&self, behavior: &str, home: bool, rng: &mut Rng) -> Option<&Action> {
        let lists = self.behaviors.get(behavior)?;
        let list = if home || lists.regional.is_empty() { &lists.anywhere } else { &lists.regional };
        let ticket = rng.below(u64::from(list.last()?.0)) as u32;
        let (_, number) = list.get(list.partition_point(|entry| entry.0 <= ticket))?;
        self.actions.get(*number)
    }
}

fn add(list: &mut Vec<(u32, usize)>, share: u32, number: usize) {
    let sum = list.last().map_or(0, |last| last.0);
    list.push((sum.saturating_add(share), number));
}

fn service(text: &'static str) -> Option<Service> {
    let mut words = text.split(' ');
    Some(Service {
        prefix: words.next()?,
        version: words.next()?,
        global: words.next()? == "global",
        denied: words.next()?,
        throttled: words.next()?,
        host: Template::parse(words.next()?),
    })
}

fn failure(text: &'static str) -> Option<Failure> {
    let mut words = text.splitn(3, ' ');
    let permille = words.next()?.parse().ok()?;
    Some(Failure { permille, code: words.next()?, message: Template::parse(words.next()?) })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::synth::template::Part;

    #[test]
    fn every_line_of_the_data_is_understood() {
        let mut catalog = Catalog::default();
        for line in include_str!("catalog.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            assert!(catalog.read_line(line).is_some(), "{line}");
        }
        let lines = include_str!("behaviors.txt").lines();
        for line in lines.filter(|l| !l.is_empty() && !l.starts_with(['#', 'B'])) {
            assert!(catalog.read_share("any", line).is_some(), "{line}");
        }
    }

    #[test]
    fn no_gap_is_misspelt() {
        for action in &Catalog::load().actions {
            let templates = action.params.iter().chain(&action.response).chain(&action.extra);
            for template in templates.chain(&action.resources) {
                for pair in template.parts().windows(2) {
                    let Part::Plain(next) = pair[1] else { continue };
                    let misspelt = pair[0] == Part::Plain("$") && next.starts_with(char::is_lowercase);
                    assert!(!misspelt, "{}: ${next}", action.name);
                }
            }
        }
    }

    #[test]
    fn the_calls_are_many_and_of_many_services() {
        let catalog = Catalog::load();
        let used: BTreeSet<usize> =
            catalog.behaviors.values().flat_map(|b| &b.anywhere).map(|entry| entry.1).collect();
        let names: BTreeSet<_> = used.iter().map(|&i| catalog.actions[i].name).collect();
        let services: BTreeSet<_> = used.iter().map(|&i| catalog.actions[i].service).collect();
        assert!(names.len() > 200 && services.len() > 45, "{} {}", names.len(), services.len());
    }

    #[test]
    fn global_calls_are_made_at_home_only() {
        let catalog = Catalog::load();
        let mut rng = Rng::new(1);
        let mut count = |home| {
            let chosen = (0..3000).filter_map(|_| catalog.choose("platform", home, &mut rng));
            chosen.filter(|a| catalog.service(a).unwrap().global).count()
        };
        assert_eq!(count(false), 0);
        assert!(count(true) > 300);
        assert!(catalog.choose("nobody", true, &mut Rng::new(1)).is_none());
        assert_eq!(catalog.find("kms", "Decrypt@dynamodb").unwrap().via, Some("dynamodb"));
    }
}
