//! What is suspicious about a rule that can be used: names that are never logged, fields that never occur,
//! conditions that never hold, rules that another rule makes needless.
//!
//! Advice alone: a rule fires or not as it is written, whatever is said here. So that the advice is worth
//! reading, what is not sure is not said: a service of which nothing is known is never blamed.

mod clash;
mod fields;
mod idle;
mod names;
mod notes;
mod satisfy;
mod shadow;

use super::attack::Attack;
use super::operations::Operations;
use super::sigma::condition::Condition;
use super::sigma::correlation::Correlation;
use super::sigma::item::Item;
use super::sigma::rule::Rule;

pub use shadow::shadowed;

/// Something suspicious.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The line in the rule's file, from 1.
    pub line: usize,
    /// What is suspicious.
    pub kind: Kind,
    /// How much it matters.
    pub weight: Weight,
    /// What is wrong, and the way out.
    pub text: String,
}

/// What is suspicious.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// An event name that nothing logs.
    UnknownEvent,
    /// An event name of another service than the one that the rule asks for.
    OtherService,
    /// A name that is logged as another one.
    Renamed,
    /// A name in another case than it is logged in.
    Case,
    /// An eventSource that nothing has.
    UnknownSource,
    /// A field that no record has.
    UnknownField,
    /// The name of a field where its value is meant.
    FieldAsText,
    /// A condition that never holds.
    Contradiction,
    /// A key that nobody looks at, written almost as one that counts.
    UnknownKey,
    /// A search that no condition asks for.
    Unused,
    /// A rule that looks for what another one finds.
    Shadowed,
    /// No events of its own to test it with.
    Untested,
    /// No level, or one that there is not.
    Level,
    /// No technique of ATT&CK, or one that there is not or no longer.
    Attack,
}

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// Part of the rule, or all of it, does not do what it looks like.
    Warning,
    /// The rule works, and could be better.
    Note,
}

impl Weight {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// What is known of AWS and of ATT&CK.
#[derive(Clone, Default, Debug)]
pub struct Facts {
    /// The names of events.
    pub operations: Operations,
    /// The techniques.
    pub attack: Attack,
}

impl Facts {
    /// The facts as shipped.
    pub fn shipped() -> Self {
        Self { operations: Operations::shipped(), attack: Attack::shipped() }
    }
}

/// Whether any record has a value at a path.
pub type FieldSeen<'k> = &'k dyn Fn(&[String]) -> bool;

/// What the data shows that is loaded; what is `None` is not looked at.
#[derive(Clone, Copy, Default)]
pub struct Known<'k> {
    /// Whether any event has this name; such a name is never blamed.
    pub event: Option<&'k dyn Fn(&str) -> bool>,
    /// Whether any record has a value at this path.
    pub field: Option<FieldSeen<'k>>,
}

/// Looks at one rule; findings are in the order of their lines.
pub fn lint(rule: &Rule, facts: &Facts, known: &Known<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    names::check(rule, &facts.operations, known, &mut findings);
    fields::check(rule, known, &mut findings);
    satisfy::check(rule, &mut findings);
    idle::check(rule, &mut findings);
    notes::check(rule, &facts.attack, &mut findings);
    findings.sort_by_key(|finding| (finding.line, finding.kind));
    findings.dedup();
    findings
}

/// Looks at one correlation; findings are in the order of their lines.
pub fn lint_correlation(correlation: &Correlation, facts: &Facts, known: &Known<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    fields::check_correlation(correlation, known, &mut findings);
    notes::check_correlation(correlation, &facts.attack, &mut findings);
    findings
}

fn warning(line: usize, kind: Kind, text: String) -> Finding {
    Finding { line, kind, weight: Weight::Warning, text }
}

fn note(line: usize, kind: Kind, text: String) -> Finding {
    Finding { line, kind, weight: Weight::Note, text }
}

/// The searches that have to match whenever the rule fires, each with its only group of items.
fn required(rule: &Rule) -> Vec<(usize, &[Item])> {
    let [condition] = rule.conditions.as_slice() else { return Vec::new() };
    let mut open = vec![condition];
    let mut searches = Vec::new();
    while let Some(condition) = open.pop() {
        match condition {
            Condition::Search(n) => searches.push(*n),
            Condition::And(parts) => open.extend(parts),
            Condition::AtLeast(least, of) if *least == of.len() => searches.extend(of),
            Condition::Or(_) | Condition::Not(_) | Condition::AtLeast(..) => {}
        }
    }
    let group = |n: usize| match rule.searches.get(n).map(|(_, search)| search.groups.as_slice()) {
        Some([group]) => Some((n, group.as_slice())),
        _ => None,
    };
    searches.into_iter().filter_map(group).collect()
}

/// Whether an item is about this field at the top of a record.
fn is_about(item: &Item, name: &str) -> bool {
    item.field.as_deref().is_some_and(|path| matches!(path, [only] if only == name))
}

#[cfg(test)]
mod tests;
