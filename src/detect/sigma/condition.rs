//! The condition of a rule: `selection and not 1 of filter_*`.
//!
//! Read once into a tree, with the names checked against the searches that the rule has.

use crate::text::nearest;

/// A condition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Condition {
    /// The search of that number in the rule.
    Search(usize),
    /// All of these.
    And(Vec<Condition>),
    /// At least one of these.
    Or(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// At least so many of these searches.
    AtLeast(usize, Vec<usize>),
}

/// What is wrong with a condition.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConditionError(pub String);

/// How deep parentheses and `not` may be nested.
const DEEPEST: usize = 64;

/// Reads a condition; `names` are the searches of the rule.
///
/// # Errors
/// It is no condition, or names a search that is not there.
pub fn parse(text: &str, names: &[&str]) -> Result<Condition, ConditionError> {
    let mut parser = Parser { words: words(text), at: 0, names, depth: 0 };
    let condition = parser.or()?;
    match parser.peek() {
        None => Ok(condition),
        Some("|") => Err(ConditionError(
            "the old form of counting (`| count() ...`); write a correlation rule instead".to_owned(),
        )),
        Some(word) => Err(ConditionError(format!("`{word}` is not expected here; and, or or the end is"))),
    }
}

fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    for chunk in text.split_whitespace() {
        let mut rest = chunk;
        while let Some(place) = rest.find(['(', ')', '|']) {
            let (before, sign) = rest.split_at(place);
            if !before.is_empty() {
                words.push(before);
            }
            let (sign, behind) = sign.split_at(1);
            words.push(sign);
            rest = behind;
        }
        if !rest.is_empty() {
            words.push(rest);
        }
    }
    words
}

struct Parser<'t> {
    words: Vec<&'t str>,
    at: usize,
    names: &'t [&'t str],
    depth: usize,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<&'t str> {
        self.words.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'t str> {
        let word = self.peek();
        self.at += 1;
        word
    }

    fn take(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|next| next.eq_ignore_ascii_case(word));
        self.at += usize::from(is);
        is
    }

    fn or(&mut self) -> Result<Condition, ConditionError> {
        let mut parts = vec![self.and()?];
        while self.take("or") {
            parts.push(self.and()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Condition::Or(parts) })
    }

    fn and(&mut self) -> Result<Condition, ConditionError> {
        let mut parts = vec![self.not()?];
        while self.take("and") {
            parts.push(self.not()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Condition::And(parts) })
    }

    fn not(&mut self) -> Result<Condition, ConditionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(ConditionError(format!("nested deeper than {DEEPEST} levels")));
        }
        let found = match self.take("not") {
            true => self.not().map(|inner| Condition::Not(Box::new(inner))),
            false => self.operand(),
        };
        self.depth -= 1;
        found
    }

    fn operand(&mut self) -> Result<Condition, ConditionError> {
        let Some(word) = self.next() else {
            return Err(ConditionError("ends where the name of a search is expected".to_owned()));
        };
        if word == "(" {
            let inner = self.or()?;
            return match self.take(")") {
                true => Ok(inner),
                false => Err(ConditionError("a ( without its )".to_owned())),
            };
        }
        let of_follows = self.peek().is_some_and(|next| next.eq_ignore_ascii_case("of"));
        let quantity = word.parse::<usize>().ok();
        let all = word.eq_ignore_ascii_case("all");
        let any = word.eq_ignore_ascii_case("any");
        if of_follows && (quantity.is_some() || all || any) {
            self.at += 1;
            return self.of(if all { None } else { Some(quantity.unwrap_or(1)) });
        }
        self.search(word)
    }

    /// Behind `1 of`, `all of`: a pattern of names, or `them`.
    fn of(&mut self, least: Option<usize>) -> Result<Condition, ConditionError> {
        let Some(pattern) = self.next() else {
            return Err(ConditionError("ends where `them` or a name with * is expected".to_owned()));
        };
        let found: Vec<usize> = match pattern.eq_ignore_ascii_case("them") {
            // Names that begin with _ are left out of `them`, as the specification says.
            true => (0..self.names.len()).filter(|n| !self.names[*n].starts_with('_')).collect(),
            false => (0..self.names.len()).filter(|n| fits(pattern, self.names[*n])).collect(),
        };
        if found.is_empty() {
            return Err(self.unknown(pattern));
        }
        match least {
            None => Ok(Condition::AtLeast(found.len(), found)),
            Some(0) => Err(ConditionError("0 of something is always true".to_owned())),
            Some(least) if least > found.len() => Err(ConditionError(format!(
                "{least} of {pattern} can never be: there are only {}",
                found.len()
            ))),
            Some(least) => Ok(Condition::AtLeast(least, found)),
        }
    }

    fn search(&self, name: &str) -> Result<Condition, ConditionError> {
        let place = self.names.iter().position(|known| *known == name);
        place.map(Condition::Search).ok_or_else(|| self.unknown(name))
    }

    fn unknown(&self, name: &str) -> ConditionError {
        let near = nearest(name, self.names.iter().copied());
        let near = near.map_or_else(
            || format!("there are `{}`", self.names.join("`, `")),
            |near| format!("did you mean `{near}`?"),
        );
        ConditionError(format!("there is no search `{name}`; {near}"))
    }
}

/// Whether a name fits a pattern with `*`.
fn fits(pattern: &str, name: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let mut last = None;
    for piece in pieces {
        if let Some(before) = last.replace(piece)
            && let Some(at) = rest.find(before)
        {
            rest = rest.get(at + before.len()..).unwrap_or_default();
        } else if last.is_none() {
            return false;
        }
    }
    match last {
        None => rest.is_empty(),
        Some(end) => rest.ends_with(end),
    }
}

impl Condition {
    /// Whether it holds, given which searches match. `matches` is asked for no more than is needed.
    pub fn holds(&self, matches: &mut dyn FnMut(usize) -> bool) -> bool {
        match self {
            Self::Search(n) => matches(*n),
            Self::And(parts) => parts.iter().all(|part| part.holds(matches)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(matches)),
            Self::Not(part) => !part.holds(matches),
            Self::AtLeast(least, of) => {
                let mut found = 0;
                of.iter().any(|n| {
                    found += usize::from(matches(*n));
                    found >= *least
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NAMES: [&str; 5] = ["selection", "filter_main", "filter_opt", "_helper", "keywords"];

    fn holds(text: &str, matching: &[&str]) -> bool {
        let condition = parse(text, &NAMES).unwrap_or_else(|e| panic!("{text}: {e}"));
        condition.holds(&mut |n| matching.contains(&NAMES[n]))
    }

    #[test]
    fn the_whole_grammar_is_understood() {
        for (text, matching, holds_then) in [
            ("selection", &["selection"][..], true),
            ("selection and not 1 of filter_*", &["selection"], true),
            ("selection and not 1 of filter_*", &["selection", "filter_opt"], false),
            ("all of filter_*", &["filter_main"], false),
            ("all of filter_*", &["filter_main", "filter_opt"], true),
            ("2 of them", &["selection", "keywords"], true),
            ("2 of them", &["selection", "_helper"], false),
            ("any of them", &["keywords"], true),
            ("selection or filter_main and keywords", &["selection"], true),
            ("(selection or filter_main) and keywords", &["selection"], false),
            ("NOT selection AND (NOT keywords)", &[], true),
            ("not not selection", &["selection"], true),
        ] {
            assert_eq!(holds(text, matching), holds_then, "{text} with {matching:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_named_with_the_way_out() {
        for (text, reason) in [
            ("selecton", "did you mean `selection`?"),
            ("selection and", "ends where"),
            ("(selection", "a ( without its )"),
            ("selection keywords", "`keywords` is not expected here"),
            ("1 of nothing_*", "there is no search `nothing_*`"),
            ("3 of filter_*", "there are only 2"),
            ("selection | count() > 5", "write a correlation rule"),
            ("", "ends where"),
        ] {
            let error = parse(text, &NAMES).unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
        assert!(parse(&"(".repeat(10_000), &NAMES).is_err());
        assert!(parse(&"not ".repeat(10_000), &NAMES).is_err());
    }

    #[test]
    fn patterns_of_names_fit() {
        for (pattern, name, fit) in [
            ("filter_*", "filter_main", true),
            ("*_main", "filter_main", true),
            ("f*_m*n", "filter_main", true),
            ("filter", "filter_main", false),
            ("*", "x", true),
            ("a*b*c", "a-b", false),
        ] {
            assert_eq!(fits(pattern, name), fit, "{pattern} {name}");
        }
    }

    proptest! {
        #[test]
        fn no_text_ends_the_program(text in "(selection|and|or|not|of|them|all|1|filter_\\*|\\(|\\)| ){0,30}") {
            let _ = parse(&text, &NAMES);
        }
    }
}
