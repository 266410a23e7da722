//! TOML of which every value knows where it stands: the one reader of settings, themes and keys.
//!
//! A file with a mistake in its syntax is still read as far as it goes. Values are
//! handed out as [`Node`]s, which check their type on request and turn a
//! [`Reason`] into a [`Fault`] with file, line, column, key and the value as written.
//!
//! Nothing here knows what a key means, and nothing is read from disk.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::fault::{Fault, Reason};

/// How many mistakes in the syntax are told: after some, one is the cause of the others.
const MOST: usize = 20;

/// A parsed file.
#[derive(Debug)]
pub struct Document<'t> {
    file: String,
    text: &'t str,
    root: Spanned<DeValue<'t>>,
}

impl<'t> Document<'t> {
    /// Reads `text`; `file` is how faults name it. What could not be understood is told beside what could.
    pub fn parse(file: impl Into<String>, text: &'t str) -> (Self, Vec<Fault>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let root = Spanned::new(table.span(), DeValue::Table(table.into_inner()));
        let document = Self { file: file.into(), text, root };
        let faults = errors.iter().take(MOST).map(|error| document.syntax_fault(error)).collect();
        (document, faults)
    }

    /// The table that is the whole file.
    pub fn root(&self) -> Node<'_> {
        Node { document: self, key: String::new(), name: "", name_at: 0, value: &self.root }
    }

    fn syntax_fault(&self, error: &toml::de::Error) -> Fault {
        let reason = Reason::new(format!("not valid TOML: {}", error.message()));
        let fault = Fault::of_file(self.file.clone(), reason);
        let Some(span) = error.span() else { return fault };
        let (line, column) = self.position(span.start);
        Fault { line: Some(line), column: Some(column), ..fault }
    }

    /// Line and character of a place in the text, from 1.
    fn position(&self, offset: usize) -> (usize, usize) {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (line, column)
    }

    /// The value as it was written, its first line.
    fn written(&self, span: Range<usize>) -> Option<String> {
        let line = self.text.get(span)?.lines().next()?.trim_end();
        Some(line.to_owned())
    }
}

/// One value of a [`Document`].
#[derive(Clone, Debug)]
pub struct Node<'d> {
    document: &'d Document<'d>,
    key: String,
    name: &'d str,
    name_at: usize,
    value: &'d Spanned<DeValue<'d>>,
}

impl<'d> Node<'d> {
    /// The path of keys from the top of the file: `roles.risk.critical`, `events.keys[3].on`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The last key of the path, which may hold dots itself where it was quoted.
    pub fn name(&self) -> &'d str {
        self.name
    }

    /// The name of the file, as faults give it.
    pub fn file(&self) -> &'d str {
        &self.document.file
    }

    /// The line on which the value begins, from 1.
    pub fn line(&self) -> usize {
        self.document.position(self.value.span().start).0
    }

    /// A fault of this value.
    pub fn fault(&self, reason: Reason) -> Fault {
        let span = self.value.span();
        let at = self.document.position(span.start);
        Fault { value: self.document.written(span), ..self.fault_at(at, reason) }
    }

    /// A fault of the key itself: it should not be here.
    pub fn misplaced(&self, reason: Reason) -> Fault {
        self.fault_at(self.document.position(self.name_at), reason)
    }

    fn fault_at(&self, (line, column): (usize, usize), reason: Reason) -> Fault {
        Fault {
            line: Some(line),
            column: Some(column),
            key: self.key.clone(),
            ..Fault::of_file(self.document.file.clone(), reason)
        }
    }

    /// Whether the value is a table.
    pub fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// The value as text.
    ///
    /// # Errors
    /// It is something else.
    pub fn text(&self) -> Result<&'d str, Reason> {
        self.value.get_ref().as_str().ok_or_else(|| self.expected("a text in quotes"))
    }

    /// The value as true or false.
    ///
    /// # Errors
    /// It is something else.
    pub fn flag(&self) -> Result<bool, Reason> {
        self.value.get_ref().as_bool().ok_or_else(|| self.expected("true or false"))
    }

    /// The value as a whole number.
    ///
    /// # Errors
    /// It is something else, or needs more than 64 bits.
    pub fn whole(&self) -> Result<i64, Reason> {
        let number = self.value.get_ref().as_integer().ok_or_else(|| self.expected("a whole number"))?;
        i64::from_str_radix(number.as_str(), number.radix())
            .map_err(|_| Reason::new("the number is too large"))
    }

    /// The values of a list.
    ///
    /// # Errors
    /// It is something else.
    pub fn list(&self) -> Result<Vec<Node<'d>>, Reason> {
        let list = self.value.get_ref().as_array().ok_or_else(|| self.expected("a list in brackets"))?;
        let node = |(index, value): (usize, &'d Spanned<DeValue<'d>>)| Node {
            key: format!("{}[{}]", self.key, index + 1),
            name_at: value.span().start,
            value,
            ..self.clone()
        };
        Ok(list.iter().enumerate().map(node).collect())
    }

    /// The entries of a table, in the order of the file.
    ///
    /// # Errors
    /// It is something else.
    pub fn entries(&self) -> Result<Vec<Node<'d>>, Reason> {
        let table = self.value.get_ref().as_table().ok_or_else(|| self.expected("a table"))?;
        let mut entries: Vec<Node<'d>> = table.iter().map(|(name, value)| self.entry(name, value)).collect();
        entries.sort_by_key(|entry| entry.name_at);
        Ok(entries)
    }

    fn entry(&self, name: &'d Spanned<DeString<'d>>, value: &'d Spanned<DeValue<'d>>) -> Node<'d> {
        let dot = if self.key.is_empty() { "" } else { "." };
        Node {
            document: self.document,
            key: format!("{}{dot}{}", self.key, name.get_ref()),
            name: name.get_ref(),
            name_at: name.span().start,
            value,
        }
    }

    /// The type that was wanted, and the one that is there.
    pub fn expected(&self, wanted: &str) -> Reason {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        Reason::new(format!("expected {wanted}, found {found}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fault_of(text: &str, check: impl Fn(&Node<'_>) -> Option<Reason>) -> Vec<String> {
        let (document, mut faults) = Document::parse("t.toml", text);
        for entry in document.root().entries().unwrap() {
            faults.extend(check(&entry).map(|reason| entry.fault(reason)));
        }
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_wrong_type_is_told_with_line_and_value() {
        let text =
            "# a comment\na = 1\nb = \"x\"\n\nc = [1,\n 2]\nd = 1.5\ne = 1979-05-27\nf = true\n[g]\nh = 1";
        assert_eq!(
            fault_of(text, |node| node.text().err()),
            [
                "t.toml:2: a = 1: expected a text in quotes, found a whole number",
                "t.toml:5: c = [1,: expected a text in quotes, found a list",
                "t.toml:7: d = 1.5: expected a text in quotes, found a number with a fraction",
                "t.toml:8: e = 1979-05-27: expected a text in quotes, found a date",
                "t.toml:9: f = true: expected a text in quotes, found true or false",
                "t.toml:10: g = [g]: expected a text in quotes, found a table",
            ]
        );
    }

    #[test]
    fn a_mistake_in_the_syntax_leaves_the_rest_readable() {
        let (document, faults) = Document::parse("t.toml", "mouse = true\ntheme = \nsort = \"risk\"\n");
        assert_eq!(faults.len(), 1);
        assert!(faults[0].to_string().starts_with("t.toml:2: not valid TOML: "), "{}", faults[0]);
        let entries = document.root().entries().unwrap();
        assert_eq!(entries.first().unwrap().flag(), Ok(true));
        assert_eq!(entries.last().unwrap().text(), Ok("risk"));
    }

    #[test]
    fn entries_come_in_the_order_of_the_file_and_know_their_path() {
        let (document, faults) = Document::parse("t.toml", "[z]\nb = [ { on = \"x\" } ]\n\"a.b\" = 1\n[a]\n");
        assert_eq!(faults, []);
        let root = document.root().entries().unwrap();
        assert_eq!(root.iter().map(Node::name).collect::<Vec<_>>(), ["z", "a"]);
        let z = root[0].entries().unwrap();
        let on = &z[0].list().unwrap()[0].entries().unwrap()[0];
        assert_eq!((on.key(), on.line(), on.text()), ("z.b[1].on", 2, Ok("x")));
        assert_eq!((z[1].key(), z[1].name()), ("z.a.b", "a.b"));
    }

    #[test]
    fn lines_and_columns_count_characters() {
        let (document, _) = Document::parse("t.toml", "\r\nx = [\"東京\", 5]");
        let five = document.root().entries().unwrap()[0].list().unwrap()[1].fault(Reason::new("no"));
        assert_eq!((five.line, five.column), (Some(2), Some(12)));
    }

    #[test]
    fn a_number_beyond_64_bits_is_a_fault() {
        let (document, _) = Document::parse("t.toml", "x = 99999999999999999999\ny = 0xff");
        let entries = document.root().entries().unwrap();
        assert!(entries[0].whole().is_err());
        assert_eq!(entries[1].whole(), Ok(255));
    }

    #[test]
    fn deep_nesting_is_a_fault_and_no_overflow() {
        for text in ["a = ".to_owned() + &"[".repeat(100_000), "a = ".to_owned() + &"{ a = ".repeat(100_000)]
        {
            let (document, faults) = Document::parse("t.toml", &text);
            assert!(!faults.is_empty());
            assert!(document.root().entries().is_ok());
        }
        let dotted = "a.".repeat(20_000) + "a = 1";
        let (document, _) = Document::parse("t.toml", &dotted);
        assert!(document.root().entries().is_ok());
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "(?s)[a-c\\[\\]{}\"'=.,#\n 0-9\\\\é-]{0,60}") {
            let (document, faults) = Document::parse("t.toml", &text);
            for node in document.root().entries().unwrap() {
                let _ = node.fault(Reason::new("x")).to_string();
            }
            prop_assert!(faults.iter().all(|fault| fault.line.is_none_or(|line| line >= 1)));
        }

        #[test]
        fn no_bytes_break_the_reader(text: String) {
            let _ = Document::parse("t.toml", &text);
        }
    }
}
