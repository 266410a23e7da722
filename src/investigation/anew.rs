//! The same events judged by other rules: nothing is loaded again.

use std::sync::Arc;

use super::{Investigation, Judgment};
use crate::detect::again;
use crate::detect::hits::HitSets;
use crate::detect::rules::Rules;
use crate::query::run::Reading;
use crate::store::segment::Segment;

impl Investigation {
    /// What would have come of a load with these rules: hits, points, ranks and bursts. `None` when the reading was
    /// stopped, or while events are still being loaded.
    pub fn judged_by(&self, rules: Arc<Rules>, reading: &Reading) -> Option<Self> {
        if !self.complete {
            return None;
        }
        let found = again::judge(self, &rules, reading)?;
        let judgment = Judgment { rules, ..self.judgment.clone() };
        let dicts = self.table.dicts();
        let mut segments: Vec<Arc<Segment>> = self.table.segments().map(|(_, s)| s.clone()).collect();
        let sets = HitSets::default();
        found.write(&mut segments, &sets);
        let hits = sets.snapshot();
        let mut scorer = judgment.scorer();
        for segment in &mut segments {
            scorer.score(dicts, &hits, Arc::make_mut(segment));
        }
        scorer.learn(dicts, &hits);
        let of_rows = judgment.rules.lifted(&found.compared.lifts);
        judgment.rank(&mut segments, dicts, &hits, &of_rows);
        let compared = Arc::new(found.compared);
        let table = self.table.with_segments(segments);
        Some(Self { table, hits, compared, judgment, scorer: Arc::new(scorer), ..self.clone() })
    }
}
