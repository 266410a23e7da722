//! From runs of text to lines that fit a width.
//!
//! Lines break after spaces and between the letters of scripts that have none; a value that
//! is too long for a line breaks after `/ : - _ .` and the like, and where there is
//! none of these, anywhere. No character is dropped: a space at which a line ends stays at its end.

use unicode_width::UnicodeWidthChar as _;

use super::fonts::{Fonts, Shape};
use super::look::{self, Color, Size};
use super::page::{Mark, Page, Target};
use crate::report::paper::{Look, Run};

/// How many combining marks may stand on a letter; further ones are shown as escapes.
const MARKS: usize = 4;

/// A line that is ready to be drawn.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Line {
    pieces: Vec<Piece>,
    /// The width of what can be seen, in points.
    pub(crate) width: f32,
}

/// Letters of one font, size and color, and where they lead.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    text: String,
    font: u16,
    size: f32,
    color: Color,
    width: f32,
    to: Option<String>,
}

/// How the text of a place looks where its runs say nothing else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    pub(crate) shape: Shape,
    pub(crate) size: Size,
    pub(crate) color: Color,
}

impl Style {
    /// Plain letters of a size.
    pub(crate) const fn plain(size: Size) -> Self {
        Self { shape: Shape::Regular, size, color: look::INK }
    }

    /// Bold letters of a size and a color.
    pub(crate) const fn bold(size: Size, color: Color) -> Self {
        Self { shape: Shape::Bold, size, color }
    }

    /// Muted letters of a size.
    pub(crate) const fn muted(size: Size) -> Self {
        Self { shape: Shape::Regular, size, color: look::MUTED }
    }

    /// Letters of one width.
    pub(crate) const fn mono(size: Size) -> Self {
        Self { shape: Shape::Mono, size, color: look::INK }
    }
}

/// Where a line may end after a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Break {
    No,
    /// Where a value has to be broken.
    Soft,
    /// The same, where it is read best: between the parts of an ARN or a path.
    Joint,
    /// Between words.
    Word,
}

#[derive(Clone, Copy, Debug)]
struct Atom {
    c: char,
    font: u16,
    width: f32,
    run: u32,
    escape: bool,
    end: Break,
}

/// Sets runs of text into lines; holds room that is used again.
pub(crate) struct Setter<'f, 'a> {
    pub(crate) fonts: &'f mut Fonts<'a>,
    /// Whether a link to this anchor leads anywhere.
    known: &'f dyn Fn(&str) -> bool,
    atoms: Vec<Atom>,
}

impl<'f, 'a> Setter<'f, 'a> {
    /// A setter with fonts, and a way to tell which anchors exist.
    pub(crate) fn new(fonts: &'f mut Fonts<'a>, known: &'f dyn Fn(&str) -> bool) -> Self {
        Self { fonts, known, atoms: Vec::new() }
    }

    /// Lines of at most `width` points. Nothing gives one empty line.
    pub(crate) fn lines(&mut self, runs: &[Run], style: Style, width: f32) -> Vec<Line> {
        self.measure(runs, style);
        let mut lines = Vec::new();
        let mut start = 0;
        while start < self.atoms.len() {
            let end = line_end(&self.atoms, start, width).max(start + 1);
            lines.push(self.line(start, end, runs, style));
            start = end;
        }
        if lines.is_empty() {
            lines.push(Line::default());
        }
        lines
    }

    /// The width of runs on one line, in points.
    pub(crate) fn natural(&mut self, runs: &[Run], style: Style) -> f32 {
        self.measure(runs, style);
        self.atoms.iter().map(|atom| atom.width).sum()
    }

    /// One line of words, however wide.
    pub(crate) fn single(&mut self, text: &str, style: Style) -> Line {
        let run = [Run { text: text.to_owned(), ..Run::default() }];
        self.lines(&run, style, f32::INFINITY).pop().unwrap_or_default()
    }

    /// One line of words, cut with `…` where it is wider than `width`.
    pub(crate) fn clipped(&mut self, text: &str, style: Style, width: f32) -> Line {
        let line = self.single(text, style);
        if line.width <= width {
            return line;
        }
        let room = width - self.fonts.width(style.shape, style.size.letters, "…");
        let mut used = 0.0;
        let fit = self.atoms.iter().take_while(|atom| {
            used += atom.width;
            used <= room
        });
        let end = hard(&self.atoms, 0, fit.count());
        let run = [Run { text: text.to_owned(), ..Run::default() }];
        let mut line = self.line(0, end, &run, style);
        let dots = self.single("…", style);
        line.width = line.pieces.iter().map(|piece| piece.width).sum::<f32>() + dots.width;
        line.pieces.extend(dots.pieces);
        line
    }

    fn measure(&mut self, runs: &[Run], base: Style) {
        self.atoms.clear();
        for (index, run) in (0u32..).zip(runs) {
            let (shape, size) = letters(run.look, base);
            let mut marks = 0;
            for c in run.text.chars() {
                marks = if c.width() == Some(0) { marks + 1 } else { 0 };
                let glyph = if marks > MARKS { None } else { self.fonts.glyph(shape, c) };
                match glyph {
                    Some(glyph) => self.atoms.push(Atom {
                        c,
                        font: glyph.font,
                        width: f32::from(glyph.advance) * size / 1000.0,
                        run: index,
                        escape: false,
                        end: break_after(c),
                    }),
                    None => self.escape(c, shape, size, index),
                }
            }
        }
    }

    fn escape(&mut self, c: char, shape: Shape, size: f32, run: u32) {
        for c in format!("\\u{{{:x}}}", u32::from(c)).chars() {
            // Every font that comes with the program has these letters.
            let Some(glyph) = self.fonts.glyph(shape, c) else { continue };
            let width = f32::from(glyph.advance) * size / 1000.0;
            let end = if c == '}' { Break::Soft } else { Break::No };
            self.atoms.push(Atom { c, font: glyph.font, width, run, escape: true, end });
        }
    }

    fn line(&self, start: usize, end: usize, runs: &[Run], base: Style) -> Line {
        let atoms = self.atoms.get(start..end).unwrap_or_default();
        let mut line = Line::default();
        let mut last = None;
        let mut used = 0.0;
        for atom in atoms {
            used += atom.width;
            if !atom.c.is_whitespace() {
                line.width = used;
            }
            let key = (atom.run, atom.font, atom.escape);
            match line.pieces.last_mut() {
                Some(piece) if last == Some(key) => {
                    piece.text.push(atom.c);
                    piece.width += atom.width;
                }
                _ => line.pieces.push(self.piece(*atom, runs, base)),
            }
            last = Some(key);
        }
        line
    }

    fn piece(&self, atom: Atom, runs: &[Run], base: Style) -> Piece {
        let run = runs.get(atom.run as usize);
        let look = run.map_or(Look::Plain, |run| run.look);
        let to = run.map(|run| &run.to).filter(|to| !to.is_empty() && (self.known)(to)).cloned();
        let color = match look {
            _ if atom.escape => look::ESCAPE,
            Look::Plain | Look::Strong | Look::Value if to.is_some() => look::LINK,
            Look::Plain | Look::Strong | Look::Value => base.color,
            look => look::ink(look),
        };
        let (_, size) = letters(look, base);
        Piece { text: atom.c.to_string(), font: atom.font, size, color, width: atom.width, to }
    }
}

impl Line {
    /// What the line says.
    #[cfg(test)]
    pub(crate) fn words(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// Draws the line from `x` on the base line `y`.
    pub(crate) fn draw(&self, page: &mut Page, x: f32, y: f32) {
        let mut at = x;
        for piece in &self.pieces {
            let Piece { font, size, color, width, .. } = *piece;
            page.marks.push(Mark::Text { x: at, y, font, size, color, text: piece.text.clone() });
            if let Some(to) = &piece.to {
                let corner = (at, size.mul_add(-0.85, y));
                page.link(corner, (width, size * 1.15), Target::Anchor(to.clone()));
            }
            at += width;
        }
    }

    /// Draws the line so that it ends at `x`.
    pub(crate) fn draw_ending(&self, page: &mut Page, x: f32, y: f32) {
        self.draw(page, x - self.width, y);
    }

    /// Draws the line with its middle at `x`.
    pub(crate) fn draw_around(&self, page: &mut Page, x: f32, y: f32) {
        self.draw(page, x - self.width / 2.0, y);
    }
}

/// The shape and the size of the letters of a look.
fn letters(look: Look, base: Style) -> (Shape, f32) {
    let shape = match look {
        Look::Plain | Look::Muted => base.shape,
        Look::Strong | Look::Level(_) => Shape::Bold,
        Look::Value => Shape::Mono,
    };
    let scale = if shape == Shape::Mono && base.shape != Shape::Mono { look::MONO } else { 1.0 };
    (shape, base.size.letters * scale)
}

fn break_after(c: char) -> Break {
    match c {
        ' ' => Break::Word,
        '/' | ':' => Break::Joint,
        '-' | '_' | '.' | ',' | ';' | '=' | '?' | '&' | '@' | '#' | '|' | '+' => Break::Soft,
        c if c.is_ascii() => Break::No,
        c if c.width() == Some(2) => Break::Word,
        _ => Break::No,
    }
}

/// The places at which a line may end that have been passed.
#[derive(Clone, Copy, Debug, Default)]
struct Passed {
    word: Option<usize>,
    soft: Option<usize>,
    /// The last joint, and how wide the line is there.
    joint: Option<(usize, f32)>,
}

/// Where the line ends that begins at `start`: the index behind its last atom.
fn line_end(atoms: &[Atom], start: usize, width: f32) -> usize {
    let mut used = 0.0;
    let mut passed = Passed::default();
    for (i, atom) in atoms.iter().enumerate().skip(start) {
        used += atom.width;
        // A space may stand in the margin; a hundredth of a point is rounding.
        if used > width + 0.01 && atom.c != ' ' {
            return where_to_break(atoms, start, i, passed, width);
        }
        match atom.end {
            Break::Word => passed.word = Some(i + 1),
            Break::Soft => passed.soft = Some(i + 1),
            Break::Joint => {
                passed.soft = Some(i + 1);
                passed.joint = Some((i + 1, used));
            }
            Break::No => {}
        }
    }
    atoms.len()
}

/// Chooses among the places before `i`, where the line has become too long.
fn where_to_break(atoms: &[Atom], start: usize, i: usize, passed: Passed, width: f32) -> usize {
    // A joint that leaves the line half full is better than a later hyphen.
    let joint = passed.joint.filter(|(_, used)| *used > width * 0.55).map(|(at, _)| at);
    let soft = joint.or(passed.soft);
    match (passed.word, soft) {
        // A word that fits no line at all is begun on this one.
        (Some(word), Some(soft)) if soft > word && !fits(atoms, word, width) => soft,
        (Some(word), _) => word,
        (None, Some(soft)) => soft,
        (None, None) => hard(atoms, start, i),
    }
}

/// Whether the word that begins at `from` fits on a line of its own.
fn fits(atoms: &[Atom], from: usize, width: f32) -> bool {
    let mut used = 0.0;
    for atom in atoms.iter().skip(from).take_while(|atom| atom.c != ' ') {
        used += atom.width;
        if used > width {
            return false;
        }
        if atom.end == Break::Word {
            break;
        }
    }
    true
}

/// A break at `i` that leaves marks on their letters and, where the line has more, escapes whole.
fn hard(atoms: &[Atom], start: usize, i: usize) -> usize {
    let mut at = i;
    while at > start + 1 {
        let Some(atom) = atoms.get(at) else { break };
        let inside = atom.escape && atom.c != '\\';
        if !inside && atom.c.width() != Some(0) {
            return at;
        }
        at -= 1;
    }
    i
}
