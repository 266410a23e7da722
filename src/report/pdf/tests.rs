//! Documents read back with a parser of PDF: what is in them, where links lead, what is embedded.

mod file;
mod layout;
mod text;

use lopdf::{Dictionary, Document, Object};

use super::*;
use crate::event::time::Time;
use crate::report::paper::{Bar, Block, Chart, Column, Look, Marks, Section, Table, Text};
use crate::score::Level;

/// A document that was read back.
struct Read {
    file: Document,
    /// The text of each page without white space: where lines break is not asked.
    pages: Vec<String>,
}

impl Read {
    fn of(paper: &Paper) -> Self {
        Self::with(paper, &PdfOptions::default())
    }

    fn with(paper: &Paper, options: &PdfOptions) -> Self {
        let file = Document::load_mem(&render(paper, options).unwrap()).unwrap();
        let numbers: Vec<u32> = file.get_pages().into_keys().collect();
        let text = |n: u32| file.extract_text(&[n]).unwrap();
        let pages = numbers.into_iter().map(|n| bare(&text(n))).collect();
        Self { file, pages }
    }

    /// Where a text stands: page numbers from 1.
    fn find(&self, text: &str) -> Vec<usize> {
        let text = bare(text);
        (1..).zip(&self.pages).filter(|(_, page)| page.contains(&text)).map(|(n, _)| n).collect()
    }

    fn says(&self, text: &str) {
        assert!(!self.find(text).is_empty(), "{text:?} is nowhere in {:#?}", self.pages);
    }

    /// The links of each page as the numbers of the pages they lead to.
    fn links(&self) -> Vec<Vec<usize>> {
        let pages: Vec<_> = self.file.get_pages().into_values().collect();
        let target = |annotation: &Object| {
            let link = self.dictionary(annotation);
            assert_eq!(link.get(b"Subtype").unwrap().as_name().unwrap(), b"Link");
            let action = self.dictionary(link.get(b"A").unwrap());
            assert_eq!(action.get(b"S").unwrap().as_name().unwrap(), b"GoTo", "no link leaves the document");
            let page = action.get(b"D").unwrap().as_array().unwrap()[0].as_reference().unwrap();
            pages.iter().position(|p| *p == page).expect("a link leads to a page that is there") + 1
        };
        let links = |id: &lopdf::ObjectId| {
            let page = self.file.get_dictionary(*id).unwrap();
            page.get(b"Annots").map_or(Vec::new(), |all| all.as_array().unwrap().iter().map(target).collect())
        };
        pages.iter().map(links).collect()
    }

    fn dictionary<'a>(&'a self, object: &'a Object) -> &'a Dictionary {
        match object {
            Object::Reference(id) => self.file.get_dictionary(*id).unwrap(),
            object => object.as_dict().unwrap(),
        }
    }

    /// Name, bytes of the font file, and whether there is a map back to text, for each font.
    fn fonts(&self) -> Vec<(String, usize, bool)> {
        let mut fonts = Vec::new();
        for object in self.file.objects.values() {
            let Ok(font) = object.as_dict() else { continue };
            if font.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Type0") {
                let below = font.get(b"DescendantFonts").unwrap().as_array().unwrap();
                let descriptor = self.dictionary(&below[0]).get(b"FontDescriptor").unwrap();
                let descriptor = self.dictionary(descriptor);
                let file = descriptor.get(b"FontFile2").or_else(|_| descriptor.get(b"FontFile3"));
                let file = self.file.get_object(file.unwrap().as_reference().unwrap()).unwrap();
                let name = String::from_utf8_lossy(font.get(b"BaseFont").unwrap().as_name().unwrap());
                let size = file.as_stream().unwrap().content.len();
                fonts.push((name.into_owned(), size, font.has(b"ToUnicode")));
            }
        }
        fonts
    }
}

fn bare(text: &str) -> String {
    text.split_whitespace().collect()
}

fn section(anchor: &str, title: &str, blocks: Vec<Block>) -> Section {
    Section { anchor: anchor.into(), title: title.into(), blocks }
}

fn paper(blocks: Vec<Block>) -> Paper {
    Paper { title: "A title".into(), sections: vec![section("one", "First", blocks)], ..Paper::default() }
}

fn heading(title: &str) -> Block {
    Block::Heading { title: title.into(), anchor: String::new() }
}

fn code(text: &str, anchor: &str) -> Block {
    Block::Code { caption: String::new(), text: text.into(), anchor: anchor.into() }
}

fn table(rows: impl Iterator<Item = Vec<Text>>) -> Table {
    let columns = vec![Column::new("Alpha", 1), Column::new("Beta", 3), Column::new("Gamma", 1).right()];
    Table { caption: "A caption".into(), columns, rows: rows.collect(), more: None }
}

fn chart(title: &str, marks: Marks) -> Block {
    Block::Chart(Chart { title: title.into(), marks })
}

/// A report with everything in it.
fn full() -> Paper {
    let link =
        Text::plain("see ").link(Look::Plain, "the record", "evid-1").link(Look::Plain, "gone", "nowhere");
    let rows = (0..90).map(|i| vec![Text::plain(format!("r{i}.")), Text::value("v"), Text::plain("3")]);
    Paper {
        title: "Keys used from abroad".into(),
        subtitle: "What was read".into(),
        classification: "TLP:AMBER".into(),
        facts: vec![("Analyst".into(), "Çağlar Işık".into()), ("Case".into(), Text::value("2026-017"))],
        footer: "Example Ltd".into(),
        made: Some(Time::from_civil(2026, 1, 12, 8, 30, 0)),
        sections: vec![
            section(
                "summary",
                "Summary",
                vec![Block::Text(link), heading("Known"), Block::List(vec!["a point".into()])],
            ),
            section("rows", "Rows", vec![Block::Table(table(rows))]),
            section("records", "Records", vec![code("{\n  \"a\": 1\n}", "evid-1")]),
        ],
    }
}
