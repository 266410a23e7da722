//! Rows with columns: as wide as they need to be and there is room.

use super::View;
use crate::config::Role;
use crate::console::app::board::fit::BAR;
use crate::console::app::board::{Cell, Head, Item, Table};
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::console::ui::paint::{Canvas, columns, risk_role};
use crate::console::ui::time::Precision;
use crate::report::table::sign;
use crate::score::Level;
use crate::text::{clip_middle, count, drawable};

const EIGHTHS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const PARTS: [char; 8] = ['█', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A column as it is drawn.
struct Column {
    /// Its place among all columns.
    at: usize,
    head: String,
    width: u16,
    least: u16,
    spare: u8,
    right: bool,
    cells: Vec<String>,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, view: &View<'_>, table: &Table, inside: Area) {
    let spot = model.page().desk.spot(view.panel.spot);
    let headed = u16::from(!table.heads.is_empty());
    let rows = usize::from(inside.height.saturating_sub(headed));
    let lines = spot.top..view.panel.len().min(spot.top + rows);
    let items: Vec<&Item> = lines.filter_map(|line| view.shown.item(view.at, line)).collect();
    let table_columns = fitted(canvas, model, view, table, &items, inside.width.saturating_sub(2));
    if headed > 0 {
        let seen: Vec<usize> = table_columns.iter().map(|column| column.at).collect();
        heads(canvas, view, &table_columns, model.column_on_board(view.at, &seen), inside);
    }
    for (n, item) in items.iter().enumerate() {
        let at = Area { y: inside.y + headed + n as u16, height: 1, ..inside };
        row(canvas, &table_columns, (n, item), at);
        if spot.top + n == view.line && (view.focus || view.shares) {
            canvas.tint(at, if view.focus { Role::Selection } else { Role::SelectionIdle });
        }
    }
}

/// The columns that there is room for.
fn fitted(
    canvas: &Canvas<'_>,
    model: &Model,
    view: &View<'_>,
    table: &Table,
    items: &[&Item],
    room: u16,
) -> Vec<Column> {
    let precision = precision(canvas, model);
    let order = model.page().desk.spot(view.panel.spot).order;
    let unheaded = items.first().map_or(0, |item| item.cells.len());
    let count = if table.heads.is_empty() { unheaded } else { table.heads.len() };
    let column = |at: usize| {
        let head = table.heads.get(at).copied().unwrap_or(Head::text("", 4, 60));
        let mark = match order.filter(|order| order.column == at) {
            Some(order) => {
                if order.descending {
                    "▼"
                } else {
                    "▲"
                }
            }
            None => "",
        };
        let name = if head.name == "time" {
            format!("time ({})", canvas.clock.name(model.inv.table.newest()))
        } else {
            head.name.to_owned()
        };
        let cells: Vec<String> = items
            .iter()
            .map(|item| item.cells.get(at).map(|cell| text(canvas, cell, precision)).unwrap_or_default())
            .collect();
        let head_text = format!("{name}{mark}");
        let wanted = cells.iter().map(|cell| columns(cell)).max().unwrap_or(0);
        let width = wanted.min(head.most).max(columns(&head_text));
        let right = items.first().and_then(|item| item.cells.get(at)).is_some_and(Cell::is_number);
        Column { at, head: head_text, width, least: head.least.min(width), spare: head.spare, right, cells }
    };
    let shown = if table.heads.is_empty() { (0..count).collect() } else { model.columns_on_board(view.at) };
    let mut all: Vec<Column> = shown.into_iter().map(column).collect();
    // Columns that cannot be seen well together are fewer.
    while all.len() > 1 && least_width(&all) > room {
        let most = all.iter().map(|column| column.spare).max().unwrap_or(0);
        let last = all.iter().rposition(|column| column.spare == most).unwrap_or(0);
        all.remove(last);
    }
    while width_of(&all) > room {
        let widest =
            all.iter_mut().filter(|column| column.width > column.least).max_by_key(|column| column.width);
        let Some(widest) = widest else { break };
        widest.width -= 1;
    }
    all
}

fn width_of(all: &[Column]) -> u16 {
    all.iter().map(|column| column.width).sum::<u16>() + 2 * (all.len() as u16).saturating_sub(1)
}

fn least_width(all: &[Column]) -> u16 {
    all.iter().map(|column| column.least).sum::<u16>() + 2 * (all.len() as u16).saturating_sub(1)
}

/// Whether days are written depends on all events, so that no panel says it in another way.
fn precision(canvas: &Canvas<'_>, model: &Model) -> Precision {
    let (from, to) = model.inv.span();
    canvas.clock.precision(from, to)
}

fn heads(canvas: &mut Canvas<'_>, view: &View<'_>, all: &[Column], column: usize, inside: Area) {
    canvas.tint(Area { height: 1, ..inside }, Role::Header);
    let mut x = inside.x + 1;
    for drawn in all {
        let role = if view.focus && drawn.at == column { Role::Accent } else { Role::Header };
        let pad = if drawn.right { drawn.width.saturating_sub(columns(&drawn.head)) } else { 0 };
        canvas.put(x + pad, inside.y, drawn.width, &drawn.head, role);
        x += drawn.width + 2;
    }
}

fn row(canvas: &mut Canvas<'_>, all: &[Column], (n, item): (usize, &Item), at: Area) {
    let mut x = at.x + 1;
    for column in all {
        let Some(cell) = item.cells.get(column.at) else { continue };
        let text = column.cells.get(n).map_or("", String::as_str);
        put_cell(canvas, cell, text, column, (x, at.y));
        x += column.width + 2;
    }
}

fn put_cell(canvas: &mut Canvas<'_>, cell: &Cell, text: &str, column: &Column, (x, y): (u16, u16)) {
    let pad = if column.right { column.width.saturating_sub(columns(text)) } else { 0 };
    match cell {
        Cell::Marks(marks) => {
            for (n, (name, reached)) in (0u16..).zip(marks) {
                let (letter, role) =
                    if *reached { (initial(name), Role::Accent) } else { ('·', Role::Muted) };
                canvas.put(x + n, y, column.width.saturating_sub(n), &letter.to_string(), role);
            }
        }
        Cell::Share(_) => {
            let bar: String = text.chars().take(BAR).collect();
            let rest: String = text.chars().skip(BAR).collect();
            let end = canvas.put(x, y, column.width, &bar, Role::Chart1);
            canvas.put(end, y, column.width.saturating_sub(end - x), &rest, Role::Text);
        }
        _ => {
            let safe = drawable(text);
            canvas.put(
                x + pad,
                y,
                column.width,
                &clip_middle(&safe, usize::from(column.width)),
                role_of(cell),
            );
        }
    }
}

/// What a cell says.
fn text(canvas: &Canvas<'_>, cell: &Cell, precision: Precision) -> String {
    match cell {
        Cell::Text(text) | Cell::Dim(text) | Cell::Warn(text) | Cell::Event(text, _) => text.clone(),
        Cell::Risk(risk) => format!("{risk:>3} {}", sign(Level::of(*risk))),
        Cell::Outcome(name) => (*name).to_owned(),
        Cell::Count(n) => count(*n),
        Cell::Number(n, digits) => format!("{n:.*}", usize::from(*digits)),
        Cell::Share(share) => format!("{} {:>3.0} %", bar(*share, BAR), share * 100.0),
        Cell::Time(time) => canvas.clock.cell(*time, precision),
        Cell::Spark(counts) => spark(counts),
        Cell::Marks(marks) => marks.iter().map(|(name, _)| initial(name)).collect(),
        Cell::Tree(depth, mine, name) => {
            let indent = match depth {
                0 => String::new(),
                deep => format!("{}└ ", "  ".repeat((*deep as usize - 1).min(12))),
            };
            format!("{indent}{}{name}", if *mine { "▸ " } else { "" })
        }
    }
}

/// A part of a whole as a bar; whatever there is can be seen.
pub(super) fn bar(share: f64, width: usize) -> String {
    let full = width * 8;
    let eighths =
        ((share.clamp(0.0, 1.0) * full as f64).round() as usize).clamp(usize::from(share > 0.0), full);
    let mut out: String = std::iter::repeat_n('█', eighths / 8).collect();
    if eighths % 8 > 0 {
        out.push(PARTS[eighths % 8]);
    }
    let used = out.chars().count();
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    out
}

/// Counts over time, each row by its own greatest.
fn spark(counts: &[u32]) -> String {
    let peak = u64::from(counts.iter().copied().max().unwrap_or(0).max(1));
    let step = |count: u32| (u64::from(count) * 8).div_ceil(peak).min(8) as usize;
    counts.iter().map(|count| EIGHTHS[step(*count)]).collect()
}

fn role_of(cell: &Cell) -> Role {
    match cell {
        Cell::Risk(risk) | Cell::Event(_, risk) => risk_role(Level::of(*risk)),
        Cell::Dim(_) | Cell::Time(_) | Cell::Count(0) => Role::Muted,
        Cell::Warn(_) => Role::Warning,
        Cell::Outcome("success") => Role::OutcomeSuccess,
        Cell::Outcome("denied") => Role::OutcomeDenied,
        Cell::Outcome(_) => Role::OutcomeError,
        Cell::Spark(_) => Role::Chart1,
        Cell::Tree(_, true, _) => Role::Accent,
        _ => Role::Text,
    }
}

/// The letter that stands for a name.
fn initial(name: &str) -> char {
    name.chars().next().unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_share_and_whatever_there_is_is_seen() {
        for (share, expected) in [
            (0.0, "        "),
            (0.0001, "▏       "),
            (0.5, "████    "),
            (0.55, "████▍   "),
            (1.0, "████████"),
            (7.0, "████████"),
        ] {
            assert_eq!(bar(share, 8), expected, "{share}");
        }
    }

    #[test]
    fn a_spark_is_of_its_own_greatest() {
        assert_eq!(spark(&[0, 1, 50, 100]), " ▁▄█");
        assert_eq!(spark(&[0, 0]), "  ");
        assert_eq!(spark(&[u32::MAX]), "█");
    }
}
