use proptest::prelude::*;

use super::*;

fn put_text(out: &mut Vec<u8>, text: &str) {
    out.push(TEXT << 5 | text.len() as u8);
    out.extend(text.bytes());
}

fn put_map(out: &mut Vec<u8>, members: u8) {
    out.push(MAP << 5 | members);
}

fn put_number(out: &mut Vec<u8>, number: u32) {
    out.push(6 << 5 | 4);
    out.extend(number.to_be_bytes());
}

fn put_double(out: &mut Vec<u8>, number: f64) {
    out.push(DOUBLE << 5 | 8);
    out.extend(number.to_be_bytes());
}

/// A database with one place for each address of the old kind.
fn database(record: usize, is_v6: bool, places: &[([u8; 4], &str, &str, f64, f64)]) -> Vec<u8> {
    let mut values = Vec::new();
    // A name that the places point to.
    put_text(&mut values, "names");
    let mut starts = Vec::new();
    for (_, city, country, latitude, longitude) in places {
        starts.push(values.len());
        put_map(&mut values, 4);
        put_text(&mut values, "list");
        // An array of a long text and a true: what is skipped.
        values.extend([2, 4, TEXT << 5 | 29, 11]);
        values.extend([b'x'; 40]);
        values.extend([1, 7]);
        put_text(&mut values, "city");
        put_map(&mut values, 1);
        values.extend([POINTER << 5, 0]);
        put_map(&mut values, 1);
        put_text(&mut values, "en");
        put_text(&mut values, city);
        put_text(&mut values, "country");
        put_map(&mut values, 1);
        put_text(&mut values, "iso_code");
        put_text(&mut values, country);
        put_text(&mut values, "location");
        put_map(&mut values, 2);
        put_text(&mut values, "latitude");
        put_double(&mut values, *latitude);
        put_text(&mut values, "longitude");
        put_double(&mut values, *longitude);
    }
    let bits = if is_v6 { 128 } else { 32 };
    let mut nodes: Vec<[Option<usize>; 2]> = vec![[None; 2]];
    let mut leaves: Vec<(usize, usize, usize)> = Vec::new();
    for (at, (ip, ..)) in places.iter().enumerate() {
        let address = u128::from(u32::from_be_bytes(*ip));
        let mut node = 0;
        for bit in 0..bits {
            let side = (address >> (bits - 1 - bit) & 1) as usize;
            if bit == bits - 1 {
                leaves.push((node, side, at));
            } else if let Some(next) = nodes[node][side] {
                node = next;
            } else {
                nodes.push([None; 2]);
                let next = nodes.len() - 1;
                nodes[node][side] = Some(next);
                node = next;
            }
        }
    }
    let count = nodes.len();
    for (node, side, at) in leaves {
        nodes[node][side] = Some(count + GAP + starts[at]);
    }
    let mut out = Vec::new();
    for node in nodes {
        let [left, right] = node.map(|n| n.unwrap_or(count) as u32);
        let (l, r) = (left.to_be_bytes(), right.to_be_bytes());
        match record {
            24 => out.extend([l[1], l[2], l[3], r[1], r[2], r[3]]),
            28 => out.extend([l[1], l[2], l[3], l[0] << 4 | r[0], r[1], r[2], r[3]]),
            _ => out.extend(l.into_iter().chain(r)),
        }
    }
    out.extend([0; GAP]);
    out.extend(values);
    out.extend(MARK);
    put_map(&mut out, 4);
    for (key, number) in [
        ("binary_format_major_version", 2),
        ("node_count", count),
        ("record_size", record),
        ("ip_version", if is_v6 { 6 } else { 4 }),
    ] {
        put_text(&mut out, key);
        put_number(&mut out, number as u32);
    }
    out
}

/// Berlin and Lagos.
pub(crate) fn two_cities(record: usize, is_v6: bool) -> Vec<u8> {
    let places =
        [([203, 0, 113, 10], "Berlin", "DE", 52.52, 13.4), ([198, 51, 100, 9], "Lagos", "NG", 6.45, 3.39)];
    database(record, is_v6, &places)
}

#[test]
fn places_are_found_in_every_form_of_the_tree() {
    for record in [24, 28, 32] {
        for is_v6 in [false, true] {
            let database = MaxMind::new(two_cities(record, is_v6)).unwrap();
            let place = |ip: &str| database.place(ip.parse().unwrap());
            let lagos = Place { name: "Lagos, NG".to_owned(), latitude: 6.45, longitude: 3.39 };
            assert_eq!(place("198.51.100.9"), Some(lagos), "{record} {is_v6}");
            assert_eq!(place("203.0.113.10").unwrap().name, "Berlin, DE");
            assert_eq!((place("203.0.113.11"), place("2001:db8::1")), (None, None));
        }
    }
}

#[test]
fn what_is_no_database_says_so() {
    let good = two_cities(24, true);
    let version = good.len() - MARK.len();
    let mut newer = good.clone();
    let at = memchr::memmem::rfind(&newer, b"binary_format_major_version").unwrap() + 27;
    newer[at + 4] = 3;
    let mut short = good[good.len() - 120..].to_vec();
    assert!(short.len() < version);
    for (bytes, error) in [
        (Vec::new(), PlacesError::NoDatabase),
        (b"plain text".to_vec(), PlacesError::NoDatabase),
        (MARK.to_vec(), PlacesError::NoDatabase),
        (newer, PlacesError::Version(3)),
        (std::mem::take(&mut short), PlacesError::Damaged),
    ] {
        assert_eq!(MaxMind::new(bytes).map(|_| ()), Err(error));
    }
}

proptest! {
    #[test]
    fn no_damage_makes_it_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        ip in any::<u32>(),
        record in prop::sample::select(vec![24usize, 28, 32]),
    ) {
        let mut bytes = two_cities(record, true);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(database) = MaxMind::new(bytes) {
            for ip in [ip, u32::from_be_bytes([203, 0, 113, 10]), u32::from_be_bytes([198, 51, 100, 9])] {
                let _ = database.place(IpAddr::V4(ip.into()));
            }
        }
    }
}
