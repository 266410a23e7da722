//! Reading the rows of one file of keys, and telling of each that cannot be meant.

use super::{Binding, CONTEXTS, Context};
use crate::config::document::{Document, Node};
use crate::config::fault::{Fault, Reason};
use crate::console::app::action::Action;
use crate::console::app::key::Keys;

/// What unbinds a key.
const NOOP: &str = "noop";

/// The keys of a row.
const PARTS: [&str; 3] = ["on", "run", "desc"];

/// A binding and where it was read.
struct Found {
    context: Context,
    binding: Binding,
    line: usize,
}

/// Every binding of a file, in its order, without those that are wrong.
pub(super) fn bindings(
    document: &Document<'_>,
    own: bool,
    faults: &mut Vec<Fault>,
) -> impl Iterator<Item = (Context, Binding)> {
    let mut reader = Reader { own, faults, found: Vec::new() };
    for table in document.root().entries().unwrap_or_default() {
        match Context::find(table.name()) {
            Some(context) => reader.context(context, &table),
            None => {
                let names = CONTEXTS.iter().map(|info| info.name);
                reader.faults.push(table.misplaced(Reason::unknown("context", table.name(), names)));
            }
        }
    }
    reader.found.into_iter().map(|found| (found.context, found.binding))
}

struct Reader<'f> {
    own: bool,
    faults: &'f mut Vec<Fault>,
    found: Vec<Found>,
}

impl Reader<'_> {
    /// The value, or a fault and nothing.
    fn check<T>(&mut self, node: &Node<'_>, value: Result<T, Reason>) -> Option<T> {
        value.map_err(|reason| self.faults.push(node.fault(reason))).ok()
    }

    fn context(&mut self, context: Context, table: &Node<'_>) {
        for entry in self.check(table, table.entries()).unwrap_or_default() {
            if entry.name() != "keys" {
                self.faults.push(entry.misplaced(Reason::unknown(
                    "part of a context",
                    entry.name(),
                    ["keys"].into_iter(),
                )));
                continue;
            }
            for row in self.check(&entry, entry.list()).unwrap_or_default() {
                self.row(context, &row);
            }
        }
    }

    fn row(&mut self, context: Context, row: &Node<'_>) {
        let Some(parts) = self.check(row, row.entries()) else { return };
        for part in parts.iter().filter(|part| !PARTS.contains(&part.name())) {
            self.faults.push(part.misplaced(Reason::unknown(
                "part of a row",
                part.name(),
                PARTS.into_iter(),
            )));
        }
        let part = |name: &str| parts.iter().find(|part| part.name() == name);
        let label = part("desc").and_then(|node| self.check(node, node.text()));
        let action = part("run").map(|node| self.check(node, node.text().and_then(run)));
        let (Some(on), Some(action)) = (part("on"), action) else {
            self.faults.push(row.fault(Reason::new("needs both on and run")));
            return;
        };
        for (node, keys) in self.alternatives(context, on) {
            let label = label.map(str::to_owned);
            // A row whose action is wrong still has its keys checked.
            if let Some(action) = action.clone() {
                self.binding(context, &node, Binding { keys, action, label, own: self.own });
            }
        }
    }

    /// The keys of `on`: one text, or a list of them.
    fn alternatives<'d>(&mut self, context: Context, on: &Node<'d>) -> Vec<(Node<'d>, Keys)> {
        let nodes = on.list().unwrap_or_else(|_| vec![on.clone()]);
        let read = |node: Node<'d>| {
            let keys =
                self.check(&node, node.text().and_then(str::parse).and_then(|keys| fits(context, keys)))?;
            Some((node, keys))
        };
        nodes.into_iter().filter_map(read).collect()
    }

    /// Takes a binding, unless an earlier one of the same context leaves it no room.
    fn binding(&mut self, context: Context, node: &Node<'_>, binding: Binding) {
        let clash = self
            .found
            .iter()
            .find(|found| found.context == context && found.binding.keys.collides(&binding.keys));
        let Some(clash) = clash else {
            self.found.push(Found { context, binding, line: node.line() });
            return;
        };
        let reason = if clash.binding.keys == binding.keys {
            format!("bound already on line {}, which holds", clash.line)
        } else {
            format!("cannot be told from {} on line {}, which holds", clash.binding.keys, clash.line)
        };
        self.faults.push(node.fault(Reason::new(reason)));
    }
}

/// What a row runs: an action, or nothing.
fn run(text: &str) -> Result<Option<Action>, Reason> {
    if text.trim() == NOOP { Ok(None) } else { Action::parse(text).map(Some) }
}

/// Where letters are typed, a key that types one cannot be bound.
fn fits(context: Context, keys: Keys) -> Result<Keys, Reason> {
    let types = keys.as_slice().first().is_some_and(|key| key.typed().is_some());
    if types && context.info().typing {
        return Err(Reason::new(format!("{keys} is typed here; bind a key with <c-...> or a named one")));
    }
    Ok(keys)
}
