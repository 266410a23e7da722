//! Why a rule hit an event: which conditions matched which values.

use serde_json::Value;

use super::engine::leaf::{Written, parsed, values_at};
use super::rules::RuleInfo;
use super::sigma::item::{Item, Place, Test, Whom};
use super::sigma::plain;
use super::sigma::rule::Rule;
use crate::investigation::Investigation;
use crate::json;
use crate::query::{Op, Part, Pattern};
use crate::store::Row;
use crate::text::plural;

/// A rule that hit an event, and why.
#[derive(Clone, PartialEq, Debug)]
pub struct Explained {
    /// The number of the rule.
    pub number: u32,
    /// The rule.
    pub rule: RuleInfo,
    /// What it is about, in its own words.
    pub description: String,
    /// The file it is from.
    pub file: String,
    /// The conditions that matched.
    pub matched: Vec<Matched>,
    /// What it found in this and other events together, in words. Hostile.
    pub together: Vec<String>,
}

/// A condition that matched.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Matched {
    /// The search of the rule that it belongs to.
    pub search: String,
    /// The line in the rule's file.
    pub line: usize,
    /// The field; empty for the whole record.
    pub field: String,
    /// What was looked for.
    pub wanted: String,
    /// What is there; empty where it had to be absent. Hostile.
    pub value: String,
}

/// The rules that an event hit, the highest level first, each with its reasons; `raw` is its record.
pub fn explain(inv: &Investigation, row: &Row<'_>, raw: &[u8]) -> Vec<Explained> {
    let record = parsed(raw).unwrap_or_default();
    let rules = &inv.judgment.rules;
    let mut all = Vec::new();
    for &number in inv.hits.get(row.hits()) {
        let Some(info) = rules.infos().get(number as usize).filter(|info| info.tells()) else { continue };
        let single = rules.singles().get(number as usize);
        let first = rules.firsts().find(|(_, rule)| *rule == number);
        let selecting = single.or_else(|| rules.singles().get(first?.0));
        let correlation = rules.correlation(number);
        let mut together = found_in(inv, row.number(), number);
        together.extend(first.and(selecting).map(|rule| new_in(rule, raw)));
        all.push(Explained {
            number,
            rule: info.clone(),
            description: selecting.map_or_else(String::new, |rule| rule.description.clone()),
            file: selecting
                .map(|r| r.file.clone())
                .or_else(|| Some(correlation?.file.clone()))
                .unwrap_or_default(),
            matched: selecting.map_or_else(Vec::new, |rule| matched(rule, &record)),
            together,
        });
    }
    all.sort_by_key(|explained| std::cmp::Reverse(explained.rule.level));
    all
}

/// The conditions of a rule that a record matched: of each search that did, the first group that did.
pub fn matched(rule: &Rule, record: &Value) -> Vec<Matched> {
    let mut found = Vec::new();
    for (name, search) in &rule.searches {
        let all = |items: &&Vec<Item>| items.iter().all(|item| plain::item_matches(item, record));
        for item in search.groups.iter().find(all).into_iter().flatten() {
            for (wanted, value) in reasons(item, record) {
                found.push(Matched {
                    search: name.clone(),
                    line: item.line,
                    field: item.field.as_deref().unwrap_or_default().join("."),
                    wanted,
                    value,
                });
            }
        }
    }
    found
}

/// Which tests of an item passed, and on what. One that looks for something else has the value that is there.
fn reasons(item: &Item, record: &Value) -> Vec<(String, String)> {
    let values = match &item.field {
        Some(path) => plain::values_at(record, path),
        None => vec![record],
    };
    let there = || values.iter().find_map(|value| plain::text_of(value)).unwrap_or_default();
    if item.negated {
        let not: Vec<String> = item.tests.iter().map(words).collect();
        return vec![(format!("not {}", not.join(", ")), there())];
    }
    let passed = item.tests.iter().filter_map(|test| match test {
        Test::Null | Test::Exists(false) => Some((words(test), String::new())),
        Test::Exists(true) => Some((words(test), there())),
        test => {
            let value = values.iter().find(|value| {
                let text = plain::text_of(value);
                let other = text.as_deref().and_then(|text| item.other_form(text));
                plain::value_passes(test, value, record)
                    || other.is_some_and(|other| plain::text_passes(test, other, record))
            })?;
            Some((words(test), plain::text_of(value).unwrap_or_default()))
        }
    });
    // Of alternatives one is reason enough.
    passed.take(if item.all { usize::MAX } else { 1 }).collect()
}

/// A test in words.
fn words(test: &Test) -> String {
    match test {
        Test::Text(pattern) => sigma_text(pattern),
        Test::Regex(regex) => format!("/{regex}/"),
        Test::Cidr(net) => net.to_string(),
        Test::Null => "absent".to_owned(),
        Test::Exists(true) => "there".to_owned(),
        Test::Exists(false) => "not there".to_owned(),
        Test::Number(op, number) => format!("{} {number}", sign(*op)),
        Test::TimePart(unit, Op::Equal, number) => format!("{unit:?} {number}").to_lowercase(),
        Test::TimePart(unit, op, number) => format!("{unit:?} {} {number}", sign(*op)).to_lowercase(),
        Test::Field(path, place) => {
            let how = match place {
                Place::Whole => "the same as",
                Place::Anywhere => "contains",
                Place::Beginning => "begins with",
                Place::End => "ends with",
            };
            format!("{how} {}", path.join("."))
        }
        Test::Names(Whom::OtherAccount(_)) => "names another account".to_owned(),
        Test::Names(Whom::Everybody) => "a policy that lets everybody in".to_owned(),
        Test::Names(Whom::EveryIdentity) => "a policy that lets every identity of a provider in".to_owned(),
        Test::Names(Whom::Administrator) => "a policy that makes administrators".to_owned(),
        Test::Element(items) => {
            let fields = items.iter().filter_map(|item| item.field.as_ref()).map(|path| path.join("."));
            format!("one with {}", fields.collect::<Vec<_>>().join(", "))
        }
    }
}

const fn sign(op: Op) -> &'static str {
    match op {
        Op::Equal => "=",
        Op::Less => "<",
        Op::LessOrEqual => "<=",
        Op::Greater => ">",
        Op::GreaterOrEqual => ">=",
    }
}

/// A pattern as rules write it.
fn sigma_text(pattern: &Pattern) -> String {
    let escaped = |text: &str| text.replace('*', "\\*").replace('?', "\\?");
    let part = |part: &Part| match part {
        Part::Text(text) => escaped(text),
        Part::Many => "*".to_owned(),
        Part::One => "?".to_owned(),
    };
    pattern.parts().iter().map(part).collect()
}

/// What a rule on several events found around an event.
fn found_in(inv: &Investigation, row: u32, rule: u32) -> Vec<String> {
    let findings =
        inv.compared.findings.iter().filter(|f| f.rule == rule && f.rows.binary_search(&row).is_ok());
    let words = findings.map(|finding| {
        let of = if finding.group.is_empty() {
            String::new()
        } else {
            format!(" of {}", finding.group.join(", "))
        };
        let (first, last) = finding.span;
        let events = plural(finding.rows.len() as u64, "event");
        format!("{events}{of} from {first} to {last}, measure {}", finding.value)
    });
    words.collect()
}

/// What is new in an event, for whom.
fn new_in(rule: &Rule, raw: &[u8]) -> String {
    let record = Written(raw);
    let texts = |fields: &[Vec<String>]| -> Vec<String> {
        let all = fields.iter().flat_map(|field| values_at(&record, field));
        all.filter_map(json::display).map(std::borrow::Cow::into_owned).collect()
    };
    let Some(first) = &rule.first_seen else { return String::new() };
    format!("{} for the first time for {}", texts(&first.dimension).join(", "), texts(&first.key).join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::detect::sigma::item::Placeholders;
    use crate::detect::sigma::set::RuleSet;

    #[test]
    fn what_matched_is_named_with_its_value() {
        let text = "title: t\ndetection:\n  s:\n    eventName: [A, 'Stop*']\n    sourceIPAddress|cidr: 203.0.113.0/24\n    errorCode: null\n    n.x|gte: 3\n    userAgent|neq: boto\n  other:\n    eventName: B\n  condition: s and not other\n";
        let (set, faults) = RuleSet::read([("t.yml", text)], &Placeholders::new());
        assert_eq!(faults, []);
        let record = json!({"eventName": "StopLogging", "sourceIPAddress": "203.0.113.7", "n": {"x": 4}, "userAgent": "cli"});
        let found: Vec<String> = matched(&set.rules[0], &record)
            .iter()
            .map(|m| format!("{} {}: {} {} = {}", m.search, m.line, m.field, m.wanted, m.value))
            .collect();
        assert_eq!(
            found,
            [
                "s 4: eventName Stop* = StopLogging",
                "s 5: sourceIPAddress 203.0.113.0/24 = 203.0.113.7",
                "s 6: errorCode absent = ",
                "s 7: n.x >= 3 = 4",
                "s 8: userAgent not boto = cli",
            ]
        );
    }

    #[test]
    fn a_name_is_known_without_its_version() {
        let text = "title: t\ndetection:\n  s:\n    eventName: ListFunctions\n  condition: s\n";
        let (set, _) = RuleSet::read([("t.yml", text)], &Placeholders::new());
        let found = matched(&set.rules[0], &json!({"eventName": "ListFunctions20150331"}));
        let found: Vec<_> = found.iter().map(|m| (m.wanted.as_str(), m.value.as_str())).collect();
        assert_eq!(found, [("ListFunctions", "ListFunctions20150331")]);
    }
}
