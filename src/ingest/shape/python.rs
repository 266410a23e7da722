//! Python's way to print a dict: `{'type': 'Root', 'n': None, 'ok': True}`.
//!
//! Scripts print responses of boto3 and write dicts into CSV cells. It is read
//! as data and nothing is ever evaluated: of calls only `datetime` is known.

use super::tree::{MAX_LEVELS, Tree, is_valid};
use crate::event::time::Time;

/// Reads the literal at the start of `text`; the tree, and how many bytes it took.
pub(crate) fn parse(text: &[u8]) -> Option<(Tree, usize)> {
    let mut reader = Reader { text, at: 0 };
    let tree = reader.value(0)?;
    Some((tree, reader.at))
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&mut self) -> Option<u8> {
        let blanks = self.rest().iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.at += blanks;
        self.text.get(self.at).copied()
    }

    fn skip(&mut self, sign: u8) -> bool {
        let hit = self.peek() == Some(sign);
        self.at += usize::from(hit);
        hit
    }

    fn value(&mut self, level: usize) -> Option<Tree> {
        if level > MAX_LEVELS {
            return None;
        }
        match self.peek()? {
            b'{' => self.dict(level),
            b'[' => self.list(level, b']'),
            b'(' => self.list(level, b')'),
            b'\'' | b'"' => self.string(true).map(Tree::Text),
            b'0'..=b'9' | b'-' | b'+' | b'.' => self.number(),
            _ => self.word(),
        }
    }

    fn dict(&mut self, level: usize) -> Option<Tree> {
        self.at += 1;
        let mut members = Vec::new();
        while !self.skip(b'}') {
            let key = match self.value(level + 1)? {
                Tree::Text(key) => key,
                Tree::Raw(scalar) => String::from_utf8(scalar).ok()?,
                _ => return None,
            };
            if !self.skip(b':') {
                return None;
            }
            let value = self.value(level + 1)?;
            members.push((key, value));
            if !self.skip(b',') && self.peek()? != b'}' {
                return None;
            }
        }
        Some(Tree::Map(members))
    }

    fn list(&mut self, level: usize, close: u8) -> Option<Tree> {
        self.at += 1;
        let mut items = Vec::new();
        while !self.skip(close) {
            items.push(self.value(level + 1)?);
            if !self.skip(b',') && self.peek()? != close {
                return None;
            }
        }
        Some(Tree::List(items))
    }

    fn number(&mut self) -> Option<Tree> {
        let in_number = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.' | b'_');
        let len = self.rest().iter().take_while(in_number).count();
        let text = self.rest().get(..len)?.to_vec();
        self.at += len;
        Some(if is_valid(&text) { Tree::Raw(text) } else { Tree::text(String::from_utf8_lossy(&text)) })
    }

    fn word(&mut self) -> Option<Tree> {
        let in_word = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
        let len = self.rest().iter().take_while(in_word).count();
        let word = self.rest().get(..len)?.to_vec();
        self.at += len;
        match word.as_slice() {
            b"None" => Some(Tree::null()),
            b"True" => Some(Tree::bool(true)),
            b"False" => Some(Tree::bool(false)),
            b"u" | b"b" | b"ub" => self.string(true).map(Tree::Text),
            b"r" | b"br" | b"ur" => self.string(false).map(Tree::Text),
            b"datetime.datetime" | b"datetime" => self.datetime(),
            _ => None,
        }
    }

    /// `(2026, 1, 10, 10, 38, 41, tzinfo=tzlocal())`: the numbers, taken as UTC; the zone's name is no offset.
    fn datetime(&mut self) -> Option<Tree> {
        if !self.skip(b'(') {
            return None;
        }
        let start = self.at;
        let mut open = 1usize;
        while open > 0 {
            match self.peek()? {
                b'(' => open += 1,
                b')' => open -= 1,
                _ => {}
            }
            self.at += 1;
        }
        let text = std::str::from_utf8(self.text.get(start..self.at - 1)?).ok()?;
        let mut parts = text.split(',').map_while(|part| part.trim().parse::<i64>().ok());
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let [hour, minute, second] = [(); 3].map(|()| parts.next().unwrap_or(0));
        let written = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        let known = Time::parse(written.as_bytes()).is_known();
        Some(if known { Tree::text(written) } else { Tree::null() })
    }

    /// A string, and those that follow it without a comma, which Python joins.
    fn string(&mut self, escapes: bool) -> Option<String> {
        let quote = self.peek().filter(|b| matches!(b, b'\'' | b'"'))?;
        let long = self.rest().starts_with(&[quote; 3]);
        let close: &[u8] = if long { &[quote; 3] } else { &[quote; 1] };
        self.at += close.len();
        let mut out = Vec::new();
        while !self.rest().starts_with(close) {
            match *self.rest().first()? {
                b'\\' if escapes => self.escape(&mut out)?,
                other => {
                    out.push(other);
                    self.at += 1;
                }
            }
        }
        self.at += close.len();
        Some(String::from_utf8_lossy(&out).into_owned())
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Option<()> {
        let sign = *self.rest().get(1)?;
        self.at += 2;
        let code = match sign {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            b'0' => 0,
            b'\\' | b'\'' | b'"' => sign,
            b'\n' => return Some(()),
            b'x' => return self.hex(2, out),
            b'u' => return self.hex(4, out),
            b'U' => return self.hex(8, out),
            _ => {
                out.push(b'\\');
                sign
            }
        };
        out.push(code);
        Some(())
    }

    fn hex(&mut self, digits: usize, out: &mut Vec<u8>) -> Option<()> {
        let text = std::str::from_utf8(self.rest().get(..digits)?).ok()?;
        let code = u32::from_str_radix(text, 16).ok()?;
        let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        self.at += digits;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Option<String> {
        let (tree, _) = parse(text.as_bytes())?;
        Some(String::from_utf8(tree.to_json()).unwrap())
    }

    #[test]
    fn literals_become_json() {
        for (text, json) in [
            ("{'a': None, 'b': True, 'c': False}", r#"{"a":null,"b":true,"c":false}"#),
            ("{'a': 1, 'b': -2.5, 'c': [1, 'x',], 'd': (1, 2)}", r#"{"a":1,"b":-2.5,"c":[1,"x"],"d":[1,2]}"#),
            (r#"{'a': "it's", u'b': 'say "hi"'}"#, r#"{"a":"it's","b":"say \"hi\""}"#),
            (
                r"{'a': 'x\'y\\z\n\xe9\u20ac', 'b': r'C:\x', 'c': b'raw'}",
                r#"{"a":"x'y\\z\né€","b":"C:\\x","c":"raw"}"#,
            ),
            ("{1: 2, 'inf': 1_000}", r#"{"1":2,"inf":"1_000"}"#),
            (
                "{'EventTime': datetime.datetime(2026, 1, 10, 10, 38, 41, tzinfo=tzlocal()), 'n': datetime.datetime(2026, 1, 10)}",
                r#"{"EventTime":"2026-01-10T10:38:41Z","n":"2026-01-10T00:00:00Z"}"#,
            ),
            ("{'a': 'x' }\n tail", r#"{"a":"x"}"#),
        ] {
            assert_eq!(read(text).as_deref(), Some(json), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_data_is_none() {
        for text in ["", "{'a'", "{'a': }", "{'a': os.system('x')}", "{'a': 'open", "{'a' 'b'}", "{['a']: 1}"]
        {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
        assert_eq!(parse("[".repeat(9000).as_bytes()), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[{}\\[\\]()':,\\\\xuU0-9 NoneTrub\"datime.\u{e9}]{0,60}") {
            if let Some((tree, used)) = parse(text.as_bytes()) {
                prop_assert!(used <= text.len());
                prop_assert!(is_valid(&tree.to_json()));
            }
        }
    }
}
