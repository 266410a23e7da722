//! The view of rules: what each rule hits among the events of the page, and where it is from.
//!
//! Every rule that reports by itself has a row, those without hits too: what a rule did not find is an answer as well.
//! Its text is edited in [`editor`], and tried on all that is loaded by [`trial`].

pub mod editor;
pub mod trial;
pub mod work;

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::console::app::board::request::BoardRequest;
use crate::console::app::board::{Board, Body, Cell, Head, Item, Note, Panel, Size, Table};
use crate::detect::rules::{RuleInfo, Rules};
use crate::event::field::Field;
use crate::score::Level;
use crate::text::{count, plural};

/// Over how many stretches of time hits are counted.
const STRETCHES: usize = 16;

/// The hits of a rule over time.
type Counts = [u32; STRETCHES];

/// The board; `None` when nobody waits any more.
pub(super) fn board(request: &BoardRequest) -> Option<Board> {
    let inv = request.inv();
    let rules = &inv.judgment.rules;
    let counts = counts(request)?;
    let mut lines: Vec<(&RuleInfo, String, Counts)> = (0u32..)
        .zip(rules.infos())
        .filter(|(_, info)| !info.serves)
        .map(|(n, info)| (info, file_of(rules, n, info), counts.get(&n).copied().unwrap_or_default()))
        .collect();
    let total = |counts: &Counts| counts.iter().map(|n| u64::from(*n)).sum::<u64>();
    lines.sort_by_key(|(info, _, counts)| {
        (total(counts) == 0, std::cmp::Reverse((info.level, total(counts))))
    });
    let hit = lines.iter().filter(|(_, _, counts)| total(counts) > 0).count();
    let title = format!("{}, {} with hits here", plural(lines.len() as u64, "rule"), count(hit as u64));
    let items = lines.iter().map(|(info, file, counts)| item(info, file, total(counts), counts)).collect();
    let panel = Panel::new("rules", title, Body::Table(Table::new(heads(), items)))
        .or("No rule is in force; see --rules and builtin_rules.");
    let panels = vec![panel.at(Size::Fill(6), [0, 0])];
    Some(Board { inv: inv.clone(), panels, said: String::new(), notes: 3 })
}

fn heads() -> Vec<Head> {
    vec![
        Head::new("level"),
        Head::text("rule", 28, 64),
        Head::text("techniques", 9, 20),
        Head::new("hits"),
        Head::new("over time").spare(5),
        Head::text("source", 12, 44).spare(8),
    ]
}

fn item(info: &RuleInfo, file: &str, hits: u64, counts: &Counts) -> Item {
    let risk = match info.level {
        Level::Critical => 95,
        Level::High => 75,
        Level::Medium => 50,
        Level::Low => 25,
        Level::Info => 5,
    };
    let level = info.level.name();
    let cells = vec![
        if hits > 0 { Cell::Event(level.to_owned(), risk) } else { Cell::Dim(level.to_owned()) },
        if hits > 0 { Cell::Text(info.title.clone()) } else { Cell::Dim(info.title.clone()) },
        Cell::Dim(info.techniques.join(" ")),
        Cell::Count(hits),
        Cell::Spark(counts.to_vec()),
        Cell::Dim(file.to_owned()),
    ];
    let kind = if info.compares { "on several events" } else { "on single events" };
    let notes = vec![
        Note::new("id", format!("{} ({kind})", info.id)),
        Note::new("tactics", info.tactics.join(", ")),
        Note::new("file", file),
    ];
    Item::new(info.id.as_str(), cells).of(Field::Rule, info.id.as_str()).noting(notes)
}

/// The file that a rule is from.
pub(super) fn file_of(rules: &Rules, number: u32, info: &RuleInfo) -> String {
    let set = rules.set();
    let number = number as usize;
    let single = set.rules.get(number).map(|rule| &rule.file);
    let several = || set.correlations.get(number.checked_sub(set.rules.len())?).map(|rule| &rule.file);
    let first = || set.rules.iter().find(|rule| rule.id == info.id).map(|rule| &rule.file);
    single.or_else(several).or_else(first).cloned().unwrap_or_default()
}

/// The hits of each rule, by its number, over the time of the events of the page; `None`: nobody waits.
fn counts(request: &BoardRequest) -> Option<HashMap<u32, Counts, FixedState>> {
    let inv = request.inv();
    let rows = || request.selection.rows(&inv.table).filter_map(|n| inv.table.row(n));
    let times = || rows().filter_map(|row| row.time().millis());
    let (first, last) = times().fold((i64::MAX, i64::MIN), |(a, b), time| (a.min(time), b.max(time)));
    let step = (last.saturating_sub(first) / STRETCHES as i64).saturating_add(1).max(1);
    let mut by_set: HashMap<u32, Counts, FixedState> = HashMap::default();
    for row in rows().filter(|row| row.hits() != 0) {
        let place = row.time().millis().map_or(0, |time| (time.saturating_sub(first) / step) as usize);
        if let Some(slot) = by_set.entry(row.hits()).or_default().get_mut(place) {
            *slot += 1;
        }
    }
    if request.is_stopped() {
        return None;
    }
    let mut found: HashMap<u32, Counts, FixedState> = HashMap::default();
    for (set, counts) in by_set {
        for rule in inv.hits.get(set) {
            let all = found.entry(*rule).or_default();
            all.iter_mut().zip(counts).for_each(|(sum, n)| *sum += n);
        }
    }
    Some(found)
}
