//! What leaves say of identities: objects that are walked once, whatever rules ask of them.
//!
//! There are tens of thousands of identities in a log, each with a key or a session of its own, but few different
//! types, issuers and services in them.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::Engine;
use super::leaf::{IdentityOnly, Parts, item_on, values_at};
use super::literals::Literals;
use crate::json;

/// The paths into `userIdentity` that leaves ask for, as a tree of keys.
#[derive(Debug, Default)]
pub(super) struct Paths {
    /// The first one stands for the identity itself.
    nodes: Vec<Node>,
    paths: Vec<Path>,
    /// How many identities were walked.
    walk: u32,
}

/// One key of a path, below those that lead to it.
#[derive(Debug, Default)]
struct Node {
    key: String,
    below: Vec<usize>,
    /// The path that ends here.
    path: Option<usize>,
    /// In which walk it was met last.
    walk: u32,
}

/// A path, the leaves that ask for it as places among those on identities, and what they said.
#[derive(Debug)]
struct Path {
    path: Vec<String>,
    leaves: Vec<usize>,
    literals: Literals,
    /// What was found there, and in which walk.
    found: (u32, Found),
    known: HashMap<Box<str>, Vec<usize>, FixedState>,
}

/// What stands where a path leads to.
#[derive(Clone, Copy, Debug)]
enum Found {
    /// A value between two places of the identity, which is no object.
    Value(usize, usize),
    /// An object.
    Object,
}

/// Of how many texts it is remembered what the leaves on a path say. Where there are more, each is hardly met again.
const REMEMBERED: usize = 1024;

impl Paths {
    /// The paths of some leaves.
    pub(super) fn new(engine: &Engine, leaves: &[usize]) -> Self {
        let mut all = Self { nodes: vec![Node::default()], ..Self::default() };
        for (bit, leaf) in leaves.iter().enumerate() {
            let Some(path) = engine.leaves.get(*leaf).and_then(|leaf| leaf.item.field.clone()) else {
                continue;
            };
            let node = all.node(path.get(1..).unwrap_or_default());
            let next = all.paths.len();
            let Some(number) = all.nodes.get_mut(node).map(|node| *node.path.get_or_insert(next)) else {
                continue;
            };
            if number == next {
                let found = (0, Found::Object);
                let (literals, known) = (Literals::default(), HashMap::default());
                all.paths.push(Path { path, leaves: Vec::new(), literals, found, known });
            }
            if let Some(path) = all.paths.get_mut(number) {
                path.leaves.push(bit);
            }
        }
        for path in &mut all.paths {
            let numbers = path.leaves.iter().filter_map(|bit| Some((*bit, *leaves.get(*bit)?)));
            path.literals = Literals::new(engine, numbers);
        }
        all
    }

    /// The node that a path leads to; it is made where there is none.
    fn node(&mut self, path: &[String]) -> usize {
        let mut at = 0;
        for key in path {
            at = self.child(at, key.as_bytes()).unwrap_or_else(|| {
                let new = self.nodes.len();
                self.nodes.push(Node { key: key.clone(), ..Node::default() });
                if let Some(node) = self.nodes.get_mut(at) {
                    node.below.push(new);
                }
                new
            });
        }
        at
    }

    fn child(&self, at: usize, key: &[u8]) -> Option<usize> {
        let below = &self.nodes.get(at)?.below;
        below
            .iter()
            .copied()
            .find(|node| self.nodes.get(*node).is_some_and(|node| node.key.as_bytes() == key))
    }

    /// Gives the places of the leaves that hold for an identity, which is an object; `all` are the leaves on them.
    pub(super) fn holding(
        &mut self,
        engine: &Engine,
        all: &[usize],
        raw: &[u8],
        put: &mut impl FnMut(usize),
    ) {
        let walked = self.walk(raw).is_some();
        let walk = self.walk;
        for path in &mut self.paths {
            let found = match path.found {
                (met, Found::Value(from, to)) if met == walk => raw.get(from..to),
                _ => None,
            };
            let is_walked = walked && path.path.len() > 1;
            match (found.and_then(json::plainly_text), path.found.0 == walk) {
                (Some(text), _) if is_walked => path.on_text(engine, &text, &mut *put),
                (_, false) if is_walked => path.on_nothing(engine, all, put),
                _ => path.by_itself(engine, all, raw, put),
            }
        }
    }

    /// Notes what stands where the paths lead to; `None` for an identity that only a look along each path does justice
    /// to: with lists there, or escaped or repeated keys.
    fn walk(&mut self, raw: &[u8]) -> Option<()> {
        self.walk += 1;
        if memchr::memchr(b'\\', raw).is_some() {
            return None;
        }
        let mut open = vec![(0, raw)];
        while let Some((at, object)) = open.pop() {
            for member in json::members(object) {
                let Some(child) = self.child(at, member.key) else { continue };
                let node = self.nodes.get_mut(child)?;
                if std::mem::replace(&mut node.walk, self.walk) == self.walk {
                    return None;
                }
                let found = match member.value.first() {
                    Some(b'[') => return None,
                    Some(b'{') => Found::Object,
                    _ => {
                        let from = (member.value.as_ptr() as usize).wrapping_sub(raw.as_ptr() as usize);
                        Found::Value(from, from.wrapping_add(member.value.len()))
                    }
                };
                if let Some(path) = node.path.and_then(|path| self.paths.get_mut(path)) {
                    path.found = (self.walk, found);
                }
                if matches!(found, Found::Object) {
                    open.push((child, member.value));
                }
            }
        }
        Some(())
    }
}

impl Path {
    /// The leaves that hold for a text.
    fn on_text(&mut self, engine: &Engine, text: &str, mut put: impl FnMut(usize)) {
        if let Some(known) = self.known.get(text) {
            return known.iter().copied().for_each(put);
        }
        if self.known.len() >= REMEMBERED {
            return self.literals.holding(engine, text, put);
        }
        let mut holding = Vec::new();
        self.literals.holding(engine, text, |bit| {
            holding.push(bit);
            put(bit);
        });
        self.known.insert(text.into(), holding);
    }

    /// The leaves that hold where there is no value.
    fn on_nothing(&self, engine: &Engine, all: &[usize], put: &mut impl FnMut(usize)) {
        let holds = |bit: &usize| {
            let leaf = all.get(*bit).and_then(|leaf| engine.leaves.get(*leaf));
            leaf.is_some_and(|leaf| leaf.absent)
        };
        self.leaves.iter().copied().filter(holds).for_each(put);
    }

    /// The leaves that hold for whatever the path leads to.
    fn by_itself(&self, engine: &Engine, all: &[usize], raw: &[u8], put: &mut impl FnMut(usize)) {
        let record = &IdentityOnly(raw);
        if values_at(record, &self.path).is_empty() {
            return self.on_nothing(engine, all, put);
        }
        let holds = |bit: &usize| {
            let leaf = all.get(*bit).and_then(|leaf| engine.leaves.get(*leaf));
            leaf.is_some_and(|leaf| item_on(&leaf.item, record as &dyn Parts))
        };
        self.leaves.iter().copied().filter(holds).for_each(put);
    }
}
