//! A table of some of the events of another one, as though only they had been loaded.
//!
//! Points, ranks and hits stay as they are: they were worked out with all events at hand. Bursts
//! keep the events that are left.

use std::collections::HashMap;
use std::sync::Arc;

use crate::store::Table;
use crate::store::finish::{Place, Room, SEGMENT_ROWS, gather};
use crate::store::segment::Segment;

/// The rows of `table` with these numbers, which ascend, as a table of their own.
pub fn narrowed(table: &Table, rows: &[u32]) -> Table {
    let (starts, segments): (Vec<u32>, Vec<Arc<Segment>>) =
        table.segments().map(|(start, segment)| (start, segment.clone())).unzip();
    let place = |&number: &u32| {
        let segment = starts.partition_point(|&start| start <= number).checked_sub(1)?;
        let row = number - starts.get(segment)?;
        let time = segments.get(segment)?.times().get(row as usize)?;
        Some(Place { time, segment: segment as u32, row })
    };
    let places: Vec<Place> = rows.iter().filter_map(place).collect();
    let mut firsts: HashMap<u32, u32, foldhash::fast::FixedState> = HashMap::default();
    let mut narrowed = Vec::new();
    let mut room = Room::default();
    for (at, chunk) in places.chunks(SEGMENT_ROWS).enumerate() {
        let mut segment = gather(&segments, chunk, &[], false, &mut room);
        let of = |p: &Place| segments.get(p.segment as usize);
        let contexts = chunk.iter().filter_map(|p| of(p)?.contexts().get(p.row as usize).copied());
        segment.set_contexts(contexts.collect());
        let bursts: Vec<u32> = (at * SEGMENT_ROWS..)
            .zip(chunk)
            .filter_map(|(number, p)| {
                let burst = of(p)?.burst_column()?.id(p.row as usize);
                Some(*firsts.entry(burst).or_insert(number as u32))
            })
            .collect();
        if bursts.len() == chunk.len() {
            segment.set_bursts(&bursts);
        }
        narrowed.push(Arc::new(segment));
    }
    let origins = rows
        .iter()
        .enumerate()
        .flat_map(|(new, &old)| table.origins(old).map(move |at| (new as u32, at)).collect::<Vec<_>>());
    Table::new(narrowed, table.dicts().clone(), table.is_ordered()).with_origins(origins.collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::profile::sample::{investigation, record, user};

    #[test]
    fn what_is_left_is_as_it_was() {
        let ann = user("ann", "AKIAANN");
        let records: Vec<_> = (0..9)
            .map(|n| {
                let call = if n % 2 == 0 { "iam:CreateUser" } else { "s3:GetObject" };
                record(&format!("10:0{n}:00"), call, &ann, json!({"requestParameters": {"userName": "x"}}))
            })
            .collect();
        let inv = investigation(&records);
        let rows = [1, 2, 4, 7];
        let less = inv.narrowed(&rows);
        // A few are looked up one by one, of more the columns are unpacked as a whole.
        for rows in [&rows[..], &[5], &[0, 8]] {
            let less = inv.narrowed(rows);
            assert_eq!(less.table.len() as usize, rows.len());
            for (new, old) in less.table.rows().zip(rows.iter().filter_map(|&n| inv.table.row(n))) {
                assert_eq!((new.id(), new.risk(), new.context()), (old.id(), old.risk(), old.context()));
                assert_eq!((new.hits(), new.flags(), new.time()), (old.hits(), old.flags(), old.time()));
                assert_eq!(
                    (new.event(), new.actor(), new.service()),
                    (old.event(), old.actor(), old.service())
                );
                assert_eq!(less.raw(&new).unwrap(), inv.raw(&old).unwrap());
            }
        }
        let bursts: Vec<_> = less.table.rows().map(|row| row.burst()).collect();
        assert_eq!(bursts, [Some(0), Some(1), Some(1), Some(0)], "the bursts of what is left");
        assert!(inv.narrowed(&[]).table.is_empty());
        assert_eq!(inv.narrowed(&[700]).table.len(), 0, "beyond the end there is nothing");
    }
}
