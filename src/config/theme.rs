//! Themes: what every part of the console looks like, as data.
//!
//! A theme gives [`Role`]s their [`Style`]s: `risk.high`, `selection`, `json.key`. It knows
//! roles, not widgets, and no type of the terminal library. It is a TOML file:
//!
//! ```toml
//! about = "A night at the harbor"
//! base = "default"            # the theme below: what is not said here is said there
//! background = "dark"         # what it expects of the terminal, or paints itself
//!
//! [palette]
//! ink = "#0f1720"
//!
//! [roles]
//! text = { fg = "#d3dde6", bg = "ink" }
//! "risk.critical" = { fg = "bright-red", bold = true }
//! muted = 245                 # a color alone is the foreground
//! ```
//!
//! A color is `default` (the terminal's own), one of the 16 names, a number from 0 to
//! 255, `#rrggbb`, or a name of the palette. A theme may change the palette of its
//! base: the roles of the base follow. A role that is given replaces that of the base whole.
//!
//! A theme is checked in full at once; what is wrong is told, and a faulty
//! role keeps the look it has in the base. [`Theme::at`] fits a theme to a
//! terminal with fewer colors.

mod color;
mod depth;
mod library;
mod read;
mod reduce;
mod role;
mod style;

pub use color::{ANSI, Color};
pub use depth::Depth;
pub use library::{DEFAULT, Themes};
pub use role::{ROLES, Role, RoleInfo};
pub use style::{Attributes, Style};

/// What kind of background the colors of a theme are made for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Background {
    /// Light letters on something dark.
    Dark,
    /// Dark letters on something light.
    Light,
}

/// A style for every role.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Theme {
    /// The name: that of its file.
    pub name: String,
    /// One line about it.
    pub about: String,
    /// The background that it expects or paints.
    pub background: Background,
    styles: [Style; Role::COUNT],
}

impl Theme {
    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        // The array has a place for every role, which a test checks; nothing is drawn plain in error.
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
