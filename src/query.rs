//! The one query language: text to a checked tree, and back.
//!
//! The same text is typed behind `/`, given to `--query`, kept in saved hunts and
//! sent to the API; `docs/query.md` describes it. Here the text is read ([`parse()`]),
//! its faults are named with their place and what was probably meant
//! ([`QueryError`]), it is completed ([`complete()`]) and colored ([`highlight()`])
//! while it is being typed, and values out of a log are put into it ([`Query::keep`],
//! [`Query::drop`]). What the tree means is said in [`ast`].
//!
//! A fault is never passed over: what cannot be meant as written is refused with the
//! way out, because a query that silently finds nothing is worse than none.
//!
//! The tree is run in three steps: [`plan`] turns it into tests on columns, [`run`] asks the
//! columns and, where no column knows, the raw records, and [`order`], [`group`] and [`series`]
//! make rows, counts and a histogram of what was selected.
//!
//! This room must not draw.

pub mod ast;
mod check;
pub mod complete;
pub mod docs;
mod error;
pub mod group;
pub mod highlight;
mod lex;
pub mod order;
mod parse;
pub mod pattern;
pub mod plan;
pub mod raw;
pub mod records;
pub mod run;
pub mod series;
mod value;
mod when;
mod write;

use std::fmt;
use std::str::FromStr;

pub use ast::{Expr, Moment, Op, Term, Test};
pub use check::LEVELS;
pub use complete::{Candidate, Completions, complete};
pub use error::QueryError;
pub use highlight::{TokenKind, highlight};
pub use parse::{MAX_DEPTH, MAX_LEN};
pub use pattern::{Part, Pattern, Shape};
pub use when::{beginning, ending, length};
pub use write::name;

use crate::event::field::{self, Field, FieldRef, RECORD_KEYS};
use lex::Compare;
use value::Value;

/// A checked query, and the text that it was read from.
///
/// Two queries are equal when they mean the same tree, however they are written.
/// `Display` writes the canonical form.
#[derive(Clone, Debug)]
pub struct Query {
    expr: Expr,
    text: String,
}

/// Reads a query; nothing but white space means every event.
///
/// # Errors
/// The first fault, with its place in `text`. Longer than [`MAX_LEN`] bytes and nested
/// deeper than [`MAX_DEPTH`] are faults.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    Ok(Query { expr: parse::expr(text)?, text: text.to_owned() })
}

impl Query {
    /// Every event.
    pub const fn all() -> Self {
        Self { expr: Expr::All, text: String::new() }
    }

    /// What the query means.
    pub const fn expr(&self) -> &Expr {
        &self.expr
    }

    /// The text as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether every event is meant.
    pub fn is_all(&self) -> bool {
        self.expr == Expr::All
    }

    /// Only events for which `field` is exactly `value` as well; the same query when it says so already.
    ///
    /// `value` is any text, as the log or a table shows it; for the time also `unknown`.
    ///
    /// # Errors
    /// When `value` cannot be a value of a field of numbers, times or words, or the query becomes too
    /// long. The place in such an error means nothing to the user.
    pub fn keep(&self, field: &FieldRef, value: &str) -> Result<Self, QueryError> {
        self.and_term(&exactly(field, value)?)
    }

    /// Only events for which `field` is not `value`; otherwise like [`Query::keep`].
    ///
    /// # Errors
    /// As for [`Query::keep`].
    pub fn drop(&self, field: &FieldRef, value: &str) -> Result<Self, QueryError> {
        self.and_term(&exactly(field, value)?.negate())
    }

    /// Only events that have no value in `field`.
    ///
    /// # Errors
    /// When the query becomes too long.
    pub fn keep_missing(&self, field: &FieldRef) -> Result<Self, QueryError> {
        self.and_term(&Expr::term(field.clone(), Test::Exists).negate())
    }

    /// Only events that have a value in `field`.
    ///
    /// # Errors
    /// When the query becomes too long.
    pub fn drop_missing(&self, field: &FieldRef) -> Result<Self, QueryError> {
        self.and_term(&Expr::term(field.clone(), Test::Exists))
    }

    /// This query and `term` as well, written behind it; the same query when it says so already.
    ///
    /// # Errors
    /// When the query becomes too long or too deep, or `term` is in no form that the parser makes.
    pub fn and_term(&self, term: &Expr) -> Result<Self, QueryError> {
        if self.says(term) {
            return Ok(self.clone());
        }
        let wanted = Expr::and([self.expr.clone(), term.clone()]);
        let text = match &self.expr {
            Expr::All => wanted.to_string(),
            Expr::Or(_) => format!("({}) {}", self.text.trim(), grouped(term)),
            _ => format!("{} {}", self.text.trim(), grouped(term)),
        };
        match parse(&text) {
            Ok(query) if query.expr == wanted => Ok(query),
            // What was written before means something else beside the new term: a free word `or`, say.
            _ => parse(&wanted.to_string()),
        }
    }

    fn says(&self, term: &Expr) -> bool {
        match &self.expr {
            Expr::And(parts) => parts.contains(term),
            expr => expr == term || *term == Expr::All,
        }
    }
}

/// A term as it is written beside another one.
fn grouped(term: &Expr) -> String {
    match term {
        Expr::Or(_) => format!("({term})"),
        _ => term.to_string(),
    }
}

fn exactly(field: &FieldRef, value: &str) -> Result<Expr, QueryError> {
    if *field == FieldRef::Column(Field::Time) && value == "unknown" {
        return Ok(Expr::term(field.clone(), Test::Exists).negate());
    }
    check::condition(field, Compare::Is, &Value::literal(value))
}

/// The field for a path in a record, given as its steps: a column where there is one for it.
///
/// `None` when no CloudTrail record begins so.
pub fn field_of_path(steps: &[&str]) -> Option<FieldRef> {
    let (first, rest) = steps.split_first()?;
    let key = RECORD_KEYS.iter().find(|key| key.eq_ignore_ascii_case(first))?;
    let rest = || rest.iter().map(|step| (*step).to_owned());
    match *key {
        key if steps.len() == 1 => field::resolve(key).ok(),
        "userIdentity" => Some(FieldRef::Identity(rest().collect())),
        key => Some(FieldRef::Raw(std::iter::once(key.to_owned()).chain(rest()).collect())),
    }
}

impl Default for Query {
    fn default() -> Self {
        Self::all()
    }
}

impl PartialEq for Query {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_all() { Ok(()) } else { self.expr.fmt(f) }
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        parse(text)
    }
}

#[cfg(test)]
mod tests;
