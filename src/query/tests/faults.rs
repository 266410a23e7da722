//! Every fault: where it is seen, what is said, what is proposed.

use crate::query::parse;

/// Query, the text at the fault, a part of the message, the suggestion.
const FAULTS: &[(&str, &str, &str, Option<&str>)] = &[
    ("actr:alice", "actr", "no field is called `actr`", Some("actor")),
    ("requestParamters.bucketName:x", "requestParamters", "no field", Some("requestParameters")),
    ("actr = x", "actr", "no field", Some("actor")),
    ("s3:GetObject", "s3:GetObject", "no field", Some("service:s3 event:GetObject")),
    ("https://example.com/x", "https://example.com/x", "no field", Some("\"https://example.com/x\"")),
    ("<script>", "<", "no field before it", None),
    ("a <b", "a", "no field", None),
    ("50<risk", "50<risk", "no field", Some("\"50<risk\"")),
    (">=50", ">=", "no field before it", None),
    ("requestParameters..x:y", "requestParameters..x", "step without a name", None),
    ("resources[0].ARN:x", "resources[0].ARN", "joined by dots", Some("resources.0.ARN")),
    ("requestParameters.*.x:y", "requestParameters.*.x", "joined by dots", Some("requestParameters.x")),
    (
        "requestParameters.a[0].x:y",
        "requestParameters.a[0].x",
        "joined by dots",
        Some("requestParameters.a.0.x"),
    ),
    ("+actor:x", "+actor", "no meaning before a field", Some("actor")),
    ("$.eventName:x", "$.eventName", "no meaning before a field", Some("eventName")),
    ("!actor:x", "!actor", "no meaning", Some("-actor")),
    ("!x", "!x", "NOT is written", Some("-x")),
    ("actor:", "actor:", "no value", Some("actor:*")),
    ("actor: alice b", "actor: alice", "no value directly behind", Some("actor:alice")),
    ("\"actor\": \"al ice\"", "\"actor\": \"al ice\"", "no value", Some("\"actor\":\"al ice\"")),
    ("event:a,b", "a,b", "in parentheses", Some("(a,b)")),
    ("actor: service:iam", "actor:", "no value", Some("actor:*")),
    ("event: (a b)", "event: (", "no value", Some("event:(")),
    ("actor :alice", "actor :", "no space before", Some("actor:")),
    ("risk>=", "risk>=", "no value", None),
    ("(risk>)", "risk>", "no value", None),
    ("actor==x", "==", "no comparison", Some(":")),
    ("risk:>=50", ":>=", "no comparison", Some(">=")),
    ("risk=>50", "=>", "no comparison", Some(">=")),
    ("actor<>x", "<>", "no comparison", Some("!=")),
    ("actor=~x", "=~", "regular expressions", Some(":")),
    ("event~user x", "event~user", "no regular expressions", Some("event:*user*")),
    ("event~\"x\"", "event~\"x\"", "to search for the text, quote it", None),
    ("agent~aws-cli/2", "agent~aws-cli/2", "no regular expressions", Some("agent:*\"aws-cli/2\"*")),
    ("event:A|B", "A|B", "in parentheses; quote the value if the bar", Some("(A B)")),
    ("key:|", "|", "in parentheses", None),
    ("a && b", "&&", "write AND", Some("AND")),
    ("a || b", "||", "OR for", Some("OR")),
    ("actor:a&&b", "a&&b", "quote the text", Some("\"a&&b\"")),
    ("actor:a or actor:b", "or", "in capitals", Some("OR")),
    ("(a) And b", "And", "in capitals", Some("AND")),
    ("not actor:a", "not", "in capitals", Some("NOT")),
    ("event LIKE Create%", "event LIKE Create%", "is SQL", Some("event:\"Create\"*")),
    ("event in (a, b)", "event in (", "is SQL", Some("event:(")),
    ("error IS NULL", "error IS", "is SQL", None),
    ("actor NOT LIKE x", "actor NOT", "is SQL", None),
    ("SELECT x FROM y", "SELECT", "is SQL", Some("\"SELECT\"")),
    ("actor:'al ice' x", "'al ice'", "quoted with \"", Some("\"al ice\"")),
    ("\u{201c}al ice\u{201d}", "\u{201c}al ice\u{201d}", "quoted with \"", Some("\"al ice\"")),
    ("actor:'x", "'x", "quoted with \"", None),
    ("(a b", "(", "never closed", None),
    ("a (b (c) d", "(", "never closed", None),
    ("a) b", ")", "closes nothing", None),
    (")", ")", "closes nothing", None),
    ("()", "(", "nothing in the parentheses", None),
    ("(", "(", "never closed", None),
    ("event:(a b", "(", "never closed", None),
    ("event:()", "(", "nothing in the list", None),
    ("event:(a AND b)", "AND", "a list means OR", None),
    ("event:(a OR)", "OR", "between two values", None),
    ("event:(OR a)", "OR", "between two values", None),
    ("event:(a OR OR b)", "OR", "between two values", None),
    ("event:(a (b))", "(", "no parentheses", None),
    ("event:(a -b)", "-b", "nothing is negated", None),
    ("event:(a service:b)", "service:b", "values of one field", Some("\"service:b\"")),
    ("risk>(1 2)", "(", "a list stands only", None),
    ("event(a b)", "event(", "joined by a colon", Some("event:(")),
    ("agent:x(y) z", "x(y)", "parenthesis inside of a word", Some("\"x(y)\"")),
    ("actor:\"x", "\"", "never closed", None),
    ("\"a\\q\"", "\\q", "no escape", Some("\\\\q")),
    ("\"\\u{110000}\"", "\\u", "no character is named", Some("\\\\u")),
    ("event:\"\\u{zz}\"", "\\u", "no character is named", Some("\\\\u")),
    ("OR a", "OR", "between two terms", None),
    ("a OR", "OR", "between two terms", None),
    ("a OR OR b", "OR", "between two terms", None),
    ("AND a", "AND", "between two terms", None),
    ("a AND", "AND", "between two terms", None),
    ("(a AND) b", "AND", "between two terms", None),
    ("a NOT", "NOT", "nothing to negate", None),
    ("NOT OR a", "NOT", "nothing to negate", None),
    ("a - b", "-", "directly before", Some("\"-\"")),
    ("outcome:denyed", "denyed", "no value of `outcome`", Some("denied")),
    ("outcome:z*", "z*", "no value of `outcome`", None),
    ("outcome>denied", "denied", "no number and no time", None),
    ("event>=x", "x", "no number and no time", None),
    ("risk:abc", "abc", "no whole number", None),
    ("risk:hihg", "hihg", "no whole number", Some("high")),
    ("risk:5.5", "5.5", "no whole number", None),
    ("risk:200", "200", "no risk: it goes from 0 to 100", None),
    ("risk>=101", "101", "no risk", None),
    ("risk<-1", "-1", "no risk", None),
    ("risk:50..200", "50..200", "`200` is no risk", None),
    ("tactic:persistance", "persistance", "no value of `tactic`", Some("persistence")),
    ("tactic:lateral_movment", "lateral_movment", "no value of `tactic`", Some("lateral-movement")),
    ("tactic:zzz*", "zzz*", "no value of `tactic`", None),
    ("risk:80..50", "80..50", "ends before it begins", Some("50..80")),
    ("risk:high..low", "high..low", "ends before it begins", Some("low..high")),
    ("risk:89..low", "89..low", "ends before it begins", Some("low..89")),
    ("risk:..", "..", "needs an end", None),
    ("additionalEventData.n>abc", "abc", "no number", None),
    ("additionalEventData.n>inf", "inf", "no number", None),
    ("additionalEventData.n>1e999", "1e999", "no number", None),
    ("time:12:00", "12:00", "no time; write 2023-07-10", None),
    ("time>now-1h", "now-1h", "no time", Some("-1h")),
    ("time>1h", "1h", "no time", Some("-1h")),
    ("time>-90min", "-90min", "no relative time", Some("-90m")),
    ("time:-1h", "-1h", "a single moment", Some("-1h..")),
    ("time:2023-07-*", "2023-07-*", "no wildcards", Some("2023-07")),
    ("time>2026-01-10 10:00", "2026-01-10 10:00", "one value, in quotes", Some("\"2026-01-10 10:00\"")),
    ("-time:2026-01-10 9:30 x", "2026-01-10 9:30", "one value, in quotes", None),
    (
        "time:2026-01-10..2026-01-11 10:00:05Z",
        "2026-01-10..2026-01-11 10:00:05Z",
        "one value, in quotes",
        Some("\"2026-01-10\"..\"2026-01-11 10:00:05Z\""),
    ),
    ("time:..2026-01-11 10:00", "..2026-01-11 10:00", "one value", Some("..\"2026-01-11 10:00\"")),
    ("time:2026-01-10 10:00..2026-01-11 11:00", "2026-01-10 10:00..2026-01-11", "one value", None),
    ("time:2023-07-11..2023-07-10", "2023-07-11..2023-07-10", "ends before", Some("2023-07-10..2023-07-11")),
    ("time:-1h..-2h", "-1h..-2h", "ends before", Some("-2h..-1h")),
    ("time>9999-12-31", "9999-12-31", "nothing comes after", None),
    ("ip:203.0.113.0/40", "203.0.113.0/40", "0 to 32 bits", None),
    ("ip:2001:db8::/129", "2001:db8::/129", "0 to 128 bits", None),
    ("ip:203.0.113.0/255.255.255.0", "203.0.113.0/255.255.255.0", "no prefix", Some("203.0.113.0/24")),
    ("ip:300.0.0.0/8", "300.0.0.0/8", "no address", Some("\"300.0.0.0/8\"")),
    ("ip:203.0.113", "203.0.113", "no complete address", Some("203.0.113.*")),
    ("ip:203.0.113.", "203.0.113.", "no complete address", Some("203.0.113.*")),
    ("ip:300.1.2.3", "300.1.2.3", "no complete address", None),
];

#[test]
fn every_fault_is_named_with_its_place_and_what_was_meant() {
    for (text, place, message, suggestion) in FAULTS {
        let error = parse(text).expect_err(text);
        let seen = (text.get(error.span.clone()).unwrap(), error.suggestion.as_deref());
        assert_eq!(seen, (*place, *suggestion), "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.render(text).contains('^'));
    }
}

#[test]
fn a_suggestion_put_in_its_place_removes_the_fault() {
    for (text, ..) in FAULTS {
        let error = parse(text).expect_err(text);
        if let Some(better) = &error.suggestion {
            let mut fixed = (*text).to_owned();
            fixed.replace_range(error.span.clone(), better);
            assert_ne!(parse(&fixed).err().as_ref(), Some(&error), "{text} -> {fixed}");
            assert!(parse(&fixed).is_ok(), "{text} -> {fixed}: {:?}", parse(&fixed));
        }
    }
}
