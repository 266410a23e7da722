//! A rule tried while it is typed: what it would catch of all that is loaded, against what it caught as saved.
//!
//! Runs on a worker and is given up as soon as another key is pressed.

use std::sync::{Arc, LazyLock};

use crate::detect::lint::{Facts, Finding, Known, lint};
use crate::detect::retro;
use crate::detect::rules::{Files, Rules};
use crate::detect::sigma::rule::Rule;
use crate::detect::sigma::set::RuleSet;
use crate::detect::tested;
use crate::event::time::Time;
use crate::investigation::{Investigation, Judgment};
use crate::query::run::Reading;

/// How many events are shown of what is gained, lost and caught.
const SAMPLES: usize = 12;

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
        let placeholders = self.inv.judgment.environment.placeholders();
        let read = |text: &str| RuleSet::read([(self.file.as_str(), text)], &placeholders);
        let (set, faults) = read(&self.text);
        let faults = faults.into_iter().map(|fault| (fault.line, fault.reason)).collect();
        let verdict = Verdict { generation: self.generation, faults, ..Verdict::default() };
        let Some(rule) = at_line(&set, self.line) else { return Some(verdict) };
        let now = self.rows(rule)?;
        let (old, _) = read(&self.saved);
        let old = old.rules.iter().find(|other| other.id == rule.id).or_else(|| at_line(&old, self.line));
        let before = old.map_or(Some(Vec::new()), |rule| self.rows(rule))?;
        let gained = missing(&now, &before);
        let lost = missing(&before, &now);
        let (examples, failed) = self.examples();
        Some(Verdict {
            lint: lint(rule, &FACTS, &Known::default()),
            rule: Some(rule.title.clone()),
            hits: now.len(),
            samples: self.samples(&gained, &lost, &now),
            gained: gained.len(),
            lost: lost.len(),
            examples,
            failed,
            ..verdict
        })
    }

    /// The rows that a rule hits, ascending; `None` when nobody waits any more.
    fn rows(&self, rule: &Rule) -> Option<Vec<u32>> {
        let rows = retro::hits(&self.inv, rule, &self.reading).rows(&self.inv.table).collect();
        (!self.reading.is_stopped()).then_some(rows)
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
    fn examples(&self) -> (usize, Vec<(usize, String)>) {
        let files: Files = vec![(self.file.clone(), self.text.clone())];
        let ours = &self.inv.judgment;
        let rules = Rules::read(&files, &ours.environment.placeholders(), &[], &ours.attack);
        let (done, _) = tested::test(&files, &Judgment { rules: Arc::new(rules), ..ours.clone() });
        let failed =
            |test: &tested::Tested| Some((test.line, format!("{}: {}", test.what, test.failed.as_ref()?)));
        (done.len(), done.iter().filter_map(failed).collect())
    }
}

/// The rule that a line is in; above the first one, that.
fn at_line(set: &RuleSet, line: usize) -> Option<&Rule> {
    set.rules.iter().rfind(|rule| rule.line <= line).or_else(|| set.rules.first())
}

/// Those of `all` that are not among `others`; both ascending.
fn missing(all: &[u32], others: &[u32]) -> Vec<u32> {
    all.iter().filter(|row| others.binary_search(row).is_err()).copied().collect()
}
