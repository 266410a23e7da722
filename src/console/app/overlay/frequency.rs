//! How often each value of a field occurs among the events that are seen.
//!
//! There may be as many values as events. They are counted, put in order and let go of by a worker, and what is said of all
//! of them is worked out there once: a key costs no more than the rows that are seen.

use std::cmp::{Ordering, Reverse};
use std::sync::Arc;

use crate::console::app::board::exact;
use crate::console::app::page::Scope;
use crate::event::field::{Field, FieldRef};
use crate::investigation::Investigation;
use crate::query::QueryError;
use crate::query::group::Group;

/// What a table of values is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// The most frequent first.
    Events,
    /// The riskiest first.
    Risk,
    /// By the value.
    Value,
    /// The first seen first.
    First,
    /// The last seen first.
    Last,
    /// The most denied first.
    Denied,
}

impl Order {
    const ALL: [Self; 6] = [Self::Events, Self::Risk, Self::Denied, Self::Value, Self::First, Self::Last];

    fn compare(self, a: &Group, b: &Group) -> Ordering {
        let by_value = || a.value.cmp(&b.value);
        let many = |g: &Group| Reverse(g.events);
        match self {
            Self::Events => many(a).cmp(&many(b)),
            Self::Risk => (Reverse(a.risk), many(a)).cmp(&(Reverse(b.risk), many(b))),
            Self::Denied => (Reverse(a.denied), many(a)).cmp(&(Reverse(b.denied), many(b))),
            Self::Value => Ordering::Equal,
            Self::First => a.first.cmp(&b.first),
            Self::Last => b.last.cmp(&a.last),
        }
        .then_with(by_value)
    }

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Risk => "risk",
            Self::Denied => "denied",
            Self::Value => "value",
            Self::First => "first seen",
            Self::Last => "last seen",
        }
    }
}

/// Values that were counted, in an order.
#[derive(Debug)]
pub struct Counted {
    groups: Arc<Vec<Group>>,
    /// The place of each row among the groups.
    rows: Vec<u32>,
    /// What they are sorted by.
    pub order: Order,
    /// Whether that is turned round.
    pub reversed: bool,
    /// The events of all values together; an event may have more than one.
    pub events: u64,
    /// The events of the most frequent one.
    pub most: u64,
}

impl Counted {
    /// Puts values in order.
    pub fn new(groups: Vec<Group>, order: Order, reversed: bool) -> Self {
        let events = groups.iter().map(|group| group.events).sum();
        let most = groups.iter().map(|group| group.events).max().unwrap_or(1);
        let (groups, rows) = (Arc::new(groups), Vec::new());
        Self { groups, rows, order, reversed, events, most }.arranged(order, reversed)
    }

    /// The same in another order.
    #[must_use]
    pub fn arranged(&self, order: Order, reversed: bool) -> Self {
        let groups = self.groups.clone();
        let mut rows: Vec<u32> = (0u32..).take(groups.len()).collect();
        rows.sort_unstable_by(|&a, &b| match (groups.get(a as usize), groups.get(b as usize)) {
            (Some(a), Some(b)) if reversed => order.compare(b, a),
            (Some(a), Some(b)) => order.compare(a, b),
            _ => Ordering::Equal,
        });
        Self { groups, rows, order, reversed, ..*self }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The value of a row.
    pub fn get(&self, row: usize) -> Option<&Group> {
        self.groups.get(*self.rows.get(row)? as usize)
    }

    /// The row of a value; looks at all of them.
    pub fn find(&self, value: &str) -> Option<usize> {
        (0..self.len()).find(|&row| self.get(row).is_some_and(|group| group.value == value))
    }

    /// The headings of [`Counted::rows`].
    pub const HEADS: [&str; 7] = ["value", "events", "denied", "writes", "risk", "first", "last"];

    /// All values in their order, as they are written into a file.
    pub fn rows(&self) -> impl Iterator<Item = Vec<String>> {
        let row = |g: &Group| {
            let numbers = [g.events, g.denied, g.writes, u64::from(g.risk)].map(|n| n.to_string());
            let times =
                [g.first, g.last].map(|time| if time.is_known() { time.to_string() } else { String::new() });
            [vec![g.value.clone()], numbers.to_vec(), times.to_vec()].concat()
        };
        (0..self.len()).filter_map(move |at| self.get(at).map(row))
    }
}

/// The table.
#[derive(Clone, Debug)]
pub struct Frequency {
    /// The field.
    pub field: FieldRef,
    /// The values; `None` while they are being counted.
    pub counted: Option<Arc<Counted>>,
    /// The order that is wanted.
    pub order: Order,
    /// Whether it is turned round.
    pub reversed: bool,
    /// The row of the cursor.
    pub cursor: usize,
    /// The row at the top.
    pub top: usize,
    /// Which answer of the page is counted.
    pub of: Option<u64>,
    /// Which request is to fill it, and in which order; `None`: nothing is under way.
    pub request: Option<(u64, Order, bool)>,
    /// The value that the cursor was on when that was asked.
    anchor: Option<String>,
}

impl Frequency {
    /// A table that is to be filled.
    pub fn new(field: FieldRef) -> Self {
        Self {
            field,
            counted: None,
            order: Order::Events,
            reversed: false,
            cursor: 0,
            top: 0,
            of: None,
            request: None,
            anchor: None,
        }
    }

    /// Notes what is asked; the value that the cursor is to stay on.
    pub fn ask(&mut self, request: u64) -> Option<String> {
        self.request = Some((request, self.order, self.reversed));
        self.anchor = self.chosen().map(|group| group.value.clone());
        self.anchor.clone()
    }

    /// Has the values counted again when the table is seen next: whatever was asked is not waited for any more.
    pub fn forget(&mut self) {
        (self.of, self.request) = (None, None);
    }

    /// The values have come; where that of the cursor is among them. A new order is looked at from its top.
    pub fn put(&mut self, counted: Arc<Counted>, at: Option<usize>) {
        let is_new = |old: &Counted| (old.order, old.reversed) != (counted.order, counted.reversed);
        if self.counted.as_deref().is_some_and(is_new) {
            (self.cursor, self.top) = (0, 0);
        } else if self.chosen().map(|group| &group.value) == self.anchor.as_ref() {
            self.cursor = at.unwrap_or(0);
        }
        self.counted = Some(counted);
        self.request = None;
    }

    /// Sorts by the next order.
    pub fn next_order(&mut self) {
        let at = Order::ALL.iter().position(|order| *order == self.order).unwrap_or(0);
        self.order = Order::ALL.get((at + 1) % Order::ALL.len()).copied().unwrap_or(Order::Events);
        self.reversed = false;
    }

    /// Turns the order round.
    pub fn reverse(&mut self) {
        self.reversed = !self.reversed;
    }

    /// Whether the values that are there stand in another order than is wanted.
    pub fn is_out_of_order(&self) -> bool {
        let wanted = (self.order, self.reversed);
        self.counted.as_ref().is_some_and(|counted| (counted.order, counted.reversed) != wanted)
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.counted.as_ref().map_or(0, |counted| counted.len())
    }

    /// Whether there are none yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value under the cursor.
    pub fn chosen(&self) -> Option<&Group> {
        self.counted.as_ref()?.get(self.cursor)
    }

    /// The field, and its value under the cursor as queries know it.
    pub fn value(&self) -> Option<(FieldRef, String)> {
        let value = &self.chosen()?.value;
        // A technique is counted with its name, and known by its id.
        let is_technique = self.field == FieldRef::Column(Field::Technique);
        let value = if is_technique { value.split(' ').next().unwrap_or_default() } else { value };
        Some((self.field.clone(), value.to_owned()))
    }

    /// The scope of the value under the cursor, with the events that its row counts; `None` when there is none.
    pub fn scope(&self, inv: &Investigation, drop: bool) -> Option<Result<Scope, QueryError>> {
        let group = self.chosen()?;
        Some(match &self.field {
            // Times are counted by hour.
            FieldRef::Column(Field::Time) if group.first.is_known() => {
                let from = crate::event::time::Time::parse(group.value.as_bytes());
                Ok(Scope::hour(from, from.plus_millis(3_600_000), drop))
            }
            FieldRef::Column(field) => exact::scope(inv, *field, &self.value()?.1, drop),
            field => Scope::value(field, &group.value, drop),
        })
    }
}

/// The values of fields with how often each occurs, for completion.
pub type Values = std::collections::HashMap<Field, Arc<Vec<Group>>>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::time::Time;

    fn group(value: &str, events: u64, risk: u8) -> Group {
        let time = Time::from_millis(events as i64);
        Group { value: value.to_owned(), events, denied: 0, writes: 0, risk, first: time, last: time }
    }

    /// What a worker does with what is asked.
    fn fill(table: &mut Frequency, groups: Vec<Group>) {
        let anchor = table.ask(1);
        let counted = Counted::new(groups, table.order, table.reversed);
        let at = anchor.and_then(|anchor| counted.find(&anchor));
        table.put(Arc::new(counted), at);
    }

    fn arrange(table: &mut Frequency) {
        assert!(table.is_out_of_order());
        table.ask(2);
        let counted = table.counted.as_ref().unwrap().arranged(table.order, table.reversed);
        table.put(Arc::new(counted), None);
        assert!(!table.is_out_of_order());
    }

    #[test]
    fn the_table_is_sorted_in_turn_and_the_cursor_stays_on_its_value() {
        let mut table = Frequency::new(FieldRef::Column(Field::Actor));
        fill(&mut table, vec![group("b", 5, 10), group("a", 9, 0), group("c", 1, 90)]);
        let names =
            |t: &Frequency| t.counted.iter().flat_map(|c| c.rows()).map(|row| row[0].clone()).collect();
        let names = |t: &Frequency| -> String { names(t) };
        assert_eq!(names(&table), "abc");
        table.cursor = 2;
        fill(&mut table, vec![group("c", 50, 90), group("a", 9, 0)]);
        assert_eq!(table.chosen().map(|g| g.value.as_str()), Some("c"));
        table.next_order();
        assert_eq!(table.order, Order::Risk);
        arrange(&mut table);
        assert_eq!(names(&table), "ca");
        table.reverse();
        arrange(&mut table);
        assert_eq!(names(&table), "ac");
        let counted = table.counted.unwrap();
        assert_eq!((counted.len(), counted.events, counted.most), (2, 59, 50));
    }

    #[test]
    fn a_row_becomes_a_scope() {
        let inv = Investigation::empty(crate::investigation::Judgment::shipped());
        let query = |field: Field, value: &str, drop: bool| {
            let mut table = Frequency::new(FieldRef::Column(field));
            fill(&mut table, vec![group(value, 1, 1)]);
            table.scope(&inv, drop).unwrap().unwrap().expr.to_string()
        };
        assert_eq!(query(Field::Actor, "alice", false), "actor:alice");
        assert_eq!(query(Field::Error, "", true), "error:*");
        assert_eq!(query(Field::Technique, "T1098 Account Manipulation", false), "technique:T1098");
        assert_eq!(query(Field::Risk, "high", false), "risk:70..89");
        assert_eq!(
            query(Field::Time, "2026-01-02T03:00:00Z", false),
            "time:2026-01-02T03:00..2026-01-02T03:59"
        );
    }
}
