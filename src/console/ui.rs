//! The screen: what the state looks like. One file for each region.
//!
//! Drawing changes nothing and asks nobody: the same state gives the same cells. Every text
//! that comes from a log goes through [`paint::Canvas`], which makes it safe and measures
//! it. Colors are roles of the theme; whatever color says is said by a letter or sign too.

mod board;
mod crumbs;
mod detail;
mod events;
mod footer;
mod header;
mod overlay;
pub mod paint;
mod plain;
mod tabs;
mod time;
mod timeline;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::config::{Role, Theme};
use crate::console::app::layout::{Area, LEAST};
use crate::console::app::model::Model;
use paint::Canvas;
pub use time::Clock;

/// Draws the whole screen; where the cursor of the terminal is, if it is seen.
///
/// `theme` is the one of the model, in the colors that the terminal has.
pub fn view(
    model: &Model,
    theme: &Theme,
    clock: &Clock,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let mut canvas = Canvas::new(buffer, theme, clock, area);
    canvas.fill(Area { x: 0, y: 0, width: area.width, height: area.height }, Role::Text);
    if area.width < LEAST.0 || area.height < LEAST.1 {
        plain::too_small(&mut canvas, (area.width, area.height));
        return None;
    }
    let layout = model.layout();
    header::draw(&mut canvas, model, layout.header);
    tabs::draw(&mut canvas, model, layout.tabs);
    crumbs::draw(&mut canvas, model, layout.crumbs);
    page(&mut canvas, model);
    footer::draw(&mut canvas, model, layout.footer);
    overlay::draw(&mut canvas, model)
}

fn page(canvas: &mut Canvas<'_>, model: &Model) {
    let layout = model.layout();
    if model.source.is_none() {
        plain::start(canvas, model, layout.body);
        return;
    }
    if model.page().view.has_board() {
        board::draw(canvas, model, layout.body);
        return;
    }
    if let Some(area) = layout.list {
        events::draw(canvas, model, area);
    }
    if let Some(area) = layout.timeline {
        timeline::draw(canvas, model, area);
    }
    if let Some(area) = layout.detail {
        detail::draw(canvas, model, area);
    }
}
