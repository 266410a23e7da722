//! Which hours are covered, which are missing, and the calls that switched logging.

use crate::console::app::board::chart::between;
use crate::console::app::board::hours::{Hours, Row, lane};
use crate::console::app::board::{Body, Cell, Head, Item, Lead, Note, Panel, Size, Table};
use crate::console::app::page::Scope;
use crate::event::field::{Field, FieldRef};
use crate::evidence::coverage::{Coverage, Effect, Gap, Switch};
use crate::investigation::Investigation;
use crate::query::Expr;
use crate::text::{count, plural};

const HOUR_MS: i64 = 3_600_000;

/// The map has so many lines at most.
const LINES: usize = 16;

/// The map, the switches and the gaps.
pub(super) fn panels(inv: &Investigation, columns: u16) -> Vec<Panel> {
    let coverage = Coverage::new(inv);
    let map = map(&coverage, columns);
    let lines = (map.rows.len() + 4).clamp(7, LINES) as u16;
    let title = format!(
        "Covered hours, UTC · {} · {} · a column is {}",
        plural(coverage.lanes.len() as u64, "row"),
        plural(coverage.gaps.len() as u64, "gap"),
        match map.step.unsigned_abs() {
            hours if hours > 24 && hours % 24 == 0 => plural(hours / 24, "day"),
            hours => plural(hours, "hour"),
        }
    );
    let hours = Panel::new("hours", title, Body::Hours(Box::new(map))).or("No event here has a time.");
    vec![hours.at(Size::Lines(lines), [0, 0]), switches(&coverage), gaps(&coverage)]
}

fn map(coverage: &Coverage, columns: u16) -> Hours {
    let mut map = Hours::over(coverage.hours, columns);
    for known in &coverage.lanes {
        let mut row = Row {
            account: known.account.clone(),
            region: known.region.clone(),
            counts: vec![0; map.columns],
            missing: vec![0; map.columns],
        };
        for (hour, events) in &known.hours {
            if let Some(slot) = map.column(*hour).and_then(|column| row.counts.get_mut(column)) {
                *slot += u64::from(*events);
            }
        }
        let gaps = coverage.gaps.iter().filter(|g| g.account == known.account && g.region == known.region);
        for gap in gaps {
            mark(&map, &mut row.missing, gap);
        }
        map.rows.push(row);
    }
    let marks = coverage.switches.iter().filter(|switch| switch.done);
    map.marks = marks.filter_map(|s| Some((map.column(hour(s.time.millis()?))?, s.effect))).collect();
    map.marks.sort_by_key(|(column, effect)| (*column, *effect == Effect::Off));
    map
}

fn hour(millis: i64) -> i64 {
    millis.div_euclid(HOUR_MS)
}

/// Adds the hours of a gap to the columns that they are in.
fn mark(map: &Hours, missing: &mut [i64], gap: &Gap) {
    let (Some(from), Some(to)) = (gap.from.millis(), gap.to.millis()) else { return };
    let (from, to) = (hour(from), hour(to));
    for (column, slot) in (0i64..).zip(missing) {
        let start = map.first.saturating_add(column.saturating_mul(map.step));
        let hours = to.min(start.saturating_add(map.step)) - from.max(start);
        *slot += hours.max(0);
    }
}

/// The calls that switched logging, in order of time.
fn switches(coverage: &Coverage) -> Panel {
    let heads = vec![
        Head::new("time"),
        Head::new("logging"),
        Head::text("event", 12, 32),
        Head::new("outcome").spare(3),
        Head::text("who", 12, 40),
        Head::new("account").spare(1),
        Head::new("region").spare(2),
        Head::text("trail", 8, 60).spare(4),
    ];
    let items: Vec<Item> = coverage.switches.iter().map(switch).collect();
    let title = format!("Calls that switched logging · {}", count(items.len() as u64));
    Panel::new("switches", title, Body::Table(Table::new(heads, items)))
        .or("No call in these logs switched logging on, off or to something else.")
        .at(Size::Rows(6), [0, 0])
}

const fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::On => "▲ on",
        Effect::Off => "▼ off",
        Effect::Changed => "◆ changed",
    }
}

fn switch(switch: &Switch) -> Item {
    let text = |text: &String| Cell::Text(text.clone());
    let effect = effect_name(switch.effect).to_owned();
    let effect = match (switch.done, switch.effect) {
        (true, Effect::Off) => Cell::Warn(effect),
        (true, _) => Cell::Text(effect),
        (false, _) => Cell::Dim("as before".to_owned()),
    };
    let cells = vec![
        Cell::Time(switch.time),
        effect,
        text(&switch.event),
        Cell::Text(if switch.done { "done" } else { "failed" }.to_owned()),
        text(&switch.actor),
        text(&switch.account),
        text(&switch.region),
        text(&switch.target),
    ];
    let said = format!(
        "{} {} by {} on {} in {} {}",
        switch.event,
        if switch.done { "was done" } else { "was tried and failed" },
        switch.actor,
        if switch.target.is_empty() { "something the call does not name" } else { &switch.target },
        switch.account,
        switch.region
    );
    Item::new(switch.id.clone(), cells)
        .about(Field::Actor, switch.actor.clone())
        .to(Scope::value(&FieldRef::Column(Field::Id), &switch.id, false)
            .map_or(Lead::Nothing, |scope| Lead::Instead(Box::new(scope))))
        .noting(vec![Note::new("logging", said), Note::new("event", switch.id.clone())])
}

/// The hours in which there should have been events.
fn gaps(coverage: &Coverage) -> Panel {
    let heads = vec![
        Head::new("from"),
        Head::new("to"),
        Head::new("hours"),
        Head::new("account"),
        Head::new("region").spare(1),
        Head::new("expected").spare(2),
        Head::new("hours elsewhere").spare(3),
    ];
    let items: Vec<Item> = coverage.gaps.iter().filter_map(gap).collect();
    let title = format!("Gaps: no events where the other days have some · {}", count(items.len() as u64));
    Panel::new("gaps", title, Body::Table(Table::new(heads, items)))
        .or("None: no hour is empty that has events on the other days.")
        .at(Size::Rows(6), [0, 0])
}

/// A gap, which leads to the events around it.
fn gap(gap: &Gap) -> Option<Item> {
    let (from, to) = (gap.from.millis()?, gap.to.millis()?);
    let cells = vec![
        Cell::Time(gap.from),
        if gap.open { Cell::Dim("end of the log".to_owned()) } else { Cell::Time(gap.to) },
        Cell::Count(gap.hours),
        Cell::Text(gap.account.clone()),
        Cell::Text(gap.region.clone()),
        Cell::Number(gap.expected, 0),
        Cell::Count(gap.elsewhere),
    ];
    let label = format!("around the gap from {} in {} {}", gap.from, gap.account, gap.region);
    let around = between(from.saturating_sub(HOUR_MS), to.saturating_add(HOUR_MS));
    let expr = Expr::And(vec![lane(&gap.account, &gap.region)?, around]);
    let said = format!(
        "about {:.0} events should be in {}; the account has events in other regions in {} of them, other accounts in {}",
        gap.expected,
        plural(gap.hours, "hour"),
        count(gap.elsewhere),
        count(gap.in_other_accounts)
    );
    let id = format!("{} {} {}", gap.account, gap.region, gap.from);
    Some(Item::new(id, cells).to(Lead::Instead(Box::new(Scope { label, expr }))).noting(vec![
        Note::new("gap", said),
        Note::new("enter", "shows the events from the hour before to the hour after"),
    ]))
}
