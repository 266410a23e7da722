use super::*;
use crate::store::segment::{Builder, EventRow};

#[test]
fn rows_are_found_across_segments() {
    let dicts = Dicts::default();
    let event = dicts.intern(Column::Event, "StopLogging");
    let odd = dicts.intern_odd_id("custom-1");
    let mut builder = Builder::default();
    let mut segments = Vec::new();
    for (n, flags) in [(1u128, Flags::default()), (u128::from(odd), Flags::ODD_ID), (5, Flags::NO_ID)] {
        let mut row = EventRow { id: n, flags, time: Time::from_millis(n as i64), ..EventRow::default() };
        row.columns[Column::Event as usize] = event;
        builder.push(&row);
        segments.push(Arc::new(builder.seal()));
    }
    let table = Table::new(segments, dicts.snapshot(), false);
    assert_eq!((table.len(), table.rows().count()), (3, 3));
    for row in table.rows() {
        assert_eq!(table.find_id(&row.id()), Some(row.number()), "{}", row.id());
        assert_eq!(table.find_id_at(&row.id(), row.time()), Some(row.number()), "{}", row.id());
        assert_eq!(table.find_id_at(&row.id(), row.time().plus_millis(1)), None);
        assert!(row.has_id(&table.id_key(&row.id())));
        assert_eq!(row.event(), "StopLogging");
    }
    assert!(table.row(3).is_none());
    assert_eq!((table.oldest().millis(), table.newest().millis()), (Some(1), Some(5)));
    assert_eq!(table.find_id("nothing"), None);
    let mut builder = Builder::default();
    let id = id::parse_uuid("4c3b1a2f-0000-4abc-8def-0123456789ab").unwrap();
    builder.push(&EventRow { id, ..EventRow::default() });
    let table = Table::new(vec![Arc::new(builder.seal())], dicts.snapshot(), false);
    assert_eq!(table.find_id("4C3B1A2F-0000-4ABC-8DEF-0123456789AB"), Some(0));
}

#[test]
fn services_are_cut_out() {
    assert_eq!((service_of("iam.amazonaws.com"), service_of("iam")), ("iam", "iam"));
}
