//! Tokens to a tree.
//!
//! `NOT` and `-` bind first, then AND (a space), then OR. The parser descends as
//! deep as parentheses are nested, which is [`MAX_DEPTH`] at most.

use super::ast::Expr;
use super::check;
use super::error::{QueryError, shown};
use super::lex::{Compare, Kind, Lexed, Token, lex};
use super::value::Value;
use super::when;
use super::write::quoted;
use crate::event::field::{self, Field, FieldRef};

/// Parentheses may be nested so deep.
pub const MAX_DEPTH: usize = 64;

/// A query may have so many bytes.
pub const MAX_LEN: usize = 64 * 1024;

/// The condition that `text` describes, or its first fault.
pub(super) fn expr(text: &str) -> Result<Expr, QueryError> {
    if text.len() > MAX_LEN {
        let start = text.floor_char_boundary(MAX_LEN);
        let message = format!("the query has {} bytes, and {MAX_LEN} are read at most", text.len());
        return Err(QueryError::new(start..text.len(), message));
    }
    let Lexed { tokens, faults } = lex(text);
    let parsed = Parser { tokens: &tokens, at: 0, depth: 0, text }.whole();
    match (faults.into_iter().next(), parsed) {
        (None, parsed) => parsed,
        (Some(fault), Err(error)) if error.span.start < fault.span.start => Err(error),
        (Some(fault), _) => Err(fault),
    }
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
    text: &'a str,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Kind> {
        self.kind_at(self.at)
    }

    fn kind_at(&self, at: usize) -> Option<&'a Kind> {
        self.tokens.get(at).map(|token| &token.kind)
    }

    fn next(&mut self) -> Option<&'a Token> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token
    }

    /// An error at a token, or at the last one when there is none so far on.
    fn error(&self, at: usize, message: impl Into<String>) -> QueryError {
        let token = self.tokens.get(at).or(self.tokens.last());
        QueryError::new(token.map_or(0..0, |token| token.span.clone()), message)
    }

    fn whole(mut self) -> Result<Expr, QueryError> {
        if self.tokens.is_empty() {
            return Ok(Expr::All);
        }
        self.check_select()?;
        let expr = self.any_of()?;
        match self.peek() {
            None => Ok(expr),
            Some(_) => Err(self.error(self.at, "this parenthesis closes nothing")),
        }
    }

    fn any_of(&mut self) -> Result<Expr, QueryError> {
        let mut parts = vec![self.all_of()?];
        while self.peek() == Some(&Kind::Or) {
            self.at += 1;
            parts.push(self.all_of()?);
        }
        Ok(Expr::or(parts))
    }

    fn all_of(&mut self) -> Result<Expr, QueryError> {
        let mut parts = Vec::new();
        loop {
            match self.peek() {
                Some(Kind::And) if parts.is_empty() || !self.operand_at(self.at + 1) => {
                    return Err(self.error(self.at, "AND stands between two terms"));
                }
                Some(Kind::And) => self.at += 1,
                None | Some(Kind::Or | Kind::Close) if parts.is_empty() => return Err(self.nothing_here()),
                None | Some(Kind::Or | Kind::Close) => return Ok(Expr::and(parts)),
                Some(_) => parts.push(self.one()?),
            }
        }
    }

    fn operand_at(&self, at: usize) -> bool {
        !matches!(self.kind_at(at), None | Some(Kind::And | Kind::Or | Kind::Close))
    }

    /// Why no term stands where one has to.
    fn nothing_here(&self) -> QueryError {
        let before = self.at.checked_sub(1);
        match (before.and_then(|at| self.kind_at(at)), self.peek()) {
            (Some(Kind::Or), _) => self.error(self.at - 1, "OR stands between two terms"),
            (_, Some(Kind::Or)) => self.error(self.at, "OR stands between two terms"),
            (Some(Kind::Open), Some(Kind::Close)) => {
                self.error(self.at - 1, "there is nothing in the parentheses")
            }
            (Some(Kind::Open), None) => self.unclosed(self.at - 1),
            _ => self.error(self.at, "this parenthesis closes nothing"),
        }
    }

    fn unclosed(&self, at: usize) -> QueryError {
        self.error(at, "the parenthesis that opens here is never closed")
    }

    fn one(&mut self) -> Result<Expr, QueryError> {
        let mut negated = false;
        while let Some(Kind::Not | Kind::Minus) = self.peek() {
            negated = !negated;
            self.at += 1;
        }
        if !self.operand_at(self.at) {
            return Err(self.error(self.at.saturating_sub(1), "nothing to negate stands behind this"));
        }
        let expr = self.primary()?;
        Ok(if negated { expr.negate() } else { expr })
    }

    fn primary(&mut self) -> Result<Expr, QueryError> {
        let at = self.at;
        match self.next().map(|token| &token.kind) {
            Some(Kind::Open) => {
                self.deeper(at)?;
                let expr = self.any_of()?;
                self.depth -= 1;
                match self.next().map(|token| &token.kind) {
                    Some(Kind::Close) => Ok(expr),
                    _ => Err(self.unclosed(at)),
                }
            }
            Some(Kind::Field(field)) => self.term(at, field),
            Some(Kind::Word(word)) => self.word(at, word),
            Some(Kind::Caller(arn)) => {
                check::condition(&FieldRef::Column(Field::Principal), Compare::Is, arn)
            }
            _ => Err(self.error(at, "this is not expected here")),
        }
    }

    fn deeper(&mut self, at: usize) -> Result<(), QueryError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(at, format!("parentheses may be nested {MAX_DEPTH} deep")));
        }
        Ok(())
    }

    fn term(&mut self, at: usize, field: &FieldRef) -> Result<Expr, QueryError> {
        let Some(Kind::Compare(compare)) = self.next().map(|token| &token.kind) else {
            return Err(self.error(at, "a comparison is missing behind this field"));
        };
        match self.next().map(|token| &token.kind) {
            Some(Kind::Value(value)) => {
                self.check_time_of_day(field, value)?;
                check::condition(field, *compare, value)
            }
            Some(Kind::ListOpen) => self.list(field, *compare),
            _ => Err(self.error(at, "a value is missing behind this field")),
        }
    }

    fn list(&mut self, field: &FieldRef, compare: Compare) -> Result<Expr, QueryError> {
        let open = self.at - 1;
        self.deeper(open)?;
        self.depth -= 1;
        let mut parts = Vec::new();
        loop {
            let at = self.at;
            match self.next().map(|token| &token.kind) {
                Some(Kind::Value(value)) => parts.push(check::condition(field, Compare::Is, value)?),
                Some(Kind::Or) if parts.is_empty() || !matches!(self.peek(), Some(Kind::Value(_))) => {
                    return Err(self.error(at, "OR stands between two values"));
                }
                Some(Kind::Or | Kind::Comma) => {}
                Some(Kind::And | Kind::Not) => {
                    let message = "a list means OR; for AND and NOT write the field again";
                    return Err(self.error(at, message));
                }
                Some(Kind::ListClose) if parts.is_empty() => {
                    return Err(self.error(open, "there is nothing in the list"));
                }
                Some(Kind::ListClose) => break,
                _ => return Err(self.unclosed(open)),
            }
        }
        let list = Expr::or(parts);
        Ok(if compare == Compare::IsNot { list.negate() } else { list })
    }

    fn word(&self, at: usize, word: &Value) -> Result<Expr, QueryError> {
        if let Some(text) = word.plain() {
            self.check_keyword(at, text)?;
            self.check_sql(at, text)?;
        }
        check::free_text(word)
    }

    /// `or` in lower case beside a field was not meant as a word.
    fn check_keyword(&self, at: usize, text: &str) -> Result<(), QueryError> {
        let keyword = text.to_ascii_uppercase();
        let before = at.checked_sub(1).and_then(|at| self.kind_at(at));
        let after_term = matches!(before, Some(Kind::Value(_) | Kind::ListClose | Kind::Close));
        let before_term =
            matches!(self.kind_at(at + 1), Some(Kind::Field(_) | Kind::Open | Kind::Caller(_) | Kind::Minus));
        let meant = match keyword.as_str() {
            "AND" | "OR" => after_term || before_term,
            "NOT" => before_term,
            _ => false,
        };
        if !meant {
            return Ok(());
        }
        let message = format!("{keyword} is written in capitals; to search for the word, quote it");
        Err(self.error(at, message).suggest(keyword))
    }

    /// `time>2026-01-10 10:00`: a date, and behind it a word that belongs to it.
    fn check_time_of_day(&self, field: &FieldRef, value: &Value) -> Result<(), QueryError> {
        let Some(Token { kind: Kind::Word(word), span }) = self.tokens.get(self.at) else { return Ok(()) };
        let Some(clock) = word.plain().filter(|_| *field == FieldRef::Column(Field::Time)) else {
            return Ok(());
        };
        let (from, to) = value.range().unwrap_or_else(|| (String::new(), value.text()));
        if !when::is_time_of_day(clock) || when::beginning(&format!("{to} 00:00")).is_none() {
            return Ok(());
        }
        let whole = format!("{to} {clock}");
        let better = when::beginning(&whole).map(|_| match (from.as_str(), value.range()) {
            (_, None) => quoted(&whole),
            ("", Some(_)) => format!("..{}", quoted(&whole)),
            (from, Some(_)) => format!("{}..{}", quoted(from), quoted(&whole)),
        });
        let message =
            "a date and its time of day are one value, in quotes; to search for the text, quote it alone";
        Err(QueryError::new(value.span.start..span.end, message).suggest_some(better))
    }

    /// `actor LIKE 'x%'` and its like.
    fn check_sql(&self, at: usize, text: &str) -> Result<(), QueryError> {
        let next = match self.kind_at(at + 1) {
            Some(Kind::Word(next)) => next.plain().map(str::to_ascii_uppercase),
            Some(Kind::Not) => Some("NOT".to_owned()),
            _ => None,
        };
        let next = next.as_deref().unwrap_or_default();
        let meant = SQL.contains(&next) || (next == "NOT" && self.sql_at(at + 2));
        if !meant || field::resolve(text).is_err() {
            return Ok(());
        }
        let Some((span, example)) = self
            .tokens
            .get(at)
            .zip(self.tokens.get(at + 1))
            .map(|(field, next)| (field.span.start..next.span.end, self.without_sql(at, text, next)))
        else {
            return Ok(());
        };
        let message = format!(
            "{} is SQL; here it is {text}:value, {text}:*part*, {text}:(a b), {text}:*",
            shown(self.text.get(span.clone()).unwrap_or_default())
        );
        Err(match example {
            Some((end, better)) => QueryError::new(span.start..end, message).suggest(better),
            None => QueryError::new(span, message),
        })
    }

    fn sql_at(&self, at: usize) -> bool {
        matches!(self.kind_at(at), Some(Kind::Word(w)) if w.plain().is_some_and(is_sql))
    }

    /// `field LIKE x` as `field:x`, and the end of what that replaces.
    fn without_sql(&self, at: usize, field: &str, operator: &Token) -> Option<(usize, String)> {
        let Kind::Word(operator) = &operator.kind else { return None };
        let like = operator.plain().is_some_and(|text| text.to_ascii_uppercase().ends_with("LIKE"));
        match &self.tokens.get(at + 2)?.kind {
            Kind::Word(value) if like => {
                let text = value.text();
                let parts = text.trim_matches('\'').split('%').map(|part| match part {
                    "" => String::new(),
                    part => quoted(part),
                });
                Some((value.span.end, format!("{field}:{}", parts.collect::<Vec<_>>().join("*"))))
            }
            Kind::Open if operator.plain().is_some_and(|text| text.eq_ignore_ascii_case("IN")) => {
                Some((self.tokens.get(at + 2)?.span.end, format!("{field}:(")))
            }
            _ => None,
        }
    }

    /// `SELECT … WHERE`.
    fn check_select(&self) -> Result<(), QueryError> {
        let first = match self.peek() {
            Some(Kind::Word(word)) => word.plain().unwrap_or_default(),
            _ => "",
        };
        if self.tokens.len() > 1 && SQL_STARTS.iter().any(|word| word.eq_ignore_ascii_case(first)) {
            let message = format!("{} is SQL; a query is the condition alone", shown(first));
            return Err(self.error(0, message).suggest(quoted_word(first)));
        }
        Ok(())
    }
}

fn quoted_word(word: &str) -> String {
    format!("\"{word}\"")
}

const SQL: &[&str] = &["LIKE", "ILIKE", "RLIKE", "IN", "IS", "BETWEEN"];
const SQL_STARTS: &[&str] = &["SELECT", "WHERE"];

/// Whether a bare word may be taken for SQL, and so has to be quoted as free text.
pub(super) fn is_sql(word: &str) -> bool {
    SQL.iter().chain(SQL_STARTS).any(|sql| sql.eq_ignore_ascii_case(word))
}
