//! Patterns of STIX 2.1, as far as an indicator can mean them.
//!
//! The whole grammar of comparisons is read: tests in brackets joined by `AND` and `OR`, brackets
//! joined by `AND`, `OR` and `FOLLOWEDBY`, with qualifiers behind them. An indicator is one value, so
//! only alternatives can be taken apart into several: `[a = 'x' OR b = 'y']` is two indicators, and
//! `[a = 'x' AND b = 'y']` none, since either of them alone says less. What only states the kind of
//! account beside its name does not count as a second test.

use std::fmt;

/// A comparison that a pattern makes: the path of an object, and the values one of which it must have.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Comparison {
    /// The kind of object: `ipv4-addr`.
    pub object: String,
    /// The property: `value`, `extensions.'http-request-ext'.request_header.'User-Agent'` without quotes.
    pub property: String,
    /// The values, one of which it must have.
    pub values: Vec<String>,
}

/// Why a pattern means nothing that an indicator could.
#[derive(thiserror::Error, Clone, PartialEq, Eq, Debug)]
pub enum PatternError {
    /// It is not written as a pattern is.
    #[error("the pattern cannot be read at character {at}: {expected} is missing")]
    Grammar {
        /// The place, in characters from 1.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// It asks for several things at once.
    #[error("the pattern asks for several things at once, and an indicator is one value; part it by hand")]
    Together,
    /// It compares in a way that a value cannot.
    #[error("the pattern compares by {0}, and an indicator is one exact value")]
    Operator(String),
    /// It is longer or deeper than any pattern that is meant.
    #[error("the pattern is too long or too deep")]
    TooMuch,
}

/// How long a pattern may be, in bytes.
pub const LONGEST: usize = 64 << 10;
/// How deep parentheses may be.
const DEEPEST: usize = 32;

/// The comparisons of which any one makes the pattern true.
///
/// # Errors
/// [`PatternError`]: the first reason for which it cannot be used.
pub fn read(text: &str) -> Result<Vec<Comparison>, PatternError> {
    if text.len() > LONGEST {
        return Err(PatternError::TooMuch);
    }
    let tokens = lex(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, end: text.chars().count() + 1 };
    let found = parser.observations(0)?;
    match parser.tokens.get(parser.at) {
        None => found.any(),
        Some(_) => Err(parser.missing("the end")),
    }
}

/// What is true of a pattern or of a part of it.
enum Meaning {
    /// One of these comparisons.
    Any(Vec<Comparison>),
    /// Something that says more about another comparison, and nothing by itself.
    Beside,
    /// Something that no indicator can mean.
    Not(PatternError),
}

impl Meaning {
    fn any(self) -> Result<Vec<Comparison>, PatternError> {
        match self {
            Self::Any(all) => Ok(all),
            Self::Beside => Ok(Vec::new()),
            Self::Not(fault) => Err(fault),
        }
    }

    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Any(mut a), Self::Any(b)) => {
                a.extend(b);
                Self::Any(a)
            }
            (Self::Not(fault), _) | (_, Self::Not(fault)) => Self::Not(fault),
            (other, Self::Beside) | (Self::Beside, other) => other,
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Not(fault), _) | (_, Self::Not(fault)) => Self::Not(fault),
            (other, Self::Beside) | (Self::Beside, other) => other,
            (Self::Any(_), Self::Any(_)) => Self::Not(PatternError::Together),
        }
    }
}

#[derive(Clone, PartialEq, Debug)]
enum Token {
    /// A word, a number, or a sign.
    Word(String),
    /// A text in quotes.
    Text(String),
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Word(text) | Self::Text(text)) = self;
        f.write_str(&crate::text::visible(text))
    }
}

/// Tokens with their places.
fn lex(text: &str) -> Result<Vec<(usize, Token)>, PatternError> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().zip(1..).peekable();
    while let Some((c, at)) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        if c == '\'' {
            let mut value = String::new();
            loop {
                match chars.next() {
                    Some(('\\', _)) => value.extend(chars.next().map(|(c, _)| c)),
                    Some(('\'', _)) => break,
                    Some((c, _)) => value.push(c),
                    None => return Err(PatternError::Grammar { at, expected: "the closing quote" }),
                }
            }
            tokens.push((at, Token::Text(value)));
            continue;
        }
        let mut word = String::from(c);
        let part_of_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '*');
        let part_of_sign = |c: char| matches!(c, '=' | '<' | '>' | '!');
        let goes_on: &dyn Fn(char) -> bool = match c {
            c if part_of_word(c) => &part_of_word,
            c if part_of_sign(c) => &part_of_sign,
            _ => &|_| false,
        };
        while let Some((next, _)) = chars.next_if(|(next, _)| goes_on(*next)) {
            word.push(next);
        }
        tokens.push((at, Token::Word(word)));
    }
    Ok(tokens)
}

struct Parser<'t> {
    tokens: &'t [(usize, Token)],
    at: usize,
    end: usize,
}

impl Parser<'_> {
    fn missing(&self, expected: &'static str) -> PatternError {
        PatternError::Grammar { at: self.tokens.get(self.at).map_or(self.end, |t| t.0), expected }
    }

    fn word(&self) -> Option<&str> {
        match self.tokens.get(self.at) {
            Some((_, Token::Word(word))) => Some(word),
            _ => None,
        }
    }

    /// Takes a word, in any case, where it stands next.
    fn take(&mut self, word: &str) -> bool {
        let found = self.word().is_some_and(|w| w.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str, expected: &'static str) -> Result<(), PatternError> {
        if self.take(word) { Ok(()) } else { Err(self.missing(expected)) }
    }

    /// Brackets joined by words.
    fn observations(&mut self, depth: usize) -> Result<Meaning, PatternError> {
        let mut all = self.observation(depth)?;
        loop {
            all = if self.take("OR") {
                all.or(self.observation(depth)?)
            } else if self.take("AND") || self.take("FOLLOWEDBY") {
                all.and(self.observation(depth)?)
            } else {
                return Ok(all);
            };
        }
    }

    fn observation(&mut self, depth: usize) -> Result<Meaning, PatternError> {
        if depth > DEEPEST {
            return Err(PatternError::TooMuch);
        }
        let meaning = if self.take("(") {
            let inner = self.observations(depth + 1)?;
            self.expect(")", "`)`")?;
            inner
        } else {
            self.expect("[", "`[`")?;
            let inner = self.tests(depth + 1)?;
            self.expect("]", "`]`")?;
            inner
        };
        self.qualifiers()?;
        Ok(meaning)
    }

    /// How often and when it has to be seen; one sight is enough for us.
    fn qualifiers(&mut self) -> Result<(), PatternError> {
        loop {
            if self.take("WITHIN") {
                self.value()?;
                self.expect("SECONDS", "`SECONDS`")?;
            } else if self.take("REPEATS") {
                self.value()?;
                self.expect("TIMES", "`TIMES`")?;
            } else if self.take("START") {
                self.value()?;
                self.expect("STOP", "`STOP`")?;
                self.value()?;
            } else {
                return Ok(());
            }
        }
    }

    /// Tests inside of brackets; `AND` binds closer than `OR`.
    fn tests(&mut self, depth: usize) -> Result<Meaning, PatternError> {
        let mut all = self.tests_together(depth)?;
        while self.take("OR") {
            all = all.or(self.tests_together(depth)?);
        }
        Ok(all)
    }

    fn tests_together(&mut self, depth: usize) -> Result<Meaning, PatternError> {
        let mut all = self.test(depth)?;
        while self.take("AND") {
            all = all.and(self.test(depth)?);
        }
        Ok(all)
    }

    fn test(&mut self, depth: usize) -> Result<Meaning, PatternError> {
        if depth > DEEPEST {
            return Err(PatternError::TooMuch);
        }
        if self.take("(") {
            let inner = self.tests(depth + 1)?;
            self.expect(")", "`)`")?;
            return Ok(inner);
        }
        if self.take("EXISTS") {
            self.path()?;
            return Ok(Meaning::Not(PatternError::Operator("EXISTS".to_owned())));
        }
        let (object, property) = self.path()?;
        let denied = self.take("NOT");
        let operator =
            self.word().map(str::to_ascii_uppercase).ok_or_else(|| self.missing("a comparison"))?;
        self.at += 1;
        let values = if operator == "IN" { self.list()? } else { vec![self.value()?] };
        let exact = matches!(operator.as_str(), "=" | "==" | "IN")
            || operator == "ISSUBSET" && matches!(object.as_str(), "ipv4-addr" | "ipv6-addr");
        if denied || !exact {
            let negation = if denied { "NOT " } else { "" };
            return Ok(Meaning::Not(PatternError::Operator(format!("{negation}{operator}"))));
        }
        if object == "user-account" && property == "account_type" {
            return Ok(Meaning::Beside);
        }
        Ok(Meaning::Any(vec![Comparison { object, property, values }]))
    }

    /// `object:property.'key'[0]`, without quotes and without numbers of lists.
    fn path(&mut self) -> Result<(String, String), PatternError> {
        let object = self.word().ok_or_else(|| self.missing("the path of an object"))?.to_owned();
        self.at += 1;
        self.expect(":", "`:`")?;
        let mut property = String::new();
        loop {
            match self.tokens.get(self.at) {
                Some((_, Token::Text(text))) if property.is_empty() || property.ends_with('.') => {
                    property.push_str(text);
                }
                Some((_, Token::Word(word))) if word == "[" => {
                    self.at += 2;
                    if self.word() != Some("]") {
                        return Err(self.missing("`]`"));
                    }
                }
                Some((_, Token::Word(word))) if property.is_empty() || word.starts_with('.') => {
                    property.push_str(word);
                }
                // What follows a dot belongs to it, quoted or not.
                Some((_, Token::Word(word))) if property.ends_with('.') => property.push_str(word),
                _ if property.is_empty() => return Err(self.missing("a property")),
                _ => return Ok((object, property)),
            }
            self.at += 1;
        }
    }

    fn list(&mut self) -> Result<Vec<String>, PatternError> {
        self.expect("(", "`(`")?;
        let mut values = vec![self.value()?];
        while self.take(",") {
            values.push(self.value()?);
        }
        self.expect(")", "`)`")?;
        Ok(values)
    }

    /// A text, a number, or a text with a letter in front that says how it is written.
    fn value(&mut self) -> Result<String, PatternError> {
        let value = match self.tokens.get(self.at) {
            Some((_, Token::Text(text))) => text.clone(),
            Some((_, Token::Word(letter))) if matches!(letter.as_str(), "t" | "b" | "h") => {
                self.at += 1;
                match self.tokens.get(self.at) {
                    Some((_, Token::Text(text))) => text.clone(),
                    _ => return Err(self.missing("a text in quotes")),
                }
            }
            Some((_, Token::Word(word))) if word.starts_with(|c: char| c.is_alphanumeric() || c == '-') => {
                word.clone()
            }
            _ => return Err(self.missing("a value")),
        };
        self.at += 1;
        Ok(value)
    }
}

/// A text as a pattern writes it.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

#[cfg(test)]
mod tests;
