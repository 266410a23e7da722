//! Colors: how they are named, what they look like, and which of fewer is nearest.
//!
//! Distances are taken in OKLab, in which equal steps look equal; readability is
//! the contrast of WCAG 2, from 1 (the same) to 21 (black on white).

use super::Depth;

/// A color as a terminal knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Color {
    /// The terminal's own color of letters or background.
    Default,
    /// One of the 16 of the terminal's palette, 0-15: what it looks like is the terminal's choice.
    Ansi(u8),
    /// One of the 240 beyond, 16-255, which look the same almost everywhere.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// The 16 colors of the terminal's palette by name: place is number.
pub const ANSI: [&str; 16] = [
    "black",
    "red",
    "green",
    "yellow",
    "blue",
    "magenta",
    "cyan",
    "white",
    "bright-black",
    "bright-red",
    "bright-green",
    "bright-yellow",
    "bright-blue",
    "bright-magenta",
    "bright-cyan",
    "bright-white",
];

/// What the 16 look like where the user has not changed them: xterm's.
const ANSI_RGB: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

impl Color {
    /// The color of a number of the terminal, 0-255.
    pub fn numbered(number: u8) -> Self {
        if number < 16 { Self::Ansi(number) } else { Self::Indexed(number) }
    }

    /// The color of a name: `default`, one of [`ANSI`], or `#rrggbb`.
    pub fn named(name: &str) -> Option<Self> {
        if name == "default" {
            return Some(Self::Default);
        }
        if let Some(place) = ANSI.iter().position(|ansi| *ansi == name) {
            return u8::try_from(place).ok().map(Self::Ansi);
        }
        let digits = name.strip_prefix('#').filter(|digits| digits.len() == 6)?;
        let [_, red, green, blue] = parse_hex(digits)?.to_be_bytes();
        Some(Self::Rgb(red, green, blue))
    }

    /// What it looks like, as far as that is known; `None` for the terminal's own.
    pub fn rgb(self) -> Option<[u8; 3]> {
        match self {
            Self::Default => None,
            Self::Ansi(number) => ANSI_RGB.get(usize::from(number)).copied(),
            Self::Indexed(number) => Some(indexed_rgb(number)),
            Self::Rgb(red, green, blue) => Some([red, green, blue]),
        }
    }

    /// The nearest color that a terminal of `depth` has; `None` where it has none at all.
    pub fn reduce(self, depth: Depth) -> Option<Self> {
        match (depth, self) {
            (Depth::None, _) => None,
            (Depth::Ansi256, Self::Rgb(red, green, blue)) => {
                Some(nearest([red, green, blue], (16..=255).map(Self::Indexed)))
            }
            (Depth::Ansi16, Self::Rgb(..) | Self::Indexed(_)) => {
                Some(self.rgb().map_or(self, |rgb| nearest(rgb, (0..16).map(Self::Ansi))))
            }
            _ => Some(self),
        }
    }
}

fn parse_hex(digits: &str) -> Option<u32> {
    // `from_str_radix` would take a sign.
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// A color of the cube (16-231) or of the grays (232-255).
fn indexed_rgb(number: u8) -> [u8; 3] {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    if number >= 232 {
        return [8 + (number - 232) * 10; 3];
    }
    let cube = usize::from(number.saturating_sub(16));
    [cube / 36, cube / 6 % 6, cube % 6].map(|step| STEPS.get(step).copied().unwrap_or(255))
}

/// The color of `choice` that looks most like `rgb`.
pub(super) fn nearest(rgb: [u8; 3], choice: impl Iterator<Item = Color>) -> Color {
    let mut best = (f32::INFINITY, Color::Default);
    for color in choice {
        let Some(other) = color.rgb() else { continue };
        let distance = distance(rgb, other);
        if distance < best.0 {
            best = (distance, color);
        }
    }
    best.1
}

/// How different two colors look, squared, in OKLab.
fn distance(a: [u8; 3], b: [u8; 3]) -> f32 {
    let (a, b) = (oklab(a), oklab(b));
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// Lightness, green to red, blue to yellow.
fn oklab(rgb: [u8; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(linear);
    let long = (0.412_221_46 * r + 0.536_332_55 * g + 0.051_445_995 * b).cbrt();
    let middle = (0.211_903_5 * r + 0.680_699_5 * g + 0.107_396_96 * b).cbrt();
    let short = (0.088_302_46 * r + 0.281_718_85 * g + 0.629_978_7 * b).cbrt();
    [
        0.210_454_26 * long + 0.793_617_8 * middle - 0.004_072_047 * short,
        1.977_998_5 * long - 2.428_592_2 * middle + 0.450_593_7 * short,
        0.025_904_037 * long + 0.782_771_77 * middle - 0.808_675_77 * short,
    ]
}

/// One channel as an amount of light.
fn linear(channel: u8) -> f32 {
    let c = f32::from(channel) / 255.0;
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// The contrast of two colors by WCAG 2: 1 to 21.
pub(super) fn contrast(a: [u8; 3], b: [u8; 3]) -> f32 {
    let light = |rgb: [u8; 3]| {
        let [r, g, b] = rgb.map(linear);
        0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05
    };
    let (a, b) = (light(a), light(b));
    a.max(b) / a.min(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_are_read_by_name() {
        for (name, color) in [
            ("default", Some(Color::Default)),
            ("red", Some(Color::Ansi(1))),
            ("bright-white", Some(Color::Ansi(15))),
            ("#0f1720", Some(Color::Rgb(15, 23, 32))),
            ("#0F1720", Some(Color::Rgb(15, 23, 32))),
            ("#0f172", None),
            ("#+f1720", None),
            ("#0f1720ff", None),
            ("#ééé", None),
            ("Red", None),
            ("", None),
        ] {
            assert_eq!(Color::named(name), color, "{name}");
        }
        assert_eq!(Color::numbered(15), Color::Ansi(15));
        assert_eq!(Color::numbered(16), Color::Indexed(16));
    }

    #[test]
    fn a_color_becomes_the_nearest_that_the_terminal_has() {
        use Depth::{Ansi16, Ansi256, True};
        for (color, depth, reduced) in [
            (Color::Rgb(1, 2, 3), True, Color::Rgb(1, 2, 3)),
            (Color::Rgb(255, 0, 0), Ansi256, Color::Indexed(196)),
            (Color::Rgb(9, 9, 9), Ansi256, Color::Indexed(232)),
            (Color::Rgb(95, 135, 175), Ansi256, Color::Indexed(67)),
            (Color::Rgb(250, 10, 10), Ansi16, Color::Ansi(9)),
            (Color::Rgb(15, 23, 32), Ansi16, Color::Ansi(0)),
            (Color::Indexed(231), Ansi16, Color::Ansi(15)),
            (Color::Indexed(231), Ansi256, Color::Indexed(231)),
            (Color::Ansi(3), Ansi16, Color::Ansi(3)),
            (Color::Default, Ansi16, Color::Default),
        ] {
            assert_eq!(color.reduce(depth), Some(reduced), "{color:?} {depth:?}");
        }
        assert_eq!(Color::Ansi(3).reduce(Depth::None), None);
    }

    #[test]
    fn every_indexed_color_is_the_nearest_to_itself() {
        for number in 16..=255 {
            let [r, g, b] = indexed_rgb(number);
            let back = Color::Rgb(r, g, b).reduce(Depth::Ansi256).and_then(Color::rgb);
            assert_eq!(back, Some([r, g, b]), "{number}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_standard() {
        let about = |a, b, expected: f32| assert!((contrast(a, b) - expected).abs() < 0.01, "{a:?} {b:?}");
        about([0, 0, 0], [255, 255, 255], 21.0);
        about([255, 255, 255], [0, 0, 0], 21.0);
        about([119, 119, 119], [255, 255, 255], 4.48);
        about([7, 7, 7], [7, 7, 7], 1.0);
    }
}
