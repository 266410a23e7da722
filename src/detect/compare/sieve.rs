//! The hits of correlations, without those of groups that cannot come to enough.
//!
//! Rules that only serve others hit a third of all events, and hardly any of their groups comes to anything. Where
//! columns hold what groups and what is counted, groups that stay below the bound in the whole log, or in which not all
//! rules match that have to, are left out before there are hits. Nothing that a window could find may be left out.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use super::Numbers;
use super::fields::{Field, Fields, Worth};
use crate::detect::correlate::{Hit, ValueRef, bit};
use crate::detect::sigma::correlation::{Correlation, Kind};
use crate::store::{Column, Row, Table};

/// A row that a rule of a correlation hits, and what it belongs to.
struct Member {
    row: u32,
    group: u32,
    /// The number of the value that is counted; 0 where none is.
    value: u32,
    rule: u16,
}

/// The hits of a correlation, given the rows of each of its rules; `None` where columns do not tell, or where fewer
/// hits can be more.
pub(super) fn hits<R: AsRef<[u32]>>(
    fields: &Fields<'_>,
    table: &Table,
    correlation: &Correlation,
    rows: &[R],
) -> Option<Vec<Hit>> {
    let counts_values = match &correlation.kind {
        Kind::EventCount if correlation.bounds.only_lower() => false,
        Kind::ValueCount if correlation.bounds.only_lower() => true,
        Kind::Temporal { grows: true, .. } | Kind::TemporalOrdered(_) => false,
        _ => return None,
    };
    let (mut groups, mut values) = (Numbers::default(), Numbers::default());
    let mut members = Vec::new();
    for (rule, rows) in rows.iter().enumerate() {
        let mut by = Told::new(fields.of(&correlation.group_fields(rule), false))?;
        let mut counted = match counts_values {
            true => Some(Told::new(fields.of(&correlation.value_fields(rule), false))?),
            false => None,
        };
        for row in rows.as_ref().iter().filter_map(|row| table.row(*row)) {
            let group = by.number(&row, fields, &mut groups)?;
            let value = match &mut counted {
                Some(counted) => counted.number(&row, fields, &mut values)?,
                None => 0,
            };
            if group != NONE && value != NONE {
                members.push(Member { row: row.number(), group, value, rule: rule as u16 });
            }
        }
    }
    let worth = match &correlation.kind {
        Kind::EventCount | Kind::ValueCount => {
            enough(correlation, counts_values, &members, groups.numbers.len())
        }
        kind => together(kind, &members, groups.numbers.len()),
    };
    let kept = numbered(&worth);
    let hit = |member: &Member| {
        let group = kept.get(member.group as usize).copied().filter(|group| *group != NONE)?;
        let time_ms = table.row(member.row)?.time().millis()?;
        let value = counts_values.then_some(ValueRef::Id(member.value));
        Some(Hit { time_ms, value, row: member.row, group, rule: member.rule })
    };
    Some(members.iter().filter_map(hit).collect())
}

/// By group, whether it comes to enough in the whole log.
fn enough(correlation: &Correlation, counts_values: bool, members: &[Member], groups: usize) -> Vec<bool> {
    let mut counts = vec![0u32; groups];
    let mut met: HashSet<u64, FixedState> = HashSet::default();
    for member in members {
        let counts_once = u64::from(member.group) << 32 | u64::from(member.value);
        if let Some(count) = counts.get_mut(member.group as usize)
            && (!counts_values || met.insert(counts_once))
        {
            *count += 1;
        }
    }
    counts.into_iter().map(|count| correlation.bounds.hold(f64::from(count))).collect()
}

/// By group, whether the rules that match in it in the whole log are all that a window asks for.
fn together(kind: &Kind, members: &[Member], groups: usize) -> Vec<bool> {
    let mut rules = vec![0u64; groups];
    for member in members {
        if let Some(rules) = rules.get_mut(member.group as usize) {
            *rules |= bit(usize::from(member.rule));
        }
    }
    let worth = |rules: u64| {
        let has = |rule: usize| rules & bit(rule) != 0;
        match kind {
            Kind::Temporal { condition, .. } => condition.holds(&mut |rule| has(rule)),
            Kind::TemporalOrdered(sequences) => {
                sequences.iter().any(|sequence| sequence.steps.iter().all(|step| has(usize::from(*step))))
            }
            _ => true,
        }
    };
    rules.into_iter().map(worth).collect()
}

/// By group, the number that it has among those that are kept; [`NONE`] for the others.
fn numbered(worth: &[bool]) -> Vec<u32> {
    let mut next = 0;
    let mut number = |kept: &bool| {
        let number = if *kept { next } else { NONE };
        next += u32::from(*kept);
        number
    };
    worth.iter().map(&mut number).collect()
}

/// A field of a column, and the numbers of its values, worked out once for each.
struct Told<'f> {
    field: Field<'f>,
    column: Column,
    /// By the number of a value in the dictionary of the column.
    numbers: Vec<u32>,
}

/// Not worked out yet.
const UNKNOWN: u32 = u32::MAX;

/// There is no such value.
const NONE: u32 = u32::MAX - 1;

impl<'f> Told<'f> {
    /// `None` where it is not one field which a column holds.
    fn new(fields: Vec<Field<'f>>) -> Option<Self> {
        let [field] = <[Field<'f>; 1]>::try_from(fields).ok()?;
        let column = field.column()?;
        Some(Self { field, column, numbers: Vec::new() })
    }

    /// The number of the value that a row has; `None` where it has several.
    #[inline]
    fn number(&mut self, row: &Row<'_>, fields: &Fields<'_>, numbers: &mut Numbers) -> Option<u32> {
        let id = row.id_of(self.column) as usize;
        match self.numbers.get(id) {
            Some(number) if *number != UNKNOWN => Some(*number),
            _ => self.learn(id, row, fields, numbers),
        }
    }

    #[cold]
    fn learn(&mut self, id: usize, row: &Row<'_>, fields: &Fields<'_>, numbers: &mut Numbers) -> Option<u32> {
        let number = match fields.worth(row, &self.field) {
            Worth::One(value) => numbers.of(value),
            Worth::Many(values) if values.is_empty() => NONE,
            Worth::Many(_) => return None,
        };
        if self.numbers.len() <= id {
            self.numbers.resize(id + 1, UNKNOWN);
        }
        if let Some(slot) = self.numbers.get_mut(id) {
            *slot = number;
        }
        Some(number)
    }
}
