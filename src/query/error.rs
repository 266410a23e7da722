//! What is wrong with a query, where, and what was probably meant.
//!
//! Everything that is quoted from the query goes through [`visible`], because a
//! query may hold a value that was copied out of a log.

use std::ops::Range;

use crate::text::{clip, visible, width};

/// The columns of context that [`QueryError::render`] shows on each side of the fault.
const CONTEXT: usize = 60;

/// A query that was not understood.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}{}", did_you_mean(suggestion.as_deref()))]
pub struct QueryError {
    /// The place of the fault, in bytes of the query; always on character boundaries.
    pub span: Range<usize>,
    /// What is wrong, safe to show.
    pub message: String,
    /// The text to put in place of `span`, where one can be guessed. Not made safe: it may quote the query.
    pub suggestion: Option<String>,
}

impl QueryError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), suggestion: None }
    }

    pub(super) fn suggest(mut self, suggestion: impl Into<String>) -> Self {
        self.suggestion = Some(suggestion.into());
        self
    }

    pub(super) fn suggest_some(mut self, suggestion: Option<impl Into<String>>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }

    /// The message, and below it the query with a mark under the fault: three lines for a terminal.
    ///
    /// Control characters are shown as visible escapes; a long query is cut around the fault.
    pub fn render(&self, input: &str) -> String {
        let (before, rest) = input.split_at_checked(self.span.start).unwrap_or((input, ""));
        let fault = rest.get(..self.span.len()).unwrap_or(rest);
        let after = rest.get(fault.len()..).unwrap_or_default();
        let before = keep_end(&visible(before), CONTEXT);
        let fault = clip(&visible(fault), CONTEXT).into_owned();
        let after = clip(&visible(after), CONTEXT).into_owned();
        let (gap, mark) = (" ".repeat(width(&before)), "^".repeat(width(&fault).max(1)));
        format!("{self}\n  {before}{fault}{after}\n  {gap}{mark}")
    }
}

/// `text` as a message quotes it: safe, short, between backticks.
pub(super) fn shown(text: &str) -> String {
    format!("`{}`", clip(&visible(text), 40))
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |text| format!("; did you mean `{}`?", clip(&visible(text), 80)))
}

/// The last `columns` of `text`, with `…` in front where something was cut.
fn keep_end(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut used = 1;
    let tail: Vec<char> = text
        .chars()
        .rev()
        .take_while(|c| {
            used += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            used <= columns
        })
        .collect();
    std::iter::once('…').chain(tail.into_iter().rev()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_below_the_fault() {
        let error = QueryError::new(4..8, "no field is called `actr`").suggest("actor");
        assert_eq!(
            error.render("a b actr:x"),
            "no field is called `actr`; did you mean `actor`?\n  a b actr:x\n      ^^^^"
        );
        let wide = QueryError::new(7..8, "here");
        assert_eq!(wide.render("東京 x\t"), "here\n  東京 x␉\n       ^");
    }

    #[test]
    fn a_long_query_is_cut_around_the_fault() {
        let input = format!("{}BAD{}", "a".repeat(500), "b".repeat(500));
        let error = QueryError::new(500..503, "here");
        let lines: Vec<String> = error.render(&input).lines().map(str::to_owned).collect();
        assert!(lines.iter().all(|l| width(l) < 130));
        let at = lines[1].split("BAD").next().map(width);
        assert_eq!(at, lines[2].split('^').next().map(width));
    }

    #[test]
    fn a_span_that_does_not_fit_is_survived() {
        for span in [0..99, 50..60, 1..2] {
            assert!(QueryError::new(span, "m").render("é\u{1b}[31m").starts_with("m\n"));
        }
    }
}
