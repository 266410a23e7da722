//! The view of the case: what was found, what became of it, and who did what.
//!
//! It tells what is in the case whatever is on the page: a case outlives the logs that are open. Rows of findings,
//! incidents and marks lead to their events, as far as those are loaded; indicators to the events that show them.

use super::board::request::BoardRequest;
use super::board::{Board, Body, Cell, Head, Item, Lead, Note, Panel, Size, Table};
use super::casework::{Known, Sights};
use super::page::Scope;
use crate::case::matching;
use crate::case::model::{Finding, Hunt, Incident, Indicator, State, Subject};
use crate::event::field::{Field, FieldRef};
use crate::query::{Expr, Pattern, Test};
use crate::text::{count, plural};

/// A scope names so many events at most; of a finding with more, its first ones are shown.
const EVENTS: usize = 500;
/// So many entries of the history are told.
const HISTORY: usize = 500;

/// The board; `None` when no case is open is said in words.
pub(super) fn board(request: &BoardRequest, known: Option<&Known>, sights: Option<&Sights>) -> Option<Board> {
    let inv = request.inv();
    let Some(known) = known else {
        let said = "No case is open: this console was started with --no-case, or without --case. trailhound --case FILE \
                    opens one.";
        return Some(Board::saying(inv, said));
    };
    let panels = vec![
        findings(known).at(Size::Fill(8), [0, 0]),
        incidents(known).at(Size::Rows(6), [0, 0]),
        indicators(known, sights).at(Size::Rows(8), [1, 1]),
        hunts(known).at(Size::Rows(4), [0, 1]),
        notes(known).at(Size::Rows(8), [1, 1]),
        marks(known).at(Size::Rows(6), [1, 2]),
        history(known).at(Size::Fill(6), [1, 2]),
    ];
    Some(Board { inv: inv.clone(), panels, said: String::new(), notes: 5 })
}

fn panel(name: &'static str, title: String, heads: Vec<Head>, items: Vec<Item>, empty: &str) -> Panel {
    Panel::new(name, title, Body::Table(Table::new(heads, items))).or(empty)
}

/// The open ones first, the worst first.
fn findings(known: &Known) -> Panel {
    let mut all: Vec<&Finding> = known.contents.findings.iter().collect();
    all.sort_by_key(|f| (f.state.is_closed(), std::cmp::Reverse((f.level, f.score)), f.id));
    let heads = vec![
        Head::new("state"),
        Head::new("level"),
        Head::text("title", 28, 60),
        Head::new("events"),
        Head::new("notes").spare(1),
        Head::text("tags", 6, 24).spare(2),
        Head::text("actor", 8, 30).spare(4),
        Head::new("last").spare(3),
    ];
    let open = all.iter().filter(|f| !f.state.is_closed()).count();
    let title = format!("Findings · {} · {} open", count(all.len() as u64), count(open as u64));
    let items = all.into_iter().map(|f| finding(known, f)).collect();
    panel("findings", title, heads, items, "No finding yet: c on an event brings it in.")
}

fn finding(known: &Known, f: &Finding) -> Item {
    let subject = Subject::Finding(f.id);
    let (written, tags) = about(known, &subject);
    let cells = vec![
        state(f.state),
        Cell::Text(f.level.name().to_owned()),
        Cell::Event(f.title.clone(), f.score),
        Cell::Count(f.events.len() as u64),
        Cell::Count(written.len() as u64),
        Cell::Text(tags),
        Cell::Text(f.actor.clone()),
        Cell::Time(f.last),
    ];
    let mut said = written;
    if !f.resolution.is_empty() {
        said.insert(0, Note::new(f.state.name(), f.resolution.clone()));
    }
    said.extend(f.reasons.iter().map(|reason| Note::new("why", reason.clone())));
    Item::new(subject.to_string(), cells)
        .about(Field::Actor, f.actor.clone())
        .to(Lead::Instead(Box::new(of_events(&subject, &f.events))))
        .noting(said)
}

fn state(state: State) -> Cell {
    let word = state.name().to_owned();
    if state.is_closed() { Cell::Dim(word) } else { Cell::Text(word) }
}

/// The notes on something, and its tags in a line.
fn about(known: &Known, subject: &Subject) -> (Vec<Note>, String) {
    let notes = known.contents.notes_on(subject);
    let notes = notes.map(|note| Note::new(note.written_by.clone(), note.text.clone())).collect();
    (notes, known.contents.tags_on(subject).collect::<Vec<_>>().join(" "))
}

/// The events of those ids.
fn of_events(subject: &Subject, ids: &[String]) -> Scope {
    let of = |id: &String| Expr::term(FieldRef::Column(Field::Id), Test::Matches(Pattern::exact(id.clone())));
    let label = match ids.len() {
        all if all > EVENTS => format!("{subject}, {EVENTS} of {} events", count(all as u64)),
        _ => subject.to_string(),
    };
    Scope { label, expr: Expr::Or(ids.iter().take(EVENTS).map(of).collect()) }
}

fn incidents(known: &Known) -> Panel {
    let heads = vec![
        Head::new("state"),
        Head::new("level"),
        Head::text("title", 28, 60),
        Head::new("findings"),
        Head::text("tags", 6, 24).spare(2),
    ];
    let items: Vec<Item> = known.contents.incidents.iter().map(|i| incident(known, i)).collect();
    let title = format!("Incidents · {}", count(items.len() as u64));
    panel("incidents", title, heads, items, "No incident yet: i on a finding, L for each rule that hit.")
}

fn incident(known: &Known, i: &Incident) -> Item {
    let subject = Subject::Incident(i.id);
    let (written, tags) = about(known, &subject);
    let findings = i.findings.iter().filter_map(|id| known.contents.finding(*id));
    let mut ids: Vec<String> = findings.clone().flat_map(|f| f.events.iter().cloned()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut said = written;
    if !i.resolution.is_empty() {
        said.insert(0, Note::new(i.state.name(), i.resolution.clone()));
    }
    said.extend(findings.map(|f| Note::new(format!("finding {}", f.id), f.title.clone())));
    let cells = vec![
        state(i.state),
        Cell::Text(i.level.name().to_owned()),
        Cell::Text(i.title.clone()),
        Cell::Count(i.findings.len() as u64),
        Cell::Text(tags),
    ];
    Item::new(subject.to_string(), cells).to(Lead::Instead(Box::new(of_events(&subject, &ids)))).noting(said)
}

fn indicators(known: &Known, sights: Option<&Sights>) -> Panel {
    let heads = vec![
        Head::new("kind"),
        Head::text("value", 14, 60),
        Head::new("here"),
        Head::new("last").spare(1),
        Head::text("source", 8, 24).spare(2),
    ];
    let mut all: Vec<(&Indicator, u64)> =
        known.contents.indicators.iter().map(|i| (i, sights.map_or(0, |sights| sights.events(i)))).collect();
    // What is seen here comes first.
    all.sort_by_key(|(_, events)| *events == 0);
    let mut title = format!("Indicators · {}", count(all.len() as u64));
    if let Some((seen @ 1.., events)) = sights.map(Sights::totals) {
        title.push_str(&format!(" · {} seen here in {}", count(seen), plural(events, "event")));
    }
    let items = all.into_iter().map(|(one, events)| indicator(one, events)).collect();
    let empty = "No indicator yet: I on a value, or < a file, adds one.";
    panel("indicators", title, heads, items, empty)
}

fn indicator(one: &Indicator, events: u64) -> Item {
    let private = if one.private { " (private)" } else { "" };
    let cells = vec![
        Cell::Dim(format!("{}{private}", one.kind.name())),
        if events > 0 { Cell::Warn(one.value.clone()) } else { Cell::Text(one.value.clone()) },
        Cell::Count(events),
        Cell::Time(one.last),
        Cell::Dim(one.source.clone()),
    ];
    let subject = Subject::Indicator(one.id);
    let item = Item::new(subject.to_string(), cells);
    let item =
        if one.note.is_empty() { item } else { item.noting(vec![Note::new("note", one.note.clone())]) };
    match matching::query(one.kind, &one.value) {
        Ok(query) => {
            let label = format!("{} {}", one.kind.name(), one.value);
            item.to(Lead::Instead(Box::new(Scope { label, expr: query.expr().clone() })))
        }
        Err(_) => item,
    }
}

fn hunts(known: &Known) -> Panel {
    let heads = vec![
        Head::text("hunt", 10, 30),
        Head::text("query", 16, 80),
        Head::new("view").spare(2),
        Head::text("by", 6, 20).spare(1),
    ];
    let item = |hunt: &Hunt| {
        let view = if hunt.view.is_empty() { "events" } else { hunt.view.as_str() };
        let cells = vec![
            Cell::Text(hunt.name.clone()),
            Cell::Text(hunt.query.clone()),
            Cell::Dim(view.to_owned()),
            Cell::Dim(hunt.saved_by.clone()),
        ];
        Item::new(format!("hunt {}", hunt.name), cells).to(Lead::Hunt(hunt.name.clone()))
    };
    let items: Vec<Item> = known.contents.hunts.iter().map(item).collect();
    let title = format!("Hunts · {}", count(items.len() as u64));
    panel("hunts", title, heads, items, "No hunt yet: filter the events, then ctrl-s keeps that.")
}

fn notes(known: &Known) -> Panel {
    let heads = vec![Head::text("on", 8, 24), Head::text("note", 16, 80), Head::text("by", 6, 20).spare(1)];
    let items: Vec<Item> = known.contents.notes.iter().rev().map(note).collect();
    let title = format!("Notes · {}", count(items.len() as u64));
    panel("notes", title, heads, items, "Nothing is written yet: n writes a note.")
}

fn note(note: &crate::case::model::Note) -> Item {
    let first = note.text.lines().next().unwrap_or_default().to_owned();
    let cells =
        vec![Cell::Dim(note.subject.to_string()), Cell::Text(first), Cell::Dim(note.written_by.clone())];
    let lines = note.text.lines().map(|line| Note::new("", line)).collect();
    Item::new(format!("note {}", note.id), cells).noting(lines)
}

fn marks(known: &Known) -> Panel {
    let heads = vec![Head::text("event", 16, 60), Head::new("marked"), Head::text("by", 6, 20).spare(1)];
    let item = |mark: &crate::case::model::Mark| {
        let subject = Subject::Event(mark.event.clone());
        let cells =
            vec![Cell::Text(mark.event.clone()), Cell::Time(mark.marked), Cell::Dim(mark.marked_by.clone())];
        let scope = of_events(&subject, std::slice::from_ref(&mark.event));
        let (written, _) = about(known, &subject);
        Item::new(subject.to_string(), cells).to(Lead::Instead(Box::new(scope))).noting(written)
    };
    let items: Vec<Item> = known.contents.marks.iter().map(item).collect();
    let title = format!("Marks · {}", count(items.len() as u64));
    panel("marks", title, heads, items, "No event is marked: m marks one.")
}

fn history(known: &Known) -> Panel {
    let heads = vec![Head::new("time"), Head::text("what", 20, 90), Head::text("who", 6, 24).spare(1)];
    let item = |entry: &crate::case::model::Entry| {
        let what = if entry.undone_by.is_some() {
            Cell::Dim(format!("{} (undone)", entry.text))
        } else {
            Cell::Text(entry.text.clone())
        };
        Item::new(
            format!("entry {}", entry.seq),
            vec![Cell::Time(entry.at), what, Cell::Dim(entry.who.clone())],
        )
    };
    let items: Vec<Item> = known.history.iter().take(HISTORY).map(item).collect();
    panel("history", "History".to_owned(), heads, items, "Nothing was done yet.")
}
