//! In which order rows are shown.

use crate::event::address::parse_ip;
use crate::event::field::Field;
use crate::query::run::Selection;
use crate::score::rank;
use crate::store::{Column, Row, Table};

/// What rows are sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sort {
    /// The field; [`Field::Risk`] stands for the whole rank: risk, then what else ranks.
    pub by: Field,
    /// The greatest, latest or last first.
    pub descending: bool,
}

impl Default for Sort {
    fn default() -> Self {
        Self { by: Field::Risk, descending: true }
    }
}

impl Sort {
    /// The fields that rows can be sorted by.
    pub const FIELDS: [Field; 12] = [
        Field::Risk,
        Field::Time,
        Field::Event,
        Field::Service,
        Field::Actor,
        Field::Ip,
        Field::Region,
        Field::Account,
        Field::Outcome,
        Field::Agent,
        Field::Target,
        Field::Key,
    ];

    /// The usual direction for a field: the riskiest first, else the first first.
    pub fn by(field: Field) -> Self {
        Self { by: field, descending: field == Field::Risk }
    }
}

/// The selected rows in order, at most `limit`; rows that sort alike stay in order of time.
pub fn sorted(table: &Table, selection: &Selection, sort: Sort, limit: Option<usize>) -> Vec<u32> {
    let mut keyed = keyed(table, selection, sort);
    if let Some(limit) = limit.filter(|&limit| limit < keyed.len()) {
        if limit == 0 {
            return Vec::new();
        }
        // The first ones are put in front without sorting the others.
        keyed.select_nth_unstable(limit - 1);
        keyed.truncate(limit);
    }
    keyed.sort_unstable();
    keyed.into_iter().map(|key| key as u32).collect()
}

/// As [`sorted`], with the events of a burst beside each other where the riskiest come first: bursts go by the
/// highest of their ranks. A burst that begins within `limit` rows is there as a whole.
pub fn sorted_in_bursts(table: &Table, selection: &Selection, sort: Sort, limit: Option<usize>) -> Vec<u32> {
    let is_numbered = table.segments().all(|(_, segment)| segment.burst_column().is_some());
    if sort.by != Field::Risk || !is_numbered {
        return sorted(table, selection, sort, limit);
    }
    let flip = |key: u32| if sort.descending { !key } else { key };
    // By the first row of each burst: the least of its keys as they sort, and how many rows there are.
    let mut bursts = vec![(u32::MAX, 0u32); table.len() as usize];
    each(table, selection, |row| {
        if let Some(burst) = row.burst().and_then(|first| bursts.get_mut(first as usize)) {
            *burst = (burst.0.min(flip(rank::key_of(&row))), burst.1 + 1);
        }
    });
    let there = bursts.iter().enumerate().filter(|(_, (_, rows))| *rows > 0);
    let mut order: Vec<u64> = there.map(|(first, (key, _))| u64::from(*key) << 32 | first as u64).collect();
    if let Some(limit) = limit.filter(|&limit| limit < order.len()) {
        if limit == 0 {
            return Vec::new();
        }
        order.select_nth_unstable(limit - 1);
        order.truncate(limit);
    }
    order.sort_unstable();
    // From here on the table says where each burst begins in the list; what has no place is left out.
    let mut total = 0usize;
    let mut places = vec![u32::MAX; bursts.len()];
    for first in order.iter().map(|key| *key as u32 as usize) {
        if limit.is_some_and(|limit| total >= limit) {
            break;
        }
        if let (Some(place), Some(burst)) = (places.get_mut(first), bursts.get(first)) {
            *place = total as u32;
            total += burst.1 as usize;
        }
    }
    placed(table, selection, places, total, flip)
}

/// The rows at the places of their bursts, and within a burst by rank.
fn placed(
    table: &Table,
    selection: &Selection,
    mut next: Vec<u32>,
    total: usize,
    flip: impl Fn(u32) -> u32,
) -> Vec<u32> {
    let mut out = vec![(0u32, 0u64); total];
    each(table, selection, |row| {
        let Some(first) = row.burst() else { return };
        let Some(place) = next.get_mut(first as usize).filter(|place| **place != u32::MAX) else { return };
        if let Some(slot) = out.get_mut(*place as usize) {
            *slot = (first, u64::from(flip(rank::key_of(&row))) << 32 | u64::from(row.number()));
        }
        *place += 1;
    });
    for burst in out.chunk_by_mut(|a, b| a.0 == b.0).filter(|burst| burst.len() > 1) {
        burst.sort_unstable();
    }
    out.into_iter().map(|(_, key)| key as u32).collect()
}

/// A number for each row that sorts it: the key above, the place in time below.
fn keyed(table: &Table, selection: &Selection, sort: Sort) -> Vec<u64> {
    let flip = |key: u32| if sort.descending { !key } else { key };
    let mut out = Vec::with_capacity(selection.count());
    if sort.by == Field::Time {
        let mut rows: Vec<(i64, u32)> = Vec::with_capacity(selection.count());
        each(table, selection, |row| rows.push((row.time().raw(), row.number())));
        rows.sort_unstable();
        let ranked =
            rows.iter().enumerate().map(|(n, (_, row))| u64::from(flip(n as u32)) << 32 | u64::from(*row));
        return ranked.collect();
    }
    let key = key_of(table, sort.by);
    each(table, selection, |row| out.push(u64::from(flip(key(&row))) << 32 | u64::from(row.number())));
    out
}

fn each<'a>(table: &'a Table, selection: &Selection, mut visit: impl FnMut(Row<'a>)) {
    for row in selection.rows(table).filter_map(|n| table.row(n)) {
        visit(row);
    }
}

/// How a field sorts.
fn key_of<'a>(table: &Table, field: Field) -> Box<dyn Fn(&Row<'_>) -> u32 + 'a> {
    let dicts = table.dicts();
    let column = |c: Column| {
        let values = dicts.column(c);
        let ranks = ranks((0..values.len()).map(|id| values.get(id).to_lowercase()));
        Box::new(move |row: &Row<'_>| ranks.get(row.id_of(c) as usize).copied().unwrap_or(0))
            as Box<dyn Fn(&Row<'_>) -> u32>
    };
    let identity = |word: &dyn Fn(u32) -> String| {
        let ranks = ranks((0..dicts.identity_count()).map(word));
        Box::new(move |row: &Row<'_>| ranks.get(row.id_of(Column::Identity) as usize).copied().unwrap_or(0))
            as Box<dyn Fn(&Row<'_>) -> u32>
    };
    match field {
        Field::Event => column(Column::Event),
        Field::Service | Field::Source => column(Column::Source),
        Field::Region => column(Column::Region),
        Field::Account => column(Column::Account),
        Field::Agent => column(Column::Agent),
        Field::Target => column(Column::Target),
        Field::Error => column(Column::Error),
        Field::Ip => {
            let values = dicts.column(Column::Ip);
            let place = |id: u32| match parse_ip(values.get(id)) {
                Some(ip) => format!("0{:?}{:?}", u8::from(ip.is_ipv6()), Octets(ip)),
                None => format!("1{}", values.get(id)),
            };
            let ranks = ranks((0..values.len()).map(place));
            Box::new(move |row| ranks.get(row.id_of(Column::Ip) as usize).copied().unwrap_or(0))
        }
        Field::Actor => identity(&|id| dicts.actor(dicts.identity(id).actor).0.to_lowercase()),
        Field::Key => identity(&|id| dicts.word(dicts.identity(id).access_key).to_owned()),
        Field::Outcome => Box::new(|row| row.outcome() as u32),
        _ => Box::new(rank::key_of),
    }
}

/// An address in a form that sorts as a number.
struct Octets(std::net::IpAddr);

impl std::fmt::Debug for Octets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            std::net::IpAddr::V4(ip) => ip.octets().iter().try_for_each(|o| write!(f, "{o:02x}")),
            std::net::IpAddr::V6(ip) => ip.octets().iter().try_for_each(|o| write!(f, "{o:02x}")),
        }
    }
}

/// For each text its place among all of them; equal texts have the same.
fn ranks(texts: impl Iterator<Item = String>) -> Vec<u32> {
    let texts: Vec<String> = texts.collect();
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    order.sort_by(|&a, &b| texts[a as usize].cmp(&texts[b as usize]));
    let mut ranks = vec![0; texts.len()];
    let mut rank = 0;
    for pair in 0..order.len() {
        let id = order[pair] as usize;
        if pair > 0 && texts[order[pair - 1] as usize] != texts[id] {
            rank += 1;
        }
        ranks[id] = rank;
    }
    ranks
}
