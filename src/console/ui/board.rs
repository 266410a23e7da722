//! A board: its panels, each in its place, and the notes of the row under the cursor.
//!
//! ```text
//! ┌ Services · 4 ──────────────────────────┐┌ Riskiest events ───────────────────┐
//! │ service  share         events   denied ││ risk  time      event              │
//! │ iam      ██████▌  71 %    102       31 ││ 95 ▲  11:58:03  StopLogging        │
//! └────────────────────────────────────────┘└────────────────────────────────────┘
//! ```

mod activity;
mod dots;
mod heat;
mod hours;
mod notes;
mod scatter;
mod table;

use super::paint::{Canvas, wrapped};
use crate::config::Role;
use crate::console::app::action::View as Page;
use crate::console::app::board::shown::Shown;
use crate::console::app::board::{Body, Panel, flow};
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::console::app::sources::size;
use crate::text::{count, plural};

/// A panel, and what of it is under the cursor.
struct View<'a> {
    panel: &'a Panel,
    shown: &'a Shown,
    /// Its place on the board.
    at: usize,
    /// The line of the cursor.
    line: usize,
    /// Whether it has the keys.
    focus: bool,
    /// Whether it has the same cursor as the panel with the keys.
    shares: bool,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, body: Area) {
    let Some(shown) = &model.shown else {
        let text = if model.is_loading() { "Reading …" } else { "Working this out …" };
        return say(canvas, model, body, text);
    };
    if shown.board.panels.is_empty() {
        return say(canvas, model, body, &shown.board.said);
    }
    let desk = &model.page().desk;
    let focus = shown.focus(desk);
    let spot = shown.panel(focus).map(|panel| panel.spot);
    for (at, area) in model.places() {
        let Some(panel) = shown.panel(at) else { continue };
        let has_keys = at == focus && model.overlays.is_empty();
        let shares = Some(panel.spot) == spot;
        let view = View { panel, shown, at, line: shown.line(at, desk), focus: has_keys, shares };
        draw_panel(canvas, model, &view, area);
    }
    if let (_, Some(area)) = shown.split(body, desk) {
        let line = shown.line(focus, desk);
        notes::draw(canvas, shown.item(focus, line), shown.panel(focus).map(|panel| (panel, line)), area);
    }
}

/// A page with nothing but words.
fn say(canvas: &mut Canvas<'_>, model: &Model, body: Area, text: &str) {
    let inside = canvas.boxed(body, model.page().view.title(), true);
    let room = inside.width.saturating_sub(2);
    for (y, line) in (inside.y + 1..inside.y + inside.height).zip(wrapped(text, room)) {
        canvas.put(inside.x + 1, y, room, &line, Role::Muted);
    }
}

fn draw_panel(canvas: &mut Canvas<'_>, model: &Model, view: &View<'_>, area: Area) {
    let title = match (view.at, age(model)) {
        (0, Some(age)) => format!("{} · {age}", view.panel.title),
        _ => view.panel.title.clone(),
    };
    let inside = canvas.boxed(area, &title, view.focus);
    if inside.height == 0 || inside.width < 4 {
        return;
    }
    if view.panel.is_empty() {
        let room = inside.width.saturating_sub(2);
        // A single line shows that more was to be said.
        let lines = match inside.height {
            1 => vec![view.panel.empty.clone()],
            _ => wrapped(&view.panel.empty, room),
        };
        for (y, line) in (inside.y..inside.y + inside.height).zip(lines) {
            canvas.put(inside.x + 1, y, room, &line, Role::Muted);
        }
        return;
    }
    match &view.panel.body {
        Body::Table(rows) => {
            table::draw(canvas, model, view, rows, inside);
            position(canvas, view, area);
        }
        Body::Heat(heat) => heat::draw(canvas, view, heat, area),
        Body::Activity(activity) => activity::draw(canvas, model, view, activity, area),
        Body::Hours(map) => hours::draw(canvas, view, map, area),
        Body::Scatter(scatter) => scatter::draw(canvas, model, view, scatter, area),
    }
}

/// Of how old events a board is, where it is not of all of them.
fn age(model: &Model) -> Option<String> {
    let shown = model.shown.as_ref()?;
    let events = u64::from(shown.board.inv.table.len());
    match (model.is_loading(), model.is_stale()) {
        (true, _) if model.page().view == Page::Sources => Some(pace(model)),
        (true, _) => Some(format!("of the first {} events", count(events))),
        (false, true) => Some("…".to_owned()),
        (false, false) => None,
    }
}

/// How fast a load is, from its beginning until now.
fn pace(model: &Model) -> String {
    let counts = model.inv.status.counts();
    let of = format!("{} of {} read", count(counts.done), plural(counts.listed, "file"));
    // The load begins with the console.
    match model.now.0 {
        0 => of,
        ms => {
            let each = |n: u64| n.saturating_mul(1000) / ms;
            format!("{of} · {}/s · {}/s", size(each(counts.read)), plural(each(counts.records), "record"))
        }
    }
}

/// Which row the cursor is on, in the border below, where not all are seen.
fn position(canvas: &mut Canvas<'_>, view: &View<'_>, area: Area) {
    let len = view.panel.len();
    if len > flow::rows(view.panel, area) {
        below(canvas, area, &format!(" {}/{} ", count(view.line as u64 + 1), count(len as u64)), Role::Muted);
    }
}

/// Writes into the border below, at the right.
fn below(canvas: &mut Canvas<'_>, area: Area, text: &str, role: Role) {
    let (end, y) = (area.x + area.width.saturating_sub(1), area.y + area.height.saturating_sub(1));
    canvas.put_right(end, y, area.width.saturating_sub(2), text, role);
}
