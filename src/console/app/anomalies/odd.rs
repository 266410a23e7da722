//! Events that are unlike the others, as a list and as points; and names with far more events than others.

use std::collections::{BTreeSet, HashMap};

use super::Members;
use crate::anomaly::features::{Cause, Isolation};
use crate::anomaly::outlier::{self, Outliers};
use crate::console::app::board::chart::Scatter;
use crate::console::app::board::request::BoardRequest;
use crate::console::app::board::{Body, Cell, Head, Item, Lead, Note, Panel, Table, exact};
use crate::console::app::page::Scope;
use crate::event::field::Field;
use crate::investigation::Investigation;
use crate::profile::summary::user_of;
use crate::query::Expr;
use crate::store::Row;
use crate::text::count;

/// How many events are told.
const MOST: usize = 200;

/// How many of the ordinary events are drawn.
const ORDINARY: usize = 2_000;

/// Of one name so many actors are looked for at most.
const ACTORS: usize = 50;

/// How many causes stand in the list itself.
const NAMED: usize = 3;

/// The cursor that list and points share.
const SPOT: &str = "odd";

/// The anomalies of the page, the most unusual first, with their scores.
fn rows(isolation: &Isolation, members: &Members<'_>) -> Vec<(u32, f32)> {
    isolation.anomalies(usize::MAX).into_iter().filter(|(row, _)| members.has(*row)).collect()
}

/// The list, each row with what made it an anomaly.
pub(super) fn list(request: &BoardRequest, isolation: &Isolation, members: &Members<'_>) -> Panel {
    let heads = vec![
        Head::new("score"),
        Head::text("event", 14, 32),
        Head::text("unusual", 26, 60),
        Head::new("risk").spare(1),
        Head::new("time").spare(2),
        Head::text("actor", 10, 30).spare(3),
        Head::new("outcome").spare(4),
    ];
    let found = rows(isolation, members);
    let table = &request.inv().table;
    let items: Vec<Item> = found
        .iter()
        .take(MOST)
        .filter_map(|&(row, score)| Some(item(&table.row(row)?, score, &isolation.causes(row))))
        .collect();
    let first =
        if found.len() > items.len() { format!(", the first {}", items.len()) } else { String::new() };
    let title = format!(
        "Unlike the others · {} of {}{first} · score from {:.3} on",
        count(found.len() as u64),
        count(isolation.len() as u64),
        isolation.threshold()
    );
    let empty = "None of these events is unlike the others.";
    Panel::new("odd", title, Body::Table(Table::new(heads, items))).with_spot(SPOT).or(empty)
}

fn item(row: &Row<'_>, score: f32, causes: &[Cause]) -> Item {
    let named: Vec<&str> = causes.iter().take(NAMED).map(|cause| cause.feature.name()).collect();
    let cells = vec![
        Cell::Number(f64::from(score), 3),
        Cell::Event(row.event().to_owned(), row.risk()),
        Cell::Text(named.join(", ")),
        Cell::Risk(row.risk()),
        Cell::Time(row.time()),
        Cell::Text(row.actor().to_owned()),
        Cell::Outcome(row.outcome().name()),
    ];
    let notes = causes.iter().map(|cause| Note {
        label: cause.feature.name().to_owned(),
        share: Some(cause.share),
        text: cause.words.clone(),
    });
    Item::new(row.id(), cells)
        .about(Field::Event, row.event())
        .to(Lead::Event(row.number()))
        .noting(notes.collect())
}

/// The same events as points, among some of the ordinary ones of the page.
pub(super) fn scatter(isolation: &Isolation, members: &Members<'_>) -> Panel {
    let features: Vec<&'static str> =
        isolation.preset.features().iter().map(|feature| feature.name()).collect();
    let odd: Vec<Vec<f32>> = rows(isolation, members)
        .into_iter()
        .take(MOST)
        .map(|(row, _)| isolation.values(row).to_vec())
        .collect();
    let ordinary: Vec<&[f32]> =
        isolation.ordinary().filter(|(row, _)| members.has(*row)).map(|(_, values)| values).collect();
    let step = ordinary.len().div_ceil(ORDINARY).max(1);
    let ordinary = ordinary.into_iter().step_by(step).map(<[f32]>::to_vec).collect();
    let empty = "Points stand here once there are anomalies.";
    let scatter = Scatter { features, ordinary, odd };
    Panel::new("points", "Isolation forest", Body::Scatter(scatter)).with_spot(SPOT).or(empty)
}

/// Names with far more events than others of their kind; `None` when nobody waits any more.
pub(super) fn outliers(request: &BoardRequest) -> Option<Panel> {
    let table = &request.inv().table;
    let actors = outlier::actors(table, &request.stop)?;
    let actions = outlier::actions(table, &request.stop)?;
    let heads = vec![Head::new("z"), Head::new("kind"), Head::text("name", 14, 60), Head::new("events")];
    let names = actor_names(request);
    let actor = |item: Item, name: &str| {
        let Some(actors) = names.get(name) else { return item };
        match actors.first() {
            Some(only) if actors.len() == 1 => item.of(Field::Actor, only.as_str()),
            _ => item.to(Lead::Within(Box::new(all_of(request.inv(), name, actors)))),
        }
    };
    let mut items = outlying("actor", &actors, &actor);
    items.extend(outlying("action", &actions, &|item, name| item.of(Field::Event, name)));
    let title = format!("More events than others, in the whole log · z > {}", outlier::THRESHOLD);
    let empty = "No actor and no action has far more events than the others.";
    Some(Panel::new("outliers", title, Body::Table(Table::new(heads, items))).or(empty))
}

fn outlying(kind: &str, found: &Outliers, lead: &dyn Fn(Item, &str) -> Item) -> Vec<Item> {
    let item = |o: &outlier::Outlier| {
        let cells = vec![
            Cell::Number(o.zscore, 2),
            Cell::Dim(kind.to_owned()),
            Cell::Text(o.name.clone()),
            Cell::Count(o.count),
        ];
        let said = format!(
            "{} events; {} {kind}s have {:.1} on average, with a standard deviation of {:.1}",
            count(o.count),
            count(found.compared as u64),
            found.mean,
            found.deviation
        );
        let item = Item::new(format!("{kind} {}", o.name), cells).noting(vec![Note::new("events", said)]);
        lead(item, &o.name)
    };
    found.rows.iter().map(item).collect()
}

/// The events of several actors that one name stands for.
fn all_of(inv: &Investigation, name: &str, actors: &BTreeSet<String>) -> Scope {
    let expr = Expr::Or(actors.iter().take(ACTORS).map(|actor| exact::actor(inv, actor)).collect());
    Scope { label: format!("actors named {name}"), expr }
}

/// The actors behind each name as that comparison has it.
fn actor_names(request: &BoardRequest) -> HashMap<String, BTreeSet<String>> {
    let dicts = request.inv().table.dicts();
    let mut names: HashMap<String, BTreeSet<String>> = HashMap::new();
    for identity in (0..dicts.identity_count()).map(|id| dicts.identity(id)) {
        let name = user_of(dicts.word(identity.user_name), dicts.word(identity.arn));
        names.entry(name.to_owned()).or_default().insert(dicts.actor(identity.actor).0.to_owned());
    }
    names
}
