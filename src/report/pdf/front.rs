//! What stands before the sections: the cover and the contents; and what stands on each page.

use super::body::{put, runs};
use super::flow::{Entry, Flow};
use super::line::{Setter, Style};
use super::look;
use super::page::{Page, Target};
use super::table;
use crate::report::paper::Paper;

/// The width of the contents: an eye must find the number at the end of a line.
const CONTENTS: f32 = 560.0;

/// Title, subtitle and what the cover states.
pub(crate) fn cover(setter: &mut Setter<'_, '_>, paper: &Paper) -> Flow {
    let mut flow = Flow::new();
    flow.y = look::TOP + 70.0;
    let style = Style::bold(look::TITLE, look::ACCENT);
    let title = if paper.title.is_empty() { "Report" } else { &paper.title };
    let lines = setter.lines(&runs(title), style, look::WIDTH - 60.0);
    put(&mut flow, &lines, look::SIDE, look::TITLE);
    flow.y += 6.0;
    if !paper.subtitle.is_empty() {
        let style = Style::muted(look::SUBTITLE);
        let lines = setter.lines(&runs(&paper.subtitle), style, look::WIDTH - 60.0);
        put(&mut flow, &lines, look::SIDE, look::SUBTITLE);
    }
    let y = flow.y + 14.0;
    flow.page().line((look::SIDE, y), (look::SIDE + 120.0, y), 2.0, look::ACCENT);
    flow.y = y + 26.0;
    table::facts(setter, &mut flow, &paper.facts);
    flow
}

/// The contents: sections and headings with the pages on which they begin.
///
/// `before` is the number of pages before the body; the links count from the first page of the document.
pub(crate) fn contents(setter: &mut Setter<'_, '_>, entries: &[Entry], before: usize) -> Flow {
    let mut flow = Flow::new();
    let lines = setter.lines(&runs("Contents"), Style::bold(look::SECTION, look::ACCENT), look::WIDTH);
    put(&mut flow, &lines, look::SIDE, look::SECTION);
    flow.y += 8.0;
    for entry in entries {
        line_of_contents(setter, &mut flow, entry, before);
    }
    flow
}

fn line_of_contents(setter: &mut Setter<'_, '_>, flow: &mut Flow, entry: &Entry, before: usize) {
    let section = !entry.number.is_empty();
    let size = if section { look::BODY } else { look::TABLE };
    let style = if section { Style::bold(size, look::INK) } else { Style::plain(size) };
    let indent = 26.0;
    let lines = setter.lines(&runs(&entry.title), style, CONTENTS - indent - 60.0);
    let height = lines.len() as f32 * size.lead;
    if section {
        flow.skip(4.0);
    }
    flow.need(height);
    let top = flow.y;
    let base = size.letters.mul_add(0.32, top + size.lead / 2.0);
    let page = entry.spot.page + before;
    setter.single(&entry.number, style).draw(flow.page(), look::SIDE, base);
    let number = setter.single(&(page + 1).to_string(), style);
    put(flow, &lines, look::SIDE + indent, size);
    // The number stands beside the last line of the title, a fine rule leads to it.
    let last = height.mul_add(1.0, base - size.lead);
    let from = look::SIDE + indent + lines.last().map_or(0.0, |line| line.width) + 6.0;
    let to = look::SIDE + CONTENTS - number.width - 6.0;
    if from < to {
        flow.page().line((from, last), (to, last), 0.4, look::RULE);
    }
    number.draw_ending(flow.page(), look::SIDE + CONTENTS, last);
    let target = Target::Spot(page, entry.spot.y);
    flow.page().link((look::SIDE, top), (CONTENTS, height), target);
}

/// Draws head and foot of a page: title, how far the report may travel, the foot line, `3/17`.
pub(crate) fn frame(
    setter: &mut Setter<'_, '_>,
    page: &mut Page,
    paper: &Paper,
    (number, of): (usize, usize),
) {
    let right = look::SIDE + look::WIDTH;
    let style = Style::muted(look::LABEL);
    let (head, foot) = (34.0, look::PAGE_HEIGHT - 30.0);
    if number > 1 {
        setter.clipped(&paper.title, style, look::WIDTH * 0.6).draw(page, look::SIDE, head);
        page.line((look::SIDE, head + 9.0), (right, head + 9.0), 0.4, look::RULE);
    }
    page.line((look::SIDE, foot - 14.0), (right, foot - 14.0), 0.4, look::RULE);
    setter.clipped(&paper.footer, style, look::WIDTH * 0.36).draw(page, look::SIDE, foot);
    let pages = format!("{number}/{of}");
    setter.single(&pages, style).draw_around(page, look::PAGE_WIDTH / 2.0, foot);
    marking(setter, page, &paper.classification, (right, head));
    marking(setter, page, &paper.classification, (right, foot));
}

/// How far a report may travel, on black, ending at `x`.
fn marking(setter: &mut Setter<'_, '_>, page: &mut Page, words: &str, (x, y): (f32, f32)) {
    if words.is_empty() {
        return;
    }
    let style = Style::bold(look::MARKING, look::marking(words));
    let line = setter.clipped(words, style, look::WIDTH * 0.36);
    let corner = (x - line.width - 10.0, y - 11.5);
    page.area(corner, (line.width + 10.0, look::MARKING.lead), look::BLACK);
    line.draw_ending(page, x - 5.0, y);
}
