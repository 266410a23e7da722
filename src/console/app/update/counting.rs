//! Tables of values: counting them, putting them in order, letting go of them.
//!
//! A table may lie below other overlays, and there may be more than one: each knows which request is to fill it.

use std::sync::Arc;

use crate::console::app::answer::{CountRequest, GroupRequest, Source};
use crate::console::app::model::Model;
use crate::console::app::msg::Effect;
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::frequency::{Counted, Frequency};
use crate::event::field::FieldRef;
use crate::query::run::Reading;

/// What was asked for last.
#[derive(Default, Debug)]
pub struct Counts {
    last: u64,
    /// The counting that is under way, and which request it is.
    counting: Option<(u64, Arc<Reading>)>,
    /// What the tables show. It is kept here as well, so that closing a table does not have to let go of it.
    kept: Vec<Arc<Counted>>,
}

impl Counts {
    pub(super) fn reading(&self) -> Option<&Arc<Reading>> {
        self.counting.as_ref().map(|(_, reading)| reading)
    }

    fn stop(&mut self) {
        if let Some((_, reading)) = self.counting.take() {
            reading.stop();
        }
    }
}

impl Model {
    /// The tables of values that are open, the topmost first.
    fn tables(&mut self) -> impl Iterator<Item = &mut Frequency> {
        self.overlays.iter_mut().rev().filter_map(|overlay| match overlay {
            Overlay::Frequency(table) => Some(&mut **table),
            _ => None,
        })
    }

    pub(super) fn want_counted(&mut self, effects: &mut Vec<Effect>) {
        self.let_go(effects);
        let answered = self.answer.complete.then_some(self.answer.generation);
        let next = self.asked.counts.last + 1;
        let counting = self.asked.counts.counting.as_ref().map(|(request, _)| *request);
        let Some(table) = self.tables().next() else {
            // Whoever closes the table does not wait for it any more.
            return self.asked.counts.stop();
        };
        let recount = answered.is_some() && table.of != answered;
        // What is being counted is put into another order when it is there.
        let is_under_way = table.request.is_some_and(|(request, order, reversed)| {
            Some(request) == counting || (order, reversed) == (table.order, table.reversed)
        });
        if !recount && (is_under_way || !table.is_out_of_order()) {
            return;
        }
        let (order, reversed, field, known) =
            (table.order, table.reversed, table.field.clone(), table.counted.clone());
        let anchor = table.ask(next);
        table.of = answered.or(table.of);
        self.asked.counts.last = next;
        let from = match known.filter(|_| !recount) {
            Some(counted) => Source::Counted(counted),
            None => Source::Events(self.begin_counting(next, field)),
        };
        effects.push(Effect::Count(Box::new(CountRequest {
            generation: next,
            from,
            order,
            reversed,
            anchor,
        })));
    }

    /// Counts the events of the page; what was being counted for another table is counted again later.
    fn begin_counting(&mut self, generation: u64, field: FieldRef) -> GroupRequest {
        self.asked.counts.stop();
        let is_other =
            |table: &&mut Frequency| table.request.is_some_and(|(request, ..)| request != generation);
        self.tables().filter(is_other).for_each(Frequency::forget);
        let reading = Arc::new(Reading::default());
        self.asked.counts.counting = Some((generation, reading.clone()));
        let (inv, selection) = (self.answer.inv.clone(), self.answer.selection.clone());
        GroupRequest { inv, selection, field, reading }
    }

    /// Values have been counted or put in order.
    pub(super) fn counted(
        &mut self,
        generation: u64,
        counted: Arc<Counted>,
        at: Option<usize>,
        effects: &mut Vec<Effect>,
    ) {
        self.asked.counts.counting.take_if(|(asked, _)| *asked == generation);
        let is_asked =
            |table: &&mut Frequency| table.request.is_some_and(|(request, ..)| request == generation);
        let Some(table) = self.tables().find(is_asked) else {
            return effects.push(Effect::Discard(counted));
        };
        table.put(counted.clone(), at);
        self.asked.counts.kept.push(counted);
    }

    /// Has a worker let go of what no table shows any more.
    fn let_go(&mut self, effects: &mut Vec<Effect>) {
        let mut kept = std::mem::take(&mut self.asked.counts.kept);
        let shown: Vec<Arc<Counted>> = self.tables().filter_map(|table| table.counted.clone()).collect();
        let is_shown = |counted: &Arc<Counted>| shown.iter().any(|other| Arc::ptr_eq(other, counted));
        effects.extend(kept.extract_if(.., |counted| !is_shown(counted)).map(Effect::Discard));
        self.asked.counts.kept = kept;
    }
}
