//! Which keys run which action in which context.
//!
//! The keys are data: `keymap.toml` of the repository, and over it, key by key, the user's.
//! A file has a table for each [`Context`], with rows of keys:
//!
//! ```toml
//! [events]
//! keys = [
//!   { on = ["<enter>", "l"], run = "open", desc = "open" },
//!   { on = "gs", run = "sort risk" },
//!   { on = "z", run = "noop" },           # z does nothing here any more
//! ]
//! ```
//!
//! `on` is a key or a sequence ([`super::key`]), or a list of alternatives; `run` an action
//! ([`super::action`]) or `noop`; `desc` a word for the line at the bottom, which shows the rows that have one.
//! A context that does not bind a key leaves it to the one it inherits from.
//!
//! All that is wrong with a file is told at once, and the rest of it still works. A file that
//! leaves no way out gives the built-in keys.

mod context;
mod docs;
mod read;

use super::action::Action;
use super::key::{Key, Keys};
use crate::config::document::Document;
use crate::config::fault::{self, Fault, Reason};

pub use context::{CONTEXTS, Context, ContextInfo};
pub use docs::markdown;

/// The keys of the repository.
const BUILT_IN: &str = include_str!("../../../keymap.toml");

/// The file that holds them, as faults and documents name it.
const BUILT_IN_FILE: &str = "keymap.toml";

/// One key, or sequence of keys, and what it runs.
#[derive(Clone, PartialEq, Debug)]
pub struct Binding {
    /// What is pressed.
    pub keys: Keys,
    /// What runs; `None`: nothing, and what is inherited for these keys neither.
    pub action: Option<Action>,
    /// The word for the line at the bottom; without one it is not shown there.
    pub label: Option<String>,
    /// Whether it is the user's.
    pub own: bool,
}

/// What the keys pressed so far mean.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Resolution<'k> {
    /// They run this.
    Match(&'k Action),
    /// They begin something: wait for the next.
    Prefix,
    /// They mean nothing.
    None,
}

/// All keys of all contexts.
#[derive(Clone, Debug)]
pub struct Keymap {
    contexts: [Vec<Binding>; Context::COUNT],
}

/// What has to be reachable, or a user of that file could not get out again.
const WAYS_OUT: [(Context, &[Action]); 3] = [
    (Context::Global, &[Action::Quit, Action::Palette]),
    (Context::Input, &[Action::Close]),
    (Context::Confirm, &[Action::Close]),
];

impl Keymap {
    /// The keys of the repository. A test reads them without a fault.
    pub fn built_in() -> Self {
        Self::layer(BUILT_IN_FILE, BUILT_IN, false).0
    }

    /// The keys of the repository with those of the user's `file`, whose content is `text`, over them.
    pub fn with_user(file: &str, text: &str) -> (Self, Vec<Fault>) {
        let built_in = Self::built_in();
        let (user, mut faults) = Self::layer(file, text, true);
        let mut merged = built_in.clone();
        for (below, above) in merged.contexts.iter_mut().zip(user.contexts) {
            above.into_iter().for_each(|binding| put_over(below, binding));
        }
        fault::sort(&mut faults);
        match merged.no_way_out() {
            None => (merged, faults),
            Some(reason) => {
                faults.push(Fault::of_file(file, reason));
                (built_in, faults)
            }
        }
    }

    /// The keys of one file.
    fn layer(file: &str, text: &str, own: bool) -> (Self, Vec<Fault>) {
        let (document, mut faults) = Document::parse(file, text);
        let mut contexts = [const { Vec::new() }; Context::COUNT];
        for (context, binding) in read::bindings(&document, own, &mut faults) {
            if let Some(place) = contexts.get_mut(context as usize) {
                place.push(binding);
            }
        }
        (Self { contexts }, faults)
    }

    fn no_way_out(&self) -> Option<Reason> {
        let stuck = |(context, ways): &&(Context, &[Action])| {
            ways.iter().all(|action| self.keys_for(*context, action).is_empty())
        };
        let (context, ways) = WAYS_OUT.iter().find(stuck)?;
        let names: Vec<&str> = ways.iter().map(Action::name).collect();
        let (context, names) = (context.name(), names.join(" or "));
        Some(Reason::new(format!("leaves no key for {names} in [{context}]; the built-in keys are used")))
    }

    /// The bindings of a context itself, in the order of the file.
    pub fn own(&self, context: Context) -> &[Binding] {
        self.contexts.get(context as usize).map_or(&[], Vec::as_slice)
    }

    /// What the keys pressed so far mean in a context.
    ///
    /// The context itself comes first, then those it inherits from: a sequence that
    /// begins in the context hides a key of the same beginning further out.
    pub fn resolve(&self, context: Context, pending: &[Key]) -> Resolution<'_> {
        for context in context.chain() {
            let own = self.own(context);
            if let Some(binding) = own.iter().find(|binding| binding.keys.as_slice() == pending) {
                return binding.action.as_ref().map_or(Resolution::None, Resolution::Match);
            }
            let begins = |binding: &&Binding| binding.keys.as_slice().starts_with(pending);
            if own.iter().filter(begins).any(|binding| binding.action.is_some()) {
                return Resolution::Prefix;
            }
        }
        Resolution::None
    }

    /// Every binding that can be reached in a context, its own first, then what it inherits, in the order of the file.
    pub fn bindings(&self, context: Context) -> impl Iterator<Item = (&Binding, &Action)> {
        let all = context.chain().flat_map(|context| self.own(context));
        let with_action = all.filter_map(|binding| Some((binding, binding.action.as_ref()?)));
        with_action.filter(move |(binding, action)| self.reaches(context, &binding.keys, action))
    }

    /// Whether pressing `keys` one after the other runs that very action, and nothing before.
    fn reaches(&self, context: Context, keys: &Keys, action: &Action) -> bool {
        let keys = keys.as_slice();
        (1..keys.len()).all(|n| self.resolve(context, keys.get(..n).unwrap_or(keys)) == Resolution::Prefix)
            && matches!(self.resolve(context, keys), Resolution::Match(found) if std::ptr::eq(found, action))
    }

    /// The keys that run an action in a context, the first the one to show.
    pub fn keys_for(&self, context: Context, action: &Action) -> Vec<&Keys> {
        let runs = self.bindings(context).filter(|(_, found)| *found == action);
        runs.map(|(binding, _)| &binding.keys).collect()
    }

    /// What the line at the bottom says in a context: the first key of each labeled action that works.
    pub fn footer(&self, context: Context) -> Vec<(&Binding, &str)> {
        let mut shown: Vec<(&Binding, &str)> = Vec::new();
        for (binding, action) in self.bindings(context) {
            let Some(label) = binding.label.as_deref() else { continue };
            let known = shown.iter().any(|(other, _)| other.action.as_ref() == Some(action));
            if !known && action.later().is_none() {
                shown.push((binding, label));
            }
        }
        shown
    }
}

/// Puts one of the user's bindings over the built-in ones: in the place of the same keys, and instead of
/// any that could not be reached beside it.
fn put_over(below: &mut Vec<Binding>, binding: Binding) {
    let place = below.iter().position(|other| other.keys == binding.keys);
    if let Some(other) = place.and_then(|place| below.get_mut(place)) {
        *other = binding;
        return;
    }
    if binding.action.is_some() {
        below.retain(|other| other.own || !other.keys.collides(&binding.keys));
    }
    below.push(binding);
}

#[cfg(test)]
mod tests;
