//! E without its raw part, I, P, Q and R: records that have to be put together.

use super::*;

/// Samples for tests that damage them.
pub(super) const SAMPLES: &[&str] = &[
    ECS,
    r#"{"class_uid":6003,"metadata":{"product":{"name":"CloudTrail"},"uid":"e"},"time":1768041521000,"api":{"operation":"X","request":{"data":"{\"a\":1}"}},"actor":{"user":{"uid":"arn:aws:iam::111122223333:user/alice"}},"unmapped":{"a.b":{"c":"{d=e}"}},"resources":[{"uid":"r"}]}"#,
    r#"{"QueryResultRows":[[{"eventName":"X"},{"eventTime":"t"},{"userIdentity":"{type=Root, sessioncontext={attributes={a=b}}, invokedby=null}"},{"requestParameters":"{a=[{b=c, d=e}], f={\"g\":1}}"}]]}"#,
    r#"{"Events":[{"EventId":"e1","EventName":"X","EventTime":1768041521.0,"Resources":[{"ResourceName":"b"}],"CloudTrailEvent":"{\"eventName\":\"X\",\"eventTime\":\"t\"}"}]}"#,
    "{'eventName': \"It's\", 'eventTime': datetime.datetime(2026, 1, 10), 'a': [None, True, (1, 'x\\x41')]}",
    "{eventname=X, eventtime=t, useridentity={type=Root, username=a, b}, resources=[{arn=a, type=b}]}",
];

#[test]
fn e_lookups_without_the_raw_event_keep_what_is_outside() {
    let record = rebuilt(
        r#"{"Events":[{"EventId":"e1","EventName":"PutObject","ReadOnly":"false","AccessKeyId":"ASIAEXAMPLE","EventTime":1768041521.0,"EventSource":"s3.amazonaws.com","Username":"alice","Resources":[{"ResourceType":"AWS::S3::Bucket","ResourceName":"b"},{"ResourceType":"AWS::S3::Object","ResourceName":"arn:aws:s3:::b/k"}],"CloudTrailEvent":null}]}"#,
    );
    assert_eq!(
        record,
        json!({
            "eventTime": "2026-01-10T10:38:41Z", "eventSource": "s3.amazonaws.com", "eventName": "PutObject",
            "eventID": "e1", "userIdentity": {"userName": "alice", "accessKeyId": "ASIAEXAMPLE"}, "readOnly": false,
            "resources": [{"type": "AWS::S3::Bucket", "resourceName": "b"}, {"type": "AWS::S3::Object", "ARN": "arn:aws:s3:::b/k"}],
        })
    );
    let record = rebuilt(r#"{"EventId":"e1","EventName":"X","EventTime":"2026-01-10T11:38:41+01:00"}"#);
    assert_fields(&record, &[("eventTime", text("2026-01-10T10:38:41Z"))]);
    assert!(reject(r#"{"CloudTrailEvent":"{broken"}"#).starts_with("`CloudTrailEvent` of LookupEvents: "));
}

#[test]
fn i_rows_of_lake_become_records() {
    let rows = r#"{"QueryStatus":"FINISHED","QueryResultRows":[[{"eventID":"e1"},{"eventTime":"2026-01-10 10:38:41.000"},{"eventName":"AssumeRole"},{"eventSource":"sts.amazonaws.com"},{"userIdentity":"{type=AssumedRole, principalid=AROAEXAMPLE:s, accountid=111122223333, username=null, sessioncontext={attributes={creationdate=2026-01-10 10:00:00.000, mfaauthenticated=true}, sessionissuer={type=Role, username=Admin}}}"},{"requestParameters":"{roleArn=arn:aws:iam::111122223333:role/Admin, roleSessionName=s}"},{"readOnly":"true"}]]}"#;
    assert_eq!(
        rebuilt(rows),
        json!({
            "eventID": "e1", "eventTime": "2026-01-10 10:38:41.000", "eventName": "AssumeRole",
            "eventSource": "sts.amazonaws.com",
            "userIdentity": {
                "type": "AssumedRole", "principalId": "AROAEXAMPLE:s", "accountId": "111122223333", "userName": null,
                "sessionContext": {
                    "attributes": {"creationDate": "2026-01-10 10:00:00.000", "mfaAuthenticated": "true"},
                    "sessionIssuer": {"type": "Role", "userName": "Admin"},
                },
            },
            "requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/Admin", "roleSessionName": "s"},
            "readOnly": true,
        })
    );
    let all = found(
        r#"{"QueryResultRows":[[{"eventname":"X"},{"eventtime":"2026-01-10 10:38:41.000"}],[{"count":"7"}],null]}"#,
    );
    assert!(matches!(all[0], Found::Record { reconstructed: true, .. }));
    assert!(matches!(&all[1], Found::Reject(r) if r.starts_with("QueryResultRows[1]: ")));
    assert!(matches!(&all[2], Found::Reject(r) if r.starts_with("QueryResultRows[2]: ")));
}

#[test]
fn h_answers_of_athena_become_records() {
    let answer = json!({"ResultSet": {
        "Rows": [
            {"Data": [{"VarCharValue": "eventname"}, {"VarCharValue": "eventtime"}, {"VarCharValue": "errorcode"}]},
            {"Data": [{"VarCharValue": "StopLogging"}, {"VarCharValue": "2026-01-10T10:38:41Z"}, {}]},
        ],
        "ResultSetMetadata": {"ColumnInfo": [{"Name": "eventname"}, {"Name": "eventtime"}, {"Name": "errorcode"}]},
    }});
    assert_eq!(
        rebuilt(answer.to_string()),
        json!({"eventName": "StopLogging", "eventTime": "2026-01-10T10:38:41Z"})
    );
}

#[test]
fn g_insights_of_parsed_fields_become_records() {
    let answer = r#"{"results":[[{"field":"@timestamp","value":"2026-01-10 10:43:02.123"},{"field":"eventName","value":"X"},{"field":"userIdentity.arn","value":"arn:aws:iam::111122223333:user/alice"},{"field":"requestParameters.bucketName","value":"b"}]],"status":"Complete"}"#;
    assert_eq!(
        rebuilt(answer),
        json!({
            "eventName": "X", "userIdentity": {"arn": "arn:aws:iam::111122223333:user/alice"},
            "requestParameters": {"bucketName": "b"}, "eventTime": "2026-01-10 10:43:02.123",
        })
    );
    let row = r#"[{"field":"eventName","value":"X"},{"field":"eventTime","value":"t"},{"field":"@ptr","value":"p"}]"#;
    let record = json!({"eventName": "X", "eventTime": "t", "@ptr": "p"});
    assert_eq!(rebuilt(row), record, "a row alone, as the walk through a file hands it out");
    assert!(reject(r#"[{"field":"count(*)","value":"7"}]"#).starts_with("the row holds neither a record"));
}

#[test]
fn i_pages_of_lake_that_begin_with_their_rows_become_records() {
    let page = r#"{"QueryResultRows":[[{"eventID":"e1"},{"eventName":"X"},{"eventTime":"2026-01-10 10:38:41.000"}]],"QueryStatus":"FINISHED"}"#;
    assert_eq!(
        rebuilt(page),
        json!({"eventID": "e1", "eventName": "X", "eventTime": "2026-01-10 10:38:41.000"})
    );
}

#[test]
fn p_every_version_of_ocsf_leads_to_the_same_fields() {
    let old = r#"{"metadata":{"product":{"version":"1.08","name":"CloudTrail","feature":{"name":"Management"}},"uid":"e1","version":"1.0.0-rc.2"},"time":1768041521000,"cloud":{"region":"us-east-1","account_uid":"111122223333"},"api":{"response":{"error":"AccessDenied","message":"no"},"operation":"CreateUser","request":{"uid":"r1"},"service":{"name":"iam.amazonaws.com"}},"actor":{"user":{"type":"AssumedRole","uid":"AROAEXAMPLE:s","uuid":"arn:aws:sts::111122223333:assumed-role/Admin/s","account_uid":"111122223333","credential_uid":"ASIAEXAMPLE"},"session":{"created_time":1768039200000,"mfa":false,"issuer":"arn:aws:iam::111122223333:role/Admin"}},"http_request":{"user_agent":"aws-cli"},"src_endpoint":{"ip":"203.0.113.7"},"class_uid":3005,"status":"Failure","unmapped":{"requestParameters":"{\"userName\":\"bob\"}","eventType":"AwsApiCall","readOnly":"false"}}"#;
    let new = r#"{"metadata":{"product":{"version":"1.08","name":"CloudTrail","feature":{"name":"Management"}},"uid":"e1","event_code":"AwsApiCall","version":"1.1.0"},"time":1768041521000,"time_dt":"2026-01-10T10:38:41Z","cloud":{"region":"us-east-1","account":{"uid":"111122223333"}},"api":{"response":{"error":"AccessDenied","message":"no","data":null},"operation":"CreateUser","request":{"uid":"r1","data":{"userName":"bob"}},"service":{"name":"iam.amazonaws.com"}},"actor":{"user":{"type":"AssumedRole","uid":"arn:aws:sts::111122223333:assumed-role/Admin/s","uid_alt":"AROAEXAMPLE:s","account":{"uid":"111122223333"},"credential_uid":"ASIAEXAMPLE"},"session":{"created_time_dt":"2026-01-10T10:00:00Z","is_mfa":false,"issuer":"arn:aws:iam::111122223333:role/Admin"}},"http_request":{"user_agent":"aws-cli"},"src_endpoint":{"ip":"203.0.113.7"},"class_uid":3001,"status":"Failure","unmapped":{"readOnly":false,"userIdentity.sessionContext.sessionIssuer.type":"Role"}}"#;
    let pairs = r#"{"metadata":{"product":{"version":"1.08","name":"CloudTrail","feature":{"name":"Management"}},"uid":"e1","event_code":"AwsApiCall"},"time":1768041521000,"region":"us-east-1","accountid":"111122223333","api":{"response":{"error":"AccessDenied","message":"no"},"operation":"CreateUser","request":{"uid":"r1","data":"{\"userName\":\"bob\"}"},"service":{"name":"iam.amazonaws.com"}},"actor":{"user":{"type":"AssumedRole","uid":"arn:aws:sts::111122223333:assumed-role/Admin/s","uid_alt":"AROAEXAMPLE:s","account":{"uid":"111122223333"},"programmatic_credentials":[{"uid":"ASIAEXAMPLE"}]},"session":{"created_time":1768039200000,"is_mfa":false,"issuer":"arn:aws:iam::111122223333:role/Admin"}},"http_request":{"user_agent":"aws-cli"},"src_endpoint":{"ip":"203.0.113.7"},"class_uid":6003,"unmapped":[["readOnly","false"]]}"#;
    for event in [old, new, pairs] {
        assert_fields(
            &rebuilt(event),
            &[
                ("eventVersion", text("1.08")),
                ("eventTime", text("2026-01-10T10:38:41Z")),
                ("eventSource", text("iam.amazonaws.com")),
                ("eventName", text("CreateUser")),
                ("awsRegion", text("us-east-1")),
                ("sourceIPAddress", text("203.0.113.7")),
                ("userAgent", text("aws-cli")),
                ("errorCode", text("AccessDenied")),
                ("errorMessage", text("no")),
                ("requestID", text("r1")),
                ("eventID", text("e1")),
                ("eventType", text("AwsApiCall")),
                ("eventCategory", text("Management")),
                ("recipientAccountId", text("111122223333")),
                ("readOnly", json!(false)),
                ("requestParameters", json!({"userName": "bob"})),
                ("userIdentity.type", text("AssumedRole")),
                ("userIdentity.arn", text("arn:aws:sts::111122223333:assumed-role/Admin/s")),
                ("userIdentity.principalId", text("AROAEXAMPLE:s")),
                ("userIdentity.accountId", text("111122223333")),
                ("userIdentity.accessKeyId", text("ASIAEXAMPLE")),
                ("userIdentity.sessionContext.attributes.creationDate", text("2026-01-10T10:00:00Z")),
                ("userIdentity.sessionContext.attributes.mfaAuthenticated", text("false")),
                (
                    "userIdentity.sessionContext.sessionIssuer.arn",
                    text("arn:aws:iam::111122223333:role/Admin"),
                ),
            ],
        );
    }
    let login = r#"{"class_uid":3002,"metadata":{"product":{"name":"CloudTrail"},"uid":"e"},"api":{"operation":"ConsoleLogin","service":{"name":"signin.amazonaws.com"}},"status":"Failure","src_endpoint":{"domain":"AWS Internal"}}"#;
    assert_fields(
        &rebuilt(login),
        &[("responseElements.ConsoleLogin", text("Failure")), ("sourceIPAddress", text("AWS Internal"))],
    );
    for status in [r#""status":"Failure""#, r#""status_id":2"#] {
        let failed = format!(
            r#"{{"class_uid":6003,"metadata":{{"product":{{"name":"CloudTrail"}},"uid":"e"}},"api":{{"operation":"CreateUser","service":{{"name":"iam.amazonaws.com"}},"response":{{}}}},{status}}}"#
        );
        assert_fields(&rebuilt(&failed), &[("errorCode", text("failure"))]);
        let with = |message: &str| failed.replace("{}", &format!(r#"{{"message":"{message}"}}"#));
        assert_fields(&rebuilt(with("it broke")), &[("errorCode", text("failure"))]);
        let refused = rebuilt(with("Failed authentication"));
        assert_eq!(
            (refused["errorMessage"].as_str(), refused.get("errorCode")),
            (Some("Failed authentication"), None)
        );
    }
}

const ECS: &str = r#"{"@timestamp":"2026-01-10T10:38:41.000Z","aws":{"cloudtrail":{"event_type":"AwsApiCall","event_version":"1.05","error_code":"AccessDenied","error_message":"no","request_id":"r1","recipient_account_id":"111122223333","request_parameters":"{roleArn=arn:aws:iam::111122223333:role/A, tags=[{value=7, key=Cost}], seconds=3600}","read_only":true,"resources":[{"account_id":"111122223333","arn":"arn:aws:iam::111122223333:role/A","type":"AWS::IAM::Role"}],"user_identity":{"access_key_id":"ASIAEXAMPLE","arn":"arn:aws:sts::111122223333:assumed-role/A/s","type":"AssumedRole","session_context":{"creation_date":"2026-01-10T10:00:00.000Z","mfa_authenticated":"false","session_issuer":{"account_id":"111122223333","arn":"arn:aws:iam::111122223333:role/A","principal_id":"AROAEXAMPLE","type":"Role"}}}}},"cloud":{"account":{"id":"111122223333"},"region":"us-east-1"},"event":{"action":"AssumeRole","id":"e1","outcome":"failure","provider":"sts.amazonaws.com"},"source":{"address":"203.0.113.7","ip":"203.0.113.7"},"tls":{"version":"1.2","cipher":"C","client":{"server_name":"sts.amazonaws.com"}},"user":{"id":"AROAEXAMPLE:s","name":"A"},"user_agent":{"original":"aws-cli"}}"#;

#[test]
fn q_documents_of_elastic_become_records() {
    for document in [ECS.to_owned(), format!(r#"{{"_index":"i","_id":"1","_source":{ECS}}}"#)] {
        assert_eq!(
            rebuilt(document),
            json!({
                "eventVersion": "1.05",
                "userIdentity": {
                    "type": "AssumedRole", "principalId": "AROAEXAMPLE:s",
                    "arn": "arn:aws:sts::111122223333:assumed-role/A/s", "accountId": "111122223333",
                    "accessKeyId": "ASIAEXAMPLE",
                    "sessionContext": {
                        "sessionIssuer": {
                            "type": "Role", "principalId": "AROAEXAMPLE", "arn": "arn:aws:iam::111122223333:role/A",
                            "accountId": "111122223333", "userName": "A",
                        },
                        "attributes": {"creationDate": "2026-01-10T10:00:00.000Z", "mfaAuthenticated": "false"},
                    },
                },
                "eventTime": "2026-01-10T10:38:41.000Z", "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole",
                "awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli",
                "errorCode": "AccessDenied", "errorMessage": "no", "requestID": "r1", "eventID": "e1",
                "eventType": "AwsApiCall", "recipientAccountId": "111122223333",
                "tlsDetails": {"cipherSuite": "C", "clientProvidedHostHeader": "sts.amazonaws.com", "tlsVersion": "TLSv1.2"},
                "readOnly": true,
                "requestParameters": {"roleArn": "arn:aws:iam::111122223333:role/A", "tags": [{"value": "7", "key": "Cost"}], "seconds": "3600"},
                "resources": [{"accountId": "111122223333", "ARN": "arn:aws:iam::111122223333:role/A", "type": "AWS::IAM::Role"}],
            })
        );
    }
}

#[test]
fn q_the_kept_object_wins_over_its_text_and_failures_stay_failures() {
    let flattened = ECS.replace(
        r#""request_parameters":"#,
        r#""flattened":{"request_parameters":{"n":1.50}},"request_parameters":"#,
    );
    assert_fields(&rebuilt(flattened), &[("requestParameters", json!({"n": 1.5}))]);
    let login = r#"{"@timestamp":"2026-01-10T10:38:41Z","event.action":"ConsoleLogin","event.provider":"signin.amazonaws.com","event.outcome":"failure","aws.cloudtrail.console_login.additional_eventdata.mfa_used":false,"user.name":"alice"}"#;
    assert_fields(
        &rebuilt(login),
        &[
            ("responseElements.ConsoleLogin", text("Failure")),
            ("additionalEventData.MFAUsed", text("No")),
            ("userIdentity.userName", text("alice")),
        ],
    );
}

#[test]
fn r_logstash_panther_and_flattened_records_get_their_names_back() {
    let otrf = r#"{"eventName":"GetObject","@version":"1","eventSource":"s3.amazonaws.com","@timestamp":"2026-01-10T10:38:41.123Z","n":1.50}"#;
    let [Found::Record { json, reconstructed: true }] = &found(otrf)[..] else { panic!("{:?}", found(otrf)) };
    assert_eq!(
        String::from_utf8_lossy(json),
        otrf.replacen('{', r#"{"eventTime":"2026-01-10T10:38:41.123Z","#, 1)
    );
    let null_time =
        r#"{"eventName":"X","eventSource":"y","eventTime":null,"@timestamp":"2026-01-10T10:38:41Z"}"#;
    assert_fields(&rebuilt(null_time), &[("eventTime", text("2026-01-10T10:38:41Z"))]);

    let panther = r#"{"eventname":"DeleteTrail","eventsource":"cloudtrail.amazonaws.com","eventtime":"2026-01-11 22:54:56.000000000","useridentity":{"type":"IAMUser","accesKeyId":"AKIAEXAMPLE","username":"alice"},"requestparameters":{"name":"t"},"p_log_type":"AWS.CloudTrail"}"#;
    assert_eq!(
        rebuilt(panther),
        json!({
            "eventName": "DeleteTrail", "eventSource": "cloudtrail.amazonaws.com",
            "eventTime": "2026-01-11 22:54:56.000000000",
            "userIdentity": {"type": "IAMUser", "accessKeyId": "AKIAEXAMPLE", "userName": "alice"},
            "requestParameters": {"name": "t"}, "p_log_type": "AWS.CloudTrail",
        })
    );
    let flat = r#"{"eventName":"X","eventTime":"2026-01-10T10:38:41Z","userIdentity.type":"Root","userIdentity.sessionContext.attributes.mfaAuthenticated":"true"}"#;
    assert_eq!(
        rebuilt(flat),
        json!({
            "eventName": "X", "eventTime": "2026-01-10T10:38:41Z",
            "userIdentity": {"type": "Root", "sessionContext": {"attributes": {"mfaAuthenticated": "true"}}},
        })
    );
}

#[test]
fn r_python_dicts_and_struct_text_become_records() {
    let dict = "{'eventVersion': '1.08', 'userIdentity': {'type': 'AWSAccount', 'principalId': None}, 'eventTime': '2026-01-10T10:38:41Z', 'eventName': \"It's\", 'readOnly': True}";
    let expected = json!({
        "eventVersion": "1.08", "userIdentity": {"type": "AWSAccount", "principalId": null},
        "eventTime": "2026-01-10T10:38:41Z", "eventName": "It's", "readOnly": true,
    });
    assert_eq!(rebuilt(dict), expected);
    assert_eq!(rebuilt(string(dict)), expected);
    let two = found(string(&format!("{dict}\n{dict}\n{RECORD}")));
    assert!(matches!(
        two[..],
        [
            Found::Record { reconstructed: true, .. },
            Found::Record { reconstructed: true, .. },
            Found::Record { reconstructed: false, .. }
        ]
    ));
    let struct_text =
        "{eventname=X, eventtime=2026-01-10T10:38:41Z, useridentity={type=Root, accountid=111122223333}}";
    assert_eq!(
        rebuilt(struct_text),
        json!({
            "eventName": "X", "eventTime": "2026-01-10T10:38:41Z",
            "userIdentity": {"type": "Root", "accountId": "111122223333"},
        })
    );
}
