//! What is told: an event that somebody should look at, the counts of a run, or a test.
//!
//! A message is plain data, the same for every target, and is what the queue keeps on
//! disk. Its texts are as they stand in the log, so they are hostile; they are cut to a
//! length that no target refuses, and each target makes them safe for itself.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::anomaly::outlier;
use crate::investigation::Investigation;
use crate::score::{Level, rank};
use crate::store::{Column, Row};

/// The most characters of one text of a message.
const LONGEST: usize = 1000;
/// The most values of one list of a message.
const MOST: usize = 10;
/// How many factors of the score are told.
const FACTORS: usize = 3;
/// How many users and actions a summary names.
const NAMED: usize = 3;

/// An event that somebody should look at. Unknown texts are empty.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Alert {
    /// How risky it is, in words.
    #[serde(with = "level")]
    pub level: Level,
    /// How risky it is, 0-100.
    pub score: u8,
    /// What happened, in a few words: the title of the worst rule, else the name of the event.
    pub title: String,
    /// The name of the event.
    pub event: String,
    /// Who did it.
    pub actor: String,
    /// The account it was done in.
    pub account: String,
    /// The address it came from.
    pub source_ip: String,
    /// The region.
    pub region: String,
    /// When, as RFC 3339 in UTC.
    pub time: String,
    /// What came of it: `success`, `denied` and so on.
    pub outcome: String,
    /// What it was done to.
    pub target: String,
    /// The ids of ATT&CK techniques.
    pub techniques: Vec<String>,
    /// The titles of the rules that it hit, the worst first.
    pub rules: Vec<String>,
    /// The factors of its score that weigh most: `+50 critical action StopLogging`.
    pub factors: Vec<String>,
    /// The id of the event.
    pub event_id: String,
    /// The case it belongs to.
    pub case_id: String,
    /// What happened, in a sentence or a few.
    pub narrative: String,
}

impl Default for Alert {
    fn default() -> Self {
        let text = String::new;
        Self {
            level: Level::Info,
            score: 0,
            title: text(),
            event: text(),
            actor: text(),
            account: text(),
            source_ip: text(),
            region: text(),
            time: text(),
            outcome: text(),
            target: text(),
            techniques: Vec::new(),
            rules: Vec::new(),
            factors: Vec::new(),
            event_id: text(),
            case_id: text(),
            narrative: text(),
        }
    }
}

impl Alert {
    /// Its level with its points, `HIGH 85`; the level alone where that does not come of the points but of what the
    /// event is a part of.
    pub(crate) fn standing(&self) -> String {
        let level = self.level.name().to_uppercase();
        if Level::of(self.score) == self.level { format!("{level} {}", self.score) } else { level }
    }

    /// What is told of an event.
    pub fn of_row(inv: &Investigation, row: &Row<'_>) -> Self {
        let mut rules: Vec<_> = inv.rules_of(row).collect();
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.level));
        let mut factors = inv.factors(row);
        factors.sort_by_key(|factor| std::cmp::Reverse(factor.points));
        let event = row.event().to_owned();
        let time = if row.time().is_known() { row.time().to_string() } else { String::new() };
        Self {
            level: rank::level_of(row),
            score: row.risk(),
            title: rules.first().map_or_else(|| event.clone(), |rule| rule.title.clone()),
            event,
            actor: row.actor().to_owned(),
            account: row.account().to_owned(),
            source_ip: row.text(Column::Ip).to_owned(),
            region: row.text(Column::Region).to_owned(),
            time,
            outcome: row.outcome().name().to_owned(),
            target: row.text(Column::Target).to_owned(),
            techniques: inv.techniques(row).into_iter().map(str::to_owned).collect(),
            rules: rules.into_iter().map(|rule| rule.title.clone()).collect(),
            factors: factors.iter().take(FACTORS).map(ToString::to_string).collect(),
            event_id: row.id(),
            case_id: String::new(),
            narrative: String::new(),
        }
        .cut()
    }

    /// The same, of a size that every target takes.
    #[must_use]
    pub fn cut(mut self) -> Self {
        let texts = [
            &mut self.title,
            &mut self.event,
            &mut self.actor,
            &mut self.account,
            &mut self.source_ip,
            &mut self.region,
            &mut self.time,
            &mut self.outcome,
            &mut self.target,
            &mut self.event_id,
            &mut self.case_id,
            &mut self.narrative,
        ];
        texts.into_iter().for_each(shorten);
        for list in [&mut self.techniques, &mut self.rules, &mut self.factors] {
            list.truncate(MOST);
            list.iter_mut().for_each(shorten);
        }
        self
    }

    /// The rule that it stands for, or the event where no rule was hit.
    pub(crate) fn rule(&self) -> &str {
        self.rules.first().unwrap_or(&self.event)
    }
}

/// The counts of a run, as older tools told them.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct RunSummary {
    /// How many events there were.
    pub total_events: u64,
    /// Their risk on average, 0-100.
    pub average_risk: f64,
    /// Users with far more events than the others, the first three.
    pub anomalous_users: Vec<String>,
    /// Actions that occur far more often than the others, the first three.
    pub anomalous_actions: Vec<String>,
    /// The times of the first and the last event, as RFC 3339; empty where there is none.
    pub span: (String, String),
}

impl RunSummary {
    /// The counts of an investigation.
    pub fn of(inv: &Investigation) -> Self {
        let go = std::sync::atomic::AtomicBool::new(false);
        let names = |found: Option<outlier::Outliers>| {
            let rows = found.map(|found| found.rows).unwrap_or_default();
            let mut names: Vec<String> = rows.into_iter().take(NAMED).map(|row| row.name).collect();
            names.iter_mut().for_each(shorten);
            names
        };
        let risks: u64 = inv.table.rows().map(|row| u64::from(row.risk())).sum();
        let average = risks as f64 / f64::from(inv.table.len().max(1));
        let (first, last) = inv.span();
        let text =
            |time: crate::event::time::Time| if time.is_known() { time.to_string() } else { String::new() };
        Self {
            total_events: inv.event_count(),
            average_risk: (average * 100.0).round() / 100.0,
            anomalous_users: names(outlier::actors(&inv.table, &go)),
            anomalous_actions: names(outlier::actions(&inv.table, &go)),
            span: (text(first), text(last)),
        }
    }
}

/// A message.
#[derive(Clone, PartialEq, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// An event.
    Alert(Box<Alert>),
    /// A run.
    Summary(RunSummary),
    /// Whether messages arrive.
    Test,
}

/// How many alike a message stands for beside its own event.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize, Debug)]
#[serde(default)]
pub struct Similar {
    /// How many.
    pub count: u64,
    /// Who else: the first few that differ.
    pub actors: Vec<String>,
}

/// How many other actors are named.
const OTHERS: usize = 3;

impl Similar {
    /// Counts one more alert beside `first`.
    pub(crate) fn add(&mut self, first: &Alert, alert: &Alert) {
        self.count = self.count.saturating_add(1);
        let new = alert.actor != first.actor && !self.actors.contains(&alert.actor);
        if new && !alert.actor.is_empty() && self.actors.len() < OTHERS {
            self.actors.push(alert.actor.clone());
        }
    }

    /// `+37 similar`, with who else did it; empty where there is none.
    pub(crate) fn words(&self) -> String {
        let others = if self.actors.is_empty() {
            String::new()
        } else {
            format!(", also by {}", self.actors.join(", "))
        };
        if self.count == 0 { String::new() } else { format!("+{} similar{others}", self.count) }
    }
}

/// What makes two messages one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Keys {
    /// Equal: the same event, or the same counts.
    pub own: u64,
    /// Equal: the same rule, actor, target and hour.
    pub same: u64,
    /// Equal: the same rule and account.
    pub alike: u64,
}

impl Message {
    /// What makes it one with others, for the target of that name. A test is one with none.
    pub(crate) fn keys(&self, place: &str) -> Option<Keys> {
        match self {
            Self::Alert(alert) => {
                let hour = alert.time.get(..13).unwrap_or(&alert.time);
                let own = [place, "event", &alert.event_id, &alert.time, &alert.event];
                let same = [place, "same", alert.rule(), &alert.actor, &alert.target, hour];
                let alike = [place, "alike", alert.rule(), &alert.account];
                Some(Keys { own: hash(&own), same: hash(&same), alike: hash(&alike) })
            }
            Self::Summary(summary) => {
                let own = hash(&[place, "summary", &serde_json::to_string(summary).unwrap_or_default()]);
                Some(Keys { own, same: own, alike: own })
            }
            Self::Test => None,
        }
    }

    /// What it says, in a line: for logs, subjects and the fallback of Slack. Hostile.
    pub fn headline(&self) -> String {
        match self {
            Self::Alert(alert) => {
                let by = if alert.actor.is_empty() { String::new() } else { format!(" by {}", alert.actor) };
                let event = if alert.event.is_empty() { &alert.title } else { &alert.event };
                format!("{} · {event}{by}", alert.standing())
            }
            Self::Summary(summary) => format!(
                "{}, average risk {:.1}",
                crate::text::plural(summary.total_events, "event"),
                summary.average_risk
            ),
            Self::Test => "This is a test of trailhound; messages arrive.".to_owned(),
        }
    }
}

/// A number that is the same wherever and whenever it is worked out.
fn hash(parts: &[&str]) -> u64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let bytes = hasher.finalize();
    bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// Cuts a text to the longest that a message may hold.
fn shorten(text: &mut String) {
    if let Some((at, _)) = text.char_indices().nth(LONGEST) {
        text.truncate(at);
        text.push('…');
    }
}

/// Levels as their names.
mod level {
    use serde::{Deserialize as _, Deserializer, Serializer};

    use crate::score::Level;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
    pub(super) fn serialize<S: Serializer>(level: &Level, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(level.name())
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Level, D::Error> {
        let name = String::deserialize(deserializer)?;
        Level::named(&name).ok_or_else(|| serde::de::Error::custom("no such level"))
    }
}

#[cfg(test)]
mod tests;
