//! The line of the filter and of the search, at the bottom, with what could stand there above it.

use ratatui::layout::Position;

use super::typed;
use crate::config::Role;
use crate::console::app::action::{Action, Exported};
use crate::console::app::keymap::Context;
use crate::console::app::layout::Area;
use crate::console::app::model::{Model, ToastTone};
use crate::console::app::overlay::prompt::{Asking, Prompt};
use crate::console::app::range::Range;
use crate::console::app::scroll;
use crate::console::ui::paint::{Canvas, columns, wrapped};
use crate::query::{TokenKind, highlight};
use crate::text::{count, drawable, plural, width};

/// How many candidates are seen.
const SEEN: usize = 8;

pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, prompt: &Prompt) -> Option<Position> {
    let bottom = model.layout().footer;
    canvas.fill(bottom, Role::Bar);
    let sign = match prompt.asking {
        Asking::Filter => "/ ",
        Asking::Search => "search ",
        Asking::Source => "add source ",
        Asking::Note => "note ",
        Asking::Tag => "tag ",
        Asking::Export => "export to ",
        Asking::Marked => "export marked to ",
        Asking::Report => "report to ",
        Asking::Hunt => "call this hunt ",
        Asking::Resolution(_) => "what came of it ",
        Asking::Import => "indicators from ",
        Asking::Indicators => "indicators to ",
        Asking::Range => "time ",
    };
    let x = canvas.put(1, bottom.y, bottom.width, sign, Role::Key);
    let hint = hint(model, prompt);
    let end = bottom.width.saturating_sub(1);
    let end = match hint.is_empty() {
        true => end,
        false => {
            // What is typed has the first right to the line; a few letters more are let in.
            let typed = columns(prompt.line.text()).saturating_add(10);
            let room = end.saturating_sub(x.saturating_add(typed)).max(end / 3);
            canvas.put_right(end, bottom.y, room, &hint, Role::PromptHint).saturating_sub(1)
        }
    };
    let area = Area { x, width: end.saturating_sub(x), ..bottom };
    let (cursor, skip) = typed(canvas, area, &prompt.line, Role::Prompt);
    if prompt.asking == Asking::Filter {
        color(canvas, area, prompt.line.text(), skip);
        fault(canvas, prompt, bottom);
        let at = columns(prompt.line.text().get(..prompt.completions.replace.start).unwrap_or_default());
        candidates(canvas, model, prompt, x.saturating_add(at).saturating_sub(skip as u16), bottom.y);
    } else if prompt.asking != Asking::Range || prompt.cycling.is_some() || prompt.line.text().is_empty() {
        candidates(canvas, model, prompt, x, bottom.y);
    }
    said(canvas, model, prompt, bottom);
    Some(cursor)
}

/// What comes of it, at the right.
fn hint(model: &Model, prompt: &Prompt) -> String {
    match prompt.asking {
        Asking::Filter if model.is_asking() => "…".to_owned(),
        Asking::Filter => plural(model.answer.matched as u64, "event"),
        Asking::Hunt => "name".to_owned(),
        Asking::Resolution(state) => format!("{}; may be empty", state.name()),
        Asking::Import => "CSV or STIX 2.1".to_owned(),
        Asking::Source => "path, pattern, s3://…".to_owned(),
        Asking::Export | Asking::Marked => ".csv .json .jsonl .md, tab completes".to_owned(),
        Asking::Report => ".pdf, tab completes".to_owned(),
        Asking::Indicators => ".csv, or .json .stix for STIX".to_owned(),
        Asking::Range => range(model, prompt.line.text()),
        Asking::Tag | Asking::Note => {
            prompt.about.as_ref().map_or_else(String::new, |about| format!("on {about}"))
        }
        Asking::Search => {
            let found = model.search.pattern().zip(model.detail.as_ref()).map(|(p, d)| d.matches(&p).len());
            found.map_or_else(String::new, |n| format!("{} found", count(n as u64)))
        }
    }
}

/// How many events are marked where a list is exported, and the key that takes those alone, or all again.
fn marked(model: &Model, prompt: &Prompt) -> Option<String> {
    let other = Action::Export(Some(Exported::Marked));
    let key = model.keymap.keys_for(Context::Prompt, &other).first()?.label();
    let n = count(prompt.marked as u64);
    match prompt.asking {
        Asking::Export if prompt.marked > 0 => {
            Some(format!("{n} marked in this list; {key} exports only those"))
        }
        Asking::Marked => Some(format!("{n} marked in this list; {key} exports all of it")),
        _ => None,
    }
}

/// What a part of time means here, or what is wrong with it.
fn range(model: &Model, text: &str) -> String {
    if text.trim().is_empty() {
        return "last 2h, ±15m, 2026-01-09T22:00.. (UTC)".to_owned();
    }
    let table = &model.inv.table;
    let span = (table.oldest(), table.newest());
    let at = model.row().map(|row| row.time());
    match Range::parse(text).and_then(|range| range.resolve(span, at)) {
        Ok(Some((from, to))) => format!("{from} – {to}"),
        Ok(None) => "everything".to_owned(),
        Err(_) => "…".to_owned(),
    }
}

/// Gives the parts of the query their colors.
fn color(canvas: &mut Canvas<'_>, area: Area, text: &str, skip: usize) {
    for (range, kind) in highlight(text) {
        let role = match kind {
            TokenKind::Field => Role::JsonKey,
            TokenKind::Operator => Role::JsonPunct,
            TokenKind::Value => Role::JsonString,
            TokenKind::Text => Role::Prompt,
            TokenKind::Keyword => Role::JsonWord,
            TokenKind::Error => Role::Error,
        };
        let before = width(&drawable(text.get(..range.start).unwrap_or_default()));
        let wide = width(&drawable(text.get(range).unwrap_or_default())).max(1);
        let (from, to) = (before.max(skip) - skip, (before + wide).max(skip) - skip);
        let room = usize::from(area.width);
        let (from, to) = (from.min(room), to.min(room));
        canvas.tint(Area { x: area.x + from as u16, width: (to - from) as u16, height: 1, ..area }, role);
    }
}

/// A message has its place in the line above: that of the footer is taken.
fn said(canvas: &mut Canvas<'_>, model: &Model, prompt: &Prompt, bottom: Area) {
    let (text, role) = match model.toast.as_ref().filter(|_| prompt.error.is_none()) {
        Some(toast) if toast.tone == ToastTone::Failed => (toast.text.clone(), Role::Error),
        Some(toast) => (toast.text.clone(), Role::Warning),
        None if !prompt.completions.candidates.is_empty() => return,
        None => match marked(model, prompt) {
            Some(text) => (text, Role::PromptHint),
            None => return,
        },
    };
    above(canvas, bottom, &text, role);
}

/// Writes above the prompt, in two lines where it takes as many: the end says what to do.
fn above(canvas: &mut Canvas<'_>, bottom: Area, text: &str, role: Role) {
    let room = bottom.width.saturating_sub(2);
    let lines = wrapped(text, room);
    let (first, rest) = lines.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let rows = 1 + u16::from(!rest.is_empty());
    let area = Area { y: bottom.y.saturating_sub(rows), height: rows, ..bottom };
    canvas.fill(area, Role::Popup);
    canvas.put(1, area.y, room, first, role);
    if rows > 1 {
        canvas.put(1, area.y + 1, room, &rest.concat(), role);
    }
}

/// What is wrong, in the line above.
fn fault(canvas: &mut Canvas<'_>, prompt: &Prompt, bottom: Area) {
    let Some(error) = &prompt.error else { return };
    above(canvas, bottom, &error.to_string(), Role::Error);
}

/// What could stand at the cursor, above it.
fn candidates(canvas: &mut Canvas<'_>, model: &Model, prompt: &Prompt, x: u16, bottom: u16) {
    let all = &prompt.completions.candidates;
    if all.is_empty() {
        return;
    }
    let chosen = prompt.cycling.as_ref().map(|(which, _)| *which);
    let top = scroll::top(0, chosen.unwrap_or(0), all.len(), SEEN);
    let seen: Vec<_> = all.iter().enumerate().skip(top).take(SEEN).collect();
    let names = seen.iter().map(|(_, c)| columns(&c.text)).max().unwrap_or(0).min(40);
    let abouts = seen.iter().map(|(_, c)| columns(c.about)).max().unwrap_or(0).min(60);
    let gap = if abouts > 0 { 2 } else { 0 };
    let width = (names + gap + abouts + 2).min(model.size.0);
    let height = seen.len() as u16;
    let fault = u16::from(prompt.error.is_some());
    let area = Area {
        x: x.saturating_sub(1).min(model.size.0.saturating_sub(width)),
        y: bottom.saturating_sub(height + fault),
        width,
        height,
    };
    canvas.fill(area, Role::Popup);
    canvas.tint(area, Role::SelectionIdle);
    for (n, (place, candidate)) in seen.into_iter().enumerate() {
        let y = area.y + n as u16;
        let line = Area { y, height: 1, ..area };
        canvas.put(area.x + 1, y, names, &candidate.text, Role::SelectionIdle);
        let room = width.saturating_sub(names + gap + 1);
        canvas.put(area.x + 1 + names + gap, y, room, candidate.about, Role::SelectionIdle);
        if chosen == Some(place) {
            canvas.tint(line, Role::Selection);
        }
    }
}
