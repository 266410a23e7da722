//! A rule tried while it is typed: what it would catch of all that is loaded, against what it caught as saved.
//!
//! Runs on a worker and is given up as soon as another key is pressed.

use std::sync::{Arc, LazyLock};

use super::Labeled;
use crate::detect::again::{self, Found};
use crate::detect::lint::{Facts, Finding, Known, lint, lint_correlation};
use crate::detect::rules::{Files, Rules};
use crate::detect::sigma::set::RuleSet;
use crate::detect::tested;
use crate::event::time::Time;
use crate::investigation::{Investigation, Judgment};
use crate::query::run::Reading;
use crate::text::{clip, visible};

/// How many events are shown of what is gained, lost and caught.
const SAMPLES: usize = 12;

/// How much of a reason is shown in a question.
const LONGEST: usize = 60;

/// What is known of AWS and of ATT&CK, read once.
static FACTS: LazyLock<Facts> = LazyLock::new(Facts::shipped);

/// What is asked.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Which trial it is; the verdict of an older one is dropped.
    pub generation: u64,
    /// The events.
    pub inv: Arc<Investigation>,
    /// The name of the file.
    pub file: String,
    /// The text as it is now.
    pub text: String,
    /// The text as it was saved; empty for a new rule.
    pub saved: String,
    /// The line of the cursor, from 1: of several rules the one that it is in is tried.
    pub line: usize,
    /// What is known of the events beforehand.
    pub labels: Option<Labeled>,
    /// What stops it.
    pub reading: Arc<Reading>,
}

/// An event that tells what a rule does.
#[derive(Clone, PartialEq, Debug)]
pub struct Sample {
    /// `+` gained, `-` lost, a space: caught before and now.
    pub sign: char,
    /// When.
    pub time: Time,
    /// The risk of the event.
    pub risk: u8,
    /// What and by whom. Hostile.
    pub text: String,
}

/// What came of it.
#[derive(Clone, Default, Debug)]
pub struct Verdict {
    /// Which trial it answers.
    pub generation: u64,
    /// What cannot be used: the line from 1, and why. Hostile.
    pub faults: Vec<(usize, String)>,
    /// What is suspicious.
    pub lint: Vec<Finding>,
    /// The title of the rule that was tried; `None`: there is none that can be. Hostile.
    pub rule: Option<String>,
    /// How many events it hits.
    pub hits: usize,
    /// How many times it found several events together; `None` for a rule on single events.
    pub together: Option<usize>,
    /// Of how many events a rule on what is new could not tell.
    pub untold: usize,
    /// How many of its events belong to an attack, and how many do not; `None` where nothing is labeled.
    pub labeled: Option<(usize, usize)>,
    /// How many of them the saved rule does not hit.
    pub gained: usize,
    /// How many the saved rule hits and this one does not.
    pub lost: usize,
    /// Some of them.
    pub samples: Vec<Sample>,
    /// How many examples in the text were tried.
    pub examples: usize,
    /// Those that failed: the line from 1, and why. Hostile.
    pub failed: Vec<(usize, String)>,
}

impl Trial {
    /// Tries the rule; `None` when nobody waits any more.
    pub fn answer(&self) -> Option<Verdict> {
        let rules = self.rules(&self.text);
        let own = rules.faults().iter().filter(|fault| fault.file == self.file);
        let faults = own.map(|fault| (fault.line, fault.reason.clone())).collect();
        let verdict = Verdict { generation: self.generation, faults, ..Verdict::default() };
        let Some(number) = self.at_line(&rules) else { return Some(verdict) };
        let info = rules.infos().get(number as usize)?;
        let now = self.hits(&rules, number)?;
        let before = self.before(&info.id)?.rows;
        let (gained, lost) = (missing(&now.rows, &before), missing(&before, &now.rows));
        let (examples, failed) = self.examples(&rules);
        Some(Verdict {
            lint: advice(&rules, &info.id),
            rule: Some(info.title.clone()),
            hits: now.rows.len(),
            together: now.together,
            untold: now.untold,
            labeled: self.labels.as_ref().map(|labels| self.labeled(labels, &now.rows)),
            samples: self.samples(&gained, &lost, &now.rows),
            gained: gained.len(),
            lost: lost.len(),
            examples,
            failed,
            ..verdict
        })
    }

    /// Why the text, or a part of it, cannot be used; `None`: all of it can.
    pub fn fault(&self) -> Option<String> {
        let rules = self.rules(&self.text);
        let set = rules.set();
        // Rules on events of other programs are read and kept, though they hit nothing here.
        let others = !set.generic.is_empty() || !set.generic_correlations.is_empty();
        let fault = rules.faults().iter().find(|fault| fault.file == self.file);
        let why = fault.map_or_else(String::new, |fault| {
            format!(" (line {}: {})", fault.line, clip(&visible(&fault.reason), LONGEST))
        });
        match (self.at_line(&rules), fault) {
            (None, _) if !others => Some(format!("No rule in this text can be used{why}")),
            (_, Some(_)) => Some(format!("A part of this text cannot be used{why}")),
            (_, None) => None,
        }
    }

    /// The rules of a text, with those of other files that it refers to.
    fn rules(&self, text: &str) -> Rules {
        let ours = &self.inv.judgment;
        let placeholders = ours.environment.placeholders();
        let mut files: Files = vec![(self.file.clone(), text.to_owned())];
        loop {
            let (set, _) = RuleSet::read(files.iter().map(|(f, t)| (f.as_str(), t.as_str())), &placeholders);
            match self.needed(&set, &files) {
                Some(file) => files.push(file),
                None => return Rules::read(&files, &placeholders, &[], &ours.attack),
            }
        }
    }

    /// A file that holds what a correlation refers to and is not there yet.
    fn needed(&self, set: &RuleSet, files: &Files) -> Option<(String, String)> {
        let known = &self.inv.judgment.rules;
        // Those that cannot be used lack what is looked for here.
        let several = || set.correlations.iter().chain(&set.unusable);
        let is_there = |name: &str| {
            let is = |id: &str, other: Option<&str>| id == name || other == Some(name);
            set.rules.iter().any(|rule| is(&rule.id, rule.name.as_deref()))
                || several().any(|rule| is(&rule.id, rule.name.as_deref()))
        };
        let file_with = |name: &str| {
            let is = |id: &str, other: Option<&str>| id == name || other == Some(name);
            let single = known.set().rules.iter().find(|rule| is(&rule.id, rule.name.as_deref()));
            let several = known.set().correlations.iter().find(|rule| is(&rule.id, rule.name.as_deref()));
            single.map(|rule| &rule.file).or(several.map(|rule| &rule.file))
        };
        let names = several().flat_map(|correlation| &correlation.rules);
        let mut wanted = names.filter(|name| !is_there(name)).filter_map(|name| file_with(name));
        let file = wanted.find(|file| !files.iter().any(|(name, _)| name == *file))?;
        known.files().iter().find(|(name, _)| name == file).cloned()
    }

    /// The number of the rule that the line of the cursor is in; above the first one, that.
    fn at_line(&self, rules: &Rules) -> Option<u32> {
        let set = rules.set();
        let singles = set.rules.iter().map(|rule| (&rule.file, rule.line, &rule.id));
        let several = set.correlations.iter().map(|rule| (&rule.file, rule.line, &rule.id));
        let mut own: Vec<(usize, &String)> = singles
            .chain(several)
            .filter(|(file, ..)| **file == self.file)
            .map(|(_, line, id)| (line, id))
            .collect();
        own.sort_unstable();
        let at = own.iter().rfind(|(line, _)| *line <= self.line).or_else(|| own.first());
        rules.find(at?.1).map(|number| number as u32)
    }

    fn hits(&self, rules: &Rules, number: u32) -> Option<Found> {
        again::hits(&self.inv, rules, number, &self.reading)
    }

    /// What the rule of that id hit as it was saved; of one that had another id, that at the same line.
    fn before(&self, id: &str) -> Option<Found> {
        if self.saved.is_empty() {
            return Some(Found::default());
        }
        let rules = self.rules(&self.saved);
        let number = rules.find(id).map(|number| number as u32).or_else(|| self.at_line(&rules));
        number.map_or(Some(Found::default()), |number| self.hits(&rules, number))
    }

    /// How many rows belong to an attack, and how many do not.
    fn labeled(&self, labels: &Labeled, rows: &[u32]) -> (usize, usize) {
        let is = |row: &u32| labels.is_attack(&self.inv.table.row(*row)?);
        let known: Vec<bool> = rows.iter().filter_map(is).collect();
        let attack = known.iter().filter(|attack| **attack).count();
        (attack, known.len() - attack)
    }

    fn samples(&self, gained: &[u32], lost: &[u32], now: &[u32]) -> Vec<Sample> {
        let sample = |sign: char, row: u32| {
            let row = self.inv.table.row(row)?;
            let text = format!("{} by {}", row.event(), row.actor());
            Some(Sample { sign, time: row.time(), risk: row.risk(), text })
        };
        let changed = gained.iter().map(|row| ('+', *row)).take(SAMPLES / 3);
        let changed = changed.chain(lost.iter().map(|row| ('-', *row)).take(SAMPLES / 3));
        let others = now.iter().filter(|row| gained.binary_search(row).is_err()).map(|row| (' ', *row));
        changed.chain(others).take(SAMPLES).filter_map(|(sign, row)| sample(sign, row)).collect()
    }

    /// The examples in the text: how many, and those that fail.
    fn examples(&self, rules: &Rules) -> (usize, Vec<(usize, String)>) {
        let files: Files = vec![(self.file.clone(), self.text.clone())];
        let judgment = Judgment { rules: Arc::new(rules.clone()), ..self.inv.judgment.clone() };
        let (done, faults) = tested::test(&files, &judgment);
        let failed =
            |test: &tested::Tested| Some((test.line, format!("{}: {}", test.what, test.failed.as_ref()?)));
        let unread = faults.iter().map(|fault| (fault.line, fault.reason.clone()));
        (done.len() + faults.len(), done.iter().filter_map(failed).chain(unread).collect())
    }
}

/// What is suspicious about the rule of that id.
fn advice(rules: &Rules, id: &str) -> Vec<Finding> {
    let known = Known::default();
    let single = rules.singles().iter().find(|rule| rule.id == id).map(|rule| lint(rule, &FACTS, &known));
    let correlations = || rules.set().correlations.iter();
    let correlation =
        || correlations().find(|rule| rule.id == id).map(|rule| lint_correlation(rule, &FACTS, &known));
    single.or_else(correlation).unwrap_or_default()
}

/// Those of `all` that are not among `others`; both ascending.
fn missing(all: &[u32], others: &[u32]) -> Vec<u32> {
    all.iter().filter(|row| others.binary_search(row).is_err()).copied().collect()
}
