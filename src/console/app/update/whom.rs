//! From a row of a board to its events, and from anything to the profile of whoever is behind it.

use crate::console::app::action::{Question, View, Whom};
use crate::console::app::board::{Lead, exact};
use crate::console::app::model::{Focus, Model};
use crate::console::app::msg::Effect;
use crate::console::app::page::{Cursor, Page, Scope};
use crate::console::app::update::values::NO_EVENT;
use crate::event::field::{Field, FieldRef};
use crate::profile::subject::{Subject, SubjectKind};
use crate::query::group::value_of;
use crate::query::{Query, QueryError};

/// The field that has such a name.
const fn field_of(kind: SubjectKind) -> Field {
    match kind {
        SubjectKind::Actor => Field::Actor,
        SubjectKind::User => Field::User,
        SubjectKind::Role => Field::Role,
        SubjectKind::Address => Field::Ip,
        SubjectKind::Key => Field::Key,
        SubjectKind::Session => Field::Session,
    }
}

/// The subject that a value of a field names.
fn subject_of(field: &FieldRef, value: &str) -> Option<Subject> {
    let FieldRef::Column(field) = field else { return None };
    let kind = SubjectKind::ALL.into_iter().find(|kind| field_of(*kind) == *field)?;
    (!value.is_empty()).then(|| Subject::new(kind, value))
}

impl Model {
    /// Goes where the row under the cursor leads.
    pub(super) fn open_on_board(&mut self, effects: &mut Vec<Effect>) {
        let Some(shown) = &self.shown else {
            self.note("there is nothing here yet");
            return;
        };
        let desk = &self.page().desk;
        let at = shown.focus(desk);
        let lead = shown.lead(at, shown.line(at, desk));
        let value = shown.item(at, shown.line(at, desk)).and_then(|item| item.value.clone());
        let scopes = self.page().scopes.clone();
        match lead {
            Lead::Nothing => self.note("this leads nowhere"),
            Lead::All => self.open_events(scopes, None),
            Lead::Event(row) => {
                let id = shown.board.inv.table.row(row).map(|row| row.id());
                self.open_events(scopes, id);
            }
            Lead::Value => self.open_value(value),
            Lead::Within(scope) => self.open_events([scopes, vec![*scope]].concat(), None),
            Lead::Instead(scope) => {
                self.open_events(vec![*scope], None);
                (self.history.page_mut().filter, self.history.page_mut().window) = (Query::all(), None);
            }
            Lead::Hunt(name) => self.hunt(Some(name)),
            Lead::Profile(subject) => self.open_profile_of(subject),
            Lead::Bytes(reject) => self.open_bytes(*reject, effects),
        }
    }

    fn open_value(&mut self, value: Option<(Field, String)>) {
        let Some((field, value)) = value else { return };
        match exact::scope(&self.answer.inv, field, &value, false) {
            Ok(scope) => {
                let mut scopes = self.page().scopes.clone();
                scopes.retain(|known| *known != scope);
                scopes.push(scope);
                self.open_events(scopes, None);
            }
            Err(fault) => self.note(fault.to_string()),
        }
    }

    /// Opens the events of these scopes, with the cursor on one of them.
    pub(super) fn open_events(&mut self, scopes: Vec<Scope>, id: Option<String>) {
        let cursor = Cursor { id, ..Cursor::default() };
        self.history.open(Page { view: View::Events, scopes, cursor, ..self.page().clone() });
        self.focus = Focus::List;
        // The same events may be listed already: the cursor has to be put among them all the same.
        self.asked.forget_rows();
    }

    /// Opens the profile of whom the cursor is on.
    pub(super) fn open_profile(&mut self, whom: Option<Whom>) {
        match self.subject(whom) {
            Ok(subject) => {
                self.close_tables();
                self.open_profile_of(subject);
            }
            Err(reason) => self.note(reason),
        }
    }

    /// Whom the cursor is on: in the part of the event that was asked for, else in the value under the cursor, else in
    /// the actor.
    pub(in crate::console::app) fn subject(&self, whom: Option<Whom>) -> Result<Subject, String> {
        let item = self.item();
        let wanted = whom.map(Whom::kind);
        if let Some(Lead::Profile(subject)) = item.map(|item| &item.lead)
            && (wanted.is_none() || subject.kind == wanted)
        {
            return Ok(subject.clone());
        }
        let value = self.value().and_then(|(field, value)| subject_of(&field, &value));
        let behind = item.and_then(|item| item.whom.clone());
        if let Some(subject) = behind.filter(|subject| wanted.is_some() && subject.kind == wanted) {
            return Ok(subject);
        }
        if let Some(subject) = value.filter(|subject| wanted.is_none() || subject.kind == wanted) {
            return Ok(subject);
        }
        let nobody = if self.table().is_some() { NO_EVENT } else { "nobody is under the cursor" };
        let Some(row) = self.row() else { return Err(nobody.to_owned()) };
        let kind = wanted.unwrap_or(SubjectKind::Actor);
        let field = FieldRef::Column(field_of(kind));
        let value = value_of(self.row_inv(), &row, &field);
        subject_of(&field, &value).ok_or_else(|| format!("this event has no {}", kind.name()))
    }

    /// The events of a subject; with `drop` the others.
    pub(super) fn scope_of(&self, subject: &Subject, drop: bool) -> Result<Scope, QueryError> {
        let (inv, kind) = (&self.answer.inv, subject.kind.unwrap_or(SubjectKind::Actor));
        match &subject.account {
            Some(account) => Ok(exact::actor_in(inv, &subject.name, account, drop)),
            None => exact::scope(inv, field_of(kind), &subject.name, drop),
        }
    }

    /// Opens a profile: a page of the events of that subject, and of nothing else.
    pub(super) fn open_profile_of(&mut self, subject: Subject) {
        let scope = match self.scope_of(&subject, false) {
            Ok(scope) => scope,
            Err(fault) => return self.note(fault.to_string()),
        };
        if self.page().view == View::Profile && self.page().subject.as_ref() == Some(&subject) {
            return self.note("this is that profile");
        }
        let page = self.page().clone();
        self.history.open(Page {
            view: View::Profile,
            subject: Some(subject),
            scopes: vec![scope],
            filter: Query::all(),
            window: None,
            cursor: Cursor::default(),
            desk: Default::default(),
            ..page
        });
        self.focus = Focus::List;
    }

    /// Goes to the panel that answers a question; asked once more, who was behind it is their profile.
    pub(super) fn show_answer(&mut self, question: Question) {
        let panel = question.panel();
        let Some(shown) = self.shown.as_ref().filter(|_| self.page().view == View::Profile) else {
            return self.note("a profile answers that: v opens that of whom the cursor is on");
        };
        let Some(at) = shown.board.panels.iter().position(|p| p.name == panel) else { return };
        let again = shown.focus(&self.page().desk) == at;
        let whom = self.item().and_then(|item| item.whom.clone());
        if let (true, Question::Who, Some(subject)) = (again, question, whom) {
            return self.open_profile_of(subject);
        }
        self.history.page_mut().desk.panel = panel;
    }

    /// Opens the view of a profile by its own key: of whom the cursor is on, or of nobody yet.
    pub(super) fn open_profile_view(&mut self) {
        match self.subject(None) {
            Ok(subject) => self.open_profile_of(subject),
            Err(_) => {
                self.history.open(Page { view: View::Profile, subject: None, ..self.page().clone() });
                self.focus = Focus::List;
            }
        }
    }
}
