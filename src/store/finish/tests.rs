use super::*;
use crate::event::time::Time;
use crate::store::Column;
use crate::store::ints::Ints;
use crate::store::segment::{Builder, EventRow};

fn row(time: i64, id: u128, content: u64, file: u32) -> EventRow {
    let at = Locator { file, offset: id as u64, part: 0 };
    EventRow { time: Time::from_millis(time), id, content, at, ..EventRow::default() }
}

fn seal(rows: &[EventRow]) -> Arc<Segment> {
    let mut builder = Builder::default();
    rows.iter().for_each(|r| builder.push(r));
    Arc::new(builder.seal())
}

#[test]
fn rows_come_in_one_order_whoever_read_them_first() {
    let a = seal(&[row(30, 1, 1, 0), row(10, 2, 2, 0)]);
    let b = seal(&[row(20, 4, 4, 1), row(20, 3, 3, 1)]);
    let never = &mut |_: Locator, _: Locator| unreachable!();
    let ids = |f: &Finished| f.segments.iter().flat_map(|s| s.id.clone()).collect::<Vec<_>>();
    let one = finish(&[a.clone(), b.clone()], &[], never);
    assert_eq!(ids(&one), [2, 3, 4, 1]);
    assert_eq!(ids(&finish(&[b, a], &[], never)), [2, 3, 4, 1]);
    assert_eq!(one.segments[0].file.get(1), 1);
    assert!(finish(&[], &[], never).segments.is_empty());
}

#[test]
fn repeated_records_fold_and_conflicting_ones_stay_flagged() {
    let a = seal(&[row(10, 1, 7, 0), row(11, 2, 1, 0), row(12, 3, 1, 0)]);
    let b = seal(&[row(10, 1, 7, 1), row(11, 2, 2, 1), row(12, 3, 9, 1), row(12, 3, 9, 2)]);
    // The bytes of id 3 differ and mean the same; those of id 2 do not.
    let mut asked = Vec::new();
    let done = finish(&[a, b], &[0, 1, 2], &mut |x: Locator, y: Locator| {
        asked.push((x.offset, y.offset));
        x.offset == 3
    });
    assert_eq!((done.duplicates, done.conflicts), (3, 2));
    let segment = &done.segments[0];
    assert_eq!(segment.id, [1, 2, 2, 3]);
    let flags: Vec<_> = (0..4)
        .map(|r| (segment.flags(r).has(Flags::DUPLICATE), segment.flags(r).has(Flags::CONFLICT)))
        .collect();
    assert_eq!(flags, [(true, false), (false, true), (false, true), (true, false)]);
    assert_eq!(
        done.origins.iter().map(|(row, at)| (*row, at.file)).collect::<Vec<_>>(),
        [(0, 1), (3, 1), (3, 2)]
    );
    assert!(asked.iter().all(|(a, b)| a == b && *a != 1), "equal bytes need no question: {asked:?}");
}

#[test]
fn numbers_of_three_bytes_stay_what_they_are_beside_others() {
    let at = |n: u64, place: u64| {
        let mut row = row(n as i64, n.into(), n, 0);
        row.at.offset = place;
        row.columns[Column::Identity as usize] = place as u32;
        row
    };
    let never = &mut |_: Locator, _: Locator| unreachable!();
    let told = |finished: &Finished| {
        let segment = finished.segments[0].clone();
        let of = |row| (segment.locator(row).offset, segment.column(Column::Identity).get(row));
        (0..segment.len()).map(of).collect::<Vec<_>>()
    };
    let tight = finish(&[seal(&[at(1, 0xffff), at(2, 0x1_0000), at(3, 0xff_ffff)])], &[], never);
    assert!(matches!(tight.segments[0].offset, Ints::U24(_)));
    assert_eq!(told(&tight), [(0xffff, 0xffff), (0x1_0000, 0x1_0000), (0xff_ffff, 0xff_ffff)]);
    let same = seal(&[at(4, 7), at(5, 7)]);
    let wide = seal(&[at(6, 0x100_0000), at(7, 1)]);
    for others in [vec![], vec![same.clone()], vec![wide.clone()], vec![same, wide]] {
        let mut places = vec![0xffff, 0x1_0000, 0xff_ffff];
        for other in &others {
            other.offset.for_each(|_, place| places.push(place));
        }
        let mut segments = vec![tight.segments[0].clone()];
        segments.extend(others);
        let expected: Vec<(u64, u64)> = places.into_iter().map(|place| (place, place)).collect();
        assert_eq!(told(&finish(&segments, &[], never)), expected);
    }
}

#[test]
fn what_few_rows_have_stays_with_them() {
    let with = |r: EventRow, shared: u64| {
        let mut r = r;
        r.asides[1] = shared;
        r.flags = Flags::ASIDE;
        r
    };
    let a = seal(&[with(row(30, 1, 1, 0), 7), row(10, 2, 2, 0)]);
    let b = seal(&[row(40, 5, 5, 1), with(row(20, 3, 3, 1), 9)]);
    let done = finish(&[a, b], &[], &mut |_: Locator, _: Locator| unreachable!());
    let all: Vec<u64> = (0..4).map(|r| done.segments[0].aside(crate::store::Aside::Shared).get(r)).collect();
    assert_eq!(all, [0, 9, 7, 0]);
    assert!(done.segments[0].aside(crate::store::Aside::Grant).is_empty());
}

#[test]
fn many_rows_fold_exactly() {
    let rows: Vec<EventRow> =
        (0..20_000).map(|i| row(i / 7, (i % 15_000) as u128, (i % 15_000) as u64, 0)).collect();
    let done = finish(
        &rows.chunks(8000).map(seal).collect::<Vec<_>>(),
        &[],
        &mut |_: Locator, _: Locator| unreachable!(),
    );
    assert_eq!(done.duplicates, 5000);
    assert_eq!(done.segments.iter().map(|s| s.len()).sum::<usize>(), 15_000);
    let times = done.segments[0].times();
    assert!(times.iter().is_sorted());
}

#[test]
fn ids_of_different_kinds_are_different_ids() {
    let odd = EventRow { flags: Flags::default().with(Flags::ODD_ID), ..row(11, 1, 2, 0) };
    let done = finish(&[seal(&[row(10, 1, 1, 0), odd])], &[], &mut |_: Locator, _: Locator| unreachable!());
    assert_eq!((done.duplicates, done.conflicts), (0, 0));
}
