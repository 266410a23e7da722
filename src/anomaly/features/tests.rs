use serde_json::{Value, json};

use super::*;
use crate::investigation::Investigation;
use crate::profile::sample::{investigation, record, user};

fn isolation(inv: &Investigation, preset: Preset) -> Isolation {
    let go = AtomicBool::new(false);
    let background = Background::new(&inv.table, &go).unwrap();
    Isolation::new(&inv.table, &background, preset, Growth::default(), &go).unwrap()
}

/// A hundred and twenty plain reads, and at 03:00 a denied call to a service never used, from elsewhere, by another program.
fn odd_one_out() -> Investigation {
    let ann = user("ann", "AKIAANN");
    let mut records: Vec<Value> = (0..120)
        .map(|n| {
            let bytes =
                json!({"additionalEventData": {"bytesTransferredIn": 0, "bytesTransferredOut": 900 + n % 7}});
            record(&format!("{:02}:{:02}:00", 9 + n / 20, n % 20), "s3:GetObject", &ann, bytes)
        })
        .collect();
    records.push(record(
        "03:00:00",
        "iam:CreateUser",
        &ann,
        json!({"errorCode": "AccessDenied", "sourceIPAddress": "198.51.100.7", "userAgent": "python-requests/2.31"}),
    ));
    records.push(record(
        "12:00:30",
        "s3:GetObject",
        &ann,
        json!({"additionalEventData": {"bytesTransferredIn": 0, "bytesTransferredOut": 700_000_000}}),
    ));
    investigation(&records)
}

#[test]
fn what_an_actor_never_does_is_found_and_explained() {
    let inv = odd_one_out();
    let found = isolation(&inv, Preset::Behavior);
    let anomalies = found.anomalies(10);
    let first = inv.table.row(anomalies[0].0).unwrap();
    assert_eq!(first.event(), "CreateUser");
    assert!(found.is_anomaly(first.number()) && anomalies[0].1 > found.threshold());
    let causes = found.causes(first.number());
    let named: Vec<Feature> = causes.iter().map(|c| c.feature).collect();
    for feature in [Feature::Event, Feature::Service, Feature::Address, Feature::Agent, Feature::Outcome] {
        assert!(named.contains(&feature), "{named:?}");
    }
    assert!(!named[..4].contains(&Feature::Bytes), "{named:?}");
    let event = causes.iter().find(|c| c.feature == Feature::Event).unwrap();
    assert_eq!(event.words, "0.82 % of the actor's events");
    assert_eq!(causes.iter().find(|c| c.feature == Feature::Outcome).unwrap().words, "denied");
}

#[test]
fn the_two_columns_of_bytes_are_a_preset() {
    let inv = odd_one_out();
    let found = isolation(&inv, Preset::Bytes);
    let (row, _) = found.anomalies(1)[0];
    assert_eq!(found.values(row), [0.0, 700_000_000.0]);
    let causes = found.causes(row);
    assert_eq!(
        (causes[0].feature, causes[0].words.as_str(), causes.len()),
        (Feature::BytesOut, "700.0 MB", 1)
    );
    assert_eq!((found.len(), found.score(9999), found.values(9999).len()), (122, None, 0));
}

#[test]
fn every_feature_says_its_value_in_words() {
    for preset in [Preset::Bytes, Preset::Behavior] {
        for feature in preset.features() {
            assert!(!feature.name().is_empty() && !feature.words(1.0).is_empty());
        }
    }
    assert_eq!(Feature::Breadth.words(4f32.ln_1p() / std::f32::consts::LN_2), "4 different events");
    assert_eq!(
        (Feature::BytesIn.words(12.0), Feature::BytesOut.words(1.5e9)),
        ("12 bytes".into(), "1.5 GB".into())
    );
    assert_eq!(Feature::Address.words(1.0), "50 % of the actor's events");
}

#[test]
fn of_few_events_all_numbers_are_kept() {
    let inv = odd_one_out();
    let found = isolation(&inv, Preset::Bytes);
    let exact = |row: u32| inv.table.row(row).unwrap().aside(Aside::BytesOut) as f32;
    for row in 0..inv.table.len() {
        assert_eq!(found.values(row)[1], exact(row));
    }
    let short = found.clone().forgetting();
    assert_eq!(short.anomalies(usize::MAX), found.anomalies(usize::MAX));
    assert!((0..inv.table.len()).all(|row| short.score(row) == found.score(row)), "those of few are kept");
    let ordinary: Vec<u32> = found.ordinary().map(|(row, _)| row).collect();
    assert_eq!(ordinary.len() + found.anomalies(usize::MAX).len(), found.len());
    assert!(ordinary.is_sorted() && ordinary.iter().all(|row| !found.is_anomaly(*row)));
}

#[test]
fn of_many_events_the_odd_ones_and_some_others_are_kept() {
    let values: Vec<f32> = (0..1000).map(|n| if n % 333 == 100 { 90.0 } else { (n % 5) as f32 }).collect();
    let matrix = Matrix::new(values, 1);
    let forest = Forest::grow(&matrix, Growth { contamination: 0.003, ..Growth::default() });
    let scores = forest.score(&matrix, 0.003, &AtomicBool::new(false)).unwrap();
    let odd: Vec<u32> = (0..1000).filter(|row| scores.is_anomaly(*row as usize)).collect();
    assert_eq!(odd, [100, 433, 766]);
    let few = kept(&scores, 10);
    assert_eq!(few, [0, 100, 200, 300, 400, 433, 500, 600, 700, 766, 800, 900]);
    assert_eq!(kept(&scores, 5000).len(), 1000);
}

#[test]
fn nothing_to_score_is_no_trouble() {
    let inv = Investigation::empty(odd_one_out().judgment);
    for preset in [Preset::Bytes, Preset::Behavior] {
        let found = isolation(&inv, preset);
        assert!(found.is_empty() && found.anomalies(9).is_empty() && found.causes(0).is_empty());
    }
}
