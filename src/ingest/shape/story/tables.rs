//! G, H, I, J and R as tables: CSV, TSV, and tables drawn for the eye.

use super::*;

/// One cell of CSV.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

fn only(text: &str) -> Found<'static> {
    let all = table(text);
    assert_eq!(all.len(), 1, "{all:?}");
    all[0].1.clone()
}

fn only_rebuilt(text: &str) -> Value {
    match only(text) {
        Found::Record { json, reconstructed: true } => serde_json::from_slice(&json).unwrap(),
        other => panic!("{other:?}"),
    }
}

const IDENTITY: &str = "{type=AssumedRole, principalid=AROAEXAMPLE:s, arn=arn:aws:sts::111122223333:assumed-role/Admin/s, accountid=111122223333, invokedby=null, accesskeyid=ASIAEXAMPLE, username=null, sessioncontext={attributes={mfaauthenticated=false, creationdate=2026-01-10T10:00:00Z}, sessionissuer={type=Role, principalid=AROAEXAMPLE, arn=arn:aws:iam::111122223333:role/Admin, accountid=111122223333, username=Admin}}}";

#[test]
fn h_rows_of_athena_become_records() {
    let header = r#""eventversion","useridentity","eventtime","eventsource","eventname","awsregion","sourceipaddress","useragent","errorcode","requestparameters","responseelements","eventid","resources","readonly","region","tlsdetails""#;
    let cells = [
        "1.08",
        IDENTITY,
        "2026-01-10T10:38:41Z",
        "s3.amazonaws.com",
        "GetObject",
        "us-east-1",
        "203.0.113.7",
        "[S3Console/0.4]",
        "",
        r#"{"bucketName":"b", "n":1.50}"#,
        "null",
        "e1",
        "[{arn=arn:aws:s3:::b, accountid=111122223333, type=AWS::S3::Bucket}]",
        "true",
        "us-east-1",
        "{tlsversion=TLSv1.3, ciphersuite=C, clientprovidedhostheader=s3.amazonaws.com}",
    ];
    let row: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
    let text = format!("{header}\n{}\n", row.join(","));
    let Found::Record { json, reconstructed: true } = only(&text) else { panic!() };
    assert!(
        String::from_utf8_lossy(&json).contains(r#""requestParameters":{"bucketName":"b", "n":1.50},"#),
        "as written"
    );
    assert_eq!(
        serde_json::from_slice::<Value>(&json).unwrap(),
        json!({
            "eventVersion": "1.08",
            "userIdentity": {
                "type": "AssumedRole", "principalId": "AROAEXAMPLE:s",
                "arn": "arn:aws:sts::111122223333:assumed-role/Admin/s", "accountId": "111122223333",
                "invokedBy": null, "accessKeyId": "ASIAEXAMPLE", "userName": null,
                "sessionContext": {
                    "attributes": {"mfaAuthenticated": "false", "creationDate": "2026-01-10T10:00:00Z"},
                    "sessionIssuer": {
                        "type": "Role", "principalId": "AROAEXAMPLE", "arn": "arn:aws:iam::111122223333:role/Admin",
                        "accountId": "111122223333", "userName": "Admin",
                    },
                },
            },
            "eventTime": "2026-01-10T10:38:41Z", "eventSource": "s3.amazonaws.com", "eventName": "GetObject",
            "awsRegion": "us-east-1", "sourceIPAddress": "203.0.113.7", "userAgent": "[S3Console/0.4]",
            "requestParameters": {"bucketName": "b", "n": 1.5}, "eventID": "e1",
            "resources": [{"ARN": "arn:aws:s3:::b", "accountId": "111122223333", "type": "AWS::S3::Bucket"}],
            "readOnly": true,
            "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "C", "clientProvidedHostHeader": "s3.amazonaws.com"},
            "region": "us-east-1",
        })
    );
}

#[test]
fn tables_that_keep_the_raw_record_give_it_byte_for_byte() {
    let (cell, tabbed) = (quoted(RECORD), RECORD);
    for text in [
        format!("_time,_raw,host\n2026-01-10,{cell},h\n"),
        format!("\u{feff}@timestamp,@message\r\n2026-01-10 10:43:02.123,{cell}\r\n"),
        format!("sep=;\nEventId;CloudTrailEvent\ne1;{cell}\n"),
        format!("id\tmessage\n1\t{tabbed}\n"),
        format!("_raw\n{cell}\n"),
        format!("timestamp,message\n1768041521000,{RECORD}\n"),
        format!("eventname,eventtime,cloudtrail_event\nX,t,{cell}"),
        format!("@timestamp,event.action,event.original\nt,X,{cell}\n"),
    ] {
        assert_eq!(only(&text), raw(RECORD), "{text}");
    }
}

#[test]
fn i_r_rows_of_lake_honeypots_kibana_and_the_console_become_records() {
    let lake = format!(
        "eventID,eventTime,eventName,userIdentity,requestParameters\ne1,2026-01-10 10:38:41.000,GetObject,{},\"{{bucketName=b, key=k}}\"\n",
        quoted(IDENTITY)
    );
    assert_fields(
        &only_rebuilt(&lake),
        &[
            ("eventTime", text("2026-01-10 10:38:41.000")),
            ("userIdentity.sessionContext.sessionIssuer.userName", text("Admin")),
            ("requestParameters", json!({"bucketName": "b", "key": "k"})),
        ],
    );
    let python = "eventVersion,userIdentity,eventTime,eventName,requestParameters,errorCode\n1.08,\"{'type': 'AWSAccount', 'principalId': '', 'accountId': 'ANONYMOUS_PRINCIPAL'}\",2026-01-10T10:38:41Z,GetBucketAcl,\"{'bucketName': 'b', 'acl': ['', None]}\",\n";
    assert_eq!(
        only_rebuilt(python),
        json!({
            "eventVersion": "1.08", "userIdentity": {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"},
            "eventTime": "2026-01-10T10:38:41Z", "eventName": "GetBucketAcl",
            "requestParameters": {"bucketName": "b", "acl": ["", null]},
        })
    );
    let console = "User name,AWS access key,Event time,Event source,Event name,AWS region,Source IP address,User agent,Error code,Resources,Request ID,Event ID,Read-only\nalice,AKIAEXAMPLE,2026-01-10T10:38:41Z,iam.amazonaws.com,CreateUser,us-east-1,203.0.113.7,aws-cli,,\"[{\"\"resourceType\"\":\"\"AWS::IAM::User\"\",\"\"resourceName\"\":\"\"bob\"\"}]\",r1,e1,false\n";
    assert_eq!(
        only_rebuilt(console),
        json!({
            "userIdentity": {"userName": "alice", "accessKeyId": "AKIAEXAMPLE"}, "eventTime": "2026-01-10T10:38:41Z",
            "eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "awsRegion": "us-east-1",
            "sourceIPAddress": "203.0.113.7", "userAgent": "aws-cli",
            "resources": [{"resourceType": "AWS::IAM::User", "resourceName": "bob"}],
            "requestID": "r1", "eventID": "e1", "readOnly": false,
        })
    );
    let kibana = "\"@timestamp\",\"event.action\",\"event.provider\",\"source.ip\",\"aws.cloudtrail.user_identity.arn\"\n\"2026-01-10T10:38:41Z\",\"X\",\"iam.amazonaws.com\",\"-\",\"arn:aws:iam::111122223333:user/alice\"\n";
    assert_eq!(
        only_rebuilt(kibana),
        json!({
            "userIdentity": {"arn": "arn:aws:iam::111122223333:user/alice"}, "eventTime": "2026-01-10T10:38:41Z",
            "eventSource": "iam.amazonaws.com", "eventName": "X",
        })
    );
}

#[test]
fn drawn_tables_are_read() {
    let expected = json!({"eventTime": "2026-01-10T10:38:41Z", "eventName": "StopLogging", "userIdentity": {"type": "Root"}});
    for text in [
        "+----------------------+-------------+--------------+\n| eventtime            | eventname   | useridentity |\n+----------------------+-------------+--------------+\n| 2026-01-10T10:38:41Z | StopLogging | {type=Root}  |\n+----------------------+-------------+--------------+\n",
        "      eventtime       |  eventname  | useridentity \n----------------------+-------------+--------------\n 2026-01-10T10:38:41Z | StopLogging | {type=Root}\n(1 row)\n",
        "| eventTime | eventName | userIdentity |\n|---|:---:|---|\n| 2026-01-10T10:38:41Z | StopLogging | {type=Root} |\n",
    ] {
        assert_eq!(only_rebuilt(text), expected, "{text}");
    }
}

#[test]
fn a_faulty_row_costs_only_itself() {
    let head = "eventname,eventtime,eventsource\n";
    let good = "StopLogging,2026-01-10T10:38:41Z,cloudtrail.amazonaws.com\n";
    let text = format!("{head}{good}one,two\n\n{head},,\n1,2,3,4\n{good}\"open,{good}{good}");
    let all = table(&text);
    let kinds: Vec<(u64, &str)> = all
        .iter()
        .map(|(at, found)| match found {
            Found::Record { .. } => (*at, "record"),
            Found::Nothing(what) => (*at, *what),
            Found::Reject(reason) => (*at, reason.split([';', ':']).next().unwrap_or_default()),
            Found::Digest => (*at, "digest"),
        })
        .collect();
    let (h, g) = (head.len() as u64, good.len() as u64);
    assert_eq!(
        kinds,
        [
            (h, "record"),
            (h + g, "the row has 2 cells and the header 3 columns"),
            (h + g + 9, "a repeated header"),
            (
                2 * h + g + 9,
                "the row holds neither a record nor the fields of one (eventName, eventTime, ...)"
            ),
            (2 * h + g + 12, "the row has 4 cells and the header 3 columns"),
            (2 * h + g + 20, "record"),
            (2 * h + 2 * g + 20, "a quote is opened in this row and never closed"),
            (2 * h + 3 * g + 26, "record"),
        ]
    );
}

#[test]
fn only_tables_of_cloudtrail_are_tables() {
    for text in [
        "",
        "\n\n\n",
        "name,age\nbob,7\n",
        "message\nhello\n",
        "{\"eventName\":1,\"eventTime\":2}\n",
        "eventTime\n",
        "[eventname,eventtime]",
        "2026-01-10T10:43:02.123Z {\"eventVersion\":\"1.11\",\"eventName\":\"X\"}\n",
        "<eventName>,<eventTime>\n",
        "EventID,EventTime,Channel\n",
    ] {
        assert!(csv::Layout::sniff(text.as_bytes()).is_none(), "{text}");
    }
    let layout = csv::Layout::sniff(b"eventName;eventTime\n").unwrap();
    assert_eq!((layout.column_names().len(), layout.rows_start()), (2, 20));
}

#[test]
fn rows_longer_than_what_is_in_memory_are_read_and_endless_ones_are_not() {
    let long = RECORD.replace("1.50", &format!("\"{}\"", "x,".repeat(700_000)));
    let text = format!("_raw\n{}\n{}\n", quoted(&long), quoted(RECORD));
    assert_eq!(
        table(&text).into_iter().map(|(_, found)| found).collect::<Vec<_>>(),
        [raw(&long), raw(RECORD)]
    );
    let endless = format!("_raw\n{}\n{}\n", "x".repeat(csv::MAX_ROW + 100), quoted(RECORD));
    let layout = csv::Layout::sniff(&endless.as_bytes()[..64]).unwrap();
    let mut all = Vec::new();
    csv::read(&layout, endless.as_bytes(), &mut |at, found| all.push((at, found.into_owned()))).unwrap();
    assert!(
        matches!(&all[0], (5, Found::Reject(reason)) if reason.contains("longer than 16 MB")),
        "{:?}",
        all[0]
    );
    assert_eq!(all[1].1, raw(RECORD));
}
