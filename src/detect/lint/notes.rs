//! What a good rule has besides its detection: tests, a level, a technique that there still is.

use super::shadow::LEVELS;
use super::{Finding, Kind, note, warning};
use crate::detect::attack::{Attack, RETIRED_TACTICS};
use crate::detect::sigma::correlation::Correlation;
use crate::detect::sigma::rule::Rule;
use crate::text::nearest;

pub(super) fn check(rule: &Rule, attack: &Attack, out: &mut Vec<Finding>) {
    if !rule.tested {
        let text = "no events of its own to test it with; add `tests:` with one that must match".to_owned();
        out.push(note(rule.line, Kind::Untested, text));
    }
    check_level(&rule.level, rule.line, out);
    techniques(rule.tags.iter().zip(rule.tag_lines.iter().copied()), rule.line, attack, out);
}

pub(super) fn check_correlation(correlation: &Correlation, attack: &Attack, out: &mut Vec<Finding>) {
    let line = correlation.line;
    check_level(&correlation.level, line, out);
    techniques(correlation.tags.iter().map(|tag| (tag, line)), line, attack, out);
}

/// A level that is misspelled gives no points: that is no matter of taste.
fn check_level(level: &str, line: usize, out: &mut Vec<Finding>) {
    let weigh = if level.is_empty() { note } else { warning };
    out.extend(level_fault(level).map(|text| weigh(line, Kind::Level, text)));
}

fn level_fault(level: &str) -> Option<String> {
    if LEVELS.contains(&level) {
        return None;
    }
    let choice = LEVELS.join(", ");
    if level.is_empty() {
        return Some(format!("no level; write one of {choice}"));
    }
    Some(match nearest(level, LEVELS.into_iter()) {
        Some(near) => format!("there is no level `{level}`; did you mean `{near}`?"),
        None => format!("there is no level `{level}`; write one of {choice}"),
    })
}

/// What is wrong with the tags of a rule that begins at `begin`; each comes with its line.
fn techniques<'t>(
    tags: impl Iterator<Item = (&'t String, usize)>,
    begin: usize,
    attack: &Attack,
    out: &mut Vec<Finding>,
) {
    let mut any = false;
    for (tag, line) in tags {
        let tag = tag.to_lowercase();
        let Some(word) = tag.strip_prefix("attack.") else { continue };
        let is_id = word.strip_prefix('t').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        any |= is_id;
        let text = match is_id {
            true => technique(&word.to_uppercase(), attack),
            false if word.contains(|c: char| c.is_ascii_digit()) => None,
            false => tactic(&word.replace('_', "-"), attack),
        };
        out.extend(text.map(|text| note(line, Kind::Attack, text)));
    }
    if !any {
        let text = "no technique of ATT&CK; add a tag such as attack.t1098".to_owned();
        out.push(note(begin, Kind::Attack, text));
    }
}

/// Whether this can be the id of a technique of the enterprise matrix: `T1098`, `T1098.001`.
///
/// The table has only some of them, so an id that is not in it may well be one.
fn can_be_technique(id: &str) -> bool {
    let digits = |text: &str, n: usize| text.len() == n && text.chars().all(|c| c.is_ascii_digit());
    let Some(number) = id.strip_prefix('T') else { return false };
    let (number, part) = number.split_once('.').unwrap_or((number, "001"));
    digits(number, 4) && digits(part, 3) && ("1001".."1800").contains(&number)
}

fn technique(id: &str, attack: &Attack) -> Option<String> {
    let current = attack.current(id);
    if current != id {
        return Some(format!("{id} is retired; it is {} now, and both are understood", attack.title(id)));
    }
    (!can_be_technique(id))
        .then(|| format!("ATT&CK has no technique {id}; an id is written as T1098 or T1098.001"))
}

fn tactic(name: &str, attack: &Attack) -> Option<String> {
    if attack.tactics.is_empty() || attack.tactics.iter().any(|tactic| tactic.name == name) {
        return None;
    }
    if let Some((_, now)) = RETIRED_TACTICS.iter().find(|(old, _)| *old == name) {
        return Some(format!("the tactic {name} is retired; it is {} now", now.join(" or ")));
    }
    let near = nearest(name, attack.tactics.iter().map(|tactic| tactic.name.as_str()));
    Some(match near {
        Some(near) => format!("there is no tactic `{name}`; did you mean `{near}`?"),
        None => format!("there is no tactic `{name}`; write one of ATT&CK, such as attack.persistence"),
    })
}
