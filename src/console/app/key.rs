//! Keys, sequences of keys, and how both are written: `a`, `A`, `<enter>`, `<c-x>`, `gg`.
//!
//! A letter stands for itself, upper case for shift. Everything else has a name between
//! `<` and `>`, with `c-`, `a-` and `s-` in front for control, alt and shift.
//! A key that was pressed and the same key as it is written are equal: [`Key::new`]
//! brings both into one form.

use std::fmt;
use std::str::FromStr;

use crate::config::Reason;
use crate::text::{is_hostile, nearest};

/// A key with what was held down.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Key {
    /// The key itself.
    pub code: Code,
    /// What was held down.
    pub mods: Mods,
}

/// A key without what was held down.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each is the key of that name")]
pub enum Code {
    Char(char),
    Enter,
    Esc,
    Tab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    F(u8),
}

/// What was held down.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each is the key of that name")]
pub struct Mods {
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}

impl Mods {
    /// Nothing was held down.
    pub const NONE: Self = Self { ctrl: false, alt: false, shift: false };
}

/// The names of keys that are no letters, and what the line at the bottom shows of them.
const NAMES: [(&str, Code, &str); 17] = [
    ("enter", Code::Enter, "enter"),
    ("esc", Code::Esc, "esc"),
    ("tab", Code::Tab, "tab"),
    ("bs", Code::Backspace, "backspace"),
    ("del", Code::Delete, "delete"),
    ("ins", Code::Insert, "insert"),
    ("up", Code::Up, "↑"),
    ("down", Code::Down, "↓"),
    ("left", Code::Left, "←"),
    ("right", Code::Right, "→"),
    ("home", Code::Home, "home"),
    ("end", Code::End, "end"),
    ("pgup", Code::PageUp, "pgup"),
    ("pgdn", Code::PageDown, "pgdn"),
    ("space", Code::Char(' '), "space"),
    ("lt", Code::Char('<'), "<"),
    ("gt", Code::Char('>'), ">"),
];

/// The last of the function keys.
const LAST_F: u8 = 24;

/// What a terminal sends for some keys is what it sends for others.
const SAME: [(char, &str); 3] = [('i', "<tab>"), ('m', "<enter>"), ('[', "<esc>")];

impl Key {
    /// A key in its one form: shift is part of a letter, and control takes the lower one.
    pub fn new(code: Code, mods: Mods) -> Self {
        let Code::Char(c) = code else { return Self { code, mods } };
        let c = match mods {
            Mods { ctrl: true, .. } => c.to_ascii_lowercase(),
            Mods { shift: true, .. } => c.to_ascii_uppercase(),
            _ => c,
        };
        Self { code: Code::Char(c), mods: Mods { shift: false, ..mods } }
    }

    /// A letter as it is.
    pub fn letter(c: char) -> Self {
        Self::new(Code::Char(c), Mods::NONE)
    }

    /// The character that this key would type into a line of text.
    pub fn typed(self) -> Option<char> {
        match self {
            Self { code: Code::Char(c), mods: Mods { ctrl: false, alt: false, .. } } => Some(c),
            _ => None,
        }
    }

    /// How the line at the bottom and help show the key: `u`, `enter`, `ctrl-d`, `↓`.
    pub fn label(self) -> String {
        let held = [(self.mods.ctrl, "ctrl-"), (self.mods.alt, "alt-"), (self.mods.shift, "shift-")];
        let mut out: String = held.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
        match (NAMES.iter().find(|(_, code, _)| *code == self.code), self.code) {
            (Some((_, _, shown)), _) => out.push_str(shown),
            (None, Code::Char(c)) => out.push(c),
            (None, Code::F(n)) => out.push_str(&format!("F{n}")),
            (None, _) => {}
        }
        out
    }

    /// The key of what stands between `<` and `>`.
    fn named(inside: &str) -> Result<Self, Reason> {
        let (mods, name) = held(inside);
        let code = match single(name) {
            Some(c) if mods != Mods::NONE => Code::Char(c),
            Some(c) => return Err(Reason::new("a letter stands without < and >").near(Some(c))),
            None => code_of(name).ok_or_else(|| unknown(inside, name))?,
        };
        let key = Self::new(code, mods);
        match SAME.iter().find(|(c, _)| key.mods.ctrl && key.code == Code::Char(*c)) {
            Some((_, other)) => Err(Reason::new(format!("a terminal sends {other} for <{inside}>"))
                .near((key.mods == Mods { ctrl: true, ..Mods::NONE }).then_some(*other))),
            None => Ok(key),
        }
    }
}

/// Takes `c-`, `a-`, `s-` off the front of a name, each once.
fn held(mut name: &str) -> (Mods, &str) {
    let mut mods = Mods::NONE;
    while let Some((sign, rest)) = name.split_once('-') {
        let place = match sign {
            "c" | "C" => &mut mods.ctrl,
            "a" | "A" => &mut mods.alt,
            "s" | "S" => &mut mods.shift,
            _ => break,
        };
        if rest.is_empty() || std::mem::replace(place, true) {
            break;
        }
        name = rest;
    }
    (mods, name)
}

fn single(name: &str) -> Option<char> {
    let mut letters = name.chars();
    letters.next().filter(|_| letters.next().is_none())
}

fn code_of(name: &str) -> Option<Code> {
    if let Some((_, code, _)) = NAMES.iter().find(|(known, ..)| known.eq_ignore_ascii_case(name)) {
        return Some(*code);
    }
    let number = name.strip_prefix(['f', 'F'])?;
    let number = number.parse().ok().filter(|_| number.bytes().all(|b| b.is_ascii_digit()))?;
    (1..=LAST_F).contains(&number).then_some(Code::F(number))
}

fn unknown(inside: &str, name: &str) -> Reason {
    let near = nearest(name, NAMES.iter().map(|(known, ..)| *known));
    let front = inside.strip_suffix(name).unwrap_or_default();
    Reason::new(format!("no key is named <{inside}>")).near(near.map(|near| format!("<{front}{near}>")))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMES.iter().find(|(_, code, _)| *code == self.code).map(|(name, ..)| *name);
        match (self.code, named) {
            (Code::Char('>'), _) if self.mods == Mods::NONE => return f.write_str(">"),
            (Code::Char(c), None) if self.mods == Mods::NONE => return write!(f, "{c}"),
            _ => f.write_str("<")?,
        }
        for (is, sign) in [(self.mods.ctrl, "c-"), (self.mods.alt, "a-"), (self.mods.shift, "s-")] {
            f.write_str(if is { sign } else { "" })?;
        }
        match (self.code, named) {
            (_, Some(name)) => f.write_str(name)?,
            (Code::Char(c), _) => write!(f, "{c}")?,
            (Code::F(n), _) => write!(f, "f{n}")?,
            _ => {}
        }
        f.write_str(">")
    }
}

/// Keys to be pressed one after the other; at least one.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Keys(Vec<Key>);

/// The longest sequence.
const LONGEST: usize = 4;

impl Keys {
    /// The keys in their order.
    pub fn as_slice(&self) -> &[Key] {
        &self.0
    }

    /// Whether one of the two can never be reached because the other is complete before it.
    pub fn collides(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0) || other.0.starts_with(&self.0)
    }

    /// How the line at the bottom and help show the keys: as [`Key::label`], words apart.
    pub fn label(&self) -> String {
        let labels: Vec<String> = self.0.iter().map(|key| key.label()).collect();
        let letters = labels.iter().all(|label| label.chars().count() == 1);
        labels.join(if letters { "" } else { " " })
    }
}

impl FromStr for Keys {
    type Err = Reason;

    /// Reads `g`, `gg`, `<c-x>s`.
    fn from_str(text: &str) -> Result<Self, Reason> {
        let mut keys = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let (key, behind) = match rest.strip_prefix('<') {
                Some(after) => {
                    let (inside, behind) = after.split_once('>').ok_or_else(|| {
                        Reason::new("a < without its >; the key itself is <lt>")
                            .near((after.is_empty()).then_some("<lt>"))
                    })?;
                    (Key::named(inside)?, behind)
                }
                None if c == ' ' => return Err(Reason::new("a space is written <space>")),
                None if is_hostile(c) => return Err(Reason::new("keys are written with letters and names")),
                None => (Key::letter(c), rest.strip_prefix(c).unwrap_or_default()),
            };
            keys.push(key);
            rest = behind;
        }
        match keys.len() {
            0 => Err(Reason::new("must name a key")),
            1..=LONGEST => Ok(Self(keys)),
            _ => Err(Reason::new(format!("more than {LONGEST} keys in a row"))),
        }
    }
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|key| write!(f, "{key}"))
    }
}

#[cfg(test)]
mod tests;
