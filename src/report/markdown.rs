//! A paper as Markdown (the dialect of GitHub), for tickets, wikis and version control.
//!
//! Text of the log must not become markup: what stands out as a value is a code span, everything else is
//! escaped letter by letter. Charts are tables of their numbers. Nothing links out of the document.

use std::fmt::Write as _;

use crate::report::paper::{Block, Chart, Look, Marks, Paper, Run, Section, Table, Text};
use crate::score::Level;
use crate::text::{count, visible};

/// The paper as Markdown.
pub fn render(paper: &Paper) -> String {
    let mut out = String::new();
    if !paper.classification.is_empty() {
        let _ = writeln!(out, "**{}**\n", escaped(&paper.classification));
    }
    let _ = writeln!(out, "# {}\n", escaped(&paper.title));
    if !paper.subtitle.is_empty() {
        let _ = writeln!(out, "{}\n", escaped(&paper.subtitle));
    }
    facts(&mut out, &paper.facts);
    out.push_str("## Contents\n\n");
    for (n, section) in paper.sections.iter().enumerate() {
        let _ = writeln!(out, "{}. [{}](#{})", n + 1, escaped(&section.title), section.anchor);
    }
    out.push('\n');
    for (n, section) in paper.sections.iter().enumerate() {
        write_section(&mut out, n + 1, section);
    }
    let classification = if paper.classification.is_empty() { "" } else { " · " };
    let _ =
        writeln!(out, "---\n\n{}{classification}{}", escaped(&paper.footer), escaped(&paper.classification));
    out
}

fn write_section(out: &mut String, number: usize, section: &Section) {
    anchor(out, &section.anchor);
    let _ = writeln!(out, "## {number}. {}\n", escaped(&section.title));
    for block in &section.blocks {
        write_block(out, block);
    }
}

/// A place to link to. Anchors are our own words.
fn anchor(out: &mut String, name: &str) {
    if !name.is_empty() {
        let _ = writeln!(out, "<a id=\"{name}\"></a>\n");
    }
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Heading { title, anchor: name } => {
            anchor(out, name);
            let _ = writeln!(out, "### {}\n", escaped(title));
        }
        Block::Text(line) => {
            let _ = writeln!(out, "{}\n", text(line, false));
        }
        Block::List(points) => {
            for point in points {
                let _ = writeln!(out, "- {}", text(point, false));
            }
            out.push('\n');
        }
        Block::Facts(list) => facts(out, list),
        Block::Table(rows) => table(out, rows),
        Block::Code { caption, text, anchor: name } => code(out, caption, text, name),
        Block::Chart(picture) => chart(out, picture),
    }
}

fn facts(out: &mut String, list: &[(String, Text)]) {
    if list.is_empty() {
        return;
    }
    out.push_str("| | |\n|---|---|\n");
    for (name, what) in list {
        let _ = writeln!(out, "| {} | {} |", escaped(name), text(what, true));
    }
    out.push('\n');
}

fn table(out: &mut String, table: &Table) {
    if !table.caption.is_empty() {
        let _ = writeln!(out, "{}\n", escaped(&table.caption));
    }
    let titles: Vec<String> = table.columns.iter().map(|c| escaped(&c.title)).collect();
    let rules: Vec<&str> = table.columns.iter().map(|c| if c.right { "---:" } else { "---" }).collect();
    let _ = writeln!(out, "| {} |\n|{}|", titles.join(" | "), rules.join("|"));
    for row in &table.rows {
        let cells: Vec<String> = row.iter().map(|cell| text(cell, true)).collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
    out.push('\n');
    if let Some((more, place)) = &table.more {
        let _ = writeln!(out, "{} more in {}\n", count(*more), escaped(place));
    }
}

fn code(out: &mut String, caption: &str, text: &str, name: &str) {
    anchor(out, name);
    if !caption.is_empty() {
        let _ = writeln!(out, "{}\n", escaped(caption));
    }
    let lines: Vec<String> = text.lines().map(|line| visible(line).into_owned()).collect();
    let text = lines.join("\n");
    let fence = "`".repeat(longest_run(&text, '`').max(2) + 1);
    let _ = writeln!(out, "{fence}text\n{text}\n{fence}\n");
}

fn chart(out: &mut String, chart: &Chart) {
    let (head, rows): (Vec<&str>, Vec<Vec<String>>) = match &chart.marks {
        Marks::Bars { unit, bars } => {
            let row = |bar: &crate::report::paper::Bar| vec![escaped(&bar.name), format!("{}", bar.value)];
            (vec!["", unit], bars.iter().map(row).collect())
        }
        Marks::Activity { start, step, buckets } => {
            let busy = (0i64..).zip(buckets).filter(|(_, b)| b.iter().sum::<u64>() > 0);
            let row = |(n, bucket): (i64, &[u64; 5])| {
                let from = start.plus_millis(step.saturating_mul(1000).saturating_mul(n));
                let counts = bucket.iter().map(|n| count(*n));
                std::iter::once(from.to_string()).chain(counts).collect()
            };
            let head = std::iter::once("from (UTC)").chain(Level::ALL.map(Level::name));
            (head.collect(), busy.map(row).collect())
        }
        Marks::Scatter { normal, odd, .. } => {
            let row = |name: &str, n: usize| vec![name.to_owned(), count(n as u64)];
            (vec!["", "points"], vec![row("ordinary", normal.len()), row("out of the ordinary", odd.len())])
        }
        Marks::Field { rows, columns, cells } => {
            let head = std::iter::once("").chain(columns.iter().map(String::as_str));
            let row = |(name, cells): (&String, &Vec<u64>)| {
                std::iter::once(escaped(name)).chain(cells.iter().map(|n| count(*n))).collect()
            };
            (head.collect(), rows.iter().zip(cells).map(row).collect())
        }
    };
    let head: Vec<String> = head.into_iter().map(escaped).collect();
    let _ = writeln!(
        out,
        "{}\n\n| {} |\n|{}",
        escaped(&chart.title),
        head.join(" | "),
        "---|".repeat(head.len())
    );
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out.push('\n');
}

fn text(text: &Text, in_cell: bool) -> String {
    text.0.iter().map(|piece| run(piece, in_cell)).collect()
}

fn run(run: &Run, in_cell: bool) -> String {
    if run.text.is_empty() {
        return String::new();
    }
    let words = match run.look {
        Look::Value => span(&run.text, in_cell),
        Look::Strong | Look::Level(Level::High | Level::Critical) => {
            let (lead, words) = split_lead(&run.text);
            format!("{lead}**{}**", escaped(words))
        }
        _ => escaped(&run.text),
    };
    if run.to.is_empty() { words } else { format!("[{words}](#{})", run.to) }
}

/// White space before bold words would end the boldness.
fn split_lead(text: &str) -> (&str, &str) {
    text.split_at(text.len() - text.trim_start().len())
}

/// A code span. In a cell of a table a bar would end the cell even there, so that such a value is told otherwise.
fn span(text: &str, in_cell: bool) -> String {
    let text = visible(text);
    if text.trim().is_empty() {
        return "(blank)".to_owned();
    }
    if in_cell && text.contains('|') {
        return format!("<code>{}</code>", escaped(&text));
    }
    let ticks = "`".repeat(longest_run(&text, '`') + 1);
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

fn longest_run(text: &str, of: char) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == of { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// Text in which no character is markup, and no word a link or a mention.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let text = visible(text);
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let after = text.get(at + c.len_utf8()..).unwrap_or_default();
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' => out.push_str("&#124;"),
            // GitHub makes mentions, mails and links of these, escaped by a backslash or not: an empty comment parts them.
            '@' => out.push_str("@<!-- -->"),
            '.' if out.len() >= 3
                && out.get(out.len() - 3..).is_some_and(|end| end.eq_ignore_ascii_case("www")) =>
            {
                out.push_str("<!-- -->.");
            }
            ':' if after.starts_with("//") => out.push_str("\\:"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '-' | '+' | '=' if out.trim().is_empty() => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')'
                if before.is_ascii_digit()
                    && (after.is_empty() || after.starts_with(' '))
                    && out.chars().all(|c| c.is_ascii_digit()) =>
            {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = c;
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::paper::Column;

    #[test]
    fn no_character_of_the_log_is_markup() {
        for (text, safe) in [
            ("plain words", "plain words"),
            ("**bold** _it_ `x`", "\\*\\*bold\\*\\* \\_it\\_ \\`x\\`"),
            ("<img src=x onerror=alert(1)>", "&lt;img src=x onerror\u{3d}alert(1)&gt;"),
            ("[x](http://evil)", "\\[x\\](http\\://evil)"),
            ("a|b", "a&#124;b"),
            ("# head", "\\# head"),
            ("- point", "\\- point"),
            ("1. first", "1\\. first"),
            ("one\ntwo", "one␊two"),
            ("@everyone", "@<!-- -->everyone"),
            ("see WWW.x.org", "see WWW<!-- -->.x.org"),
            ("\u{202e}x", "\\\\u\\{202e\\}x"),
        ] {
            assert_eq!(escaped(text), safe, "{text}");
        }
    }

    #[test]
    fn values_are_spans_that_nothing_ends() {
        for (text, safe) in [
            ("arn:aws:iam::1:user/*", "`arn:aws:iam::1:user/*`"),
            ("a`b", "``a`b``"),
            ("`", "`` ` ``"),
            ("a|b", "<code>a&#124;b</code>"),
            (" ", "(blank)"),
            ("x\u{1b}[31m", "`x␛[31m`"),
        ] {
            assert_eq!(span(text, true), safe);
        }
    }

    #[test]
    fn code_is_fenced_by_more_than_it_holds() {
        let mut out = String::new();
        code(&mut out, "c", "```\n~~~~\n````", "");
        assert!(out.contains("\n`````text\n```\n~~~~\n````\n`````\n"), "{out}");
    }

    #[test]
    fn tables_keep_their_columns() {
        let mut out = String::new();
        let cells = vec![Text::value("a|b"), Text::plain("c|d\ne")];
        table(
            &mut out,
            &Table {
                caption: String::new(),
                columns: vec![Column::new("one", 1), Column::new("two", 1).right()],
                rows: vec![cells],
                more: Some((1234, "timeline.csv".to_owned())),
            },
        );
        assert_eq!(
            out,
            "| one | two |\n|---|---:|\n| <code>a&#124;b</code> | c&#124;d␊e |\n\n1,234 more in timeline.csv\n\n"
        );
    }

    proptest! {
        #[test]
        fn a_row_is_one_line_and_has_its_bars(words in "[ -~\n\u{202e}`|\\\\]{0,40}") {
            let mut out = String::new();
            let columns = vec![Column::new("a", 1), Column::new("b", 1)];
            let rows = vec![vec![Text::plain(words.clone()), Text::value(words)]];
            table(&mut out, &Table { columns, rows, ..Table::default() });
            let row = out.lines().nth(2).unwrap();
            // Bars that are not escaped by an odd number of backslashes part the cells.
            let mut bars = 0;
            let mut slashes = 0;
            for c in row.chars() {
                if c == '|' && slashes % 2 == 0 { bars += 1; }
                slashes = if c == '\\' { slashes + 1 } else { 0 };
            }
            prop_assert_eq!(bars, 3, "{}", row);
            prop_assert_eq!(out.lines().count(), 4);
        }
    }
}
