//! The fonts of a document: who draws which character, and what is embedded of each.
//!
//! DejaVu comes with the program and has Latin, Greek and Cyrillic; what it lacks is looked for in
//! the fonts that the caller gives, in their order; what none has is shown as an escape.
//!
//! Text that is copied out of the document must be the text that went in. Fonts draw
//! some different characters with one glyph, and a document maps a glyph to one
//! character only: a second character of a glyph therefore goes to a second, small copy of the font.

use std::collections::BTreeMap;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use super::face::{Face, Outline};
use super::{Font, PdfError};
use crate::text;

/// How many characters one glyph may stand for before the rest is shown as escapes.
const COPIES: u8 = 8;

/// The shape of letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// Text.
    Regular,
    /// Headings, heads of tables, what is pointed out.
    Bold,
    /// Values out of a log, records.
    Mono,
}

/// A character as it is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Glyph {
    /// The embedded font, see [`Fonts::embedded`].
    pub(crate) font: u16,
    /// In thousandths of the size of the letters.
    pub(crate) advance: u16,
}

/// A part of a font file that goes into the document.
#[derive(Debug, PartialEq)]
pub(crate) struct Embedded {
    face: usize,
    copy: u8,
    /// The characters and their glyphs in the font file.
    chars: BTreeMap<char, u16>,
}

/// All fonts of a document.
pub(crate) struct Fonts<'a> {
    /// The three that come with the program, then the caller's.
    faces: Vec<Face<'a>>,
    embedded: Vec<Embedded>,
    /// Which copies of a face exist, and whose glyph is taken in each.
    taken: HashMap<(usize, u16), u8, FixedState>,
    known: HashMap<(Shape, char), Option<Glyph>, FixedState>,
}

impl<'a> Fonts<'a> {
    /// Opens the fonts that come with the program and those of the caller.
    ///
    /// # Errors
    /// The font that cannot be read, and why.
    pub(crate) fn open(extra: &'a [Font]) -> Result<Self, PdfError> {
        let own = [
            ("DejaVu Sans", dejavu::sans_condensed::regular()),
            ("DejaVu Sans Bold", dejavu::sans_condensed::bold()),
            ("DejaVu Sans Mono", dejavu::sans_mono::regular()),
        ];
        let files = own.into_iter().chain(extra.iter().map(|font| (font.name.as_str(), &font.bytes[..])));
        let mut faces = Vec::with_capacity(own.len() + extra.len());
        for (name, bytes) in files {
            let face =
                Face::open(bytes).map_err(|reason| PdfError::Font { name: name.to_owned(), reason })?;
            faces.push(face);
        }
        Ok(Self { faces, embedded: Vec::new(), taken: HashMap::default(), known: HashMap::default() })
    }

    /// How `c` is set in that shape; `None`: as an escape.
    pub(crate) fn glyph(&mut self, shape: Shape, c: char) -> Option<Glyph> {
        if let Some(known) = self.known.get(&(shape, c)) {
            return *known;
        }
        let found = self.find(shape, c);
        self.known.insert((shape, c), found);
        found
    }

    /// The width of a text of characters that every shape has, in points.
    pub(crate) fn width(&mut self, shape: Shape, size: f32, text: &str) -> f32 {
        let units: u32 =
            text.chars().filter_map(|c| self.glyph(shape, c)).map(|glyph| u32::from(glyph.advance)).sum();
        units as f32 * size / 1000.0
    }

    fn find(&mut self, shape: Shape, c: char) -> Option<Glyph> {
        if !drawable(c) {
            return None;
        }
        // The shape that was asked for, then plain letters, then the caller's fonts.
        let first = shape as usize;
        let order = std::iter::once(first).chain((0..self.faces.len()).filter(|&face| face != first));
        for face in order.collect::<Vec<_>>() {
            let Some(outline) = self.faces.get_mut(face).and_then(|face| face.outline(c)) else { continue };
            if let Some(font) = self.embed(face, c, outline.id) {
                return Some(Glyph { font, advance: outline.advance });
            }
        }
        None
    }

    /// The embedded font in which that glyph of a face stands for `c` and nothing else.
    fn embed(&mut self, face: usize, c: char, id: u16) -> Option<u16> {
        let mine = self.embedded.iter().position(|e| e.face == face && e.chars.get(&c) == Some(&id));
        if let Some(found) = mine {
            return u16::try_from(found).ok();
        }
        let taken = self.taken.entry((face, id)).or_default();
        let copy = *taken;
        if copy >= COPIES {
            return None;
        }
        *taken += 1;
        let place = match self.embedded.iter().position(|e| e.face == face && e.copy == copy) {
            Some(place) => place,
            None => {
                self.embedded.push(Embedded { face, copy, chars: BTreeMap::new() });
                self.embedded.len() - 1
            }
        };
        self.embedded.get_mut(place)?.chars.insert(c, id);
        u16::try_from(place).ok()
    }

    /// The parts of fonts that are in use, in a fixed order; [`Glyph::font`] counts them from 0.
    pub(crate) fn embedded(&self) -> &[Embedded] {
        &self.embedded
    }

    /// The file of an embedded font, its name, and the number of each character's glyph in that file.
    ///
    /// # Errors
    /// The font of which no part can be made, and why.
    pub(crate) fn file(&self, embedded: &Embedded) -> Result<Program, PdfError> {
        let face = self.faces.get(embedded.face).ok_or_else(|| PdfError::Font {
            name: "a font".to_owned(),
            reason: "it is not open".to_owned(),
        })?;
        let ids: Vec<u16> = embedded.chars.values().copied().collect();
        let bytes =
            face.part(&ids).map_err(|reason| PdfError::Font { name: face.name().to_owned(), reason })?;
        let glyphs = embedded.chars.keys().zip(1..=u16::MAX).map(|(&c, number)| (u32::from(c), number));
        Ok(Program { name: face.name().to_owned(), bytes, glyphs: glyphs.collect() })
    }
}

/// A font file to embed.
pub(crate) struct Program {
    /// The name of the font.
    pub(crate) name: String,
    /// The file.
    pub(crate) bytes: Vec<u8>,
    /// Characters and the numbers of their glyphs in `bytes`.
    pub(crate) glyphs: BTreeMap<u32, u16>,
}

/// Whether a character is shown as itself where a font has it.
pub(crate) fn drawable(c: char) -> bool {
    !text::is_hostile(c) && !goes_leftwards(c)
}

/// Whether a character belongs to a script that is written from right to left.
///
/// Such text would stand in the wrong order, its letters unjoined: it is shown as escapes.
fn goes_leftwards(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}'
        | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// Which of `chars` a font file draws.
///
/// # Errors
/// Why the file is no font.
pub(crate) fn drawn(bytes: &[u8], chars: impl Iterator<Item = char>) -> Result<Vec<char>, String> {
    let mut face = Face::open(bytes)?;
    Ok(chars.filter(|&c| matches!(face.outline(c), Some(Outline { .. }))).collect())
}
