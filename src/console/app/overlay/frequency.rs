//! How often each value of a field occurs among the events that are seen.

use std::cmp::Reverse;
use std::sync::Arc;

use crate::console::app::page::Scope;
use crate::event::field::{Field, FieldRef};
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

/// The table.
#[derive(Clone, Debug)]
pub struct Frequency {
    /// The field.
    pub field: FieldRef,
    /// The values; `None` while they are being counted.
    pub groups: Option<Vec<Group>>,
    /// Their order.
    pub order: Order,
    /// Whether the order is turned round.
    pub reversed: bool,
    /// The row of the cursor.
    pub cursor: usize,
    /// The row at the top.
    pub top: usize,
    /// Which answer of the page was counted.
    pub counted: Option<u64>,
}

impl Frequency {
    /// A table that is to be filled.
    pub fn new(field: FieldRef) -> Self {
        Self { field, groups: None, order: Order::Events, reversed: false, cursor: 0, top: 0, counted: None }
    }

    /// The values have been counted. The cursor stays on its value.
    pub fn put(&mut self, groups: Vec<Group>) {
        let value = self.chosen().map(|group| group.value.clone());
        self.groups = Some(groups);
        self.arrange();
        if let (Some(value), Some(groups)) = (value, &self.groups) {
            self.cursor = groups.iter().position(|group| group.value == value).unwrap_or(0);
        }
    }

    /// Sorts by the next order.
    pub fn next_order(&mut self) {
        let at = Order::ALL.iter().position(|order| *order == self.order).unwrap_or(0);
        self.order = Order::ALL.get((at + 1) % Order::ALL.len()).copied().unwrap_or(Order::Events);
        self.reversed = false;
        self.arrange();
    }

    /// Turns the order round.
    pub fn reverse(&mut self) {
        self.reversed = !self.reversed;
        self.arrange();
    }

    fn arrange(&mut self) {
        let Some(groups) = &mut self.groups else { return };
        groups.sort_by(|a, b| a.value.cmp(&b.value));
        match self.order {
            Order::Events => groups.sort_by_key(|g| Reverse(g.events)),
            Order::Risk => groups.sort_by_key(|g| (Reverse(g.risk), Reverse(g.events))),
            Order::Denied => groups.sort_by_key(|g| (Reverse(g.denied), Reverse(g.events))),
            Order::Value => {}
            Order::First => groups.sort_by_key(|g| g.first),
            Order::Last => groups.sort_by_key(|g| Reverse(g.last)),
        }
        if self.reversed {
            groups.reverse();
        }
        self.cursor = 0;
        self.top = 0;
    }

    /// The value under the cursor.
    pub fn chosen(&self) -> Option<&Group> {
        self.groups.as_ref()?.get(self.cursor)
    }

    /// The scope of the value under the cursor; `None` when there is none.
    pub fn scope(&self, drop: bool) -> Option<Result<Scope, QueryError>> {
        let group = self.chosen()?;
        Some(match &self.field {
            // Times are counted by hour.
            FieldRef::Column(Field::Time) if group.first.is_known() => {
                let from = crate::event::time::Time::parse(group.value.as_bytes());
                Ok(Scope::hour(from, from.plus_millis(3_600_000), drop))
            }
            // A technique is counted with its name, and known by its id.
            FieldRef::Column(Field::Technique) => {
                let id = group.value.split(' ').next().unwrap_or_default();
                Scope::value(&self.field, id, drop)
            }
            field => Scope::value(field, &group.value, drop),
        })
    }

    /// The headings of [`Frequency::rows`].
    pub const HEADS: [&str; 7] = ["value", "events", "denied", "writes", "risk", "first", "last"];

    /// All values in their order, as they are written into a file; `None` while they are being counted.
    pub fn rows(&self) -> Option<Vec<Vec<String>>> {
        let row = |g: &Group| {
            let numbers = [g.events, g.denied, g.writes, u64::from(g.risk)].map(|n| n.to_string());
            let times =
                [g.first, g.last].map(|time| if time.is_known() { time.to_string() } else { String::new() });
            [vec![g.value.clone()], numbers.to_vec(), times.to_vec()].concat()
        };
        Some(self.groups.as_ref()?.iter().map(row).collect())
    }

    /// All values as a shared list would be too much to copy: how many there are, and how many events.
    pub fn totals(&self) -> (usize, u64) {
        let groups = self.groups.as_deref().unwrap_or_default();
        (groups.len(), groups.iter().map(|group| group.events).sum())
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

    #[test]
    fn the_table_is_sorted_in_turn_and_the_cursor_stays_on_its_value() {
        let mut table = Frequency::new(FieldRef::Column(Field::Actor));
        table.put(vec![group("b", 5, 10), group("a", 9, 0), group("c", 1, 90)]);
        let names = |t: &Frequency| t.groups.iter().flatten().map(|g| g.value.clone()).collect::<String>();
        assert_eq!(names(&table), "abc");
        table.cursor = 2;
        table.put(vec![group("c", 50, 90), group("a", 9, 0)]);
        assert_eq!(table.chosen().map(|g| g.value.as_str()), Some("c"));
        table.next_order();
        assert_eq!((table.order, names(&table).as_str()), (Order::Risk, "ca"));
        table.reverse();
        assert_eq!(names(&table), "ac");
        assert_eq!(table.totals(), (2, 59));
    }

    #[test]
    fn a_row_becomes_a_scope() {
        let query = |field: Field, value: &str, drop: bool| {
            let mut table = Frequency::new(FieldRef::Column(field));
            table.put(vec![group(value, 1, 1)]);
            table.scope(drop).unwrap().unwrap().expr.to_string()
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
