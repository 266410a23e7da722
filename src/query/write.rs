//! A tree back to text, in one canonical form that reads as the same tree.
//!
//! A value is quoted unless every character of it is harmless; inside of quotes
//! whatever a terminal would act upon is escaped. So the text of a query is always
//! safe to show, whatever the log held that was put into it.

use std::fmt;
use std::fmt::Write as _;

use super::ast::{Expr, Term, Test};
use super::check::is_part_of_address;
use super::parse::is_sql;
use super::pattern::{Part, Pattern};
use super::when;
use crate::event::field::{FieldRef, FieldType};
use crate::text::is_hostile;

/// Where a text is written; that decides what has to be quoted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A word of its own.
    Free,
    /// Behind a comparison.
    Value,
    /// Inside of a list.
    List,
    /// The value of an address, where digits and slashes mean more than text.
    Address,
}

/// What an expression is written into.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Nothing,
    And,
    Or,
    Not,
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&expr(self, Around::Nothing))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, value) = test(self, false);
        write!(f, "{}{sign}{value}", name(&self.field))
    }
}

fn expr(expr: &Expr, around: Around) -> String {
    match expr {
        Expr::All => "*".to_owned(),
        Expr::Not(inner) => format!("-{}", self::expr(inner, Around::Not)),
        Expr::Term(term) => term.to_string(),
        Expr::Text(pattern) => free_text(pattern),
        Expr::Or(parts) => match list(parts) {
            Some(list) => list,
            None => joined(parts, " OR ", Around::Or, around != Around::Nothing),
        },
        Expr::And(parts) => joined(parts, " ", Around::And, matches!(around, Around::And | Around::Not)),
    }
}

fn joined(parts: &[Expr], between: &str, around: Around, parentheses: bool) -> String {
    let written: Vec<String> = parts.iter().map(|part| expr(part, around)).collect();
    let text = written.join(between);
    if parentheses { format!("({text})") } else { text }
}

/// Several values of one field as a list.
fn list(parts: &[Expr]) -> Option<String> {
    let mut field = None;
    let mut values = Vec::new();
    for part in parts {
        let Expr::Term(term) = part else { return None };
        let (sign, value) = test(term, true);
        if sign != ":" || field.is_some_and(|f| f != &term.field) {
            return None;
        }
        field = Some(&term.field);
        values.push(value);
    }
    Some(format!("{}:({})", name(field?), values.join(" OR ")))
}

/// The comparison and the value of a term.
fn test(term: &Term, in_list: bool) -> (&'static str, String) {
    let place = match &term.field {
        FieldRef::Column(field) if field.info().kind == FieldType::Address => Place::Address,
        _ if in_list => Place::List,
        _ => Place::Value,
    };
    match &term.test {
        Test::Exists => (":", "*".to_owned()),
        Test::Matches(pattern) => (":", value(pattern.parts(), place)),
        Test::Net(net) if net.prefix_len() == net.max_prefix_len() => (":", net.addr().to_string()),
        Test::Net(net) => (":", net.to_string()),
        Test::Number { op, value } => (op.sign(), value.to_string()),
        Test::NumberRange { from, to } => (":", format!("{from}..{to}")),
        Test::Time { from, to } => when::write(*from, *to),
    }
}

/// Free text without the `*` at its ends, which go without saying.
fn free_text(pattern: &Pattern) -> String {
    let parts = pattern.parts();
    let parts = parts.strip_prefix(&[Part::Many]).unwrap_or(parts);
    let parts = parts.strip_suffix(&[Part::Many]).unwrap_or(parts);
    if parts.is_empty() { "*".to_owned() } else { value(parts, Place::Free) }
}

fn value(parts: &[Part], place: Place) -> String {
    if parts.is_empty() {
        return quoted("");
    }
    let mut out = String::new();
    for (index, part) in parts.iter().enumerate() {
        match part {
            Part::Many => out.push('*'),
            Part::One => out.push('?'),
            Part::Text(text) if is_bare(text, place, index == 0) => out.push_str(text),
            Part::Text(text) => out.push_str(&quoted(text)),
        }
    }
    out
}

/// The value that stands for exactly this text of a field, quoted where it has to be.
pub(super) fn exact_value(term: &Term) -> String {
    test(term, true).1
}

fn is_bare(text: &str, place: Place, first: bool) -> bool {
    let harmless = |c: char| (c.is_alphanumeric() && !is_hostile(c)) || "_-./@:+=".contains(c);
    let begins_well = !first || !text.starts_with(['-', ':', '=']);
    let compares = text.contains([':', '=']);
    let means_more = match place {
        Place::Free => compares,
        Place::Value => false,
        Place::List => compares && !text.starts_with("arn:aws"),
        Place::Address => compares || text.contains('/') || is_part_of_address(text),
    };
    text.chars().all(harmless) && begins_well && !text.contains("..") && !means_more && !is_reserved(text)
}

fn is_reserved(text: &str) -> bool {
    ["and", "or", "not"].iter().any(|word| word.eq_ignore_ascii_case(text)) || is_sql(text)
}

/// `text` between quotes, with escapes for quotes, backslashes and everything that would not be seen.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hostile(c) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The name of a field as queries write it.
pub fn name(field: &FieldRef) -> String {
    match field {
        FieldRef::Column(field) => field.name().to_owned(),
        FieldRef::Identity(path) => {
            dotted(std::iter::once("userIdentity").chain(path.iter().map(String::as_str)))
        }
        FieldRef::Raw(path) => dotted(path.iter().map(String::as_str)),
    }
}

fn dotted<'a>(steps: impl Iterator<Item = &'a str>) -> String {
    let plain = |step: &str| {
        !step.is_empty() && step.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    };
    let steps: Vec<String> =
        steps.map(|step| if plain(step) { step.to_owned() } else { quoted(step) }).collect();
    steps.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::parse;

    #[test]
    fn the_canonical_form_reads_well() {
        for (text, canonical) in [
            ("", ""),
            ("*", ""),
            ("-*", "-*"),
            ("ACTOR=alice  AND  NOT outcome:DENIED", "actor:alice -outcome:denied"),
            ("NOT (NOT a)", "a"),
            ("a OR b c", "a OR b c"),
            ("(a OR b) c", "(a OR b) c"),
            ("-(a b)", "-(a b)"),
            ("eventName:(CreateUser,CreateAccessKey)", "event:(CreateUser OR CreateAccessKey)"),
            ("event!=(a b)", "-event:(a OR b)"),
            ("risk:high", "risk:70..89"),
            ("risk:(high critical)", "risk:70..89 OR risk>=90"),
            ("ip:203.0.113.9/24", "ip:203.0.113.0/24"),
            ("ip:::ffff:203.0.113.9", "ip:203.0.113.9"),
            ("ip:\"AWS Internal\"", "ip:\"AWS Internal\""),
            ("time:2023-07", "time:2023-07-01..2023-07-31"),
            ("time:2023-07-10", "time:2023-07-10"),
            ("time:2023-07-10T12", "time:2023-07-10T12:00..2023-07-10T12:59"),
            ("time>=2023-07-10T12:00:00Z", "time>=2023-07-10T12:00"),
            ("time>-60m", "time>-1h"),
            ("time>=-1h", "time>=-1h"),
            ("time<=-1h", "time<=-1h"),
            ("time<-1h", "time<-1h"),
            ("time:-2h..-1h", "time:-2h..-1h"),
            ("time:2023-07-10..-0s", "time:2023-07-10..-0s"),
            ("requestParameters.\"x-amz-acl\":public*", "requestParameters.x-amz-acl:public*"),
            ("requestParameters.\"a.b\":\"c*\"", "requestParameters.\"a.b\":\"c*\""),
            ("USERIDENTITY.type:Root", "userIdentity.type:Root"),
            ("*a*b*", "a*b"),
            ("arn:aws:iam::111122223333:user/al*", "principal:arn:aws:iam::111122223333:user/al*"),
            ("readOnly:true", "access:read"),
            ("tactic:initial_access", "tactic:initial-access"),
            ("tactic:\"Command and Control\"", "tactic:command-and-control"),
            ("tactic:ta0112", "tactic:defense-impairment"),
            ("tactic:Defense_Evasion", "tactic:(stealth OR defense-impairment)"),
            ("tactic!=defense-evasion", "-tactic:(stealth OR defense-impairment)"),
            ("tactic:(impact defense-evasion)", "tactic:(impact OR stealth OR defense-impairment)"),
            ("time:2026-01-10 AND \"10:00\" 11:00", "time:2026-01-10 \"10:00\" \"11:00\""),
            ("actor:a\\*b", "actor:\"a*b\""),
            ("\"and\" \"like\"", "\"and\" \"like\""),
        ] {
            let query = parse(text).unwrap_or_else(|e| panic!("{}", e.render(text)));
            assert_eq!(query.to_string(), canonical, "{text}");
            assert_eq!(parse(canonical).as_ref(), Ok(&query), "{text}");
        }
    }

    #[test]
    fn nothing_in_quotes_acts_on_a_terminal() {
        let text = quoted("a\u{1b}[31m\u{202e}\n\u{0}\"\\");
        assert_eq!(text, r#""a\u{1b}[31m\u{202e}\n\u{0}\"\\""#);
    }
}
