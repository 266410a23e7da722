//! The rules in force: ours, the user's, and what each stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::attack::Attack;
use super::capture::{Captures, Needs};
use super::engine::{Engine, Lessons, Matcher};
use super::hits::{HitSets, Sets};
use super::own;
use super::pack::needed;
pub use super::pack::{Files, pack};
use super::sigma::correlation::{Correlation, Link};
use super::sigma::item::{Placeholders, Test, Whom};
use super::sigma::rule::{Rule, RuleError};
use super::sigma::set::RuleSet;
use crate::ingest::watch::{Watch, Watcher};
use crate::score::Level;

/// Rules that are ready for use. A rule's number is its place in [`Rules::infos`].
#[derive(Clone, Debug, Default)]
pub struct Rules {
    files: Arc<Files>,
    set: RuleSet,
    infos: Vec<RuleInfo>,
    engine: Arc<Engine>,
    faults: Vec<RuleError>,
    excluded: Vec<String>,
    /// Whether a rule on more than one event needs the hits of that rule on single events.
    needed: Vec<bool>,
    /// Rules on what is new: the rule that selects events, and the number of the one that tells.
    firsts: Vec<(usize, u32)>,
}

/// What is told of a rule where it hits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RuleInfo {
    /// Sigma's `id`, else the name of its file.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Its level.
    pub level: Level,
    /// The ATT&CK techniques it stands for, as ids of the version in use.
    pub techniques: Vec<String>,
    /// The tactics it stands for, by name.
    pub tactics: Vec<String>,
    /// Whether it only serves other rules, and its own hits are not shown.
    pub serves: bool,
    /// Whether a hit depends on other events: it ranks an event, and gives it no points.
    pub compares: bool,
    /// Whether its hits are shown nowhere and give no points, because somebody wanted it so.
    pub muted: bool,
}

impl RuleInfo {
    /// Whether its hits are shown.
    pub const fn tells(&self) -> bool {
        !self.serves && !self.muted
    }
}

/// Which fields of the records that a rule hits other rules need.
fn needs(set: &RuleSet) -> Needs {
    let mut needs = Needs::default();
    for &number in &set.links.order {
        let (Some(correlation), Some(links)) = (set.correlations.get(number), set.links.links.get(number))
        else {
            continue;
        };
        for (index, link) in links.iter().enumerate() {
            for rule in rules_below(set, *link) {
                for path in correlation.group_fields(index) {
                    needs.add(rule, path, false);
                }
                for path in correlation.value_fields(index) {
                    needs.add(rule, path, correlation.kind.is_numeric());
                }
            }
        }
    }
    for (number, rule) in set.rules.iter().enumerate() {
        let first = rule.first_seen.iter();
        for path in first.flat_map(|first| first.key.iter().chain(&first.dimension)) {
            needs.add(number, path, false);
        }
        let items = rule.searches.iter().flat_map(|(_, search)| &search.groups).flatten();
        for item in items.filter(|item| own::asks(item)) {
            for test in &item.tests {
                if let (Some(path), Test::Names(Whom::OtherAccount(known))) = (&item.field, test) {
                    needs.add_accounts(number, path, known);
                }
            }
        }
    }
    needs
}

/// The rules on single events whose hits a reference comes to.
fn rules_below(set: &RuleSet, link: Link) -> Vec<usize> {
    let (mut open, mut rules) = (vec![link], Vec::new());
    while let Some(link) = open.pop() {
        match link {
            Link::Rule(rule) => rules.push(rule),
            // Each correlation stands behind those that it refers to, so this ends.
            Link::Correlation(other) => open.extend(set.links.links.get(other).into_iter().flatten()),
        }
    }
    rules.sort_unstable();
    rules.dedup();
    rules
}

/// A level as a number above 0.
fn level_number(rule: &RuleInfo) -> u16 {
    rule.level as u16 + 1
}

/// The rule that is told of several: the one of the highest level, of these the first.
pub fn best<'r>(rules: impl Iterator<Item = &'r RuleInfo>) -> Option<&'r RuleInfo> {
    rules.reduce(|best, rule| if rule.level > best.level { rule } else { best })
}

impl Rules {
    /// Rules from these files, without those whose id or file name is excluded.
    pub fn read(files: &Files, placeholders: &Placeholders, exclude: &[String], attack: &Attack) -> Self {
        let needed: Vec<_> = files.iter().map(|(file, text)| (file.as_str(), needed(file, text))).collect();
        let texts = needed.iter().map(|(file, text)| (*file, text.as_ref()));
        let (mut set, mut faults) = RuleSet::read(texts, placeholders);
        let mut excluded = Vec::new();
        if !exclude.is_empty() {
            set.retain(&mut faults, |id| {
                let out = exclude.iter().any(|other| other.eq_ignore_ascii_case(id));
                excluded.extend(out.then(|| id.to_owned()));
                !out
            });
        }
        let engine = Arc::new(Engine::new(&set.rules).with_needs(needs(&set)));
        let files = Arc::new(files.clone());
        let mut rules = Self { files, engine, faults, excluded, ..Self::default() };
        rules.number(&set, attack);
        Self { set, ..rules }
    }

    /// Gives every rule its number: first those on single events, then correlations, then what is new.
    fn number(&mut self, set: &RuleSet, attack: &Attack) {
        let info = |id: &str, title: &str, level: &str, tags: &[String]| {
            let (techniques, tactics) = attack.of_tags(tags);
            RuleInfo {
                id: id.to_owned(),
                title: title.to_owned(),
                level: Level::named(level).unwrap_or(Level::Info),
                techniques,
                tactics,
                serves: false,
                compares: false,
                muted: false,
            }
        };
        let singles = set.rules.iter().map(|rule| info(&rule.id, &rule.title, &rule.level, &rule.tags));
        self.infos = singles.collect();
        self.needed = vec![false; set.rules.len()];
        let mut shown = vec![false; set.rules.len()];
        for correlation in &set.correlations {
            let told = info(&correlation.id, &correlation.title, &correlation.level, &correlation.tags);
            self.infos.push(RuleInfo { compares: true, ..told });
        }
        for &number in &set.links.order {
            let generates = set.correlations.get(number).is_some_and(|correlation| correlation.generate);
            for link in set.links.links.get(number).into_iter().flatten() {
                match link {
                    Link::Rule(rule) => {
                        if let (Some(needed), Some(shown)) =
                            (self.needed.get_mut(*rule), shown.get_mut(*rule))
                        {
                            *needed = true;
                            *shown |= generates;
                        }
                    }
                    Link::Correlation(other) => {
                        if let Some(info) = self.infos.get_mut(set.rules.len() + other) {
                            info.serves |= !generates;
                        }
                    }
                }
            }
        }
        for (rule, first) in set.rules.iter().enumerate() {
            let serves = self.needed.get(rule) == Some(&true) && shown.get(rule) == Some(&false);
            if first.first_seen.is_some() {
                let told = info(&first.id, &first.title, &first.level, &first.tags);
                self.firsts.push((rule, self.infos.len() as u32));
                self.infos.push(RuleInfo { compares: true, serves, ..told });
                if let Some(needed) = self.needed.get_mut(rule) {
                    *needed = true;
                }
            }
            if let Some(info) = self.infos.get_mut(rule) {
                info.serves = serves || first.first_seen.is_some();
            }
        }
    }

    /// The rules that come with the program.
    pub fn built_in(attack: &Attack) -> Self {
        Self::read(&pack(), &Placeholders::new(), &[], attack)
    }

    /// The same rules, some of them muted or heard again, by id. What refers to a muted rule still works.
    #[must_use]
    pub fn with_muted(&self, muted: &BTreeMap<String, bool>) -> Self {
        let mut rules = self.clone();
        for info in &mut rules.infos {
            let named = muted.iter().find(|(id, _)| id.eq_ignore_ascii_case(&info.id));
            info.muted = named.map_or(info.muted, |(_, on)| *on);
        }
        rules
    }

    /// The same rules, with what was wrong with their files before anybody read a rule in them; it is told first.
    #[must_use]
    pub fn with_faults(mut self, faults: Vec<RuleError>) -> Self {
        self.faults.splice(0..0, faults);
        self
    }

    /// The texts that the rules were read from.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// What is told of each rule, by its number.
    pub fn infos(&self) -> &[RuleInfo] {
        &self.infos
    }

    /// The rules on single events, which have the first numbers.
    pub fn singles(&self) -> &[Rule] {
        &self.set.rules
    }

    /// All that was read.
    pub fn set(&self) -> &RuleSet {
        &self.set
    }

    /// Whether there are rules on more than one event.
    pub fn has_comparisons(&self) -> bool {
        !self.set.links.order.is_empty() || !self.firsts.is_empty()
    }

    /// The fields that are taken from records.
    pub(super) fn needs(&self) -> &Needs {
        self.engine.needs()
    }

    /// Whether of a field that is taken from records the accounts are taken that it names.
    pub(crate) fn names_accounts(&self, field: u32) -> bool {
        self.needs().is_account(field)
    }

    /// Whether a rule on single events hits nothing but what names another account, as far as none stands behind a `not`.
    pub(super) fn needs_other_account(&self, rule: u32) -> bool {
        self.engine.needs_match(rule as usize, &own::asks)
    }

    /// Whether a rule on more than one event needs the hits of this rule.
    pub(super) fn is_needed(&self, rule: u32) -> bool {
        self.needed.get(rule as usize) == Some(&true)
    }

    /// The correlation of that number.
    pub(super) fn correlation(&self, rule: u32) -> Option<&Correlation> {
        self.set.correlations.get((rule as usize).checked_sub(self.set.rules.len())?)
    }

    /// The rules on single events that wanted rules on several events work with, ascending.
    pub(super) fn below(&self, wanted: &dyn Fn(u32) -> bool) -> Vec<usize> {
        let set = &self.set;
        let order = set.links.order.iter().filter(|number| wanted(self.number_of_correlation(**number)));
        let correlated = order.flat_map(|number| rules_below(set, Link::Correlation(*number)));
        let firsts = self.firsts().filter(|(_, rule)| wanted(*rule)).map(|(single, _)| single);
        correlated.chain(firsts).collect::<BTreeSet<usize>>().into_iter().collect()
    }

    /// How many rules there are, those on events of other programs too.
    pub fn count(&self) -> usize {
        let set = &self.set;
        set.rules.len() + set.links.order.len() + set.generic.len() + set.generic_correlations.len()
    }

    /// How many of [`Rules::count`] only serve others, and how many are on events of other programs: neither has hits to show.
    pub fn unlisted(&self) -> (usize, usize) {
        let set = &self.set;
        // A rule on what is new has two numbers, of which one tells.
        let listed = self.infos.iter().filter(|info| !info.serves).count();
        let serving = (set.rules.len() + set.links.order.len()).saturating_sub(listed);
        (serving, set.generic.len() + set.generic_correlations.len())
    }

    /// The rules on single events that report by themselves.
    pub fn shown_singles(&self) -> impl Iterator<Item = &Rule> {
        self.set.rules.iter().zip(&self.infos).filter(|(_, info)| !info.serves).map(|(rule, _)| rule)
    }

    /// The number of a correlation, given its place among the correlations.
    pub(super) fn number_of_correlation(&self, place: usize) -> u32 {
        (self.set.rules.len() + place) as u32
    }

    /// Whether the rule of that number is one on more than one event.
    pub(crate) fn compares(&self, rule: u32) -> bool {
        self.infos.get(rule as usize).is_some_and(|info| info.compares)
    }

    /// The rules on what is new: the place of the rule that selects, and the number of the one that tells.
    pub(super) fn firsts(&self) -> impl Iterator<Item = (usize, u32)> {
        self.firsts.iter().copied()
    }

    /// What could not be used, and why.
    pub fn faults(&self) -> &[RuleError] {
        &self.faults
    }

    /// Whether a rule of that id was left out on demand.
    pub fn was_excluded(&self, id: &str) -> bool {
        self.excluded.iter().any(|other| other.eq_ignore_ascii_case(id))
    }

    /// The number of the rule with that id.
    pub fn find(&self, id: &str) -> Option<usize> {
        // Of a rule that selects and one that tells, which share their id, the one that tells is meant.
        let is = |info: &RuleInfo| info.id.eq_ignore_ascii_case(id);
        let shown = self.infos.iter().position(|info| is(info) && !info.serves);
        shown.or_else(|| self.infos.iter().position(is))
    }

    /// The rules among `numbers` whose hits are shown.
    pub fn shown<'r>(&'r self, numbers: &'r [u32]) -> impl Iterator<Item = &'r RuleInfo> {
        numbers.iter().filter_map(|n| self.infos.get(*n as usize)).filter(|info| info.tells())
    }

    /// For each set the level of the best rule on single events in it that is shown: 0 for none, 1 for the lowest.
    pub fn levels(&self, sets: &Sets) -> Vec<u16> {
        let singles = |set| self.shown(sets.get(set)).filter(|rule| !rule.compares);
        (0..sets.len()).map(|set| singles(set).map(level_number).max().unwrap_or(0)).collect()
    }

    /// The rows that rank by rules on several events, with their levels as [`Rules::levels`] has them.
    pub fn lifted(&self, lifts: &[(u32, u32)]) -> Vec<(u32, u16)> {
        let level = |rule: u32| self.shown(&[rule]).map(level_number).next();
        lifts.iter().filter_map(|&(row, rule)| Some((row, level(rule)?))).collect()
    }

    /// Watches records while they are loaded, numbers what hits them by `sets`, and takes what rules on several events
    /// need of them.
    pub fn watcher(&self, sets: Arc<HitSets>, captures: Arc<Captures>) -> Option<Arc<dyn Watcher>> {
        let lessons = Lessons::new(&self.engine);
        let watching = Watching { engine: self.engine.clone(), lessons, sets, captures };
        (!self.engine.is_empty()).then(|| Arc::new(watching) as Arc<dyn Watcher>)
    }
}

impl Attack {
    /// The techniques and tactics that a rule's tags name: `attack.t1098.003`, `attack.persistence`.
    pub fn of_tags(&self, tags: &[String]) -> (Vec<String>, Vec<String>) {
        let mut techniques = BTreeSet::new();
        let mut named = BTreeSet::new();
        for tag in tags {
            let Some(name) = tag.to_ascii_lowercase().strip_prefix("attack.").map(str::to_owned) else {
                continue;
            };
            let is_technique = name.starts_with('t') && name[1..].starts_with(|c: char| c.is_ascii_digit());
            if is_technique {
                techniques.insert(self.current(&name.to_ascii_uppercase()).to_owned());
            } else if let Some(tactic) = self.tactics.iter().find(|t| t.name == name.replace('_', "-")) {
                named.insert(tactic.name.clone());
            }
        }
        if named.is_empty() {
            let of = techniques.iter().filter_map(|id| self.technique(id));
            named.extend(of.flat_map(|technique| technique.tactics.clone()));
        }
        let tactics = self.tactics.iter().map(|t| t.name.clone()).filter(|name| named.contains(name));
        (techniques.into_iter().collect(), tactics.collect())
    }
}

#[derive(Debug)]
struct Watching {
    engine: Arc<Engine>,
    lessons: Lessons,
    sets: Arc<HitSets>,
    captures: Arc<Captures>,
}

impl Watcher for Watching {
    fn watch(&self) -> Box<dyn Watch> {
        Box::new(Matcher::new(self.engine.clone(), &self.lessons, self.sets.clone(), self.captures.clone()))
    }
}
