//! Actors and actions that have far more events than the others: plain z-scores.
//!
//! This is the method of other analyzers, kept as it is so that their users find the same rows: events are
//! counted, the standard deviation is that of the whole population, and a row counts from z > 2 on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::profile::lookup::Dense;
use crate::profile::summary::user_of;
use crate::store::flags::RecordKind;
use crate::store::{Column, Table};

/// From where on a z-score is out of the ordinary.
pub const THRESHOLD: f64 = 2.0;

/// A count that stands out.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Outlier {
    /// The actor or action. Hostile.
    pub name: String,
    /// How many events it has.
    pub count: u64,
    /// How many standard deviations that lies above the mean.
    pub zscore: f64,
}

/// What comparing counts came to.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Outliers {
    /// What stands out, most events first, equal ones by name.
    pub rows: Vec<Outlier>,
    /// How many names were compared; below two there is nothing to compare.
    pub compared: usize,
    /// The mean of the counts.
    pub mean: f64,
    /// The standard deviation of the counts, of the whole population.
    pub deviation: f64,
}

impl Outliers {
    /// Compares counts.
    pub fn of(counts: impl IntoIterator<Item = (String, u64)>) -> Self {
        let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let compared = counts.len();
        let n = compared.max(1) as f64;
        let mean = counts.iter().map(|c| c.1 as f64).sum::<f64>() / n;
        let deviation = (counts.iter().map(|c| (c.1 as f64 - mean).powi(2)).sum::<f64>() / n).sqrt();
        let z = |count: u64| if deviation > 0.0 { (count as f64 - mean) / deviation } else { 0.0 };
        let rows = counts
            .into_iter()
            .map(|(name, count)| Outlier { name, count, zscore: z(count) })
            .filter(|row| compared >= 2 && row.zscore > THRESHOLD)
            .collect();
        Self { rows, compared, mean, deviation }
    }

    /// Why there are no rows, where that is for want of names and not of outliers.
    pub fn too_few(&self) -> bool {
        self.compared < 2
    }
}

/// Users with far more events than others, named as [`user_of`] names them; `None` when `stop` was set meanwhile.
pub fn actors(table: &Table, stop: &AtomicBool) -> Option<Outliers> {
    let dicts = table.dicts();
    let names = (0..dicts.identity_count()).map(|id| {
        let identity = dicts.identity(id);
        user_of(dicts.word(identity.user_name), dicts.word(identity.arn)).to_owned()
    });
    counted(table, Column::Identity, &Dense::new(names), stop)
}

/// Actions with far more events than others; `None` when `stop` was set meanwhile.
pub fn actions(table: &Table, stop: &AtomicBool) -> Option<Outliers> {
    let named = |text: &str| if text.is_empty() { "Unknown".to_owned() } else { text.to_owned() };
    let names = Dense::new(table.dicts().column(Column::Event).iter().map(|(_, text)| named(text)));
    counted(table, Column::Event, &names, stop)
}

fn counted(table: &Table, column: Column, names: &Dense<String>, stop: &AtomicBool) -> Option<Outliers> {
    let mut counts: HashMap<u32, u64, foldhash::fast::FixedState> = HashMap::default();
    let mut by_number = vec![0u64; names.len()];
    for (_, segment) in table.segments() {
        if stop.load(Ordering::Relaxed) {
            return None;
        }
        segment.column(column).for_each(|slot, id| {
            let is_event = segment.flags(slot).kind() != RecordKind::Aggregated;
            if let Some(count) = by_number.get_mut(names.of(id as u32) as usize).filter(|_| is_event) {
                *count += 1;
            }
        });
    }
    counts.extend((0u32..).zip(by_number).filter(|&(_, n)| n > 0));
    let named = counts.into_iter().map(|(number, n)| (names.value(number).cloned().unwrap_or_default(), n));
    Some(Outliers::of(named))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::profile::sample::{investigation, record, user};

    fn of(counts: &[(&str, u64)]) -> Outliers {
        Outliers::of(counts.iter().map(|(n, c)| ((*n).to_owned(), *c)))
    }

    #[test]
    fn z_scores_agree_with_values_worked_out_by_hand() {
        // Mean (10*1 + 100 + ... ) of [2, 4, 4, 4, 5, 5, 7, 9] is 5, the deviation of the population 2.
        let book = of(&[("a", 2), ("b", 4), ("c", 4), ("d", 4), ("e", 5), ("f", 5), ("g", 7), ("h", 9)]);
        assert_eq!((book.mean, book.deviation, book.compared), (5.0, 2.0, 8));
        assert!(book.rows.is_empty(), "z of 9 is exactly 2 and so not above it");
        // Nine ones and a hundred: mean 10.9, variance 793.881, deviation 29.7..., z exactly 3.
        let one = of(&[
            ("a", 1),
            ("b", 1),
            ("c", 1),
            ("d", 1),
            ("e", 1),
            ("f", 1),
            ("g", 1),
            ("h", 1),
            ("i", 1),
            ("big", 100),
        ]);
        assert_eq!(one.rows.len(), 1);
        assert_eq!((one.rows[0].name.as_str(), one.rows[0].count), ("big", 100));
        assert!((one.rows[0].zscore - 3.0).abs() < 1e-12);
        assert!((one.mean - 10.9).abs() < 1e-12 && (one.deviation - 29.7).abs() < 1e-12);
    }

    #[test]
    fn without_two_names_or_a_spread_there_are_no_rows() {
        assert!(of(&[]).too_few() && of(&[("a", 5)]).too_few());
        let same = of(&[("a", 5), ("b", 5), ("c", 5)]);
        assert!(!same.too_few() && same.rows.is_empty() && same.deviation == 0.0);
    }

    #[test]
    fn actors_and_actions_of_a_log_are_compared() {
        let mut records = Vec::new();
        for n in 0..8 {
            records.push(record(
                &format!("08:0{n}:00"),
                &format!("s3:Call{n}"),
                &user(&format!("user{n}"), "AKIA"),
                json!({}),
            ));
        }
        for n in 0..30 {
            records.push(record(&format!("09:00:{n:02}"), "s3:GetObject", &user("loud", "AKIAL"), json!({})));
        }
        let inv = investigation(&records);
        let go = AtomicBool::new(false);
        let (who, what) = (actors(&inv.table, &go).unwrap(), actions(&inv.table, &go).unwrap());
        let names = |o: &Outliers| o.rows.iter().map(|r| (r.name.clone(), r.count)).collect::<Vec<_>>();
        assert_eq!(names(&who), [("loud".to_owned(), 30)]);
        assert_eq!(names(&what), [("GetObject".to_owned(), 30)]);
        assert_eq!((who.compared, actors(&inv.table, &AtomicBool::new(true))), (9, None));
    }
}
