//! Slack: what is posted, and what its answers mean.
//!
//! [`body`] makes the JSON of a message, in blocks, within every limit that Slack
//! has, and with nothing left in it that Slack would act on: the three characters that
//! begin a mention or a link are escaped, values stand in code spans, and nothing is unfurled.
//! `read_answer` tells an answer that may be better next time from one that never will be.
//! Nothing here sends.

mod answer;

use serde_json::{Value, json};

pub(crate) use self::answer::read_answer;
use super::message::{Alert, Message, RunSummary, Similar};
use crate::score::Level;
use crate::text::{count, visible};

/// The most characters of a header; all limits count UTF-16 units, of which no text has fewer than characters.
const HEADER: usize = 150;
/// The most characters of a value in a field. Slack takes 2000; ten of those would be too many together.
const FIELD: usize = 240;
/// The most characters of a section. Slack takes 3000.
const SECTION: usize = 1400;
/// The most characters of the text that stands in notifications.
const FALLBACK: usize = 300;

/// What wrote it.
const TOOL: &str = concat!("trailhound ", env!("CARGO_PKG_VERSION"));

/// The body of a post: `text` for notifications, and blocks. `repeated`: it may have arrived before.
pub fn body(message: &Message, similar: &Similar, repeated: bool) -> Value {
    let mut blocks = match message {
        Message::Alert(alert) => of_alert(alert, similar),
        Message::Summary(summary) => of_summary(summary),
        Message::Test => vec![section(&message.headline(), SECTION)],
    };
    if repeated {
        blocks.push(context(&["Sent again after an interruption; it may have arrived before."]));
    }
    let fallback = [sign(message), message.headline(), similar.words()];
    let fallback: Vec<&str> = fallback.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    json!({
        "text": escaped(&fallback.join(" "), FALLBACK),
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks,
    })
}

/// The body of a post by the Web API, which needs to be told the channel.
pub fn api_body(message: &Message, similar: &Similar, repeated: bool, channel: &str) -> Value {
    let mut body = body(message, similar, repeated);
    if let Value::Object(fields) = &mut body {
        fields.insert("channel".to_owned(), json!(channel));
        fields.insert("parse".to_owned(), json!("none"));
        fields.insert("link_names".to_owned(), json!(false));
    }
    body
}

fn sign(message: &Message) -> String {
    match message {
        Message::Alert(alert) => mark(alert.level).to_owned(),
        Message::Summary(_) | Message::Test => String::new(),
    }
}

/// The sign of a level, always beside its word.
fn mark(level: Level) -> &'static str {
    match level {
        Level::Critical => "🔴",
        Level::High => "🟠",
        Level::Medium => "🟡",
        Level::Low => "🔵",
        Level::Info => "⚪",
    }
}

fn of_alert(alert: &Alert, similar: &Similar) -> Vec<Value> {
    let event = if alert.event.is_empty() { &alert.title } else { &alert.event };
    let mut blocks = vec![header(&format!("{} {} · {event}", mark(alert.level), alert.standing()))];
    blocks.push(json!({"type": "section", "fields": fields(alert)}));
    if !alert.narrative.is_empty() {
        blocks.push(section(&alert.narrative, SECTION));
    }
    if !alert.factors.is_empty() {
        let line = |factor: &String| format!("• {}", code(factor, FIELD));
        let lines: Vec<String> = alert.factors.iter().take(3).map(line).collect();
        blocks.push(json!({"type": "section", "text": mrkdwn(&format!("*Why*\n{}", lines.join("\n")))}));
    }
    if similar.count > 0 {
        blocks.push(section(&similar.words(), FIELD));
    }
    let ids = [("Event", &alert.event_id), ("Case", &alert.case_id)];
    let known = ids.iter().filter(|(_, id)| !id.is_empty());
    let mut notes: Vec<String> = known.map(|(name, id)| format!("{name} {id}")).collect();
    notes.push(TOOL.to_owned());
    blocks.push(context(&notes));
    blocks
}

/// The fields of an alert, the unknown ones too; at most ten.
fn fields(alert: &Alert) -> Vec<Value> {
    let field = |name: &str, value: &str| mrkdwn(&format!("*{name}*\n{}", code(value, FIELD)));
    let mut fields = vec![
        field("Actor", &alert.actor),
        field("Account", &alert.account),
        field("Source IP", &alert.source_ip),
        field("Region", &alert.region),
        field("Time (UTC)", &alert.time),
        field("Outcome", &alert.outcome),
        field("Technique", &alert.techniques.join(", ")),
        field("Rule", &alert.rules.join("; ")),
    ];
    if !alert.target.is_empty() {
        fields.push(field("Target", &alert.target));
    }
    fields
}

fn of_summary(summary: &RunSummary) -> Vec<Value> {
    let names = |names: &[String]| {
        let codes: Vec<String> = names.iter().take(3).map(|name| code(name, FIELD)).collect();
        if codes.is_empty() { "none".to_owned() } else { codes.join("\n") }
    };
    let fields = [
        ("Events", count(summary.total_events)),
        ("Average risk", format!("{:.1}", summary.average_risk)),
        ("Anomalous users", names(&summary.anomalous_users)),
        ("Anomalous actions", names(&summary.anomalous_actions)),
    ];
    let fields: Vec<Value> =
        fields.iter().map(|(name, value)| mrkdwn(&format!("*{name}*\n{value}"))).collect();
    let (first, last) = &summary.span;
    let mut notes = vec![TOOL.to_owned()];
    if !first.is_empty() {
        notes.insert(0, format!("{first} to {last}"));
    }
    vec![
        header("CloudTrail: summary of a run"),
        json!({"type": "section", "fields": fields}),
        context(&notes),
    ]
}

fn header(text: &str) -> Value {
    json!({"type": "header", "text": {"type": "plain_text", "text": escaped(text, HEADER), "emoji": false}})
}

/// A section of words that are no markup of ours.
fn section(text: &str, most: usize) -> Value {
    json!({"type": "section", "text": {"type": "plain_text", "text": escaped(text, most), "emoji": false}})
}

fn context(notes: &[impl AsRef<str>]) -> Value {
    let element = |note: &str| json!({"type": "plain_text", "text": escaped(note, FIELD), "emoji": false});
    let elements: Vec<Value> = notes.iter().take(10).map(|note| element(note.as_ref())).collect();
    json!({"type": "context", "elements": elements})
}

/// Markup of ours, in which every value is escaped; `verbatim` keeps Slack from making links of what looks like one.
fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

/// A value in a code span, where no markup counts; `–` for none.
fn code(value: &str, most: usize) -> String {
    if value.trim().is_empty() {
        return "–".to_owned();
    }
    format!("`{}`", escaped(&value.replace('`', "'"), most.saturating_sub(2)))
}

/// `text` with everything hostile visible and escaped, at most `most` units long after that.
///
/// What stands in a code span must not bring a backtick of its own, and no cut goes through an escape.
pub(crate) fn escaped(text: &str, most: usize) -> String {
    let mut out = String::new();
    let (mut units, mut fits) = (0, 0);
    for c in visible(text).chars() {
        let mut own = [0; 4];
        let piece: &str = match c {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            c => c.encode_utf8(&mut own),
        };
        units += piece.encode_utf16().count();
        if units > most {
            out.truncate(fits);
            out.push('…');
            return out;
        }
        out.push_str(piece);
        // Where a cut would leave room for the ellipsis.
        if units < most {
            fits = out.len();
        }
    }
    out
}

#[cfg(test)]
mod tests;
