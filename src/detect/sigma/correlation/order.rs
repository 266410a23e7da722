//! Which rules a correlation refers to, and in which order correlations can be run.

use std::collections::{BTreeMap, HashMap};

use super::super::rule::RuleError;
use super::{Aliases, Correlation};
use crate::text::nearest;

/// A rule that correlations can refer to.
#[derive(Clone, Copy, Debug)]
pub struct Known<'r> {
    /// Its id.
    pub id: &'r str,
    /// Its name, where it has one.
    pub name: Option<&'r str>,
}

/// What a correlation refers to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Link {
    /// The rule of that index in what was given.
    Rule(usize),
    /// The correlation of that index: each of its matches is a hit.
    Correlation(usize),
}

/// Correlations, linked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Resolved {
    /// The correlations that can be used, each behind those that it refers to.
    pub order: Vec<usize>,
    /// For every correlation, what its `rules` are; empty for those that cannot be used.
    pub links: Vec<Vec<Link>>,
    /// Why the others cannot be used.
    pub faults: Vec<RuleError>,
}

/// Links correlations with the rules and correlations that they refer to by id or name, and completes their aliases.
///
/// A reference to nothing, to a name that several have, in a circle, or to a correlation that cannot be used costs the
/// correlation that it is in; all others stay. An id goes before a name. It takes time linear in the references.
pub fn resolve(correlations: &mut [Correlation], known: &[Known<'_>]) -> Resolved {
    let names = Names::new(correlations, known);
    let mut faults = Vec::new();
    let mut linked: Vec<Option<(Aliases, Vec<Link>)>> = Vec::new();
    for correlation in correlations.iter() {
        let found = names.links(correlation);
        let found = found.and_then(|links| Ok((names.aliases(correlation, &links)?, links)));
        linked.push(found.map_err(|fault| faults.push(fault)).ok());
    }
    let mut links = Vec::new();
    let mut usable = Vec::new();
    for (correlation, found) in correlations.iter_mut().zip(linked) {
        usable.push(found.is_some());
        let (aliases, its) = found.unwrap_or_default();
        if usable.last() == Some(&true) {
            correlation.aliases = aliases;
        }
        links.push(its);
    }
    let mut graph = Graph::new(correlations, &links, usable);
    graph.spread(&mut faults);
    let order = graph.sorted();
    graph.circles(&order, &mut faults);
    let mut left = vec![false; links.len()];
    order.iter().for_each(|n| left[*n] = true);
    for (links, _) in links.iter_mut().zip(left).filter(|(_, left)| !left) {
        links.clear();
    }
    Resolved { order, links, faults }
}

/// What there is to refer to.
struct Names<'n> {
    ids: HashMap<&'n str, Link>,
    /// `None` where several have the name.
    names: HashMap<&'n str, Option<Link>>,
}

impl<'n> Names<'n> {
    fn new(correlations: &'n [Correlation], known: &'n [Known<'_>]) -> Self {
        let rules = known.iter().enumerate().map(|(n, rule)| (rule.id, rule.name, Link::Rule(n)));
        let more = correlations.iter().enumerate();
        let more = more.map(|(n, one)| (one.id.as_str(), one.name.as_deref(), Link::Correlation(n)));
        let mut names = Self { ids: HashMap::new(), names: HashMap::new() };
        for (id, name, link) in rules.chain(more) {
            names.ids.entry(id).or_insert(link);
            if let Some(name) = name {
                let place = names.names.entry(name).or_insert(Some(link));
                *place = place.filter(|known| *known == link);
            }
        }
        names
    }

    /// What a text refers to.
    fn find(&self, text: &str) -> Result<Link, String> {
        match (self.ids.get(text), self.names.get(text)) {
            (Some(link), _) | (None, Some(Some(link))) => Ok(*link),
            (None, Some(None)) => {
                Err(format!("several rules have the name `{text}`; refer to the one that is meant by its id"))
            }
            (None, None) => {
                let near = nearest(text, self.ids.keys().chain(self.names.keys()).copied());
                let near = near.map_or_else(
                    || "give a rule this name, or add its file with --rules".to_owned(),
                    |near| format!("did you mean `{near}`?"),
                );
                Err(format!("there is no rule with the id or name `{text}`; {near}"))
            }
        }
    }

    fn links(&self, correlation: &Correlation) -> Result<Vec<Link>, RuleError> {
        let references = correlation.rules.iter().zip(&correlation.lines);
        let find = |(text, line): (&String, &usize)| {
            self.find(text).map_err(|reason| fault(correlation, *line, reason))
        };
        references.map(find).collect()
    }

    /// The aliases with their rules named as in `rules`, be it there by id and here by name.
    fn aliases(&self, correlation: &Correlation, links: &[Link]) -> Result<Aliases, RuleError> {
        let mut out = Aliases::new();
        for (alias, by_rule) in &correlation.aliases {
            let line = correlation.alias_lines.get(alias).copied().unwrap_or(correlation.line);
            let mut fields = BTreeMap::new();
            for (rule, path) in by_rule {
                let link = self.find(rule).ok();
                let mut place = correlation.rules.iter().zip(links);
                let place = place.find(|(listed, its)| *listed == rule || Some(**its) == link);
                let Some((listed, _)) = place else {
                    let near = nearest(rule, correlation.rules.iter().map(String::as_str));
                    let near = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    let reason = format!("the alias `{alias}` names `{rule}`, which `rules` does not{near}");
                    return Err(fault(correlation, line, reason));
                };
                fields.insert(listed.clone(), path.clone());
            }
            if let Some(missing) = correlation.rules.iter().find(|rule| !fields.contains_key(*rule)) {
                let reason =
                    format!("the alias `{alias}` names no field of `{missing}`; add `{missing}: field`");
                return Err(fault(correlation, line, reason));
            }
            out.insert(alias.clone(), fields);
        }
        Ok(out)
    }
}

fn fault(correlation: &Correlation, line: usize, reason: String) -> RuleError {
    RuleError { file: correlation.file.clone(), line, reason }
}

/// The correlations with what each needs and which ones need it.
struct Graph<'g> {
    correlations: &'g [Correlation],
    needs: Vec<Vec<usize>>,
    needed_by: Vec<Vec<usize>>,
    usable: Vec<bool>,
}

impl<'g> Graph<'g> {
    fn new(correlations: &'g [Correlation], links: &[Vec<Link>], usable: Vec<bool>) -> Self {
        let mut needed_by = vec![Vec::new(); correlations.len()];
        let mut needs = Vec::with_capacity(correlations.len());
        for (n, links) in links.iter().enumerate() {
            let mut its: Vec<usize> = links
                .iter()
                .filter_map(|link| match link {
                    Link::Correlation(other) => Some(*other),
                    Link::Rule(_) => None,
                })
                .collect();
            its.sort_unstable();
            its.dedup();
            its.iter().for_each(|other| needed_by[*other].push(n));
            needs.push(its);
        }
        Self { correlations, needs, needed_by, usable }
    }

    /// Whatever needs a correlation that cannot be used cannot be used either.
    fn spread(&mut self, faults: &mut Vec<RuleError>) {
        let mut open: Vec<usize> = (0..self.usable.len()).filter(|n| !self.usable[*n]).collect();
        while let Some(broken) = open.pop() {
            for n in &self.needed_by[broken] {
                if std::mem::replace(&mut self.usable[*n], false) {
                    let reason = format!(
                        "it refers to `{}`, which cannot be used; mend that one first",
                        self.correlations[broken].id
                    );
                    faults.push(fault(&self.correlations[*n], self.correlations[*n].line, reason));
                    open.push(*n);
                }
            }
        }
    }

    /// Those that can be run, each behind those that it needs.
    fn sorted(&self) -> Vec<usize> {
        let mut missing: Vec<usize> = self.needs.iter().map(Vec::len).collect();
        let all = 0..self.usable.len();
        let mut order: Vec<usize> = all.filter(|n| self.usable[*n] && missing[*n] == 0).collect();
        let mut at = 0;
        while let Some(done) = order.get(at).copied() {
            at += 1;
            for n in &self.needed_by[done] {
                missing[*n] -= 1;
                if missing[*n] == 0 && self.usable[*n] {
                    order.push(*n);
                }
            }
        }
        order
    }

    /// What is left in neither is in a circle, or leads into one.
    fn circles(&self, order: &[usize], faults: &mut Vec<RuleError>) {
        let mut left = self.usable.clone();
        order.iter().for_each(|n| left[*n] = false);
        for n in (0..left.len()).filter(|n| left[*n]) {
            let mut path = vec![n];
            let mut shown = format!("`{}`", self.correlations[n].id);
            while let Some(next) = path.last().and_then(|at| self.needs[*at].iter().find(|n| left[**n])) {
                if path.len() > 7 {
                    shown.push_str(" -> ...");
                    break;
                }
                shown.push_str(&format!(" -> `{}`", self.correlations[*next].id));
                if path.contains(next) {
                    break;
                }
                path.push(*next);
            }
            let reason = format!("its references lead in a circle: {shown}; take one of them out");
            faults.push(fault(&self.correlations[n], self.correlations[n].line, reason));
        }
    }
}

#[cfg(test)]
mod tests;
