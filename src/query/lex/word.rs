//! Words: quotes, escapes, wildcards, and what people bring along from other languages.

use std::net::IpAddr;

use super::super::error::{QueryError, shown};
use super::super::value::{Piece, Value};
use super::super::write::quoted;
use super::{Kind, Lexer, MAX_FAULTS, key, operator};

/// Where a word ends, apart from white space, parentheses and the end of the query.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stop {
    /// At a comparison as well.
    Head,
    /// Nowhere else.
    Word,
    /// At a comma as well.
    Item,
}

impl Stop {
    fn at(self, rest: &str) -> bool {
        let ends_word = |c: char| c.is_whitespace() || matches!(c, '(' | ')');
        match self {
            Self::Head => rest.starts_with(ends_word) || operator::len(rest) > 0,
            Self::Word => rest.starts_with(ends_word),
            Self::Item => rest.starts_with(ends_word) || rest.starts_with(','),
        }
    }
}

/// The part of `rest` that is looked at for a hint, so that no query takes long to be refused.
pub(super) fn ahead(rest: &str) -> &str {
    rest.get(..rest.floor_char_boundary(200)).unwrap_or_default()
}

/// Whether the word at the start of `rest` is an IPv6 address, which may begin with a colon.
pub(super) fn is_address(rest: &str) -> bool {
    let word =
        ahead(rest).split(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).next().unwrap_or_default();
    let address = word.split('/').next().unwrap_or_default();
    address.parse::<IpAddr>().is_ok()
}

impl Lexer<'_> {
    /// Reads up to `stop`. Takes no white space and may take nothing.
    pub(super) fn read(&mut self, stop: Stop) -> Value {
        let start = self.at;
        let mut value = Value::default();
        while let Some(c) = self.peek() {
            match c {
                '"' => self.quoted(&mut value),
                '\\' => self.escaped(&mut value),
                _ if stop.at(self.rest()) => break,
                '*' => self.take(c, |_| value.pieces.push(Piece::Many)),
                '?' => self.take(c, |_| value.pieces.push(Piece::One)),
                _ => self.take(c, |c| value.push_plain(c)),
            }
        }
        value.span = start..self.at;
        value
    }

    fn take(&mut self, c: char, keep: impl FnOnce(char)) {
        self.at += c.len_utf8();
        keep(c);
    }

    /// `\` outside of quotes: before a letter or digit it is itself, as in `CORP\alice`.
    fn escaped(&mut self, value: &mut Value) {
        self.at += 1;
        match self.peek() {
            Some(c) if !c.is_alphanumeric() => {
                self.take(c, |c| value.pieces.push(Piece::Literal(c.to_string())));
            }
            _ => value.push_plain('\\'),
        }
    }

    fn quoted(&mut self, value: &mut Value) {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                self.fault(QueryError::new(start..start + 1, "the quote that opens here is never closed"));
                break;
            };
            self.at += c.len_utf8();
            match c {
                '"' => break,
                '\\' => self.quoted_escape(&mut text),
                c => text.push(c),
            }
        }
        value.pieces.push(Piece::Literal(text));
    }

    fn quoted_escape(&mut self, text: &mut String) {
        let start = self.at - 1;
        let Some(c) = self.peek() else { return };
        self.at += c.len_utf8();
        let char = match c {
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'u' => self.code_point(),
            c => (!c.is_alphanumeric()).then_some(c),
        };
        match char {
            Some(c) => text.push(c),
            None => {
                let written = self.text.get(start..self.at).unwrap_or_default();
                let message = if c == 'u' {
                    "no character is named behind `\\u`: what stands there is its number in hexadecimal digits, \
                     as in \\u{1b}; a backslash that is meant is written twice"
                        .to_owned()
                } else {
                    format!(
                        "{} is no escape; inside of quotes there are \\\\ \\\" \\n \\r \\t and \\u{{1b}}",
                        shown(written)
                    )
                };
                let fault = QueryError::new(start..self.at, message).suggest(format!("\\{written}"));
                self.fault(fault);
            }
        }
    }

    /// `{1b}` or, as JSON has it, `001b`.
    fn code_point(&mut self) -> Option<char> {
        let rest = self.rest();
        let (digits, len) = match rest.strip_prefix('{') {
            Some(inner) => {
                let digits = inner.split_once('}')?.0;
                (digits, digits.len() + 2)
            }
            None => (rest.get(..4)?, 4),
        };
        let fits = (1..=6).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let c = fits.then(|| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32))??;
        self.at += len;
        Some(c)
    }

    /// `!word`; true when that was the fault.
    pub(super) fn check_negation(&mut self, word: &Value) -> bool {
        let Some(Piece::Plain(first)) = word.pieces.first() else { return false };
        let negated = first.starts_with('!');
        if negated {
            let written = self.text.get(word.span.clone()).unwrap_or_default();
            let inner = written.strip_prefix('!').filter(|rest| !rest.is_empty());
            let better = inner.map_or_else(|| "NOT".to_owned(), |rest| format!("-{rest}"));
            let message = "NOT is written `-` or NOT; to search for the text, quote it";
            self.fault(QueryError::new(word.span.clone(), message).suggest(better));
        }
        negated
    }

    /// `event~x`; true when that was the fault.
    pub(super) fn check_tilde(&mut self, word: &Value) -> bool {
        let Some(Piece::Plain(first)) = word.pieces.first() else { return false };
        let Some((name, _)) = first.split_once('~').filter(|(name, _)| key::resolve(name).is_ok()) else {
            return false;
        };
        let part = word.plain().and_then(|text| text.split_once('~')).map(|(_, part)| part);
        let bare = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric());
        let better = part.filter(|part| !part.is_empty()).map(|part| match bare(part) {
            true => format!("{name}:*{part}*"),
            false => format!("{name}:*{}*", quoted(part)),
        });
        let message = "there are no regular expressions; `*` and `?` are the wildcards (to search for the text, quote it)";
        self.fault(QueryError::new(word.span.clone(), message).suggest_some(better));
        true
    }

    /// Notes what is most likely meant otherwise in a word or value.
    pub(super) fn check_text(&mut self, word: &Value) {
        if self.out.faults.len() >= MAX_FAULTS {
            return;
        }
        let first = match word.pieces.first() {
            Some(Piece::Plain(text)) => text.chars().next(),
            _ => None,
        };
        if first.is_some_and(|c| matches!(c, '\'' | '`' | '\u{2018}'..='\u{201f}')) {
            self.foreign_quote(word);
        } else if word.plain_pieces().any(|text| text.contains("&&") || text.contains("||")) {
            self.foreign_keyword(word);
        } else if self.peek() == Some('(') {
            self.stray_parenthesis(word);
        }
    }

    fn foreign_quote(&mut self, word: &Value) {
        let start = word.span.start;
        let mark = self.text.get(start..).and_then(|t| t.chars().next()).unwrap_or('\'');
        let closing = match mark {
            '\u{201c}' => '\u{201d}',
            '\u{2018}' => '\u{2019}',
            c => c,
        };
        let inner_start = start + mark.len_utf8();
        let inner =
            self.text.get(inner_start..).and_then(|t| ahead(t).split_once(closing)).map(|(inner, _)| inner);
        let end = inner.map_or(word.span.end, |inner| inner_start + inner.len() + closing.len_utf8());
        let better = inner.map(quoted);
        let fault = QueryError::new(start..end.max(word.span.end), "text is quoted with \" here");
        self.fault(fault.suggest_some(better));
    }

    fn foreign_keyword(&mut self, word: &Value) {
        let message = "write AND or just a space for `&&`, OR for `||`; quote the text if it is one";
        let better = match word.plain() {
            Some("&&") => "AND".to_owned(),
            Some("||") => "OR".to_owned(),
            _ => quoted(&word.text()),
        };
        self.fault(QueryError::new(word.span.clone(), message).suggest(better));
    }

    /// `word(`: a forgotten colon, or text that has to be quoted.
    fn stray_parenthesis(&mut self, word: &Value) {
        let span = word.span.start..self.at + 1;
        if word.plain().is_some_and(|text| key::resolve(text).is_ok()) && !self.behind_comparison() {
            let better = format!("{}:(", word.text());
            let message = "a field and its list are joined by a colon";
            return self.fault(QueryError::new(span, message).suggest(better));
        }
        let ahead = ahead(self.rest());
        let end = self.at + ahead.find(char::is_whitespace).unwrap_or(ahead.len());
        let whole = self.text.get(word.span.start..end).unwrap_or_default();
        let message = "a parenthesis inside of a word; quote the text if it belongs to it";
        let better = (!whole.contains(['"', '\\'])).then(|| quoted(whole));
        let span = if better.is_some() { word.span.start..end } else { span };
        self.fault(QueryError::new(span, message).suggest_some(better));
    }

    fn behind_comparison(&self) -> bool {
        self.out.tokens.last().is_some_and(|t| matches!(t.kind, Kind::Compare(_)))
    }
}
