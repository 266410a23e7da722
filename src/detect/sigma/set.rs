//! Many rules from many files: what can be used, and what cannot with the reason.

mod file;

use std::collections::{BTreeMap, BTreeSet};

use super::correlation::{self, Correlation, Known, Resolved};
use super::filter::Filter;
use super::item::Placeholders;
use super::rule::{Rule, RuleError};
use file::{Part, Said, parts_of_all};

/// The rules that can be used.
#[derive(Clone, Default, Debug)]
pub struct RuleSet {
    /// The rules on single events of CloudTrail, in the order of their files; filters are applied.
    pub rules: Vec<Rule>,
    /// The rules on events of other programs (`logsource: {category: generic}`).
    pub generic: Vec<Rule>,
    /// The correlations of those.
    pub generic_correlations: Vec<Correlation>,
    /// The correlations of events of CloudTrail.
    pub correlations: Vec<Correlation>,
    /// The correlations of which a reference leads nowhere, or in a circle.
    pub unusable: Vec<Correlation>,
    /// How the correlations hang together: in which order they are run, and what they refer to.
    pub links: Resolved,
}

impl RuleSet {
    /// Reads files, given as their names and what is in them. A fault costs the rule that it is in, and nothing else.
    pub fn read<'f>(
        files: impl IntoIterator<Item = (&'f str, &'f str)>,
        placeholders: &Placeholders,
    ) -> (Self, Vec<RuleError>) {
        let files: Vec<(&str, &str)> = files.into_iter().collect();
        let mut reading = Reading::default();
        for ((file, _), parts) in files.iter().zip(parts_of_all(&files, placeholders)) {
            parts.into_iter().for_each(|part| reading.take(file, part));
        }
        let Reading { mut set, mut faults, filters, .. } = reading;
        for filter in filters {
            let mut is_used = false;
            for rule in set.rules.iter_mut().filter(|rule| filter.is_for(&rule.id, rule.name.as_deref())) {
                filter.apply(rule);
                is_used = true;
            }
            let is_known = |name: &&String| {
                set.rules.iter().any(|rule| rule.id == **name || rule.name.as_ref() == Some(*name))
            };
            if let Some(stray) = filter.listed().iter().find(|name| !is_known(name)).filter(|_| is_used) {
                let reason = format!(
                    "this filter names `{stray}`, and there is no such rule; its others are filtered"
                );
                faults.push(RuleError { file: filter.file.clone(), line: filter.line, reason });
            }
            if !is_used {
                let reason =
                    "this filter is for rules that are not there; check the ids and names in its `rules`";
                faults.push(RuleError { file: filter.file, line: filter.line, reason: reason.to_owned() });
            }
        }
        set.part_correlations();
        set.link(&mut faults);
        (set, faults)
    }

    /// Leaves out the rules and correlations for which `keep` does not hold, by id, and what refers to them.
    pub fn retain(&mut self, faults: &mut Vec<RuleError>, mut keep: impl FnMut(&str) -> bool) {
        self.rules.retain(|rule| keep(&rule.id));
        self.correlations.retain(|correlation| keep(&correlation.id));
        self.link(faults);
    }

    /// Puts the correlations of generic events beside the rules on such.
    fn part_correlations(&mut self) {
        let generic = &self.generic;
        let refers = |name: &String| generic.iter().any(|r| r.id == *name || r.name.as_ref() == Some(name));
        let (theirs, ours) = std::mem::take(&mut self.correlations)
            .into_iter()
            .partition(|correlation: &Correlation| correlation.rules.iter().any(refers));
        (self.generic_correlations, self.correlations) = (theirs, ours);
    }

    /// Links the correlations with what they refer to. Those that cannot be used are put aside.
    fn link(&mut self, faults: &mut Vec<RuleError>) {
        self.links = self.resolved();
        faults.append(&mut self.links.faults);
        if self.links.order.len() < self.correlations.len() {
            let usable: BTreeSet<usize> = self.links.order.iter().copied().collect();
            for (n, correlation) in std::mem::take(&mut self.correlations).into_iter().enumerate() {
                let list = if usable.contains(&n) { &mut self.correlations } else { &mut self.unusable };
                list.push(correlation);
            }
            self.links = self.resolved();
        }
    }

    fn resolved(&mut self) -> Resolved {
        let known: Vec<Known<'_>> =
            self.rules.iter().map(|rule| Known { id: &rule.id, name: rule.name.as_deref() }).collect();
        correlation::resolve(&mut self.correlations, &known)
    }
}

#[derive(Default)]
struct Reading {
    set: RuleSet,
    faults: Vec<RuleError>,
    /// Where the rule of an id stands.
    ids: BTreeMap<String, String>,
    filters: Vec<Filter>,
}

impl Reading {
    /// Takes what a document of this file says.
    fn take(&mut self, file: &str, part: Part) {
        match part {
            Ok(Said::Rule(rule, line)) if self.is_new(file, line, &rule.id) => self.set.rules.push(rule),
            Ok(Said::Generic(rule, line)) if self.is_new(file, line, &rule.id) => {
                self.set.generic.push(rule);
            }
            Ok(Said::Correlation(rule, line)) if self.is_new(file, line, &rule.id) => {
                self.set.correlations.push(rule);
            }
            Ok(Said::Rule(..) | Said::Generic(..) | Said::Correlation(..)) => {}
            Ok(Said::Filter(filter)) => self.filters.push(filter),
            Err(fault) => self.faults.push(fault),
        }
    }

    /// Whether nothing has had that id so far; what has is told.
    fn is_new(&mut self, file: &str, line: usize, id: &str) -> bool {
        if let Some(first) = self.ids.get(id) {
            let reason = format!("the id {id} is that of the rule in {first}; this one is left out");
            self.faults.push(RuleError { file: file.to_owned(), line, reason });
            return false;
        }
        self.ids.insert(id.to_owned(), format!("{file}:{line}"));
        true
    }
}

#[cfg(test)]
mod tests;
