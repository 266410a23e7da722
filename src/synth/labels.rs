//! What each event is: the truth that detections are measured against.

use crate::event::time::Time;
use crate::synth::record::Draft;

/// The first line of `labels.tsv`.
pub const LABEL_HEADER: &str =
    "eventID\teventTime\teventName\terrorCode\tphase\ttechnique\tattack\tuserAgent";

/// What one event is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// `eventID`, by which labels are joined to events.
    pub event_id: String,
    /// `eventTime`.
    pub time: Time,
    /// `eventName`; empty for Insight events, which have none.
    pub name: String,
    /// `errorCode`; empty when the call succeeded.
    pub error: String,
    /// What it was for: `benign`, or the phase of an attack (`recon`, `persistence`).
    pub phase: &'static str,
    /// The scenario that it is part of (`leaked-key`); `-` for what is no attack.
    pub technique: &'static str,
    /// The id of its ATT&CK technique (`T1685.002`, version 19); `-` for what is no attack.
    pub attack: &'static str,
    /// `userAgent`.
    pub agent: String,
}

impl Label {
    /// The label of a record that was given that id.
    pub(crate) fn new(event_id: String, draft: &Draft) -> Self {
        let mark = draft.mark;
        Self {
            event_id,
            time: Time::from_millis(draft.time.saturating_mul(1000)),
            name: draft.name.to_owned(),
            error: draft.error.clone(),
            phase: mark.map_or("benign", |m| m.phase),
            technique: mark.map_or("-", |m| m.scenario),
            attack: mark.map_or("-", |m| m.attack),
            agent: draft.agent.clone(),
        }
    }

    /// Whether the event is part of an attack.
    pub fn is_attack(&self) -> bool {
        self.attack != "-"
    }

    /// The line of `labels.tsv`, without its end. Tabs and line ends in values become spaces.
    pub fn line(&self) -> String {
        let Self { event_id, time, name, error, phase, technique, attack, agent } = self;
        let agent = agent.replace(['\t', '\n', '\r'], " ");
        format!("{event_id}\t{time}\t{name}\t{error}\t{phase}\t{technique}\t{attack}\t{agent}")
    }
}

/// Orders labels by time, and by id where times are the same.
pub(crate) fn sort(labels: &mut [Label]) {
    labels.sort_by(|a, b| (a.time, &a.event_id).cmp(&(b.time, &b.event_id)));
}

/// The text of `labels.tsv`.
pub(crate) fn text(labels: &[Label]) -> String {
    let mut out = String::from(LABEL_HEADER);
    out.push('\n');
    for label in labels {
        out.push_str(&label.line());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_line_of_eight_columns() {
        let label = Label {
            event_id: "id".to_owned(),
            time: Time::from_civil(2026, 1, 10, 1, 2, 3),
            name: "StopLogging".to_owned(),
            error: String::new(),
            phase: "defense-impairment",
            technique: "leaked-key",
            attack: "T1685.002",
            agent: "a\tb\nc".to_owned(),
        };
        let line = label.line();
        assert_eq!(
            line,
            "id\t2026-01-10T01:02:03Z\tStopLogging\t\tdefense-impairment\tleaked-key\tT1685.002\ta b c"
        );
        assert_eq!(line.split('\t').count(), LABEL_HEADER.split('\t').count());
        assert_eq!(text(&[label]).lines().count(), 2);
    }
}
