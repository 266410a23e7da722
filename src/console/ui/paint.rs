//! The brush: styles by role, text made safe and cut to its room, boxes.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use unicode_segmentation::UnicodeSegmentation as _;

use super::time::Clock;
use crate::config::theme::{self, Attributes};
use crate::config::{Role, Theme};
use crate::console::app::layout::Area;
use crate::score::Level;
use crate::text::{clip, drawable, width};

/// What is drawn on.
pub struct Canvas<'b> {
    buffer: &'b mut Buffer,
    theme: &'b Theme,
    origin: Rect,
    /// How times are written.
    pub clock: &'b Clock,
}

/// The style of the terminal library for a style of a theme.
pub fn style_of(style: theme::Style) -> Style {
    let mut out = Style::new();
    out.fg = style.fg.map(color_of);
    out.bg = style.bg.map(color_of);
    out.add_modifier(modifiers_of(style.attributes))
}

fn color_of(color: theme::Color) -> Color {
    match color {
        theme::Color::Default => Color::Reset,
        theme::Color::Ansi(n) | theme::Color::Indexed(n) => ansi(n),
        theme::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
    }
}

/// The 16 colors by their names, so that terminals get the short sequences; the others by number.
fn ansi(n: u8) -> Color {
    const NAMED: [Color; 16] = [
        Color::Black,
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::Gray,
        Color::DarkGray,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
        Color::White,
    ];
    NAMED.get(usize::from(n)).copied().unwrap_or(Color::Indexed(n))
}

fn modifiers_of(attributes: Attributes) -> Modifier {
    let all = [
        (attributes.bold, Modifier::BOLD),
        (attributes.dim, Modifier::DIM),
        (attributes.italic, Modifier::ITALIC),
        (attributes.underline, Modifier::UNDERLINED),
        (attributes.reverse, Modifier::REVERSED),
    ];
    all.into_iter().filter(|(on, _)| *on).map(|(_, modifier)| modifier).collect()
}

/// The role of a level.
pub fn risk_role(level: Level) -> Role {
    match level {
        Level::Critical => Role::RiskCritical,
        Level::High => Role::RiskHigh,
        Level::Medium => Role::RiskMedium,
        Level::Low => Role::RiskLow,
        Level::Info => Role::RiskInfo,
    }
}

impl<'b> Canvas<'b> {
    /// A canvas over `area` of a buffer.
    pub fn new(buffer: &'b mut Buffer, theme: &'b Theme, clock: &'b Clock, area: Rect) -> Self {
        Self { origin: area.intersection(buffer.area), buffer, theme, clock }
    }

    fn style(&self, role: Role) -> Style {
        style_of(self.theme.style(role))
    }

    fn rect(&self, area: Area) -> Rect {
        let x = self.origin.x.saturating_add(area.x);
        let y = self.origin.y.saturating_add(area.y);
        Rect { x, y, width: area.width, height: area.height }.intersection(self.origin)
    }

    /// Empties a part and gives it the look of a role.
    pub fn fill(&mut self, area: Area, role: Role) {
        let style = self.style(role);
        let rect = self.rect(area);
        for y in rect.top()..rect.bottom() {
            for x in rect.left()..rect.right() {
                if let Some(cell) = self.buffer.cell_mut((x, y)) {
                    cell.reset();
                    cell.set_style(style);
                }
            }
        }
    }

    /// Lays the look of a role over a part, keeping its letters.
    pub fn tint(&mut self, area: Area, role: Role) {
        let (rect, mut style) = (self.rect(area), self.style(role));
        if matches!(role, Role::Selection | Role::SelectionIdle) {
            // Dim letters could not be read on the color of the cursor.
            style = style.remove_modifier(Modifier::DIM);
        }
        self.buffer.set_style(rect, style);
    }

    /// Writes at (`x`, `y`) in at most `room` columns; the column behind it. What is cut ends in `…`.
    pub fn put(&mut self, x: u16, y: u16, room: u16, text: &str, role: Role) -> u16 {
        let safe = drawable(text);
        let clipped = clip(&safe, usize::from(room));
        self.put_styled(x, y, &clipped, self.style(role))
    }

    fn put_styled(&mut self, x: u16, y: u16, text: &str, style: Style) -> u16 {
        let columns = width(text) as u16;
        let rect = self.rect(Area { x, y, width: columns, height: 1 });
        if rect.width > 0 && rect.height > 0 {
            self.buffer.set_stringn(rect.x, rect.y, text, usize::from(rect.width), style);
        }
        x.saturating_add(columns)
    }

    /// As [`Canvas::put`], with the letters of these numbers in the look of `marked`.
    pub fn put_marked(
        &mut self,
        place: (u16, u16),
        room: u16,
        text: &str,
        role: Role,
        marks: (&[usize], Role),
    ) -> u16 {
        let end = self.put(place.0, place.1, room, text, role);
        let (letters, marked) = marks;
        let mut x = place.0;
        for (n, c) in text.chars().enumerate() {
            let columns = width(&drawable(c.encode_utf8(&mut [0; 4]))) as u16;
            if letters.contains(&n) && x.saturating_add(columns) <= end {
                self.tint(Area { x, y: place.1, width: columns, height: 1 }, marked);
            }
            x = x.saturating_add(columns);
        }
        end
    }

    /// Writes so that it ends before column `end`; the column where it begins.
    pub fn put_right(&mut self, end: u16, y: u16, room: u16, text: &str, role: Role) -> u16 {
        let safe = drawable(text).into_owned();
        let columns = width(&clip(&safe, usize::from(room))) as u16;
        let x = end.saturating_sub(columns);
        self.put(x, y, room, text, role);
        x
    }

    /// Draws a box with a title; the part within.
    pub fn boxed(&mut self, area: Area, title: &str, focus: bool) -> Area {
        let role = if focus { Role::BorderFocus } else { Role::Border };
        if area.width < 2 || area.height < 2 {
            return Area::default();
        }
        let (right, bottom) = (area.x + area.width - 1, area.y + area.height - 1);
        let line = "─".repeat(usize::from(area.width - 2));
        self.put(area.x, area.y, area.width, &format!("┌{line}┐"), role);
        self.put(area.x, bottom, area.width, &format!("└{line}┘"), role);
        for y in area.y + 1..bottom {
            self.put(area.x, y, 1, "│", role);
            self.put(right, y, 1, "│", role);
        }
        let title_role = if focus { Role::Title } else { Role::Muted };
        if !title.is_empty() && area.width > 6 {
            self.put(area.x + 1, area.y, area.width - 2, &format!(" {title} "), title_role);
        }
        area.inside()
    }
}

/// The lines that a text fills once it is safe, broken behind a space where one is near the end of a line.
pub fn wrapped(text: &str, room: u16) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for letter in drawable(text).graphemes(true) {
        let wide = columns(letter);
        if used + wide > room && room > 1 {
            let next = line.split_off(last_word(&line, room / 3));
            lines.push(std::mem::replace(&mut line, next));
            used = columns(&line);
        }
        line.push_str(letter);
        used += wide;
    }
    lines.push(line);
    lines
}

/// Where the last word of a line begins, if it is no longer than `most`; else the end of the line.
pub(super) fn last_word(line: &str, most: u16) -> usize {
    let begins = line.rfind(' ').map(|space| space + 1);
    begins.filter(|&at| columns(&line[at..]) <= most).unwrap_or(line.len())
}

/// How many columns a text takes once it is safe.
pub fn columns(text: &str) -> u16 {
    u16::try_from(width(&drawable(text))).unwrap_or(u16::MAX)
}
