//! Comparisons, and how other languages spell them.

use super::super::error::{QueryError, shown};
use super::{Compare, Kind, Lexer, key};

/// How long the run of operator characters at the start of `rest` is; 0 when there is none.
///
/// A colon ends the run unless a comparison follows at once, because values may begin with one (`ip:::1`).
pub(super) fn len(rest: &str) -> usize {
    let run = |text: &str, marks: &[char]| text.len() - text.trim_start_matches(marks).len();
    if let Some(behind) = rest.strip_prefix(':') {
        return 1 + run(behind, &['=', '<', '>']);
    }
    if rest.starts_with(['=', '<', '>']) || rest.starts_with("!=") || rest.starts_with("!~") {
        return run(rest, &['=', '<', '>', '!', '~']);
    }
    0
}

/// What a run of operator characters means, and how it should have been written.
fn meaning(run: &str) -> (Compare, Option<&'static str>) {
    match run {
        ":" | "=" => (Compare::Is, None),
        "!=" => (Compare::IsNot, None),
        "<" => (Compare::Less, None),
        "<=" => (Compare::LessOrEqual, None),
        ">=" => (Compare::GreaterOrEqual, None),
        ">" => (Compare::Greater, None),
        ":<" => (Compare::Less, Some("<")),
        ":<=" | "=<" => (Compare::LessOrEqual, Some("<=")),
        ":>=" | "=>" => (Compare::GreaterOrEqual, Some(">=")),
        ":>" => (Compare::Greater, Some(">")),
        "<>" | "!==" => (Compare::IsNot, Some("!=")),
        _ => (Compare::Is, Some(":")),
    }
}

impl Lexer<'_> {
    /// Reads the comparison that stands here.
    pub(super) fn operator(&mut self) -> Compare {
        let start = self.at;
        let len = len(self.rest()).max(1);
        let run = self.rest().get(..len).unwrap_or_default();
        let (compare, better) = meaning(run);
        self.mark(Kind::Compare(compare), len);
        if let Some(better) = better {
            let message = if run.contains('~') {
                "there are no regular expressions; `*` and `?` are the wildcards".to_owned()
            } else {
                format!("{} is no comparison", shown(run))
            };
            self.fault(QueryError::new(start..start + len, message).suggest(better));
        }
        compare
    }

    /// A comparison with a space before it, or with nothing before it.
    pub(super) fn stray_operator(&mut self) {
        let start = self.at;
        let end = start + len(self.rest()).max(1);
        let run = self.text.get(start..end).unwrap_or_default();
        let before = self.out.tokens.last().and_then(|token| match &token.kind {
            Kind::Word(word) => {
                word.plain().map(|text| (text.to_owned(), key::name(word), token.span.clone()))
            }
            _ => None,
        });
        match before {
            Some((text, Ok(field), span)) => {
                self.out.tokens.pop();
                if run.starts_with(':') {
                    let message = "no space before a colon";
                    let fault = QueryError::new(span.start..end, message).suggest(format!("{text}{run}"));
                    self.fault(fault);
                }
                self.push(Kind::Field(field), span.clone());
                self.comparison(span);
            }
            Some((text, Err(_), span)) => {
                let fault = QueryError::new(span, format!("no field is called {}", shown(&text)));
                self.fault(fault.suggest_some(key::nearest_field(&text)));
                self.at = end;
            }
            None => {
                let message = format!("{} has no field before it, as in risk>=50", shown(run));
                self.fault(QueryError::new(start..end, message));
                self.at = end;
            }
        }
    }
}
