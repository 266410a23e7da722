//! `{k=v, …}`: how Athena, Lake and Elastic print a struct or a map.
//!
//! Nothing is quoted in this form, so a comma or a brace may belong to a value. A
//! comma ends a value only where a name and `=` follow it. Where the names are
//! CloudTrail's own, only a name of CloudTrail counts, and text that somebody put
//! into a user name cannot pass as a member. It stays a best effort, which is why
//! what comes out is marked as reconstructed.

use super::names;
use super::tree::{MAX_LEVELS, Tree};
use crate::json;

/// Which names may stand before `=`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Keys {
    /// Anything like an identifier: the parameters of some service.
    Any,
    /// Those of CloudTrail.
    Cloudtrail,
}

/// Reads the struct or list at the start of `text`; the tree, and how many bytes it took.
pub(crate) fn parse(text: &[u8], keys: Keys) -> Option<(Tree, usize)> {
    let mut reader = Reader { text, at: 0, keys, json_tries: 64 };
    let tree = match text.first()? {
        b'{' => reader.map(0)?,
        b'[' => reader.list(0)?,
        _ => return None,
    };
    Some((tree, reader.at))
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    keys: Keys,
    /// How often JSON may be looked for; each look may cost a walk to the end.
    json_tries: u8,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.at = json::skip_space(self.text, self.at);
    }

    fn map(&mut self, level: usize) -> Option<Tree> {
        let mut members = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(Tree::Map(members));
        }
        loop {
            self.skip_space();
            let key_len = key_len(self.rest())?;
            let key = String::from_utf8_lossy(self.rest().get(..key_len)?).into_owned();
            self.at += key_len + 1;
            let value = self.value(level + 1, b'}')?;
            members.push((key, value));
            if self.ends(b'}')? {
                return Some(Tree::Map(members));
            }
        }
    }

    fn list(&mut self, level: usize) -> Option<Tree> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(Tree::List(items));
        }
        loop {
            self.skip_space();
            items.push(self.value(level + 1, b']')?);
            if self.ends(b']')? {
                return Some(Tree::List(items));
            }
        }
    }

    /// Behind a value: whether `close` follows; `None` when neither that nor a comma does.
    fn ends(&mut self, close: u8) -> Option<bool> {
        self.skip_space();
        let sign = self.peek()?;
        self.at += 1;
        (sign == close || sign == b',').then_some(sign == close)
    }

    fn value(&mut self, level: usize, close: u8) -> Option<Tree> {
        if level > MAX_LEVELS {
            return None;
        }
        if let Some(tree) = self.json() {
            return Some(tree);
        }
        let before = self.at;
        let nested = match self.peek() {
            Some(b'{') => self.map(level),
            Some(b'[') => self.list(level),
            _ => None,
        };
        match nested {
            Some(tree) if self.is_boundary(close) => Some(tree),
            // Text that only begins like a struct, e.g. `[S3Console/0.4]`.
            _ => {
                self.at = before;
                self.scalar(close)
            }
        }
    }

    /// JSON inside of a struct, e.g. a policy document.
    fn json(&mut self) -> Option<Tree> {
        let inside = matches!(self.rest(), [b'{', b'"', ..] | [b'[', b'{' | b'"', ..]);
        if !inside || self.json_tries == 0 {
            return None;
        }
        self.json_tries -= 1;
        let end = json::skip_value(self.text, self.at)?;
        let text = self.text.get(self.at..end)?;
        if !super::tree::is_valid(text) {
            return None;
        }
        let tree = Tree::raw(text);
        self.at = end;
        Some(tree)
    }

    /// Text up to the comma or bracket that ends it; brackets inside are counted.
    fn scalar(&mut self, close: u8) -> Option<Tree> {
        let (start, mut open) = (self.at, 0usize);
        loop {
            match self.peek()? {
                b'{' | b'[' => open += 1,
                b'}' | b']' if open > 0 => open -= 1,
                b'}' | b']' | b',' if open == 0 && self.is_boundary(close) => break,
                _ => {}
            }
            self.at += 1;
        }
        let text = self.text.get(start..self.at)?.trim_ascii();
        Some(match text {
            b"null" => Tree::null(),
            _ => Tree::text(String::from_utf8_lossy(text)),
        })
    }

    /// Whether what stands here ends a value inside of brackets that `close` closes.
    fn is_boundary(&self, close: u8) -> bool {
        match self.rest() {
            [sign, ..] if *sign == close => true,
            [b',', rest @ ..] if close == b']' => rest.first() == Some(&b' '),
            [b',', rest @ ..] => self.is_member(rest.trim_ascii_start()),
            _ => false,
        }
    }

    /// Whether a member begins here.
    fn is_member(&self, rest: &[u8]) -> bool {
        let Some(len) = key_len(rest) else { return false };
        if self.keys == Keys::Any {
            return true;
        }
        let known = std::str::from_utf8(&rest[..len]).is_ok_and(|key| names::inner(key).is_some());
        let value = rest.get(len + 1..).unwrap_or_default();
        // A name that is newer than this list is told by what no text would say.
        known || value.starts_with(b"null") || value.starts_with(b"{")
    }
}

/// The length of the name before `=`.
fn key_len(rest: &[u8]) -> Option<usize> {
    let in_key = |b: &u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/' | b'@' | b'$' | b'#')
    };
    let len = rest.iter().take(257).take_while(|b| in_key(b)).count();
    (len > 0 && rest.get(len) == Some(&b'=')).then_some(len)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, keys: Keys) -> Option<String> {
        let (tree, used) = parse(text.as_bytes(), keys)?;
        assert_eq!(used, text.len(), "{text}");
        Some(String::from_utf8(tree.to_json()).unwrap())
    }

    #[test]
    fn structs_of_athena_and_maps_of_java_are_read() {
        for (text, json) in [
            ("{}", "{}"),
            ("{a=1}", r#"{"a":"1"}"#),
            ("{type=Root, invokedby=null}", r#"{"type":"Root","invokedby":null}"#),
            ("{a={b={c=x}}, d=y}", r#"{"a":{"b":{"c":"x"}},"d":"y"}"#),
            (
                "{tags=[{value=me@example.com, key=Email}, {value=1, key=Cost}], keys=[a, b], none=[]}",
                r#"{"tags":[{"value":"me@example.com","key":"Email"},{"value":"1","key":"Cost"}],"keys":["a","b"],"none":[]}"#,
            ),
            (
                "[{accountid=111122223333, type=AWS::IAM::Role}]",
                r#"[{"accountid":"111122223333","type":"AWS::IAM::Role"}]"#,
            ),
            (
                "{expiration=Oct 2, 2019 11:12:29 PM, b=1}",
                r#"{"expiration":"Oct 2, 2019 11:12:29 PM","b":"1"}"#,
            ),
            (
                r#"{doc={"Version":"2012-10-17","Statement":[]}, n=x}"#,
                r#"{"doc":{"Version":"2012-10-17","Statement":[]},"n":"x"}"#,
            ),
            (
                "{path=/a/{id}/b, agent=[S3Console/0.4], x=1}",
                r#"{"path":"/a/{id}/b","agent":["S3Console/0.4"],"x":"1"}"#,
            ),
            (
                "{agent=[S3Console/0.4] x, empty=, last=}",
                r#"{"agent":"[S3Console/0.4] x","empty":"","last":""}"#,
            ),
            ("{token=a==, next=b}", r#"{"token":"a==","next":"b"}"#),
            ("{\n  a=1,\n  b=2\n}", r#"{"a":"1","b":"2"}"#),
        ] {
            assert_eq!(read(text, Keys::Any).as_deref(), Some(json), "{text}");
        }
    }

    #[test]
    fn commas_in_values_are_settled_by_the_known_names() {
        let text = "{type=IAMUser, username=Doe, John, title=boss, accountid=111122223333, brandnew=null}";
        assert_eq!(
            read(text, Keys::Cloudtrail).as_deref(),
            Some(
                r#"{"type":"IAMUser","username":"Doe, John, title=boss","accountid":"111122223333","brandnew":null}"#
            )
        );
    }

    #[test]
    fn what_is_no_struct_is_none() {
        for text in ["", "{", "{a", "{a=1", "{a=1, b", "[a", "{=1}", "{a b=1}", "x"] {
            assert_eq!(parse(text.as_bytes(), Keys::Any), None, "{text}");
        }
        let deep = format!("{}x{}", "{a=".repeat(5000), "}".repeat(5000));
        let _ = parse(deep.as_bytes(), Keys::Any);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[{}\\[\\]=, a\"nul:]{0,60}") {
            for keys in [Keys::Any, Keys::Cloudtrail] {
                if let Some((tree, used)) = parse(text.as_bytes(), keys) {
                    prop_assert!(used <= text.len());
                    prop_assert!(super::super::tree::is_valid(&tree.to_json()));
                }
            }
        }
    }
}
