//! How many colors a terminal has, from what the environment says.

use crate::config::Environment;

/// How many colors there are to draw with.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Depth {
    /// None: only bold, underlined and reversed letters.
    None,
    /// The 16 of the terminal's own palette.
    Ansi16,
    /// Those, a cube of 216, and 24 grays.
    Ansi256,
    /// All that three bytes can name.
    True,
}

/// Terminals that have all colors and do not always say so in `COLORTERM`, as over ssh.
const TRUE_TERMS: [&str; 5] = ["xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm"];

impl Depth {
    /// What `NO_COLOR`, `COLORTERM` and `TERM` say; `WT_SESSION` is set by Windows Terminal.
    ///
    /// `NO_COLOR` with anything in it wins. A terminal that says nothing is taken to have 16.
    pub fn detect(environment: &Environment) -> Self {
        let term = environment.text("TERM").unwrap_or_default();
        if environment.text("NO_COLOR").is_some() || term == "dumb" {
            return Self::None;
        }
        let all = matches!(environment.text("COLORTERM"), Some("truecolor" | "24bit"))
            || environment.text("WT_SESSION").is_some()
            || term.ends_with("-direct")
            || TRUE_TERMS.contains(&term);
        match all {
            true => Self::True,
            false if term.contains("256color") => Self::Ansi256,
            false => Self::Ansi16,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_many_colors_there_are() {
        for (pairs, depth) in [
            (&[][..], Depth::Ansi16),
            (&[("TERM", "xterm")], Depth::Ansi16),
            (&[("TERM", "linux")], Depth::Ansi16),
            (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Depth::None),
            (&[("TERM", "xterm-256color")], Depth::Ansi256),
            (&[("TERM", "screen-256color-bce")], Depth::Ansi256),
            (&[("TERM", "tmux-256color"), ("COLORTERM", "truecolor")], Depth::True),
            (&[("TERM", "xterm"), ("COLORTERM", "24bit")], Depth::True),
            (&[("TERM", "xterm"), ("COLORTERM", "yes")], Depth::Ansi16),
            (&[("TERM", "xterm-direct")], Depth::True),
            (&[("TERM", "xterm-kitty")], Depth::True),
            (&[("WT_SESSION", "0a1b")], Depth::True),
            (&[("TERM", "xterm-kitty"), ("NO_COLOR", "1")], Depth::None),
            (&[("TERM", "xterm-kitty"), ("NO_COLOR", "")], Depth::True),
        ] {
            assert_eq!(Depth::detect(&pairs.iter().copied().collect()), depth, "{pairs:?}");
        }
    }
}
