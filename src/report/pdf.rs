//! A report on paper: A4 landscape, with real text in embedded fonts.
//!
//! The way of a [`Paper`] through this room: `line` sets runs of text into lines with the measures of
//! the fonts (`face`, `fonts`), `body`, `table` and `chart` put them onto pages (`flow`, `page`), `front`
//! adds cover, contents, head and foot, and `ops` and `file` make a PDF of it with `printpdf`.
//!
//! Nothing in the document leads out of it, runs, or differs from one run to the next: the same
//! paper and the same fonts give the same bytes. Fonts come as bytes, no file is
//! opened here. Every string is taken for an attacker's: what would act, could not be
//! seen, or has no letters in any font, is shown as an escape such as `\u{202e}`.

mod body;
mod chart;
mod face;
mod file;
mod flow;
mod fonts;
mod front;
mod line;
mod look;
mod ops;
mod page;
mod table;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use self::flow::{Flow, Spot};
use self::fonts::Fonts;
use self::line::Setter;
use super::paper::Paper;

/// Why there is no PDF.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// A font cannot be used.
    #[error("{name} cannot be used as a font: {reason}; take a TrueType or OpenType file (.ttf, .otf, .ttc)")]
    Font {
        /// The font as its user knows it.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The document could not be written out.
    #[error("the PDF could not be put together: {0}")]
    Write(#[source] std::io::Error),
}

/// A font file beside those that come with the program.
#[derive(Clone, PartialEq, Eq)]
pub struct Font {
    /// What it is called in messages: its path.
    pub name: String,
    /// The file: TrueType or OpenType, of a collection the first font.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Font {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Font").field("name", &self.name).field("bytes", &self.bytes.len()).finish()
    }
}

impl Font {
    /// Those of `chars` that the font can draw.
    ///
    /// # Errors
    /// [`PdfError::Font`] where the bytes are no font.
    pub fn draws(&self, chars: &BTreeSet<char>) -> Result<BTreeSet<char>, PdfError> {
        let drawn = fonts::drawn(&self.bytes, chars.iter().copied());
        let drawn = drawn.map_err(|reason| PdfError::Font { name: self.name.clone(), reason })?;
        Ok(drawn.into_iter().collect())
    }
}

/// What a PDF is made with.
#[derive(Clone, Debug, Default)]
pub struct PdfOptions {
    /// Fonts for characters that the ones of the program lack, in the order in which they are asked.
    pub fonts: Vec<Font>,
    /// Who is named as author in the properties of the document; empty: the fact `Analyst` of
    /// the cover, where there is one.
    pub author: String,
}

/// The report as a PDF file.
///
/// # Errors
/// A font of the options that cannot be used.
pub fn render(paper: &Paper, options: &PdfOptions) -> Result<Vec<u8>, PdfError> {
    let mut fonts = Fonts::open(&options.fonts)?;
    let anchors: BTreeSet<&str> = words::anchors(paper).collect();
    let known = |to: &str| anchors.contains(to);
    let mut setter = Setter::new(&mut fonts, &known);

    let cover = front::cover(&mut setter, paper);
    let body = body::set(&mut setter, &paper.sections);
    let covers = cover.pages.len();
    // How many pages the contents take does not depend on the numbers in them.
    let contents = |setter: &mut Setter<'_, '_>, before| front::contents(setter, &body.entries, before);
    let listed = if body.entries.is_empty() { 0 } else { contents(&mut setter, 0).pages.len() };
    let before = covers + listed;
    let contents = if listed == 0 { Vec::new() } else { contents(&mut setter, before).pages };

    let empty = paper.sections.is_empty();
    let Flow { pages, anchors, entries, .. } = body;
    let sections = if empty { Vec::new() } else { pages };
    let mut pages: Vec<page::Page> = cover.pages.into_iter().chain(contents).chain(sections).collect();
    let of = pages.len();
    for (number, page) in (1..).zip(&mut pages) {
        front::frame(&mut setter, page, paper, (number, of));
    }
    let anchors: BTreeMap<String, Spot> =
        anchors.into_iter().map(|(name, spot)| (name, Spot { page: spot.page + before, ..spot })).collect();
    let author = author(paper, options);
    let (title, made) = (paper.title.as_str(), paper.made);
    let about = file::About { title, author: &author, made, anchors: &anchors, entries: &entries, before };
    file::bytes(&pages, &fonts, &about)
}

fn author(paper: &Paper, options: &PdfOptions) -> String {
    let analyst = || paper.facts.iter().find(|(name, _)| name.eq_ignore_ascii_case("analyst"));
    if options.author.is_empty() {
        analyst().map(|(_, who)| who.words()).unwrap_or_default()
    } else {
        options.author.clone()
    }
}

/// The characters of a report that neither the fonts of the program nor these have, and that a font could draw.
///
/// Such a character is shown as an escape. Where this is empty, further fonts change nothing.
///
/// # Errors
/// A font that cannot be used.
pub fn missing(paper: &Paper, extra: &[Font]) -> Result<BTreeSet<char>, PdfError> {
    let mut fonts = Fonts::open(extra)?;
    let mut missing = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for text in words::all(paper) {
        for c in text.chars().filter(|c| !c.is_ascii()) {
            if seen.insert(c) && fonts::drawable(c) && fonts.glyph(fonts::Shape::Regular, c).is_none() {
                missing.insert(c);
            }
        }
    }
    Ok(missing)
}

#[cfg(test)]
mod tests;
