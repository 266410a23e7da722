//! Conditions that compare a measure: bounds, with the field that is measured.

use super::super::super::yaml::Node;
use super::super::{Bound, Bounds, Compare, Kind};
use super::fields::paths;
use super::{Fault, near};

/// What is measured, and what it has to be.
pub(super) struct Measured {
    pub(super) kind: Kind,
    pub(super) bounds: Bounds,
    pub(super) fields: Vec<Vec<String>>,
}

impl Measured {
    /// A kind without a measure.
    pub(super) fn nothing(kind: Kind) -> Self {
        Self { kind, bounds: Bounds::default(), fields: Vec::new() }
    }
}

/// A kind that measures, with the bounds of its condition.
pub(super) fn measured(section: &Node, what: &str) -> Result<Measured, Fault> {
    let Some(node) = section.get("condition") else {
        return Err((section.line, format!("{what} needs a condition, such as `condition: {{gte: 10}}`")));
    };
    let (bounds, beside) = bounds(node)?;
    let fields = beside.field.map_or(Ok(Vec::new()), |field| paths(field, "field"))?;
    let kind = match what {
        "event_count" => Kind::EventCount,
        "value_count" => Kind::ValueCount,
        "value_sum" => Kind::ValueSum,
        "value_avg" => Kind::ValueAvg,
        "value_min" => Kind::ValuePercentile(0.0),
        "value_median" => Kind::ValuePercentile(50.0),
        "value_max" => Kind::ValuePercentile(100.0),
        _ => Kind::ValuePercentile(percentile(node, beside.percentile)?),
    };
    if let Some(node) = beside.percentile.filter(|_| what != "value_percentile") {
        return Err((node.line, format!("percentile belongs to value_percentile, not to {what}")));
    }
    sound_fields(what, &kind, fields.len()).map_err(|reason| (node.line, reason))?;
    let possible = if kind.is_numeric() { bounds.can_be_a_number() } else { bounds.can_be_a_count() };
    if !possible {
        let reason = "nothing satisfies this condition; a window holds at least one event, so that the absence \
                      of events cannot be found by it";
        return Err((node.line, reason.to_owned()));
    }
    Ok(Measured { kind, bounds, fields })
}

/// Whether a kind has as many fields as it measures.
fn sound_fields(what: &str, kind: &Kind, count: usize) -> Result<(), String> {
    match (kind, count) {
        (Kind::EventCount, 0) => Ok(()),
        (Kind::EventCount, _) => {
            let way = "take the field out, or write value_count to count its different values";
            Err(format!("event_count looks at no field; {way}"))
        }
        (_, 0) => {
            let way = "name it in the condition: `field: sourceIPAddress`";
            Err(format!("{what} needs the field whose values it measures; {way}"))
        }
        (Kind::ValueCount, _) | (_, 1) => Ok(()),
        _ => Err(format!("{what} measures one field, not {count}")),
    }
}

/// What stands in a condition beside its bounds.
#[derive(Default)]
pub(super) struct Beside<'n> {
    pub(super) field: Option<&'n Node>,
    pub(super) percentile: Option<&'n Node>,
}

/// The bounds of a condition, and what else is in it.
pub(super) fn bounds(node: &Node) -> Result<(Bounds, Beside<'_>), Fault> {
    if node.entries().is_empty() {
        return Err((node.line, "the condition has to be a comparison, such as `gte: 10`".to_owned()));
    }
    let mut bounds = Bounds::default();
    let mut beside = Beside::default();
    for (key, value) in node.entries() {
        let word = key.scalar().unwrap_or_default();
        match word.as_str() {
            "field" => beside.field = Some(value),
            "percentile" => beside.percentile = Some(value),
            _ => {
                let compare = Compare::read(&word).ok_or_else(|| {
                    let near = near(&word, Compare::WORDS.into_iter().chain(["field", "percentile"]));
                    let all = Compare::WORDS.join(", ");
                    (key.line, format!("a condition knows no `{word}`{near}; it compares with {all}"))
                })?;
                bounds.0.push(Bound { compare, limit: number(value, &word)? });
            }
        }
    }
    if bounds.0.is_empty() {
        let reason = "the condition compares with nothing; add a bound, such as `gte: 10`";
        return Err((node.line, reason.to_owned()));
    }
    Ok((bounds, beside))
}

fn number(node: &Node, what: &str) -> Result<f64, Fault> {
    let parsed = node.scalar().and_then(|text| text.trim().parse::<f64>().ok());
    let parsed = parsed.filter(|number| number.is_finite());
    parsed.ok_or_else(|| (node.line, format!("{what} takes a number")))
}

fn percentile(condition: &Node, node: Option<&Node>) -> Result<f64, Fault> {
    let Some(node) = node else {
        let reason = "value_percentile needs to know which one; add `percentile: 95` to the condition";
        return Err((condition.line, reason.to_owned()));
    };
    let percent = number(node, "percentile")?;
    if !(0.0..=100.0).contains(&percent) {
        return Err((node.line, format!("there is no percentile {percent}; it goes from 0 to 100")));
    }
    Ok(percent)
}
