//! Things that a record would have to be at once, and whether it can.
//!
//! Only what no record could be is a clash: a path may lead into a list, of which one value passes one test
//! and another the next, so texts clash only in fields that hold a single value.

use std::collections::BTreeSet;

use super::fields::OPEN;
use crate::detect::sigma::item::{Item, Test};
use crate::event::field::RECORD_KEYS;
use crate::query::{Op, Shape};

/// An item of a rule, and whether its tests have to pass; that `neq` turns them round is worked in.
#[derive(Clone, Copy)]
pub(super) struct Literal<'r> {
    pub(super) item: &'r Item,
    pub(super) passes: bool,
}

impl<'r> Literal<'r> {
    /// The item matches, or does not.
    pub(super) fn of(item: &'r Item, matches: bool) -> Self {
        Self { item, passes: matches != item.negated }
    }
}

/// Why no record can be all of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Clash {
    pub(super) line: usize,
    pub(super) reason: String,
}

/// The first reason why no record can satisfy all of these; `None` where one may.
pub(super) fn clash(literals: &[Literal<'_>]) -> Option<Clash> {
    for (n, one) in literals.iter().enumerate() {
        for other in literals.iter().skip(n + 1) {
            let found = there_and_not(one, other).or_else(|| there_and_not(other, one));
            let found = found.or_else(|| same_and_not(one, other)).or_else(|| same_and_not(other, one));
            if found.is_some() {
                return found;
            }
        }
        let found = no_text(one, literals).or_else(|| no_number(one, literals));
        if found.is_some() {
            return found;
        }
    }
    None
}

fn name(item: &Item) -> String {
    item.field.as_ref().map_or_else(|| "the record".to_owned(), |path| path.join("."))
}

fn is_absence(test: &Test) -> bool {
    matches!(test, Test::Null | Test::Exists(false))
}

/// Whether a literal is met only where there is no value at all.
fn needs_absence(literal: &Literal<'_>) -> bool {
    let item = literal.item;
    match (literal.passes, item.all) {
        (true, false) => item.tests.iter().all(is_absence),
        (true, true) => item.tests.iter().any(is_absence),
        (false, false) => item.tests.iter().any(|test| matches!(test, Test::Exists(true))),
        (false, true) => item.tests.iter().all(|test| matches!(test, Test::Exists(true))),
    }
}

/// Whether a literal is met only where there is a value.
fn needs_value(literal: &Literal<'_>) -> bool {
    let item = literal.item;
    match (literal.passes, item.all) {
        (true, false) => !item.tests.iter().any(is_absence),
        (true, true) => !item.tests.iter().all(is_absence),
        (false, false) => item.tests.iter().any(is_absence),
        (false, true) => item.tests.iter().all(is_absence),
    }
}

/// Nothing is at a path, and something is there or below it.
fn there_and_not(absent: &Literal<'_>, there: &Literal<'_>) -> Option<Clash> {
    let (above, below) = (absent.item.field.as_ref()?, there.item.field.as_ref()?);
    if !below.starts_with(above) || !needs_absence(absent) || !needs_value(there) {
        return None;
    }
    let (above, below) = (above.join("."), below.join("."));
    let reason = match above == below {
        true => format!("{above} cannot be absent and have a value at once"),
        false => format!("{above} cannot be absent while {below} has a value"),
    };
    Some(Clash { line: absent.item.line, reason })
}

/// Whatever passes one of these tests passes one of those that must not pass.
fn same_and_not(one: &Literal<'_>, other: &Literal<'_>) -> Option<Clash> {
    let single = |item: &Item| !item.all || item.tests.len() == 1;
    let comparable = one.passes && !other.passes && one.item.field == other.item.field;
    if !comparable || !single(one.item) || !single(other.item) {
        return None;
    }
    let without = tests(other.item);
    tests(one.item).is_subset(&without).then(|| Clash {
        line: one.item.line,
        reason: format!("{} is asked for and ruled out with the same values", name(one.item)),
    })
}

/// The tests of an item in a form in which equal ones are equal.
pub(super) fn tests(item: &Item) -> BTreeSet<String> {
    let key = |test: &Test| match test {
        Test::Text(pattern) => format!("{:?}", pattern.parts()).to_lowercase(),
        other => format!("{other:?}"),
    };
    item.tests.iter().map(key).collect()
}

/// Whether a field holds one value, and never a list.
fn is_single(path: &[String]) -> bool {
    match path {
        [only] => {
            RECORD_KEYS.contains(&only.as_str()) && !OPEN.contains(&only.as_str()) && only != "resources"
        }
        [root, _] => root == "userIdentity" || root == "tlsDetails",
        [root, context, ..] => {
            root == "userIdentity"
                && context == "sessionContext"
                && !path.iter().any(|s| s == "webIdFederationData")
        }
        [] => false,
    }
}

/// None of the texts that a field has to be passes what else is asked of it.
fn no_text(literal: &Literal<'_>, literals: &[Literal<'_>]) -> Option<Clash> {
    let item = literal.item;
    let path = item.field.as_deref().filter(|path| is_single(path))?;
    if !literal.passes || (item.all && item.tests.len() > 1) {
        return None;
    }
    let texts: Vec<&str> = item.tests.iter().map(exact).collect::<Option<_>>()?;
    let others = || literals.iter().filter(|other| other.item.field.as_deref() == Some(path));
    let possible = |text: &&str| others().all(|other| verdict(other.item, text) != Some(!other.passes));
    if texts.iter().any(possible) {
        return None;
    }
    Some(Clash {
        line: item.line,
        reason: format!("{} cannot be {} and all else that is asked of it", name(item), shown(&texts)),
    })
}

/// Up to three texts in quotes.
fn shown(texts: &[&str]) -> String {
    let some: Vec<String> = texts.iter().take(3).map(|text| format!("`{text}`")).collect();
    some.join(" or ")
}

fn exact(test: &Test) -> Option<&str> {
    match test {
        Test::Text(pattern) => match pattern.shape() {
            Shape::Exact(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the tests of an item pass on a text of any case; `None` where that depends on more.
fn verdict(item: &Item, text: &str) -> Option<bool> {
    let verdicts: Vec<Option<bool>> = item.tests.iter().map(|test| test_verdict(test, text)).collect();
    let decisive = !item.all;
    if verdicts.contains(&Some(decisive)) {
        return Some(decisive);
    }
    (!verdicts.contains(&None)).then_some(!decisive)
}

fn test_verdict(test: &Test, text: &str) -> Option<bool> {
    match test {
        Test::Text(pattern) => Some(pattern.matches(text)),
        // The text stands for all its spellings: a record may have one that the expression takes.
        Test::Regex(regex) if regex.is_match(text) => None,
        Test::Regex(regex) => {
            let any_case = regex::Regex::new(&format!("(?i){}", regex.as_str())).ok()?;
            (!any_case.is_match(text)).then_some(false)
        }
        Test::Cidr(net) => Some(text.parse().is_ok_and(|ip: std::net::IpAddr| net.contains(&ip))),
        Test::Number(op, wanted) => Some(text.parse::<f64>().is_ok_and(|number| op.holds(number, *wanted))),
        Test::Null => Some(false),
        Test::Exists(wanted) => Some(*wanted),
        Test::Field(..) | Test::TimePart(..) | Test::Names(_) | Test::Element(_) => None,
    }
}

/// A number would have to be above one bound and below another that is lower.
fn no_number(literal: &Literal<'_>, literals: &[Literal<'_>]) -> Option<Clash> {
    let path = literal.item.field.as_ref()?;
    let (op, low) = bound(literal).filter(|(op, _)| matches!(op, Op::Greater | Op::GreaterOrEqual))?;
    let same = literals.iter().filter(|other| other.item.field.as_ref() == Some(path));
    let (upper, high) = same
        .filter_map(bound)
        .filter(|(op, _)| matches!(op, Op::Less | Op::LessOrEqual))
        .min_by(|a, b| a.1.total_cmp(&b.1))?;
    let both = op == Op::GreaterOrEqual && upper == Op::LessOrEqual;
    let empty = low > high || (low == high && !both);
    empty.then(|| Clash {
        line: literal.item.line,
        reason: format!("{} cannot be above {low} and below {high} at once", path.join(".")),
    })
}

fn bound(literal: &Literal<'_>) -> Option<(Op, f64)> {
    match literal.item.tests.as_slice() {
        [Test::Number(op, number)] if literal.passes => Some((*op, *number)),
        _ => None,
    }
}
