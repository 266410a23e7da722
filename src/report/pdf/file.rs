//! From pages to the bytes of a PDF file, by `printpdf`.
//!
//! `printpdf` makes pages, fonts and links. What it fills by itself with the clock or with
//! chance (dates, the id of the file) or leaves plain (outline, language, version) is set here
//! afterwards, so that the same pages give the same bytes.

use std::collections::BTreeMap;

use lopdf::{Dictionary, Object, StringFormat, dictionary};
use printpdf::{FontId, ParsedFont, PdfDocument, PdfFont, PdfPage, PdfSaveOptions, Pt, Rect};
use sha2::{Digest as _, Sha256};

use super::PdfError;
use super::flow::{Entry, Spot};
use super::fonts::Fonts;
use super::look;
use super::ops;
use super::page::Page;
use crate::event::time::Time;
use crate::text;

/// What goes into the file beside its pages.
pub(crate) struct About<'a> {
    pub(crate) title: &'a str,
    pub(crate) author: &'a str,
    pub(crate) made: Option<Time>,
    /// Anchors with their pages, counted from the first of the document.
    pub(crate) anchors: &'a BTreeMap<String, Spot>,
    /// The outline: sections and headings.
    pub(crate) entries: &'a [Entry],
    /// Pages before the one from which the entries count.
    pub(crate) before: usize,
}

/// The bytes of the file.
pub(crate) fn bytes(pages: &[Page], fonts: &Fonts<'_>, about: &About<'_>) -> Result<Vec<u8>, PdfError> {
    let mut document = PdfDocument::new("");
    for (number, embedded) in fonts.embedded().iter().enumerate() {
        let program = fonts.file(embedded)?;
        let unreadable = || PdfError::Font {
            name: program.name.clone(),
            reason: "the part of it that is in use cannot be read".to_owned(),
        };
        let mut font = ParsedFont::from_bytes(&program.bytes, 0, &mut Vec::new()).ok_or_else(unreadable)?;
        font.font_name = Some(format!("{}+{}", tag(number), program.name));
        font.codepoint_to_glyph = program.glyphs;
        document.resources.fonts.map.insert(font_id(number), PdfFont::new(font));
    }
    let size = Rect::from_wh(Pt(look::PAGE_WIDTH), Pt(look::PAGE_HEIGHT));
    let page = |page: &Page| PdfPage {
        media_box: size.clone(),
        trim_box: size.clone(),
        crop_box: size.clone(),
        ops: ops::from(page, about.anchors),
    };
    document.pages = pages.iter().map(page).collect();
    let mut warnings = Vec::new();
    let file = document.to_lopdf_document(&PdfSaveOptions::default(), &mut warnings);
    finish(file, about)
}

/// The name of an embedded font in the document.
pub(crate) fn font_id(number: usize) -> FontId {
    FontId(format!("T{number}"))
}

/// Six letters that mark a part of a font.
fn tag(number: usize) -> String {
    let letters = (0..6u32).rev().map(|i| (number / 26usize.pow(i)) % 26);
    letters.map(|letter| char::from(b'A' + u8::try_from(letter).unwrap_or(0))).collect()
}

fn finish(mut file: lopdf::Document, about: &About<'_>) -> Result<Vec<u8>, PdfError> {
    file.version = "1.7".to_owned();
    let outline = outline(&mut file, about);
    let info = file.add_object(info(about));
    if let Ok(Object::Reference(old)) = file.trailer.get(b"Info") {
        let old = *old;
        file.objects.remove(&old);
    }
    file.trailer.set("Info", info);
    if let Ok(catalog) = file.catalog_mut() {
        catalog.set("Lang", Object::string_literal("en"));
        catalog.set("PageLayout", "SinglePage");
        catalog.set("ViewerPreferences", dictionary! { "DisplayDocTitle" => true });
        if let Some(outline) = outline {
            catalog.set("Outlines", outline);
            catalog.set("PageMode", "UseOutlines");
        }
    }
    file.compress();
    set_id(&mut file, &[0; 16]);
    let mut bytes = Vec::new();
    file.save_to(&mut bytes).map_err(PdfError::Write)?;
    // The id of a file says what is in it, and nothing of when and where it was made.
    let hash = Sha256::digest(&bytes);
    set_id(&mut file, hash.get(..16).unwrap_or_default());
    bytes.clear();
    file.save_to(&mut bytes).map_err(PdfError::Write)?;
    Ok(bytes)
}

fn set_id(file: &mut lopdf::Document, id: &[u8]) {
    let id = Object::String(id.to_vec(), StringFormat::Hexadecimal);
    file.trailer.set("ID", vec![id.clone(), id]);
}

fn info(about: &About<'_>) -> Dictionary {
    let mut info = dictionary! {
        "Title" => words(about.title),
        "Creator" => Object::string_literal(concat!("trailhound ", env!("CARGO_PKG_VERSION"))),
        "Producer" => Object::string_literal("printpdf"),
    };
    if !about.author.is_empty() {
        info.set("Author", words(about.author));
    }
    if let Some(c) = about.made.and_then(Time::civil) {
        let (year, month, day, hour, minute, second) = (c.year, c.month, c.day, c.hour, c.minute, c.second);
        let date = format!("D:{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z");
        info.set("CreationDate", Object::string_literal(date.as_str()));
        info.set("ModDate", Object::string_literal(date.as_str()));
    }
    info
}

/// Words as a text string of PDF: UTF-16, with what could not be seen as escapes.
fn words(text: &str) -> Object {
    let mut bytes = vec![0xfe, 0xff];
    bytes.extend(text::visible(text).encode_utf16().flat_map(u16::to_be_bytes));
    Object::String(bytes, StringFormat::Hexadecimal)
}

/// The outline that viewers show beside the pages: sections, and headings below them.
fn outline(file: &mut lopdf::Document, about: &About<'_>) -> Option<Object> {
    let pages: Vec<lopdf::ObjectId> = file.get_pages().into_values().collect();
    let mut tree: Vec<(&Entry, Vec<&Entry>)> = Vec::new();
    for entry in about.entries {
        match tree.last_mut() {
            Some((_, below)) if entry.number.is_empty() => below.push(entry),
            _ => tree.push((entry, Vec::new())),
        }
    }
    if tree.is_empty() {
        return None;
    }
    let root = file.new_object_id();
    let target = |entry: &Entry| {
        let page = pages.get(entry.spot.page + about.before).copied().unwrap_or_default();
        let top = look::PAGE_HEIGHT - entry.spot.y + 4.0;
        Object::Array(vec![page.into(), "XYZ".into(), Object::Null, top.into(), Object::Null])
    };
    let mut sections = Vec::new();
    for (section, headings) in &tree {
        let id = file.new_object_id();
        let below: Vec<Dictionary> = headings.iter().map(|e| item(&e.title, target(e))).collect();
        let mut section = item(&format!("{}  {}", section.number, section.title), target(section));
        hang(file, id, &mut section, below, true);
        sections.push((id, section));
    }
    let mut top = dictionary! { "Type" => "Outlines" };
    let ids: Vec<lopdf::ObjectId> = sections.iter().map(|(id, _)| *id).collect();
    chain(root, &ids, sections.iter_mut().map(|(_, item)| item));
    ends(&mut top, &ids, false);
    for (id, section) in sections {
        file.set_object(id, section);
    }
    file.set_object(root, top);
    Some(root.into())
}

fn item(title: &str, target: Object) -> Dictionary {
    dictionary! { "Title" => words(title), "Dest" => target }
}

/// Hangs items below a parent.
fn hang(
    file: &mut lopdf::Document,
    id: lopdf::ObjectId,
    parent: &mut Dictionary,
    mut items: Vec<Dictionary>,
    closed: bool,
) {
    let ids: Vec<lopdf::ObjectId> = items.iter().map(|_| file.new_object_id()).collect();
    chain(id, &ids, items.iter_mut());
    ends(parent, &ids, closed);
    for (id, item) in ids.into_iter().zip(items) {
        file.set_object(id, item);
    }
}

/// Tells each item its parent and its neighbors.
fn chain<'a>(
    parent: lopdf::ObjectId,
    ids: &[lopdf::ObjectId],
    items: impl Iterator<Item = &'a mut Dictionary>,
) {
    for (i, item) in items.enumerate() {
        item.set("Parent", parent);
        if let Some(before) = i.checked_sub(1).and_then(|i| ids.get(i)) {
            item.set("Prev", *before);
        }
        if let Some(after) = ids.get(i + 1) {
            item.set("Next", *after);
        }
    }
}

/// Tells a parent its first and last item, and how many there are: as a negative number where they are folded.
fn ends(parent: &mut Dictionary, ids: &[lopdf::ObjectId], closed: bool) {
    if let (Some(first), Some(last)) = (ids.first(), ids.last()) {
        let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        parent.set("First", *first);
        parent.set("Last", *last);
        parent.set("Count", if closed { -count } else { count });
    }
}
