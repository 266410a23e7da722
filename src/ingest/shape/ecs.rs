//! Elastic's ECS: documents of Filebeat, Elastic Agent and Kibana.
//!
//! `event.original` is the raw record wherever the pipeline kept it. Else the
//! record is put together from the fields, of which Elastic renames every one.

use super::names;
use super::object::{Object, Paths};
use super::reason::Unknown;
use super::row::free_value;
use super::tree::Tree;
use super::walk::{Step, Walker};

/// CloudTrail's path, and where ECS may have it.
const FIELDS: &[(&[&str], &[&str])] = &[
    (&["eventVersion"], &["aws.cloudtrail.event_version"]),
    (&["userIdentity", "type"], &["aws.cloudtrail.user_identity.type"]),
    (&["userIdentity", "principalId"], &["user.id"]),
    (&["userIdentity", "arn"], &["aws.cloudtrail.user_identity.arn"]),
    (&["userIdentity", "accountId"], &["cloud.account.id"]),
    (&["userIdentity", "accessKeyId"], &["aws.cloudtrail.user_identity.access_key_id"]),
    (&["userIdentity", "invokedBy"], &["aws.cloudtrail.user_identity.invoked_by"]),
    (&["eventTime"], &["@timestamp"]),
    (&["eventSource"], &["event.provider"]),
    (&["eventName"], &["event.action"]),
    (&["awsRegion"], &["cloud.region"]),
    (&["sourceIPAddress"], &["source.address", "source.ip"]),
    (&["userAgent"], &["user_agent.original"]),
    (&["errorCode"], &["aws.cloudtrail.error_code"]),
    (&["errorMessage"], &["aws.cloudtrail.error_message"]),
    (&["requestID"], &["aws.cloudtrail.request_id"]),
    (&["eventID"], &["event.id"]),
    (&["eventType"], &["aws.cloudtrail.event_type"]),
    (&["apiVersion"], &["aws.cloudtrail.api_version"]),
    (&["recipientAccountId"], &["aws.cloudtrail.recipient_account_id", "cloud.account.id"]),
    (&["sharedEventID"], &["aws.cloudtrail.shared_event_id"]),
    (&["vpcEndpointId"], &["aws.cloudtrail.vpc_endpoint_id"]),
    (&["eventCategory"], &["aws.cloudtrail.event_category"]),
    (&["tlsDetails", "cipherSuite"], &["tls.cipher"]),
    (&["tlsDetails", "clientProvidedHostHeader"], &["tls.client.server_name"]),
];

/// The parts that are free in form: the object when it was kept, else text.
const FREE: &[(&str, &[&str])] = &[
    (
        "requestParameters",
        &["aws.cloudtrail.flattened.request_parameters", "aws.cloudtrail.request_parameters"],
    ),
    ("responseElements", &["aws.cloudtrail.flattened.response_elements", "aws.cloudtrail.response_elements"]),
    (
        "additionalEventData",
        &["aws.cloudtrail.flattened.additional_eventdata", "aws.cloudtrail.additional_eventdata"],
    ),
    (
        "serviceEventDetails",
        &["aws.cloudtrail.flattened.service_event_details", "aws.cloudtrail.service_event_details"],
    ),
    ("insightDetails", &["aws.cloudtrail.flattened.insight_details", "aws.cloudtrail.insight_details"]),
];

/// Opens an ECS document; `None` when it is none of CloudTrail.
pub(crate) fn open(w: &mut Walker<'_>, document: &Object<'_>) -> Option<Step> {
    let is_like = |key: &[u8]| {
        matches!(key, b"event" | b"aws") || key.starts_with(b"event.") || key.starts_with(b"aws.")
    };
    if !document.members().iter().any(|m| is_like(m.key)) {
        return None;
    }
    let paths = Paths::of(document.json);
    let mut worst = Unknown::NotRecord;
    if let Some(original) = paths.get("event.original") {
        match w.inner(original) {
            Ok(()) => return Some(Ok(())),
            Err(why) => worst = why,
        }
    }
    let is_cloudtrail = paths.raw("aws.cloudtrail").is_some()
        || document.members().iter().any(|m| m.key.starts_with(b"aws.cloudtrail."))
        || paths.text(&["event.dataset"]).is_some_and(|name| name == "aws.cloudtrail")
        || paths.text(&["event.provider"]).is_some_and(|name| name.contains(".amazonaws.com"));
    if !is_cloudtrail {
        return None;
    }
    let record = map(&paths);
    if record.get(&["eventName"]).is_none() && record.get(&["eventSource"]).is_none() {
        return Some(Err(worst));
    }
    Some(w.rebuilt(&record))
}

fn map(document: &Paths<'_>) -> Tree {
    let mut record = Tree::map();
    for (to, from) in FIELDS {
        record.put_text(to, document.text(from));
    }
    for (to, from) in [("readOnly", "read_only"), ("managementEvent", "management_event")] {
        if let Some(word @ ("true" | "false")) =
            document.text(&[&format!("aws.cloudtrail.{from}")]).as_deref()
        {
            record.put(&[to], Tree::bool(word == "true"));
        }
    }
    put_session(&mut record, document);
    for (to, from) in FREE {
        if let Some(value) = from.iter().find_map(|path| document.get(path)) {
            record.put(&[to], free_value(to, value));
        }
    }
    put_resources(&mut record, document);
    put_tls(&mut record, document);
    put_login(&mut record, document);
    put_outcome(&mut record, document);
    record
}

/// `user.name` is the name of the role for an assumed role, of the user for everybody else.
fn put_session(record: &mut Tree, document: &Paths<'_>) {
    const CONTEXT: &str = "aws.cloudtrail.user_identity.session_context";
    let part = |path: &str| document.text(&[&format!("{CONTEXT}.{path}")]);
    let session = ["userIdentity", "sessionContext"];
    for name in ["type", "principal_id", "arn", "account_id", "user_name"] {
        let to = names::restore("userIdentity", name);
        record.put_text(
            &[session[0], session[1], "sessionIssuer", &to],
            part(&format!("session_issuer.{name}")),
        );
    }
    for name in ["creation_date", "mfa_authenticated"] {
        let to = names::restore("userIdentity", name);
        record.put_text(&[session[0], session[1], "attributes", &to], part(name));
    }
    let issuer = [session[0], session[1], "sessionIssuer"];
    let name = document.text(&["user.name"]);
    if record.get(&issuer).is_some() {
        if let Some(name) = name {
            record.put_absent(&[session[0], session[1], "sessionIssuer", "userName"], Tree::text(name));
        }
    } else {
        record.put_text(&["userIdentity", "userName"], name);
    }
}

fn put_resources(record: &mut Tree, document: &Paths<'_>) {
    let Some(list) = document.list("aws.cloudtrail.resources") else { return };
    record.put(&["resources"], Tree::renamed(list, &|key| names::restore("resources", key)));
}

/// `tls.version` is only the number of the version.
fn put_tls(record: &mut Tree, document: &Paths<'_>) {
    let version = document.text(&["tls.version"]);
    let version = version.map(|v| if v.starts_with("TLS") { v.into_owned() } else { format!("TLSv{v}") });
    record.put_text(&["tlsDetails", "tlsVersion"], version);
}

fn put_login(record: &mut Tree, document: &Paths<'_>) {
    const DATA: &str = "aws.cloudtrail.console_login.additional_eventdata";
    for (to, from) in [("MobileVersion", "mobile_version"), ("LoginTo", "login_to"), ("MFAUsed", "mfa_used")]
    {
        let value = document.text(&[&format!("{DATA}.{from}")]);
        let value = value.map(|text| match text.as_ref() {
            "true" => "Yes".to_owned(),
            "false" => "No".to_owned(),
            _ => text.into_owned(),
        });
        if let Some(value) = value {
            record.put_absent(&["additionalEventData", to], Tree::text(value));
        }
    }
}

fn put_outcome(record: &mut Tree, document: &Paths<'_>) {
    if document.text(&["event.outcome"]).as_deref() == Some("failure") {
        put_failure(record);
    }
}

/// A failure that left no code behind must not look like a success.
pub(super) fn put_failure(record: &mut Tree) {
    if record.get(&["errorCode"]).is_some() {
        return;
    }
    if record.get(&["eventName"]) == Some(&Tree::text("ConsoleLogin")) {
        record.put_absent(&["responseElements", "ConsoleLogin"], Tree::text("Failure"));
    } else if record.get(&["errorMessage"]) != Some(&Tree::text("Failed authentication")) {
        // That message alone says more: it is a refusal.
        record.put(&["errorCode"], Tree::text("failure"));
    }
}
