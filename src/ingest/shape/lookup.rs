//! `LookupEvents`: what the CLI and the SDKs answer.
//!
//! The truth is the string in `CloudTrailEvent`. Where a projection has dropped
//! it, the outer members give a record that is thin but better than none.

use std::borrow::Cow;

use super::object::Object;
use super::reason::{self, Unknown};
use super::tree::Tree;
use super::walk::{Step, Walker};
use crate::event::time::Time;
use crate::json;

/// Opens one event of `LookupEvents`; `None` when it is none.
pub(crate) fn open(w: &mut Walker<'_>, event: &Object<'_>) -> Option<Step> {
    let raw = event.raw("CloudTrailEvent");
    if raw.is_none() && !(event.has("EventName") && (event.has("EventId") || event.has("EventSource"))) {
        return None;
    }
    let told = raw.filter(|raw| !json::is_null(raw)).map_or(Err(Unknown::NotRecord), |raw| w.inner(raw));
    Some(told.or_else(|why| from_outer(w, event, why, raw.unwrap_or(b"null"))))
}

fn from_outer(w: &mut Walker<'_>, event: &Object<'_>, why: Unknown, raw: &[u8]) -> Step {
    if !event.has("EventName") {
        w.reject(format!("`CloudTrailEvent` of LookupEvents: {}", reason::describe(why, raw)));
        return Ok(());
    }
    let mut record = Tree::map();
    record.put_text(&["eventTime"], scalar(event, "EventTime").map(|text| time(&text)));
    for (to, from) in [("eventSource", "EventSource"), ("eventName", "EventName"), ("eventID", "EventId")] {
        record.put_text(&[to], scalar(event, from));
    }
    record.put_text(&["userIdentity", "userName"], scalar(event, "Username"));
    record.put_text(&["userIdentity", "accessKeyId"], scalar(event, "AccessKeyId"));
    if let Some(read_only @ ("true" | "false")) =
        scalar(event, "ReadOnly").map(|s| s.to_lowercase()).as_deref()
    {
        record.put(&["readOnly"], Tree::bool(read_only == "true"));
    }
    if let Some(list) = event.list("Resources") {
        record.put(&["resources"], Tree::List(json::elements(list).map(resource).collect()));
    }
    w.rebuilt(&record)
}

fn scalar<'a>(event: &Object<'a>, key: &str) -> Option<Cow<'a, str>> {
    json::scalar(event.get(key)?).filter(|text| !text.is_empty())
}

/// Epoch seconds, or a local time with its offset, as CloudTrail writes times; what is no time stays.
fn time(text: &str) -> String {
    let time = Time::parse(text.as_bytes());
    if time.is_known() { time.to_string() } else { text.to_owned() }
}

fn resource(value: &[u8]) -> Tree {
    let mut resource = Tree::map();
    let part = |key| json::member(value, key).and_then(json::scalar);
    resource.put_text(&["type"], part("ResourceType"));
    let name = part("ResourceName");
    let key = if name.as_ref().is_some_and(|name| name.starts_with("arn:")) { "ARN" } else { "resourceName" };
    resource.put_text(&[key], name);
    resource
}
