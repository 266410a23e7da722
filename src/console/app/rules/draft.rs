//! A new rule from an event: what it can be made of, and the text that comes of what was chosen.
//!
//! All values are an attacker's. They are written so that YAML gives back exactly what stood in the event, and so that
//! a rule compares them as they stand: what would be a wildcard is escaped.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::console::app::tree::{Kind, Tree};
use crate::detect::rules::Rules;
use crate::event::field::{Field, FieldRef};
use crate::investigation::Investigation;
use crate::query::group::value_of;
use crate::store::Row;

/// How many leaves of the request parameters are offered.
const LEAVES: usize = 60;
/// How many letters of a value are offered.
const LONGEST: usize = 2_000;

/// A condition that a new rule can have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The field, as rules write it. Hostile.
    pub field: String,
    /// The value of the event. Hostile.
    pub value: String,
    /// Whether it was chosen.
    pub on: bool,
}

/// What a new rule can be made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Drafting {
    /// What happened. Hostile.
    pub event: String,
    /// The conditions that can be chosen.
    pub parts: Vec<Part>,
}

/// A rule that is not saved yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    /// The name of its file.
    pub file: String,
    /// Its id.
    pub id: String,
    /// Its text.
    pub text: String,
}

impl Drafting {
    /// Of an event; the leaves of its request parameters are there where its record is.
    pub fn of(inv: &Investigation, row: &Row<'_>, record: Option<&Tree>) -> Self {
        let value = |field: Field| value_of(inv, row, &FieldRef::Column(field));
        let fields = [
            ("eventSource", row.text(crate::store::Column::Source).to_owned(), true),
            ("eventName", row.event().to_owned(), true),
            ("errorCode", value(Field::Error), false),
            ("userIdentity.arn", value(Field::Principal), false),
            ("userIdentity.userName", value(Field::User), false),
            ("sourceIPAddress", value(Field::Ip), false),
            ("userAgent", value(Field::Agent), false),
            ("awsRegion", value(Field::Region), false),
        ];
        let mut parts: Vec<Part> = fields
            .into_iter()
            .filter(|(_, value, _)| !value.is_empty())
            .map(|(field, value, on)| Part { field: field.to_owned(), value, on })
            .collect();
        parts.extend(record.map(leaves).unwrap_or_default());
        Self { event: row.event().to_owned(), parts }
    }

    /// Switches a condition on or off.
    pub fn toggle(&mut self, at: usize) {
        if let Some(part) = self.parts.get_mut(at) {
            part.on = !part.on;
        }
    }

    /// The rule; `None` while nothing is chosen. Its id follows from what was chosen, and is none that is in use.
    pub fn draft(&self, rules: &Rules) -> Option<Draft> {
        let mut selection = String::new();
        for (field, values) in self.chosen() {
            let field = if is_plain(&field) { field } else { quoted(&field) };
            match values.as_slice() {
                [one] => {
                    let _ = writeln!(selection, "    {field}: {}", quoted(&escaped(one)));
                }
                many => {
                    let _ = writeln!(selection, "    {field}:");
                    for value in many {
                        let _ = writeln!(selection, "      - {}", quoted(&escaped(value)));
                    }
                }
            }
        }
        if selection.is_empty() {
            return None;
        }
        let id = free_id(rules, &format!("own-{}{}", slug(&self.event), short_hash(&selection)));
        let title = quoted(&format!("{} as it was seen", self.event));
        let text = format!(
            "title: {title}\nid: {id}\nstatus: experimental\ndescription: What this finds, and why it matters.\n\
             logsource:\n  product: aws\n  service: cloudtrail\ndetection:\n  selection:\n{selection}  \
             condition: selection\nlevel: medium\n"
        );
        Some(Draft { file: format!("{id}.yml"), id, text })
    }

    /// The fields that were chosen with their values: those of a list stand for one another.
    fn chosen(&self) -> Vec<(String, Vec<String>)> {
        let mut all: Vec<(String, Vec<String>)> = Vec::new();
        for part in self.parts.iter().filter(|part| part.on) {
            match all.iter_mut().find(|(field, _)| *field == part.field) {
                Some((_, values)) => values.push(part.value.clone()),
                None => all.push((part.field.clone(), vec![part.value.clone()])),
            }
        }
        all
    }
}

/// What stands at the ends of the request parameters.
fn leaves(tree: &Tree) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (at, node) in tree.nodes().iter().enumerate() {
        let path = tree.query_path(at);
        let is_leaf = !(node.kind.is_container() || node.kind == Kind::Word && node.text == "null");
        // A key with a sign of its own in rules cannot be named in one.
        let is_named = path.iter().all(|key| !key.is_empty() && !key.contains(['|', '.']));
        if path.first() != Some(&"requestParameters") || !is_leaf || !is_named || node.text.len() > LONGEST {
            continue;
        }
        let part = Part { field: path.join("."), value: node.text.clone(), on: false };
        if !parts.contains(&part) {
            parts.push(part);
        }
        if parts.len() >= LEAVES {
            break;
        }
    }
    parts
}

/// Whether a key needs no quotes.
fn is_plain(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

/// A value that is compared as it stands.
fn escaped(value: &str) -> String {
    value.chars().flat_map(|c| matches!(c, '*' | '?' | '\\').then_some('\\').into_iter().chain([c])).collect()
}

/// A text as YAML quotes it: what cannot be seen, or would turn the line around, is written by its number.
fn quoted(text: &str) -> String {
    if text.chars().all(is_seen) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_seen(c) => out.push(c),
            c => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
        }
    }
    out.push('"');
    out
}

fn is_seen(c: char) -> bool {
    *crate::text::visible(c.encode_utf8(&mut [0; 4])) == *c.encode_utf8(&mut [0; 4])
        && !c.is_control()
        && !matches!(c, '\u{feff}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn slug(event: &str) -> String {
    let letters: String = event.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    if letters.is_empty() { letters } else { letters.to_lowercase() + "-" }
}

/// A few digits that follow from a text.
fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
}

/// An id that no rule has, and whose file none of them is in.
fn free_id(rules: &Rules, wanted: &str) -> String {
    let is_taken = |id: &String| {
        let file = format!("{id}.yml");
        let is_file = |(name, _): &(String, String)| name.rsplit(['/', '\\']).next() == Some(file.as_str());
        rules.infos().iter().any(|rule| rule.id.eq_ignore_ascii_case(id)) || rules.files().iter().any(is_file)
    };
    let ids = std::iter::once(wanted.to_owned()).chain((2u32..).map(|n| format!("{wanted}-{n}")));
    let mut ids = ids.skip_while(is_taken);
    ids.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;
    use crate::detect::attack::Attack;
    use crate::detect::rules::Files;
    use crate::detect::sigma::item::Placeholders;
    use crate::detect::sigma::plain;

    fn read(files: &Files) -> Rules {
        Rules::read(files, &Placeholders::new(), &[], &Attack::shipped())
    }

    fn drafting(parts: &[(&str, &str)]) -> Drafting {
        let part =
            |(field, value): &(&str, &str)| Part { field: (*field).into(), value: (*value).into(), on: true };
        Drafting { event: "StopLogging".to_owned(), parts: parts.iter().map(part).collect() }
    }

    proptest! {
        #[test]
        fn whatever_stands_in_an_event_is_hit_by_the_rule_that_is_made_of_it(value in "\\PC{1,20}|[\\x00-\\x7f*?\\\\'\"#: -]{1,20}", key in "[a-zA-Z :#'\"-]{1,8}") {
            let record = serde_json::json!({"eventName": value, "requestParameters": {&key: value}});
            let mut of = drafting(&[("eventName", &value)]);
            let text = record.to_string();
            of.parts.extend(leaves(&Tree::new(text.as_bytes(), &HashMap::new())).into_iter().map(|p| Part { on: true, ..p }));
            let draft = of.draft(&Rules::default()).unwrap();
            let rules = read(&vec![(draft.file, draft.text.clone())]);
            prop_assert_eq!(rules.faults(), &[], "{}", draft.text);
            prop_assert!(plain::fires(&rules.singles()[0], &record), "{}", draft.text);
            let other = serde_json::json!({"eventName": format!("{value}x"), "requestParameters": {&key: value}});
            prop_assert!(!plain::fires(&rules.singles()[0], &other), "{}", draft.text);
        }
    }

    #[test]
    fn an_id_follows_from_what_was_chosen_and_is_never_taken_twice() {
        let one = drafting(&[("eventName", "StopLogging")]);
        let two = drafting(&[("eventName", "StopLogging"), ("errorCode", "AccessDenied")]);
        let none = Rules::default();
        let (a, b) = (one.draft(&none).unwrap(), two.draft(&none).unwrap());
        assert!(a.id.starts_with("own-stoplogging-") && a.file == format!("{}.yml", a.id));
        assert_ne!(a.id, b.id);
        assert_eq!(one.draft(&none).unwrap(), a);
        let rules = read(&vec![(format!("/x/{}", a.file), a.text.clone())]);
        let again = one.draft(&rules).unwrap();
        assert_eq!(again.id, format!("{}-2", a.id));
        assert_eq!(drafting(&[]).draft(&none), None);
        let odd = Drafting { event: "…\n".to_owned(), ..one };
        assert!(odd.draft(&none).unwrap().id.starts_with("own-"));
    }

    #[test]
    fn the_leaves_of_request_parameters_are_offered_once_each() {
        let record = br#"{"eventName":"X","requestParameters":{"a":{"b":[1,"x",1],"c":null},"d":true,"e.f":"no","g|h":"no"}}"#;
        let parts = leaves(&Tree::new(record, &HashMap::new()));
        let said: Vec<(&str, &str)> = parts.iter().map(|p| (p.field.as_str(), p.value.as_str())).collect();
        assert_eq!(
            said,
            [("requestParameters.a.b", "1"), ("requestParameters.a.b", "x"), ("requestParameters.d", "true")]
        );
    }
}
