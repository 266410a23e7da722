//! What names another account and names one's own: accounts whose logs are loaded belong together.
//!
//! Rules ask for accounts other than that of the event (`otheraccount`) while records are read, when nobody knows yet of
//! which accounts there will be logs. So what they name is kept with each hit, and hits on one's own accounts alone are
//! taken back when everything is there. A rule that runs later is told the accounts before.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::capture::Captured;
use super::engine::leaf::parsed;
use super::environment::Environment;
use super::hits::HitSets;
use super::rules::Rules;
use super::sigma::condition::Condition;
use super::sigma::item::{Item, Test, Whom};
use super::sigma::plain;
use super::sigma::rule::Rule;
use crate::event::account;
use crate::store::Column;
use crate::store::dicts::DictSet;
use crate::store::segment::{Locator, Segment};

/// The accounts whose logs are loaded.
#[derive(Default, Debug)]
pub(crate) struct Own(BTreeSet<String>);

impl Own {
    /// Those in whose logs records were found, and those that are known to be one's own.
    pub(crate) fn of(dicts: &DictSet, environment: &Environment) -> Self {
        let loaded = dicts.column(Column::Account).iter().map(|(_, account)| account);
        loaded.chain(environment.own_accounts.iter().map(String::as_str)).collect()
    }

    /// Whether an account is one of these.
    pub(crate) fn has(&self, account: &str) -> bool {
        self.0.contains(account)
    }

    /// Whether an account is one of several: of a single one every event knows by itself that it is its own.
    fn is_one_of_several(&self, account: u64) -> bool {
        self.0.len() > 1 && self.has(&format!("{account:012}"))
    }

    /// The rule, with these accounts among those that are no other ones.
    pub(crate) fn told<'r>(&self, rule: &'r Rule) -> Cow<'r, Rule> {
        let is_asked = || rule.searches.iter().flat_map(|(_, search)| &search.groups).flatten().any(asks);
        if self.0.len() < 2 || !is_asked() {
            return Cow::Borrowed(rule);
        }
        let denied = denied_searches(rule);
        let mut rule = rule.clone();
        let searches = rule.searches.iter_mut().zip(denied).filter(|(_, denied)| !denied);
        let groups = searches.flat_map(|((_, search), _)| &mut search.groups);
        for item in groups.flatten().filter(|item| asks(item)) {
            for test in &mut item.tests {
                if let Test::Names(Whom::OtherAccount(known)) = test {
                    known.extend(self.0.iter().cloned());
                }
            }
        }
        Cow::Owned(rule)
    }
}

impl<'a> FromIterator<&'a str> for Own {
    fn from_iter<I: IntoIterator<Item = &'a str>>(accounts: I) -> Self {
        Self(accounts.into_iter().filter(|account| account::is_id(account)).map(str::to_owned).collect())
    }
}

/// Which searches of a rule stand behind a `not`: told of more accounts, one of these would let the rule hit what it did not
/// hit when records were read.
fn denied_searches(rule: &Rule) -> Vec<bool> {
    let mut denied = vec![false; rule.searches.len()];
    rule.conditions.iter().for_each(|condition| mark_denied(condition, false, &mut denied));
    denied
}

/// Conditions are nested only so deep.
fn mark_denied(condition: &Condition, is_denied: bool, denied: &mut [bool]) {
    let mut mark = |search: usize| {
        if let Some(slot) = denied.get_mut(search) {
            *slot |= is_denied;
        }
    };
    match condition {
        Condition::Search(search) => mark(*search),
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().for_each(|part| mark_denied(part, is_denied, denied));
        }
        Condition::Not(part) => mark_denied(part, !is_denied, denied),
        Condition::AtLeast(_, searches) => searches.iter().copied().for_each(mark),
    }
}

/// Whether a rule asks for another account behind a `not`.
fn denies(rule: &Rule) -> bool {
    let denied = rule.searches.iter().zip(denied_searches(rule)).filter(|(_, denied)| *denied);
    denied.flat_map(|((_, search), _)| &search.groups).flatten().any(asks)
}

/// Whether an item asks for another account in a field, so that what it finds can be kept. One that asks for none stays as it
/// is: nothing new may hit later.
pub(crate) fn asks(item: &Item) -> bool {
    let names = |test: &Test| matches!(test, Test::Names(Whom::OtherAccount(_)));
    item.field.is_some() && !item.negated && item.tests.iter().any(names)
}

/// Takes hits back that name nobody but one's own accounts. `taken` are the accounts that they name, in order of place;
/// `raw` reads a record. Gives the rows that are changed, by segment.
pub(crate) fn take_back(
    segments: &mut [Arc<Segment>],
    (own, rules, sets): (&Own, &Rules, &HitSets),
    taken: &[Captured],
    raw: &dyn Fn(Locator) -> Option<Vec<u8>>,
) -> Vec<(usize, Vec<usize>)> {
    // Nearly all is about accounts that nobody has logs of.
    let is_own = |taken: &&Captured| own.is_one_of_several(taken.value);
    let mut places: Vec<Locator> = taken.iter().filter(is_own).map(|taken| taken.at).collect();
    places.dedup();
    if places.is_empty() {
        return Vec::new();
    }
    let judge = Judge { own, rules, taken, places, raw };
    let known = sets.snapshot();
    let is_asked = |set| known.get(set).iter().any(|rule| judge.fields(*rule).next().is_some());
    let is_asked: Vec<bool> = (0..known.len()).map(is_asked).collect();
    let mut changed = Vec::new();
    for (place, segment) in segments.iter_mut().enumerate() {
        let mut now: Vec<(usize, u32)> = Vec::new();
        segment.hit_column().for_each(|row, set| {
            if is_asked.get(set as usize) == Some(&true)
                && let Some(kept) = judge.kept(known.get(set as u32), segment.locator(row))
            {
                now.push((row, sets.number(&kept)));
            }
        });
        if !now.is_empty() {
            let mut hits = Vec::with_capacity(segment.len());
            segment.hit_column().for_each(|_, set| hits.push(set));
            for &(row, set) in &now {
                if let Some(slot) = hits.get_mut(row) {
                    *slot = u64::from(set);
                }
            }
            Arc::make_mut(segment).set_hits(&hits);
            changed.push((place, now.into_iter().map(|(row, _)| row).collect()));
        }
    }
    changed
}

struct Judge<'a> {
    own: &'a Own,
    rules: &'a Rules,
    taken: &'a [Captured],
    /// Where records stand that name accounts of one's own, in order.
    places: Vec<Locator>,
    raw: &'a dyn Fn(Locator) -> Option<Vec<u8>>,
}

impl Judge<'_> {
    /// The fields in which a rule asks for another account.
    fn fields(&self, rule: u32) -> impl Iterator<Item = u32> {
        let needs = self.rules.needs();
        let fields = needs.of_rule.get(rule as usize).into_iter().flatten().copied();
        fields.filter(|field| needs.is_account(*field))
    }

    /// The rules that still hit the record at some place; `None` when all of these do.
    fn kept(&self, rules: &[u32], at: Locator) -> Option<Vec<u32>> {
        self.places.binary_search(&at).ok()?;
        let kept: Vec<u32> = rules.iter().copied().filter(|rule| self.stays(*rule, at)).collect();
        (kept.len() < rules.len()).then_some(kept)
    }

    /// Whether a rule that hit the record at some place still does.
    fn stays(&self, rule: u32, at: Locator) -> bool {
        let named = self.fields(rule).flat_map(|field| {
            let from = self.taken.partition_point(|taken| (taken.at, taken.field) < (at, field));
            let rest = self.taken.get(from..).unwrap_or_default();
            rest.iter().take_while(move |taken| (taken.at, taken.field) == (at, field))
        });
        let (mut all, mut any) = (true, false);
        for taken in named {
            let is_own = self.own.is_one_of_several(taken.value);
            (all, any) = (all && is_own, any || is_own);
        }
        match (any, all) {
            (false, _) => true,
            (true, true) if self.needs_another(rule) => false,
            _ => self.hits_still(rule, at),
        }
    }

    /// Whether a rule hits nothing but what names another account.
    fn needs_another(&self, rule: u32) -> bool {
        let denies = self.rules.singles().get(rule as usize).is_none_or(denies);
        !denies && self.rules.needs_other_account(rule)
    }

    /// Whether a rule hits a record when it is told whose accounts are one's own. What cannot be read stays.
    fn hits_still(&self, rule: u32, at: Locator) -> bool {
        let record = (self.raw)(at).and_then(|raw| parsed(&raw));
        match (self.rules.singles().get(rule as usize), record) {
            (Some(rule), Some(record)) => plain::fires(&self.own.told(rule), &record),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests;
