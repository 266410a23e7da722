//! What an actor does day after day.
//!
//! It knows numbers alone; for which events that matters is the caller's question.

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::event::outcome::Outcome;
use crate::event::time::DAY_MS;

/// What was done on so many days before is a habit.
const DAYS: u32 = 2;

/// An actor, the name and the service of what it did, and what became of it.
type Act = (u32, u32, u32, Outcome);

/// On which days who did what, and how it ended.
#[derive(Default)]
pub(super) struct Habits {
    /// By (actor, name of the event, its service, outcome): the last day, and how many there were before it.
    days: HashMap<Act, (i64, u32), FixedState>,
}

impl Habits {
    /// Takes in that something was done, no earlier than what came before; whether it is a habit.
    pub(super) fn is_one(&mut self, what: Act, time: i64) -> bool {
        let day = time.div_euclid(DAY_MS);
        let (last, before) = self.days.entry(what).or_insert((day, 0));
        if *last != day {
            (*last, *before) = (day, before.saturating_add(1));
        }
        *before >= DAYS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_day_makes_a_habit() {
        let mut habits = Habits::default();
        let mut done = |actor, day: i64| habits.is_one((actor, 7, 1, Outcome::Success), day * DAY_MS + 5);
        assert_eq!([done(1, 0), done(1, 0), done(1, 1), done(1, 1)], [false; 4]);
        assert!(!done(2, 1), "another actor");
        assert!(done(1, 9) && done(1, 9));
    }
}
