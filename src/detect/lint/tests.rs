use proptest::prelude::*;

use super::*;
use crate::detect::sigma::item::Placeholders;
use crate::detect::sigma::set::RuleSet;

fn rules(texts: &[&str]) -> Vec<Rule> {
    let named: Vec<(String, &str)> =
        texts.iter().enumerate().map(|(n, text)| (format!("r{n}.yml"), *text)).collect();
    let files = named.iter().map(|(file, text)| (file.as_str(), *text));
    let (set, faults) = RuleSet::read(files, &Placeholders::new());
    assert_eq!(faults, [], "{texts:?}");
    set.rules
}

/// A rule with everything a good rule has, and this detection.
fn rule(detection: &str) -> Rule {
    let head = "title: t\nlevel: low\ntags: [attack.t1098]\ntests: {match: [{}]}\ndetection:\n";
    rules(&[&format!("{head}{detection}")]).swap_remove(0)
}

fn findings(facts: &Facts, detection: &str) -> Vec<Finding> {
    lint(&rule(detection), facts, &Known::default())
}

/// One search of these lines.
fn search(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("    {line}\n")).collect();
    format!("  s:\n{lines}  condition: s\n")
}

#[test]
fn what_does_nothing_is_told() {
    let head = "title: t\nlevle: high\nlevel: low\ncustom_key: x\ntags: [attack.t1098, attack.nosuch]\ntests: {match: [{}]}\ndetection:\n";
    let detection = "  s: {eventName: StopLogging}\n  t: {awsRegion: x}\n  _aside: {awsRegion: y}\n  u: {eventTime|hour: [23, 25], eventTime|hour|gte: 24, eventTime|hour|lt: 24}\n  condition: s and u\n";
    let rule = rules(&[&format!("{head}{detection}")]).swap_remove(0);
    let found = lint(&rule, &Facts::shipped(), &Known::default());
    let said: Vec<String> = found.iter().map(|f| format!("{}: {}", f.line, f.text)).collect();
    for (n, text) in [
        "2: a rule has no key `levle`, and nobody looks at it; did you mean `level`?",
        "5: there is no tactic `nosuch`; write one of ATT&CK, such as attack.persistence",
        "9: no condition asks for the search `t`; name it in the condition, or leave it out",
        "11: there is no hour 25; write a whole number from 0 to 23",
        "11: there is no hour >=24; write a whole number from 0 to 23",
    ]
    .iter()
    .enumerate()
    {
        assert_eq!(said.get(n).map(String::as_str), Some(*text), "{said:?}");
    }
    assert_eq!(said.len(), 5, "{said:?}");
}

#[test]
fn fields_and_levels_of_rules_on_several_events_are_looked_at() {
    let text = "title: b\nid: b\nname: b\ndetection: {s: {eventName: GetUser}, condition: s}\n---\n\
                title: c\nid: c\nlevel: hgh\ntags: [attack.t1087, attack.discvery]\ncorrelation:\n  type: value_count\n  rules: [b]\n  \
                group-by: [userIdentity.arm, who]\n  aliases: {who: {b: sourceIPAdress}}\n  timespan: 5m\n  \
                condition: {gte: 3, field: requestParameters.anything}\n---\n\
                title: f\nid: f\nlevel: low\ntags: [attack.t1087]\ntests: {match: [{}]}\n\
                detection: {s: {eventName: GetUser}, condition: s}\n\
                first_seen: {key: [recipientAcountId], dimension: [userIdentity.arn], within: 30d, min_history: 7d}\n";
    let (set, faults) = RuleSet::read([("r.yml", text)], &Placeholders::new());
    assert_eq!(faults, []);
    let facts = Facts::shipped();
    let said =
        |found: Vec<Finding>| found.into_iter().map(|f| (f.line, f.weight, f.text)).collect::<Vec<_>>();
    let warned = |line: usize, text: &str| (line, Weight::Warning, text.to_owned());
    assert_eq!(
        said(lint_correlation(&set.correlations[0], &facts, &Known::default())),
        [
            warned(6, "no record has a field `sourceIPAdress`; did you mean `sourceIPAddress`?"),
            warned(6, "no record has a field `userIdentity.arm`; did you mean `userIdentity.arn`?"),
            warned(6, "there is no level `hgh`; did you mean `high`?"),
            (6, Weight::Note, "there is no tactic `discvery`; did you mean `discovery`?".to_owned()),
        ]
    );
    let first = set.rules.iter().find(|rule| rule.id == "f").unwrap();
    assert_eq!(
        said(lint(first, &facts, &Known::default())),
        [warned(24, "no record has a field `recipientAcountId`; did you mean `recipientAccountId`?")]
    );
}

#[test]
fn of_a_list_of_something_else_the_first_values_are_told() {
    let list =
        |what: &str| (0..20_000).map(|n| format!("{what}{n}.nosuch.com")).collect::<Vec<_>>().join(", ");
    let (names, sources) = (list("Name"), list("iams"));
    for (key, values) in [("eventName", &names), ("eventSource", &sources)] {
        let rule = rules(&[&format!("title: t\ndetection:\n  s: {{{key}: [{values}]}}\n  condition: s\n")])
            .swap_remove(0);
        let found = lint(&rule, &Facts::shipped(), &Known::default());
        let warned: Vec<&Finding> = found.iter().filter(|f| f.weight == Weight::Warning).collect();
        assert!(warned.len() <= 51, "{key}: {}", warned.len());
    }
    let rule = rules(&[&format!("title: t\ndetection:\n  s: {{eventName: [{names}]}}\n  condition: s\n")])
        .swap_remove(0);
    let found = lint(&rule, &Facts::shipped(), &Known::default());
    assert!(
        found.iter().any(|f| f.text.starts_with("19,950 more values of this list: not looked at")),
        "{found:?}"
    );
}

#[test]
fn rules_of_others_that_never_match_are_named() {
    let facts = Facts::shipped();
    for (lines, line, kind, said) in [
        (
            "eventSource: iam.amazonaws.com\neventName: [ListUsers, DescribeInstances]",
            8,
            Kind::OtherService,
            "ec2.amazonaws.com",
        ),
        (
            "eventName:\n  - DescribeOrganization\n  - DescribeOrgnanizationalUnit",
            9,
            Kind::UnknownEvent,
            "did you mean `DescribeOrganizationalUnit`?",
        ),
        ("eventName: ListBucket", 7, Kind::Renamed, "it is `ListObjects` there"),
        (
            "eventSource: s3.amazonaws.com\neventName: PutLifecycleConfiguration",
            8,
            Kind::Renamed,
            "`PutBucketLifecycle`",
        ),
        ("eventName: ReplicateObject", 7, Kind::Renamed, "`PutObject`"),
        ("eventName: Assumerolewithsaml", 7, Kind::Case, "logged as `AssumeRoleWithSAML`"),
        ("eventName: PutAccountPasswordPolicy", 7, Kind::Renamed, "`UpdateAccountPasswordPolicy`"),
        ("eventName: DeleteObjectVersion", 7, Kind::Renamed, "`DeleteObject`"),
        ("eventName: PutPublicAccessBlock", 7, Kind::Renamed, "`PutBucketPublicAccessBlock`"),
    ] {
        let found = findings(&facts, &search(lines));
        assert_eq!(found.len(), 1, "{lines}: {found:?}");
        assert_eq!((found[0].line, found[0].kind), (line, kind), "{lines}: {found:?}");
        assert!(found[0].text.contains(said), "{lines}: {}", found[0].text);
    }
}

#[test]
fn names_are_judged_by_the_service_and_the_way_they_are_compared() {
    let facts = Facts::shipped();
    for (lines, kinds) in [
        ("eventName|startswith: Describe", &[][..]),
        ("eventName: 'Descrbe*'", &[Kind::UnknownEvent]),
        ("eventName|re: '^(Put|Delete)BucketPolicy$'", &[]),
        ("eventName|re: '^PutBuckt'", &[Kind::UnknownEvent]),
        ("eventName|cased: Stoplogging", &[Kind::Case]),
        ("eventName|cased: StopLogging", &[]),
        ("eventName: stopLogging", &[Kind::Case]),
        ("eventName: [CreateFunction20150331, ListTags20170331]", &[]),
        ("eventName: CreateFunction", &[]),
        ("eventSource: lambda.amazonaws.com\neventName: CreateFunction", &[]),
        ("eventSource: appsync.amazonaws.com\neventName: CreateFunction", &[]),
        ("eventSource: [iam.amazonaws.com, ec2.amazonaws.com]\neventName: DescribeInstances", &[]),
        ("eventSource: brandnew.amazonaws.com\neventName: DoSomething", &[]),
        ("eventSource: '*.amazonaws.com'\neventName: StopLogging", &[]),
        ("eventSource: iam\neventName: CreateUser", &[Kind::UnknownSource]),
        ("eventSource: eventbridge.amazonaws.com\neventName: DeleteRule", &[Kind::UnknownSource]),
        ("eventSource: iamm.amazonaws.com", &[Kind::UnknownSource]),
        ("eventSource: iam.amazonaws.com\neventName|startswith: DescribeInst", &[Kind::OtherService]),
        ("eventName: [PutBucketLifecycle, PutBucketLifecycleConfiguration]", &[Kind::Renamed]),
        ("eventName: ConsoleLogin\neventSource: signin.amazonaws.com", &[]),
    ] {
        let found = findings(&facts, &search(lines));
        let found_kinds: Vec<Kind> = found.iter().map(|finding| finding.kind).collect();
        assert_eq!(found_kinds, kinds, "{lines}: {found:?}");
    }
}

#[test]
fn the_service_may_stand_in_another_search() {
    let facts = Facts::shipped();
    let both = "  who:\n    eventSource: iam.amazonaws.com\n  what:\n    eventName: RunInstances\n";
    let found = findings(&facts, &format!("{both}  condition: who and what\n"));
    assert_eq!(found.first().map(|finding| finding.kind), Some(Kind::OtherService));
    assert_eq!(findings(&facts, &format!("{both}  condition: who or what\n")), []);
}

#[test]
fn what_the_data_shows_is_believed() {
    let facts = Facts::shipped();
    let rule = rule(&search("eventName: NewThing\nrequestParameters.thing: x"));
    let said = |known: &Known<'_>| {
        let found = lint(&rule, &facts, known);
        found.iter().map(|finding| (finding.kind, finding.weight)).collect::<Vec<_>>()
    };
    assert_eq!(said(&Known::default()), [(Kind::UnknownEvent, Weight::Warning)]);
    let (event, field) = (|name: &str| name == "NewThing", |path: &[String]| path.len() == 1);
    assert_eq!(
        said(&Known { event: Some(&event), field: Some(&field) }),
        [(Kind::UnknownField, Weight::Note)]
    );
}

#[test]
fn fields_that_never_occur_are_named_with_the_one_that_does() {
    let facts = Facts { attack: Attack::shipped(), ..Facts::default() };
    for (line, said) in [
        ("status: success", Some("no record has a field `status`")),
        ("eventNam: x", Some("did you mean `eventName`?")),
        ("eventname: x", Some("did you mean `eventName`?")),
        ("userName: x", Some("did you mean `userIdentity.userName`?")),
        ("userIdentity.sessionContext.mfaAuthenticated: 'true'", Some("attributes.mfaAuthenticated`?")),
        ("useridentity.type: Root", Some("did you mean `userIdentity`?")),
        ("errorCode.x: y", Some("`errorCode` has no parts")),
        ("tlsDetails.version: y", Some("no record has a field `tlsDetails.version`")),
        ("userIdentity.arn|fieldref: requestParametrs.x", Some("did you mean `requestParameters`?")),
        (
            "userIdentity.arn|contains: responseElements.accessKey.userName",
            Some("`|fieldref` compares with the value"),
        ),
        ("requestParameters.anything.at.all: x", None),
        ("userIdentity.sessionContext|exists: true", None),
        ("userIdentity.sessionContext.webIdFederationData.attributes.sub: x", None),
        ("additionalEventData.MFAUsed: 'No'", None),
        ("resources.ARN: x", None),
        ("userAgent|contains: Boto3/1.26", None),
    ] {
        let found = findings(&facts, &search(line));
        match said {
            None => assert_eq!(found, [], "{line}"),
            Some(said) => {
                assert_eq!(found.len(), 1, "{line}: {found:?}");
                assert!(found[0].text.contains(said), "{line}: {}", found[0].text);
            }
        }
    }
}

#[test]
fn what_can_never_match_is_said_once_with_its_reason() {
    let facts = Facts { attack: Attack::shipped(), ..Facts::default() };
    for (detection, said) in [
        (search("errorCode: null\nerrorCode|contains: Denied"), Some("errorCode cannot be absent and")),
        (
            search("responseElements: null\nresponseElements.ConsoleLogin: Success"),
            Some("absent while responseElements.ConsoleLogin"),
        ),
        (search("errorCode|exists: false\nerrorCode: AccessDenied"), Some("absent and have a value")),
        (
            search("eventName: StopLogging\neventName|startswith: Start"),
            Some("eventName cannot be `StopLogging`"),
        ),
        (search("eventName: StopLogging\neventName|cased: StopLogging"), None),
        (search("eventName: stoplogging\neventName|cased: StopLogging"), None),
        (
            search("requestParameters.n|gt: 5\nrequestParameters.n|lte: 5"),
            Some("cannot be above 5 and below 5"),
        ),
        (search("requestParameters.n|gte: 5\nrequestParameters.n|lte: 5"), None),
        (search("requestParameters.list.k: a\nrequestParameters.list.k|startswith: b"), None),
        (search("eventName|contains|all: [Put, Bucket]\neventName: PutBucketAcl"), None),
        (search("eventName: StopLogging\neventName|neq: StopLogging"), Some("asked for and ruled out")),
        (
            "  a:\n    eventName: X\n  b:\n    eventName: Y\n  condition: a and b\n".to_owned(),
            Some("the condition can never hold: eventName cannot be `X`"),
        ),
        (
            "  a:\n    eventName: X\n  condition: a and not a\n".to_owned(),
            Some("whichever searches match, it does not hold"),
        ),
        (
            "  a:\n    eventName: X\n  f:\n    eventName: [X, Y]\n  condition: a and not f\n".to_owned(),
            Some("asked for and ruled out"),
        ),
        (
            "  a:\n    eventName: X\n    awsRegion: r\n  f:\n    eventName: X\n    awsRegion: r\n  condition: a and not f\n"
                .to_owned(),
            Some("the condition can never hold"),
        ),
        ("  a:\n    eventName: [X, Y]\n  f:\n    eventName: X\n  condition: a and not f\n".to_owned(), None),
        (
            "  a:\n    eventName: X\n  n:\n    errorCode: null\n  t:\n    errorCode: Success\n  condition: a and 1 of n or t and a\n"
                .to_owned(),
            None,
        ),
    ] {
        let found: Vec<Finding> =
            findings(&facts, &detection).into_iter().filter(|f| f.kind == Kind::Contradiction).collect();
        match said {
            None => assert_eq!(found, [], "{detection}"),
            Some(said) => {
                assert_eq!(found.len(), 1, "{detection}: {found:?}");
                assert!(found[0].text.contains(said), "{detection}: {}", found[0].text);
            }
        }
    }
}

#[test]
fn a_rule_that_another_one_makes_needless_is_named() {
    let text = |id: &str, level: &str, detection: &str| {
        format!("title: {id}\nid: {id}\nlevel: {level}\ndetection:\n{detection}")
    };
    let broad = text("broad", "medium", "  s:\n    eventName: [StopLogging, DeleteTrail]\n  condition: s\n");
    for (other, level, detection, weight) in [
        (
            "same",
            "low",
            "  x:\n    eventName: [deletetrail, stoplogging]\n  condition: x\n",
            Some(Weight::Warning),
        ),
        (
            "narrow",
            "low",
            "  s:\n    eventName: StopLogging\n    errorCode: null\n  condition: s\n",
            Some(Weight::Note),
        ),
        (
            "filtered",
            "low",
            "  s:\n    eventName: StopLogging\n  f:\n    awsRegion: r\n  condition: s and not f\n",
            Some(Weight::Note),
        ),
        (
            "either",
            "low",
            "  a:\n    eventName: StopLogging\n  b:\n    eventName: DeleteTrail\n  condition: 1 of them\n",
            Some(Weight::Note),
        ),
        ("graver", "high", "  s:\n    eventName: StopLogging\n    errorCode: null\n  condition: s\n", None),
        ("more", "low", "  s:\n    eventName: [StopLogging, UpdateTrail]\n  condition: s\n", None),
        ("other", "low", "  s:\n    eventName: UpdateTrail\n  condition: s\n", None),
        ("without", "low", "  s:\n    eventName: StopLogging\n  condition: not s\n", None),
    ] {
        let found = shadowed(&rules(&[&broad, &text(other, level, detection)]));
        let said: Vec<(usize, Weight)> = found.iter().map(|(n, finding)| (*n, finding.weight)).collect();
        assert_eq!(said, weight.map(|weight| (1, weight)).into_iter().collect::<Vec<_>>(), "{other}");
        assert!(found.iter().all(|(_, finding)| finding.text.contains("`broad` in r0.yml:1")), "{found:?}");
    }
}

#[test]
fn a_rule_on_what_is_new_is_no_duplicate_of_one_on_what_happens() {
    let plain = "title: a\nid: a\ndetection: {s: {eventName: StopLogging}, condition: s}\n";
    let new = "first_seen: {key: userIdentity.arn, dimension: awsRegion, within: 7d, min_history: 1d}\n";
    let texts =
        [plain.to_owned(), plain.replace("id: a", "id: b") + new, plain.replace("id: a", "id: c") + new];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let rules = rules(&texts);
    assert!(rules[1].first_seen.is_some());
    assert_eq!(shadowed(&rules), []);
}

#[test]
fn thousands_of_alike_rules_are_compared_in_a_moment() {
    let text = |n: usize| {
        format!(
            "title: r{n}\nid: r{n}\ndetection:\n  s:\n    eventName: X\n    awsRegion: r{n}\n  condition: s\n"
        )
    };
    let texts: Vec<String> = (0..3000).map(text).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(shadowed(&rules(&texts)), []);
}

#[test]
fn what_a_good_rule_has_besides_is_noted() {
    let facts = Facts::shipped();
    let detection = "detection: {s: {eventName: StopLogging}, condition: s}\n";
    for (head, said) in [
        ("level: low\ntags: [attack.t1098]", &["no events of its own"][..]),
        ("tests: {match: [{}]}", &["no level", "no technique"]),
        (
            "tests: {match: [{}]}\nlevel: hihg\ntags:\n  - attack.t1562.008\n  - attack.defense-evasion",
            &["did you mean `high`?", "it is T1685.002 Disable or Modify Cloud Logs now", "retired"],
        ),
        (
            "tests: {match: [{}]}\nlevel: low\ntags: [attack.t9999, attack.t1098.1, attack.t1190, attack.s0001]",
            &["no technique T9999", "no technique T1098.1"],
        ),
        (
            "tests: {match: [{}]}\nlevel: low\ntags: [attack.t1078.004, attack.credential-acces]",
            &["credential-access"],
        ),
    ] {
        let rule = rules(&[&format!("title: t\n{head}\n{detection}")]).swap_remove(0);
        let found = lint(&rule, &facts, &Known::default());
        assert_eq!(found.len(), said.len(), "{head}: {found:?}");
        for (finding, said) in found.iter().zip(said) {
            // A level that is misspelled gives no points.
            let weight = if said.contains("`high`") { Weight::Warning } else { Weight::Note };
            assert!(finding.text.contains(said) && finding.weight == weight, "{head}: {found:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_rule_ends_the_program(
        fields in prop::collection::vec(("(eventName|eventSource|errorCode|userIdentity\\.arn|requestParameters\\.a|[a-z.]{1,9})(\\|(contains|re|all|cased|exists|gt|lt|fieldref|neq))?", "\\PC{0,12}"), 1..6),
        condition in "(a|not a|a and not b|1 of them|all of them|not \\(a or b\\))",
    ) {
        let items = |part: &[(String, String)]| -> String {
            part.iter().map(|(key, value)| format!("    {key}: {}\n", serde_json::to_string(value).unwrap())).collect()
        };
        let half = fields.len().div_ceil(2);
        let (a, b) = fields.split_at(half);
        let b = if b.is_empty() { a } else { b };
        let text = format!("title: t\nlevel: x\ntags: [attack.t1, q]\ndetection:\n  a:\n{}  b:\n{}  condition: {condition}\n", items(a), items(b));
        let (set, _) = RuleSet::read([("r.yml", text.as_str())], &Placeholders::new());
        let facts = Facts { attack: Attack::shipped(), ..Facts::default() };
        for rule in &set.rules {
            let _ = lint(rule, &facts, &Known::default());
        }
        let _ = shadowed(&set.rules);
    }
}
