//! OCSF, the schema of Security Lake: a record mapped back to CloudTrail's fields.
//!
//! Paths differ between the versions (1.0.0-rc.2, 1.1, 1.5), so each field has
//! a list of them and the first that is there counts. What the mapping left
//! over is in `unmapped`, under CloudTrail's own names.

use super::ecs::put_failure;
use super::object::{Object, Paths};
use super::reason::Unknown;
use super::row::free_value;
use super::tree::{MAX_LEVELS, Tree};
use super::walk::{Step, Walker};
use crate::event::time::Time;
use crate::json;

/// CloudTrail's path, and where OCSF may have it.
const FIELDS: &[(&[&str], &[&str])] = &[
    (&["eventVersion"], &["metadata.product.version"]),
    (&["userIdentity", "type"], &["actor.user.type"]),
    (&["userIdentity", "accountId"], &["actor.user.account.uid", "actor.user.account_uid"]),
    (
        &["userIdentity", "accessKeyId"],
        &["actor.user.credential_uid", "actor.user.programmatic_credentials.uid"],
    ),
    (&["userIdentity", "userName"], &["actor.user.name"]),
    (&["userIdentity", "invokedBy"], &["actor.invoked_by", "actor.app_name"]),
    (&["userIdentity", "identityProvider"], &["actor.idp.name"]),
    (&["userIdentity", "sessionContext", "sessionIssuer", "arn"], &["actor.session.issuer"]),
    (
        &["userIdentity", "sessionContext", "attributes", "mfaAuthenticated"],
        &["actor.session.is_mfa", "actor.session.mfa"],
    ),
    (&["eventSource"], &["api.service.name"]),
    (&["eventName"], &["api.operation"]),
    (&["awsRegion"], &["cloud.region", "region"]),
    (
        &["sourceIPAddress"],
        &["src_endpoint.ip", "src_endpoint.domain", "src_endpoint.svc_name", "src_endpoint.hostname"],
    ),
    (&["userAgent"], &["http_request.user_agent"]),
    (&["errorCode"], &["api.response.error"]),
    (&["errorMessage"], &["api.response.error_message", "api.response.message"]),
    (&["requestID"], &["api.request.uid"]),
    (&["eventID"], &["metadata.uid"]),
    (&["eventType"], &["metadata.event_code", "metadata.log_name"]),
    (&["apiVersion"], &["api.version"]),
    (&["recipientAccountId"], &["cloud.account.uid", "cloud.account_uid", "accountid"]),
    (&["vpcEndpointId"], &["src_endpoint.uid"]),
    (&["tlsDetails", "tlsVersion"], &["tls.version"]),
    (&["tlsDetails", "cipherSuite"], &["tls.cipher"]),
    (&["tlsDetails", "clientProvidedHostHeader"], &["tls.sni"]),
];

/// Opens an OCSF event; `None` when it is none.
pub(crate) fn open(w: &mut Walker<'_>, event: &Object<'_>) -> Option<Step> {
    if !event.has("class_uid") || !event.has("metadata") {
        return None;
    }
    if let Some(raw) = event.get("raw_data")
        && w.inner(raw).is_ok()
    {
        return Some(Ok(()));
    }
    let paths = Paths::of(event.json);
    if !is_cloudtrail(&paths) {
        let product = paths.text(&["metadata.product.name"]).unwrap_or("another product".into());
        let product = crate::text::visible(&product).into_owned();
        w.reject(format!("an OCSF event of {}, not of CloudTrail", crate::text::clip(&product, 40)));
        return Some(Ok(()));
    }
    let record = map(&paths);
    if record.get(&["eventName"]).is_none() && record.get(&["eventSource"]).is_none() {
        return Some(Err(Unknown::NotRecord));
    }
    Some(w.rebuilt(&record))
}

fn is_cloudtrail(event: &Paths<'_>) -> bool {
    event.text(&["metadata.product.name"]).is_some_and(|name| name.eq_ignore_ascii_case("CloudTrail"))
        || event.text(&["metadata.log_provider"]).is_some_and(|name| name.eq_ignore_ascii_case("CloudTrail"))
        || event.text(&["api.service.name"]).is_some_and(|name| name.contains(".amazonaws.com"))
}

fn map(event: &Paths<'_>) -> Tree {
    let mut record = Tree::map();
    for (to, from) in FIELDS {
        record.put_text(to, event.text(from).filter(|text| text != "null"));
    }
    put_ids(&mut record, event);
    put_time(&mut record, &["eventTime"], event, &["time_dt", "time"]);
    let created = ["actor.session.created_time_dt", "actor.session.created_time"];
    put_time(&mut record, &["userIdentity", "sessionContext", "attributes", "creationDate"], event, &created);
    put_category(&mut record, event);
    for (to, from) in [("requestParameters", "api.request.data"), ("responseElements", "api.response.data")] {
        if let Some(value) = event.raw(from) {
            record.put(&[to], free_value(to, value));
        }
    }
    put_resources(&mut record, event);
    if let Some(rest) = event.raw("unmapped") {
        put_unmapped(&mut record, rest);
    }
    put_login(&mut record, event);
    if event.text(&["status"]).as_deref() == Some("Failure")
        || event.text(&["status_id"]).as_deref() == Some("2")
    {
        put_failure(&mut record);
    }
    record
}

/// Of the identifiers of a user the ARN is one and the principal another; which is which differs by version.
fn put_ids(record: &mut Tree, event: &Paths<'_>) {
    let ids = ["actor.user.uid", "actor.user.uid_alt", "actor.user.uuid"].map(|path| event.text(&[path]));
    let arn = ids.iter().flatten().find(|id| id.starts_with("arn:"));
    let principal = ids.iter().flatten().find(|id| !id.starts_with("arn:"));
    record.put_text(&["userIdentity", "arn"], arn.map(AsRef::as_ref));
    record.put_text(&["userIdentity", "principalId"], principal.map(AsRef::as_ref));
}

fn put_time(record: &mut Tree, to: &[&str], event: &Paths<'_>, from: &[&str]) {
    let known = from.iter().filter_map(|path| event.text(&[path])).map(|text| Time::parse(text.as_bytes()));
    if let Some(time) = known.into_iter().find(|time| time.is_known()) {
        record.put(to, Tree::text(time.to_string()));
    }
}

fn put_category(record: &mut Tree, event: &Paths<'_>) {
    if let Some(name @ ("Management" | "Data" | "Insight" | "NetworkActivity")) =
        event.text(&["metadata.product.feature.name"]).as_deref()
    {
        record.put(&["eventCategory"], Tree::text(name));
    }
}

fn put_resources(record: &mut Tree, event: &Paths<'_>) {
    let Some(list) = event.list("resources") else { return };
    let one = |value: &[u8]| {
        let (value, mut resource) = (Paths::of(value), Tree::map());
        resource.put_text(&["ARN"], value.text(&["uid", "name"]));
        resource.put_text(&["accountId"], value.text(&["owner.account.uid", "account_uid", "account.uid"]));
        resource.put_text(&["type"], value.text(&["type"]));
        resource
    };
    record.put(&["resources"], Tree::List(json::elements(list).map(one).collect()));
}

/// How many leaves of `unmapped` are looked at.
const MAX_LEAVES: usize = 2000;

/// `unmapped` is an object, nested or with points in its keys, a list of pairs, or one of these in a string.
fn put_unmapped(record: &mut Tree, rest: &[u8]) {
    let text =
        if rest.starts_with(b"\"") { json::unquote(rest).0.into_owned().into_bytes() } else { rest.to_vec() };
    let mut leaves = Leaves { record, left: MAX_LEAVES };
    for pair in json::elements(&text) {
        let mut parts = json::elements(pair);
        let key = json::member(pair, "key").or_else(|| parts.next());
        let value = json::member(pair, "value").or_else(|| parts.next());
        if let (Some(key), Some(value)) = (key.and_then(json::scalar), value) {
            leaves.put(&mut vec![key.into_owned()], value);
        }
    }
    leaves.put_members(&mut Vec::new(), &text);
}

struct Leaves<'a> {
    record: &'a mut Tree,
    left: usize,
}

impl Leaves<'_> {
    /// Recursion is bounded by [`MAX_LEVELS`].
    fn put_members(&mut self, path: &mut Vec<String>, object: &[u8]) {
        for m in json::members(object) {
            if self.left == 0 {
                return;
            }
            path.push(json::decode(m.key).0.into_owned());
            self.put(path, m.value);
            path.pop();
        }
    }

    fn put(&mut self, path: &mut Vec<String>, value: &[u8]) {
        if value.starts_with(b"{") && path.len() < MAX_LEVELS && json::members(value).next().is_some() {
            return self.put_members(path, value);
        }
        self.left = self.left.saturating_sub(1);
        let joined = path.join(".");
        let steps: Vec<&str> = joined.split('.').take(MAX_LEVELS).collect();
        let text = json::scalar(value);
        let tree = match (steps.as_slice(), text.as_deref()) {
            _ if json::is_null(value) => return,
            (_, Some("null")) => return,
            (["readOnly" | "managementEvent"], Some(word @ ("true" | "false"))) => Tree::bool(word == "true"),
            ([top], _) => free_value(top, value),
            _ => Tree::raw(value),
        };
        self.record.put_absent(&steps, tree);
    }
}

/// A console login says how it ended only in its response.
fn put_login(record: &mut Tree, event: &Paths<'_>) {
    if record.get(&["eventName"]) == Some(&Tree::text("ConsoleLogin"))
        && let Some(status @ ("Success" | "Failure")) = event.text(&["status"]).as_deref()
        && event.raw("api.response.data").is_none()
    {
        record.put_absent(&["responseElements", "ConsoleLogin"], Tree::text(status));
    }
}
