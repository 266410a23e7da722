//! One value on its way to a setting: typed in the file, plain text in the environment and on the command line.
//!
//! A setting asks for what it needs (a word of a list, a size, a path) and need
//! not know from which layer the value came.

use std::path::{Path, PathBuf};

use super::document::Node;
use super::fault::Reason;
use crate::event::field::{self, Field, FieldRef};

/// What the checks of values need to know beside the value.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    /// The names of all themes.
    pub themes: &'a [String],
    /// The user's home, for `~/`.
    pub home: Option<&'a Path>,
    /// The folder that relative paths begin at; `None`: where the program was started.
    pub base: Option<&'a Path>,
}

/// A value as its layer gives it.
#[derive(Debug)]
pub(super) enum Value<'a> {
    /// Typed, from a file.
    Typed(&'a Node<'a>),
    /// Text, from the environment or the command line.
    Plain(&'a str),
}

/// A value and its surroundings.
#[derive(Debug)]
pub(super) struct Given<'a> {
    pub value: Value<'a>,
    pub around: &'a Surroundings<'a>,
}

impl Given<'_> {
    /// A text that is not empty.
    pub(super) fn text(&self) -> Result<&str, Reason> {
        let text = match &self.value {
            Value::Typed(node) => node.text()?,
            Value::Plain(text) => text,
        };
        if text.trim().is_empty() { Err(Reason::new("must not be empty")) } else { Ok(text.trim()) }
    }

    /// True or false.
    pub(super) fn flag(&self) -> Result<bool, Reason> {
        match &self.value {
            Value::Typed(node) => node.flag(),
            Value::Plain(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Ok(true),
                "false" | "no" | "off" | "0" => Ok(false),
                _ => Err(Reason::new("expected true or false")),
            },
        }
    }

    /// A whole number from 0 to `most`.
    pub(super) fn whole(&self, most: u64) -> Result<u64, Reason> {
        let number = match &self.value {
            Value::Typed(node) => u64::try_from(node.whole()?).ok(),
            Value::Plain(text) => text.trim().parse().ok(),
        };
        number
            .filter(|n| *n <= most)
            .ok_or_else(|| Reason::new(format!("expected a whole number from 0 to {most}")))
    }

    /// One of a few words; what stands beside it is returned.
    pub(super) fn one_of<T: Copy>(&self, kind: &str, words: &[(&str, T)]) -> Result<T, Reason> {
        let number;
        let word = match &self.value {
            Value::Typed(node) if node.whole().is_ok() => {
                number = node.whole()?.to_string();
                number.as_str()
            }
            _ => self.text()?,
        };
        let found = words.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        found
            .map(|(_, value)| *value)
            .ok_or_else(|| Reason::unknown(kind, word, words.iter().map(|(name, _)| *name)))
    }

    /// A number of bytes: `8 MiB`, `500 KB`, `65536`; at least one.
    pub(super) fn bytes(&self) -> Result<u64, Reason> {
        let bytes = match &self.value {
            Value::Typed(node) if node.text().is_err() => u64::try_from(node.whole()?).ok(),
            _ => read_bytes(self.text()?),
        };
        bytes
            .filter(|n| *n > 0)
            .ok_or_else(|| Reason::new("expected a size such as \"8 MiB\", \"500 KB\" or a number of bytes"))
    }

    /// A path: `~/` is the home, a relative one begins where its layer says.
    pub(super) fn path(&self) -> Result<PathBuf, Reason> {
        self.path_of(self.text()?)
    }

    /// A list of paths: a list in the file, one a line elsewhere.
    pub(super) fn paths(&self) -> Result<Vec<PathBuf>, Reason> {
        self.words()?.iter().map(|text| self.path_of(text)).collect()
    }

    /// A list of texts: a list in the file, one a line elsewhere.
    pub(super) fn words(&self) -> Result<Vec<String>, Reason> {
        let words: Vec<&str> = match &self.value {
            Value::Typed(node) => node.list()?.iter().map(Node::text).collect::<Result<_, _>>()?,
            Value::Plain(text) => text.lines().collect(),
        };
        let words = words.into_iter().map(str::trim).filter(|word| !word.is_empty());
        Ok(words.map(str::to_owned).collect())
    }

    fn path_of(&self, text: &str) -> Result<PathBuf, Reason> {
        if let Some(rest) = text.strip_prefix("~/") {
            let home =
                self.around.home.ok_or_else(|| Reason::new("~ is unknown here; write the path in full"))?;
            return Ok(home.join(rest));
        }
        Ok(self.around.base.map_or_else(|| PathBuf::from(text), |base| base.join(text)))
    }

    /// A list of words: a list in the file, words with commas between them elsewhere. At least one, none twice.
    pub(super) fn fields(&self) -> Result<Vec<Field>, Reason> {
        let words: Vec<&str> = match &self.value {
            Value::Typed(node) => node.list()?.iter().map(Node::text).collect::<Result<_, _>>()?,
            Value::Plain(text) => text.split(',').collect(),
        };
        let mut fields = Vec::with_capacity(words.len());
        for word in words {
            let field = read_field(word.trim())?;
            if fields.contains(&field) {
                return Err(Reason::new(format!("{} stands there twice", field.name())));
            }
            fields.push(field);
        }
        if fields.is_empty() { Err(Reason::new("expected at least one field")) } else { Ok(fields) }
    }
}

/// A field of the catalogue by one of its names; a path into the record is none.
pub(super) fn read_field(word: &str) -> Result<Field, Reason> {
    match field::resolve(word) {
        Ok(FieldRef::Column(field)) => Ok(field),
        Ok(_) => Err(Reason::new(format!("{word} is no column of the table, only a path for queries"))),
        Err(near) => Err(Reason::new(format!("there is no field {word}")).near(near)),
    }
}

/// The units of sizes, the larger ones of each kind first.
pub(super) const UNITS: [(&str, u64); 10] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("KB", 1_000),
    ("B", 1),
    ("", 1),
];

fn read_bytes(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits)?;
    let (_, factor) = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim()))?;
    number.parse::<u64>().ok()?.checked_mul(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_all_units_and_never_overflow() {
        for (text, bytes) in [
            ("1", Some(1)),
            ("8 MiB", Some(8 << 20)),
            ("8mib", Some(8 << 20)),
            ("500KB", Some(500_000)),
            ("2 TiB", Some(2 << 40)),
            ("17179869184 GiB", None),
            ("MiB", None),
            ("8 MB/s", None),
            ("-1", None),
            ("1.5 MiB", None),
            ("١ MiB", None),
        ] {
            assert_eq!(read_bytes(text), bytes, "{text}");
        }
    }

    #[test]
    fn paths_begin_where_their_layer_says() {
        let read = |text, home: Option<&str>, base: Option<&str>| {
            let around = Surroundings { themes: &[], home: home.map(Path::new), base: base.map(Path::new) };
            Given { value: Value::Plain(text), around: &around }.path()
        };
        assert_eq!(read("a/b", Some("/h"), None), Ok("a/b".into()));
        assert_eq!(read("a/b", Some("/h"), Some("/c")), Ok("/c/a/b".into()));
        assert_eq!(read("/a/b", Some("/h"), Some("/c")), Ok("/a/b".into()));
        assert_eq!(read("~/a", Some("/h"), Some("/c")), Ok("/h/a".into()));
        assert!(read("~/a", None, None).is_err());
    }
}
