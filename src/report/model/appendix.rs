//! The records of the cited events, and the words of the report.

use serde::Serialize;
use serde_json::Value;

use super::{Finding, Gather};

/// Of how many findings the record of the riskiest event is shown.
const RECORDS: usize = 20;
/// How many bytes of a record are shown.
const LONGEST: usize = 16_000;
/// Values of these keys let whoever has them in, and are left out.
const SECRETS: [&str; 6] =
    ["sessiontoken", "secretaccesskey", "password", "newpassword", "oldpassword", "clientsecret"];

/// The record of an event.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cited {
    /// Its id.
    #[serde(rename = "eventID")]
    pub id: String,
    /// The finding that cites it.
    pub finding: u32,
    /// The file that it stands in.
    pub file: String,
    /// The byte offset in the inflated text of the file.
    pub offset: u64,
    /// The record as indented JSON, without secrets. Hostile.
    pub text: String,
}

/// A word and what it means here.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Term {
    /// The word.
    pub term: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// The records of the riskiest events of the gravest findings, each once.
pub(super) fn cited(gather: &Gather<'_>, findings: &[Finding]) -> Vec<Cited> {
    let inv = gather.inv;
    let mut seen = std::collections::HashSet::new();
    let mut all = Vec::new();
    for finding in findings.iter().take(RECORDS) {
        let Some(row) = inv.table.row(finding.event.row).filter(|row| seen.insert(row.number())) else {
            continue;
        };
        let text = match inv.raw(&row) {
            Ok(raw) => shown(&raw),
            Err(e) => e.to_string(),
        };
        let at = row.locator();
        let (file, offset) = (inv.files.name(at.file), inv.files.offset(at.file, at.offset));
        all.push(Cited { id: row.id(), finding: finding.number, file, offset, text });
    }
    all
}

/// A record with indents and without secrets, cut where it is very long.
fn shown(raw: &[u8]) -> String {
    let mut text = match serde_json::from_slice::<Value>(raw) {
        Ok(mut record) => {
            without_secrets(&mut record);
            serde_json::to_string_pretty(&record).unwrap_or_default()
        }
        Err(_) => String::from_utf8_lossy(raw).into_owned(),
    };
    if text.len() > LONGEST {
        let mut end = LONGEST;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let rest = text.len() - end;
        text.truncate(end);
        text += &format!("\n... {rest} more bytes; see the file");
    }
    text
}

fn without_secrets(record: &mut Value) {
    let mut open = vec![record];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(list) => open.extend(list),
            Value::Object(members) => {
                for (key, value) in members {
                    if SECRETS.contains(&key.to_lowercase().as_str()) && value.is_string() {
                        *value = "(left out)".into();
                    } else {
                        open.push(value);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The words of a report.
pub(super) fn glossary() -> Vec<Term> {
    let terms = [
        ("actor", "Who made a call: a user, or a role with the name of its session."),
        ("burst", "What one session does over and over without long rests; one line stands for all of it."),
        ("finding", "Acts of one actor that a rule, or their points, put at medium level or above."),
        (
            "level",
            "info below 20 points, then low, medium from 45, high from 70, critical from 90; a rule that hits raises an event to where its level begins.",
        ),
        (
            "points",
            "How risky an event is by itself, 0 to 100, with the reasons; other events never change them.",
        ),
        ("risk score", "The risk by the table of sensitive calls alone, as in alerts.csv."),
        ("session", "All that was done with one set of credentials, or one sign-in."),
        ("trail", "A session, who handed it its credentials, and whom it handed some to."),
        ("z-score", "How many standard deviations a count lies above the mean of all counts."),
    ];
    terms.into_iter().map(|(term, meaning)| Term { term, meaning }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_left_out_of_records() {
        let raw = br#"{"responseElements":{"credentials":{"accessKeyId":"ASIAX","sessionToken":"FwoGZX"}},"a":[{"newPassword":"hunter2"}]}"#;
        let text = shown(raw);
        assert!(text.contains("ASIAX") && !text.contains("FwoGZX") && !text.contains("hunter2"), "{text}");
        assert_eq!(text.matches("(left out)").count(), 2);
    }

    #[test]
    fn long_records_are_cut_between_characters() {
        let text = shown(format!("{{\"a\":\"{}\"}}", "é".repeat(20_000)).as_bytes());
        assert!(text.len() < LONGEST + 100 && text.ends_with("see the file"));
        assert_eq!(shown(b"no JSON"), "no JSON");
    }
}
