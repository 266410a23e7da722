//! What was done, used or reached for the first time, per actor and per account.

use std::collections::HashMap;

use super::Members;
use crate::console::app::board::request::BoardRequest;
use crate::console::app::board::{Body, Cell, Head, Item, Lead, Note, Panel, Table};
use crate::console::app::profile::normal;
use crate::profile::Background;
use crate::profile::first_seen::{Baseline, First, History, Owner};
use crate::score::rank;
use crate::text::{count, plural};

/// How many are told.
const MOST: usize = 1_000;

/// The panel, the riskiest first.
pub(super) fn panel(
    request: &BoardRequest,
    background: &Background,
    members: &Members<'_>,
    baseline: Baseline,
) -> Panel {
    let table = &request.inv().table;
    let title =
        |n: usize| format!("Seen for the first time · {} · normal is {}", count(n as u64), normal(baseline));
    if !table.is_ordered() {
        let body = Body::Table(Table::default());
        return Panel::new("firsts", title(0), body)
            .or("This comes when everything is loaded and in order of time.");
    }
    let firsts = &background.first_seen;
    let mut found: Vec<&First> = firsts.news(baseline).filter(|first| members.has(first.row)).collect();
    let with = shared(&found);
    // Of what was new for an actor and for the account at once, the actor is told.
    found.retain(|first| {
        matches!(first.owner, Owner::Actor(_)) || !with.contains_key(&(first.row, first.dimension))
    });
    let key = |first: &First| table.row(first.row).map_or(0, |row| rank::key_of(&row));
    found.sort_by_cached_key(|first| (std::cmp::Reverse(key(first)), first.row, first.dimension));
    let all = found.len();
    let item = |first: &&First| {
        let for_account = with.get(&(first.row, first.dimension)).copied().unwrap_or(false);
        item(request, background, first, for_account)
    };
    let items: Vec<Item> = found.iter().take(MOST).filter_map(item).collect();
    let heads = vec![
        Head::new("risk"),
        Head::new("what"),
        Head::text("value", 14, 60),
        Head::text("new for", 10, 36),
        Head::new("also").spare(3),
        Head::new("time").spare(1),
        Head::text("event", 10, 32).spare(2),
    ];
    Panel::new("firsts", title(all), Body::Table(Table::new(heads, items))).or(nothing(background, baseline))
}

/// Which actors' firsts are an account's as well.
fn shared(found: &[&First]) -> HashMap<(u32, crate::profile::first_seen::Dimension), bool> {
    let mut with = HashMap::new();
    for first in found.iter().filter(|first| matches!(first.owner, Owner::Actor(_))) {
        with.insert((first.row, first.dimension), false);
    }
    for first in found.iter().filter(|first| matches!(first.owner, Owner::Account(_))) {
        if let Some(account) = with.get_mut(&(first.row, first.dimension)) {
            *account = true;
        }
    }
    with
}

fn item(request: &BoardRequest, background: &Background, first: &First, for_account: bool) -> Option<Item> {
    let table = &request.inv().table;
    let row = table.row(first.row)?;
    let firsts = &background.first_seen;
    let value = firsts.text(table.dicts(), first).to_owned();
    let owner = firsts.owner_name(table.dicts(), first.owner).to_owned();
    let also = if for_account { "its account" } else { "" };
    let whom = match first.owner {
        Owner::Account(_) => format!("account {owner}"),
        Owner::Actor(_) => owner.clone(),
    };
    let cells = vec![
        Cell::Risk(row.risk()),
        Cell::Dim(first.dimension.name().to_owned()),
        Cell::Text(value.clone()),
        Cell::Text(whom.clone()),
        Cell::Warn(also.to_owned()),
        Cell::Time(row.time()),
        Cell::Event(row.event().to_owned(), row.risk()),
    ];
    let span = firsts.span(first.owner);
    let said =
        format!("{owner}: {} from {} to {}", plural(span.events.into(), "event"), span.since, span.until);
    let notes = vec![
        Note::new(
            "first",
            format!(
                "{} {value} for {whom}{}",
                first.dimension.name(),
                if for_account { " and for its account" } else { "" }
            ),
        ),
        Note::new("known", said),
    ];
    let id = format!("{} {whom} {}", first.dimension.name(), row.id());
    Some(Item::new(id, cells).to(Lead::Event(first.row)).noting(notes))
}

/// Why there is nothing new.
fn nothing(background: &Background, baseline: Baseline) -> String {
    let firsts = &background.first_seen;
    let known = firsts.accounts().any(|(owner, _)| firsts.history(owner, baseline) == History::Known);
    match known {
        true => "Nothing was new; B makes the baseline shorter.".to_owned(),
        false => "No baseline yet: nobody is known for so long; B makes the baseline shorter.".to_owned(),
    }
}
