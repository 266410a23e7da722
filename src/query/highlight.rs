//! The colors of a query: which bytes are what.

use std::ops::Range;

use super::lex::{Kind, lex};
use super::parse;

/// What a stretch of a query is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// The name of a field.
    Field,
    /// A comparison, a parenthesis, a comma, the `-` of a negation.
    Operator,
    /// A value that a field is compared with.
    Value,
    /// Free text.
    Text,
    /// `AND`, `OR`, `NOT`.
    Keyword,
    /// The place of the first fault.
    Error,
}

/// The stretches of `input` that have a color, in order, without overlap; all between is white space.
///
/// Ranges are in bytes, on character boundaries. A stretch that the first fault touches is an
/// error as a whole.
pub fn highlight(input: &str) -> Vec<(Range<usize>, TokenKind)> {
    if input.len() > parse::MAX_LEN {
        return vec![(0..input.len(), TokenKind::Error)];
    }
    let tokens = lex(input).tokens.into_iter().map(|token| (token.span, color(&token.kind)));
    let Err(fault) = parse::expr(input) else { return tokens.collect() };
    let mut error = fault.span;
    let mut out = Vec::new();
    for (span, kind) in tokens {
        if span.start < error.end && error.start < span.end {
            error = error.start.min(span.start)..error.end.max(span.end);
        } else {
            out.push((span, kind));
        }
    }
    let at = out.partition_point(|(span, _)| span.start < error.start);
    out.insert(at, (error, TokenKind::Error));
    out
}

fn color(kind: &Kind) -> TokenKind {
    match kind {
        Kind::Open
        | Kind::Close
        | Kind::ListOpen
        | Kind::ListClose
        | Kind::Comma
        | Kind::Minus
        | Kind::Compare(_) => TokenKind::Operator,
        Kind::And | Kind::Or | Kind::Not => TokenKind::Keyword,
        Kind::Field(_) => TokenKind::Field,
        Kind::Value(_) => TokenKind::Value,
        Kind::Word(_) | Kind::Caller(_) => TokenKind::Text,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn colors(input: &str) -> String {
        let letter = |kind| match kind {
            TokenKind::Field => 'f',
            TokenKind::Operator => 'o',
            TokenKind::Value => 'v',
            TokenKind::Text => 't',
            TokenKind::Keyword => 'k',
            TokenKind::Error => 'E',
        };
        let mut out = vec![' '; input.len()];
        for (span, kind) in highlight(input) {
            out[span].fill(letter(kind));
        }
        out.into_iter().collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn every_kind_has_its_color() {
        for (input, expected) in [
            ("risk>=50 AND -ip:10.0.0.0/8", "ffffoovv kkk offovvvvvvvvvv"),
            ("event:(A OR B, C) \"a b\"", "fffffoov kk vo vo ttttt"),
            // The token of a word with an unknown field is the whole word.
            ("actr:x service:iam", "EEEEEE fffffffovvv"),
            ("actor:\"x", "fffffoEE"),
            ("a OR", "t EE"),
            ("risk:abc b", "ffffoEEE t"),
            ("actor: b", "EEEEEEEE"),
        ] {
            assert_eq!(colors(input), expected, "{input}");
        }
    }

    proptest! {
        #[test]
        fn stretches_are_in_order_and_inside(input in "([a-z:=<>!()\"\\\\*, é-]|actor:|time>|AND |-1h){0,20}") {
            let mut end = 0;
            for (span, _) in highlight(&input) {
                prop_assert!(span.start >= end && span.end > span.start, "{span:?} in {input:?}");
                prop_assert!(input.get(span.clone()).is_some());
                end = span.end;
            }
        }
    }
}
