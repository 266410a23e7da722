//! Which columns of the list of events there is room for.
//!
//! Where not all fit, those of the settings give way from the right, then those that were chosen since. The one that the
//! cursor is in never does: whoever walks to a column sees it.

use super::answer::Line;
use super::model::Model;
use crate::config::settings::TimeZone;
use crate::event::field::{Field, FieldRef};
use crate::event::time::Time;
use crate::query::group::value_of;
use crate::text::{visible, width};

/// How wide a risk is written, with its sign.
const RISK: u16 = 5;

/// The farthest that a zone is from UTC, in milliseconds.
const FARTHEST: i64 = 14 * 3_600_000;

/// How many columns a time takes, and the name of the zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Times {
    /// A time in a cell.
    pub cell: u16,
    /// The name of the zone.
    pub zone: u16,
}

impl Times {
    /// Of times between two. Where the zone is not known here it is as wide as it may become.
    pub fn of((from, to): (Time, Time), zone: TimeZone) -> Self {
        let (slack, zone) = match zone {
            TimeZone::Utc => (0, 3),
            TimeZone::Local => (FARTHEST, 5),
        };
        let cell = match (from.plus_millis(-slack).civil(), to.plus_millis(slack).civil()) {
            (Some(a), Some(b)) if a.year != b.year => 19,
            (Some(a), Some(b)) if (a.month, a.day) != (b.month, b.day) => 14,
            _ => 8,
        };
        Self { cell, zone }
    }
}

/// A text in columns, once it is safe.
pub fn wide(text: &str) -> u16 {
    u16::try_from(width(&visible(text))).unwrap_or(u16::MAX)
}

/// The most columns that a field takes.
pub const fn most(field: Field) -> u16 {
    match field {
        Field::Event | Field::Agent | Field::Target | Field::Principal | Field::File | Field::Id => 36,
        Field::Actor => 44,
        Field::Ip => 28,
        _ => 30,
    }
}

/// The fewest columns with which a field says something. A time that is cut says nothing.
pub const fn least(field: Field) -> u16 {
    match field {
        Field::Risk => RISK,
        Field::Time => u16::MAX,
        Field::Event => 14,
        Field::Ip => 13,
        Field::Actor => 12,
        Field::Outcome | Field::Access => 7,
        _ => 9,
    }
}

/// What the columns need, and what there is.
struct Room {
    /// The fewest columns of each, in their order.
    least: Vec<u16>,
    room: u16,
}

impl Room {
    fn needs(&self, shown: &[usize]) -> u16 {
        let sum = shown.iter().filter_map(|at| self.least.get(*at)).fold(0, |a: u16, b| a.saturating_add(*b));
        sum.saturating_add((shown.len() as u16).saturating_sub(1))
    }
}

impl Model {
    /// The columns of the list that are seen: places among those of the page.
    pub fn shown_columns(&self) -> Vec<usize> {
        self.fitting(self.column_room().as_ref())
    }

    /// The columns that are not seen, and how many columns of width all of them would need beyond what there is.
    pub fn lacking_columns(&self) -> Option<(Vec<Field>, u16)> {
        let room = self.column_room()?;
        let shown = self.fitting(Some(&room));
        let all: Vec<usize> = (0..self.page().columns.len()).collect();
        let hidden = all.iter().filter(|at| !shown.contains(at));
        let hidden: Vec<Field> = hidden.filter_map(|at| self.page().columns.get(*at)).copied().collect();
        (!hidden.is_empty()).then(|| (hidden, room.needs(&all).saturating_sub(room.room)))
    }

    fn fitting(&self, room: Option<&Room>) -> Vec<usize> {
        let page = self.page();
        let mut shown: Vec<usize> = (0..page.columns.len()).collect();
        let Some(room) = room else { return shown };
        while shown.len() > 1 && room.needs(&shown) > room.room {
            // How gladly each is given up; of equal ones the last goes.
            let gives = |at: usize| match page.columns.get(at) {
                _ if at == page.column => 0,
                Some(Field::Event) => 1,
                Some(field) if !self.usual_columns.contains(field) => 2,
                _ => 3,
            };
            let last = (0..shown.len()).max_by_key(|n| shown.get(*n).map_or(0, |at| gives(*at)));
            shown.remove(last.unwrap_or(0));
        }
        shown
    }

    /// `None` where the list is not on the screen.
    fn column_room(&self) -> Option<Room> {
        let layout = self.layout();
        let area = layout.list?.inside();
        let inv = &self.answer.inv;
        let lines = self.answer.lines.iter().skip(self.page().cursor.top).take(layout.list_rows());
        let lines: Vec<Line> = lines.copied().collect();
        let times = Times::of(inv.span(), self.time_zone);
        let width_of = |field: Field, line: &Line| match field {
            Field::Risk => RISK,
            Field::Time => times.cell,
            field => {
                let row = inv.table.row(line.row);
                row.map_or(0, |row| wide(&value_of(inv, &row, &FieldRef::Column(field))))
            }
        };
        let least = |field: &Field| {
            let cells = lines.iter().map(|line| width_of(*field, line)).max().unwrap_or(0);
            cells.max(self.head_width(*field, times)).min(most(*field)).min(least(*field))
        };
        let bursts = lines.iter().map(|line| wide(&line.repeats())).max().unwrap_or(0);
        let room = area.width.saturating_sub(2 + if bursts > 0 { bursts + 1 } else { 0 });
        Some(Room { least: self.page().columns.iter().map(least).collect(), room })
    }

    fn head_width(&self, field: Field, times: Times) -> u16 {
        let name = match field {
            Field::Time => "time ()".len() as u16 + times.zone,
            field => wide(head_of(field)),
        };
        name + u16::from(self.page().sort.by == field)
    }
}

/// What a column of the list is called.
pub fn head_of(field: Field) -> &'static str {
    if field == Field::Ip { "address" } else { field.name() }
}
