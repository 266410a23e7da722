//! Text to tokens.
//!
//! What a word means depends on where it stands: `a:b` is a field and its value
//! only when `a` is a field, and inside of a list it is one value. The lexer knows
//! that much. It never stops at a fault: it notes it and goes on with its best
//! guess, because coloring and completion work on queries that are half written.

mod key;
mod operator;
mod word;

use std::ops::Range;

use super::error::{QueryError, shown};
use super::value::Value;
use crate::event::field::FieldRef;
use word::Stop;

/// A token and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Range<usize>,
}

/// What a token is.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Kind {
    Open,
    Close,
    /// The parenthesis behind a comparison.
    ListOpen,
    ListClose,
    Comma,
    And,
    Or,
    Not,
    /// `-` in front of a term.
    Minus,
    Field(FieldRef),
    Compare(Compare),
    /// The value behind a comparison, or one of a list.
    Value(Value),
    /// Free text.
    Word(Value),
    /// The bare ARN of somebody who calls.
    Caller(Value),
}

/// A comparison as written; `:` and `=` are one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Compare {
    Is,
    IsNot,
    Less,
    LessOrEqual,
    GreaterOrEqual,
    Greater,
}

/// The tokens of a query, and every fault in the order of its place.
#[derive(Debug, Default)]
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    pub(super) faults: Vec<QueryError>,
}

/// More faults than these are not looked for: only the first is told, and finding what was meant takes long.
const MAX_FAULTS: usize = 16;

/// Reads all of `text`.
pub(super) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer { text, at: 0, out: Lexed::default() };
    while lexer.step() {}
    lexer.out.faults.sort_by_key(|fault| fault.span.start);
    lexer.out
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    out: Lexed,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn push(&mut self, kind: Kind, span: Range<usize>) {
        self.out.tokens.push(Token { kind, span });
    }

    /// Takes `len` bytes as a token.
    fn mark(&mut self, kind: Kind, len: usize) {
        let start = self.at;
        self.at += len;
        self.push(kind, start..self.at);
    }

    fn fault(&mut self, fault: QueryError) {
        self.out.faults.push(fault);
    }

    /// Reads what stands at the beginning of a term; always goes on by a character at least.
    fn step(&mut self) -> bool {
        self.skip_space();
        match self.peek() {
            None => return false,
            Some('(') => self.mark(Kind::Open, 1),
            Some(')') => self.mark(Kind::Close, 1),
            Some('-') => self.minus(),
            Some(_) if operator::len(self.rest()) > 0 && !word::is_address(self.rest()) => {
                self.stray_operator();
            }
            Some(_) => self.term(),
        }
        true
    }

    fn minus(&mut self) {
        let start = self.at;
        self.mark(Kind::Minus, 1);
        if self.peek().is_none_or(|c| c.is_whitespace() || c == ')') {
            self.out.tokens.pop();
            let message = "`-` means NOT and stands directly before what it negates";
            self.fault(QueryError::new(start..self.at, message).suggest("\"-\""));
        }
    }

    /// A free word, or a field with its comparison and value.
    fn term(&mut self) {
        let (start, faults) = (self.at, self.out.faults.len());
        let head = self.read(Stop::Head);
        if operator::len(self.rest()) == 0 {
            return self.word(head);
        }
        let name = key::name(&head);
        if let (Ok(field), false) = (&name, key::begins_arn(&head, self.rest())) {
            self.push(Kind::Field(field.clone()), head.span.clone());
            return self.comparison(head.span);
        }
        self.at = start;
        self.out.faults.truncate(faults);
        let word = self.read(Stop::Word);
        match name {
            Ok(_) if key::is_caller(&word.text()) => self.caller(word),
            Ok(_) => self.free(word),
            Err(why) => {
                let known = self.out.faults.len();
                if known < MAX_FAULTS {
                    self.out.faults.extend(key::fault(&head, why, &word, self.text));
                }
                self.text_token(word, self.out.faults.len() == known);
            }
        }
    }

    /// A whole word: a keyword or free text.
    fn word(&mut self, word: Value) {
        match word.plain().and_then(keyword) {
            Some(kind) => self.push(kind, word.span),
            None => self.free(word),
        }
    }

    fn caller(&mut self, word: Value) {
        self.check_text(&word);
        self.push(Kind::Caller(word.clone()), word.span);
    }

    fn free(&mut self, word: Value) {
        self.text_token(word, true);
    }

    fn text_token(&mut self, word: Value, check: bool) {
        let more = check && self.out.faults.len() < MAX_FAULTS;
        if more && !self.check_negation(&word) && !self.check_tilde(&word) {
            self.check_text(&word);
        }
        self.push(Kind::Word(word.clone()), word.span);
    }

    /// The comparison behind a field, and what it compares with.
    fn comparison(&mut self, field: Range<usize>) {
        let compare = self.operator();
        let colon = self.text.get(..self.at).is_some_and(|t| t.ends_with(':'));
        let end = self.at;
        self.skip_space();
        match self.peek() {
            Some('(') if !colon || self.at == end => self.list(compare),
            Some(c) if c != ')' && (!colon || self.at == end) => self.value(),
            _ => self.missing_value(field.start..end, compare),
        }
    }

    fn value(&mut self) {
        let value = self.read(Stop::Word);
        self.check_text(&value);
        self.push(Kind::Value(value.clone()), value.span);
    }

    fn missing_value(&mut self, span: Range<usize>, compare: Compare) {
        let written = self.text.get(span.clone()).unwrap_or_default();
        let message = format!("{} has no value directly behind it", shown(written));
        let next = self.value_ahead();
        let fault = if written.ends_with(':') && !next.is_empty() {
            let better = format!("{written}{next}");
            QueryError::new(span.start..self.at + next.len(), message).suggest(better)
        } else if matches!(compare, Compare::Is | Compare::IsNot) {
            QueryError::new(span, format!("{message} (`*` stands for any)")).suggest(format!("{written}*"))
        } else {
            QueryError::new(span, message)
        };
        self.fault(fault);
    }

    /// What stands here, if it is probably a value and not another term.
    fn value_ahead(&self) -> &str {
        let ahead = word::ahead(self.rest());
        let inner = |text: &str| text.find('"').map(|end| end + 2);
        let len = match ahead.strip_prefix('"') {
            Some(text) => inner(text).unwrap_or(0),
            None if ahead.starts_with('(') => 1,
            None => ahead.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(ahead.len()),
        };
        let next = ahead.get(..len).unwrap_or_default();
        let begins = next.starts_with(|c: char| c.is_alphanumeric() || c == '"' || c == '(');
        if begins && keyword(next).is_none() && !key::is_field_word(next) { next } else { "" }
    }

    fn list(&mut self, compare: Compare) {
        if !matches!(compare, Compare::Is | Compare::IsNot) {
            let message = "a list stands only behind `:`, `=` or `!=`";
            self.fault(QueryError::new(self.at..self.at + 1, message));
        }
        self.mark(Kind::ListOpen, 1);
        loop {
            self.skip_space();
            match self.peek() {
                None => return,
                Some(')') => return self.mark(Kind::ListClose, 1),
                Some(',') => self.mark(Kind::Comma, 1),
                Some('(') => {
                    let message = "a list holds values, no parentheses; quote the value if it has one in it";
                    self.fault(QueryError::new(self.at..self.at + 1, message));
                    self.at += 1;
                }
                Some(_) => self.item(),
            }
        }
    }

    /// One value of a list.
    fn item(&mut self) {
        let item = self.read(Stop::Item);
        if let Some(kind) = item.plain().and_then(keyword) {
            return self.push(kind, item.span);
        }
        let plain = item.plain().unwrap_or_default();
        let mut letters = plain.chars();
        if letters.next() == Some('-') && !letters.next().is_some_and(|c| c.is_ascii_digit()) {
            let message = "inside of a list nothing is negated: write the list, and -field:value behind it";
            self.fault(QueryError::new(item.span.clone(), message));
        } else if key::is_field_word(plain) {
            let message = "a list holds values of one field; quote the value if that is what it is";
            let quoted = super::write::quoted(plain);
            self.fault(QueryError::new(item.span.clone(), message).suggest(quoted));
        } else {
            self.check_text(&item);
        }
        self.push(Kind::Value(item.clone()), item.span);
    }
}

fn keyword(word: &str) -> Option<Kind> {
    match word {
        "AND" => Some(Kind::And),
        "OR" => Some(Kind::Or),
        "NOT" => Some(Kind::Not),
        _ => None,
    }
}
