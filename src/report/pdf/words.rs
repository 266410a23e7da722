//! Every string of a report, and every anchor: to know beforehand what it needs.

use crate::report::paper::{Block, Chart, Marks, Paper, Table, Text};

/// All text that is shown.
pub(crate) fn all(paper: &Paper) -> impl Iterator<Item = &str> {
    let cover = [&paper.title, &paper.subtitle, &paper.classification, &paper.footer];
    let cover = cover.into_iter().map(String::as_str);
    let sections = paper.sections.iter().flat_map(|section| {
        std::iter::once(section.title.as_str()).chain(section.blocks.iter().flat_map(of_block))
    });
    cover.chain(of_facts(&paper.facts)).chain(sections)
}

/// The anchors of sections, headings and code.
pub(crate) fn anchors(paper: &Paper) -> impl Iterator<Item = &str> {
    paper.sections.iter().flat_map(|section| {
        let blocks = section.blocks.iter().filter_map(|block| match block {
            Block::Heading { anchor, .. } | Block::Code { anchor, .. } => Some(anchor.as_str()),
            _ => None,
        });
        std::iter::once(section.anchor.as_str()).chain(blocks)
    })
}

type Strings<'a> = Box<dyn Iterator<Item = &'a str> + 'a>;

fn of_block(block: &Block) -> Strings<'_> {
    match block {
        Block::Heading { title, .. } => Box::new(std::iter::once(title.as_str())),
        Block::Text(text) => Box::new(of_text(text)),
        Block::List(points) => Box::new(points.iter().flat_map(of_text)),
        Block::Facts(facts) => Box::new(of_facts(facts)),
        Block::Table(table) => Box::new(of_table(table)),
        Block::Code { caption, text, .. } => Box::new([caption.as_str(), text.as_str()].into_iter()),
        Block::Chart(chart) => of_chart(chart),
    }
}

fn of_text(text: &Text) -> impl Iterator<Item = &str> {
    text.0.iter().map(|run| run.text.as_str())
}

fn of_facts(facts: &[(String, Text)]) -> impl Iterator<Item = &str> {
    facts.iter().flat_map(|(name, text)| std::iter::once(name.as_str()).chain(of_text(text)))
}

fn of_table(table: &Table) -> impl Iterator<Item = &str> {
    let more = table.more.iter().map(|(_, place)| place.as_str());
    let titles = table.columns.iter().map(|column| column.title.as_str());
    let cells = table.rows.iter().flatten().flat_map(of_text);
    std::iter::once(table.caption.as_str()).chain(titles).chain(cells).chain(more)
}

fn of_chart(chart: &Chart) -> Strings<'_> {
    let marks: Strings<'_> = match &chart.marks {
        Marks::Bars { unit, bars } => {
            Box::new(std::iter::once(unit.as_str()).chain(bars.iter().map(|bar| bar.name.as_str())))
        }
        Marks::Activity { .. } => Box::new(std::iter::empty()),
        Marks::Scatter { x, y, .. } => Box::new([x.as_str(), y.as_str()].into_iter()),
        Marks::Field { rows, columns, .. } => Box::new(rows.iter().chain(columns).map(String::as_str)),
    };
    Box::new(std::iter::once(chart.title.as_str()).chain(marks))
}
