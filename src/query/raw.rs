//! Conditions on the raw record, for what no column holds.

use std::borrow::Cow;

use crate::event::time::Time;
use crate::json;
use crate::query::ast::Test;
use crate::query::pattern::Pattern;

/// A condition on a value somewhere in a JSON text.
#[derive(Clone, Debug)]
pub struct RawTest {
    path: Vec<String>,
    test: Test,
    newest: Time,
}

impl RawTest {
    /// Any value that the path leads to passes `test`. Lists on the way are entered; a step that is
    /// a number also picks that element. `newest` is what relative times count from.
    pub fn new(path: Vec<String>, test: Test, newest: Time) -> Self {
        Self { path, test, newest }
    }

    /// The text of the whole record matches.
    pub fn anywhere(pattern: Pattern) -> Self {
        Self { path: Vec::new(), test: Test::Matches(pattern), newest: Time::UNKNOWN }
    }

    /// Whether a record passes.
    pub fn matches(&self, record: &[u8]) -> bool {
        if self.path.is_empty() {
            return self.whole(record);
        }
        self.matches_below(record)
    }

    /// Whether the value passes, or one that the path leads to from it.
    pub fn matches_below(&self, value: &[u8]) -> bool {
        walk(value, &self.path, !matches!(self.test, Test::Exists), &mut |value| self.passes(value))
    }

    fn passes(&self, value: &[u8]) -> bool {
        // A column has no text for what is absent.
        if value.is_empty() || json::is_null(value) {
            return false;
        }
        let text = || json::display(value);
        match &self.test {
            Test::Exists => true,
            Test::Matches(pattern) => text().is_some_and(|t| pattern.matches(&t)),
            Test::Net(net) => {
                text().and_then(|t| crate::event::address::parse_ip(&t)).is_some_and(|ip| net.contains(&ip))
            }
            Test::Number { op, value } => {
                text().and_then(|t| number(&t)).is_some_and(|n| op.holds(n, *value))
            }
            Test::NumberRange { from, to } => {
                text().and_then(|t| number(&t)).is_some_and(|n| *from <= n && n <= *to)
            }
            Test::Time { from, to } => text().map(|t| Time::parse(t.as_bytes())).is_some_and(|time| {
                time.is_known()
                    && from.is_none_or(|m| m.at(self.newest) <= time)
                    && to.is_none_or(|m| time < m.at(self.newest))
            }),
        }
    }

    fn whole(&self, record: &[u8]) -> bool {
        let Test::Matches(pattern) = &self.test else { return false };
        let text = String::from_utf8_lossy(record);
        if pattern.matches(&text) {
            return true;
        }
        // What is written with escapes in the record is meant without them in the query.
        memchr::memchr(b'\\', record).is_some() && pattern.matches(&unescaped(&text))
    }
}

/// Calls `visit` with each value that a path leads to, until it says that it has seen enough; whether it did. Lists on
/// the way are entered, and one at the end where `enter` says so; a step that is a number also picks that element.
/// A step is every key that differs from it in case alone.
pub(super) fn walk<'v>(
    value: &'v [u8],
    path: &[String],
    enter: bool,
    visit: &mut dyn FnMut(&'v [u8]) -> bool,
) -> bool {
    // Depth first with a list of what is left to see: the nesting of a log cannot exhaust the stack.
    let mut open: Vec<(&'v [u8], usize)> = vec![(value, 0)];
    while let Some((value, step)) = open.pop() {
        let is_list = value.first() == Some(&b'[');
        let Some(wanted) = path.get(step) else {
            if is_list && enter {
                open.extend(json::elements(value).map(|element| (element, step)));
            } else if visit(value) {
                return true;
            }
            continue;
        };
        if is_list {
            let picked: Option<usize> = wanted.parse().ok();
            for (n, element) in json::elements(value).enumerate() {
                open.push((element, step));
                if picked == Some(n) {
                    open.push((element, step + 1));
                }
            }
        } else {
            let found = json::members(value).filter(|m| key_is(m.key, wanted));
            open.extend(found.map(|m| (m.value, step + 1)));
        }
    }
    false
}

fn unescaped(text: &str) -> Cow<'_, str> {
    json::decode(text.as_bytes()).0
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|n: &f64| n.is_finite())
}

fn key_is(key: &[u8], wanted: &str) -> bool {
    if memchr::memchr(b'\\', key).is_none() {
        return key.eq_ignore_ascii_case(wanted.as_bytes());
    }
    json::decode(key).0.eq_ignore_ascii_case(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::ast::Op;

    const RECORD: &[u8] = br#"{"requestParameters":{"bucketName":"Logs-1","tags":[{"key":"a","value":"x"},{"key":"b","value":"y"}],
        "x-amz-acl":["public-read"],"n":"42","nothing":null,"port":443,"cidr":"10.1.2.3"},"additionalEventData":{"bytesTransferredOut":1500000}}"#;

    fn hit(path: &str, test: Test) -> bool {
        let path = path.split('.').map(str::to_owned).collect();
        RawTest::new(path, test, Time::UNKNOWN).matches(RECORD)
    }

    #[test]
    fn paths_lead_through_lists_without_regard_to_case() {
        let is = |path: &str, text: &str| hit(path, Test::Matches(Pattern::exact(text)));
        assert!(is("requestParameters.bucketName", "logs-1"));
        assert!(is("requestParameters.BUCKETNAME", "logs-1"));
        assert!(is("requestParameters.tags.value", "y") && !is("requestParameters.tags.value", "z"));
        assert!(is("requestParameters.tags.1.value", "y") && !is("requestParameters.tags.0.value", "y"));
        assert!(is("requestParameters.x-amz-acl", "public-read"));
        assert!(!is("requestParameters.nothing", "null"));
    }

    #[test]
    fn keys_that_differ_in_case_alone_are_all_looked_at() {
        let record = br#"{"requestParameters":{"A":"upper","a":"lower","b":{"x":1},"B":{"X":2}}}"#;
        let hit = |path: &str, text: &str| {
            let path = path.split('.').map(str::to_owned).collect();
            RawTest::new(path, Test::Matches(Pattern::exact(text)), Time::UNKNOWN).matches(record)
        };
        for key in ["requestParameters.A", "requestParameters.a"] {
            assert!(hit(key, "upper") && hit(key, "lower") && !hit(key, "other"), "{key}");
        }
        assert!(hit("requestParameters.b.x", "1") && hit("requestParameters.b.x", "2"));
    }

    #[test]
    fn every_test_works_on_raw_values() {
        let more = |path: &str, value: f64| hit(path, Test::Number { op: Op::Greater, value });
        assert!(
            more("additionalEventData.bytesTransferredOut", 1e6)
                && !more("additionalEventData.bytesTransferredOut", 1e7)
        );
        assert!(more("requestParameters.n", 41.0), "numbers in quotes are numbers");
        assert!(hit("requestParameters.port", Test::NumberRange { from: 443.0, to: 443.0 }));
        assert!(hit("requestParameters.cidr", Test::Net("10.0.0.0/8".parse().unwrap())));
        assert!(
            hit("requestParameters.tags", Test::Exists) && !hit("requestParameters.nothing", Test::Exists)
        );
    }

    #[test]
    fn the_whole_record_is_searched_with_and_without_escapes() {
        let record = br#"{"a":"say \"hi\" caf\u00e9"}"#;
        let hit = |text: &str| RawTest::anywhere(Pattern::contains(text)).matches(record);
        assert!(hit("SAY") && hit("\"hi\"") && hit("café") && !hit("bye"));
    }

    #[test]
    fn deep_nesting_is_no_danger() {
        let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
        let record = format!(r#"{{"a":{deep}}}"#);
        let test = RawTest::new(vec!["a".into()], Test::Matches(Pattern::exact("1")), Time::UNKNOWN);
        assert!(test.matches(record.as_bytes()));
    }
}
