//! A paper as one HTML file that needs nothing else: no script, no font, no request.
//!
//! The policy in its head forbids everything but the one style sheet in it, named by its hash, so that even a mistake in
//! escaping could run nothing. Charts are drawn as SVG elements without styles of their own. It
//! prints as it reads: heads of tables repeat, rows are not torn.

mod style;
mod svg;

use std::fmt::Write as _;

use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use crate::report::paper::{Block, Look, Paper, Run, Section, Table, Text};
use crate::score::Level;
use crate::text::{count, is_hostile, visible};

/// The paper as an HTML document.
pub fn render(paper: &Paper) -> String {
    let mut out = String::with_capacity(1 << 16);
    head(&mut out, paper);
    cover(&mut out, paper);
    contents(&mut out, paper);
    for (n, section) in paper.sections.iter().enumerate() {
        write_section(&mut out, n + 1, section);
    }
    let _ = writeln!(
        out,
        "<footer>{} <span class=\"tlp\">{}</span></footer>\n</main></body></html>",
        escaped(&paper.footer),
        escaped(&paper.classification)
    );
    out
}

fn head(out: &mut String, paper: &Paper) {
    let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style::SHEET.as_bytes()));
    let _ = write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; \
         base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\"><meta name=\"robots\" content=\"noindex\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"generator\" content=\"trailhound {}\">\n<title>{}</title>\n<style>{}</style></head>\n<body><main>\n",
        env!("CARGO_PKG_VERSION"),
        escaped(&paper.title),
        style::SHEET
    );
}

fn cover(out: &mut String, paper: &Paper) {
    out.push_str("<header>\n");
    if !paper.classification.is_empty() {
        let _ = writeln!(out, "<p class=\"tlp\">{}</p>", escaped(&paper.classification));
    }
    let _ = writeln!(out, "<h1>{}</h1>", escaped(&paper.title));
    if !paper.subtitle.is_empty() {
        let _ = writeln!(out, "<p class=\"subtitle\">{}</p>", escaped(&paper.subtitle));
    }
    facts(out, &paper.facts);
    out.push_str("</header>\n");
}

fn contents(out: &mut String, paper: &Paper) {
    out.push_str("<nav><h2>Contents</h2><ol>\n");
    for section in &paper.sections {
        let _ = writeln!(
            out,
            "<li><a href=\"#{}\">{}</a></li>",
            escaped(&section.anchor),
            escaped(&section.title)
        );
    }
    out.push_str("</ol></nav>\n");
}

fn write_section(out: &mut String, number: usize, section: &Section) {
    let _ = writeln!(
        out,
        "<section id=\"{}\"><h2>{number}. {}</h2>",
        escaped(&section.anchor),
        escaped(&section.title)
    );
    for block in &section.blocks {
        write_block(out, block);
    }
    out.push_str("</section>\n");
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Heading { title, anchor } => {
            let _ = writeln!(out, "<h3{}>{}</h3>", id(anchor), escaped(title));
        }
        Block::Text(line) => {
            let _ = writeln!(out, "<p>{}</p>", text(line));
        }
        Block::List(points) => {
            out.push_str("<ul>\n");
            for point in points {
                let _ = writeln!(out, "<li>{}</li>", text(point));
            }
            out.push_str("</ul>\n");
        }
        Block::Facts(list) => facts(out, list),
        Block::Table(rows) => table(out, rows),
        Block::Code { caption, text, anchor } => {
            let _ = writeln!(
                out,
                "<figure{}><figcaption>{}</figcaption><pre>{}</pre></figure>",
                id(anchor),
                escaped(caption),
                lines(text)
            );
        }
        Block::Chart(chart) => {
            let _ = writeln!(out, "<figure><figcaption>{}</figcaption>", escaped(&chart.title));
            svg::draw(out, chart);
            out.push_str("</figure>\n");
        }
    }
}

fn id(anchor: &str) -> String {
    if anchor.is_empty() { String::new() } else { format!(" id=\"{}\"", escaped(anchor)) }
}

fn facts(out: &mut String, list: &[(String, Text)]) {
    if list.is_empty() {
        return;
    }
    out.push_str("<dl>\n");
    for (name, what) in list {
        let _ = writeln!(out, "<dt>{}</dt><dd>{}</dd>", escaped(name), text(what));
    }
    out.push_str("</dl>\n");
}

fn table(out: &mut String, table: &Table) {
    out.push_str("<table>");
    if !table.caption.is_empty() {
        let _ = write!(out, "<caption>{}</caption>", escaped(&table.caption));
    }
    // Widths are attributes, as the policy allows no styles in the page.
    let sum: u32 = table.columns.iter().map(|c| u32::from(c.share)).sum();
    out.push_str("<colgroup>");
    for column in &table.columns {
        let _ = write!(out, "<col width=\"{}%\">", u32::from(column.share) * 100 / sum.max(1));
    }
    out.push_str("</colgroup><thead><tr>");
    for column in &table.columns {
        let _ = write!(out, "<th{}>{}</th>", right(column.right), escaped(&column.title));
    }
    out.push_str("</tr></thead><tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (cell, column) in row.iter().zip(&table.columns) {
            let _ = write!(out, "<td{}>{}</td>", right(column.right), text(cell));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
    if let Some((more, place)) = &table.more {
        let _ = writeln!(out, "<p class=\"more\">{} more in {}</p>", count(*more), escaped(place));
    }
}

const fn right(right: bool) -> &'static str {
    if right { " class=\"n\"" } else { "" }
}

fn text(text: &Text) -> String {
    text.0.iter().map(run).collect()
}

fn run(run: &Run) -> String {
    let words = match run.look {
        Look::Plain => escaped(&run.text),
        Look::Strong => format!("<strong>{}</strong>", escaped(&run.text)),
        Look::Muted => format!("<span class=\"m\">{}</span>", escaped(&run.text)),
        Look::Value if run.text.is_empty() => String::new(),
        Look::Value => format!("<code>{}</code>", breakable(&run.text)),
        Look::Level(level) => {
            format!("<span class=\"l {}\">{} {}</span>", level.name(), sign(level), escaped(&run.text))
        }
    };
    if run.to.is_empty() { words } else { format!("<a href=\"#{}\">{words}</a>", escaped(&run.to)) }
}

/// A sign beside the color, for who sees no colors.
const fn sign(level: Level) -> &'static str {
    match level {
        Level::Info => "·",
        Level::Low => "○",
        Level::Medium => "◆",
        Level::High => "■",
        Level::Critical => "▲",
    }
}

/// A value that may be broken into lines behind the marks that part it, and before the words of a long name.
fn breakable(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for piece in text.split_inclusive(['/', ':', '-', '_', '.', ',', ';', '=']) {
        let mut from = 0;
        for (at, pair) in piece.as_bytes().windows(2).enumerate() {
            if pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase() && at + 1 - from >= LONG {
                out += &escaped(&piece[from..=at]);
                out += "<wbr>";
                from = at + 1;
            }
        }
        out += &escaped(&piece[from..]);
        out += "<wbr>";
    }
    out
}

/// From how many letters on a name may be broken before its next word.
const LONG: usize = 8;

/// Lines of code: line breaks stay, whatever else would act is made visible.
fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| escaped(&line.replace('\t', "    "))).collect();
    lines.join("\n")
}

/// Text in which no character is markup, and none acts: control and bidirectional characters become visible.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_hostile(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests;
