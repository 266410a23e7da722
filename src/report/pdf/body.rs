//! The sections, block after block.
//!
//! What belongs together stays together: a heading has the beginning of what follows
//! it on its page, a table its head, a chart all of it.

use super::chart;
use super::flow::{Entry, Flow};
use super::line::{Line, Setter, Style};
use super::look::{self, Size};
use super::table;
use crate::report::paper::{Block, Run, Section, Text};

/// Between blocks.
const GAP: f32 = 9.0;
/// Before a section that does not begin a page.
const SECTION_GAP: f32 = 24.0;
/// How far points stand in.
const INDENT: f32 = 14.0;

/// Sets all sections.
pub(crate) fn set(setter: &mut Setter<'_, '_>, sections: &[Section]) -> Flow {
    let mut flow = Flow::new();
    for (number, section) in (1u32..).zip(sections) {
        section_head(setter, &mut flow, number, section);
        for (i, block) in section.blocks.iter().enumerate() {
            let next = section.blocks.get(i + 1..).unwrap_or_default();
            set_block(setter, &mut flow, block, next);
        }
    }
    flow
}

fn section_head(setter: &mut Setter<'_, '_>, flow: &mut Flow, number: u32, section: &Section) {
    let style = Style::bold(look::SECTION, look::ACCENT);
    let number = number.to_string();
    let title = format!("{number}   {}", section.title);
    let lines = setter.lines(&runs(&title), style, look::WIDTH);
    let height = lines.len() as f32 * look::SECTION.lead + 12.0;
    flow.need(SECTION_GAP + height + ahead(setter, &section.blocks).max(60.0));
    flow.skip(SECTION_GAP);
    flow.anchor(&section.anchor);
    flow.entries.push(Entry { number, title: section.title.clone(), spot: flow.spot() });
    put(flow, &lines, look::SIDE, look::SECTION);
    let y = flow.y + 2.0;
    flow.page().line((look::SIDE, y), (look::SIDE + look::WIDTH, y), 0.8, look::ACCENT);
    flow.y += 12.0;
}

fn set_block(setter: &mut Setter<'_, '_>, flow: &mut Flow, block: &Block, next: &[Block]) {
    match block {
        Block::Heading { title, anchor } => heading(setter, flow, (title, anchor), next),
        Block::Text(text) => {
            paragraph(setter, flow, text);
            flow.y += GAP - 2.0;
        }
        Block::List(points) => list(setter, flow, points),
        Block::Facts(facts) => {
            table::facts(setter, flow, facts);
            flow.y += GAP;
        }
        Block::Table(shown) => {
            table::set(setter, flow, shown);
            flow.y += GAP + 3.0;
        }
        Block::Code { caption, text, anchor } => {
            code(setter, flow, (caption, text, anchor));
            flow.y += GAP;
        }
        Block::Chart(shown) => {
            chart::set(setter, flow, shown);
            flow.y += GAP + 3.0;
        }
    }
}

fn heading(setter: &mut Setter<'_, '_>, flow: &mut Flow, (title, anchor): (&str, &str), next: &[Block]) {
    let lines = setter.lines(&runs(title), Style::bold(look::HEADING, look::INK), look::WIDTH);
    let height = lines.len() as f32 * look::HEADING.lead + 3.0;
    flow.need(5.0 + height + ahead(setter, next));
    flow.skip(5.0);
    flow.anchor(anchor);
    flow.entries.push(Entry { number: String::new(), title: title.to_owned(), spot: flow.spot() });
    put(flow, &lines, look::SIDE, look::HEADING);
    flow.y += 3.0;
}

/// How much of what follows must stand on the page of a heading.
fn ahead(setter: &mut Setter<'_, '_>, next: &[Block]) -> f32 {
    let mut height = 0.0;
    for block in next {
        height += match block {
            // Headings in a row stay together with what follows the last.
            Block::Heading { .. } => look::HEADING.lead + 8.0,
            Block::Text(_) | Block::List(_) => look::BODY.lead * 2.0,
            Block::Facts(_) => table::FACT.lead * 2.0,
            Block::Table(shown) => table::least(setter, shown),
            Block::Code { .. } => look::CODE.lead * 3.0 + 20.0,
            Block::Chart(shown) => chart::least(setter, shown),
        };
        if !matches!(block, Block::Heading { .. }) {
            break;
        }
    }
    // More than a page cannot be kept together.
    height.min(Flow::whole() * 0.7)
}

fn paragraph(setter: &mut Setter<'_, '_>, flow: &mut Flow, text: &Text) {
    let lines = setter.lines(&text.0, Style::plain(look::BODY), look::WIDTH);
    put(flow, &lines, look::SIDE, look::BODY);
}

fn list(setter: &mut Setter<'_, '_>, flow: &mut Flow, points: &[Text]) {
    for point in points {
        let lines = setter.lines(&point.0, Style::plain(look::BODY), look::WIDTH - INDENT);
        flow.need(look::BODY.lead * lines.len().min(3) as f32);
        let middle = flow.y + look::BODY.lead * 0.55;
        flow.page().disk((look::SIDE + 4.0, middle), 1.5, look::MUTED);
        put(flow, &lines, look::SIDE + INDENT, look::BODY);
        flow.y += 2.5;
    }
    flow.y += GAP - 4.5;
}

/// Puts lines one below the other; no single line of a longer text stands alone on a page.
pub(crate) fn put(flow: &mut Flow, lines: &[Line], x: f32, size: Size) {
    let mut left = lines.len();
    if left <= 3 {
        flow.need(size.lead * left as f32);
    }
    for line in lines {
        let alone = left == lines.len() || left == 2;
        flow.need(if alone { size.lead * left.min(2) as f32 } else { size.lead });
        let base = size.letters.mul_add(0.32, flow.y + size.lead / 2.0);
        line.draw(flow.page(), x, base);
        flow.y += size.lead;
        left -= 1;
    }
}

/// Text that keeps its lines, in a tinted box that goes on over pages.
fn code(setter: &mut Setter<'_, '_>, flow: &mut Flow, (caption, text, anchor): (&str, &str, &str)) {
    let least = look::CODE.lead * 2.0 + 10.0;
    if caption.is_empty() {
        flow.need(least);
        flow.anchor(anchor);
    } else {
        let lines = setter.lines(&runs(caption), Style::bold(look::TABLE, look::INK), look::WIDTH);
        flow.need(lines.len() as f32 * (look::TABLE.lead + 2.0) + least);
        flow.anchor(anchor);
        put(flow, &lines, look::SIDE, look::TABLE);
        flow.y += 2.0;
    }
    let lines = code_lines(setter, text);
    let mut rest = lines.as_slice();
    while !rest.is_empty() {
        let fit = ((flow.room() - 8.0) / look::CODE.lead).max(0.0) as usize;
        if fit == 0 {
            flow.turn();
            continue;
        }
        let (now, later) = rest.split_at(fit.min(rest.len()));
        code_part(flow, now);
        rest = later;
    }
}

/// The lines of a text, each with how far it stands in: the later parts of a long line a little.
fn code_lines(setter: &mut Setter<'_, '_>, text: &str) -> Vec<(f32, Line)> {
    let mut all = Vec::new();
    for line in text.split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let width = look::WIDTH - 34.0;
        let parts = setter.lines(&runs(&untabbed(line)), Style::mono(look::CODE), width);
        all.extend(parts.into_iter().enumerate().map(|(i, part)| (if i == 0 { 0.0 } else { 16.0 }, part)));
    }
    all
}

fn code_part(flow: &mut Flow, lines: &[(f32, Line)]) {
    let height = look::CODE.lead * lines.len() as f32 + 8.0;
    let top = flow.y;
    let page = flow.page();
    page.area((look::SIDE, top), (look::WIDTH, height), look::TINT);
    page.area((look::SIDE, top), (2.0, height), look::RULE);
    let mut y = top + 4.0;
    for (indent, line) in lines {
        let base = look::CODE.letters.mul_add(0.32, y + look::CODE.lead / 2.0);
        line.draw(page, look::SIDE + 10.0 + indent, base);
        y += look::CODE.lead;
    }
    flow.y = top + height;
}

/// A line with each tab as spaces up to the next column that four divides.
fn untabbed(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut column = 0;
    for c in line.chars() {
        if c == '\t' {
            let fill = 4 - column % 4;
            out.extend(std::iter::repeat_n(' ', fill));
            column += fill;
        } else {
            out.push(c);
            column += 1;
        }
    }
    out
}

/// Words that look like everything.
pub(crate) fn runs(text: &str) -> [Run; 1] {
    [Run { text: text.to_owned(), ..Run::default() }]
}
