//! The view of rules: what each rule hits among the events of the page, and where it is from.
//!
//! Every rule that reports by itself has a row, those without hits too: what a rule did not find is an answer as well.
//! Its text is edited in [`editor`], and tried on all that is loaded by [`trial`].

pub mod draft;
pub mod editor;
pub mod faulty;
pub mod trial;
pub mod work;

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::console::app::board::request::BoardRequest;
use crate::console::app::board::{Board, Body, Cell, Head, Item, Note, Panel, Size, Table};
use crate::detect::rules::{RuleInfo, Rules};
use crate::event::field::Field;
use crate::report::eval::Labels;
use crate::store::Row;
use crate::text::{count, plural};

/// What is known of the events beforehand. Two are the same where they are the same table.
#[derive(Clone, Debug)]
pub struct Labeled(pub Arc<Labels>);

impl PartialEq for Labeled {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Labeled {
    /// Whether an event belongs to an attack; `None` where nobody knows.
    pub fn is_attack(&self, row: &Row<'_>) -> Option<bool> {
        self.0.events.get(&row.id())?.attack
    }
}

/// Over how many stretches of time hits are counted.
const STRETCHES: usize = 16;

/// The hits of a rule.
#[derive(Clone, Copy, Default)]
struct Counts {
    /// Over time.
    over: [u32; STRETCHES],
    attack: u64,
    benign: u64,
}

impl Counts {
    fn total(&self) -> u64 {
        self.over.iter().map(|n| u64::from(*n)).sum()
    }

    fn add(&mut self, other: &Self) {
        self.over.iter_mut().zip(other.over).for_each(|(sum, n)| *sum += n);
        self.attack += other.attack;
        self.benign += other.benign;
    }
}

/// A rule and what it hits.
struct Line<'r> {
    info: &'r RuleInfo,
    file: String,
    counts: Counts,
    /// Of how many events it could not tell whether they are new.
    untold: usize,
}

/// The board; `None` when nobody waits any more.
pub(super) fn board(request: &BoardRequest, labels: Option<&Labeled>) -> Option<Board> {
    let inv = request.inv();
    let rules = &inv.judgment.rules;
    let counts = counts(request, labels)?;
    let line = |(n, info)| Line {
        info,
        file: file_of(rules, n, info),
        counts: counts.get(&n).copied().unwrap_or_default(),
        untold: inv.compared.without_baseline(n),
    };
    let mut lines: Vec<Line<'_>> =
        (0u32..).zip(rules.infos()).filter(|(_, info)| !info.serves).map(line).collect();
    lines.sort_by_key(|line| {
        let total = line.counts.total();
        (total == 0, std::cmp::Reverse((line.info.level, total)))
    });
    let hit = lines.iter().filter(|line| line.counts.total() > 0 && !line.info.muted).count();
    let muted = lines.iter().filter(|line| line.info.muted).count() as u64;
    let mut title = format!("{}, {} with hits here", plural(lines.len() as u64, "rule"), count(hit as u64));
    if muted > 0 {
        title.push_str(&format!(", {} muted", count(muted)));
    }
    title.extend(faulty::words(rules).map(|words| format!(", {words}")));
    // What somebody wrote and is not in force comes first.
    let items =
        faulty::items(rules, labels.is_some()).chain(lines.iter().map(|line| item(line, labels.is_some())));
    let items = items.collect();
    let panel = Panel::new("rules", title, Body::Table(Table::new(heads(labels.is_some()), items)))
        .or("No rule is in force: --rules FILE, or the folder rules beside config.toml, would fill this.");
    let panels = vec![panel.at(Size::Fill(6), [0, 0])];
    Some(Board { inv: inv.clone(), panels, said: String::new(), notes: 3 })
}

fn heads(labeled: bool) -> Vec<Head> {
    let mut heads = vec![
        Head::new("level"),
        Head::text("rule", 44, 64),
        Head::text("techniques", 9, 20).spare(6),
        Head::new("hits"),
    ];
    if labeled {
        heads.extend([Head::new("attack"), Head::new("benign")]);
    }
    heads.extend([Head::new("over time").spare(5), Head::text("source", 12, 32).spare(8)]);
    heads
}

fn item(line: &Line<'_>, labeled: bool) -> Item {
    let (info, counts) = (line.info, &line.counts);
    let hits = counts.total();
    let is_lit = hits > 0 && !info.muted;
    let level = if info.muted { "muted".to_owned() } else { info.level.name().to_owned() };
    let mut cells = vec![
        if is_lit { Cell::Event(level, info.level.floor().max(5)) } else { Cell::Dim(level) },
        if is_lit { Cell::Text(info.title.clone()) } else { Cell::Dim(info.title.clone()) },
        Cell::Dim(info.techniques.join(" ")),
        Cell::Count(hits),
    ];
    if labeled {
        cells.extend([Cell::Count(counts.attack), Cell::Count(counts.benign)]);
    }
    cells.extend([Cell::Spark(counts.over.to_vec()), Cell::Dim(line.file.clone())]);
    let item = Item::new(info.id.as_str(), cells).noting(notes(line));
    // Of a muted rule no event can be asked for.
    let id = info.id.as_str();
    if info.muted { item.about(Field::Rule, id) } else { item.of(Field::Rule, id) }
}

fn notes(line: &Line<'_>) -> Vec<Note> {
    let info = line.info;
    let kind = if info.compares { "on several events" } else { "on single events" };
    let mut notes = vec![
        Note::new("id", format!("{} ({kind}, {})", info.id, info.level.name())),
        Note::new("tactics", info.tactics.join(", ")),
        Note::new("file", line.file.as_str()),
    ];
    if line.untold > 0 {
        let events = plural(line.untold as u64, "event");
        notes.insert(
            1,
            Note::new(
                "no baseline",
                format!("{events} had nothing known to be compared with: no hits, and no passes"),
            ),
        );
    }
    if info.muted {
        let text = "it gives no points and is shown nowhere but here; m or D lets it speak again";
        notes.insert(1, Note::new("muted", text));
    }
    notes
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

/// The hits of each rule, by its number, among the events of the page; `None`: nobody waits.
fn counts(request: &BoardRequest, labels: Option<&Labeled>) -> Option<HashMap<u32, Counts, FixedState>> {
    let inv = request.inv();
    let rows = || request.selection.rows(&inv.table).filter_map(|n| inv.table.row(n));
    let times = || rows().filter_map(|row| row.time().millis());
    let (first, last) = times().fold((i64::MAX, i64::MIN), |(a, b), time| (a.min(time), b.max(time)));
    let step = (last.saturating_sub(first) / STRETCHES as i64).saturating_add(1).max(1);
    let mut by_set: HashMap<u32, Counts, FixedState> = HashMap::default();
    for row in rows().filter(|row| row.hits() != 0) {
        let place = row.time().millis().map_or(0, |time| (time.saturating_sub(first) / step) as usize);
        let counts = by_set.entry(row.hits()).or_default();
        if let Some(slot) = counts.over.get_mut(place) {
            *slot += 1;
        }
        match labels.and_then(|labels| labels.is_attack(&row)) {
            Some(true) => counts.attack += 1,
            Some(false) => counts.benign += 1,
            None => {}
        }
    }
    if request.is_stopped() {
        return None;
    }
    let mut found: HashMap<u32, Counts, FixedState> = HashMap::default();
    for (set, counts) in by_set {
        for rule in inv.hits.get(set) {
            found.entry(*rule).or_default().add(&counts);
        }
    }
    Some(found)
}
