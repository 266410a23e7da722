//! Which rules are in force: muting, reading them again, and having all that is loaded judged anew.
//!
//! What is wanted is kept beside the snapshot, which has the rules that it was judged by. As long as the two differ, and
//! everything is loaded, the snapshot is judged anew on a worker; so whatever load comes later ends up under the same rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::console::app::model::{Model, ToastTone};
use crate::console::app::msg::Effect;
use crate::console::app::overlay::Overlay;
use crate::console::app::overlay::results::{Results, Tone};
use crate::console::app::rules::work::{Judging, RuleWork, Testing};
use crate::detect::rules::Rules;
use crate::detect::tested::Tested;
use crate::investigation::Investigation;
use crate::query::run::Reading;
use crate::text::{count, plural};

/// What was chosen of rules.
#[derive(Default, Debug)]
pub struct Ruling {
    /// The rules that are wanted; `None`: those that everything was loaded with.
    rules: Option<Arc<Rules>>,
    /// What was muted and heard again in this session, by id.
    muted: BTreeMap<String, bool>,
    /// What is being judged, and by what.
    asked: Option<(Arc<Investigation>, Arc<Rules>)>,
    /// What has come and is not shown before it is judged by the rules that are wanted.
    held: Option<Arc<Investigation>>,
    reading: Arc<Reading>,
}

impl Ruling {
    /// Whether events are being judged anew.
    pub(crate) const fn is_waiting(&self) -> bool {
        self.asked.is_some()
    }
}

impl Model {
    /// The rules that are wanted.
    pub(super) fn rules(&self) -> &Arc<Rules> {
        self.ruling.rules.as_ref().unwrap_or(&self.inv.judgment.rules)
    }

    /// The id of the rule under the cursor.
    fn rule_here(&mut self) -> Option<String> {
        let id = self.item().and_then(|item| item.value.clone()).map(|(_, id)| id);
        let known = id.filter(|id| self.rules().find(id).is_some());
        if known.is_none() {
            self.note("there is no rule under the cursor; they are in view 5");
        }
        known
    }

    /// What the rule of that id is called.
    fn title_of(&self, id: &str) -> String {
        let rules = self.rules();
        let info = rules.find(id).and_then(|number| rules.infos().get(number));
        info.map_or_else(|| id.to_owned(), |info| info.title.clone())
    }

    /// Mutes the rule under the cursor, or lets it speak again; `lasting` writes that down as well.
    pub(super) fn mute_rule(&mut self, lasting: bool, effects: &mut Vec<Effect>) {
        let Some(id) = self.rule_here() else { return };
        let is_muted = |rules: &Rules| rules.infos().iter().any(|rule| rule.muted && rule.id == id);
        let on = !is_muted(self.rules());
        self.hold_board_cursor();
        if lasting {
            effects.push(Effect::Rule(RuleWork::Disable(id.clone(), on)));
        }
        self.ruling.muted.insert(id.clone(), on);
        self.want_rules(Arc::new(self.rules().with_muted(&self.ruling.muted)), effects);
        let title = self.title_of(&id);
        let verb = if on { "is muted" } else { "speaks again" };
        let when = if self.is_loading() { "; events are judged anew once all are loaded" } else { "" };
        self.say(
            ToastTone::Done,
            format!("{title}: {verb}{}{when}", if lasting { "" } else { " in this session" }),
        );
    }

    /// From now on everything is judged by these, and what comes as well.
    fn want_rules(&mut self, rules: Arc<Rules>, effects: &mut Vec<Effect>) {
        effects.push(Effect::Rules(rules.clone()));
        self.ruling.rules = Some(rules);
    }

    /// Takes rules that were read again.
    pub(super) fn rules_came(&mut self, read: Result<Arc<Rules>, String>, effects: &mut Vec<Effect>) {
        let rules = match read {
            Ok(rules) => rules,
            Err(why) => return self.say(ToastTone::Failed, why),
        };
        let told = rules.infos().iter().filter(|rule| rule.tells()).count() as u64;
        let faults = rules.faults();
        let text = match faults {
            [] => format!("{} in force", plural(told, "rule")),
            [one] => format!("{} in force; one cannot be used: {one}", plural(told, "rule")),
            [first, ..] => format!(
                "{} in force; {} faults, the first: {first}",
                plural(told, "rule"),
                count(faults.len() as u64)
            ),
        };
        let tone = if faults.is_empty() { ToastTone::Done } else { ToastTone::Failed };
        let quiet = self.ruling.muted.is_empty();
        let rules = if quiet { rules } else { Arc::new(rules.with_muted(&self.ruling.muted)) };
        self.want_rules(rules, effects);
        self.say(tone, text);
    }

    /// Holds a snapshot back where it was judged by other rules than are wanted: what is muted does not come back for a
    /// moment. Whether it is held.
    pub(super) fn hold(&mut self, inv: &Arc<Investigation>) -> bool {
        let others = |rules| !Arc::ptr_eq(rules, &inv.judgment.rules);
        let hold = inv.complete && self.inv.complete && self.ruling.rules.as_ref().is_some_and(others);
        self.ruling.held = hold.then(|| inv.clone());
        hold
    }

    /// What was held back is of sources that are not seen any more.
    pub(super) fn drop_held(&mut self) {
        self.ruling.held = None;
    }

    /// Has everything judged anew, where it was judged by other rules than are wanted.
    pub(super) fn want_judged(&mut self, effects: &mut Vec<Effect>) {
        let Some(rules) = self.ruling.rules.clone() else { return };
        let inv = self.ruling.held.as_ref().unwrap_or(&self.inv).clone();
        if !inv.complete || Arc::ptr_eq(&inv.judgment.rules, &rules) {
            return;
        }
        let known = |(asked, by): &(Arc<Investigation>, Arc<Rules>)| {
            Arc::ptr_eq(asked, &inv) && Arc::ptr_eq(by, &rules)
        };
        if self.ruling.asked.as_ref().is_some_and(known) {
            return;
        }
        self.ruling.reading.stop();
        self.ruling.reading = Arc::default();
        self.ruling.asked = Some((inv.clone(), rules.clone()));
        let reading = self.ruling.reading.clone();
        effects.push(Effect::Rule(RuleWork::Judge(Box::new(Judging { inv, rules, reading }))));
    }

    /// Takes what was judged anew, unless something else is wanted by now.
    pub(super) fn judged(&mut self, from: &Arc<Investigation>, inv: Arc<Investigation>) {
        let is_wanted = |(asked, by): &(Arc<Investigation>, Arc<Rules>)| {
            Arc::ptr_eq(asked, from) && Arc::ptr_eq(by, &inv.judgment.rules)
        };
        if !self.ruling.asked.as_ref().is_some_and(is_wanted) {
            return;
        }
        self.ruling.asked = None;
        if self.ruling.held.take_if(|held| Arc::ptr_eq(held, from)).is_some() {
            self.inv = inv;
            self.came();
        } else if Arc::ptr_eq(&self.inv, from) {
            self.inv = inv;
        }
    }

    /// Runs the examples of the rule under the cursor.
    pub(super) fn test_rule(&mut self, effects: &mut Vec<Effect>) {
        let Some(id) = self.rule_here() else { return };
        let judgment = self.inv.judgment.clone();
        effects.push(Effect::Rule(RuleWork::Test(Box::new(Testing { id, judgment }))));
    }

    /// Shows what came of the examples.
    pub(super) fn tested(&mut self, id: &str, tested: &[Tested]) {
        let title = self.title_of(id);
        if tested.is_empty() {
            return self.note(format!("{title}: it has no examples; write them below tests: in its file"));
        }
        let failed = tested.iter().filter(|test| test.failed.is_some()).count();
        let mut lines = Vec::new();
        for test in tested {
            let tone = if test.failed.is_some() { Tone::Bad } else { Tone::Good };
            lines.push((tone, format!("line {}: {}", test.line, test.what)));
            lines.extend(test.failed.iter().map(|why| (Tone::More, why.clone())));
        }
        let title = format!(
            "{title}: {}, {}",
            plural(tested.len() as u64, "example"),
            if failed == 0 { "all as they should".to_owned() } else { plural(failed as u64, "failure") }
        );
        self.overlays.push(Overlay::Results(Box::new(Results::new(title, lines))));
    }
}
