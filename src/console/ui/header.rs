//! The first line: what is opened, how much of it there is, and how the load is getting on.
//!
//! ```text
//!  trailhound  ./logs        2,900 events  21 actors  10 Jul 2023 11:42–12:37 UTC     55 files ✓
//! ```

use super::paint::{Canvas, columns};
use crate::config::Role;
use crate::console::app::layout::Area;
use crate::console::app::model::Model;
use crate::text::{count, plural};

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Area) {
    canvas.fill(area, Role::Bar);
    let end = area.width.saturating_sub(1);
    let name = canvas.put(1, area.y, end, "trailhound", Role::Title);
    if model.source.is_none() {
        return;
    }
    let right = status(canvas, model, area.y, end);
    let mut pieces = pieces(canvas, model);
    // The source gives way first, then the case, the span, the actors: counts are read most.
    let room = right.saturating_sub(name + 4);
    let wide = |pieces: &[String]| pieces.iter().map(|p| columns(p) + 2).sum::<u16>();
    // The name of the case says more than what it holds.
    if wide(&pieces) > room
        && let (Some(words), Some(last)) = (model.case_words(), pieces.last_mut())
        && words == *last
    {
        *last = model.case_title();
    }
    let source = model.source.as_deref().unwrap_or_default();
    // One in which there is nothing yet gives way to the source, which else gives way first.
    if pieces.last() == Some(&model.case_title())
        && model.case_is_empty()
        && wide(&pieces) + columns(source) > room
    {
        pieces.pop();
    }
    while pieces.len() > 1 && wide(&pieces) > room {
        pieces.pop();
    }
    let taken = wide(&pieces);
    let source_room = room.saturating_sub(taken);
    let mut x = name + 2;
    if source_room >= 8 {
        x = canvas.put(x, area.y, source_room, source, Role::Muted) + 2;
    }
    for piece in pieces {
        x = canvas.put(x, area.y, right.saturating_sub(x + 1), &piece, Role::Bar) + 2;
    }
}

/// How much there is, the most important first.
fn pieces(canvas: &Canvas<'_>, model: &Model) -> Vec<String> {
    let inv = &model.inv;
    let mut pieces = vec![plural(inv.event_count(), "event")];
    if inv.complete {
        pieces.push(plural(inv.actor_count() as u64, "actor"));
    }
    let (from, to) = inv.span();
    let span = canvas.clock.span(from, to);
    if !span.is_empty() {
        pieces.push(span);
    }
    pieces.extend(model.case_words());
    pieces
}

/// How the load is getting on, at the right; the column where it begins.
fn status(canvas: &mut Canvas<'_>, model: &Model, y: u16, end: u16) -> u16 {
    let counts = model.inv.status.counts();
    let mut x = end;
    if counts.rejected > 0 {
        let text = format!("{} rejected", count(counts.rejected));
        x = canvas.put_right(x, y, end, &text, Role::Warning).saturating_sub(2);
    }
    if model.is_loading() {
        let share = counts.fraction();
        let bar = bar(share, 8);
        x = canvas.put_right(x, y, end, &bar, Role::Progress).saturating_sub(1);
        let of = format!("{} of {} files", count(counts.done), count(counts.listed));
        return canvas.put_right(x, y, end, &of, Role::Bar).saturating_sub(2);
    }
    if let Some(adding) = &model.adding {
        let coming = adding.status.counts();
        x = canvas.put_right(x, y, end, &bar(coming.fraction(), 8), Role::Progress).saturating_sub(1);
        let of = format!("adding: {} of {} files", count(coming.done), count(coming.listed));
        return canvas.put_right(x, y, end, &of, Role::Bar).saturating_sub(2);
    }
    if let Some(live) = model.live.as_ref().filter(|_| !model.inv.status.is_cancelled()) {
        let (word, role) = match (&live.trouble, live.paused) {
            (_, true) => ("paused", Role::Warning),
            (Some(_), _) => ("live, failing", Role::Warning),
            (None, _) => ("live", Role::Success),
        };
        let text = format!("{word} +{}", count(live.new));
        x = canvas.put_right(x, y, end, &text, role).saturating_sub(2);
        return canvas.put_right(x, y, end, &plural(counts.logs(), "file"), Role::Bar).saturating_sub(2);
    }
    let stopped = model.inv.status.is_cancelled();
    let (sign, role) = if stopped { ("stopped", Role::Warning) } else { ("✓", Role::Success) };
    x = canvas.put_right(x, y, end, sign, role).saturating_sub(1);
    canvas.put_right(x, y, end, &plural(counts.logs(), "file"), Role::Bar).saturating_sub(2)
}

/// A bar of so many cells that is filled to a share from 0 to 1.
fn bar(share: f64, cells: usize) -> String {
    let filled = ((share.clamp(0.0, 1.0) * cells as f64).round() as usize).min(cells);
    format!("{}{}", "■".repeat(filled), "□".repeat(cells - filled))
}
