//! The table of how often each value of a field occurs.

use ratatui::layout::Position;

use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::console::app::overlay::frequency::Frequency;
use crate::console::ui::paint::{Canvas, columns, risk_role};
use crate::query::group::{self, Group};
use crate::query::name;
use crate::report::table::sign;
use crate::score::Level;
use crate::text::{clip_middle, count, drawable, plural};

/// The widths of the columns behind the value.
const EVENTS: u16 = 11;
const RISK: u16 = 6;
const DENIED: u16 = 9;
const TIME: u16 = 16;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, table: &Frequency) -> Option<Position> {
    let body = model.layout().body;
    canvas.fill(body, Role::Popup);
    let inside = canvas.boxed(body, &title(model, table), true);
    let wide = inside.width >= 96;
    let behind = EVENTS + RISK + DENIED * 2 + if wide { 2 * TIME + 14 } else { 0 };
    let seen = usize::from(inside.height.saturating_sub(1));
    let groups = || table.counted.iter().flat_map(|all| (table.top..).map_while(|n| all.get(n))).take(seen);
    // Of the values that are seen: there may be millions.
    let widest = groups().map(|g| columns(&g.value)).max().unwrap_or(0);
    let value = widest.clamp(12, inside.width.saturating_sub(behind + 2).max(12));
    head(canvas, table, inside, value, wide);
    let most = table.counted.as_ref().map_or(1, |counted| counted.most);
    for (n, group) in groups().enumerate() {
        let line = Area { y: inside.y + 1 + n as u16, height: 1, ..inside };
        row(canvas, (group, most), line, value, wide);
        if table.top + n == table.cursor {
            canvas.tint(line, Role::Selection);
        }
    }
    None
}

fn title(model: &Model, table: &Frequency) -> String {
    let name = name(&table.field);
    let Some(counted) = &table.counted else {
        return match model.records_counted() {
            Some(done) => format!("{name} · reading records, {} so far", count(done)),
            None => format!("{name} · counting …"),
        };
    };
    let values = plural(counted.len() as u64, "value");
    let events = match group::may_be_several(&table.field) {
        true => format!(", {} in all", count(counted.events)),
        false => format!(" in {}", plural(counted.events, "event")),
    };
    let by = format!("{}{}", counted.order.name(), if counted.reversed { ", turned round" } else { "" });
    let sorting = if table.is_out_of_order() { " · sorting …" } else { "" };
    format!("{name} · {values}{events} · by {by}{sorting}")
}

fn head(canvas: &mut Canvas<'_>, table: &Frequency, inside: Area, value: u16, wide: bool) {
    canvas.tint(Area { height: 1, ..inside }, Role::Header);
    let mut x = inside.x + 1;
    canvas.put(x, inside.y, value, &name(&table.field), Role::Header);
    x += value;
    for (title, width) in [("events", EVENTS), ("risk", RISK), ("denied", DENIED), ("writes", DENIED)] {
        x += width;
        canvas.put_right(x, inside.y, width, title, Role::Header);
    }
    if wide {
        for (title, width) in [("share", 12), ("first", TIME), ("last", TIME)] {
            canvas.put(x + 2, inside.y, width, title, Role::Header);
            x += width;
        }
    }
}

fn row(canvas: &mut Canvas<'_>, group: (&Group, u64), line: Area, value: u16, wide: bool) {
    let (group, most) = group;
    let y = line.y;
    let mut x = line.x + 1;
    match group.value.is_empty() {
        true => canvas.put(x, y, value, "(none)", Role::Muted),
        false => {
            let safe = drawable(&group.value);
            let text = clip_middle(&safe, usize::from(value)).into_owned();
            canvas.put(x, y, value, &text, Role::Text)
        }
    };
    let level = Level::of(group.risk);
    let cells = [
        (count(group.events), EVENTS, Role::Text),
        (format!("{} {}", group.risk, sign(level)), RISK, risk_role(level)),
        (zero_is_blank(group.denied), DENIED, Role::OutcomeDenied),
        (zero_is_blank(group.writes), DENIED, Role::Text),
    ];
    x += value;
    for (text, width, role) in cells {
        x += width;
        canvas.put_right(x, y, width, &text, role);
    }
    if wide {
        let cells = (group.events * 10).div_ceil(most.max(1)).min(10) as usize;
        canvas.put(x + 2, y, 10, &"■".repeat(cells), Role::Chart1);
        let precision = super::super::time::Precision::OfYear;
        for (time, at) in [(group.first, x + 14), (group.last, x + 14 + TIME)] {
            let text = canvas.clock.cell(time, precision);
            canvas.put(at, y, TIME, &text, Role::Muted);
        }
    }
}

fn zero_is_blank(n: u64) -> String {
    if n == 0 { String::new() } else { count(n) }
}
