//! Fitting a theme to a terminal that has fewer colors than it asks for.
//!
//! With 256 colors each becomes the nearest. With 16 the nearest may be
//! unreadable on what it stands on, or a selection may vanish into the background:
//! then the nearest that does not is taken. With none, letters are set bold, underlined
//! or reversed instead, as the table of roles says.

use super::color::{contrast, nearest};
use super::{Background, Color, Depth, ROLES, Role, Style, Theme};

/// The least contrast that letters keep with 16 colors.
const READABLE: f32 = 3.0;

impl Theme {
    /// The same theme in the colors that a terminal of `depth` has.
    #[must_use]
    pub fn at(&self, depth: Depth) -> Theme {
        let mut theme = self.clone();
        let ground = Ground::of(self, depth);
        for info in ROLES {
            let style = self.style(info.role);
            let reduced = match depth {
                Depth::True => style,
                Depth::Ansi256 | Depth::Ansi16 => ground.reduce(info.role, style),
                Depth::None => Style { fg: None, bg: None, attributes: style.attributes.with(info.plain) },
            };
            if let Some(place) = theme.styles.get_mut(info.role as usize) {
                *place = reduced;
            }
        }
        theme
    }

    /// What the background of the screen looks like, as far as it is known.
    pub(super) fn ground(&self) -> [u8; 3] {
        self.style(Role::Text).bg.and_then(Color::rgb).unwrap_or(match self.background {
            Background::Dark => [0, 0, 0],
            Background::Light => [255, 255, 255],
        })
    }
}

/// The background of the screen, as it was and as it will be.
struct Ground {
    depth: Depth,
    full: Option<Color>,
    reduced: Option<Color>,
    rgb: [u8; 3],
}

impl Ground {
    fn of(theme: &Theme, depth: Depth) -> Self {
        let full = theme.style(Role::Text).bg;
        let reduced = full.and_then(|color| color.reduce(depth));
        let rgb = reduced.and_then(Color::rgb).unwrap_or_else(|| theme.ground());
        Self { depth, full, reduced, rgb }
    }

    fn reduce(&self, role: Role, style: Style) -> Style {
        let bg = style.bg.map(|bg| self.background(role, bg));
        let on = bg.and_then(Color::rgb).unwrap_or(self.rgb);
        let fg = style.fg.map(|fg| self.letters(fg, on));
        // A bar of color of which only the bar was chosen: letters of any color may come to lie on it.
        let bare = self.depth == Depth::Ansi16 && role.info().plain.reverse && style.bg != bg;
        let fg = fg.or_else(|| bare.then(|| strongest(on)));
        Style { fg, bg, ..style }
    }

    /// The nearest color behind letters; what has to stand out is not let vanish.
    fn background(&self, role: Role, bg: Color) -> Color {
        let near = bg.reduce(self.depth).unwrap_or(bg);
        let vanished = Some(near) == self.reduced && Some(bg) != self.full;
        let Some(rgb) = bg.rgb().filter(|_| vanished && role.info().plain.reverse) else { return near };
        let last = if self.depth == Depth::Ansi16 { 15 } else { 255 };
        nearest(rgb, (0..=last).map(Color::numbered).filter(|color| Some(*color) != self.reduced))
    }

    /// The nearest color of letters that can be read on `on`.
    fn letters(&self, fg: Color, on: [u8; 3]) -> Color {
        let near = fg.reduce(self.depth).unwrap_or(fg);
        match fg.rgb().filter(|_| near != fg && self.depth == Depth::Ansi16) {
            Some(rgb) => readable(rgb, on, (0..16).map(Color::Ansi)),
            None => near,
        }
    }
}

/// The color of `choice` nearest to `rgb` among those that can be read on `on`.
fn readable(rgb: [u8; 3], on: [u8; 3], choice: impl IntoIterator<Item = Color>) -> Color {
    let can_be_read = |color: &Color| color.rgb().is_some_and(|rgb| contrast(rgb, on) >= READABLE);
    nearest(rgb, choice.into_iter().filter(can_be_read))
}

/// Black or white, whichever is easier to read on `on`.
fn strongest(on: [u8; 3]) -> Color {
    if contrast([0; 3], on) >= contrast([255; 3], on) { Color::Ansi(0) } else { Color::Ansi(15) }
}
