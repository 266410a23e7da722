//! What can stand at the cursor: names of fields, their values, keywords.

use std::ops::Range;

use super::ast::Expr;
use super::check::{self, LEVELS};
use super::lex::{Compare, Kind, Lexed, Token, lex};
use super::parse::MAX_LEN;
use super::value::Value;
use super::write;
use crate::event::field::{FIELDS, Field, FieldRef, FieldType, RECORD_KEYS};

/// So many candidates are given at most.
const MAX_CANDIDATES: usize = 100;

/// What can be put in place of a stretch of the input.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completions {
    /// The stretch, in bytes, on character boundaries.
    pub replace: Range<usize>,
    /// The best first.
    pub candidates: Vec<Candidate>,
}

/// One thing that can be put there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The text as the query writes it, quoted where it has to be.
    pub text: String,
    /// One line about it; may be empty.
    pub about: &'static str,
}

/// What the cursor stands in.
enum Context<'a> {
    /// The beginning of a term, with what was typed of it.
    Name(String),
    /// A value of this field, behind this comparison, with what was typed of it.
    Value(&'a FieldRef, Compare, String),
    /// Something that nothing can be said about.
    Unclear,
}

/// The candidates for the word at `cursor`, a byte offset in `input`.
///
/// Names are completed from the catalogue. So are the values of a field of words, of the risk and
/// of the time; for other columns `values` is asked with what was typed so far, without quotes,
/// and answers in its own order of importance. Candidates that begin so come first, then those that
/// contain it, without regard to case.
pub fn complete(
    input: &str,
    cursor: usize,
    values: &mut dyn FnMut(Field, &str) -> Vec<String>,
) -> Completions {
    let cursor = input.floor_char_boundary(cursor.min(input.len()));
    let (before, after) = input.split_at(cursor);
    if before.len() > MAX_LEN {
        return Completions { replace: cursor..cursor, candidates: Vec::new() };
    }
    let lexed = lex(before);
    let (start, context) = context(&lexed, cursor);
    let (end, candidates) = match context {
        Context::Name(typed) => names(&typed, before.get(..start).unwrap_or_default(), after),
        Context::Value(field, compare, typed) => {
            (value_end(after), field_values(field, compare, &typed, values))
        }
        Context::Unclear => (0, Vec::new()),
    };
    Completions { replace: start..cursor + end, candidates }
}

fn context(lexed: &Lexed, cursor: usize) -> (usize, Context<'_>) {
    let touching = lexed.tokens.last().filter(|token| token.span.end == cursor);
    match touching {
        Some(Token { kind: Kind::Word(word), span }) => match word.plain() {
            Some(text) => (span.start, Context::Name(text.to_owned())),
            None => (span.start, Context::Unclear),
        },
        Some(Token { kind: Kind::Caller(_), span }) => (span.start, Context::Unclear),
        Some(Token { kind: Kind::Value(value), span }) => (span.start, compared(&lexed.tokens, value.text())),
        Some(Token { kind: keyword @ (Kind::And | Kind::Or | Kind::Not), span })
            if !in_list(&lexed.tokens) =>
        {
            (span.start, Context::Name(keyword_text(keyword).to_owned()))
        }
        _ if expects_value(&lexed.tokens, touching.is_some()) => {
            (cursor, compared(&lexed.tokens, String::new()))
        }
        _ => (cursor, Context::Name(String::new())),
    }
}

const fn keyword_text(kind: &Kind) -> &'static str {
    match kind {
        Kind::And => "AND",
        Kind::Or => "OR",
        _ => "NOT",
    }
}

fn in_list(tokens: &[Token]) -> bool {
    let open = tokens.iter().rev().find(|t| matches!(t.kind, Kind::ListOpen | Kind::ListClose));
    open.is_some_and(|token| token.kind == Kind::ListOpen)
}

fn expects_value(tokens: &[Token], touching: bool) -> bool {
    let compares = matches!(tokens.last().map(|t| &t.kind), Some(Kind::Compare(_)));
    (compares && touching) || in_list(tokens)
}

/// The value context of the last field.
fn compared(tokens: &[Token], typed: String) -> Context<'_> {
    let mut backwards = tokens.iter().rev();
    let compare = backwards.find_map(|token| match token.kind {
        Kind::Compare(compare) => Some(compare),
        _ => None,
    });
    match (backwards.next().map(|token| &token.kind), compare) {
        (Some(Kind::Field(field)), Some(compare)) => Context::Value(field, compare, typed),
        _ => Context::Unclear,
    }
}

/// How much behind the cursor still belongs to a value.
fn value_end(after: &str) -> usize {
    let end =
        after.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '"')).unwrap_or(after.len());
    let quote = after.get(end..).is_some_and(|rest| rest.starts_with('"'));
    end + usize::from(quote)
}

/// Keys of a record that hold more than one value.
const CONTAINERS: &[&str] = &[
    "userIdentity",
    "requestParameters",
    "responseElements",
    "additionalEventData",
    "resources",
    "serviceEventDetails",
    "tlsDetails",
    "addendum",
    "edgeDeviceDetails",
    "insightDetails",
    "eventContext",
    "summary",
    "timeWindow",
];

fn names(typed: &str, before: &str, after: &str) -> (usize, Vec<Candidate>) {
    let end =
        after.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.')).unwrap_or(after.len());
    let behind = after.get(end..).unwrap_or_default();
    let colon = if behind.starts_with(['<', '>', '=', '!']) { "" } else { ":" };
    // A keyword is only ever typed in capitals, so what begins like one is meant as one.
    let begins = |c: &Candidate| !typed.is_empty() && c.text.starts_with(typed);
    let (mut found, later): (Vec<_>, Vec<_>) = keywords(before).into_iter().partition(begins);
    let named = |name: &str, about| Candidate { text: format!("{name}{colon}"), about };
    for info in FIELDS {
        found.push(named(info.name, info.about));
    }
    if !typed.is_empty() {
        for info in FIELDS {
            found.extend(info.aliases.iter().map(|alias| named(alias, info.about)));
        }
        let keys = RECORD_KEYS.iter().filter(|key| FIELDS.iter().all(|info| !info.aliases.contains(*key)));
        found.extend(keys.map(|key| match CONTAINERS.contains(key) {
            true => Candidate { text: format!("{key}."), about: "a part of the record, by its path" },
            false => named(key, "a part of the record"),
        }));
    }
    found.extend(later);
    let end = end + usize::from(behind.starts_with(':'));
    (end, ranked(found, typed))
}

fn keywords(before: &str) -> Vec<Candidate> {
    let keyword = |text: &str, about| Candidate { text: format!("{text} "), about };
    let mut found = vec![keyword("NOT", "what follows must not hold")];
    let behind_term = before.trim_end();
    if !behind_term.is_empty() && !behind_term.ends_with(['(', '-']) {
        found.push(keyword("OR", "one of both must hold"));
        found.push(keyword("AND", "both must hold"));
    }
    found
}

fn field_values(
    field: &FieldRef,
    compare: Compare,
    typed: &str,
    values: &mut dyn FnMut(Field, &str) -> Vec<String>,
) -> Vec<Candidate> {
    let FieldRef::Column(column) = field else { return Vec::new() };
    let fixed = |rows: &[(&str, &'static str)]| {
        rows.iter().map(|(text, about)| Candidate { text: (*text).to_owned(), about }).collect::<Vec<_>>()
    };
    let found = match column.info().kind {
        FieldType::Word(words) => {
            words.iter().map(|word| Candidate { text: (*word).to_owned(), about: "" }).collect()
        }
        FieldType::Number if *column == Field::Risk => LEVELS
            .iter()
            .map(|level| Candidate { text: level.0.to_owned(), about: level_about(level.0) })
            .collect(),
        FieldType::Time if matches!(compare, Compare::Is | Compare::IsNot) => fixed(TIME_RANGES),
        FieldType::Time => fixed(TIMES),
        FieldType::Text | FieldType::Address | FieldType::Number => {
            return ranked_values(field, values(*column, typed), typed);
        }
    };
    ranked(found, typed)
}

const TIMES: &[(&str, &str)] = &[
    ("-15m", "15 minutes before the newest event"),
    ("-1h", "an hour before the newest event"),
    ("-1d", "a day before the newest event"),
    ("-1w", "a week before the newest event"),
];
const TIME_RANGES: &[(&str, &str)] = &[
    ("-15m..", "the last 15 minutes"),
    ("-1h..", "the last hour"),
    ("-1d..", "the last day"),
    ("-1w..", "the last week"),
];

fn level_about(name: &str) -> &'static str {
    match name {
        "critical" => "90 and more",
        "high" => "70 to 89",
        "medium" => "45 to 69",
        "low" => "20 to 44",
        _ => "less than 20",
    }
}

/// Values out of the data: compared as they are, written as a query writes them.
fn ranked_values(field: &FieldRef, found: Vec<String>, typed: &str) -> Vec<Candidate> {
    let mut ranked: Vec<(u8, String)> =
        found.into_iter().filter_map(|value| Some((rank(&value, typed)?, value))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked
        .into_iter()
        .filter_map(|(_, value)| match check::condition(field, Compare::Is, &Value::literal(&value)) {
            Ok(Expr::Term(term)) => Some(Candidate { text: write::exact_value(&term), about: "" }),
            _ => None,
        })
        .take(MAX_CANDIDATES)
        .collect()
}

fn ranked(found: Vec<Candidate>, typed: &str) -> Vec<Candidate> {
    let mut ranked: Vec<(u8, Candidate)> =
        found.into_iter().filter_map(|c| Some((rank(&c.text, typed)?, c))).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, candidate)| candidate).take(MAX_CANDIDATES).collect()
}

/// 0 when `text` begins with `typed`, 1 when it contains it.
fn rank(text: &str, typed: &str) -> Option<u8> {
    let (text, typed) = (text.to_lowercase(), typed.to_lowercase());
    if text.starts_with(&typed) {
        return Some(0);
    }
    text.contains(&typed).then_some(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::parse;

    /// Completes at the `|` in `input`, and applies the candidate called `pick`, or the first.
    fn completed(input: &str, pick: &str) -> String {
        let cursor = input.find('|').unwrap();
        let input = input.replacen('|', "", 1);
        let mut values = |field: Field, _: &str| match field {
            Field::Actor => ["alice", "al bob", "sally", "root@111122223333"].map(str::to_owned).to_vec(),
            Field::Ip => ["203.0.113.7", "AWS Internal", "10.0.0.1"].map(str::to_owned).to_vec(),
            _ => Vec::new(),
        };
        let found = complete(&input, cursor, &mut values);
        let candidate = found.candidates.iter().find(|c| pick.is_empty() || c.text == pick);
        let text = candidate.map_or("NOTHING", |c| c.text.as_str());
        let mut out = input;
        out.replace_range(found.replace, text);
        out
    }

    #[test]
    fn the_first_candidate_is_the_one_that_was_begun() {
        for (input, expected) in [
            ("act|", "actor:"),
            ("risk>=50 -act|", "risk>=50 -actor:"),
            ("ac|t:alice", "actor:alice"),
            ("ri|s>=50", "risk>=50"),
            ("come|", "outcome:"),
            ("eventn|", "eventName:"),
            ("requestp|", "requestParameters."),
            ("errorm|", "errorMessage:"),
            ("a O|", "a OR "),
            ("a AND|", "a AND "),
            ("outcome:d|", "outcome:denied"),
            ("outcome:|", "outcome:success"),
            ("outcome:(denied thr|", "outcome:(denied throttled"),
            ("outcome:(denied OR |)", "outcome:(denied OR success)"),
            ("outcome!=no|", "outcome!=not-found"),
            ("risk>=|", "risk>=critical"),
            ("risk >= me|", "risk >= medium"),
            ("time>-1|", "time>-15m"),
            ("time:-1h|", "time:-1h.."),
            ("actor:a|", "actor:alice"),
            ("actor:al\" b|", "actor:\"al bob\""),
            ("actor:\"al b|\" x", "actor:\"al bob\" x"),
            ("actor:lly|", "actor:sally"),
            ("ip:AW|", "ip:\"AWS Internal\""),
            ("ip:(203|, x)", "ip:(203.0.113.7, x)"),
            ("(act|) b", "(actor:) b"),
            ("actor:zzz|", "actor:NOTHING"),
            ("requestParameters.b:x|", "requestParameters.b:NOTHING"),
            ("\"act|", "NOTHING"),
        ] {
            assert_eq!(completed(input, ""), expected, "{input}");
        }
    }

    #[test]
    fn what_begins_so_comes_before_what_contains_it() {
        let found = complete("ac", 2, &mut |_, _| Vec::new());
        let texts: Vec<&str> = found.candidates.iter().map(|c| c.text.as_str()).collect();
        assert_eq!(texts.get(..3), Some(["actor:", "account:", "access:"].as_slice()));
        assert!(texts.contains(&"technique:") == "technique".contains("ac"));
        assert!(texts.iter().any(|t| !t.starts_with("ac")), "{texts:?}");
    }

    #[test]
    fn an_empty_line_offers_every_field_and_no_comparison_of_nothing() {
        let found = complete("", 0, &mut |_, _| Vec::new());
        for info in FIELDS {
            assert!(found.candidates.iter().any(|c| c.text == format!("{}:", info.name)));
        }
        assert!(found.candidates.iter().all(|c| c.text != "AND "));
        assert_eq!(completed("a |", "AND "), "a AND ");
    }

    #[test]
    fn a_cursor_anywhere_is_survived() {
        for cursor in 0..20 {
            let found = complete("actor:é (x", cursor, &mut |_, _| vec!["é".to_owned()]);
            assert!("actor:é (x".get(found.replace).is_some());
        }
    }

    proptest! {
        #[test]
        fn every_candidate_fits_in_and_no_input_panics(
            input in "([a-z:=<>()\"\\\\*, é-]|actor:|outcome:|time>|risk>=|AND |ip:\\(){0,12}",
            cursor in 0usize..40,
            value: String,
        ) {
            let found = complete(&input, cursor, &mut |_, _| vec![value.clone()]);
            prop_assert!(input.get(found.replace).is_some());
        }

        #[test]
        fn a_completed_value_is_that_value(value: String) {
            let found = complete("actor:", 6, &mut |_, _| vec![value.clone()]);
            let text = format!("actor:{}", found.candidates[0].text);
            let field = FieldRef::Column(Field::Actor);
            prop_assert_eq!(parse(&text).ok(), crate::query::Query::all().keep(&field, &value).ok());
        }
    }
}
