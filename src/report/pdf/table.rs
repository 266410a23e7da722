//! Tables and facts: rows that stay whole under a head that comes again on each page.

use super::body::{put, runs};
use super::flow::Flow;
use super::line::{Line, Setter, Style};
use super::look::{self, Size};
use crate::report::paper::{Column, Table, Text};
use crate::text;

/// The size of facts.
pub(crate) const FACT: Size = Size { letters: 8.4, lead: 11.8 };
/// Between the text of a cell and its edges, sideways.
const PAD: f32 = 4.5;
/// How many rows are looked at for the widths of the columns.
const SAMPLE: usize = 200;
/// Above and below the text of a row.
const RISE: f32 = 2.6;
/// The most lines of a head.
const HEAD_LINES: usize = 6;
/// The most that names of facts take of the width.
const NAMES: f32 = 0.3;

/// A column with its place.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    x: f32,
    width: f32,
    right: bool,
}

/// A row that is set: the lines of each cell.
type Row = Vec<Vec<Line>>;

/// The least of a table that stands together: caption, head, the first row.
pub(crate) fn least(setter: &mut Setter<'_, '_>, table: &Table) -> f32 {
    let places = places(setter, table);
    least_at(setter, table, &places)
}

fn least_at(setter: &mut Setter<'_, '_>, table: &Table, places: &[Place]) -> f32 {
    let caption = if table.caption.is_empty() { 0.0 } else { look::TABLE.lead + 4.0 };
    let head = height(&head(setter, &table.columns, places), look::TABLE);
    let first = table.rows.first().map(|row| cells(setter, row, places));
    let first = first.map_or(look::TABLE.lead, |row| height(&row, look::TABLE));
    caption + head + first.min(Flow::whole() / 3.0)
}

/// Sets a table.
pub(crate) fn set(setter: &mut Setter<'_, '_>, flow: &mut Flow, table: &Table) {
    let places = places(setter, table);
    flow.need(least_at(setter, table, &places));
    if !table.caption.is_empty() {
        let lines = setter.lines(&runs(&table.caption), Style::bold(look::TABLE, look::INK), look::WIDTH);
        put(flow, &lines, look::SIDE, look::TABLE);
        flow.y += 4.0;
    }
    let head = head(setter, &table.columns, &places);
    draw_head(flow, &head, &places);
    for row in &table.rows {
        let row = cells(setter, row, &places);
        if height(&row, look::TABLE) > flow.room() && !below_head(flow, &head) {
            flow.turn();
            draw_head(flow, &head, &places);
        }
        draw_row(flow, &row, &places, &head);
    }
    if let Some((count, place)) = &table.more {
        more(setter, flow, *count, place);
    }
}

fn more(setter: &mut Setter<'_, '_>, flow: &mut Flow, count: u64, place: &str) {
    let rest = text::plural(count, "more row");
    let said = if place.is_empty() { rest } else { format!("{rest}: {place}") };
    let lines = setter.lines(&runs(&said), Style::muted(look::TABLE), look::WIDTH - 2.0 * PAD);
    flow.need(lines.len() as f32 * look::TABLE.lead + RISE);
    flow.y += RISE;
    put(flow, &lines, look::SIDE + PAD, look::TABLE);
}

/// Where the columns stand: their shares of the width, of which those that need less give to those that need more.
fn places(setter: &mut Setter<'_, '_>, table: &Table) -> Vec<Place> {
    let sum: u32 = table.columns.iter().map(|column| u32::from(column.share)).sum();
    let share = |column: &Column| {
        let share =
            if sum == 0 { 1.0 / table.columns.len() as f32 } else { f32::from(column.share) / sum as f32 };
        share * look::WIDTH
    };
    let shares: Vec<f32> = table.columns.iter().map(share).collect();
    let wanted = wanted(setter, table);
    let mut x = look::SIDE;
    let place = |(column, width): (&Column, f32)| {
        let place = Place { x: x + PAD, width: (width - 2.0 * PAD).max(1.0), right: column.right };
        x += width;
        place
    };
    table.columns.iter().zip(balanced(&shares, &wanted)).map(place).collect()
}

/// The width that each column would need for no line to break, by its head and its first rows.
fn wanted(setter: &mut Setter<'_, '_>, table: &Table) -> Vec<f32> {
    let (head, plain) = (Style::bold(look::TABLE, look::ACCENT), Style::plain(look::TABLE));
    let mut all: Vec<f32> = table.columns.iter().map(|c| setter.single(&c.title, head).width).collect();
    for row in table.rows.iter().take(SAMPLE) {
        for (width, cell) in all.iter_mut().zip(row) {
            *width = width.max(setter.natural(&cell.0, plain));
        }
    }
    all.iter().map(|width| width + 2.0 * PAD + 0.5).collect()
}

/// Widths that sum up to the shares: what some columns have too much goes to the others, first to those that need little.
fn balanced(shares: &[f32], wanted: &[f32]) -> Vec<f32> {
    let pairs = || shares.iter().zip(wanted);
    let mut spare: f32 = pairs().map(|(share, wanted)| (share - wanted).max(0.0)).sum();
    let mut widths: Vec<f32> = pairs().map(|(share, wanted)| share.min(*wanted)).collect();
    let mut poor: Vec<(usize, f32)> =
        pairs().map(|(share, wanted)| wanted - share).enumerate().filter(|(_, need)| *need > 0.0).collect();
    poor.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
    let mut left = poor.len();
    for (column, need) in poor {
        let gift = need.min(spare / left as f32);
        if let Some(width) = widths.get_mut(column) {
            *width += gift;
        }
        spare -= gift;
        left -= 1;
    }
    // What nobody needs is spread over all.
    let sum: f32 = shares.iter().sum();
    let back = |(width, share): (f32, &f32)| width + spare * share / sum.max(1.0);
    widths.into_iter().zip(shares).map(back).collect()
}

fn head(setter: &mut Setter<'_, '_>, columns: &[Column], places: &[Place]) -> Row {
    let style = Style::bold(look::TABLE, look::ACCENT);
    let mut lines = |c: &Column, place: &Place| setter.lines(&runs(&c.title), style, place.width);
    // A head that would fill pages is cut: below it there must be room for rows.
    columns
        .iter()
        .zip(places)
        .map(|(c, place)| lines(c, place).into_iter().take(HEAD_LINES).collect())
        .collect()
}

fn cells(setter: &mut Setter<'_, '_>, row: &[Text], places: &[Place]) -> Row {
    let style = Style::plain(look::TABLE);
    row.iter().zip(places).map(|(cell, place)| setter.lines(&cell.0, style, place.width)).collect()
}

fn height(row: &Row, size: Size) -> f32 {
    let lines = row.iter().map(Vec::len).max().unwrap_or(0).max(1);
    lines as f32 * size.lead + 2.0 * RISE
}

/// Whether nothing but the head stands on the page.
fn below_head(flow: &Flow, head: &Row) -> bool {
    flow.y <= look::TOP + height(head, look::TABLE) + 0.5
}

fn draw_head(flow: &mut Flow, head: &Row, places: &[Place]) {
    if head.is_empty() {
        return;
    }
    let (top, tall) = (flow.y, height(head, look::TABLE));
    let page = flow.page();
    page.area((look::SIDE, top), (look::WIDTH, tall), look::TINT);
    page.line((look::SIDE, top + tall), (look::SIDE + look::WIDTH, top + tall), 0.8, look::ACCENT);
    draw_cells(flow, head, places, (0, usize::MAX), look::TABLE);
    flow.y = top + tall;
}

/// Draws a row; one that is taller than what is left goes on below the head of the next page.
fn draw_row(flow: &mut Flow, row: &Row, places: &[Place], head: &Row) {
    let lines = row.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let mut from = 0;
    while from < lines {
        let fit = ((flow.room() - 2.0 * RISE) / look::TABLE.lead).max(0.0) as usize;
        // Where a head fills the page, rows are drawn all the same.
        let fit = if fit == 0 && !below_head(flow, head) { 0 } else { fit.max(1) };
        let to = lines.min(from + fit);
        if fit > 0 {
            draw_cells(flow, row, places, (from, to), look::TABLE);
            flow.y += (to - from) as f32 * look::TABLE.lead + 2.0 * RISE;
            let y = flow.y;
            flow.page().line((look::SIDE, y), (look::SIDE + look::WIDTH, y), 0.4, look::RULE);
        }
        from = to;
        if from < lines {
            flow.turn();
            draw_head(flow, head, places);
        }
    }
}

/// Draws lines `from..to` of each cell below where the flow is.
fn draw_cells(flow: &mut Flow, row: &Row, places: &[Place], (from, to): (usize, usize), size: Size) {
    let top = flow.y + RISE;
    let page = flow.page();
    for (cell, place) in row.iter().zip(places) {
        let mut base = size.letters.mul_add(0.32, top + size.lead / 2.0);
        for line in cell.iter().take(to).skip(from) {
            if place.right {
                line.draw_ending(page, place.x + place.width, base);
            } else {
                line.draw(page, place.x, base);
            }
            base += size.lead;
        }
    }
}

/// Sets names and what they are, in two columns without a head.
pub(crate) fn facts(setter: &mut Setter<'_, '_>, flow: &mut Flow, facts: &[(String, Text)]) {
    let name_style = Style::muted(FACT);
    let widest = facts.iter().map(|(name, _)| setter.single(name, name_style).width).fold(0.0, f32::max);
    let names = (widest + 1.0).min(look::WIDTH * NAMES);
    let x = look::SIDE + names + 16.0;
    for (name, value) in facts {
        let left = setter.lines(&runs(name), name_style, names);
        let right = setter.lines(&value.0, Style::plain(FACT), look::WIDTH - names - 16.0);
        fact(flow, &left, &right, x);
    }
}

/// One fact; one that is longer than a page goes on on the next.
fn fact(flow: &mut Flow, name: &[Line], value: &[Line], x: f32) {
    let lines = name.len().max(value.len());
    if (lines as f32 * FACT.lead) < Flow::whole() {
        flow.need(lines as f32 * FACT.lead);
    }
    let pairs = (0..lines).map(|i| [(name.get(i), look::SIDE), (value.get(i), x)]);
    for pair in pairs.collect::<Vec<[(Option<&Line>, f32); 2]>>() {
        flow.need(FACT.lead);
        let base = FACT.letters.mul_add(0.32, flow.y + FACT.lead / 2.0);
        for (line, x) in pair {
            if let Some(line) = line {
                line.draw(flow.page(), x, base);
            }
        }
        flow.y += FACT.lead;
    }
    flow.y += 2.0;
}
