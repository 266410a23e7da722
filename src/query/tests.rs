//! The language as a whole: what queries mean, what is refused, and what survives anything.

mod executed;
mod faults;
mod generate;

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Expr {
    parse(text).unwrap_or_else(|e| panic!("{}", e.render(text))).expr
}

fn column(field: Field, test: Test) -> Expr {
    Expr::term(FieldRef::Column(field), test)
}

fn exact(field: Field, value: &str) -> Expr {
    column(field, Test::Matches(Pattern::exact(value)))
}

fn raw(path: &[&str], test: Test) -> Expr {
    Expr::term(FieldRef::Raw(path.iter().map(|s| (*s).to_owned()).collect()), test)
}

fn glob(text: &str) -> Test {
    Test::Matches(Pattern::new(text.chars().map(|c| match c {
        '*' => Part::Many,
        '?' => Part::One,
        c => Part::Text(c.to_string()),
    })))
}

fn at(text: &str) -> Option<Moment> {
    Some(Moment::At(crate::event::time::Time::parse(text.as_bytes())))
}

fn ago(ms: i64) -> Option<Moment> {
    Some(Moment::BeforeNewest(ms))
}

fn net(text: &str) -> Test {
    Test::Net(text.parse().unwrap())
}

#[test]
fn terms_are_joined_and_bound() {
    let t = Expr::text;
    let alice = || exact(Field::Actor, "alice");
    for (text, expected) in [
        ("", Expr::All),
        (" \t\n\u{a0}", Expr::All),
        ("a b", Expr::and([t("a"), t("b")])),
        ("a AND b", Expr::and([t("a"), t("b")])),
        ("a b OR c", Expr::or([Expr::and([t("a"), t("b")]), t("c")])),
        ("a (b OR c)", Expr::and([t("a"), Expr::or([t("b"), t("c")])])),
        ("a AND(b OR c)", Expr::and([t("a"), Expr::or([t("b"), t("c")])])),
        ("-a", t("a").negate()),
        ("--a", t("a")),
        ("NOT -(NOT a)", t("a").negate()),
        ("NOT(a)b", Expr::and([t("a").negate(), t("b")])),
        ("-(a OR b)", Expr::or([t("a"), t("b")]).negate()),
        ("aws-cli", t("aws-cli")),
        ("a and b or c not", Expr::and(["a", "and", "b", "or", "c", "not"].map(t))),
        ("ANDROID", t("ANDROID")),
        ("\"AND\"", t("AND")),
        ("actor:alice -x", Expr::and([alice(), t("x").negate()])),
        ("who=alice", alice()),
        ("actor = alice", alice()),
        ("actor != alice", alice().negate()),
        ("\"actor\":\"alice\"", alice()),
        ("actor:AND", exact(Field::Actor, "AND")),
        ("actor:-x", exact(Field::Actor, "-x")),
        ("* a", t("a")),
        ("a OR *", Expr::All),
        ("NOT *", Expr::All.negate()),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn values_mean_what_their_field_says() {
    let number = |op, value| Test::Number { op, value };
    for (text, field, test) in [
        ("event:Create*", Field::Event, glob("Create*")),
        ("event:\"Create*\"", Field::Event, Test::Matches(Pattern::exact("Create*"))),
        (r"event:a\*b\?", Field::Event, Test::Matches(Pattern::exact("a*b?"))),
        (r"user:CORP\alice", Field::User, Test::Matches(Pattern::exact(r"CORP\alice"))),
        (r#"user:"a\"b\\c\n\u{e9}\u001b""#, Field::User, Test::Matches(Pattern::exact("a\"b\\c\né\u{1b}"))),
        ("actor:\"a b\"*", Field::Actor, glob("a b*")),
        ("actor:\"\"", Field::Actor, Test::Matches(Pattern::exact(""))),
        ("errorCode:*", Field::Error, Test::Exists),
        ("error:**", Field::Error, Test::Exists),
        ("agent:a=b:c", Field::Agent, Test::Matches(Pattern::exact("a=b:c"))),
        ("arn:alice", Field::Principal, Test::Matches(Pattern::exact("alice"))),
        (
            "arn:aws:iam::111122223333:user/x",
            Field::Principal,
            Test::Matches(Pattern::exact("arn:aws:iam::111122223333:user/x")),
        ),
        ("arn:aws*", Field::Principal, glob("arn:aws*")),
        (
            "principal:arn:aws:iam::111122223333:root",
            Field::Principal,
            Test::Matches(Pattern::exact("arn:aws:iam::111122223333:root")),
        ),
        ("ip:203.0.113.7", Field::Ip, net("203.0.113.7/32")),
        ("ip:203.0.113.7/24", Field::Ip, net("203.0.113.0/24")),
        ("ip:::1", Field::Ip, net("::1/128")),
        ("ip:2001:db8::/32", Field::Ip, net("2001:db8::/32")),
        ("ip:::ffff:10.0.0.0/104", Field::Ip, net("10.0.0.0/8")),
        ("ip:203.0.113.*", Field::Ip, glob("203.0.113.*")),
        ("ip:\"10.0.0.0/8\"", Field::Ip, Test::Matches(Pattern::exact("10.0.0.0/8"))),
        ("outcome:DENIED", Field::Outcome, Test::Matches(Pattern::exact("denied"))),
        ("outcome:d*", Field::Outcome, glob("d*")),
        ("readOnly:FALSE", Field::Access, Test::Matches(Pattern::exact("write"))),
        ("risk:50", Field::Risk, number(Op::Equal, 50.0)),
        ("risk>=50", Field::Risk, number(Op::GreaterOrEqual, 50.0)),
        ("risk < 50", Field::Risk, number(Op::Less, 50.0)),
        ("risk:50..80", Field::Risk, Test::NumberRange { from: 50.0, to: 80.0 }),
        ("risk:50..", Field::Risk, number(Op::GreaterOrEqual, 50.0)),
        ("risk:..50", Field::Risk, number(Op::LessOrEqual, 50.0)),
        ("risk:critical", Field::Risk, number(Op::GreaterOrEqual, 90.0)),
        ("risk:high", Field::Risk, Test::NumberRange { from: 70.0, to: 89.0 }),
        ("risk:Info", Field::Risk, number(Op::LessOrEqual, 19.0)),
        ("risk>high", Field::Risk, number(Op::Greater, 89.0)),
        ("risk<high", Field::Risk, number(Op::Less, 70.0)),
        ("risk:low..medium", Field::Risk, Test::NumberRange { from: 20.0, to: 69.0 }),
    ] {
        assert_eq!(read(text), column(field, test), "{text}");
    }
}

#[test]
fn times_cover_their_precision_under_every_comparison() {
    let minute = (at("2023-07-10T12:00:00Z"), at("2023-07-10T12:01:00Z"));
    for (text, from, to) in [
        ("time:2023-07-10", at("2023-07-10"), at("2023-07-11")),
        ("time:2023-07-10T12:00", minute.0, minute.1),
        ("time>=2023-07-10T12:00", minute.0, None),
        ("time>2023-07-10T12:00", minute.1, None),
        ("time<2023-07-10T12:00", None, minute.0),
        ("time<=2023-07-10T12:00", None, minute.1),
        ("time:2023-07-10..2023-07-11", at("2023-07-10"), at("2023-07-12")),
        ("time:2023-07-10..", at("2023-07-10"), None),
        ("time:..2023-07-10", None, at("2023-07-11")),
        ("time:\"2023-07-10 12:00\"..\"2023-07-10 12:04\"", minute.0, at("2023-07-10T12:05:00Z")),
        ("time>=-1h", ago(3_600_000), None),
        ("time>-1h", ago(3_599_999), None),
        ("time<-1h", None, ago(3_600_000)),
        ("time<=-1h", None, ago(3_599_999)),
        ("time:-2h..-1h", ago(7_200_000), ago(3_599_999)),
        ("time:2023-07-10..-1d", at("2023-07-10"), ago(86_399_999)),
        ("eventTime>1h..", None, None),
    ] {
        if from.is_none() && to.is_none() {
            assert!(parse(text).is_err());
        } else {
            assert_eq!(read(text), column(Field::Time, Test::Time { from, to }), "{text}");
        }
    }
    assert_eq!(read("time<=9999-12-31"), column(Field::Time, Test::Exists));
    assert_eq!(read("-time:*"), column(Field::Time, Test::Exists).negate());
}

#[test]
fn lists_are_alternatives_of_one_field() {
    let any = Expr::or(["a", "b", "c"].map(|v| exact(Field::Event, v)));
    for text in [
        "event:(a OR b OR c)",
        "event:(a b c)",
        "event:(a,b, c)",
        "event = ( a , b OR c )",
        "event:(\"a\" b,c)",
    ] {
        assert_eq!(read(text), any, "{text}");
    }
    assert_eq!(read("event!=(a b c)"), any.negate());
    assert_eq!(read("event:(a)"), exact(Field::Event, "a"));
    assert_eq!(
        read("arn:(arn:aws:iam::1:user/x time)"),
        Expr::or(["arn:aws:iam::1:user/x", "time"].map(|v| exact(Field::Principal, v)))
    );
    let hours = [(7_200_000, 3_599_999), (600_000, 299_999)];
    let ranges = hours.map(|(from, to)| column(Field::Time, Test::Time { from: ago(from), to: ago(to) }));
    assert_eq!(read("time:(-2h..-1h -10m..-5m)"), Expr::or(ranges));
}

#[test]
fn paths_reach_into_the_record() {
    let identity = |path: &[&str], test| {
        Expr::term(FieldRef::Identity(path.iter().map(|s| (*s).to_owned()).collect()), test)
    };
    for (text, expected) in [
        ("requestparameters.bucketName:logs*", raw(&["requestParameters", "bucketName"], glob("logs*"))),
        ("requestParameters.\"x-amz-acl\":public", raw(&["requestParameters", "x-amz-acl"], glob("public"))),
        ("requestParameters.\"a.b:c\".d:x", raw(&["requestParameters", "a.b:c", "d"], glob("x"))),
        ("requestParameters.\"\":x", raw(&["requestParameters", ""], glob("x"))),
        ("resources.0.ARN:x", raw(&["resources", "0", "ARN"], glob("x"))),
        ("eventTime.x:y", raw(&["eventTime", "x"], glob("y"))),
        ("tlsDetails:*", raw(&["tlsDetails"], Test::Exists)),
        (
            "additionalEventData.n>1e6",
            raw(&["additionalEventData", "n"], Test::Number { op: Op::Greater, value: 1e6 }),
        ),
        ("additionalEventData.n:5", raw(&["additionalEventData", "n"], glob("5"))),
        (
            "additionalEventData.n:5..6.5",
            raw(&["additionalEventData", "n"], Test::NumberRange { from: 5.0, to: 6.5 }),
        ),
        ("additionalEventData.n:a..b", raw(&["additionalEventData", "n"], glob("a..b"))),
        ("additionalEventData.n:\"5..6\"", raw(&["additionalEventData", "n"], glob("5..6"))),
        ("userIdentity.sessionContext.x:y", identity(&["sessionContext", "x"], glob("y"))),
        ("userIdentity:*", identity(&[], Test::Exists)),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn what_is_pasted_is_searched_for() {
    for text in [
        "203.0.113.7",
        "203.0.113.0/24",
        "2001:db8::7",
        "fe80::1",
        "::1",
        "AKIAIOSFODNN7EXAMPLE",
        "AROAEXAMPLEEXAMPLE123:i-0abc",
        "1a2b3c4d-0000-4000-8000-5e6f7a8b9c0d",
        "arn:aws:s3:::payroll/a.csv",
        "arn:aws:iam::111122223333:role/Admin",
        "arn:aws:iam::aws:policy/AdministratorAccess",
        "arn:aws",
        "12:04:11",
        "2023-07-10T12:00:00Z",
        "alice@example.com",
        "root@111122223333",
        "/etc/passwd",
        "東京",
        "a..b",
        "50%",
    ] {
        assert_eq!(read(text), Expr::text(text), "{text}");
    }
    let session = "arn:aws:sts::111122223333:assumed-role/Admin/s";
    assert_eq!(read(session), exact(Field::Principal, session));
}

#[test]
fn free_text_is_found_anywhere() {
    assert_eq!(read("Create*"), Expr::text("Create"));
    assert_eq!(
        read("a*b"),
        Expr::Text(
            Pattern::new([Part::Text("a".to_owned()), Part::Many, Part::Text("b".to_owned())]).anywhere()
        )
    );
    assert_eq!(read("\"a * b\""), Expr::text("a * b"));
    let Expr::Text(pattern) = read("create?ser") else { panic!() };
    assert!(pattern.matches("x CREATEUSER y") && !pattern.matches("createser"));
}

#[test]
fn limits_are_kept() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(read(&nested(MAX_DEPTH)), Expr::text("a"));
    let error = parse(&nested(MAX_DEPTH + 1)).unwrap_err();
    assert!(error.message.contains("64 deep"));
    assert!(parse(&"(".repeat(MAX_LEN)).is_err());
    assert_eq!(read(&"-".repeat(5000).chars().chain("a".chars()).collect::<String>()), Expr::text("a"));
    assert!(parse(&"NOT ".repeat(5000)).is_err());
    let long = parse(&"é".repeat(MAX_LEN)).unwrap_err();
    assert!(long.message.contains("65536"), "{long}");
    assert!(parse(&"a*".repeat(513)).unwrap_err().message.contains("1024"));
    assert!(parse(&format!("{} a", "b".repeat(MAX_LEN - 2))).is_ok());
}

#[test]
fn the_longest_queries_are_read_or_refused_at_once() {
    for word in [
        ":",
        "a(",
        "actor:)",
        "'x ",
        "ab:",
        "\u{201c}b ",
        "12:3 ",
        "actor: ",
        "a=b ",
        "!x ",
        "event:(",
        "\\u",
    ] {
        let query = word.repeat(MAX_LEN / word.len());
        assert_eq!(parse(&query).is_ok(), ["12:3 ", "\\u"].contains(&word), "{word}");
    }
}

#[test]
fn keeping_and_dropping_extends_the_text() {
    let actor = FieldRef::Column(Field::Actor);
    let all = Query::all();
    for (before, after) in [
        ("", "actor:alice"),
        ("risk>=50", "risk>=50 actor:alice"),
        ("a  OR b", "(a  OR b) actor:alice"),
        ("a or", "a \"or\" actor:alice"),
        ("*", "actor:alice"),
        ("actor:alice x", "actor:alice x"),
    ] {
        assert_eq!(parse(before).unwrap().keep(&actor, "alice").unwrap().text(), after, "{before}");
    }
    assert_eq!(all.drop(&actor, "a b").unwrap().text(), "-actor:\"a b\"");
    assert_eq!(all.keep_missing(&actor).unwrap().text(), "-actor:*");
    assert_eq!(all.drop_missing(&actor).unwrap().text(), "actor:*");
    let column = |field, value: &str| all.keep(&FieldRef::Column(field), value).map(|q| q.text().to_owned());
    assert_eq!(column(Field::Ip, "203.0.113.7").as_deref(), Ok("ip:203.0.113.7"));
    assert_eq!(column(Field::Ip, "10.0.0.0/8").as_deref(), Ok("ip:\"10.0.0.0/8\""));
    assert_eq!(column(Field::Time, "unknown").as_deref(), Ok("-time:*"));
    assert_eq!(column(Field::Time, "2023-07-10T12:00:05Z").as_deref(), Ok("time:2023-07-10T12:00:05"));
    assert!(column(Field::Outcome, "weird").is_err());
    let two = Expr::or([Expr::text("a"), Expr::text("b")]);
    assert_eq!(parse("c").unwrap().and_term(&two).unwrap().text(), "c (a OR b)");
    assert_eq!(all.and_term(&two).unwrap().text(), "a OR b");
    assert!(all.keep(&actor, &"x".repeat(MAX_LEN)).is_err());
}

#[test]
fn paths_of_a_record_find_their_column() {
    assert_eq!(field_of_path(&["eventName"]), Some(FieldRef::Column(Field::Event)));
    assert_eq!(field_of_path(&["userIdentity", "arn"]), Some(FieldRef::Identity(vec!["arn".to_owned()])));
    assert_eq!(
        field_of_path(&["requestParameters", "a.b"]).map(|f| name(&f)),
        Some("requestParameters.\"a.b\"".to_owned())
    );
    assert_eq!((field_of_path(&["nonsense"]), field_of_path(&[])), (None, None));
}

/// Text made of what queries are made of.
fn query_like() -> impl Strategy<Value = String> {
    let words = "(actor|risk|time|ip|outcome|arn|requestParameters\\.x|AND|OR|NOT|or|like|in|-1h|2023-07-10|\
                 10\\.0\\.0\\.1|50|aws|\\.\\.|[:=<>!~()\"'\\\\*?,./ &|\\-\\[\\]]|[a-zé\u{202e}\u{2028}]){0,24}";
    words.prop_map(String::from)
}

fn check_anything(text: &str) -> Result<(), TestCaseError> {
    match parse(text) {
        Ok(query) => {
            let canonical = query.to_string();
            let again = parse(&canonical).map_err(|e| TestCaseError::fail(e.render(&canonical)))?;
            prop_assert_eq!(&again, &query, "{} -> {}", text, canonical);
            prop_assert!(!canonical.chars().any(crate::text::is_hostile));
        }
        Err(error) => {
            prop_assert!(
                !error.span.is_empty() && text.get(error.span.clone()).is_some(),
                "{error:?} in {text:?}"
            );
            prop_assert!(!error.to_string().chars().any(crate::text::is_hostile));
            prop_assert!(error.render(text).lines().count() == 3);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn no_text_makes_it_panic(text: String) {
        check_anything(&text)?;
    }

    #[test]
    fn nothing_that_looks_like_a_query_makes_it_panic(text in query_like()) {
        check_anything(&text)?;
    }

    #[test]
    fn what_is_written_is_read_back(expr in generate::expr()) {
        let text = expr.to_string();
        let query = parse(&text).map_err(|e| TestCaseError::fail(e.render(&text)))?;
        prop_assert_eq!(&query.expr, &expr, "{}", text);
    }

    #[test]
    fn any_value_can_be_kept_and_dropped(
        value: String,
        field in generate::text_field(),
        before in query_like(),
    ) {
        let before = parse(&before).unwrap_or_default();
        let wanted = Expr::term(field.clone(), Test::Matches(Pattern::exact(value.as_str())));
        for (query, term) in [
            (before.keep(&field, &value), wanted.clone()),
            (before.drop(&field, &value), wanted.negate()),
        ] {
            let query = query.map_err(|e| TestCaseError::fail(e.to_string()))?;
            prop_assert!(query.says(&term), "{}", query.text());
            prop_assert_eq!(parse(query.text()).ok(), Some(query));
        }
    }
}
