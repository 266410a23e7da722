//! A record as a tree that can be folded and searched.
//!
//! The tree is a flat list of nodes in the order of the text, each with the place
//! behind its last descendant, so that nothing here recurses: a record may be
//! nested as deep as it likes, and is shown as written from some depth on. Keys keep their order (but for the
//! telling parts at the top, which come first), numbers their spelling, and
//! keys that occur twice are there twice, as in the record.

use std::collections::HashMap;

use crate::json;

/// One value of a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// How deep it lies; 0 for what stands at the top.
    pub depth: usize,
    /// Its key, or its place in a list. Hostile.
    pub key: String,
    /// What it is.
    pub kind: Kind,
    /// Its text; for objects and lists how it is written in short. Hostile.
    pub text: String,
    /// The place behind its last descendant.
    pub end: usize,
    /// The place of the node that holds it.
    pub parent: Option<usize>,
    /// Whether what is in it is shown.
    pub open: bool,
}

/// What a value is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// An object with so many members.
    Object(usize),
    /// A list with so many elements.
    List(usize),
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true`, `false`, `null`.
    Word,
}

impl Kind {
    /// Whether there can be something in it.
    pub fn is_container(self) -> bool {
        matches!(self, Self::Object(_) | Self::List(_))
    }
}

/// A record as a tree.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Tree {
    nodes: Vec<Node>,
}

/// More nodes than this are not shown.
const MOST: usize = 200_000;

/// What lies deeper than this is shown as it is written.
const DEEPEST: usize = 128;

/// An object or list with at most so many descendants is open at first.
const OPEN_UP_TO: usize = 12;

/// What waits to be put into the tree.
enum Work<'a> {
    Value {
        key: String,
        value: &'a [u8],
        depth: usize,
        parent: Option<usize>,
    },
    /// All descendants of this node are in.
    Close(usize),
}

impl Tree {
    /// The tree of a record; one that is no object is a single node.
    ///
    /// `folds` says of paths, as [`Tree::path`] writes them, whether they are open.
    pub fn new(record: &[u8], folds: &HashMap<String, bool>) -> Self {
        let mut tree = Self::default();
        let mut work = children(record, 0, None);
        // What was asked and answered is read first, what only frames it last; all else keeps its order.
        work.sort_by_key(|work| match work {
            Work::Value { key, .. } => interest(key),
            Work::Close(_) => 0,
        });
        if work.is_empty() {
            work.push(Work::Value { key: String::new(), value: record, depth: 0, parent: None });
        }
        work.reverse();
        while let Some(next) = work.pop() {
            match next {
                Work::Close(node) => {
                    let end = tree.nodes.len();
                    if let Some(node) = tree.nodes.get_mut(node) {
                        node.end = end;
                    }
                }
                Work::Value { .. } if tree.nodes.len() >= MOST => {}
                Work::Value { key, value, depth, parent } => {
                    let at = tree.nodes.len();
                    let mut below = children(value, depth + 1, Some(at));
                    tree.nodes.push(node(key, value, depth, parent, below.len()));
                    work.push(Work::Close(at));
                    below.reverse();
                    work.append(&mut below);
                }
            }
        }
        tree.fold_as_usual(folds);
        tree
    }

    fn fold_as_usual(&mut self, folds: &HashMap<String, bool>) {
        for at in 0..self.nodes.len() {
            let path = if folds.is_empty() { String::new() } else { self.path(at).join(".") };
            if let Some(node) = self.nodes.get_mut(at) {
                let small = node.end - at - 1 <= OPEN_UP_TO && node.key != "userIdentity";
                let asked = node.key == "requestParameters" || node.key == "responseElements";
                node.open = folds.get(&path).copied().unwrap_or(small || asked);
            }
        }
    }

    /// All values, in the order of the record.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The places of the nodes that are not folded away.
    pub fn shown(&self) -> Vec<usize> {
        let mut shown = Vec::new();
        let mut at = 0;
        while let Some(node) = self.nodes.get(at) {
            shown.push(at);
            at = if node.open { at + 1 } else { node.end.max(at + 1) };
        }
        shown
    }

    /// The keys that lead to a node.
    pub fn path(&self, at: usize) -> Vec<&str> {
        let mut path = Vec::new();
        let mut next = Some(at);
        while let Some(node) = next.and_then(|at| self.nodes.get(at)) {
            path.push(node.key.as_str());
            next = node.parent;
        }
        path.reverse();
        path
    }

    /// The keys that lead to a node as a query writes them: without places in lists.
    pub fn query_path(&self, at: usize) -> Vec<&str> {
        let in_list = |at: usize| {
            let parent = self.nodes.get(at).and_then(|node| node.parent);
            parent.and_then(|p| self.nodes.get(p)).is_some_and(|p| matches!(p.kind, Kind::List(_)))
        };
        let mut path = Vec::new();
        let mut next = Some(at);
        while let Some(place) = next {
            let Some(node) = self.nodes.get(place) else { break };
            if !in_list(place) {
                path.push(node.key.as_str());
            }
            next = node.parent;
        }
        path.reverse();
        path
    }

    /// Opens or closes a node.
    pub fn set_open(&mut self, at: usize, open: bool) {
        if let Some(node) = self.nodes.get_mut(at) {
            node.open = open;
        }
    }

    /// Opens or closes everything.
    pub fn set_all(&mut self, open: bool) {
        self.nodes.iter_mut().for_each(|node| node.open = open);
    }

    /// Opens whatever hides a node.
    pub fn reveal(&mut self, at: usize) {
        let mut next = self.nodes.get(at).and_then(|node| node.parent);
        while let Some(parent) = next {
            let Some(node) = self.nodes.get_mut(parent) else { break };
            node.open = true;
            next = node.parent;
        }
    }
}

/// Where a part of a record stands among the others.
fn interest(key: &str) -> usize {
    const FIRST: [&str; 8] = [
        "errorMessage",
        "requestParameters",
        "responseElements",
        "additionalEventData",
        "serviceEventDetails",
        "insightDetails",
        "resources",
        "userIdentity",
    ];
    FIRST.iter().position(|first| *first == key).unwrap_or(FIRST.len())
}

fn children(value: &[u8], depth: usize, parent: Option<usize>) -> Vec<Work<'_>> {
    match value.first() {
        _ if depth > DEEPEST => Vec::new(),
        Some(b'{') => json::members(value)
            .map(|m| Work::Value { key: json::decode(m.key).0.into_owned(), value: m.value, depth, parent })
            .collect(),
        Some(b'[') => json::elements(value)
            .enumerate()
            .map(|(n, value)| Work::Value { key: n.to_string(), value, depth, parent })
            .collect(),
        _ => Vec::new(),
    }
}

fn node(key: String, value: &[u8], depth: usize, parent: Option<usize>, below: usize) -> Node {
    let (kind, text) = match value.first() {
        Some(b'{' | b'[') if depth >= DEEPEST => (Kind::Text, json::lossy(value).0.into_owned()),
        Some(b'{') => (Kind::Object(below), format!("{{{below}}}")),
        Some(b'[') => (Kind::List(below), format!("[{below}]")),
        Some(b'"') => (Kind::Text, json::unquote(value).0.into_owned()),
        Some(b'-' | b'0'..=b'9') => (Kind::Number, json::lossy(value).0.into_owned()),
        _ => (Kind::Word, json::lossy(value).0.into_owned()),
    };
    Node { depth, key, kind, text, end: 0, parent, open: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> Tree {
        Tree::new(text.as_bytes(), &HashMap::new())
    }

    #[test]
    fn a_record_keeps_order_spelling_and_doubled_keys() {
        let tree = tree(r#"{"b":1.50,"a":[true,null,"x\n"],"b":{"c":-2}}"#);
        let shown: Vec<(usize, &str, &str)> =
            tree.nodes().iter().map(|n| (n.depth, n.key.as_str(), n.text.as_str())).collect();
        assert_eq!(
            shown,
            [
                (0, "b", "1.50"),
                (0, "a", "[3]"),
                (1, "0", "true"),
                (1, "1", "null"),
                (1, "2", "x\n"),
                (0, "b", "{1}"),
                (1, "c", "-2"),
            ]
        );
        assert_eq!(tree.path(6), ["b", "c"]);
        assert_eq!((tree.path(4), tree.query_path(4)), (vec!["a", "2"], vec!["a"]));
        assert_eq!(tree.nodes()[1].end, 5);
    }

    #[test]
    fn folding_hides_what_is_inside_and_searching_shows_it_again() {
        let mut tree = tree(r#"{"a":{"b":{"c":1}},"d":2}"#);
        assert_eq!(tree.shown(), [0, 1, 2, 3]);
        tree.set_all(false);
        assert_eq!(tree.shown(), [0, 3]);
        tree.reveal(2);
        assert_eq!(tree.shown(), [0, 1, 2, 3]);
        tree.set_open(1, false);
        assert_eq!(tree.shown(), [0, 1, 3]);
    }

    #[test]
    fn what_is_large_is_folded_at_first_unless_it_was_opened_before() {
        let list: Vec<String> = (0..40).map(|n| n.to_string()).collect();
        let text = format!(r#"{{"tlsDetails":[{0}],"requestParameters":{{"x":[{0}]}}}}"#, list.join(","));
        assert_eq!(tree(&text).shown().len(), 3);
        let folds = HashMap::from([("tlsDetails".to_owned(), true)]);
        assert_eq!(Tree::new(text.as_bytes(), &folds).shown().len(), 43);
    }

    #[test]
    fn depth_and_bad_records_are_survived() {
        let deep = format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
        let tree = tree(&deep);
        assert_eq!(tree.nodes().len(), DEEPEST + 1);
        assert_eq!(tree.path(DEEPEST).len(), DEEPEST + 1);
        for text in ["", "null", "{", "[1", r#"{"a""#, "\u{0}"] {
            let _ = Tree::new(text.as_bytes(), &HashMap::new()).shown();
        }
        assert_eq!(Tree::new(b"17", &HashMap::new()).nodes().len(), 1);
    }
}
