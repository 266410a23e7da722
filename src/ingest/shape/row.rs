//! A record out of named cells: a row of a table, or an object whose names are not CloudTrail's.
//!
//! The name of a column decides what a cell is: the raw record, a field of the
//! record (also `useridentity.arn`, also `Event name`), a time to fall back on,
//! or something else, which is kept under its own name. A raw record always wins
//! over the fields beside it.

use std::borrow::Cow;

use super::names::{self, plain};
use super::python;
use super::reason::Unknown;
use super::struct_text::{self, Keys};
use super::tree::{Tree, is_valid};
use super::walk::{Step, Walker};
use crate::json;

/// What a column holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Column {
    /// The record itself.
    Raw,
    /// Perhaps the record itself: `message`, `event` and their like.
    MaybeRaw,
    /// A field of the record, by its path.
    Field(Vec<String>),
    /// A time, for rows without `eventTime`.
    Time,
    /// Anything else.
    Other(String),
}

const RAW: &[&str] =
    &["raw", "@message", "cloudtrailevent", "rawlog", "rawevent", "rawdata", "rawmessage", "event.original"];
const MAYBE_RAW: &[&str] = &[
    "message",
    "event",
    "record",
    "log",
    "body",
    "data",
    "payload",
    "line",
    "json",
    "content",
    "detail",
    "value",
    "eventdata",
];
const TIMES: &[&str] =
    &["@timestamp", "time", "timestamp", "messagetime", "eventtimestamp", "datetime", "peventtime"];
/// What may stand before the name of a field: `detail.eventName`.
const PREFIXES: &[&str] = &[
    "json",
    "detail",
    "event",
    "log",
    "data",
    "result",
    "source",
    "cloudtrail",
    "record",
    "records",
    "message",
];
/// Columns of exports that have no path in their name: the console's event history, and common aliases.
const ALIASES: &[(&str, &[&str])] = &[
    ("username", &["userIdentity", "userName"]),
    ("awsaccesskey", &["userIdentity", "accessKeyId"]),
    ("accesskeyid", &["userIdentity", "accessKeyId"]),
    ("useridentitytype", &["userIdentity", "type"]),
    ("useridentityarn", &["userIdentity", "arn"]),
    ("useridentityprincipalid", &["userIdentity", "principalId"]),
    ("useridentityaccountid", &["userIdentity", "accountId"]),
    ("useridentityaccesskeyid", &["userIdentity", "accessKeyId"]),
    ("useridentityusername", &["userIdentity", "userName"]),
    ("sourceip", &["sourceIPAddress"]),
];

impl Column {
    /// What the column of this name holds.
    pub(crate) fn of(name: &str) -> Self {
        let name = name.trim().trim_matches('"');
        let low = plain(name);
        if RAW.contains(&low.as_str()) {
            return Self::Raw;
        }
        if let Some(path) = field_path(name) {
            return Self::Field(path);
        }
        if TIMES.contains(&low.as_str()) {
            return Self::Time;
        }
        if MAYBE_RAW.contains(&low.as_str()) {
            return Self::MaybeRaw;
        }
        Self::Other(name.to_owned())
    }

    /// The first step of the path of a field.
    pub(crate) fn top(&self) -> Option<&str> {
        match self {
            Self::Field(path) => path.first().map(String::as_str),
            _ => None,
        }
    }
}

fn field_path(name: &str) -> Option<Vec<String>> {
    if let Some((_, path)) = ALIASES.iter().find(|(alias, _)| *alias == plain(name)) {
        return Some(path.iter().map(|step| (*step).to_owned()).collect());
    }
    let mut steps = name.split('.').skip_while(|step| PREFIXES.contains(&plain(step).as_str()));
    let top = names::top(steps.next()?)?;
    let inner = steps.take(16).map(|step| inner_name(top, step));
    Some(std::iter::once(top.to_owned()).chain(inner).collect())
}

fn inner_name(top: &str, step: &str) -> String {
    if names::has_known_names(top) { names::restore(top, step) } else { step.to_owned() }
}

/// One cell.
pub(crate) enum Cell<'a> {
    /// Text of a table.
    Text(Cow<'a, str>),
    /// A JSON value that is no `null`.
    Json(&'a [u8]),
}

impl<'a> Cell<'a> {
    /// A JSON value as a cell; a string is its text, `null` is nothing.
    pub(crate) fn of_json(value: &'a [u8]) -> Option<Self> {
        match value.first()? {
            b'"' => Some(Self::Text(json::unquote(value).0)),
            _ if json::is_null(value) => None,
            _ => Some(Self::Json(value)),
        }
    }

    fn is_blank(&self) -> bool {
        match self {
            Self::Text(text) => matches!(text.trim(), "" | "null" | "NULL" | "None" | "\\N" | "-"),
            Self::Json(value) => json::is_null(value),
        }
    }
}

/// Opens a row: its raw record when it has one, else a record out of its fields.
pub(crate) fn open(w: &mut Walker<'_>, cells: &[(&Column, Cell<'_>)]) -> Step {
    let mut worst = Unknown::NotRecord;
    for kind in [Column::Raw, Column::MaybeRaw] {
        for (_, cell) in cells.iter().filter(|(column, cell)| **column == kind && !cell.is_blank()) {
            let told = match cell {
                Cell::Text(text) => w.deeper(|w| w.exact_text(text.as_bytes())),
                Cell::Json(value) => w.inner(value),
            };
            match told {
                Ok(()) => return Ok(()),
                Err(why) => worst = worst.max(why),
            }
        }
    }
    match assemble(cells) {
        Some(record) => w.rebuilt(&record),
        None => Err(worst),
    }
}

/// Puts a record together; `None` when too little of one is there.
fn assemble(cells: &[(&Column, Cell<'_>)]) -> Option<Tree> {
    let mut record = Tree::map();
    for (column, cell) in cells {
        if let (Column::Field(path), false) = (column, cell.is_blank()) {
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            record.put(&path, cell_tree(&path, cell));
        }
    }
    let about = [
        "eventName",
        "userIdentity",
        "eventSource",
        "eventTime",
        "eventID",
        "eventVersion",
        "sourceIPAddress",
    ];
    let known: Vec<&&str> = about.iter().filter(|name| record.get(&[name]).is_some()).collect();
    if known.len() < 2 || !matches!(known.first(), Some(&&("eventName" | "userIdentity" | "eventSource"))) {
        return None;
    }
    for (column, cell) in cells.iter().filter(|(_, cell)| !cell.is_blank()) {
        match column {
            Column::Time => record.put_absent(&["eventTime"], plain_tree(cell)),
            Column::Other(name) if name.len() <= 128 => record.put_absent(&[name], plain_tree(cell)),
            _ => {}
        }
    }
    Some(record)
}

fn plain_tree(cell: &Cell<'_>) -> Tree {
    match cell {
        Cell::Text(text) => Tree::text(text.as_ref()),
        Cell::Json(value) => Tree::raw(value),
    }
}

/// The value of a field as CloudTrail would have it.
fn cell_tree(path: &[&str], cell: &Cell<'_>) -> Tree {
    let top = path.first().copied().unwrap_or_default();
    match cell {
        Cell::Json(value) if names::has_known_names(top) => {
            Tree::renamed(value, &|key| names::restore(top, key))
        }
        Cell::Json(value) => Tree::raw(value),
        Cell::Text(text) if is_structured(path) => structured(top, text),
        Cell::Text(text) => match (path, text.to_ascii_lowercase().as_str()) {
            (["readOnly" | "managementEvent"], "true" | "false") => {
                Tree::bool(text.eq_ignore_ascii_case("true"))
            }
            _ => Tree::text(text.as_ref()),
        },
    }
}

/// The fields whose value is an object, a list, or free in form. Below the parameters of a service text is
/// text: `requestParameters.policyDocument` is a string there, too.
fn is_structured(path: &[&str]) -> bool {
    const FREE: &[&str] = &[
        "requestParameters",
        "responseElements",
        "additionalEventData",
        "serviceEventDetails",
        "eventContext",
        "eventData",
    ];
    match path {
        [top] => names::has_known_names(top) || FREE.contains(top),
        [top, ..] => names::has_known_names(top),
        [] => false,
    }
}

/// Text of an object or list in whichever notation; other text stays text.
pub(crate) fn structured(top: &str, text: &str) -> Tree {
    let text = text.trim();
    let known = names::has_known_names(top);
    let rename = |key: &str| names::restore(top, key);
    if !text.starts_with(['{', '[']) {
        return Tree::text(text);
    }
    if is_valid(text.as_bytes()) {
        return if known { Tree::renamed(text.as_bytes(), &rename) } else { Tree::raw(text.as_bytes()) };
    }
    let keys = if known { Keys::Cloudtrail } else { Keys::Any };
    let all_of = |(tree, used): (Tree, usize)| (used == text.len()).then_some(tree);
    let tree = python::parse(text.as_bytes())
        .and_then(all_of)
        .or_else(|| struct_text::parse(text.as_bytes(), keys).and_then(all_of));
    match tree {
        Some(tree) if known => tree.with_names(&rename),
        Some(tree) => tree,
        None => Tree::text(text),
    }
}

/// A value that is JSON, or a string with text of an object in it.
pub(crate) fn free_value(top: &str, value: &[u8]) -> Tree {
    if value.starts_with(b"\"") { structured(top, &json::unquote(value).0) } else { Tree::raw(value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(path: &[&str]) -> Column {
        Column::Field(path.iter().map(|s| (*s).to_owned()).collect())
    }

    #[test]
    fn columns_are_known_by_their_names() {
        for (name, column) in [
            ("eventname", field(&["eventName"])),
            ("Event name", field(&["eventName"])),
            ("Source IP address", field(&["sourceIPAddress"])),
            ("User name", field(&["userIdentity", "userName"])),
            (
                "useridentity.sessioncontext.sessionissuer.username",
                field(&["userIdentity", "sessionContext", "sessionIssuer", "userName"]),
            ),
            ("detail.eventName", field(&["eventName"])),
            ("requestParameters.bucketName", field(&["requestParameters", "bucketName"])),
            ("_raw", Column::Raw),
            ("@message", Column::Raw),
            ("cloudtrail_event", Column::Raw),
            ("message", Column::MaybeRaw),
            ("_time", Column::Time),
            ("year", Column::Other("year".to_owned())),
        ] {
            assert_eq!(Column::of(name), column, "{name}");
        }
    }

    #[test]
    fn cells_become_what_cloudtrail_would_have_written() {
        for (path, text, json) in [
            (&["readOnly"][..], "True", "true"),
            (&["sessionCredentialFromConsole"], "true", "\"true\""),
            (&["requestParameters"], "{\"n\": 1.0}", "{\"n\": 1.0}"),
            (&["requestParameters"], "{bucketName=b, key=k}", r#"{"bucketName":"b","key":"k"}"#),
            (&["requestParameters"], "{'a': None}", r#"{"a":null}"#),
            (&["requestParameters"], "HIDDEN_DUE_TO_SECURITY_REASONS", "\"HIDDEN_DUE_TO_SECURITY_REASONS\""),
            (&["requestParameters", "policyDocument"], "{\"Version\":1}", r#""{\"Version\":1}""#),
            (
                &["userIdentity"],
                "{type=Root, accountid=111122223333}",
                r#"{"type":"Root","accountId":"111122223333"}"#,
            ),
            (&["userIdentity"], "{broken", "\"{broken\""),
            (&["resources"], "[{arn=a, accountid=1}]", r#"[{"ARN":"a","accountId":"1"}]"#),
            (&["userAgent"], "[S3Console/0.4]", "\"[S3Console/0.4]\""),
        ] {
            let tree = cell_tree(path, &Cell::Text(text.into()));
            assert_eq!(String::from_utf8(tree.to_json()).unwrap(), json, "{path:?} {text}");
        }
    }
}
