//! Runs a planned query over the columns, and over raw records where it must.
//!
//! Columns give three answers: yes, no, and "ask the raw record". What is asked
//! narrows with every column that says no first. Raw records are read file by
//! file, on all cores, with progress, and the reading can be stopped.

use std::sync::{Mutex, PoisonError};

use crate::investigation::Investigation;
use crate::query::plan::Node;
use crate::query::records;
pub use crate::query::records::Reading;
use crate::store::bits::Bits;
use crate::store::id;
use crate::store::segment::Segment;
use crate::store::{Column, Row, Table};

/// A set of rows of a table: a set for each of its segments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Selection {
    bits: Vec<Bits>,
}

impl Selection {
    /// All rows of the table.
    pub fn all(table: &Table) -> Self {
        Self { bits: table.segments().map(|(_, s)| Bits::all(s.len())).collect() }
    }

    /// A selection of these sets, one for each segment of its table.
    pub(crate) fn of(bits: Vec<Bits>) -> Self {
        Self { bits }
    }

    /// How many rows there are in it.
    pub fn count(&self) -> usize {
        self.bits.iter().map(Bits::count).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bits.iter().all(Bits::is_empty)
    }

    /// The sets, one for each segment.
    pub fn segments(&self) -> &[Bits] {
        &self.bits
    }

    /// The numbers of the rows, in order. `table` is the one it was made for.
    pub fn rows<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = u32> + 'a {
        table
            .segments()
            .zip(&self.bits)
            .flat_map(|((start, _), bits)| bits.iter().map(move |r| start + r as u32))
    }

    /// Whether a row is in it. `table` is the one it was made for.
    pub fn contains(&self, table: &Table, row: u32) -> bool {
        let mut segments = table.segments().zip(&self.bits);
        let found = segments.find(|((start, segment), _)| {
            row.checked_sub(*start).is_some_and(|at| (at as usize) < segment.len())
        });
        found.is_some_and(|((start, _), bits)| bits.contains((row - start) as usize))
    }

    /// Those of these rows that are in it.
    #[must_use]
    pub fn only(&self, table: &Table, rows: &[u32]) -> Self {
        let mut some = Self { bits: self.bits.iter().map(|bits| Bits::none(bits.len())).collect() };
        for &row in rows.iter().filter(|row| self.contains(table, **row)) {
            some.add(table, row);
        }
        some
    }

    fn add(&mut self, table: &Table, row: u32) {
        let starts: Vec<u32> = table.segments().map(|(start, _)| start).collect();
        if let Some(at) = starts.partition_point(|&s| s <= row).checked_sub(1)
            && let Some(bits) = self.bits.get_mut(at)
        {
            bits.insert((row - starts[at]) as usize);
        }
    }
}

/// What the columns say.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Rows that match for sure.
    pub yes: Selection,
    /// Rows that only their raw record can decide.
    pub maybe: Selection,
}

/// Asks the columns.
pub fn columns(node: &Node, table: &Table) -> Answer {
    let mut answer = Answer { yes: Selection { bits: Vec::new() }, maybe: Selection { bits: Vec::new() } };
    for (_, segment) in table.segments() {
        let three = ask(node, segment, &Bits::all(segment.len()));
        answer.yes.bits.push(three.yes);
        answer.maybe.bits.push(three.maybe);
    }
    answer
}

/// The rows of a selection that pass a test on columns.
pub fn narrow(node: &Node, table: &Table, selection: &Selection) -> Selection {
    let pairs = table.segments().zip(&selection.bits);
    Selection { bits: pairs.map(|((_, segment), bits)| ask(node, segment, bits).yes).collect() }
}

/// A yes and a maybe for the rows of one segment; what is in neither is a no.
struct Three {
    yes: Bits,
    maybe: Bits,
}

impl Three {
    fn sure(yes: Bits) -> Self {
        let maybe = Bits::none(yes.len());
        Self { yes, maybe }
    }
}

/// Asks the columns of one segment about the rows in `domain`.
fn ask(node: &Node, segment: &Segment, domain: &Bits) -> Three {
    match node {
        Node::And(nodes) => {
            let mut open = domain.clone();
            let mut maybe = Bits::none(domain.len());
            for node in nodes {
                let three = ask(node, segment, &open);
                maybe.or(&three.maybe);
                open = three.yes;
                open.or(&three.maybe);
                if open.is_empty() {
                    break;
                }
            }
            maybe.and(&open);
            let mut yes = open;
            yes.and_not(&maybe);
            Three { yes, maybe }
        }
        Node::Or(nodes) => {
            let (mut yes, mut maybe) = (Bits::none(domain.len()), Bits::none(domain.len()));
            for node in nodes {
                let mut open = domain.clone();
                open.and_not(&yes);
                let three = ask(node, segment, &open);
                yes.or(&three.yes);
                maybe.or(&three.maybe);
            }
            maybe.and_not(&yes);
            Three { yes, maybe }
        }
        Node::Not(node) => {
            let three = ask(node, segment, domain);
            let mut yes = domain.clone();
            yes.and_not(&three.yes);
            yes.and_not(&three.maybe);
            Three { yes, maybe: three.maybe }
        }
        Node::AtLeast(least, nodes) => at_least(*least, nodes, segment, domain),
        Node::Raw(_) | Node::Tested(_) => Three { yes: Bits::none(domain.len()), maybe: domain.clone() },
        leaf => {
            let mut bits = domain.clone();
            retain(leaf, segment, &mut bits);
            Three::sure(bits)
        }
    }
}

/// The rows for which at least so many nodes say yes: for each number up to that one the rows that reach it.
fn at_least(least: usize, nodes: &[Node], segment: &Segment, domain: &Bits) -> Three {
    let none = || vec![Bits::none(domain.len()); least];
    let (mut sure, mut possible) = (none(), none());
    for node in nodes {
        let three = ask(node, segment, domain);
        let mut either = three.yes.clone();
        either.or(&three.maybe);
        for (reached, hit) in [(&mut sure, &three.yes), (&mut possible, &either)] {
            for n in (0..least).rev() {
                let mut more = hit.clone();
                if let Some(before) = n.checked_sub(1).and_then(|n| reached.get(n)) {
                    more.and(before);
                }
                if let Some(rows) = reached.get_mut(n) {
                    rows.or(&more);
                }
            }
        }
    }
    let yes = sure.pop().unwrap_or_else(|| domain.clone());
    let mut maybe = possible.pop().unwrap_or_else(|| domain.clone());
    maybe.and_not(&yes);
    Three { yes, maybe }
}

/// Keeps the rows that pass a test on columns.
fn retain(node: &Node, segment: &Segment, bits: &mut Bits) {
    let keep = |bits: &mut Bits, test: &dyn Fn(usize) -> bool| {
        let mut kept = Bits::none(bits.len());
        bits.iter().filter(|&row| test(row)).for_each(|row| kept.insert(row));
        *bits = kept;
    };
    match node {
        Node::Const(false) => bits.clear(),
        Node::Ids(column, set) => segment.column(*column).retain(set, bits),
        Node::File(set) => segment.file_column().retain(set, bits),
        Node::Risk(low, high) => {
            bits.retain_chunks(segment.risks(), |chunk| {
                chunk.iter().enumerate().fold(0, |word, (i, r)| word | u64::from(low <= r && r <= high) << i)
            });
        }
        Node::Time(from, to) => {
            let times = segment.times();
            let (first, end) = (times.partition_point(|t| t < *from), times.partition_point(|t| t < *to));
            bits.and(&Bits::range(bits.len(), first, end));
        }
        Node::Flags(flags) => {
            let wanted = u64::from(flags.bits());
            segment.flag_column().retain_where(bits, |f| f & wanted == wanted);
        }
        Node::Outcome(set) => {
            segment.flag_column().retain_where(bits, |f| set >> (f & 7) & 1 == 1);
        }
        Node::Record(set) => {
            segment.flag_column().retain_where(bits, |f| set >> (f >> 3 & 3) & 1 == 1);
        }
        Node::Context(wanted) => {
            let contexts = segment.contexts();
            keep(bits, &|row| contexts.get(row).is_some_and(|c| c & wanted != 0));
        }
        Node::At(_) | Node::Session { .. } | Node::Kinds(_) | Node::Id(..) | Node::IdText { .. } => {
            keep(bits, &|row| passes_columns(node, segment, row));
        }
        Node::Hits(set) => segment.hit_column().retain(set, bits),
        Node::Const(true)
        | Node::And(_)
        | Node::Or(_)
        | Node::Not(_)
        | Node::AtLeast(..)
        | Node::Raw(_)
        | Node::Tested(_) => {}
    }
}

/// The tests that are made row by row.
fn passes_columns(node: &Node, segment: &Segment, row: usize) -> bool {
    use crate::store::flags::Flags;
    match node {
        Node::Session { by_key, console } => {
            let identity = segment.column(Column::Identity).id(row);
            if segment.flags(row).has(Flags::CONSOLE) { console } else { by_key }.contains(identity)
        }
        Node::Kinds(table) => {
            let sources = table.get(segment.column(Column::Event).id(row) as usize);
            sources.is_some_and(|s| s.contains(&segment.column(Column::Source).id(row)))
        }
        Node::At(places) => {
            let is_there = || places.contains(&segment.locator(row));
            !places.is_empty() && segment.flags(row).has(Flags::DUPLICATE) && is_there()
        }
        Node::Id(id, wanted) => {
            let both = Flags::ODD_ID.with(Flags::NO_ID).bits();
            segment.ids().get(row) == Some(id) && segment.flags(row).bits() & both == wanted.bits()
        }
        Node::IdText { pattern, odd } => segment.ids().get(row).is_some_and(|&id| {
            let flags = segment.flags(row);
            if flags.has(Flags::ODD_ID) {
                return u32::try_from(id).is_ok_and(|id| odd.contains(id));
            }
            pattern.matches(&id::text_of(id, flags))
        }),
        _ => false,
    }
}

/// Whether one row matches, given its raw record.
fn decide(node: &Node, row: &Row<'_>, raw: &[u8]) -> bool {
    match node {
        Node::And(nodes) => nodes.iter().all(|n| decide(n, row, raw)),
        Node::Or(nodes) => nodes.iter().any(|n| decide(n, row, raw)),
        Node::Not(node) => !decide(node, row, raw),
        Node::Raw(test) => test.matches(raw),
        Node::Tested(test) => (test.0)(raw),
        Node::AtLeast(least, nodes) => nodes.iter().filter(|n| decide(n, row, raw)).count() >= *least,
        leaf => {
            let (segment, slot) = row.place();
            let mut bits = Bits::none(segment.len());
            bits.insert(slot);
            retain(leaf, segment, &mut bits);
            !bits.is_empty()
        }
    }
}

/// Decides what the columns left open by reading raw records; the complete selection.
pub fn decide_all(node: &Node, inv: &Investigation, answer: Answer, reading: &Reading) -> Selection {
    let table = &inv.table;
    let Answer { yes: mut selection, maybe } = answer;
    let hits = Mutex::new(Vec::new());
    records::each(inv, maybe.rows(table), reading, &|row, raw| {
        if raw.is_some_and(|raw| decide(node, row, raw)) {
            hits.lock().unwrap_or_else(PoisonError::into_inner).push(row.number());
        }
    });
    for row in hits.into_inner().unwrap_or_else(PoisonError::into_inner) {
        selection.add(table, row);
    }
    selection
}
