//! The list of events.
//!
//! ```text
//! ┌ Events by risk · 469 rows of 2,842 events ──────────────────────────────────┐
//! │ risk▼  time (UTC)  event               actor       source          outcome  │
//! │  95 ▲ 11:58:03    StopLogging         bert-jan    192.168.10.20   success   │
//! ```

use super::paint::{Canvas, columns, risk_role};
use super::time::Precision;
use crate::config::Role;
use crate::console::app::answer::Line;
use crate::console::app::columns::{head_of, least, most};
use crate::console::app::layout::Area;
use crate::console::app::model::{Focus, Model};
use crate::event::field::{Field, FieldRef};
use crate::event::outcome::Outcome;
use crate::query::group::value_of;
use crate::report::table::sign;
use crate::score::rank;
use crate::store::Row;
use crate::store::flags::Flags;
use crate::text::{clip_middle, count, drawable, plural};

/// A column as it is drawn.
struct Column {
    field: Field,
    head: String,
    width: u16,
    /// What is in it, for the rows that are seen.
    cells: Vec<String>,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    let focus = model.focus == Focus::List && model.overlays.is_empty();
    let inside = canvas.boxed(area, &title(model), focus);
    position(canvas, model, area);
    if inside.height < 2 {
        return;
    }
    if model.answer.lines.is_empty() {
        empty(canvas, model, inside);
        return;
    }
    let rows = usize::from(inside.height - 1);
    let top = model.page().cursor.top;
    let seen: Vec<Line> = model.answer.lines.iter().skip(top).take(rows).copied().collect();
    let table = table(canvas, model, &seen, inside.width);
    heads(canvas, model, &table, inside);
    for (n, line) in seen.iter().enumerate() {
        let at = Area { y: inside.y + 1 + n as u16, height: 1, ..inside };
        mark(canvas, model, line, at);
        row(canvas, model, &table, (n, line), at);
        if top + n == model.page().cursor.line {
            let role = if model.focus == Focus::List { Role::Selection } else { Role::SelectionIdle };
            canvas.tint(at, role);
        }
    }
}

/// A sign in front of what is marked, and of what shows an indicator of the case.
fn mark(canvas: &mut Canvas<'_>, model: &Model, line: &Line, at: Area) {
    if model.sights.as_ref().is_some_and(|sights| sights.has(&model.answer.inv, line.row)) {
        canvas.put(at.x, at.y, 1, "!", Role::Warning);
    }
    let Some(case) = model.case.as_ref().filter(|case| case.has_marks()) else { return };
    let id = model.answer.inv.table.row(line.row).map(|row| row.id());
    if id.is_some_and(|id| case.is_marked(&id)) {
        canvas.put(at.x, at.y, 1, "*", Role::Accent);
    }
}

fn title(model: &Model) -> String {
    let answer = &model.answer;
    let order = model.page().sort.by.name();
    let rows = answer.lines.len() as u64;
    let all = u64::from(answer.inv.table.len());
    let matched = answer.matched as u64;
    let of = if matched == all { String::new() } else { format!(" of {}", count(all)) };
    let mut title = match (answer.complete, rows == matched) {
        (true, true) => format!("Events by {order} · {}{of}", count(matched)),
        (true, false) => format!("Events by {order} · {}{of} in {}", count(matched), plural(rows, "row")),
        (false, _) => format!("Events by {order} · {}{of}, the first of them", count(matched)),
    };
    if let Some(done) = model.records_read() {
        title.push_str(&format!(" · reading records, {} so far", count(done)));
    } else if model.is_asking() && !model.is_loading() {
        title.push_str(" · …");
    }
    if answer.unreadable > 0 {
        title.push_str(&format!(" · {} records could not be read", count(answer.unreadable)));
    }
    title
}

/// Which row the cursor is on, in the border below.
fn position(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    let rows = model.answer.lines.len() as u64;
    if rows > 0 && area.height > 1 {
        let text = format!(" {}/{} ", count(model.page().cursor.line as u64 + 1), count(rows));
        canvas.put_right(area.x + area.width - 1, area.y + area.height - 1, area.width, &text, Role::Muted);
    }
}

fn empty(canvas: &mut Canvas<'_>, model: &Model, inside: Area) {
    let lines: &[&str] = if model.is_loading() || model.is_asking() {
        &["Reading …"]
    } else if model.inv.table.is_empty() {
        match model.inv.status.counts().rejected {
            0 => &["No CloudTrail event was found in what was opened."],
            _ => &[
                "No CloudTrail event was found in what was opened, and some of it could not be read.",
                "View 7 says what, and why.",
            ],
        }
    } else {
        &["No event matches.", "esc leaves the last scope, a shows everything."]
    };
    for (n, line) in lines.iter().enumerate() {
        canvas.put(inside.x + 1, inside.y + 1 + n as u16, inside.width.saturating_sub(2), line, Role::Muted);
    }
}

/// The columns with their cells, as wide as they need to be and there is room.
fn table(canvas: &Canvas<'_>, model: &Model, seen: &[Line], width: u16) -> Vec<Column> {
    let (from, to) = model.answer.inv.span();
    let precision = canvas.clock.precision(from, to);
    let inv = &model.answer.inv;
    let rows: Vec<Option<Row<'_>>> = seen.iter().map(|line| inv.table.row(line.row)).collect();
    let column = |field: &Field| {
        let cell = |row: &Option<Row<'_>>| {
            row.as_ref().map(|row| cell(canvas, model, row, *field, precision)).unwrap_or_default()
        };
        let cells: Vec<String> = rows.iter().map(cell).collect();
        let head = head(canvas, model, *field);
        let wanted = cells.iter().map(|cell| columns(cell)).max().unwrap_or(0).max(columns(&head));
        Column { width: wanted.min(most(*field)), field: *field, head, cells }
    };
    let fields = &model.page().columns;
    let shown = model.shown_columns();
    let mut table: Vec<Column> = shown.iter().filter_map(|at| fields.get(*at)).map(column).collect();
    let bursts: Vec<String> = seen.iter().map(|line| line.repeats()).collect();
    let burst_width = bursts.iter().map(|text| columns(text)).max().unwrap_or(0);
    let room = width.saturating_sub(2 + if burst_width > 0 { burst_width + 1 } else { 0 });
    shrink(&mut table, room);
    if burst_width > 0 {
        // How often stands beside what happened, where the column is there.
        let place =
            table.iter().position(|column| column.field == Field::Event).map_or(table.len(), |at| at + 1);
        let column = Column { field: Field::Id, head: String::new(), width: burst_width, cells: bursts };
        table.insert(place, column);
    }
    table
}

/// Takes room from the widest columns first, and drops the last ones where that is not enough.
fn shrink(table: &mut Vec<Column>, room: u16) {
    loop {
        let gaps = (table.len() as u16).saturating_sub(1);
        let wanted: u16 = table.iter().map(|column| column.width).sum::<u16>() + gaps;
        if wanted <= room || table.len() <= 1 {
            return;
        }
        let can_give = |column: &&mut Column| column.width > least(column.field);
        match table.iter_mut().filter(can_give).max_by_key(|column| column.width) {
            Some(widest) => widest.width -= 1,
            None => {
                table.pop();
            }
        }
    }
}

fn head(canvas: &Canvas<'_>, model: &Model, field: Field) -> String {
    let name = match field {
        Field::Time => format!("time ({})", canvas.clock.name(model.answer.inv.table.newest())),
        field => head_of(field).to_owned(),
    };
    let sort = model.page().sort;
    match (sort.by == field, sort.descending) {
        (true, true) => format!("{name}▼"),
        (true, false) => format!("{name}▲"),
        (false, _) => name,
    }
}

fn cell(canvas: &Canvas<'_>, model: &Model, row: &Row<'_>, field: Field, precision: Precision) -> String {
    match field {
        Field::Risk => format!("{:>3} {}", row.risk(), sign(rank::place_of(row))),
        Field::Time => canvas.clock.cell(row.time(), precision),
        Field::Event => row.event().to_owned() + signs(row.flags()),
        field => value_of(&model.answer.inv, row, &FieldRef::Column(field)),
    }
}

/// Stands behind the name of an event that is not all there is to say: it adds to another one, or another one contradicts it.
fn signs(flags: Flags) -> &'static str {
    match (flags.has(Flags::ADDENDUM), flags.has(Flags::CONFLICT)) {
        (true, true) => " +≠",
        (true, false) => " +",
        (false, true) => " ≠",
        (false, false) => "",
    }
}

fn heads(canvas: &mut Canvas<'_>, model: &Model, table: &[Column], inside: Area) {
    canvas.tint(Area { height: 1, ..inside }, Role::Header);
    let mut x = inside.x + 1;
    for column in table {
        let role = if column.field == model.page().field() && !column.head.is_empty() {
            Role::Accent
        } else {
            Role::Header
        };
        canvas.put(x, inside.y, column.width, &column.head, role);
        x += column.width + 1;
    }
}

fn row(canvas: &mut Canvas<'_>, model: &Model, table: &[Column], line: (usize, &Line), at: Area) {
    let (n, line) = line;
    let Some(row) = model.answer.inv.table.row(line.row) else { return };
    let mut x = at.x + 1;
    for column in table {
        let text = column.cells.get(n).map_or("", String::as_str);
        let safe = drawable(text);
        let clipped = match column.field {
            Field::Event | Field::Outcome => safe,
            _ => clip_middle(&safe, usize::from(column.width)).into_owned().into(),
        };
        let role = if column.head.is_empty() { Role::Muted } else { role_of(column.field, &row) };
        canvas.put(x, at.y, column.width, &clipped, role);
        x += column.width + 1;
    }
}

/// The look of a cell.
fn role_of(field: Field, row: &Row<'_>) -> Role {
    match field {
        Field::Risk | Field::Event => risk_role(rank::place_of(row)),
        Field::Outcome | Field::Error => match row.outcome() {
            Outcome::Success => Role::OutcomeSuccess,
            Outcome::Denied => Role::OutcomeDenied,
            _ => Role::OutcomeError,
        },
        Field::Time => Role::Muted,
        _ => Role::Text,
    }
}
