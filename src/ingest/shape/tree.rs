//! A small tree for records that are put together anew.
//!
//! Unlike a parsed value it can hold JSON text as it was found, so that the
//! parts that are original stay original: their numbers, their order, their spacing.

use serde::de::IgnoredAny;

use crate::json;

/// How deep trees made from input may be; what is deeper stays text.
pub(crate) const MAX_LEVELS: usize = 32;

/// A value under construction.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Tree {
    /// Valid JSON text.
    Raw(Vec<u8>),
    /// A string.
    Text(String),
    /// An object.
    Map(Vec<(String, Self)>),
    /// A list.
    List(Vec<Self>),
}

impl Tree {
    pub(crate) fn map() -> Self {
        Self::Map(Vec::new())
    }

    pub(crate) fn null() -> Self {
        Self::Raw(b"null".to_vec())
    }

    pub(crate) fn bool(value: bool) -> Self {
        Self::Raw(value.to_string().into_bytes())
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// JSON text as found; text that is no valid JSON becomes a string.
    pub(crate) fn raw(text: &[u8]) -> Self {
        if is_valid(text) {
            Self::Raw(text.to_vec())
        } else if text.starts_with(b"\"") {
            Self::Text(json::unquote(text).0.into_owned())
        } else {
            Self::Text(String::from_utf8_lossy(text).into_owned())
        }
    }

    /// JSON text taken apart, its keys renamed; below [`MAX_LEVELS`] it stays as found.
    pub(crate) fn renamed(text: &[u8], rename: &dyn Fn(&str) -> String) -> Self {
        Self::renamed_at(text, rename, 0)
    }

    fn renamed_at(text: &[u8], rename: &dyn Fn(&str) -> String, level: usize) -> Self {
        match text.first() {
            Some(b'{') if level < MAX_LEVELS => {
                let one = |m: json::Member<'_>| {
                    (rename(&json::decode(m.key).0), Self::renamed_at(m.value, rename, level + 1))
                };
                Self::Map(json::members(text).map(one).collect())
            }
            Some(b'[') if level < MAX_LEVELS => {
                Self::List(json::elements(text).map(|e| Self::renamed_at(e, rename, level + 1)).collect())
            }
            _ => Self::raw(text),
        }
    }

    /// The same tree with other keys. Recursion is as deep as the tree.
    pub(crate) fn with_names(self, rename: &dyn Fn(&str) -> String) -> Self {
        match self {
            Self::Map(members) => Self::Map(
                members.into_iter().map(|(key, value)| (rename(&key), value.with_names(rename))).collect(),
            ),
            Self::List(items) => Self::List(items.into_iter().map(|item| item.with_names(rename)).collect()),
            leaf => leaf,
        }
    }

    /// Sets the value below `path`; what stands in the way and is no object is replaced.
    pub(crate) fn put(&mut self, path: &[&str], value: Self) {
        let Some((last, steps)) = path.split_last() else { return };
        let mut at = self;
        for step in steps {
            at = at.slot(step);
        }
        *at.slot(last) = value;
    }

    /// Sets the value below `path` unless something is there, or stands in the way.
    pub(crate) fn put_absent(&mut self, path: &[&str], value: Self) {
        let mut at = &*self;
        for step in path {
            let Self::Map(members) = at else { return };
            match members.iter().find(|(key, _)| key == step) {
                Some((_, next)) => at = next,
                None => return self.put(path, value),
            }
        }
    }

    /// Sets a text below `path` where there is one.
    pub(crate) fn put_text(&mut self, path: &[&str], text: Option<impl Into<String>>) {
        if let Some(text) = text {
            self.put(path, Self::text(text));
        }
    }

    /// What is below `path`.
    pub(crate) fn get(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |at, step| match at {
            Self::Map(members) => members.iter().find(|(key, _)| key == step).map(|(_, value)| value),
            _ => None,
        })
    }

    fn slot(&mut self, key: &str) -> &mut Self {
        if !matches!(self, Self::Map(_)) {
            *self = Self::map();
        }
        let Self::Map(members) = self else { return self };
        let at = members.iter().position(|(k, _)| k == key).unwrap_or_else(|| {
            members.push((key.to_owned(), Self::null()));
            members.len() - 1
        });
        &mut members[at].1
    }

    /// The tree as JSON text, always valid.
    pub(crate) fn to_json(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(1024);
        self.write(&mut out);
        out
    }

    /// Recursion is as deep as the tree, which [`MAX_LEVELS`] bounds.
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Raw(json) => out.extend_from_slice(json),
            Self::Text(text) => write_text(text, out),
            Self::List(items) => {
                out.push(b'[');
                for (i, item) in items.iter().enumerate() {
                    separate(i, out);
                    item.write(out);
                }
                out.push(b']');
            }
            Self::Map(members) => {
                out.push(b'{');
                for (i, (key, value)) in members.iter().enumerate() {
                    separate(i, out);
                    write_text(key, out);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
        }
    }
}

fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    // Writing a string into memory cannot fail; were it to, the value would still be JSON.
    if serde_json::to_writer(&mut *out, text).is_err() {
        out.extend_from_slice(b"null");
    }
}

/// Whether `text` is one valid JSON value in UTF-8.
pub(crate) fn is_valid(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(tree: &Tree) -> String {
        String::from_utf8(tree.to_json()).unwrap()
    }

    #[test]
    fn paths_grow_and_original_text_stays() {
        let mut tree = Tree::map();
        tree.put(&["a", "b"], Tree::raw(b"{ \"n\" : 1.50 }"));
        tree.put(&["a", "c"], Tree::text("say \"hi\"\n"));
        tree.put_absent(&["a", "c"], Tree::text("late"));
        tree.put(&["d"], Tree::List(vec![Tree::bool(true), Tree::null()]));
        assert_eq!(
            shown(&tree),
            r#"{"a":{"b":{ "n" : 1.50 },"c":"say \"hi\"\n"},"d":[true,null]}"#,
            "numbers and spacing are those of the source"
        );
        tree.put_absent(&["a", "b", "n"], Tree::text("late"));
        assert_eq!(
            tree.get(&["a", "b"]),
            Some(&Tree::raw(b"{ \"n\" : 1.50 }")),
            "what is original is not touched"
        );
        tree.put(&["d", "e"], Tree::text("x"));
        assert_eq!(tree.get(&["d", "e"]), Some(&Tree::text("x")), "a list in the way gives way");
    }

    #[test]
    fn what_is_no_json_becomes_a_string() {
        assert_eq!(shown(&Tree::raw(b"{broken")), r#""{broken""#);
        assert_eq!(shown(&Tree::raw(b"\"\xff\"")), "\"\u{fffd}\"");
    }

    #[test]
    fn renaming_reaches_every_level_and_stops_at_the_last() {
        let upper = |key: &str| key.to_uppercase();
        assert_eq!(shown(&Tree::renamed(br#"{"a":[{"b":{"c":1}}]}"#, &upper)), r#"{"A":[{"B":{"C":1}}]}"#);
        let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(shown(&Tree::renamed(deep.as_bytes(), &upper)), deep);
    }
}
