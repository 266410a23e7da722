//! One font file: which characters it can draw, how wide they are, and the part of it that a document needs.
//!
//! TrueType and CFF outlines are read, alone or the first of a collection. A character whose
//! glyph has nothing in it counts as one that the font does not have: some fonts map whole
//! scripts to empty glyphs, and a name that is not seen is worse than an escape.

use allsorts::binary::read::ReadScope;
use allsorts::font::{Font as Reader, MatchingPresentation};
use allsorts::font_data::{DynamicFontTableProvider, FontData};
use allsorts::subset::{CmapTarget, SubsetProfile, subset};
use allsorts::tables::{FontTableProvider as _, NameTable};
use allsorts::tag;

/// The tables that an embedded font needs; names and license text stay in the file it comes from.
const TABLES: [u32; 9] =
    [tag::CMAP, tag::HEAD, tag::CVT, tag::FPGM, tag::HHEA, tag::HMTX, tag::MAXP, tag::POST, tag::PREP];

/// A font file that is open.
pub(crate) struct Face<'a> {
    reader: Reader<DynamicFontTableProvider<'a>>,
    units_per_em: u16,
    name: String,
}

/// A glyph of a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Outline {
    /// Its number in the font file.
    pub(crate) id: u16,
    /// How far it moves the pen, in thousandths of the size of the letters.
    pub(crate) advance: u16,
}

impl<'a> Face<'a> {
    /// Opens a font file. The error says what is wrong with it.
    pub(crate) fn open(bytes: &'a [u8]) -> Result<Self, String> {
        let wrong = |e: &dyn std::fmt::Display| format!("it cannot be read as a font ({e})");
        let data = ReadScope::new(bytes).read::<FontData<'_>>().map_err(|e| wrong(&e))?;
        let provider = data.table_provider(0).map_err(|e| wrong(&e))?;
        let name = postscript_name(&provider).unwrap_or_default();
        let reader = Reader::new(provider).map_err(|e| wrong(&e))?;
        let units_per_em = reader.head_table.units_per_em;
        if units_per_em == 0 {
            return Err("it does not say how large its letters are".to_owned());
        }
        if !reader.has_glyph_outlines() {
            return Err("it has pictures in place of outlines".to_owned());
        }
        Ok(Self { reader, units_per_em, name })
    }

    /// The name of the font: letters, digits and `-`; never empty.
    pub(crate) fn name(&self) -> &str {
        if self.name.is_empty() { "Font" } else { &self.name }
    }

    /// The glyph of a character; `None` where there is none, or nothing to see in it.
    pub(crate) fn outline(&mut self, c: char) -> Option<Outline> {
        let (id, _) = self.reader.lookup_glyph_index(c, MatchingPresentation::NotRequired, None);
        if id == 0 {
            return None;
        }
        if c != ' ' && !matches!(self.reader.bounding_box(id), Ok(Some(_))) {
            return None;
        }
        let units = u32::from(self.reader.horizontal_advance(id)?);
        // Rounded down as the widths in the document are, so that what is measured is what is drawn.
        let advance = u16::try_from(units * 1000 / u32::from(self.units_per_em)).ok()?;
        Some(Outline { id, advance })
    }

    /// A font file with glyph 0 and the glyphs in `ids`, numbered from 1 in their order.
    ///
    /// # Errors
    /// What is wrong with the font, in words.
    pub(crate) fn part(&self, ids: &[u16]) -> Result<Vec<u8>, String> {
        let all: Vec<u16> = std::iter::once(0).chain(ids.iter().copied()).collect();
        let profile = SubsetProfile::Custom(TABLES.to_vec());
        subset(&self.reader.font_table_provider, &all, &profile, CmapTarget::Unicode)
            .map_err(|e| format!("the glyphs in use cannot be taken out of it ({e})"))
    }
}

fn postscript_name(provider: &DynamicFontTableProvider<'_>) -> Option<String> {
    let data = provider.table_data(tag::NAME).ok()??;
    let names = ReadScope::new(&data).read::<NameTable<'_>>().ok()?;
    let name = names.string_for_id(NameTable::POSTSCRIPT_NAME)?;
    Some(name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(60).collect())
}
