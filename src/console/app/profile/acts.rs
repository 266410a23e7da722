//! Panels of single acts: the riskiest and latest events, what was new, what was made, signs and the story.

use super::Told;
use crate::console::app::board::{Body, Cell, Head, Item, Lead, Note, Panel, Table};
use crate::event::field::Field;
use crate::investigation::Investigation;
use crate::profile::change::Judgment;
use crate::profile::describe::{EventRef, New, Profile};
use crate::profile::first_seen::{Baseline, History};
use crate::text::{count, plural};

/// What can be said of the past, and what was new.
pub(super) type News = (History, Vec<New>);

/// How many resources and firsts are told.
const MOST: usize = 1_000;

fn event_heads() -> Vec<Head> {
    vec![
        Head::new("risk"),
        Head::new("time"),
        Head::text("event", 14, 36),
        Head::text("service", 6, 14).spare(2),
        Head::new("outcome").spare(1),
    ]
}

/// An event, with what its points are made of.
fn event(inv: &Investigation, e: &EventRef) -> Item {
    let cells = vec![
        Cell::Risk(e.risk),
        Cell::Time(e.time),
        Cell::Event(e.event.clone(), e.risk),
        Cell::Dim(e.service.clone()),
        Cell::Outcome(e.outcome),
    ];
    let factors = inv.table.row(e.row).map(|row| inv.factors(&row)).unwrap_or_default();
    let notes = factors.into_iter().map(|f| Note::new(format!("{:+}", f.points), f.reason));
    Item::new(e.id.clone(), cells)
        .about(Field::Event, e.event.clone())
        .to(Lead::Event(e.row))
        .noting(notes.collect())
}

pub(super) fn riskiest(p: &Profile, inv: &Investigation) -> Panel {
    let items = p.riskiest.iter().map(|e| event(inv, e)).collect();
    let title = "Riskiest events, of each kind one";
    Panel::new("riskiest", title, Body::Table(Table::new(event_heads(), items))).or("No event has points.")
}

pub(super) fn latest(p: &Profile, inv: &Investigation) -> Panel {
    let items = p.latest.iter().map(|e| event(inv, e)).collect();
    Panel::new("latest", "Latest events", Body::Table(Table::new(event_heads(), items))).or("There is none.")
}

/// What was new; `None` while that cannot be told.
pub(super) fn new(news: Option<News>, baseline: Baseline) -> Panel {
    let heads = vec![
        Head::new("risk"),
        Head::new("what"),
        Head::text("value", 20, 60),
        Head::new("time").spare(1),
        Head::new("also").spare(2),
        Head::text("event", 14, 32).spare(3),
        Head::text("actor", 10, 30).spare(4),
    ];
    let words = super::normal(baseline);
    let empty = match &news {
        None => "This comes when everything is loaded and in order of time.".to_owned(),
        Some((History::Known, _)) => "Nothing was new.".to_owned(),
        Some((history, _)) => {
            format!("{}: b makes the baseline longer, B shorter.", capital(history.words()))
        }
    };
    let mut news = news.map(|(_, new)| new).unwrap_or_default();
    news.sort_by_key(|new| std::cmp::Reverse(new.event.risk));
    let title = format!("New · {} · normal is {words}", count(news.len() as u64));
    let items = news.iter().take(MOST).map(first).collect();
    Panel::new("new", title, Body::Table(Table::new(heads, items))).or(empty)
}

fn first(new: &New) -> Item {
    let also = if new.for_account { "its account" } else { "" };
    let cells = vec![
        Cell::Risk(new.event.risk),
        Cell::Dim(new.dimension.name().to_owned()),
        Cell::Text(new.value.clone()),
        Cell::Time(new.event.time),
        Cell::Warn(also.to_owned()),
        Cell::Event(new.event.event.clone(), new.event.risk),
        Cell::Text(new.actor.clone()),
    ];
    let whom = if new.for_account { " and of its account" } else { "" };
    let said = format!("first {} of {}{whom}: {}", new.dimension.name(), new.actor, new.value);
    Item::new(format!("{} {}", new.dimension.name(), new.event.id), cells)
        .to(Lead::Event(new.event.row))
        .noting(vec![Note::new("new", said), Note::new("event", new.event.id.clone())])
}

/// A sentence begins with a capital.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What was read and changed.
pub(super) fn resources(p: &Profile) -> Panel {
    let heads = vec![
        Head::text("resource", 14, 60),
        Head::text("service", 4, 12).spare(2),
        Head::new("reads"),
        Head::new("writes"),
        Head::new("denied"),
        Head::new("first").spare(3),
        Head::new("last").spare(4),
    ];
    let items = p.resources.iter().take(MOST).map(|thing| {
        let cells = vec![
            Cell::Text(thing.name.clone()),
            Cell::Dim(thing.service.clone()),
            Cell::Count(thing.reads),
            Cell::Count(thing.writes),
            Cell::Count(thing.denied),
            Cell::Time(thing.first),
            Cell::Time(thing.last),
        ];
        Item::new(format!("{} {}", thing.service, thing.name), cells)
            .of(Field::Target, thing.name.clone())
            .noting(vec![Note::new("", thing.name.clone())])
    });
    let title = format!("Resources · {} read or changed", count(p.resources.len() as u64));
    Panel::new("resources", title, Body::Table(Table::new(heads, items.collect())))
        .or("No event names what it acted on.")
}

/// What was made and unmade; what may still be there first, as it asks for something to be done.
pub(super) fn made(p: &Profile) -> Panel {
    let heads = vec![
        Head::new("now"),
        Head::text("kind", 8, 22),
        Head::text("name", 14, 60),
        Head::new("time").spare(1),
    ];
    let (there, gone): (Vec<_>, Vec<_>) = p.made.iter().partition(|made| made.still_there);
    let still = there.len();
    let row = |now: Cell, kind: &str, name: &str, time, row: u32, said: &str| {
        let cells = vec![now, Cell::Dim(kind.to_owned()), Cell::Text(name.to_owned()), Cell::Time(time)];
        Item::new(format!("{kind} {row} {name}"), cells)
            .to(Lead::Event(row))
            .noting(vec![Note::new(kind, name), Note::new("", said)])
    };
    let mut items: Vec<Item> = there
        .iter()
        .map(|m| {
            let said = "made; the log shows nobody unmaking it, so it may still be there";
            row(Cell::Warn("still there".to_owned()), m.kind, &m.name, m.time, m.row, said)
        })
        .collect();
    items.extend(gone.iter().map(|m| {
        row(Cell::Dim("gone again".to_owned()), m.kind, &m.name, m.time, m.row, "made, and unmade later")
    }));
    items.extend(p.unmade.iter().map(|u| {
        row(Cell::Text("unmade".to_owned()), u.kind, &u.name, u.time, u.row, "unmade, whoever had made it")
    }));
    let title = format!("Made and unmade · {} may still be there", plural(still as u64, "thing"));
    Panel::new("made", title, Body::Table(Table::new(heads, items))).or("Nothing was made or unmade.")
}

/// Signs that somebody else used the credentials.
pub(super) fn signs(p: &Profile) -> Panel {
    let heads = vec![Head::new("time"), Head::new("sign"), Head::text("what", 20, 90)];
    let items = p.signs.iter().map(|sign| {
        let cells = vec![
            Cell::Time(sign.event.time),
            Cell::Warn(sign.kind.words().to_owned()),
            Cell::Text(sign.text.clone()),
        ];
        Item::new(format!("{} {}", sign.kind.words(), sign.event.id), cells)
            .to(Lead::Event(sign.event.row))
            .noting(vec![
                Note::new("sign", sign.text.clone()),
                Note::new("credentials", sign.credentials.clone()),
            ])
    });
    let title = format!("Signs of theft · {}", count(p.signs.len() as u64));
    let empty = "Nothing changed within a session or key that should not.";
    Panel::new("signs", title, Body::Table(Table::new(heads, items.collect()))).or(empty)
}

/// What was done, in sentences.
pub(super) fn story(told: &Told) -> Panel {
    let story = &told.story;
    let heads = vec![Head::new("risk"), Head::new("time"), Head::text("what happened", 24, 160)];
    let items = story.sentences.iter().enumerate().map(|(n, sentence)| {
        let cells =
            vec![Cell::Risk(sentence.risk), Cell::Time(sentence.from), Cell::Text(sentence.text.clone())];
        let mut notes = vec![Note::new("", sentence.text.clone())];
        notes.extend(sentence.dangers.iter().map(danger));
        Item::new(format!("{n} {}", sentence.row), cells).to(Lead::Event(sentence.row)).noting(notes)
    });
    let cut = if story.left_out > 0 {
        format!(" · {} of less risk left out", count(story.left_out))
    } else {
        String::new()
    };
    let title = format!("What happened{cut}");
    let empty = "Nothing was done in a session of its own.";
    Panel::new("story", title, Body::Table(Table::new(heads, items.collect()))).or(empty)
}

fn danger(judgment: &Judgment) -> Note {
    Note::new(judgment.danger.name(), judgment.reason.clone())
}
