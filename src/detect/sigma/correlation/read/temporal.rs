//! Conditions over rules: which of them have to match.

use super::super::super::condition::{self, Condition};
use super::super::super::yaml::{Node, Value};
use super::super::sequence::{self, Alternative, Sequence};
use super::super::{Compare, Kind};
use super::Fault;
use super::measured::bounds;

/// A kind that asks which rules matched: all, so many of them, or those that a condition in words names. `listed` are the
/// rules as they stand in the file, `rules` each once.
pub(super) fn temporal(
    section: &Node,
    what: &str,
    listed: &[String],
    rules: &[String],
) -> Result<Kind, Fault> {
    let node = section.get("condition").filter(|node| node.value != Value::Null);
    let line = node.map_or(section.line, |node| node.line);
    let condition = match node.map(|node| (node, node.text())) {
        None => Condition::AtLeast(rules.len(), (0..rules.len()).collect()),
        Some((_, Some(text))) => worded(text, rules).map_err(|reason| (line, reason))?,
        Some((node, None)) => counted(node, rules.len())?,
    };
    if condition.holds(&mut |_| false) {
        let reason = "the condition holds even when nothing happens; name a rule that has to match";
        return Err((line, reason.to_owned()));
    }
    let found = sequence::alternatives(&condition);
    match found {
        Some(found) if found.is_empty() => Err((line, "nothing satisfies this condition".to_owned())),
        Some(found) if what != "temporal" => Ok(ordered(&found, listed, rules)),
        None if what != "temporal" => {
            let reason = format!("an ordered condition with more than {} alternatives", sequence::MOST);
            Err((line, format!("{reason}; make several correlations of it")))
        }
        found => {
            let grows = found.map_or_else(
                || !denies(&condition),
                |all| all.iter().all(|alternative| alternative.without == 0),
            );
            Ok(Kind::Temporal { condition, grows })
        }
    }
}

fn ordered(found: &[Alternative], listed: &[String], rules: &[String]) -> Kind {
    let number = |name: &String| u16::try_from(rules.iter().position(|rule| rule == name)?).ok();
    let order: Vec<u16> = listed.iter().filter_map(number).collect();
    let sequence = |one: &Alternative| Sequence {
        steps: order.iter().copied().filter(|step| one.with >> step & 1 == 1).collect(),
        without: one.without,
    };
    Kind::TemporalOrdered(found.iter().map(sequence).collect())
}

/// Whether there is a `not` anywhere in it.
fn denies(condition: &Condition) -> bool {
    match condition {
        Condition::Not(_) => true,
        Condition::And(parts) | Condition::Or(parts) => parts.iter().any(denies),
        Condition::Search(_) | Condition::AtLeast(..) => false,
    }
}

fn worded(text: &str, rules: &[String]) -> Result<Condition, String> {
    let names: Vec<&str> = rules.iter().map(String::as_str).collect();
    condition::parse(text, &names).map_err(|e| match e.0.strip_prefix("there is no search ") {
        Some(rest) => format!("the condition: `rules` does not list {rest}"),
        None => format!("the condition: {e}"),
    })
}

/// So many different rules, as bounds.
fn counted(node: &Node, rules: usize) -> Result<Condition, Fault> {
    let (bounds, beside) = bounds(node)?;
    if let Some(field) = beside.field.or(beside.percentile) {
        return Err((field.line, "a temporal correlation measures no field".to_owned()));
    }
    let whole = |limit: f64| limit.fract() == 0.0 && (0.0..=1e6).contains(&limit);
    if !bounds.0.iter().all(|bound| whole(bound.limit)) {
        return Err((node.line, "a temporal correlation counts rules; write whole numbers".to_owned()));
    }
    let least = |n: usize| Condition::AtLeast(n, (0..rules).collect());
    let exactly = |n| Condition::And(vec![least(n), Condition::Not(Box::new(least(n + 1)))]);
    let parts = bounds.0.iter().map(|bound| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked above")]
        let n = bound.limit as usize;
        match bound.compare {
            Compare::Gte => least(n),
            Compare::Gt => least(n + 1),
            Compare::Lt => Condition::Not(Box::new(least(n))),
            Compare::Lte => Condition::Not(Box::new(least(n + 1))),
            Compare::Eq => exactly(n),
            Compare::Neq => Condition::Not(Box::new(exactly(n))),
        }
    });
    // A window without any of the rules is none.
    Ok(Condition::And(parts.chain([least(1)]).collect()))
}
