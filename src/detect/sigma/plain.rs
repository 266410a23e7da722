//! A rule held against one record, nothing prepared: what a rule means, and what faster ways are measured against.

use serde_json::Value;

use super::item::{Item, Place, Test, Unit};
use super::rule::{Rule, Search};
use crate::event::address::parse_ip;
use crate::event::time::Time;

/// Whether a rule fires on a record.
pub fn fires(rule: &Rule, record: &Value) -> bool {
    let mut known: Vec<Option<bool>> = vec![None; rule.searches.len()];
    let mut matches = |n: usize| match known.get(n) {
        Some(Some(known)) => *known,
        _ => {
            let found = rule.searches.get(n).is_some_and(|(_, search)| finds(search, record));
            if let Some(place) = known.get_mut(n) {
                *place = Some(found);
            }
            found
        }
    };
    rule.conditions.iter().any(|condition| condition.holds(&mut matches))
}

fn finds(search: &Search, record: &Value) -> bool {
    search.groups.iter().any(|items| items.iter().all(|item| item_matches(item, record)))
}

/// Whether a line of a search matches.
pub fn item_matches(item: &Item, record: &Value) -> bool {
    let values = match &item.field {
        Some(path) => seen(path, values_at(record, path)),
        None => vec![record],
    };
    let other_form = |test: &Test, value: &Value| {
        value
            .as_str()
            .and_then(|text| item.other_form(text))
            .is_some_and(|form| text_passes(test, form, record))
    };
    let passes = |test: &Test| match test {
        Test::Null => values.iter().all(|value| value.is_null()),
        Test::Exists(wanted) => values.iter().any(|value| !value.is_null()) == *wanted,
        test => values.iter().any(|value| value_passes(test, value, record) || other_form(test, value)),
    };
    let found = if item.all { item.tests.iter().all(passes) } else { item.tests.iter().any(passes) };
    found != item.negated
}

/// What rules see of the values of a field: an empty text at the top level of a record is absent, as exports to tables write
/// what is not there.
fn seen<'v>(path: &[String], values: Vec<&'v Value>) -> Vec<&'v Value> {
    match path {
        [_] => values.into_iter().filter(|value| value.as_str() != Some("")).collect(),
        _ => values,
    }
}

/// The values that a path leads to; lists are entered.
pub(crate) fn values_at<'v>(value: &'v Value, path: &[String]) -> Vec<&'v Value> {
    let mut open = vec![(value, 0)];
    let mut found = Vec::new();
    while let Some((value, step)) = open.pop() {
        match (value, path.get(step)) {
            (Value::Array(list), _) => open.extend(list.iter().map(|value| (value, step))),
            (Value::Object(map), Some(name)) => open.extend(map.get(name).map(|value| (value, step + 1))),
            (_, Some(_)) => {}
            (value, None) => found.push(value),
        }
    }
    found
}

/// A value as rules see it: scalars as text, anything else as it is written.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// Whether a value passes. Objects are seen as they are written, and so is every text in them: a policy
/// inside of a record is a text with quotes of its own.
pub(crate) fn value_passes(test: &Test, value: &Value, record: &Value) -> bool {
    match test {
        Test::Names(whom) => return whom.is_named(value, record),
        Test::Element(items) => {
            return value.is_object() && items.iter().all(|item| item_matches(item, value));
        }
        _ => {}
    }
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        if text_of(value).is_some_and(|text| text_passes(test, &text, record)) {
            return true;
        }
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(map) => open.extend(map.values().filter(|v| !v.is_number() && !v.is_boolean())),
            _ => {}
        }
    }
    false
}

pub(crate) fn text_passes(test: &Test, text: &str, record: &Value) -> bool {
    match test {
        Test::Text(pattern) => pattern.matches(text),
        Test::Regex(regex) => regex.is_match(text),
        Test::Cidr(net) => parse_ip(text).is_some_and(|ip| net.contains(&ip)),
        Test::Number(op, wanted) => text.parse::<f64>().is_ok_and(|number| op.holds(number, *wanted)),
        Test::TimePart(unit, op, wanted) => {
            time_part(*unit, text).is_some_and(|part| op.holds(part, *wanted))
        }
        Test::Field(path, place) => values_at(record, path)
            .into_iter()
            .filter_map(text_of)
            .any(|other| stands_in(&other, *place, text)),
        Test::Null | Test::Exists(_) | Test::Names(_) | Test::Element(_) => false,
    }
}

fn stands_in(part: &str, place: Place, text: &str) -> bool {
    let (part, text) = (part.to_lowercase(), text.to_lowercase());
    match place {
        Place::Whole => part == text,
        Place::Anywhere => text.contains(&part),
        Place::Beginning => text.starts_with(&part),
        Place::End => text.ends_with(&part),
    }
}

/// A part of a time in UTC: weeks as ISO counts them.
fn time_part(unit: Unit, text: &str) -> Option<f64> {
    let time = Time::parse(text.as_bytes());
    let civil = time.civil()?;
    Some(match unit {
        Unit::Minute => f64::from(civil.minute),
        Unit::Hour => f64::from(civil.hour),
        Unit::Day => f64::from(civil.day),
        Unit::Month => f64::from(civil.month),
        Unit::Year => civil.year as f64,
        Unit::Week => {
            let date = jiff::civil::Date::new(civil.year as i16, civil.month as i8, civil.day as i8).ok()?;
            f64::from(date.iso_week_date().week())
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::item::Placeholders;
    use super::super::yaml;
    use super::*;

    fn rule(detection: &str) -> Result<Rule, String> {
        let text = format!("title: t\ndetection:\n{detection}");
        let (documents, error) = yaml::documents(&text);
        assert_eq!(error, None, "{text}");
        let known = Placeholders::from([
            ("admins".to_owned(), vec!["alice".to_owned(), "root*".to_owned()]),
            ("hours".to_owned(), vec!["8".to_owned(), "9".to_owned()]),
        ]);
        Rule::read("rules/t.yml", &documents[0], &known).map_err(|e| e.to_string())
    }

    fn record() -> Value {
        json!({
            "eventName": "StopLogging", "eventTime": "2026-03-02T09:20:11Z", "sourceIPAddress": "203.0.113.9",
            "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::1:user/alice", "userName": "alice"},
            "requestParameters": {"name": "a*b", "count": 7, "owner": "alice", "cmd": "-enc SQBFAFgA", "dash": "/x run",
                "list": [{"k": "one"}, {"k": "Two"}], "public": true, "blob": "xxZm9vYmFyxx",
                "policy": "{\"Statement\": [{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"*\", \"Resource\": \"*\"}]}"},
            "responseElements": null
        })
    }

    #[test]
    fn every_modifier_means_what_the_specification_says() {
        for (line, fires_then) in [
            ("eventName: stoplogging", true),
            ("eventName|cased: stoplogging", false),
            ("eventName|cased: Stop*", true),
            ("eventName: [StartLogging, StopLogging]", true),
            ("eventName|contains: plog", true),
            ("eventName|startswith: stop", true),
            ("eventName|endswith: stop", false),
            ("eventName|contains|all: [stop, logg]", true),
            ("eventName|contains|all: [stop, start]", false),
            ("eventName|re: ^Stop.*g$", true),
            ("eventName|re: ^stop", false),
            ("eventName|re|i: ^stop", true),
            ("eventName|neq: StartLogging", true),
            ("sourceIPAddress|cidr: 203.0.113.0/24", true),
            ("sourceIPAddress|cidr: [10.0.0.0/8, 2001:db8::/32]", false),
            ("errorCode: null", true),
            ("responseElements: null", true),
            ("eventName: null", false),
            ("errorCode|exists: false", true),
            ("eventName|exists: true", true),
            ("errorCode|exists: No", true),
            ("responseElements|exists: true", false),
            ("requestParameters.name: a\\*b", true),
            ("requestParameters.name: a\\?b", false),
            ("requestParameters.count: 7", true),
            ("requestParameters.count|gt: 6", true),
            ("requestParameters.count|lte: 6", false),
            ("requestParameters.public: true", true),
            ("requestParameters.list.k: two", true),
            ("requestParameters|contains: '\"k\":\"Two\"'", true),
            ("requestParameters.owner|fieldref: userIdentity.userName", true),
            ("userIdentity.arn|fieldref|endswith: requestParameters.owner", true),
            ("requestParameters.cmd|contains|windash: ' -enc'", false),
            ("requestParameters.dash|startswith|windash: '-x'", true),
            // Of the forms of each value that is written, one has to be there.
            ("requestParameters.cmd|contains|all|windash: ['/enc', SQB]", true),
            ("requestParameters.cmd|contains|all|windash: ['/enc', /nop]", false),
            ("requestParameters.blob|base64offset|contains|all: [foobar]", true),
            ("requestParameters.blob|base64offset|contains|all: [foobar, nothing]", false),
            ("requestParameters.cmd|wide|base64offset|contains: IEX", true),
            ("requestParameters.blob|base64|contains: foobar", true),
            ("userIdentity.userName|expand: '%admins%'", true),
            ("eventTime|hour: 9", true),
            ("eventTime|hour|expand: '%hours%'", true),
            ("eventTime|hour|gte: 9", true),
            ("eventTime|hour|neq|all: [8, 9]", false),
            ("eventTime|hour|neq|all: [7, 8]", true),
            ("eventTime|hour|neq|all|expand: ['%hours%', 7]", false),
            ("eventTime|hour|gt: 9", false),
            ("eventTime|lt|hour: 10", true),
            ("eventTime|year|lte|neq: 2000", true),
            ("eventTime|week: 10", true),
            ("eventTime|year: 2025", false),
            ("requestParameters.list|element: {k: one}", true),
            ("requestParameters.list|element: [{k: three}, {k|startswith: tw}]", true),
            ("requestParameters.list|element: {k|startswith: o, k|endswith: o}", false),
            ("requestParameters|element: {name: 'a\\*b', count|gt: 6, '|contains': alice}", true),
            ("requestParameters|element: {name: 'a\\*b', count|gt: 7}", false),
            ("requestParameters.owner|element: {name: x}", false),
            ("requestParameters.list|element|neq: {k: three}", true),
            ("userIdentity.arn|otheraccount: true", false),
            ("requestParameters|everybody: true", true),
            ("requestParameters.list|everybody: true", false),
            ("requestParameters|administrator: true", true),
            ("requestParameters.list|administrator: true", false),
            ("requestParameters|everyidentity: true", false),
        ] {
            let rule = rule(&format!("  s:\n    {line}\n  condition: s\n"))
                .unwrap_or_else(|e| panic!("{line}: {e}"));
            assert_eq!(fires(&rule, &record()), fires_then, "{line}");
        }
    }

    #[test]
    fn what_modifiers_cannot_take_is_told() {
        for (line, said) in [
            ("requestParameters.list|element: one", "t.yml:4: element takes a map of fields and values"),
            ("requestParameters.list|element: {k|contians: one}", "did you mean contains?"),
            (
                "requestParameters.x|otheraccount: 111122223333",
                "t.yml:4: otheraccount takes true, or the ids",
            ),
            ("requestParameters.x|otheraccount: ['1111']", "in quotes"),
            ("requestParameters.x|everybody: no", "t.yml:4: everybody takes true"),
            ("requestParameters.x|neq|administrator: 1", "t.yml:4: administrator takes true"),
            ("requestParameters.x|everyidentity: ['*']", "t.yml:4: everyidentity takes true"),
            (
                "requestParameters.x|everybody|administrator: true",
                "t.yml:4: administrator cannot stand beside everybody",
            ),
            (
                "requestParameters.x|everybody|otheraccount: true",
                "t.yml:4: otheraccount cannot stand beside everybody",
            ),
            ("requestParameters.x|contains|everybody: true", "contains cannot stand beside everybody"),
            ("requestParameters.x|re|element: {a: b}", "re cannot stand beside element"),
            ("userAgent|contains|startswith: a", "startswith cannot stand beside contains"),
            ("userAgent|contains|cidr: 10.0.0.0/8", "contains cannot stand beside cidr"),
            ("userAgent|exists|all: true", "all cannot stand beside exists"),
            ("userAgent|fieldref|cased: eventName", "cased cannot stand beside fieldref"),
            ("requestParameters.x|gt|lt: 5", "lt cannot stand beside gt"),
            ("requestParameters.x|startswith|gt: 5", "startswith cannot stand beside gt"),
            ("eventTime|hour|minute: 5", "minute cannot stand beside hour"),
            ("userAgent|contians|startswith: a", "did you mean contains?"),
            (
                "requestParameters.x|otheraccount|expand: '%nobody%'",
                "nothing is known of the placeholder %nobody%",
            ),
        ] {
            let fault = rule(&format!("  s:\n    {line}\n  condition: s\n")).err().unwrap_or_default();
            assert!(fault.contains(said), "{line}: {fault}");
        }
    }

    #[test]
    fn the_name_of_an_event_is_met_with_and_without_its_version() {
        let record = json!({"eventName": "UpdateFunctionCode20150331v2", "requestParameters": {"eventName": "A20150331"}});
        for (line, fires_then) in [
            ("eventName: UpdateFunctionCode", true),
            ("eventName: UpdateFunctionCode20150331v2", true),
            ("eventName|endswith: Code", true),
            ("eventName|re: '^Update.*Code$'", true),
            ("eventName|neq: UpdateFunctionCode", false),
            ("eventName: UpdateFunction", false),
            ("requestParameters.eventName: A", false),
        ] {
            let rule = rule(&format!("  s: {{{line}}}\n  condition: s\n")).unwrap();
            assert_eq!(fires(&rule, &record), fires_then, "{line}");
        }
    }

    #[test]
    fn lists_of_maps_and_words_without_a_field() {
        for (detection, fires_then) in [
            ("  s:\n    - eventName: x\n    - eventName: StopLogging\n  condition: s\n", true),
            ("  s:\n    - eventName: StopLogging\n      errorCode: x\n  condition: s\n", false),
            ("  k:\n    - nothing\n    - foobar\n    - user/ALICE\n  condition: k\n", true),
            ("  k:\n    '|all':\n      - '*alice*'\n      - '*StopLogging*'\n  condition: k\n", true),
            ("  k:\n    '|all':\n      - user/alice\n      - StopLog\n  condition: k\n", true),
            ("  k:\n    '|all':\n      - user/alice\n      - nothing\n  condition: k\n", false),
            (
                "  a:\n    eventName: x\n  b:\n    eventName: StopLogging\n  condition:\n    - a\n    - b\n",
                true,
            ),
        ] {
            assert_eq!(fires(&rule(detection).unwrap(), &record()), fires_then, "{detection}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line_and_the_way_out() {
        for (detection, reason) in [
            (
                "  s:\n    eventName|containz: x\n  condition: s\n",
                "t.yml:4: there is no modifier containz; did you mean contains?",
            ),
            (
                "  s:\n    eventName|re: '('\n  condition: s\n",
                "t.yml:4: the regular expression cannot be used",
            ),
            ("  s:\n    eventName|re: '(?=x)'\n  condition: s\n", "look-around"),
            ("  s:\n    a|cidr: x\n  condition: s\n", "no network such as"),
            (
                "  s:\n    a|expand: '%nobody%'\n  condition: s\n",
                "nothing is known of the placeholder %nobody%",
            ),
            ("  s:\n    a: 1\n  condition: selecton\n", "t.yml:5: the condition: there is no search"),
            ("  s:\n    a: 1\n", "needs a condition"),
            ("  s:\n    a: []\n  condition: s\n", "no value to compare with"),
        ] {
            let error = rule(detection).unwrap_err();
            assert!(error.contains(reason), "{detection}{error}");
        }
    }
}
