//! The case, and what leaves the console: asking for it, and what came of it.

use std::sync::Arc;

use super::exporting::NOTHING;
use crate::case::model::{Kind, NewIndicator};
use crate::case::{State, Subject};
use crate::console::app::action::{Progress, View};
use crate::console::app::answer::Part;
use crate::console::app::casework::{Delivery, Known, Place, Target, Told, Work};
use crate::console::app::model::{Model, ToastTone};
use crate::console::app::msg::Effect;
use crate::console::app::overlay::chooser::Chooser;
use crate::console::app::overlay::frequency::Frequency;
use crate::console::app::overlay::prompt::{Asking, Prompt};
use crate::console::app::overlay::{Overlay, Preview};
use crate::event::address::{AddressKind, is_service_name};
use crate::event::field::{Field, FieldRef};
use crate::event::time::Time;
use crate::text::plural;

/// The endings of the files that an export can be.
pub(super) const FORMS: [&str; 4] = ["csv", "json", "jsonl", "md"];

impl Model {
    /// Asks for a change of the case, where there is one.
    pub(super) fn work(&mut self, work: Work, effects: &mut Vec<Effect>) {
        if self.has_case() {
            effects.push(Effect::Case(work));
        }
    }

    pub(super) fn has_case(&mut self) -> bool {
        if self.case.is_none() {
            self.note("no case is open; start with --case FILE to have one");
        }
        self.case.is_some()
    }

    pub(super) fn mark(&mut self, effects: &mut Vec<Effect>) {
        let event = match self.case_subject() {
            Some(Subject::Event(id)) => Some(id),
            Some(Subject::Finding(id)) => {
                self.case.as_ref().and_then(|case| Some(case.contents.finding(id)?.event.clone()))
            }
            _ => None,
        };
        let Some(event) = event else { return self.note("there is no event to mark") };
        let on = !self.case.as_ref().is_some_and(|case| case.is_marked(&event));
        self.work(Work::Mark(event, on), effects);
    }

    pub(super) fn add_to_case(&mut self, effects: &mut Vec<Effect>) {
        let whole = self.page().view == View::Events && self.line().is_some_and(|l| l.part() == Part::Closed);
        let Some(row) = self.row().map(|row| row.number()) else {
            return self.note("there is no event to add");
        };
        let selection = whole.then(|| self.answer.selection.clone());
        self.work(Work::Add(self.row_inv().clone(), row, selection), effects);
    }

    pub(super) fn add_indicator(&mut self, effects: &mut Vec<Effect>) {
        let Some((field, value)) = self.value().filter(|(_, value)| !value.is_empty()) else {
            return self.note("there is no value under the cursor");
        };
        let Some(kind) = kind_of(&field, &value) else {
            return self.note(
                "this is no indicator: addresses, access keys, ARNs, sessions, user agents, accounts and buckets are",
            );
        };
        let row = self.row();
        let time = row.as_ref().map_or(Time::UNKNOWN, crate::store::Row::time);
        // A row of a table of values knows when its value was seen.
        let group = self.table().and_then(Frequency::chosen);
        let (first, last) = group.map_or((time, time), |group| (group.first, group.last));
        let source = row.map_or_else(String::new, |row| format!("event:{}", row.id()));
        let private = kind == Kind::Ip && AddressKind::of(&value) == AddressKind::Private;
        let new = NewIndicator { kind, value, private, first, last, source, note: String::new() };
        self.work(Work::Indicator(Box::new(new)), effects);
    }

    pub(super) fn set_state(&mut self, progress: Option<Progress>, effects: &mut Vec<Effect>) {
        if !self.has_case() {
            return;
        }
        let subject = self.case_subject();
        let revision = subject.as_ref().and_then(|subject| self.revision(subject));
        let (Some(subject), Some(revision)) = (subject, revision) else {
            return self.note("only findings and incidents have a state; they are in view 6");
        };
        match progress {
            None => self.overlays.push(Overlay::Chooser(Box::new(Chooser::states(subject, revision)))),
            Some(to) => self.move_to(to.state(), subject, revision, effects),
        }
    }

    /// Moves a finding or an incident to a state, which was decided on at a revision.
    pub(super) fn move_to(&mut self, to: State, subject: Subject, seen: i64, effects: &mut Vec<Effect>) {
        if !to.is_closed() {
            return self.work(Work::State(subject, to, String::new(), Some(seen)), effects);
        }
        // What came of it is asked when the work is over.
        let mut prompt = Prompt::new(Asking::Resolution(to), &self.resolution(&subject));
        (prompt.about, prompt.seen) = (Some(subject), Some(seen));
        self.overlays.push(Overlay::Prompt(Box::new(prompt)));
    }

    /// The revision of a finding or an incident.
    fn revision(&self, subject: &Subject) -> Option<i64> {
        let contents = &self.case.as_ref()?.contents;
        match subject {
            Subject::Finding(id) => contents.finding(*id).map(|finding| finding.revision),
            Subject::Incident(id) => contents.incident(*id).map(|incident| incident.revision),
            _ => None,
        }
    }

    /// What is said so far of what came of a finding or an incident.
    fn resolution(&self, subject: &Subject) -> String {
        let contents = self.case.as_ref().map(|case| &case.contents);
        let said = contents.and_then(|contents| match subject {
            Subject::Finding(id) => contents.finding(*id).map(|finding| &finding.resolution),
            Subject::Incident(id) => contents.incident(*id).map(|incident| &incident.resolution),
            _ => None,
        });
        said.cloned().unwrap_or_default()
    }

    pub(super) fn undo(&mut self, effects: &mut Vec<Effect>) {
        self.work(Work::Undo, effects);
    }

    /// Asks for a note or a tag.
    pub(super) fn ask_about(&mut self, asking: Asking) {
        if !self.has_case() {
            return;
        }
        let mut prompt = Prompt::new(asking, "");
        prompt.about = Some(self.case_subject().unwrap_or(Subject::Case));
        self.overlays.push(Overlay::Prompt(Box::new(prompt)));
    }

    pub(super) fn accept_about(&mut self, prompt: &Prompt, effects: &mut Vec<Effect>) {
        let (text, subject) = (prompt.line.text().to_owned(), prompt.about.clone().unwrap_or(Subject::Case));
        match prompt.asking {
            Asking::Resolution(state) => {
                self.work(Work::State(subject, state, text, prompt.seen), effects);
            }
            _ if text.trim().is_empty() => {}
            Asking::Note => self.work(Work::Note(subject, text), effects),
            _ => self.work(Work::Tag(subject, text.trim().to_owned(), true), effects),
        }
    }

    pub(super) fn accept_path(&mut self, prompt: Box<Prompt>, effects: &mut Vec<Effect>) {
        let path = prompt.line.text().trim().to_owned();
        let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
        let forms: &[&str] = match prompt.asking {
            Asking::Report => &["pdf"],
            Asking::Indicators => &["csv", "json", "stix"],
            _ => &FORMS,
        };
        if !forms.contains(&ending.as_str()) {
            let forms = forms.join(", .");
            self.overlays.push(Overlay::Prompt(prompt));
            return self.note(format!("the ending of the file says its form: .{forms}"));
        }
        let target = Target { replace: false, path };
        let delivery = match prompt.asking {
            Asking::Report => Some(Delivery::Report(self.inv.clone(), self.sources.clone(), target)),
            Asking::Indicators => self.indicators().map(|all| Delivery::Indicators(all, target)),
            Asking::Marked => self.export_marked().map(|export| Delivery::Export(export, target)),
            _ => self.export().map(|export| Delivery::Export(export, target)),
        };
        match delivery {
            Some(delivery) => self.deliver(delivery, effects),
            None => self.note(NOTHING),
        }
    }

    /// Shows what would go out about the row, before anything does.
    pub(super) fn preview(&mut self, effects: &mut Vec<Effect>) {
        let subject = self.case_subject();
        let (inv, row) = match (&subject, &self.case) {
            (Some(Subject::Finding(id)), Some(case)) => {
                let event = case.contents.finding(*id).map(|f| f.event.clone()).unwrap_or_default();
                (self.inv.clone(), Some(Place::Id(event)))
            }
            _ => (self.row_inv().clone(), self.row().map(|row| Place::Row(row.number()))),
        };
        match (row, subject) {
            (Some(row), Some(subject)) => {
                self.deliver(Delivery::Preview(inv, row, subject), effects);
            }
            _ => self.note("there is no event here that could be told of"),
        }
    }

    pub(super) fn accept_preview(&mut self, preview: Preview, effects: &mut Vec<Effect>) {
        if preview.ready {
            self.deliver(preview.send, effects);
        } else {
            self.overlays.push(Overlay::Preview(Box::new(preview)));
            self.note("nobody is set up to be told; docs/notify.md says how, and esc closes this");
        }
    }

    /// What came of it.
    pub(super) fn told(&mut self, told: Told, effects: &mut Vec<Effect>) {
        match told {
            Told::Case(known) => self.case = self.case.is_some().then_some(known),
            Told::Stood(position) => self.stood(&position),
            Told::Faults(name, faults) => self.show_faults(&name, faults),
            Told::Done(text) => self.say(ToastTone::Done, text),
            Told::Failed(text) => {
                // Whoever leaves hears of it first.
                self.leaving = false;
                self.say(ToastTone::Failed, text);
            }
            Told::Busy(text) => self.note(text),
            Told::Exists(delivery) => self.exists(*delivery),
            Told::Delivered => self.delivered(effects),
            Told::Preview { text, ready, send } => self.previewed(&text, ready, *send),
        }
    }

    /// Whether the header has nothing to say of what the case holds.
    pub fn case_is_empty(&self) -> bool {
        let holds = |known: &Arc<Known>| !known.contents.findings.is_empty() || known.has_marks();
        !self.case.as_ref().is_some_and(holds)
    }

    /// What the case is called. Hostile.
    pub fn case_title(&self) -> String {
        format!("case: {}", self.case_name)
    }

    /// The case in a few words, where one is open: what it is called, and what it holds. Hostile.
    pub fn case_words(&self) -> Option<String> {
        let contents = &self.case.as_ref()?.contents;
        let (findings, marks) = (contents.findings.len() as u64, contents.marks.len() as u64);
        let parts = [(findings, "finding"), (marks, "mark")].into_iter().filter(|(n, _)| *n > 0);
        let named = std::iter::once(self.case_title());
        let parts: Vec<String> = named.chain(parts.map(|(n, of)| plural(n, of))).collect();
        Some(parts.join(", "))
    }
}

/// What a value is to look out for; by its form, else by its field.
fn kind_of(field: &FieldRef, value: &str) -> Option<Kind> {
    let is_address = matches!(AddressKind::of(value), AddressKind::Public | AddressKind::Private);
    let is_key = value.len() >= 16 && (value.starts_with("AKIA") || value.starts_with("ASIA"));
    let last = match field {
        FieldRef::Raw(path) => path.last().map(String::as_str).unwrap_or_default(),
        _ => "",
    };
    match field {
        _ if is_address => Some(Kind::Ip),
        _ if is_key => Some(Kind::AccessKey),
        _ if value.starts_with("arn:") => Some(Kind::Arn),
        FieldRef::Column(Field::Ip) if !is_service_name(value) && value.contains('.') => Some(Kind::Domain),
        FieldRef::Column(Field::Key) => Some(Kind::AccessKey),
        FieldRef::Column(Field::Agent) => Some(Kind::UserAgent),
        FieldRef::Column(Field::Account) => Some(Kind::Account),
        _ => match last {
            "userAgent" => Some(Kind::UserAgent),
            "accountId" | "recipientAccountId" => Some(Kind::Account),
            "bucketName" => Some(Kind::Bucket),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_known_by_its_form_or_its_field() {
        let raw = |name: &str| FieldRef::Raw(vec!["requestParameters".to_owned(), name.to_owned()]);
        for (field, value, kind) in [
            (FieldRef::Column(Field::Ip), "203.0.113.9", Some(Kind::Ip)),
            (FieldRef::Column(Field::Ip), "s3.amazonaws.com", None),
            (FieldRef::Column(Field::Ip), "build.example.org", Some(Kind::Domain)),
            (raw("sourceIp"), "2001:db8::1", Some(Kind::Ip)),
            (raw("bucketName"), "logs", Some(Kind::Bucket)),
            (raw("x"), "AKIAIOSFODNN7EXAMPLE", Some(Kind::AccessKey)),
            (raw("x"), "arn:aws:iam::111122223333:user/a", Some(Kind::Arn)),
            (FieldRef::Column(Field::Agent), "Boto3", Some(Kind::UserAgent)),
            (FieldRef::Column(Field::Event), "StopLogging", None),
        ] {
            assert_eq!(kind_of(&field, value), kind, "{value}");
        }
    }
}
