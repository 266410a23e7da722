use proptest::prelude::*;

use super::*;
use crate::ingest::scan::Scanner;
use crate::store::Table;
use crate::store::segment::Builder;

fn table(records: &[&str]) -> Table {
    let dicts = Arc::new(Dicts::default());
    let mut extractor = Extractor::new(dicts.clone());
    let mut builder = Builder::default();
    for (n, record) in records.iter().enumerate() {
        let mut scanner = Scanner::default();
        let (spans, _) = scanner.scan(record.as_bytes(), 0).unwrap();
        let kind = kind_of(&spans).unwrap();
        builder.push(&extractor.row(&spans, kind, Locator { offset: n as u64, ..Locator::default() }, false));
    }
    Table::new(vec![Arc::new(builder.seal())], dicts.snapshot(), true)
}

#[test]
fn a_record_becomes_a_row() {
    let table = table(&[
        r#"{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","userName":"bob"},"eventTime":"2026-01-10T10:38:41Z",
        "eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7",
        "userAgent":"aws\u002dcli\/2","errorCode":"AccessDenied","requestParameters":{"path":"/","userName":"eve"},"responseElements":null,
        "eventID":"4c3b1a2f-0000-4abc-8def-0123456789ab","readOnly":false,"eventType":"AwsApiCall","recipientAccountId":"111122223333","eventCategory":"Management"}"#,
    ]);
    let row = table.row(0).unwrap();
    assert_eq!(
        (row.time().to_string().as_str(), row.event(), row.service(), row.actor()),
        ("2026-01-10T10:38:41Z", "CreateUser", "iam", "bob")
    );
    assert_eq!(
        (row.text(Column::Agent), row.text(Column::Target), row.account()),
        ("aws-cli/2", "eve", "111122223333")
    );
    assert_eq!((row.outcome(), row.id().as_str()), (Outcome::Denied, "4c3b1a2f-0000-4abc-8def-0123456789ab"));
    assert!(row.flags().has(Flags::WRITE));
}

#[test]
fn wrong_types_and_nulls_lose_nothing_else() {
    let keys = [
        "userIdentity",
        "eventTime",
        "awsRegion",
        "sourceIPAddress",
        "userAgent",
        "errorCode",
        "requestParameters",
        "responseElements",
        "eventID",
        "readOnly",
        "eventType",
        "recipientAccountId",
        "eventCategory",
        "resources",
    ];
    for value in ["null", "7", "true", "\"\"", "[]", "{}", "[null]", "\"\\ud800\"", "1e999"] {
        for key in keys {
            let record = format!(
                r#"{{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"ConsoleLogin","eventTime":"2026-01-10T10:38:41Z","{key}":{value}}}"#
            );
            let table = table(&[&record]);
            let row = table.row(0).unwrap();
            assert_eq!((row.event(), row.service()), ("ConsoleLogin", "s3"), "{record}");
            let _ = (row.id(), row.actor(), row.session(), row.outcome(), row.ip());
        }
    }
}

#[test]
fn console_logins_fail_without_an_error_code() {
    let login = |answer: &str, extra: &str| {
        format!(
            r#"{{"eventVersion":"1","eventTime":"2026-01-10T10:38:41Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","responseElements":{answer}{extra}}}"#
        )
    };
    let (failed, fine) = (
        login(r#"{"ConsoleLogin":"Failure"}"#, r#","errorMessage":"Failed authentication""#),
        login(r#"{"ConsoleLogin":"Success"}"#, ""),
    );
    let table = table(&[&failed, &fine]);
    let rows: Vec<_> =
        table.rows().map(|r| (r.outcome(), r.flags().has(Flags::LOGIN_OK), r.text(Column::Error))).collect();
    assert!(rows.contains(&(Outcome::Denied, false, "Failed authentication")));
    assert!(rows.contains(&(Outcome::Success, true, "")));
}

#[test]
fn what_the_sign_in_service_answers_is_the_outcome() {
    let told = |source: &str, name: &str, answer: &str| {
        let text = format!(
            r#"{{"eventVersion":"1","eventTime":"2026-01-10T10:38:41Z","eventSource":"{source}","eventName":"{name}","responseElements":{{"{name}":"{answer}"}}}}"#
        );
        table(&[&text]).rows().next().unwrap().outcome()
    };
    let signin = "signin.amazonaws.com";
    for name in ["CheckMfa", "PasswordUpdated", "PasswordRecoveryCompleted"] {
        assert_eq!(told(signin, name, "Failure"), Outcome::Denied, "{name}");
        assert_eq!(told(signin, name, "Success"), Outcome::Success, "{name}");
    }
    assert_eq!(told("iam.amazonaws.com", "CheckMfa", "Failure"), Outcome::Success);
}

#[test]
fn what_pivots_need_is_kept_beside_the_columns() {
    let table = table(&[
        r#"{"eventVersion":"1.08","eventTime":"2026-01-10T10:00:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole",
        "responseElements":{"credentials":{"accessKeyId":"ASIAX"},"assumedRoleUser":{"assumedRoleId":"AROAX:s"}},
        "sharedEventID":"1eccc8c2-9cad-423c-afb4-54c55f419ebd","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"AES","clientProvidedHostHeader":"h"}}"#,
        r#"{"eventVersion":"1.08","eventTime":"2026-01-10T10:00:01Z","eventSource":"s3.amazonaws.com","eventName":"GetObject",
        "responseElements":{"credentials":{"accessKeyId":"ASIAY"}},"additionalEventData":{"bytesTransferredIn":1,"bytesTransferredOut":70000}}"#,
        r#"{"eventVersion":"1.08","eventTime":"2026-01-10T10:00:02Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin",
        "responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"MFAUsed":"No"}}"#,
    ]);
    let rows: Vec<_> = table.rows().collect();
    let grant = rows[0].grant().unwrap();
    assert_eq!(
        (grant.key, grant.principal_id, rows[0].text(Column::Tls)),
        ("ASIAX", "AROAX:s", "TLSv1.3 AES")
    );
    assert!(rows[0].aside(Aside::Shared) != 0 && rows[1].aside(Aside::Shared) == 0);
    assert_eq!((rows[1].aside(Aside::BytesIn), rows[1].aside(Aside::BytesOut)), (1, 70_000));
    assert_eq!(rows[1].grant(), None, "objects are no credentials");
    let no_mfa: Vec<bool> = rows.iter().map(|r| r.flags().has(Flags::NO_MFA)).collect();
    assert_eq!(no_mfa, [false, false, true]);
}

#[test]
fn what_looks_like_a_record_is_told_from_one() {
    let kind = |text: &str| kind_of(&Scanner::default().scan(text.as_bytes(), 0).unwrap().0);
    for (text, expected) in [
        (r#"{"eventName":"A","eventSource":"s","eventTime":"t"}"#, Some(RecordKind::Event)),
        (r#"{"eventVersion":"1.08","eventName":"A"}"#, Some(RecordKind::Event)),
        (
            r#"{"eventName":"A","eventSource":"s","eventID":"t","eventType":"AwsVpceEvents"}"#,
            Some(RecordKind::Network),
        ),
        (r#"{"eventVersion":"1.08","eventTime":"t","insightDetails":{}}"#, Some(RecordKind::Insight)),
        (
            r#"{"eventVersion":"1.0","eventId":"x","timeWindow":{},"summary":{}}"#,
            Some(RecordKind::Aggregated),
        ),
        (
            r#"{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","eventTime":"t","s3":{}}"#,
            None,
        ),
        (r#"{"EventId":"x","CloudTrailEvent":"{}"}"#, None),
        (r#"{"Records":[]}"#, None),
        ("{}", None),
    ] {
        assert_eq!(kind(text), expected, "{text}");
    }
}

#[test]
fn insights_and_aggregates_show_what_they_have() {
    let table = table(&[
        r#"{"eventVersion":"1.08","eventTime":"2026-01-10T10:00:00Z","eventID":"i","insightDetails":{"eventName":"UpdateInstanceInformation","eventSource":"ssm.amazonaws.com"}}"#,
        r#"{"eventVersion":"1.0","accountId":"111122223333","eventId":"a","eventSource":"s3.amazonaws.com","timeWindow":{"windowStart":"2026-01-10T11:00:00Z"},"summary":{}}"#,
    ]);
    let insight = table.row(0).unwrap();
    assert_eq!(
        (insight.kind(), insight.event(), insight.id().as_str()),
        (RecordKind::Insight, "UpdateInstanceInformation", "i")
    );
    let sum = table.row(1).unwrap();
    assert_eq!(
        (sum.kind(), sum.account(), sum.time().to_string().as_str()),
        (RecordKind::Aggregated, "111122223333", "2026-01-10T11:00:00Z")
    );
}

#[test]
fn a_record_without_an_id_is_known_by_its_content() {
    let a = r#"{"eventVersion":"1","eventName":"A","eventTime":"x"}"#;
    let b = r#"{ "eventTime":"x", "eventName":"A","eventVersion":"1"}"#;
    let c = r#"{"eventVersion":"1","eventName":"B","eventTime":"x"}"#;
    assert_eq!(content_id(a.as_bytes()), content_id(b.as_bytes()));
    assert_ne!(content_id(a.as_bytes()), content_id(c.as_bytes()));
    assert!(table(&[a]).row(0).unwrap().id().starts_with("no-id:"));
}

#[test]
fn targets_are_the_most_telling_parameter() {
    for (parameters, target) in [
        (r#"{"name":"x","bucketName":"logs"}"#, Some(&b"\"logs\""[..])),
        (r#"{"names":["a","b"]}"#, Some(&b"\"a\""[..])),
        (r#"{"userName":null,"policyArn":"p"}"#, Some(&b"\"p\""[..])),
        (r#"{"maxResults":5}"#, None),
        ("null", None),
        ("", None),
    ] {
        assert_eq!(target_in(parameters.as_bytes()), target, "{parameters}");
    }
}

#[test]
fn an_insight_says_nothing_of_the_events_of_its_name() {
    let insight = r#"{"eventVersion":"1.08","eventID":"00000000-0000-4000-8000-000000000000","eventTime":"2026-01-10T10:38:41Z",
        "eventType":"AwsCloudTrailInsight","insightDetails":{"eventName":"ConsoleLogin","eventSource":"signin.amazonaws.com","errorCode":"AccessDenied"}}"#;
    let login = r#"{"eventVersion":"1","eventTime":"2026-01-10T10:39:41Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin",
        "responseElements":{"ConsoleLogin":"Success"},"errorCode":"AccessDenied"}"#;
    for records in [[insight, login], [login, insight]] {
        let table = table(&records);
        let (insight, login) = (table.row(0).unwrap(), table.row(1).unwrap());
        assert!(login.flags().has(Flags::LOGIN_OK));
        assert_eq!((insight.outcome(), login.outcome()), (Outcome::Denied, Outcome::Denied));
    }
}

#[test]
fn what_looks_alike_at_its_ends_is_told_apart() {
    let record = |source: &str| {
        format!(
            r#"{{"eventTime":"2026-01-10T10:38:41Z","eventSource":"{source}","eventName":"GetObject","awsRegion":"us-east-1"}}"#
        )
    };
    let sources = ["service-one.example", "service-two.example", "service-one.example"];
    let table = table(&sources.map(record).each_ref().map(String::as_str));
    let mut told: Vec<&str> = table.rows().map(|row| row.text(Column::Source)).collect();
    told.sort_unstable();
    assert_eq!(told, [sources[0], sources[0], sources[1]]);
}

#[test]
fn a_value_that_stands_apart_from_its_run_is_found() {
    let record = |category: &str, apart: &str| {
        format!(
            r#"{{"eventVersion":"1","eventTime":"2026-01-10T10:38:41Z","eventName":"GetObject","eventSource":"s3.amazonaws.com",
            "eventType":"AwsApiCall","recipientAccountId":"111122223333"{apart},"eventCategory":"{category}"}}{}"#,
            " ".repeat(300)
        )
    };
    let aside = r#","vpcEndpointId":"v""#;
    let records = [record("Data", aside), record("Other", aside), record("Data", ""), record("Data", aside)];
    let dicts = Arc::new(Dicts::default());
    let (mut scanner, mut extractor) = (Scanner::default(), Extractor::new(dicts.clone()));
    for record in records.iter().chain(&records) {
        let (spans, _) = scanner.scan(record.as_bytes(), 0).unwrap();
        let row = extractor.row(&spans, RecordKind::Event, Locator::default(), false);
        let text =
            |column: Column| dicts.snapshot().column(column).get(row.columns[column as usize]).to_owned();
        let category = json::unquote(spans.get(Key::EventCategory)).0;
        assert_eq!(
            (text(Column::Category), text(Column::Account)),
            (category.into_owned(), "111122223333".to_owned())
        );
    }
}

#[test]
fn damaged_text_of_a_connection_is_told_as_any_other() {
    for (cipher, is_damaged) in [("AES", false), ("\\ud800", true)] {
        let table = table(&[&format!(
            r#"{{"eventVersion":"1","eventTime":"2026-01-10T10:38:41Z","eventName":"GetObject","eventSource":"s3.amazonaws.com",
            "tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"{cipher}"}}}}"#
        )]);
        assert_eq!(table.row(0).unwrap().flags().has(Flags::DAMAGED_TEXT), is_damaged, "{cipher}");
    }
}

/// Members that fill columns, from few values: so that runs of them come again.
fn members() -> impl Strategy<Value = String> {
    let text = prop::sample::select(vec![
        r#""a""#,
        r#""b""#,
        r#""\u0061""#,
        "7",
        r#""7""#,
        "null",
        r#"{"type":"x"}"#,
        r#""\ud800""#,
    ]);
    let keys: Vec<_> = Column::ALL.into_iter().filter_map(key_of).collect();
    let other = ["errorCode", "eventTime", "vpcEndpointId", "managementEvent"];
    let key = prop::sample::select([keys.clone(), other.to_vec()].concat());
    // In the usual order or in any, with some left out and something put in between.
    let usual = (prop::collection::vec(any::<bool>(), keys.len()), key.clone(), 0..keys.len()).prop_map(
        move |(which, other, at)| {
            let mut keys: Vec<_> =
                keys.iter().zip(which).filter(|(_, is_there)| *is_there).map(|(key, _)| *key).collect();
            keys.insert(at.min(keys.len()), other);
            keys
        },
    );
    let keys = prop_oneof![3 => usual, 1 => prop::collection::vec(key, 1..14)];
    (keys, prop::collection::vec((text, 0..3usize), 20)).prop_map(|(keys, values)| {
        let members = keys.iter().zip(values).map(|(key, (value, long))| match long {
            // Long enough that runs are told apart by what is in them.
            0 => format!(r#""{key}":"{}""#, "a".repeat(280)),
            _ => format!(r#""{key}":{value}"#),
        });
        members.collect::<Vec<_>>().join(",")
    })
}

/// The key that fills a column as a member of a run.
fn key_of(column: Column) -> Option<&'static str> {
    let of = |run: &Run| columns_of(*run).iter().find(|(c, _)| *c == column).map(|(_, key)| *key);
    let key = Run::ALL.iter().find_map(of)?;
    crate::ingest::scan::known_keys().find(|(known, _)| *known == key).map(|(_, text)| text)
}

proptest! {
    #[test]
    fn rows_do_not_depend_on_what_was_read_before(records in prop::collection::vec(members(), 1..60)) {
        let dicts = Arc::new(Dicts::default());
        let (mut scanner, mut extractor) = (Scanner::default(), Extractor::new(dicts.clone()));
        for record in &records {
            let text = format!(r#"{{"eventVersion":"1",{record}}}{}"#, " ".repeat(300));
            let at = Locator::default();
            let row = |scanner: &mut Scanner, extractor: &mut Extractor| {
                let (spans, _) = scanner.scan(text.as_bytes(), 0).unwrap();
                let row = extractor.row(&spans, RecordKind::Event, at, false);
                (row.columns, row.content, row.flags, row.time, row.id, row.is_odd, row.asides, row.elsewhere)
            };
            let expected = row(&mut Scanner::default(), &mut Extractor::new(dicts.clone()));
            prop_assert_eq!(row(&mut scanner, &mut extractor), expected, "{}", record);
        }
    }

    #[test]
    fn records_that_differ_have_another_hash(record in members(), at in any::<prop::sample::Index>()) {
        let dicts = Arc::new(Dicts::default());
        let content = |record: &str| {
            let text = format!(r#"{{"eventVersion":"1",{record}}}"#);
            let mut scanner = Scanner::default();
            let (spans, _) = scanner.scan(text.as_bytes(), 0).unwrap();
            Extractor::new(dicts.clone()).row(&spans, RecordKind::Event, Locator::default(), false).content
        };
        // One letter or digit of it is another one.
        let plain: Vec<usize> =
            record.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_alphanumeric()).map(|(at, _)| at).collect();
        let at = plain[at.index(plain.len())];
        let mut other = record.clone();
        other.replace_range(at..=at, if record.as_bytes()[at] == b'9' { "8" } else { "9" });
        prop_assert_ne!(content(&record), content(&other), "{} {}", record, other);
        prop_assert_eq!(content(&record), content(&record.clone()));
    }
}

#[test]
fn an_identity_is_new_once_and_damaged_each_time() {
    let dicts = Arc::new(Dicts::default());
    let mut extractor = Extractor::new(dicts.clone());
    let mut met = |identity: &[u8]| {
        let record =
            [br#"{"eventSource":"s","eventName":"e","eventTime":"t","userIdentity":"#, identity, b"}"]
                .concat();
        // With a scanner of its own no record is known by its runs.
        let mut scanner = Scanner::default();
        let (spans, _) = scanner.scan(&record, 0).unwrap();
        let row = extractor.row(&spans, RecordKind::Event, Locator::default(), false);
        (row.columns[Column::Identity as usize], row.is_new, row.flags.has(Flags::DAMAGED_TEXT), row.is_odd)
    };
    let first = met(br#"{"userName":"a"}"#);
    assert!(first.1 && !first.2 && !first.3);
    assert_eq!(met(br#"{"userName":"a"}"#), (first.0, false, false, false));
    let damaged = met(b"{\"userName\":\"\xff\"}");
    assert!(damaged.0 != first.0 && damaged.1 && damaged.2 && !damaged.3);
    assert_eq!(met(b"{\"userName\":\"\xff\"}"), (damaged.0, false, true, false));
    // What was replaced in it may also be written so.
    assert_eq!(met("{\"userName\":\"\u{fffd}\"}".as_bytes()), (damaged.0, false, false, false));
    let text = met(br#""{\"userName\":\"a\"}""#);
    assert!(text.0 != first.0 && text.1 && text.3, "a text that reads as an object is none");
    assert_eq!(met(br#""{\"userName\":\"a\"}""#), (text.0, false, false, true));
}
