//! What a case is built of beyond single findings: incidents, hunts, indicators from elsewhere, and taking things out.

use crate::case::Subject;
use crate::case::model::Indicator;
use crate::console::app::action::{Action, Least, Name, Number, View};
use crate::console::app::casework::{Removed, Ruled, Work};
use crate::console::app::model::Model;
use crate::console::app::msg::Effect;
use crate::console::app::overlay::chooser::{Chooser, Entry};
use crate::console::app::overlay::prompt::{Asking, Prompt};
use crate::console::app::overlay::results::{Results, Tone};
use crate::console::app::overlay::{Overlay, Then};
use crate::console::app::page::{Page, Scope};
use crate::query::{self, Expr, Query};
use crate::text::{clip, plural, visible};

/// How much of a query is shown in a question.
const LONGEST: usize = 30;

impl Model {
    /// Opens an incident from what the cursor is on, or puts a finding into one.
    pub(super) fn incident(&mut self, number: Option<i64>, effects: &mut Vec<Effect>) {
        if !self.has_case() {
            return;
        }
        if self.page().view == View::Rules {
            let id = self.item().and_then(|item| item.value.clone()).map(|(_, id)| id);
            let Some(id) = id else { return self.note("there is no rule under the cursor") };
            return self.work(Work::Gather(self.inv.clone(), Ruled::One(id)), effects);
        }
        let Some(Subject::Finding(finding)) = self.case_subject() else {
            return self.note("an incident is opened from a finding of view 6, or from a rule of view 5");
        };
        let incidents = self.case.as_ref().map(|case| case.contents.incidents.clone()).unwrap_or_default();
        match number {
            // There is no incident 0: it stands for a new one.
            Some(0) => self.work(Work::Incident(finding), effects),
            None if incidents.is_empty() => self.work(Work::Incident(finding), effects),
            Some(number) => {
                let is_in =
                    |i: &crate::case::model::Incident| i.id == number && i.findings.contains(&finding);
                let inside = !incidents.iter().any(is_in);
                self.work(Work::Group(number, finding, inside), effects);
            }
            None => {
                let new = Entry::running(Action::Incident(Some(Number(0))), "a new incident", "");
                let known = incidents.iter().map(|incident| {
                    let verb = if incident.findings.contains(&finding) { "out of" } else { "into" };
                    let label = format!("{verb} incident {}", incident.id);
                    Entry::running(Action::Incident(Some(Number(incident.id))), label, incident.title.clone())
                });
                let entries = std::iter::once(new).chain(known).collect();
                let chooser = Chooser::of_case("Put the finding into", entries);
                self.overlays.push(Overlay::Chooser(Box::new(chooser)));
            }
        }
    }

    /// Opens incidents for rules at or above a level.
    pub(super) fn gather(&mut self, least: Option<Least>, effects: &mut Vec<Effect>) {
        match least {
            _ if !self.has_case() => {}
            None => self.overlays.push(Overlay::Chooser(Box::new(Chooser::levels()))),
            Some(_) if self.is_loading() => {
                self.note("events are still being loaded; try again when all are there");
            }
            Some(least) => {
                self.work(Work::Gather(self.inv.clone(), Ruled::Least(least.level())), effects);
            }
        }
    }

    /// Takes a tag off what the cursor is on.
    pub(super) fn untag(&mut self, name: Option<String>, effects: &mut Vec<Effect>) {
        if !self.has_case() {
            return;
        }
        let (Some(subject), Some(case)) = (self.case_subject(), &self.case) else {
            return self.note("there is nothing here that could have a tag");
        };
        let tags: Vec<String> = case.contents.tags_on(&subject).map(str::to_owned).collect();
        match (name, tags.as_slice()) {
            (_, []) => self.note(format!("{subject} has no tag")),
            (None, [one]) => self.work(Work::Tag(subject, one.clone(), false), effects),
            (Some(name), tags) if tags.contains(&name) => self.work(Work::Tag(subject, name, false), effects),
            (Some(name), _) => self.note(format!("{subject} has no tag {name}")),
            (None, tags) => {
                let entry =
                    |tag: &String| Entry::running(Action::Untag(Some(Name(tag.clone()))), tag.clone(), "");
                let chooser = Chooser::of_case("Take off the tag", tags.iter().map(entry).collect());
                self.overlays.push(Overlay::Chooser(Box::new(chooser)));
            }
        }
    }

    /// Takes what the cursor is on out of the case.
    pub(super) fn remove_from_case(&mut self, effects: &mut Vec<Effect>) {
        if !self.has_case() {
            return;
        }
        match self.removed() {
            Some(removed) => self.work(Work::Remove(removed), effects),
            None => self
                .note("indicators, hunts, marks and notes can be taken out; findings have a state instead"),
        }
    }

    fn removed(&self) -> Option<Removed> {
        let contents = &self.case.as_ref()?.contents;
        let id = self.item().filter(|_| self.page().view == View::Case)?.id.as_str();
        if let Some(name) = id.strip_prefix("hunt ") {
            return contents.hunts.iter().find(|hunt| hunt.name == name).cloned().map(Removed::Hunt);
        }
        if let Some(number) = id.strip_prefix("note ").and_then(|number| number.parse::<i64>().ok()) {
            let note = contents.notes.iter().find(|note| note.id == number)?;
            return Some(Removed::Note(note.id, note.revision));
        }
        match id.parse().ok()? {
            Subject::Indicator(id) => Some(Removed::Indicator(id)),
            Subject::Event(event) => Some(Removed::Mark(event)),
            _ => None,
        }
    }

    /// Asks what a hunt is called that shows what the page shows.
    pub(super) fn ask_hunt(&mut self) {
        if !self.has_case() {
            return;
        }
        if self.page().view == View::Case || self.page_query().is_none() {
            return self
                .note("this page shows everything; filter it or go deeper, then it can be kept as a hunt");
        }
        self.overlays.push(Overlay::Prompt(Box::new(Prompt::new(Asking::Hunt, ""))));
    }

    pub(super) fn accept_hunt(&mut self, prompt: &Prompt, effects: &mut Vec<Effect>) {
        let name = prompt.line.text().trim().to_owned();
        let Some(query) = self.page_query().filter(|_| !name.is_empty()) else { return };
        let view = kept(self.page().view).name().to_owned();
        let hunts = self.case.iter().flat_map(|case| &case.contents.hunts);
        let seen = hunts.into_iter().find(|hunt| hunt.name == name).cloned();
        let is_other = seen.as_ref().filter(|hunt| (&hunt.query, &hunt.view) != (&query, &view));
        let question = is_other.map(|hunt| {
            format!("There is a hunt {name} ({}). Replace it? y / n", clip(&visible(&hunt.query), LONGEST))
        });
        let work = Work::Hunt { name, query, view, seen };
        match question {
            None => self.work(work, effects),
            Some(question) => {
                self.overlays.push(Overlay::Confirm { question, then: Then::Work(Box::new(work)) });
            }
        }
    }

    /// What the page shows, as a query; `None` where that is everything.
    pub(super) fn page_query(&self) -> Option<String> {
        let parts = [Some(self.expr()), self.page().window_expr()];
        let parts: Vec<Expr> = parts.into_iter().flatten().filter(|expr| *expr != Expr::All).collect();
        (!parts.is_empty()).then(|| Expr::and(parts).to_string())
    }

    /// The hunts of the case, to choose from.
    pub(super) fn hunt_entries(&self) -> Vec<Entry> {
        let hunts = self.case.iter().flat_map(|case| &case.contents.hunts);
        let entry = |hunt: &crate::case::model::Hunt| {
            let action = Action::Hunt(Some(Name(hunt.name.clone())));
            Entry::running(action, format!("hunt {}", hunt.name), hunt.query.clone())
        };
        hunts.map(entry).collect()
    }

    /// Runs a hunt of the case.
    pub(super) fn hunt(&mut self, name: Option<String>) {
        let Some(name) = name else {
            let entries = self.hunt_entries();
            if entries.is_empty() {
                return self.note("no hunt is kept in the case yet: filter the list, then ctrl-s");
            }
            let chooser = Chooser::of_case("Hunts of the case", entries);
            return self.overlays.push(Overlay::Chooser(Box::new(chooser)));
        };
        let hunt = self.case.iter().flat_map(|case| &case.contents.hunts).find(|hunt| hunt.name == name);
        let Some(hunt) = hunt.cloned() else { return self.note(format!("the case has no hunt {name}")) };
        match query::parse(&hunt.query) {
            Ok(found) => {
                let view = View::ALL.iter().copied().find(|view| view.name() == hunt.view);
                let scope = Scope { label: format!("hunt {}", hunt.name), expr: found.expr().clone() };
                let view = view.map_or(View::Events, kept);
                let page = Page {
                    view,
                    scopes: vec![scope],
                    filter: Query::all(),
                    window: None,
                    ..self.page().clone()
                };
                self.history.open(page);
            }
            Err(fault) => self.note(format!("{}: {fault}", hunt.name)),
        }
    }

    /// Asks for the file that indicators come from or go to.
    pub(super) fn ask_file(&mut self, asking: Asking) {
        if !self.has_case() {
            return;
        }
        if asking == Asking::Indicators && self.indicators().is_none() {
            return self.note("the case has no indicator yet: I on a value makes it one");
        }
        let path = if asking == Asking::Indicators { "indicators.csv" } else { "" };
        self.overlays.push(Overlay::Prompt(Box::new(Prompt::new(asking, path))));
    }

    pub(super) fn accept_import(&mut self, prompt: &Prompt, effects: &mut Vec<Effect>) {
        let path = prompt.line.text().trim().to_owned();
        if !path.is_empty() {
            self.work(Work::Import(path), effects);
        }
    }

    /// The indicators of the case, where there are any.
    pub(super) fn indicators(&self) -> Option<Vec<Indicator>> {
        let all = self.case.as_ref().map(|case| case.contents.indicators.clone());
        all.filter(|all| !all.is_empty())
    }

    /// Shows what could not be taken from a file.
    pub(super) fn show_faults(&mut self, name: &str, faults: Vec<String>) {
        let count = plural(faults.len() as u64, "entry");
        let title = format!("{}: {count} not taken", visible(name)).replace("entrys", "entries");
        let lines = faults.into_iter().map(|fault| (Tone::Bad, fault)).collect();
        self.overlays.push(Overlay::Results(Box::new(Results::new(title, lines))));
    }
}

/// The view that is kept with a hunt: whom a profile is of is not.
fn kept(view: View) -> View {
    if view == View::Profile { View::Events } else { view }
}
