//! Which hours are covered: a row for each account and region, a column for each stretch of hours.

use crate::console::app::action::Motion;
use crate::console::app::board::chart::between;
use crate::console::app::page::Scope;
use crate::event::field::{Field, FieldRef};
use crate::event::time::Time;
use crate::evidence::coverage::{Effect, start_of};
use crate::query::Expr;
use crate::text::plural;

const HOUR_MS: i64 = 3_600_000;

/// So many columns say something.
pub const LEAST_COLUMNS: u16 = 8;

/// Lengths of a stretch that are easy to read, in hours; above those it is whole weeks.
const STEPS: [i64; 9] = [1, 2, 3, 4, 6, 8, 12, 24, 48];

/// An account in a region.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// The account; empty where records do not say. Hostile.
    pub account: String,
    /// The region; empty where records do not say. Hostile.
    pub region: String,
    /// How many events in each stretch.
    pub counts: Vec<u64>,
    /// How many hours of each stretch are in a gap.
    pub missing: Vec<i64>,
}

/// The map.
#[derive(Clone, PartialEq, Debug)]
pub struct Hours {
    /// The rows.
    pub rows: Vec<Row>,
    /// The first hour, since 1970.
    pub first: i64,
    /// How many hours a stretch has.
    pub step: i64,
    /// How many stretches there are.
    pub columns: usize,
    /// Where logging was switched: the column, and what that did; what takes logging away comes last.
    pub marks: Vec<(usize, Effect)>,
}

/// What is known of a place on the map.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// No events, and none were to be expected.
    Quiet,
    /// So many events.
    Covered(u64),
    /// Events in some hours; in others there should have been some.
    Part(u64),
    /// No events, where there should have been some.
    Missing,
}

impl Hours {
    /// A map of the hours from `first` to before `end` with at most so many columns, and no rows yet.
    pub fn over((first, end): (i64, i64), most: u16) -> Self {
        let most = i64::from(most.max(LEAST_COLUMNS));
        let fits = |step: i64| end.saturating_sub(first.div_euclid(step) * step).div_euclid(step) < most;
        let weeks = || {
            let week = 24 * 7;
            (end.saturating_sub(first) / most / week + 2) * week
        };
        let step = STEPS.into_iter().find(|step| fits(*step)).unwrap_or_else(weeks);
        let first = first.div_euclid(step) * step;
        let columns = (end.saturating_sub(first) + step - 1).div_euclid(step).max(0) as usize;
        Self { rows: Vec::new(), first, step, columns, marks: Vec::new() }
    }

    /// The column that an hour is in.
    pub fn column(&self, hour: i64) -> Option<usize> {
        let column = usize::try_from(hour.checked_sub(self.first)?.div_euclid(self.step)).ok()?;
        (column < self.columns).then_some(column)
    }

    /// How many places the cursor has.
    pub fn len(&self) -> usize {
        self.rows.len().saturating_mul(self.columns)
    }

    /// Whether no event has a time.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The most events of a place.
    pub fn peak(&self) -> u64 {
        self.rows.iter().flat_map(|row| &row.counts).copied().max().unwrap_or(0)
    }

    /// The row and column of a place.
    pub fn split(&self, place: usize) -> (usize, usize) {
        let columns = self.columns.max(1);
        (place / columns, place % columns)
    }

    /// What is known of a place.
    pub fn at(&self, place: usize) -> Kind {
        let (row, column) = self.split(place);
        let row = self.rows.get(row);
        let count = row.and_then(|row| row.counts.get(column)).copied().unwrap_or(0);
        let missing = row.and_then(|row| row.missing.get(column)).copied().unwrap_or(0);
        match (count, missing) {
            (0, 0) => Kind::Quiet,
            (0, _) => Kind::Missing,
            (n, 0) => Kind::Covered(n),
            (n, _) => Kind::Part(n),
        }
    }

    /// Where the cursor begins: at the first gap, else at the first place with events.
    pub fn begin(&self) -> usize {
        let find = |is: &dyn Fn(Kind) -> bool| (0..self.len()).find(|place| is(self.at(*place)));
        find(&|kind| matches!(kind, Kind::Missing | Kind::Part(_)))
            .or_else(|| find(&|kind| kind != Kind::Quiet))
            .unwrap_or(0)
    }

    /// When the stretch of a place begins, and when it ends.
    pub fn span(&self, place: usize) -> (Time, Time) {
        let from = self.first.saturating_add((self.split(place).1 as i64).saturating_mul(self.step));
        (start_of(from), start_of(from.saturating_add(self.step)))
    }

    /// What a place is called: `111122223333 eu-west-1 2026-03-02T08:00:00Z`. Hostile.
    pub fn name(&self, place: usize) -> String {
        format!("{} {}", self.row_name(place), self.span(place).0)
    }

    /// The account and region of a place. Hostile.
    pub fn row_name(&self, place: usize) -> String {
        self.rows.get(self.split(place).0).map(Row::name).unwrap_or_default()
    }

    /// What there is to say of a place.
    pub fn said(&self, place: usize) -> String {
        let row = self.rows.get(self.split(place).0);
        let missing = row.and_then(|row| row.missing.get(self.split(place).1)).copied().unwrap_or(0);
        let hours = |n: i64| plural(n.unsigned_abs(), "hour");
        let what = match self.at(place) {
            Kind::Quiet => "no events; by the other days none were to be expected".to_owned(),
            Kind::Covered(n) => plural(n, "event"),
            Kind::Part(n) => format!("{}; {} of it in a gap", plural(n, "event"), hours(missing)),
            Kind::Missing => format!("no events, where there should be some; {} in a gap", hours(missing)),
        };
        let (from, to) = self.span(place);
        format!("{what}, from {from} to before {to}")
    }

    /// The place that has the name that an older map gave it.
    pub fn find(&self, name: &str) -> Option<usize> {
        let (row, time) = name.rsplit_once(' ')?;
        let row = self.rows.iter().position(|known| known.name() == row)?;
        let hour = Time::parse(time.as_bytes()).millis()?.div_euclid(HOUR_MS);
        Some(row * self.columns + self.column(hour)?)
    }

    /// The events of a place; `None` where there are none.
    pub fn scope(&self, place: usize) -> Option<Scope> {
        if matches!(self.at(place), Kind::Quiet | Kind::Missing) {
            return None;
        }
        let row = self.rows.get(self.split(place).0)?;
        let (from, to) = self.span(place);
        let time = between(from.millis()?, to.millis()?);
        Some(Scope { label: self.name(place), expr: Expr::And(vec![lane(&row.account, &row.region)?, time]) })
    }

    /// Where the cursor goes.
    pub fn moved(&self, place: usize, motion: Motion) -> usize {
        let (row, column) = self.split(place);
        let (last_row, last) = (self.rows.len().saturating_sub(1), self.columns.saturating_sub(1));
        let (row, column) = match motion {
            Motion::Up => (row.saturating_sub(1), column),
            Motion::Down => ((row + 1).min(last_row), column),
            Motion::Left => (row, column.saturating_sub(1)),
            Motion::Right => (row, (column + 1).min(last)),
            Motion::HalfPageUp | Motion::PageUp => (0, column),
            Motion::HalfPageDown | Motion::PageDown => (last_row, column),
            Motion::Top => (0, 0),
            Motion::Bottom => (last_row, last),
        };
        row * self.columns + column
    }
}

impl Row {
    /// What it is called. Hostile.
    pub fn name(&self) -> String {
        let or_none = |text: &str| if text.is_empty() { "(none)".to_owned() } else { text.to_owned() };
        format!("{} {}", or_none(&self.account), or_none(&self.region))
    }
}

/// The events of an account in a region; where one is empty, those that have none.
pub fn lane(account: &str, region: &str) -> Option<Expr> {
    let of = |field: Field, value: &str| Scope::value(&FieldRef::Column(field), value, false).ok();
    Some(Expr::And(vec![of(Field::Account, account)?.expr, of(Field::Region, region)?.expr]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_span_fits_into_the_columns_there_are() {
        for (span, most, step) in [
            ((100, 101), 50, 1),
            ((0, 50), 50, 2),
            ((7, 72), 60, 2),
            ((0, 24 * 30), 50, 24),
            ((0, 24 * 365), 40, 24 * 7 * 3),
        ] {
            let map = Hours::over(span, most);
            assert_eq!(map.step, step, "{span:?} {most}");
        }
        for span in [(0, 0), (-5, 3), (0, 70_000_000), (i64::from(i32::MIN), i64::from(i32::MAX))] {
            for most in [0, 8, 50, 300] {
                let map = Hours::over(span, most);
                assert!(
                    map.columns <= usize::from(most.max(LEAST_COLUMNS)),
                    "{span:?} {most}: {}",
                    map.columns
                );
                assert!(map.first <= span.0);
                assert!(span.0 == span.1 || map.column(span.1 - 1) == Some(map.columns - 1), "{span:?}");
            }
        }
    }

    #[test]
    fn a_place_is_found_again_on_a_coarser_map() {
        let map = |most: u16| {
            let mut map = Hours::over((10, 58), most);
            let (counts, missing) = (vec![1; map.columns], vec![0; map.columns]);
            map.rows = vec![Row { account: "1".into(), region: String::new(), counts, missing }];
            map
        };
        let (fine, coarse) = (map(60), map(20));
        assert_eq!((fine.step, coarse.step), (1, 3));
        assert_eq!(fine.name(5), "1 (none) 1970-01-01T15:00:00Z");
        assert_eq!(coarse.find(&fine.name(5)), Some(2));
        assert_eq!(coarse.span(2).0.to_string(), "1970-01-01T15:00:00Z");
        assert_eq!(fine.find("2 (none) 1970-01-01T15:00:00Z"), None);
    }

    #[test]
    fn the_cursor_stays_on_the_map() {
        let mut map = Hours::over((0, 5), 10);
        let row =
            Row { account: String::new(), region: String::new(), counts: vec![0; 5], missing: vec![0; 5] };
        map.rows = vec![row.clone(), row];
        for motion in Motion::ALL {
            for place in 0..map.len() {
                assert!(map.moved(place, *motion) < map.len(), "{motion:?} {place}");
            }
        }
    }
}
